"""A proxy before an API server that counts the writes of its client and can hold one of them, or starve the client.

The client speaks plain HTTP to it, which Peerwarden allows on loopback alone. Leases and Events are not counted: they
are written all the time.
"""

import asyncio
import json
import re
import ssl
import threading

from balancer import PIECE
from event_loop import until_first_ends
from processes import free_port

BEFORE, AFTER = "before", "after"
LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
WRITE = re.compile(r"(POST|PUT|PATCH|DELETE) \S*/apis/(?!coordination\.k8s\.io/|events\.k8s\.io/)")


class Hold:
    """The `number`-th write from now, which is held before the API server gets it or after it has answered."""

    def __init__(self, number, when):
        self.left = number
        self.when = when
        self.reached = threading.Event()

    def meets(self):
        """Count a write, and say whether it is the one that is meant."""
        self.left -= 1
        return self.left == 0

    async def happen(self):
        """Wait for the end of the connection."""
        self.reached.set()
        await asyncio.Event().wait()


class CountingProxy:
    """A proxy on a port of its own; `writes` has the method and path of each write so far."""

    def __init__(self, loop, control_plane):
        self.loop = loop
        self.api_port = control_plane.port
        self.trust = ssl.create_default_context(cafile=control_plane.certificate)
        self.port = free_port()
        self.writes = []
        self.hook = None
        self.silent = False
        self.writers = set()
        self.server = None

    def start(self):
        """Listen."""
        self.server = self.loop.run(asyncio.start_server(self._serve, "127.0.0.1", self.port))

    def kubeconfig(self, original, path):
        """Write a kubeconfig that leads here instead of to the API server, and return its path."""
        config = json.loads(original.read_text())
        config["clusters"][0]["cluster"] = {"server": f"http://127.0.0.1:{self.port}"}
        path.write_text(json.dumps(config))
        return path

    def hold(self, number, when):
        """Hold a write until `cut`: one held before is never made, of one held after nobody hears."""
        self.hook = Hold(number, when)

    def wait_held(self, seconds=30.0):
        """Wait until the write is held, and say whether it is."""
        return self.hook.reached.wait(seconds)

    def cut(self):
        """End all connections; new ones are served, and nothing is held any more."""
        self.loop.run(self._cut())

    def swallow(self):
        """Lose every byte from now on, in both directions, on old connections and new ones."""
        self.silent = True

    def mend(self):
        """End the connections that starve and serve new ones."""
        self.silent = False
        self.cut()

    async def _cut(self):
        """Do it in the loop."""
        self.hook = None
        for writer in list(self.writers):
            writer.transport.abort()

    async def _serve(self, reader, writer):
        """Serve one connection until either side ends it."""
        self.writers.add(writer)
        try:
            api_reader, api_writer = await asyncio.open_connection("127.0.0.1", self.api_port, ssl=self.trust)
            self.writers.add(api_writer)
            held = asyncio.Queue()
            await until_first_ends(self._requests(reader, api_writer, held), self._answers(api_reader, writer, held))
            self.writers.discard(api_writer)
            api_writer.transport.abort()
        except OSError:
            pass
        finally:
            self.writers.discard(writer)
            writer.transport.abort()

    async def _requests(self, reader, api_writer, held):
        """Pass requests on one by one; one that is to be held after its answer is put into `held`."""
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            body = await reader.readexactly(int(length[1])) if length else b""
            hook = self._count(head.split(b"\r\n", 1)[0].decode())
            if hook and hook.when == BEFORE:
                await hook.happen()
            if hook:
                held.put_nowait(hook)
            if not self.silent:
                api_writer.write(head + body)
                await api_writer.drain()

    def _count(self, line):
        """Note a request, and return the hook that it meets."""
        if not WRITE.match(line):
            return None
        self.writes.append(line.rpartition(" ")[0])
        return self.hook if self.hook and self.hook.meets() else None

    async def _answers(self, api_reader, writer, held):
        """Pass on what the API server says, unless it is the answer that is held."""
        while piece := await api_reader.read(PIECE):
            if not held.empty():
                await held.get_nowait().happen()
            if not self.silent:
                writer.write(piece)
                await writer.drain()
