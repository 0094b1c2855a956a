"""A TLS proxy between one replica and its API server that makes the way between them bad.

It can hold back what watches deliver, answer a share of the other calls with 429, cut all connections, or
swallow all that goes over them. It reads each request's head, so that nothing but watches is ever held back.
"""

import asyncio
import random
import re
import ssl

from balancer import PIECE
from event_loop import until_first_ends
from processes import free_port

TOO_MANY = (b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\nRetry-After: 1\r\n"
            b"Content-Length: 9\r\n\r\ntry later")
LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)


class Way:
    """One connection of the replica, and whether a watch runs on it now."""

    def __init__(self, reader, writer, api_reader, api_writer):
        self.reader, self.writer = reader, writer
        self.api_reader, self.api_writer = api_reader, api_writer
        self.is_watch = False
        self.held = asyncio.Queue()

    def cut(self):
        """End both sides at once."""
        for writer in (self.writer, self.api_writer):
            writer.transport.abort()


class DelayingProxy:
    """A proxy on a port of its own; `watch_delay` and `refused_share` may change at any time."""

    def __init__(self, loop, api_port, api_certificate, pair):
        self.loop = loop
        self.api_port = api_port
        self.port = free_port()
        self.api_trust = ssl.create_default_context(cafile=api_certificate)
        self.identity = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.identity.load_cert_chain(pair.certificate, pair.key)
        self.watch_delay = 0.0
        self.refused_share = 0.0
        self.watches = 0
        self.refused = 0
        self.silent = False
        self.ways = set()
        self.server = None

    def start(self):
        """Listen."""
        self.server = self.loop.run(asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.identity))

    def cut(self):
        """Refuse new connections and end those that there are."""
        self.loop.run(self._close(silently=False))

    def swallow(self):
        """Refuse new connections, and lose every byte on those that there are without a word."""
        self.loop.run(self._close(silently=True))

    def mend(self):
        """End what is left of the old connections and take new ones."""
        self.cut()
        self.silent = False
        self.start()

    def stop(self):
        """End everything."""
        self.cut()

    async def _close(self, silently):
        """Take no connections any more; cut the others or let them starve."""
        self.server.close()
        self.silent = silently
        if not silently:
            for way in list(self.ways):
                way.cut()

    async def _serve(self, reader, writer):
        """Serve one connection until either side ends it."""
        try:
            api = await asyncio.open_connection("127.0.0.1", self.api_port, ssl=self.api_trust)
        except OSError:
            writer.transport.abort()
            return
        way = Way(reader, writer, *api)
        self.ways.add(way)
        try:
            await until_first_ends(self._requests(way), self._answers(way), self._deliver(way))
        finally:
            self.ways.discard(way)
            way.cut()

    async def _requests(self, way):
        """Pass requests on one by one, and note whether they are watches."""
        while True:
            head = await way.reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            body = await way.reader.readexactly(int(length[1])) if length else b""
            way.is_watch = b"watch=" in head.split(b"\r\n", 1)[0]
            self.watches += way.is_watch
            if self.silent:
                continue
            if not way.is_watch and random.random() < self.refused_share:
                self.refused += 1
                way.held.put_nowait((0, TOO_MANY))
            else:
                way.api_writer.write(head + body)
                await way.api_writer.drain()

    async def _answers(self, way):
        """Read what the API server says and set the time at which the replica hears it; the end is heard late too."""
        piece = b"-"
        while piece:
            piece = await way.api_reader.read(PIECE)
            delay = self.watch_delay if way.is_watch else 0
            way.held.put_nowait((asyncio.get_running_loop().time() + delay, piece))
        await asyncio.Event().wait()

    async def _deliver(self, way):
        """Hand over each piece when its time has come."""
        while True:
            due, piece = await way.held.get()
            wait = due - asyncio.get_running_loop().time()
            if wait > 0:
                await asyncio.sleep(wait)
            if not piece:
                return
            if not self.silent:
                way.writer.write(piece)
                await way.writer.drain()
