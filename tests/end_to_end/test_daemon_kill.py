"""A daemon that is killed at any cloud call or write and started again comes to the same end as one that was not.

One peering is created and, when it is ready, deleted; the daemon is killed once in each half. A call or write at which
it is killed has either not been made, or has been made without its answer.
"""

import itertools
from collections import Counter
from dataclasses import dataclass

import pytest

from counting_proxy import CountingProxy
from daemon import LEASE, Daemon, grant
from event_loop import EventLoop
from objects import shoot_info
from peering_ground import PeeringGround, difference
from polling import wait_until

FIRST = "CreateVpcPeeringConnection"


@pytest.fixture(scope="module")
def kubeconfig(control_plane):
    """The kubeconfig of the daemon's ServiceAccount in a cluster that is a shoot."""
    control_plane.api.store(shoot_info())
    yield grant(control_plane)
    control_plane.api.delete(shoot_info())


@pytest.fixture(scope="module")
def proxy(control_plane):
    """A proxy before the API server."""
    loop = EventLoop()
    proxy = CountingProxy(loop, control_plane)
    proxy.start()
    yield proxy
    proxy.cut()
    loop.stop()


class CloudCalls:
    """The points at which something is changed in the cloud."""

    def __init__(self, ground, _proxy):
        self.cloud = ground.cloud
        self.hook = None

    def count(self):
        """Return how many there were until now."""
        return len(self.cloud.journal(service="ec2", mutating=True))

    def hold(self, number, when):
        """Hold one of those to come."""
        self.hook = self.cloud.hold(number, when, service="ec2", mutating=True)

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


@pytest.fixture(scope="module")
def new_life(control_plane, kubeconfig, proxy, tmp_path_factory):
    """A function that begins a life with a daemon that leads, and ends the one before."""
    lives, numbers = [], itertools.count(1)
    folder = tmp_path_factory.mktemp("daemons")
    config = proxy.kubeconfig(kubeconfig, folder / "proxy.kubeconfig")

    def end():
        for life in lives:
            life.daemon.server.kill()
            life.ground.remove()
            control_plane.api.request("DELETE", LEASE)
        lives.clear()

    def begin():
        end()
        ground = PeeringGround(control_plane.api, f"life-{next(numbers)}")
        daemon = Daemon(folder, config, "--clouds=aws", "--reports=none", "--dns-resolution=on",
                        **ground.access("daemon"))
        lives.append(Life(control_plane, proxy, ground, daemon))
        daemon.start_as_leader()
        return lives[0]

    yield begin
    end()


@dataclass
class Undisturbed:
    """A life in which nobody was killed: its two halves and all that it changed in the cloud."""

    creation: Half
    deletion: Half
    effects: list


@pytest.fixture(scope="module")
def undisturbed(new_life, proxy):
    """A life in which nobody is killed."""
    life = new_life()
    kinds = [kind(life.ground, proxy) for kind in (CloudCalls, Writes)]

    def half(begin, wait):
        before = [kind.count() for kind in kinds]
        begin()
        wait()
        return Half(life.ground.picture(),
                    {type(kind): kind.count() - first for kind, first in zip(kinds, before, strict=True)})

    creation = half(life.ground.create, life.ground.wait_until_ready)
    deletion = half(life.ground.delete, life.ground.wait_until_gone)
    return Undisturbed(creation, deletion, life.ground.effects())


def test_a_daemon_that_nobody_kills_connects_routes_and_leaves_nothing_behind(undisturbed):
    created, deleted = (half.picture["cloud"] for half in (undisturbed.creation, undisturbed.deletion))
    assert [each["status"] for each in created["peerings"]] == ["active", "active"]
    assert len(deleted["peerings"]) == 1, "the foreign connection stays alone"
    assert sum(f"Action={FIRST}" in effect for effect in undisturbed.effects) == 1
    assert sum("Action=ModifyVpcPeeringConnectionOptions" in effect for effect in undisturbed.effects) == 2
    assert undisturbed.creation.points[CloudCalls] >= 4 and undisturbed.creation.points[Writes] >= 3
    assert undisturbed.deletion.points[CloudCalls] >= 3 and undisturbed.deletion.points[Writes] >= 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", [CloudCalls, Writes])
def test_a_daemon_that_is_killed_comes_to_the_same_end(new_life, proxy, undisturbed, kind, when):
    halves = (undisturbed.creation, undisturbed.deletion)
    for number in range(1, max(half.points[kind] for half in halves) + 1):
        life = new_life()
        points = kind(life.ground, proxy)
        for half, begin in zip(halves, (life.ground.create, life.ground.delete), strict=True):
            is_point = number <= half.points[kind]
            if is_point:
                points.hold(number, when)
            begin()
            if is_point:
                life.kill(points)
            life.compare(half.picture)
        assert counted(life.ground.effects()) == counted(undisturbed.effects), f"killed at {number}"


def counted(effects):
    """Return effects with how often each came about."""
    return Counter(tuple(effect) for effect in effects)
