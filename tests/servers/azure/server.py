"""The service on sockets: plain or TLS, and the metadata service always plain."""

from ..played.journal import Dropped
from ..played.server import Handler, Server
from .answers import NETWORK, PLAIN
from .controls import NAMES, Controls
from .service import Service

_CHUNKS = (7, 1 << 20)


class _Handler(Handler):
    names = NAMES
    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = Handler.serve

    def answer(self, entry, answer):
        content = None if answer.status == 204 else answer.content()
        chunked = answer.body is not None and answer.style in (NETWORK, PLAIN)
        self.send(answer.status, answer.all_headers().items(), content, _CHUNKS if chunked else ())


class _MetadataHandler(_Handler):
    def ask(self, path, query):
        if not path.startswith("/metadata/"):
            raise Dropped
        return super().ask(path, query)


class AzureServer(Server, Controls):
    """A server in threads of this process, and its controls; see the package.

    With TLS, the metadata service and the controls are also at `metadata_url`, without it.
    """

    SERVICE = Service
    HANDLER = _Handler

    def __init__(self, port=0, certificate=None, key=None):
        super().__init__(port, certificate, key)
        self.metadata_url = self._listen(0, _MetadataHandler).url if certificate else self.url

    def addresses(self):
        """Return the port and both addresses."""
        return {**super().addresses(), "metadata_url": self.metadata_url}
