"""Clients as nobody should be: each function takes a webhook and returns when it has been cut off or has had enough."""

import contextlib
import json
import select
import socket
import ssl
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor

from objects import KUBE_OVN, thing
from wire import read_to_end, review

PATIENCE_SECONDS = 30
HEAD = b"POST /validate?timeout=10s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
NEXT = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
MIB = 1024 * 1024


def address(webhook):
    """Return where the webhook listens."""
    return ("127.0.0.1", webhook.port)


def at_once(count, way, webhook):
    """Go one way with many threads at the same time and return what each of them returns."""
    with ThreadPoolExecutor(count) as threads:
        return [each.result() for each in [threads.submit(way, webhook) for _ in range(count)]]


def dribble(sock, text):
    """Send a byte after the other until the other side cuts the line."""
    with contextlib.suppress(OSError):
        for number in range(PATIENCE_SECONDS * 10):
            sock.sendall(text[number % len(text):][:1])
            readable, _, _ = select.select([sock], [], [], 0.1)
            if readable and not sock.recv(65536):
                return
        raise AssertionError("the line was never cut")


def speak(webhook, said, then=read_to_end):
    """Say something over TLS and return what comes until the line is cut."""
    with webhook.wire.tls(PATIENCE_SECONDS) as secure:
        with contextlib.suppress(OSError):
            secure.sendall(said)
        return then(secure)


def slow_headers(webhook):
    """Send headers without end, slowly."""
    at_once(20, lambda each: speak(each, HEAD + b"X-Slow: ", lambda secure: dribble(secure, b"a")), webhook)


def slow_bodies(webhook):
    """Send bodies slowly."""
    at_once(20, lambda each: speak(
        each, HEAD + b"Content-Length: 100000\r\n\r\n", lambda secure: dribble(secure, b" ")), webhook)


def slow_handshakes(webhook):
    """Begin handshakes and hardly go on."""
    def one(_):
        with socket.create_connection(address(webhook), timeout=PATIENCE_SECONDS) as plain:
            plain.sendall(b"\x16\x03\x01\x40\x00")
            dribble(plain, b"\x01")
    at_once(20, one, webhook)


def silence(webhook):
    """Connect and say nothing, before the handshake, which is cut, and after it, as the API server does."""
    with contextlib.ExitStack() as stack:
        secure = [stack.enter_context(webhook.wire.tls(PATIENCE_SECONDS)) for _ in range(20)]
        plain = [socket.create_connection(address(webhook), timeout=PATIENCE_SECONDS) for _ in range(100)]
        for each in plain:
            assert read_to_end(each) == b""
            each.close()
        for each in secure:
            each.sendall(NEXT)
            assert each.recv(4096).startswith(b"HTTP/1.1 200 ")


def half_closed(webhook):
    """Close one half of the connection before, in the middle of and after a request."""
    for said in (b"", NEXT[:10], NEXT, HEAD + b"Content-Length: 100\r\n\r\n{"):
        with webhook.wire.tls(PATIENCE_SECONDS) as secure:
            secure.sendall(said)
            with socket.socket(fileno=socket.dup(secure.fileno())) as below:
                below.shutdown(socket.SHUT_WR)
            read_to_end(secure)
    with socket.create_connection(address(webhook), timeout=PATIENCE_SECONDS) as plain:
        plain.shutdown(socket.SHUT_WR)
        read_to_end(plain)


def large_headers(webhook):
    """Send more headers than there is room for."""
    for header in (b"X-Long: " + b"a" * 200_000, b"\r\n".join(b"X-%d: a" % number for number in range(20_000))):
        received = speak(webhook, HEAD + header + b"\r\n\r\n")
        assert not received or received.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), received


def endless_chunks(webhook):
    """Send chunks for as long as they are taken: small ones, large ones, and a chunk size without end."""
    for piece in (b"1\r\n \r\n", b"10000\r\n" + b" " * 65536 + b"\r\n", b"0" * 1000, b"1;" + b"a" * 1000):
        with webhook.wire.tls(PATIENCE_SECONDS) as secure, contextlib.suppress(OSError):
            secure.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
            while not select.select([secure], [], [], 0)[0]:
                secure.sendall(piece)
            assert not read_to_end(secure).startswith(b"HTTP/1.1 200")


def lies_about_the_length(webhook):
    """Send more and less than Content-Length says."""
    longer = speak(webhook, HEAD + b"Content-Length: 2\r\n\r\n{}{}{}{}\r\n\r\n")
    assert longer.startswith(b"HTTP/1.1 400 ") and b"HTTP/1.1 200" not in longer, longer
    assert not speak(webhook, HEAD + b"Content-Length: 100\r\n\r\n{}")


