"""A played cloud on sockets: HTTP/1.1 on the loopback address, plain or TLS, its controls beside it."""

import itertools
import json
import socket
import ssl
import sys
import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .journal import Dropped
from .service import Request

_MOST = 1 << 20
_ADMIN = "/_admin/"


def _chunked(content, sizes):
    """Return content in chunks of these sizes, the last again and again, since a client must not rely on them."""
    sizes, start, parts = itertools.chain(sizes, itertools.repeat(sizes[-1])), 0, []
    while start < len(content):
        part = content[start:start + next(sizes)]
        parts.append(b"%x\r\n%b\r\n" % (len(part), part))
        start += len(part)
    return b"".join(parts) + b"0\r\n\r\n"


class Handler(BaseHTTPRequestHandler):
    """A connection. A cloud says which controls there are (`names`), which methods it serves, and how it answers."""

    names = frozenset()
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_arguments):
        """Be silent."""

    def date_time_string(self, timestamp=None):
        """Return a time as the header Date has it, by default the server's own."""
        return formatdate(timestamp or self.server.service.controls.real_time(), usegmt=True)

    def content(self):
        """Return the bytes of the request's body."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MOST:
            raise Dropped
        return self.rfile.read(length)

    def send(self, status, headers, content=None, chunks=()):
        """Send an answer: no body (None), one with its length, or one in chunks of these sizes, the last repeated."""
        self.send_response_only(status)
        self.send_header("Date", self.date_time_string())
        for name, value in headers:
            self.send_header(name, value)
        if content is not None and chunks:
            self.send_header("Transfer-Encoding", "chunked")
            content = _chunked(content, chunks)
        elif content is not None:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content or b"")
        self.wfile.flush()

    def ask(self, path, query):
        """Let the service work the request; returns its journal entry and the answer."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, query, headers, self.content(), self.server.scheme)
        return self.server.service.work(request)

    def answer(self, entry, answer):
        """Send what the service has answered."""
        raise NotImplementedError

    def _cloud(self):
        path, _, query = self.path.partition("?")
        entry, answer = self.ask(path, query)
        entry.answered = True
        try:
            self.answer(entry, answer)
        except OSError:
            entry.answered = False
            raise

    def _control(self, name):
        try:
            if name not in self.names:
                raise ValueError(f"there is no control {name}")
            asked = json.loads(self.content() or b"{}")
            control = getattr(self.server.service.controls, name)
            status, answer = 200, {"result": control(*asked.get("arguments", ()), **asked.get("named", {}))}
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            status, answer = 400, {"error": f"{type(error).__name__}: {error}"}
        self.send(status, (("Content-Type", "application/json"),), json.dumps(answer).encode())

    def serve(self):
        """Serve one request; a cloud gives it the names of the methods that it has: do_GET and so on."""
        try:
            if self.path.startswith(_ADMIN):
                self._control(self.path[len(_ADMIN):])
            else:
                self._cloud()
        except (Dropped, OSError, ValueError):
            self.close_connection = True


class Listener(ThreadingHTTPServer):
    """A socket and the thread that accepts its connections; with `context` they are of TLS, for the name localhost."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 512

    def __init__(self, port, service, handler, context=None):
        self.service = service
        self.scheme = "https" if context else "http"
        self._context = context
        self._open_sockets = set()
        super().__init__(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self):
        """The address for clients."""
        return f"{self.scheme}://{'localhost' if self._context else '127.0.0.1'}:{self.server_address[1]}"

    def get_request(self):
        """Accept a connection; its thread will shake hands."""
        connection, address = super().get_request()
        if self._context:
            connection = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._open_sockets.add(connection)
        return connection, address

    def shutdown_request(self, request):
        """End a connection."""
        self._open_sockets.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        """Tell of a fault of this program; a client that went away is none."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def start(self):
        """Begin to answer."""
        self._thread.start()

    def stop(self):
        """Close all connections, also those that clients keep open."""
        self.shutdown()
        self.server_close()
        for connection in list(self._open_sockets):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self._thread.join()


class Server:
    """A cloud in threads of this process, to be put before its controls: SERVICE and HANDLER are the cloud's classes.

    A context manager. With `certificate` and `key`, paths of PEM files, it speaks TLS for the name localhost.
    """

    SERVICE = None
    HANDLER = None

    def __init__(self, port=0, certificate=None, key=None):
        self._service = self.SERVICE()
        super().__init__(self._service.state, self._service.journal, self._service.lock)
        self._service.controls = self
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
        self._listeners = []
        main = self._listen(port, self.HANDLER, context)
        self.port, self.url = main.server_address[1], main.url

    def _listen(self, port, handler, context=None):
        """Add a socket, before the start, and return it."""
        self._listeners.append(Listener(port, self._service, handler, context))
        return self._listeners[-1]

    def addresses(self):
        """Return what a client in another process must know, as JSON can say it."""
        return {"port": self.port, "url": self.url}

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
