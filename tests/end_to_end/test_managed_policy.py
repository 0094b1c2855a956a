"""What a managed peering leads to and may not lead to, where no webhook has judged it."""

import pytest

from managed_aws import AWAY, REMOTE, Region, daemon_at, environment_of
from objects import SHOOT
from polling import wait_until
from tests.servers.aws import AwsServer


@pytest.fixture(scope="module")
def is_shoot():
    """Run in a cluster that is a shoot."""
    return True


@pytest.fixture(scope="module")
def region(control_plane):
    """The cloud."""
    with AwsServer() as cloud:
        yield Region(cloud, control_plane.api)


@pytest.fixture(scope="module")
def daemon(control_plane, shoot, region, tmp_path_factory):
    """A daemon that manages, and lets go of what nobody needs within seconds."""
    folder = tmp_path_factory.mktemp("daemon")
    with daemon_at(control_plane, folder, environment_of(region), "--mode=manage", "--idle=2s") as daemon:
        yield daemon


@pytest.fixture
def new_neighbour(region, daemon, plot):
    """A function that makes a remote VPC and its object; afterwards the objects go."""
    made = []

    def make(**more):
        made.append(region.neighbour(plot, **more))
        return made[-1]

    yield make
    region.mend()
    for neighbour in made:
        neighbour.delete()
    for neighbour in made:
        neighbour.wait_gone()


def network_of(control_plane, neighbour):
    """Return the RemoteNetwork that the daemon makes for a neighbour; empty while there is none."""
    name = f"aws-{REMOTE}-{AWAY}-{neighbour.vpc}"
    answer = control_plane.api.request("GET", f"/apis/peerwarden.io/v1alpha1/remotenetworks/{name}")
    return answer.body if answer.status == 200 else {}


def test_the_network_that_a_peering_names_is_described_and_goes_with_it(control_plane, new_neighbour):
    neighbour = new_neighbour().apply()
    neighbour.wait_ready()
    network = network_of(control_plane, neighbour)
    assert network["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "peerwarden"}
    assert set(network["status"]["cidrs"]) == set(neighbour.ranges)
    neighbour.delete()
    neighbour.wait_gone()
    wait_until(lambda: not network_of(control_plane, neighbour), "the RemoteNetwork is gone")


def test_a_peering_goes_on_as_soon_as_its_network_is_seen_with_the_tag(control_plane, new_neighbour):
    """It would look again within a minute by itself: this is sooner."""
    neighbour = new_neighbour(tags={}).apply()
    neighbour.wait_problem("FailedLoadingRemoteVpcNetwork")
    neighbour.cloud.tag(neighbour.vpc, SHOOT, "")
    answer = control_plane.api.patch(network_of(control_plane, neighbour), {
        "metadata": {"annotations": {"peerwarden.io/refresh": "now"}}})
    assert answer.status == 200, answer
    neighbour.wait_ready(seconds=20)


def test_a_network_whose_ranges_are_denied_is_looked_up_anew(region, plot, new_neighbour):
    """The next look on schedule would be minutes away."""
    first = new_neighbour(ranges=[plot.v4("0.0/17")]).apply()
    first.wait_ready()
    second = new_neighbour(ranges=[plot.v4("128.0/17")])
    region.cloud.associate(second.vpc, first.ranges[0])
    second.thing["metadata"]["annotations"] = {"peerwarden.io/mode": "observe"}
    second.apply()
    wait_until(lambda: first.ranges[0] in second.network.get("cidrs", []), "the range is known")
    region.cloud.disassociate(second.vpc, first.ranges[0])
    second.annotate(mode="manage")
    second.wait_ready()
    assert second.network["cidrs"] == second.ranges


def test_an_overlap_that_nobody_refused_is_not_connected_until_it_is_gone(control_plane, new_neighbour):
    first = new_neighbour().apply()
    first.wait_ready()
    second = new_neighbour().apply()
    second.wait_problem("ValidationFailed", "cidr-overlap", second.ranges[0])
    second.wait_event("ValidationFailed", "cidr-overlap")
    assert second.connections == [] and not second.held
    first.wait_ready()
    first.assert_routed()
    first.delete()
    first.wait_gone()
    second.poke()
    second.wait_ready()
    second.assert_routed()
