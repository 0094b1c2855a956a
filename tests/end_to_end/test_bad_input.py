"""What nobody should send to the webhook: it answers clearly or cuts the line, and goes on serving."""

import json
import select
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from control_plane import WEBHOOK
from objects import KUBE_OVN, subnet, thing, vpc
from wire import read_to_end, review

LIMIT = 7 * 1024 * 1024
JSON = {"Content-Type": "application/json"}
PATIENCE_SECONDS = 30
GROWTH_KIB = 48 * 1024


@pytest.fixture(scope="module")
def webhook(control_plane, new_webhook):
    """A webhook that only these tests speak to; in the end its memory has not swollen."""
    webhook = new_webhook(control_plane.kubeconfig(WEBHOOK), "--header-timeout=3s", "--body-timeout=4s")
    webhook.start()
    webhook.wait_for("/readyz", 200)
    before = webhook.resident_kib()
    yield webhook
    grown = webhook.resident_kib() - before
    webhook.stop()
    assert grown < GROWTH_KIB, f"resident memory grew by {grown} KiB"


@pytest.fixture(autouse=True)
def goes_on_serving(webhook):
    """After each test the webhook still decides."""
    yield
    webhook.server.assert_running()
    assert answered(webhook.wire.post(review(subnet("net", "left", "10.0.0.0/24"))))


def answered(sent):
    """Return the response in a well-formed AdmissionReview, or nothing when there is none."""
    status, headers, body = sent
    if status != 200:
        return None
    assert headers.get_content_type() == "application/json"
    decoded = json.loads(body)
    assert (decoded["apiVersion"], decoded["kind"]) == ("admission.k8s.io/v1", "AdmissionReview")
    assert decoded["response"]["uid"] and isinstance(decoded["response"]["allowed"], bool)
    return decoded["response"]


def spoiled(**spec):
    """Return the review of a Vpc with unusual values in its spec."""
    return review(thing(KUBE_OVN, "Vpc", "left", spec))


def test_plain_http_on_the_tls_port_is_cut_off(webhook):
    with socket.create_connection(("127.0.0.1", webhook.port), timeout=PATIENCE_SECONDS) as plain:
        plain.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"HTTP/1.1 200" not in read_to_end(plain)


def test_noise_on_the_tls_port_is_cut_off(webhook):
    for noise in (b"\x00" * 100, b"\x16\x03\x01\xff\xff" + b"\xff" * 200, b"\x16\x03\x01\x00\x05\x01\x00\x00"):
        with socket.create_connection(("127.0.0.1", webhook.port), timeout=PATIENCE_SECONDS) as plain:
            plain.sendall(noise)
            read_to_end(plain)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_than_post_is_answered_405(webhook, method):
    for path in ("/validate", "/mutate"):
        status, headers, _ = webhook.wire.send(method, path)
        assert status == 405 and "POST" in headers["Allow"], headers.items()


@pytest.mark.parametrize("path", [
    "/", "/unknown", "/validate/more", "/../etc/passwd", "/validat%00e", "/" + "a" * 4000])
def test_an_unknown_path_is_answered_404(webhook, path):
    assert webhook.wire.post(review(subnet("net", "left", "10.0.0.0/24")), path)[0] == 404


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/yaml", ""])
def test_another_content_type_than_json_is_answered_415(webhook, content_type):
    assert webhook.wire.post(review(subnet("net", "left", "10.0.0.0/24")), content_type=content_type)[0] == 415


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_every_spelling_of_the_json_content_type_is_read(webhook, content_type):
    assert answered(webhook.wire.post(review(subnet("net", "left", "10.0.0.0/24")), content_type=content_type))


