"""The service on a socket, with the headers that Google sends."""

import gzip
import json

from ..played.journal import Dropped
from ..played.server import Handler, Server
from .controls import NAMES, Controls
from .networks import etag
from .service import Service

_CHUNKS = (1, 1023, 1024)
_ALWAYS = (("Vary", "Origin"), ("Vary", "X-Origin"), ("Vary", "Referer"), ("Server", "ESF"),
           ("Cache-Control", "private"), ("X-XSS-Protection", "0"), ("X-Frame-Options", "SAMEORIGIN"),
           ("X-Content-Type-Options", "nosniff"))


class _Handler(Handler):
    names = NAMES
    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = Handler.serve

    def _send(self, status, kind, content, headers=()):
        named = {name for name, _ in headers}
        lines = [*headers, *(each for each in _ALWAYS if each[0] not in named)]
        if status == 304:
            self.send(status, lines)
            return
        if "gzip" in (self.headers.get("Accept-Encoding") or "") and content:
            content = gzip.compress(content, 1)
            lines.append(("Content-Encoding", "gzip"))
        self.send(status, [*lines, ("Content-Type", kind)], content, _CHUNKS)

    def ask(self, path, query):
        if self.command in ("POST", "PATCH") and "Content-Length" not in self.headers:
            self._send(411, "text/html; charset=UTF-8", b"<title>Error 411 (Length Required)!!1</title>\n")
            raise Dropped
        return super().ask(path, query)

    def answer(self, entry, answer):
        status, more = answer.status, list(answer.headers)
        if entry.service == "compute" and self.command == "GET" and status == 200:
            more.append(("ETag", etag(answer.body)))
            status = 304 if self.headers.get("If-None-Match") == more[-1][1] else 200
        content = answer.body if isinstance(answer.body, str) else json.dumps(answer.body, indent=2) + "\n"
        self._send(status, answer.kind, content.encode(), more)


class GcpServer(Server, Controls):
    """A server in a thread of this process, and its controls; see the package."""

    SERVICE = Service
    HANDLER = _Handler

    def __init__(self, port=0, certificate=None, key=None):
        super().__init__(port, certificate, key)
        self._service.base = self.url

    def stop(self):
        """Let held and waiting calls go and close all connections."""
        self.settings(wait=0)
        super().stop()
