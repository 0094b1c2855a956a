"""The service on sockets: HTTP/1.1 on the loopback address, plain or TLS, and the metadata service always plain."""

import json
import socket
import ssl
import sys
import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .answers import NETWORK, PLAIN
from .controls import NAMES, Controls
from .journal import Dropped
from .service import Request, Service

_MOST = 1 << 20
_ADMIN = "/_admin/"


def _chunked(content):
    """Return content in two chunks, since a client must not rely on their bounds."""
    parts = [part for part in (content[:7], content[7:]) if part]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Azure"
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

    def _send(self, status, headers, content, chunked):
        self.send_response_only(status)
        self.send_header("Date", self.date_time_string())
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204 and chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status != 204:
            self.wfile.write(_chunked(content) if chunked else content)
        self.wfile.flush()

    def _cloud(self):
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, query, headers, self._body(), self.server.scheme)
        entry, answer = self.server.service.work(request)
        entry.answered = True
        try:
            self._send(answer.status, answer.all_headers(), answer.content(),
                       answer.body is not None and answer.style in (NETWORK, PLAIN))
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
        self._send(status, {"Content-Type": "application/json"}, json.dumps(answer).encode(), False)

    def _serve(self):
        try:
            if self.path.startswith(_ADMIN):
                self._control(self.path[len(_ADMIN):])
            elif self.server.all_services or self.path.startswith("/metadata/"):
                self._cloud()
            else:
                raise Dropped
        except (Dropped, OSError, ValueError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 512

    def __init__(self, port, service, context, all_services=True):
        self.service = service
        self.scheme = "https" if context else "http"
        self.all_services = all_services
        self.open_sockets = set()
        self._context = context
        super().__init__(("127.0.0.1", port), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

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

    def start(self):
        """Begin to answer."""
        self._thread.start()

    def stop(self):
        """Close all connections, also those that clients keep open."""
        self.shutdown()
        self.server_close()
        for connection in list(self.open_sockets):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self._thread.join()


class AzureServer(Controls):
    """A server in threads of this process, and its controls; see the package. A context manager.

    With `certificate` and `key`, paths of PEM files, it speaks TLS for the name localhost; the metadata service and
    the controls are also at `metadata_url`, without TLS.
    """

    def __init__(self, port=0, certificate=None, key=None):
        service = Service()
        super().__init__(service.state, service.journal, service.lock)
        service.controls = self
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
        self._listeners = [_Listener(port, service, context)]
        self.port = self._listeners[0].server_address[1]
        self.url = f"https://localhost:{self.port}" if certificate else f"http://127.0.0.1:{self.port}"
        self.metadata_url = self.url
        if certificate:
            self._listeners.append(_Listener(0, service, None, all_services=False))
            self.metadata_url = f"http://127.0.0.1:{self._listeners[1].server_address[1]}"

    def start(self):
        """Begin to answer; returns the server."""
        for listener in self._listeners:
            listener.start()
        return self

    def stop(self):
        """Let held calls go and close all connections."""
        self.clear_hooks()
        for listener in self._listeners:
            listener.stop()

    def __enter__(self):
        """Start."""
        return self.start()

    def __exit__(self, *_):
        """Stop."""
        self.stop()