def test_a_body_above_7_mib_is_answered_413_before_it_is_sent(webhook):
    with webhook.wire.tls() as secure:
        secure.sendall(b"POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                       b"Content-Length: %d\r\n\r\n" % (LIMIT + 1))
        assert secure.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_body_of_unknown_length_above_7_mib_is_answered_413_or_cut(webhook):
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    with webhook.wire.tls() as secure:
        try:
            secure.sendall(b"POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           b"Transfer-Encoding: chunked\r\n\r\n")
            for _ in range(LIMIT // 65536 + 2):
                secure.sendall(piece)
        except OSError:
            return
        received = read_to_end(secure)
        assert not received or received.startswith(b"HTTP/1.1 413 "), received


def test_a_review_just_below_the_limit_is_decided(webhook):
    padded = thing(KUBE_OVN, "Vpc", "left", {}, annotations={f"note-{number}": "x" * 200_000 for number in range(15)})
    assert answered(webhook.wire.post(review(padded, oldObject=padded)))


@pytest.mark.parametrize("header", [
    b"X-Long: " + b"a" * 200_000, b"\r\n".join(b"X-%d: a" % number for number in range(20_000))])
def test_too_many_headers_are_refused(webhook, header):
    with webhook.wire.tls() as secure:
        try:
            secure.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n" + header + b"\r\n\r\n")
        except OSError:
            return
        received = read_to_end(secure)
        assert not received or received.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), received


def test_a_truncated_body_is_no_review(webhook):
    for kept in (0, 1, 500):
        with webhook.wire.tls() as secure:
            body = json.dumps(review(subnet("net", "left", "10.0.0.0/24"))).encode()
            secure.sendall(b"POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           b"Content-Length: %d\r\n\r\n" % len(body) + body[:kept])


@pytest.mark.parametrize("body", [
    b"", b" ", b"nonsense", b"{", b"[]", b"null", b"3", b'{"kind":', b'\xff\xfe{}', b'{"kind":"\xc3\x28"}',
    b'{"kind":"Pod","apiVersion":"v1"}',
    b'{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}',
    b'{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":null}',
    b'{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{}}',
    b'{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v9","request":{"uid":"1"}}',
    b'{"kind":"AdmissionReview"}trailing',
])
def test_what_is_no_admission_review_is_answered_400(webhook, body):
    for path in ("/validate", "/mutate"):
        assert webhook.wire.post(body, path)[0] == 400


@pytest.mark.parametrize("opening", [b"[", b'{"a":'], ids=["lists", "objects"])
def test_what_is_nested_without_end_is_answered_clearly(webhook, opening):
    for path in ("/validate", "/mutate"):
        assert webhook.wire.post(opening * 200_000, path)[0] in (400, 413)


@pytest.mark.parametrize("request_", [
    review(thing("v1", "Pod", "pod", namespace="default")),
    review(thing("example.com/v1", "Vpc", "other")),
    review(thing(KUBE_OVN, "Vlan", "vlan", {"id": 1})),
])
def test_an_unknown_kind_is_answered_clearly(webhook, request_):
    sent = webhook.wire.post(request_)
    response = answered(sent)
    assert response and response["uid"] == request_["request"]["uid"] or 400 <= sent[0] < 500


NULLS = [
    spoiled(vpcPeerings=None, staticRoutes=None, policyRoutes=None, bfdPort=None, namespaces=None),
    spoiled(vpcPeerings=[None]),
    spoiled(vpcPeerings=[{"remoteVpc": None, "localConnectIP": None}],
            staticRoutes=[{"cidr": None, "nextHopIP": None}]),
    review({**vpc("left"), "spec": None, "status": None}),
    review(subnet("net", None, None)),
    review(subnet("net", "left", "10.0.0.0/24"), oldObject=None, options=None, userInfo=None),
]


@pytest.mark.parametrize("request_", NULLS)
def test_null_in_any_field_is_decided(webhook, request_):
    for path in ("/validate", "/mutate"):
        response = answered(webhook.wire.post(request_, path))
        assert response and response["uid"] == request_["request"]["uid"]


@pytest.mark.parametrize("number", [
    "18446744073709551614", "340282366920938463463374607431768211455", "-1", "1e400", "0.1", "1E-9999"])
def test_huge_numbers_in_any_field_are_decided(webhook, number):
    counts = {"v4usingIPs": 424242, "v6availableIPs": 424242}
    counted = review({**subnet("net", "left", "10.0.0.0/24"), "status": counts}, options={"generation": 424242})
    text = json.dumps(counted).replace("424242", number)
    response = answered(webhook.wire.post(text))
    assert response and response["uid"] == counted["request"]["uid"]


@pytest.mark.parametrize("value", [7, True, "text", [], {}, [[]], {"a": 1}, 1.5])
def test_values_of_another_type_are_decided_or_answered_clearly(webhook, value):
    for request_ in (spoiled(vpcPeerings=value), spoiled(staticRoutes=value), spoiled(vpcPeerings=[value]),
                     spoiled(vpcPeerings=[{"remoteVpc": value, "localConnectIP": value}]),
                     review({**vpc("left"), "spec": value}), review(subnet("net", value, value))):
        for path in ("/validate", "/mutate"):
            sent = webhook.wire.post(request_, path)
            assert answered(sent) or sent[0] == 400, sent


def test_what_a_caller_sends_cannot_forge_a_line_of_the_log(webhook):
    webhook.wire.post(review(subnet('net\n{"level":"error","message":"forged"}\n', "left", "nonsense\n")))
    with open(webhook.server.log, encoding="utf-8") as log:
        assert not any(line.startswith('{"level":"error","message":"forged"') for line in log)


def dribble(sock, text):
    """Send a byte every half second until the other side cuts the line; return the seconds that took."""
    started = time.monotonic()
    try:
        for byte in text * 1000:
            readable, _, _ = select.select([sock], [], [], 0.5)
            if readable and not sock.recv(65536):
                break
            assert time.monotonic() - started < PATIENCE_SECONDS, "the line was never cut"
            sock.sendall(bytes([byte]))
    except OSError:
        pass
    return time.monotonic() - started


def slow_header(webhook):
    """Send headers without end, slowly."""
    with webhook.wire.tls() as secure:
        secure.sendall(b"POST /validate HTTP/1.1\r\nX-Slow: ")
        return dribble(secure, b"a")


def slow_body(webhook):
    """Send a body slowly."""
    with webhook.wire.tls() as secure:
        secure.sendall(b"POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                       b"Content-Length: 100000\r\n\r\n")
        return dribble(secure, b" ")


def slow_handshake(webhook):
    """Connect and hardly say anything."""
    with socket.create_connection(("127.0.0.1", webhook.port), timeout=PATIENCE_SECONDS) as plain:
        plain.sendall(b"\x16\x03\x01\x40\x00")
        return dribble(plain, b"\x01")


def test_slow_clients_are_cut_at_the_deadline_and_others_are_served_meanwhile(webhook):
    with ThreadPoolExecutor() as threads:
        slow = [threads.submit(way, webhook) for way in (slow_header, slow_body, slow_handshake) for _ in range(8)]
        while not all(each.done() for each in slow):
            assert answered(webhook.wire.post(review(subnet("net", "left", "10.0.0.0/24"))))
            select.select([], [], [], 0.2)
        assert all(each.result() < PATIENCE_SECONDS for each in slow)
