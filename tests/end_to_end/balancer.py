"""A plain TCP balancer, as a Service is one: each connection goes to the next backend and stays there.

It learns that a backend is dead as a client would, by a refused connection, and then tries the next one.
"""

import asyncio
import itertools

from event_loop import until_first_ends
from processes import free_port

PIECE = 65536


class Balancer:
    """Relays connections to its port to one of the ports in `backends`, which may change at any time."""

    def __init__(self, loop):
        self.loop = loop
        self.port = free_port()
        self.backends = []
        self.turns = itertools.count()
        self.server = None

    def start(self):
        """Listen."""
        self.server = self.loop.run(asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=1024))

    def stop(self):
        """Listen no more; the connections end with the loop."""
        self.loop.loop.call_soon_threadsafe(self.server.close)

    async def _serve(self, reader, writer):
        """Relay one connection until either side ends it."""
        try:
            backend = await self._connect()
            if backend:
                await until_first_ends(relay(reader, backend[1]), relay(backend[0], writer))
                backend[1].close()
        finally:
            writer.close()

    async def _connect(self):
        """Return a connection to the next backend that takes one, or None."""
        backends = list(self.backends)
        first = next(self.turns)
        for step in range(len(backends)):
            try:
                return await asyncio.open_connection("127.0.0.1", backends[(first + step) % len(backends)])
            except ConnectionError:
                continue
        return None


async def relay(reader, writer):
    """Pass all bytes on until there are no more."""
    while piece := await reader.read(PIECE):
        writer.write(piece)
        await writer.drain()
