"""A daemon that is killed at any cloud call or write and started again comes to the same end as one that was not.

One peering is created and, when it is ready, deleted; the daemon is killed once in each half (see killing.py).
"""

import pytest

from counting_proxy import CountingProxy
from daemon import grant
from event_loop import EventLoop
from killing import CloudCalls, Lives, Writes
from objects import shoot_info
from peering_ground import PeeringGround

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


@pytest.fixture(scope="module")
def lives(control_plane, kubeconfig, proxy, tmp_path_factory):
    """What begins a life with a daemon that leads, and ends the one before."""
    folder = tmp_path_factory.mktemp("daemons")
    lives = Lives(control_plane, proxy, folder, proxy.kubeconfig(kubeconfig, folder / "proxy.kubeconfig"))
    yield lives
    lives.end()


@pytest.fixture(scope="module")
def undisturbed(lives):
    """A life in which nobody is killed."""
    return lives.undisturbed(PeeringGround)


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
def test_a_daemon_that_is_killed_comes_to_the_same_end(lives, undisturbed, kind, when):
    lives.kill_at_each(PeeringGround, undisturbed, kind, when)
