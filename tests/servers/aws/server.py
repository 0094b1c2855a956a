"""The service on a socket: HTTP/1.1 on the loopback address, plain or TLS, answers in chunks as EC2 sends them."""

import itertools
import json
import socket
import ssl
import sys
import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .controls import NAMES, Controls
from .journal import Dropped
from .service import Service
from .signature import Request

_MOST = 1 << 20
_ADMIN = "/_admin/"
_CHUNKS = (1, 38, 5, 700, 16384)


def _chunked(content):
    """Return content in chunks of which the first are short, since a client must not rely on their bounds."""
    sizes, start, parts = itertools.chain(_CHUNKS, itertools.repeat(_CHUNKS[-1])), 0, []
    while start < len(content):
        part = content[start:start + next(sizes)]
        parts.append(b"%x\r\n%b\r\n" % (len(part), part))
        start += len(part)
    return b"".join(parts) + b"0\r\n\r\n"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "AmazonEC2"
    sys_version = ""
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_arguments):
        pass

    def date_time_string(self, timestamp=None):
        return formatdate(timestamp or self.server.service.controls.real_time(), usegmt=True)

    def _body(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MOST:
            raise Dropped
        return self.rfile.read(length)

    def _send(self, status, kind, content, headers=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(_chunked(content))
        self.wfile.flush()

    def _cloud(self):
        path, _, query = self.path.partition("?")
        headers = [(name.lower(), value) for name, value in self.headers.items()]
        entry, answer = self.server.service.work(Request(self.command, path, query, headers, self._body()))
        entry.answered = True
        try:
            self._send(entry.status, "text/xml;charset=UTF-8", answer.encode(),
                       (("Vary", "Accept-Encoding"), ("x-amzn-RequestId", entry.request_id)))
        except OSError:
            entry.answered = False
            raise

    def _control(self, name):
        try:
            if name not in NAMES:
                raise ValueError(f"there is no control {name}")
            asked = json.loads(self._body() or b"{}")
            control = getattr(self.server.service.controls, name)
            status, answer = 200, {"result": control(*asked.get("arguments", ()), **asked.get("named", {}))}
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            status, answer = 400, {"error": f"{type(error).__name__}: {error}"}
        self._send(status, "application/json", json.dumps(answer).encode())

    def _serve(self):
        try:
            if self.path.startswith(_ADMIN):
                self._control(self.path[len(_ADMIN):])
            else:
                self._cloud()
        except (Dropped, OSError, ValueError):
            self.close_connection = True

    do_GET = do_POST = _serve


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 512

    def __init__(self, port, service, context):
        self.service = service
        self.open_sockets = set()
        self._context = context
        super().__init__(("127.0.0.1", port), _Handler)

    def get_request(self):
        connection, address = super().get_request()
        if self._context:
            connection = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self.open_sockets.add(connection)
        return connection, address

    def shutdown_request(self, request):
        self.open_sockets.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def close_connections(self):
        """Close the connections that clients keep open."""
        for connection in list(self.open_sockets):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class AwsServer(Controls):
    """A server in a thread of this process, and its controls; see the package. A context manager.

    With `certificate` and `key`, paths of PEM files, it speaks TLS for the name localhost.
    """

    def __init__(self, port=0, certificate=None, key=None):
        service = Service()
        super().__init__(service.state, service.journal, service.lock)
        service.controls = self
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
        self._listener = _Listener(port, service, context)
        self.port = self._listener.server_address[1]
        self.url = f"https://localhost:{self.port}" if certificate else f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,), daemon=True)

    def start(self):
        """Begin to answer; returns the server."""
        self._thread.start()
        return self

    def stop(self):
        """Let held calls go and close all connections."""
        self.clear_hooks()
        self._listener.shutdown()
        self._listener.server_close()
        self._listener.close_connections()
        self._thread.join()

    def __enter__(self):
        """Start."""
        return self.start()

    def __exit__(self, *_):
        """Stop."""
        self.stop()
