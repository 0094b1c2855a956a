"""The service on a socket: answers in chunks as EC2 sends them."""

from ..played.server import Handler, Server
from .controls import NAMES, Controls
from .service import Service
from .signature import Request

_CHUNKS = (1, 38, 5, 700, 16384)


class _Handler(Handler):
    names = NAMES
    do_GET = do_POST = Handler.serve

    def ask(self, path, query):
        headers = [(name.lower(), value) for name, value in self.headers.items()]
        return self.server.service.work(Request(self.command, path, query, headers, self.content()))

    def answer(self, entry, answer):
        headers = (("Server", "AmazonEC2"), ("Content-Type", "text/xml;charset=UTF-8"), ("Vary", "Accept-Encoding"),
                   ("x-amzn-RequestId", entry.request_id))
        self.send(entry.status, headers, answer.encode(), _CHUNKS)


class AwsServer(Server, Controls):
    """A server in a thread of this process, and its controls; see the package."""

    SERVICE = Service
    HANDLER = _Handler
