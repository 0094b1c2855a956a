"""A plain TCP balancer that learns late which replicas come and go, as the nodes' rules for a Service do."""

import asyncio
from collections import Counter

from balancer import Balancer


class LateBalancer(Balancer):
    """Gives each new connection to the next replica, even to one that has gone, which its client then gets to see."""

    def __init__(self, loop):
        super().__init__(loop)
        self.connections = Counter()  # by port of the replica
        self.refused = Counter()

    def learn(self, ports):
        """Give new connections to these replicas."""
        self.backends = list(ports)

    def learn_late(self, ports, seconds):
        """Give new connections to these replicas when some time has passed."""
        self.loop.loop.call_soon_threadsafe(self.loop.loop.call_later, seconds, self.learn, list(ports))

    async def _connect(self):
        """Return a connection to the replica whose turn it is, or None."""
        port = self.backends[next(self.turns) % len(self.backends)]
        self.connections[port] += 1
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            self.refused[port] += 1
            return None