SMUGGLED = {
    "two lengths": b"Content-Length: 2\r\nContent-Length: 50\r\n\r\n{}",
    "two equal lengths": b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": b"Content-Length: 2, 2\r\n\r\n{}",
    "a length and chunks": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and a length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "chunked twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked, chunked": b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunked, identity": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "identity": b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}",
    "xchunked": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a signed length": b"Content-Length: +2\r\n\r\n{}",
    "a negative length": b"Content-Length: -2\r\n\r\n{}",
    "a hexadecimal length": b"Content-Length: 0x2\r\n\r\n{}",
    "a length beyond 64 bits": b"Content-Length: 18446744073709551618\r\n\r\n{}",
    "an empty length": b"Content-Length:\r\n\r\n{}",
    "a blank before the colon": b"Content-Length: 2\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a folded header": b"Content-Length: 2\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "a folded header with a value": b"Content-Length: 2\r\nTransfer-Encoding: x\r\n\tchunked\r\n\r\n0\r\n\r\n",
    "a folded length": b"Content-Length: 2\r\n X: y\r\n\r\n{}",
    "a chunk of negative size": b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "a chunk beyond 64 bits": b"Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{}\r\n0\r\n\r\n",
}


def smuggled_requests(webhook):
    """Hide a second request behind a body of doubtful length; nobody may answer it."""
    for name, rest in SMUGGLED.items():
        received = speak(webhook, HEAD + rest + NEXT)
        assert b"HTTP/1.1 200" not in received, f"{name}: {received}"


def noise(webhook):
    """Send what is no TLS."""
    for said in (NEXT, b"\x00" * 100, b"\x16\x03\x01\xff\xff" + b"\xff" * 200, b"\x16\x03\x01\x00\x05\x01\x00\x00",
                 b"\x80\x2e\x01\x00\x02" + b"\x00" * 41, b"\x15\x03\x01\x00\x02\x02\x28", b"PRI * HTTP/2.0\r\n\r\n"):
        with socket.create_connection(address(webhook), timeout=PATIENCE_SECONDS) as plain:
            plain.sendall(said)
            assert b"HTTP/1.1 200" not in read_to_end(plain)


def hello():
    """Return the first message of a handshake."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        session.do_handshake()
    return outgoing.read()


def aborted_handshakes(webhook):
    """Break off a thousand handshakes by a reset: before, within and after the first message."""
    message = hello()
    for number in range(1000):
        with socket.create_connection(address(webhook), timeout=PATIENCE_SECONDS) as plain:
            plain.sendall((b"", message[:50], message)[number % 3])
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def idle_connections(webhook):
    """Hold a thousand connections that say nothing until each is cut."""
    held = [socket.create_connection(address(webhook), timeout=PATIENCE_SECONDS) for _ in range(1000)]
    for each in held:
        assert read_to_end(each) == b""
        each.close()


def resting_connections(webhook):
    """Hold more connections than the webhook takes that have each sent one request."""
    with contextlib.ExitStack() as stack:
        for _ in range(150):
            secure = stack.enter_context(webhook.wire.tls(PATIENCE_SECONDS))
            secure.sendall(NEXT)
            assert secure.recv(4096).startswith(b"HTTP/1.1 200 ")


def renegotiation(webhook):
    """Ask for a new handshake within one of TLS 1.2, again and again."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{webhook.port}", "-tls1_2"],
        input="R\n" * 20, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert "RENEGOTIATING" in done.stdout + done.stderr


def dense_body(size):
    """Return a review of a size with as many values as may be, which takes the most memory once it is parsed."""
    numbers = "[" + ",".join("0" * 380_000) + "]"
    body = json.dumps(review(thing(KUBE_OVN, "Vpc", "left", {"staticRoutes": "@"}, annotations={"note": "%"})))
    body = body.replace('"@"', numbers)
    return body.replace("%", "x" * (size - len(body))).encode()


def send_large(webhook, body):
    """Send a large body and return the status of the answer and its header Retry-After; 0 when cut."""
    try:
        connection = webhook.wire.connect()
        connection.request("POST", "/validate?timeout=30s", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        return response.status, response.headers["Retry-After"]
    except OSError:
        return 0, None


def large_bodies(webhook):
    """Send 256 bodies of 7 MiB at the same time; each is decided, or sent away to come again, or cut as too slow."""
    body = dense_body(7 * MIB - 1000)
    answers = at_once(256, lambda each: send_large(each, body), webhook)
    assert {status for status, _ in answers} <= {200, 503, 0}, answers
    assert all(again is not None for status, again in answers if status == 503), answers


ALL = [slow_headers, slow_bodies, slow_handshakes, silence, half_closed, large_headers, endless_chunks,
       lies_about_the_length, smuggled_requests, noise, aborted_handshakes, idle_connections,
       renegotiation, large_bodies]
