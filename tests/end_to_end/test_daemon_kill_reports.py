"""A daemon that is killed at any write of a policy report and started again leaves the reports that it should.

Two Subnets that overlap are reported when the daemon starts; one is deleted then, and the reports go.
"""

import pytest

import custom_resources
from counting_proxy import AFTER, BEFORE, CountingProxy
from custom_resources import UPSTREAM_FOLDER
from daemon import LEASE, Daemon, grant
from event_loop import EventLoop
from objects import subnet, vpc
from peering_ground import difference, plain
from polling import wait_until
from webhook import remove_all

REPORTS = "/apis/wgpolicyk8s.io/v1alpha2/clusterpolicyreports"
THINGS = [vpc("one"), subnet("left", "one", "10.1.0.0/16"), subnet("right", "one", "10.1.2.0/24")]


@pytest.fixture(scope="module")
def control_plane(new_control_plane):
    """A control plane with the guarded kinds and those of reports, and no webhook."""
    reports = sorted((UPSTREAM_FOLDER / "report-crds").glob("*.yaml"))
    if len(reports) < 4:
        pytest.skip("shared/upstream/report-crds does not stand beside the repository")
    control_plane = new_control_plane()
    control_plane.install([*reports, *custom_resources.guarded(custom_resources.best()), *custom_resources.own()])
    return control_plane


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
def daemon(control_plane, proxy, tmp_path_factory):
    """A daemon that may write a report each second."""
    folder = tmp_path_factory.mktemp("daemon")
    config = proxy.kubeconfig(grant(control_plane), folder / "proxy.kubeconfig")
    daemon = Daemon(folder, config, "--report-interval", "1s")
    yield daemon
    daemon.server.kill()


@pytest.fixture
def overlap(control_plane, daemon):
    """Nothing but the two Subnets; afterwards nothing."""
    control_plane.api.store(*THINGS)
    yield
    kill(control_plane, daemon)
    clear(control_plane)


def clear(control_plane):
    """Remove all objects and reports."""
    remove_all(control_plane.api)
    assert control_plane.api.request("DELETE", REPORTS).status == 200


def kill(control_plane, daemon):
    """Kill the daemon, and let the next one lead at once."""
    daemon.server.kill()
    control_plane.api.request("DELETE", LEASE)


def reports(control_plane):
    """Return the reports in the order of their objects' names, without ids and times."""
    items = control_plane.api.request("GET", REPORTS).body["items"]
    names = {item["scope"]["uid"]: f"UID-of-{item['scope']['name']}" for item in items}
    for item in items:
        for result in item["results"]:
            result.pop("timestamp", None)
        for name in ("uid", "annotations", "generation"):
            item["metadata"].pop(name, None)
    return [plain(item, names) for item in sorted(items, key=lambda each: each["scope"]["name"])]


def wait_for(control_plane, wanted, what):
    """Wait until there are these reports."""
    try:
        wait_until(lambda: reports(control_plane) == wanted, what, seconds=20)
    except AssertionError as late:
        raise AssertionError(f"{what}: {difference(wanted, reports(control_plane))}") from late


@pytest.fixture(scope="module")
def undisturbed(control_plane, proxy, daemon):
    """The reports of a daemon that nobody kills, and with how many writes they came and went."""
    control_plane.api.store(*THINGS)
    start = len(proxy.writes)
    daemon.start_as_leader()
    wait_until(lambda: len(reports(control_plane)) == 2, "the overlap is reported")
    found, written = reports(control_plane), len(proxy.writes)
    control_plane.api.delete(THINGS[-1])
    wait_until(lambda: not reports(control_plane), "the reports are gone")
    kill(control_plane, daemon)
    clear(control_plane)
    return found, written - start, len(proxy.writes) - written


@pytest.mark.parametrize("when", [BEFORE, AFTER])
@pytest.mark.parametrize("number", [1, 2])
def test_the_reports_are_the_same_after_a_kill(control_plane, proxy, daemon, undisturbed, overlap, number, when):
    found, written, deleted = undisturbed
    assert (written, deleted) == (2, 2), "a report for each Subnet; see the parameters"

    def kill_at(begin):
        proxy.hold(number, when)
        begin()
        assert proxy.wait_held(), "the daemon never came to this write"
        kill(control_plane, daemon)
        proxy.cut()
        daemon.start_as_leader()

    kill_at(daemon.start)
    wait_for(control_plane, found, "the overlap is reported")
    kill_at(lambda: control_plane.api.delete(THINGS[-1]))
    wait_for(control_plane, [], "the reports are gone")
