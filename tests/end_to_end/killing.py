"""Lives of one peering or link under a daemon that is killed at one cloud call or write, and compared with the one
in which nobody is.

A call or write at which it is killed has either not been made, or has been made without its answer.
"""

import itertools
from dataclasses import dataclass

from daemon import LEASE, Daemon
from peering_ground import difference
from polling import wait_until


class CloudCalls:
    """The points at which something is changed in the cloud."""

    def __init__(self, ground, _proxy):
        self.cloud, self.changes = ground.cloud, ground.changes
        self.hook = None

    def count(self):
        """Return how many there were until now."""
        return len(self.cloud.journal(**self.changes))

    def hold(self, number, when):
        """Hold one of those to come."""
        self.hook = self.cloud.hold(number, when, **self.changes)

    def wait_held(self):
        """Say whether it came."""
        return self.cloud.wait_held(self.hook) is not None

    def drop(self):
        """Let go of what was held without an answer."""
        self.cloud.release(self.hook, drop=True)


class Writes:
    """The points at which something is written to the API server."""

    def __init__(self, _ground, proxy):
        self.proxy = proxy
        self.hold = proxy.hold
        self.wait_held = proxy.wait_held
        self.drop = proxy.cut

    def count(self):
        """Return how many there were until now."""
        return len(self.proxy.writes)


@dataclass
class Half:
    """One half of an undisturbed life: its end, and how many points it had by their kind."""

    picture: dict
    points: dict


class Life:
    """One peering from its creation to its end, and the daemon that manages it."""

    def __init__(self, control_plane, proxy, ground, daemon):
        self.control_plane = control_plane
        self.proxy = proxy
        self.ground = ground
        self.daemon = daemon

    def kill(self, points):
        """Kill the daemon at the point that is held, and start another that leads at once."""
        assert points.wait_held(), "the daemon never came to this point"
        self.daemon.server.kill()
        points.drop()
        self.proxy.cut()
        self.control_plane.api.request("DELETE", LEASE)
        self.daemon.start_as_leader()

    def compare(self, wanted):
        """Wait until what there is equals a picture."""
        found = []

        def is_same():
            found[:] = [self.ground.picture()]
            return found == [wanted]
        try:
            wait_until(is_same, "the end is the same", seconds=20)
        except AssertionError as late:
            raise AssertionError(difference(wanted, found[0])) from late


class Lives:
    """Makes lives, one after the other, each with a ground and a daemon of its own."""

    def __init__(self, control_plane, proxy, folder, config):
        self.control_plane = control_plane
        self.proxy = proxy
        self.folder = folder
        self.config = config
        self.life = None
        self.numbers = itertools.count(1)

    def begin(self, make_ground):
        """End the life before, and begin one with a daemon that leads."""
        self.end()
        ground = make_ground(self.control_plane.api, f"life-{next(self.numbers)}")
        daemon = Daemon(self.folder, self.config, "--reports=none", *ground.options, **ground.access("daemon"))
        self.life = Life(self.control_plane, self.proxy, ground, daemon)
        daemon.start_as_leader()
        return self.life

    def end(self):
        """End the life that there is."""
        if self.life:
            self.life.daemon.server.kill()
            self.life.ground.remove()
            self.control_plane.api.request("DELETE", LEASE)
        self.life = None

    def undisturbed(self, make_ground):
        """Live a life in which nobody is killed."""
        life = self.begin(make_ground)
        kinds = [kind(life.ground, self.proxy) for kind in (CloudCalls, Writes)]

        def half(begin, wait):
            before = [kind.count() for kind in kinds]
            begin()
            wait()
            return Half(life.ground.picture(),
                        {type(kind): kind.count() - first for kind, first in zip(kinds, before, strict=True)})

        creation = half(life.ground.create, life.ground.wait_until_ready)
        deletion = half(life.ground.delete, life.ground.wait_until_gone)
        return Undisturbed(creation, deletion, life.ground.effects())

    def kill_at_each(self, make_ground, undisturbed, kind, when):
        """Live a life for each point of a kind, killed there in each half, and assert that all end as they should."""
        halves = (undisturbed.creation, undisturbed.deletion)
        for number in range(1, max(half.points[kind] for half in halves) + 1):
            life = self.begin(make_ground)
            points = kind(life.ground, self.proxy)
            for half, begin in zip(halves, (life.ground.create, life.ground.delete), strict=True):
                is_point = number <= half.points[kind]
                if is_point:
                    points.hold(number, when)
                begin()
                if is_point:
                    life.kill(points)
                life.compare(half.picture)
            wanted, got = sorted(undisturbed.effects), sorted(life.ground.effects())
            assert got == wanted, f"killed at {number}: {difference(wanted, got)}"


@dataclass
class Undisturbed:
    """A life in which nobody was killed: its two halves and all that it changed in the cloud."""

    creation: Half
    deletion: Half
    effects: list
