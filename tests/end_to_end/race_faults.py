"""What goes wrong while requests race: one fault per variant, done again and again until the rounds are over.

A fault runs in the main thread, since the kernel ends a child together with the thread that started it.
"""

import os
import random
import signal
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

WATCH_DELAY_SECONDS = 5
PAUSE_SECONDS = 4
ETCD_PAUSE_SECONDS = 2
CUT_SECONDS = 10
LASTING_SECONDS = 10
REFUSED_SHARE = 0.3


@dataclass
class Scene:
    """What a fault may touch: the replicas, the proxy before the last of them, etcd; and when the rounds may end and do."""

    replicas: list
    proxy: object
    etcd: object
    enough: Event = field(default_factory=Event)
    end: Event = field(default_factory=Event)
    times: int = 0

    def wait(self, seconds):
        """Wait, but not longer than the rounds last; say whether they go on."""
        return not self.end.wait(seconds)

    def happened(self, enough=1):
        """Count the fault; the rounds go on at least until it has happened often enough."""
        self.times += 1
        if self.times >= enough:
            self.enough.set()

    def last(self):
        """Let a fault that goes on all the time last long enough to be felt, and until the rounds are over."""
        self.end.wait(LASTING_SECONDS)
        self.enough.set()
        self.end.wait()


def nothing(scene):
    """All is well."""
    scene.enough.set()


def kill(scene):
    """A random replica is killed each second, and started again under its name."""
    while scene.wait(1):
        replica = random.choice(scene.replicas)
        replica.server.kill()
        replica.server.start()
        scene.happened(10)


@contextmanager
def stopped(server):
    """Let a process sleep for a while."""
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


def pause(scene):
    """A random replica sleeps for seconds, and wakes with an old view and a queue of calls."""
    while scene.wait(1):
        with stopped(random.choice(scene.replicas).server):
            scene.wait(PAUSE_SECONDS)
        scene.happened(3)


def delay(scene):
    """One replica hears of everything by watch late."""
    scene.proxy.watch_delay = WATCH_DELAY_SECONDS
    scene.last()
    scene.proxy.watch_delay = 0
    scene.times = scene.proxy.watches


def etcd(scene):
    """etcd sleeps for a while."""
    while scene.wait(2):
        with stopped(scene.etcd):
            scene.wait(ETCD_PAUSE_SECONDS)
        scene.happened(3)


def refuse(scene):
    """The API server tells one replica to come back later, for a share of its calls."""
    scene.proxy.refused_share = REFUSED_SHARE
    scene.last()
    scene.proxy.refused_share = 0
    scene.times = scene.proxy.refused


def cut(scene):
    """The connections between one replica and its API server are cut, and new ones refused."""
    lose(scene, scene.proxy.cut)


def swallow(scene):
    """The connections between one replica and its API server stay open and carry nothing, and new ones are refused."""
    lose(scene, scene.proxy.swallow)


def lose(scene, way):
    """Lose the connection in one way for a while."""
    while scene.wait(2):
        way()
        scene.wait(CUT_SECONDS)
        scene.proxy.mend()
        scene.happened()


@dataclass
class Variant:
    """A fault, how many rounds race beside it, and how many of them at one time.

    A process that is killed cannot answer, and the API server does not ask again: only there may calls fail. A group
    may go without where a replica is lost with reservations in its page that it can neither keep nor give back: they
    stand in the way of the repeated calls, which stand in the way of each other, until the time of the calls is over.
    """

    fault: object
    rounds: int
    at_once: int = 6
    needs_proxy: bool = False
    calls_may_fail: bool = False
    groups_may_go_without: bool = False

    @property
    def name(self):
        """The word for it on the command line."""
        return self.fault.__name__


VARIANTS = {each.name: each for each in [
    Variant(nothing, 300),
    Variant(kill, 80, calls_may_fail=True, groups_may_go_without=True),
    Variant(pause, 60, at_once=12),
    Variant(delay, 48, at_once=24, needs_proxy=True),
    Variant(etcd, 60),
    Variant(refuse, 60, needs_proxy=True),
    Variant(cut, 60, needs_proxy=True, groups_may_go_without=True),
    Variant(swallow, 60, at_once=12, needs_proxy=True, groups_may_go_without=True),
]}
