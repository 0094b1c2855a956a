"""Lets pods reach a server that listens on the loopback address of the node."""

import asyncio

from balancer import relay
from event_loop import EventLoop, until_first_ends
from pod_network import NODE


class Relay:
    """Passes connections to a port of the node's address on to the same port of its loopback address."""

    def __init__(self, port):
        self.port = port
        self.loop = EventLoop()
        self.loop.run(asyncio.start_server(self._serve, NODE, port))

    async def _serve(self, reader, writer):
        """Relay one connection until either side ends it."""
        try:
            near = await asyncio.open_connection("127.0.0.1", self.port)
            await until_first_ends(relay(reader, near[1]), relay(near[0], writer))
            near[1].close()
        finally:
            writer.close()

    def stop(self):
        """End all connections."""
        self.loop.stop()
