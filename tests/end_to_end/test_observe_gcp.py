"""What the daemon sees of Google Cloud and leaves as it is: observed peerings, and remote networks."""

import pytest

from managed import shoot_of
from managed_gcp import REGION, Projects, daemon_at
from objects import SHOOT
from tests.servers.gcp import GcpServer


@pytest.fixture(scope="module")
def shoot(control_plane):
    """What a shoot on Google Cloud knows of itself."""
    info = shoot_of("gcp", REGION)
    control_plane.api.store(info)
    yield
    control_plane.api.delete(info)


@pytest.fixture(scope="module")
def projects(control_plane, tmp_path_factory):
    """The cloud."""
    with GcpServer() as cloud:
        yield Projects(cloud, control_plane.api, tmp_path_factory.mktemp("key"))


@pytest.fixture(scope="module", autouse=True)
def daemon(control_plane, shoot, projects, tmp_path_factory):
    """A daemon that nobody has told to manage anything."""
    folder = tmp_path_factory.mktemp("daemon")
    with daemon_at(control_plane, folder, projects, "--resync=1s", "--refresh=2s", "--idle=1s") as daemon:
        yield daemon


@pytest.fixture
def neighbour(projects, plot):
    """A remote network whose object is not there yet."""
    neighbour = projects.neighbour(plot, importCustomRoutes=True)
    yield neighbour
    projects.mend()
    neighbour.delete()
    neighbour.wait_gone()


def test_what_is_observed_is_told_and_left_alone(projects, daemon, neighbour):
    picture = projects.cloud.picture()
    version = neighbour.apply().object["metadata"]["resourceVersion"]
    neighbour.wait_event("Drift", neighbour.short, "missing", "nothing is changed", "peerwarden.io/mode=manage")
    found = neighbour.object
    assert found["metadata"]["resourceVersion"] == version and "status" not in found and not neighbour.held
    assert neighbour.calls() == [] and projects.cloud.picture() == picture
    seen = next(each for each in daemon.status()["peerings"] if each["key"].endswith(f"/{neighbour.name}"))
    assert seen["mode"] == "observe" and seen["drift"] > 0


def test_drift_is_told_by_what_differs_and_so_is_its_end(projects, neighbour):
    projects.cloud.add_peering(projects.own, "cm-by-kyma", neighbour.path, importCustomRoutes=True)
    neighbour.add_there(exportCustomRoutes=True)
    neighbour.apply()
    neighbour.wait(lambda: neighbour.network.get("peerings"), "the network has been looked up with its halves")
    projects.cloud.change_peering(projects.own, "cm-by-kyma", importCustomRoutes=False)
    neighbour.wait_event("Drift", "cm-by-kyma")
    projects.cloud.change_peering(projects.own, "cm-by-kyma", importCustomRoutes=True)
    neighbour.wait_event("Recovered")
    assert neighbour.calls() == []


def test_a_network_is_described_by_its_ranges_tags_and_halves(projects, neighbour):
    neighbour.add_there()
    neighbour.apply()
    neighbour.wait(lambda: neighbour.network.get("cidrs"), "the network has been looked up")
    status = neighbour.network
    assert sorted(status["cidrs"]) == sorted(neighbour.ranges)
    assert [(each["name"], each["state"]) for each in status["peerings"]] == [(neighbour.half, "INACTIVE")]
    assert [key.rpartition("/")[2] for key in status["tags"]] == [SHOOT]


def test_the_annotation_has_it_managed_and_observed_again(projects, neighbour):
    neighbour.apply().wait_event("Drift")
    neighbour.annotate(mode="manage")
    neighbour.wait_ready()
    neighbour.annotate(mode="observe")
    calls = len(neighbour.calls())
    projects.cloud.change_peering(neighbour.path, neighbour.half, exportCustomRoutes=False)
    neighbour.wait_event("Drift", neighbour.half)
    assert len(neighbour.calls()) == calls
    neighbour.delete()
    neighbour.wait_gone()
    assert len(neighbour.here()) == len(neighbour.there()) == 1
    neighbour.wait_event("LeftInCloud", neighbour.own_half, "gcloud compute networks peerings delete")
