"""A daemon that is killed at any cloud call or write on Google Cloud or Azure comes to the end of one that was not.

One peering or link is created and, when it is ready, deleted; the daemon is killed once in each half (see killing.py).
"""

import pytest

from cloud_grounds import AzureGround, GcpGround, RulesetGround, ZoneGround
from counting_proxy import CountingProxy
from daemon import grant
from event_loop import EventLoop
from killing import CloudCalls, Lives, Writes
from managed import shoot_of

HALVES = {GcpGround: 2, AzureGround: 2, ZoneGround: 1, RulesetGround: 1}


@pytest.fixture(scope="module")
def proxy(control_plane):
    """A proxy before the API server."""
    loop = EventLoop()
    proxy = CountingProxy(loop, control_plane)
    proxy.start()
    yield proxy
    proxy.cut()
    loop.stop()


@pytest.fixture(scope="module", params=HALVES, ids=lambda ground: ground.__name__)
def ground(request, control_plane):
    """The class of the cloud, in a cluster that is a shoot there."""
    info = shoot_of(request.param.cloud_name, request.param.region)
    control_plane.api.store(info)
    yield request.param
    control_plane.api.delete(info)


@pytest.fixture(scope="module")
def lives(control_plane, ground, proxy, tmp_path_factory):
    """What begins a life with a daemon that leads, and ends the one before."""
    folder = tmp_path_factory.mktemp("daemons")
    lives = Lives(control_plane, proxy, folder, proxy.kubeconfig(grant(control_plane), folder / "proxy.kubeconfig"))
    yield lives
    lives.end()


@pytest.fixture(scope="module")
def undisturbed(lives, ground):
    """A life in which nobody is killed."""
    return lives.undisturbed(ground)


def test_a_daemon_that_nobody_kills_makes_each_half_once_and_leaves_nothing_behind(ground, lives, undisturbed):
    untouched = ground(lives.control_plane.api, "untouched")
    created, deleted = (half.picture["cloud"] for half in (undisturbed.creation, undisturbed.deletion))
    try:
        assert created != deleted == untouched.cloud.picture()
    finally:
        untouched.remove()
    assert len(undisturbed.effects) == 2 * HALVES[ground]
    assert undisturbed.creation.points[CloudCalls] == undisturbed.deletion.points[CloudCalls] == HALVES[ground]
    assert undisturbed.creation.points[Writes] >= 2 and undisturbed.deletion.points[Writes] >= 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", [CloudCalls, Writes])
def test_a_daemon_that_is_killed_comes_to_the_same_end(lives, ground, undisturbed, kind, when):
    lives.kill_at_each(ground, undisturbed, kind, when)
