"""Two daemons that manage: whatever becomes of the leader, nothing is done twice in the cloud and nothing by both.

Each has a user and a remote role of its own in the cloud, so that the cloud's journal tells them apart.
"""

import itertools
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest

from counting_proxy import CountingProxy
from daemon import LEASE, Daemon, grant
from event_loop import EventLoop
from objects import shoot_info
from peering_ground import PeeringGround, difference
from polling import wait_until
from slow_cloud import SlowCloud

TABLES = 30
CHANGES = {"service": "ec2", "mutating": True}
SECONDS_OF_A_CALL = 0.2  # with two routes for each table it takes far longer than a lease lasts


@pytest.fixture(scope="module")
def kubeconfig(control_plane):
    """The kubeconfig of the daemon's ServiceAccount in a cluster that is a shoot."""
    control_plane.api.store(shoot_info())
    yield grant(control_plane)
    control_plane.api.delete(shoot_info())


@pytest.fixture
def proxy(control_plane):
    """A proxy before the API server."""
    loop = EventLoop()
    proxy = CountingProxy(loop, control_plane)
    proxy.start()
    yield proxy
    proxy.cut()
    loop.stop()


class Pair:
    """A ground with two daemons, of which the first leads."""

    def __init__(self, ground, first, second):
        self.ground = ground
        self.first = first
        self.second = second

    def start(self):
        """Start both."""
        self.first.start_as_leader()
        self.second.start()

    def changes_of(self, name):
        """Return the numbers of the calls with which a daemon changed something, or tried to."""
        return [entry["number"] for entry in self.ground.calls_of(name, mutating=True)]

    def wait_until_the_first_follows(self):
        """Wait until the first knows that the second leads."""
        wait_until(lambda: self.second.name in self.first.status()["leader"]["holder"], "the first knows the second")

    def let_the_first_lead_again(self):
        """End the second and wait until the first has looked at all that there is."""
        self.wait_until_the_first_follows()
        before = len(self.ground.calls_of("first"))
        self.second.stop()
        self.first.wait_until_it_leads()
        wait_until(lambda: "DescribeRouteTables" in [
            entry["action"] for entry in self.ground.calls_of("first")[before:]], "the first looks at the routes")
        wait_until(lambda: "active" in [each["state"] for each in self.first.status()["peerings"]],
                   "the first sees that all is well")

    def assert_that_nothing_was_done_twice(self):
        """Fail where two calls with the same parameters have both changed something."""
        effects = Counter(tuple(effect) for effect in self.ground.effects())
        assert set(effects.values()) == {1}, effects.most_common(3)


@pytest.fixture(scope="module")
def new_pair(control_plane, kubeconfig, tmp_path_factory):
    """A context manager for two daemons on a ground of their own."""
    folder = tmp_path_factory.mktemp("daemons")
    numbers = itertools.count(1)

    @contextmanager
    def make(first_config=kubeconfig):
        ground = PeeringGround(control_plane.api, f"pair-{next(numbers)}")
        first, second = (Daemon(folder, config, "--clouds=aws", "--reports=none", **ground.access(name))
                         for name, config in (("first", first_config), ("second", kubeconfig)))
        try:
            yield Pair(ground, first, second)
        finally:
            for daemon in (first, second):
                daemon.server.kill()
            ground.remove()
            control_plane.api.request("DELETE", LEASE)

    return make


@pytest.fixture(scope="module")
def undisturbed(new_pair):
    """What there is when nothing befalls the leader, and with how many changes in the cloud it came about."""
    with new_pair() as pair:
        pair.start()
        pair.ground.create()
        pair.ground.wait_until_ready()
        assert not pair.ground.calls_of("second")
        return pair.ground.picture(), len(pair.ground.effects())


def assert_same(wanted, got):
    """Fail with what is different."""
    assert wanted == got, difference(wanted, got)


def put_to_sleep(daemon):
    """Stop a process and wait until each of its threads has stopped."""
    daemon.pause()
    tasks = Path(f"/proc/{daemon.server.process.pid}/task")
    wait_until(lambda: {path.read_text().rpartition(")")[2].split()[0] for path in tasks.glob("*/stat")} == {"T"},
               "all threads have stopped")


def sleep_within(pair, number):
    """Create the peering, and let the first fall asleep within a change in the cloud; return its call and its hook."""
    hook = pair.ground.cloud.hold(number, "before", **CHANGES)
    pair.ground.create()
    held = pair.ground.cloud.wait_held(hook)
    assert held, "the leader never came to this call"
    put_to_sleep(pair.first)
    return held["number"], hook


def wake_amid(pair, hook, has_more):
    """Let the change be made at once; wake the first while the second, if it has more to do, is at its first change."""
    cloud = pair.ground.cloud
    cloud.release(hook)
    next_hook = cloud.hold(1, "before", **CHANGES)
    pair.second.wait_until_it_leads()
    assert not has_more or cloud.wait_held(next_hook), "the second does not go on"
    pair.first.go_on()
    pair.wait_until_the_first_follows()
    cloud.release(next_hook, drop=True)
    pair.ground.wait_until_ready()


def wake_after(pair, hook, _has_more):
    """Let the change be made late, when the second has made it and all others; wake the first then."""
    cloud = pair.ground.cloud
    pair.second.wait_until_it_leads()
    pair.ground.wait_until_ready()
    cloud.release(hook)
    wait_until(lambda: cloud.journal(status=0) == [], "the late call was answered")
    pair.first.go_on()


@pytest.mark.parametrize("wake", [wake_amid, wake_after])
def test_a_leader_that_sleeps_within_a_change_does_nothing_more_when_it_wakes(new_pair, undisturbed, wake):
    picture, count = undisturbed
    for number in range(1, count + 1):
        with new_pair() as pair:
            pair.start()
            last, hook = sleep_within(pair, number)
            wake(pair, hook, number < count)
            pair.let_the_first_lead_again()
            assert pair.changes_of("first")[-1] == last, f"the first went on after change {number}"
            pair.assert_that_nothing_was_done_twice()
            assert len(pair.ground.effects()) == count
            assert_same(picture, pair.ground.picture())


def test_a_leader_that_is_cut_off_from_the_api_server_is_done_before_the_other_begins(
        new_pair, kubeconfig, proxy, tmp_path):
    with new_pair(proxy.kubeconfig(kubeconfig, tmp_path / "proxy.kubeconfig")) as pair:
        cloud = pair.ground.cloud
        for _ in range(TABLES):
            cloud.table(pair.ground.own)
        pair.start()
        with SlowCloud(cloud, SECONDS_OF_A_CALL):
            pair.ground.create()
            wait_until(lambda: len(pair.changes_of("first")) > 5, "the first is at work in the cloud")
            proxy.swallow()
            before = len(pair.changes_of("first"))
            pair.second.wait_until_it_leads()
        pair.ground.wait_until_ready()
        changes = pair.changes_of("first")
        assert len(changes) > before, "the cloud was still within reach"
        assert changes[-1] < pair.ground.calls_of("second")[0]["number"]
        proxy.mend()
        pair.let_the_first_lead_again()
        assert pair.changes_of("first") == changes
        pair.assert_that_nothing_was_done_twice()
