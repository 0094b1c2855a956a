"""Three replicas of the webhook behind a balancer that learns late, replaced as a rolling update does."""

import os

from event_loop import EventLoop
from key_pairs import KeyPair
from late_balancer import LateBalancer
from polling import wait_until
from wire import Wire


def put(pair, folder):
    """Replace the two files of a mounted key pair one after the other."""
    for source in (pair.certificate, pair.key):
        fresh = folder / f"{source.name}.new"
        fresh.write_bytes(source.read_bytes())
        os.replace(fresh, folder / source.name)


class Replicas:
    """The replicas that run, as one webhook that Guard can register."""

    def __init__(self, new_webhook, authority, folder, lateness=0.0):
        self.new_webhook = new_webhook  # a function of a key pair
        self.authority = authority
        self.folder = folder
        self.lateness = lateness
        self.loop = EventLoop()
        self.balancer = LateBalancer(self.loop)
        self.balancer.start()
        self.port = self.balancer.port
        self.running = []
        self.pairs = 0

    @property
    def server(self):
        """The process whose log tells most."""
        return self.running[-1].server

    @property
    def ports(self):
        """The ports of all replicas that run."""
        return [webhook.port for webhook in self.running]

    def issue(self):
        """Make another key pair."""
        self.pairs += 1
        return self.authority.issue(f"{self.folder.name}-{self.pairs}")

    def start_one(self):
        """Start a replica with a key pair in a folder of its own and wait until it is ready."""
        pair = self.issue()
        mounted = self.folder / pair.certificate.parent.name
        mounted.mkdir()
        put(pair, mounted)
        webhook = self.new_webhook(KeyPair(mounted / "tls.crt", mounted / "tls.key"))
        webhook.start()
        webhook.wait_for("/readyz", 200)
        self.running.append(webhook)

    def start(self, count=3):
        """Start as many replicas, which the balancer knows at once."""
        for _ in range(count):
            self.start_one()
        self.balancer.learn(self.ports)

    def replace(self, webhook):
        """Start a new replica, then end an old one, and tell the balancer late; return what it still sent the old one."""
        self.start_one()
        self.running.remove(webhook)
        before = self.balancer.connections[webhook.port]
        self.balancer.learn_late(self.ports, self.lateness)
        assert webhook.server.terminate(120) == 0, webhook.server.tail()
        return self.balancer.connections[webhook.port] - before

    def _shown(self, port):
        """Return the certificate that a new connection sees."""
        with Wire(port, self.authority.bundle).tls() as secure:
            return secure.getpeercert(binary_form=True)

    def wires(self):
        """Return a way to speak to each replica itself."""
        return [Wire(port, self.authority.bundle) for port in self.ports]

    def swap_pairs(self):
        """Give each replica a new key pair of the present authority and wait until it shows it."""
        for webhook in self.running:
            pair = self.issue()
            put(pair, webhook.pair.certificate.parent)
            wait_until(lambda port=webhook.port, pair=pair: self._shown(port) == pair.der,
                       "new connections see the new certificate", seconds=90)

    def stop(self):
        """End everything, all replicas at once."""
        for webhook in self.running:
            webhook.server.process.terminate()
        for webhook in self.running:
            assert webhook.server.process.wait(120) == 0, webhook.server.tail()
        self.balancer.stop()
        self.loop.stop()
