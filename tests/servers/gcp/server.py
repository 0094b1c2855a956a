"""The service on a socket: HTTP/1.1 on the loopback address, plain or TLS, with the headers that Google sends."""

import gzip
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
from .networks import etag
from .service import Request, Service

_MOST = 1 << 20
_ADMIN = "/_admin/"
_CHUNK = 1024
_ALWAYS = (("Vary", "Origin"), ("Vary", "X-Origin"), ("Vary", "Referer"), ("Server", "ESF"),
           ("Cache-Control", "private"), ("X-XSS-Protection", "0"), ("X-Frame-Options", "SAMEORIGIN"),
           ("X-Content-Type-Options", "nosniff"))


def _chunked(content):
    """Return content in chunks, the first of a single byte, since a client must not rely on their bounds."""
    bounds = [0, 1, *range(_CHUNK, len(content), _CHUNK), len(content)] if content else [0]
    parts = [content[start:end] for start, end in itertools.pairwise(bounds) if end > start]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_arguments):
        pass

    def date_time_string(self, timestamp=None):
        return formatdate(timestamp or self.server.service.controls.real_time(), usegmt=True)

    def _content(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MOST:
            raise Dropped
        return self.rfile.read(length)

    def _send(self, status, kind, content, headers=()):
        named = {name for name, _ in headers}
        self.send_response_only(status)
        self.send_header("Date", self.date_time_string())
        for name, value in (*headers, *(each for each in _ALWAYS if each[0] not in named)):
            self.send_header(name, value)
        if status != 304:
            if "gzip" in (self.headers.get("Accept-Encoding") or "") and content:
                content = gzip.compress(content, 1)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Type", kind)
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if status != 304:
            self.wfile.write(_chunked(content))
        self.wfile.flush()

    def _cloud(self):
        if self.command in ("POST", "PATCH") and "Content-Length" not in self.headers:
            self._send(411, "text/html; charset=UTF-8", b"<title>Error 411 (Length Required)!!1</title>\n")
            raise Dropped
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        entry, answer = self.server.service.work(Request(self.command, path, query, headers, self._content()))
        status, more = answer.status, list(answer.headers)
        if entry.service == "compute" and self.command == "GET" and status == 200:
            more.append(("ETag", etag(answer.body)))
            status = 304 if headers.get("if-none-match") == more[-1][1] else 200
        content = answer.body if isinstance(answer.body, str) else json.dumps(answer.body, indent=2) + "\n"
        entry.answered = True
        try:
            self._send(status, answer.kind, content.encode(), more)
        except OSError:
            entry.answered = False
            raise

    def _control(self, name):
        try:
            if name not in NAMES:
                raise ValueError(f"there is no control {name}")
            asked = json.loads(self._content() or b"{}")
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

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _serve


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


class GcpServer(Controls):
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
        service.base = self.url
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.01,), daemon=True)

    def start(self):
        """Begin to answer; returns the server."""
        self._thread.start()
        return self

    def stop(self):
        """Let held calls go and close all connections."""
        self.clear_hooks()
        self.settings(wait=0)
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
