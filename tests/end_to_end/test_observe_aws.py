"""What the daemon sees of AWS and leaves as it is: observed peerings, and remote networks."""

import pytest

from managed_aws import AWAY, GOOD, REMOTE, Region, daemon_at, environment_of
from objects import PEERWARDEN, SHOOT, thing
from polling import wait_until
from tests.servers.aws import AwsServer

KYMA_LABEL = "cloud-resources.kyma-project.io/id"
OURS = {"app.kubernetes.io/managed-by": "peerwarden"}


@pytest.fixture(scope="module")
def is_shoot():
    """Run in a cluster that is a shoot."""
    return True


@pytest.fixture(scope="module")
def region(control_plane):
    """The cloud."""
    with AwsServer() as cloud:
        yield Region(cloud, control_plane.api)


@pytest.fixture(scope="module", autouse=True)
def daemon(control_plane, shoot, region, tmp_path_factory):
    """A daemon that nobody has told to manage anything, and that removes at once what nobody needs."""
    folder = tmp_path_factory.mktemp("daemon")
    with daemon_at(control_plane, folder, environment_of(region), "--resync=1s", "--idle=1s") as daemon:
        yield daemon


@pytest.fixture
def neighbour(region, plot):
    """A remote VPC whose object is not there yet."""
    neighbour = region.neighbour(plot)
    yield neighbour
    region.mend()
    neighbour.delete()
    neighbour.wait_gone()


def assert_untouched(neighbour, version):
    """Assert that nothing has been done, neither to the cloud nor to the object."""
    assert neighbour.calls() == []
    found = neighbour.object
    assert found["metadata"]["resourceVersion"] == version and "status" not in found and not neighbour.held


# Peerings.

def test_what_is_observed_is_told_and_left_alone(region, daemon, neighbour):
    picture = region.cloud.picture()
    version = neighbour.apply().object["metadata"]["resourceVersion"]
    neighbour.wait_event("Drift", f"a connection to {neighbour.vpc} is missing", "nothing is changed",
                         "peerwarden.io/mode=manage")
    assert_untouched(neighbour, version)
    assert region.cloud.picture() == picture
    seen = next(each for each in daemon.status()["peerings"] if each["key"].endswith(f"/{neighbour.name}"))
    assert (seen["mode"], seen["drift"]) == ("observe", 1)
    assert "\npeerwarden_peering_drift 1\n" in daemon.metrics()


def test_the_annotation_has_it_managed_and_observed_again(region, neighbour):
    neighbour.apply().wait_event("Drift")
    neighbour.annotate(mode="manage")
    neighbour.wait_ready()
    neighbour.assert_routed()

    neighbour.annotate(mode="observe")
    table, route = region.cloud.tables(region.own)[1], neighbour.ranges[0]
    calls = len(neighbour.calls())
    region.cloud.remove_route(table, route)
    neighbour.wait_event("Drift", f"route {route} is missing in {table}")
    region.cloud.route(table, route, "VpcPeeringConnectionId", neighbour.connection["id"])
    neighbour.wait_event("Recovered")
    assert len(neighbour.calls()) == calls

    neighbour.delete()
    neighbour.wait_gone()
    neighbour.wait_event("LeftInCloud", neighbour.connection["id"])
    assert neighbour.connection["status"] == "active" and len(neighbour.calls()) == calls


def test_what_kymas_cloud_manager_works_on_is_only_observed_whatever_is_written(region, neighbour):
    neighbour.thing["metadata"]["labels"] = {KYMA_LABEL: "0a1b"}
    neighbour.thing["metadata"]["annotations"] = {"peerwarden.io/mode": "manage"}
    version = neighbour.apply().object["metadata"]["resourceVersion"]
    neighbour.wait_event("Drift", f"a connection to {neighbour.vpc} is missing")
    neighbour.wait_event("ModeNotUsed", "Cloud Manager")
    assert_untouched(neighbour, version)


def test_a_mode_that_is_none_is_said_and_the_peering_observed(neighbour):
    neighbour.thing["metadata"]["annotations"] = {"peerwarden.io/mode": "mange"}
    version = neighbour.apply().object["metadata"]["resourceVersion"]
    neighbour.wait_event("ModeNotUsed", "mange", "write observe or manage")
    neighbour.wait_event("Drift")
    assert_untouched(neighbour, version)


# Remote networks.

def network_of(vpc, name, **metadata):
    """Return the RemoteNetwork of a VPC."""
    return thing(PEERWARDEN, "RemoteNetwork", name, {"aws": {"accountId": REMOTE, "region": AWAY, "vpcId": vpc}},
                 **metadata)


@pytest.fixture
def new_network(control_plane):
    """A function that stores a RemoteNetwork; afterwards all are gone."""
    made = []

    def make(*arguments, **metadata):
        made.append(network_of(*arguments, **metadata))
        control_plane.api.store(made[-1])
        return made[-1]

    yield make
    for network in made:
        control_plane.api.delete(network)


def status_of(control_plane, network):
    """Return the status of a RemoteNetwork, whose condition Ready is of what the spec is now."""
    return control_plane.api.get(network).body.get("status", {})


def ready(control_plane, network):
    """Return the status and reason of the condition Ready."""
    conditions = status_of(control_plane, network).get("conditions", [])
    return next(((one["status"], one["reason"]) for one in conditions if one["type"] == "Ready"), None)


def wait_ready(control_plane, network, status, reason):
    """Wait for a condition, and return the whole status."""
    wait_until(lambda: ready(control_plane, network) == (status, reason),
               f"{network['metadata']['name']} is {status}, {reason}: {status_of(control_plane, network)}")
    return status_of(control_plane, network)


def test_all_that_matters_of_a_network_is_written_down(control_plane, region, neighbour, new_network):
    neighbour.thing["metadata"]["annotations"] = {"peerwarden.io/mode": "manage"}
    connection = neighbour.apply().wait_ready()["id"]
    network = new_network(neighbour.vpc, neighbour.name)
    status = wait_ready(control_plane, network, "True", "Found")
    assert (status["owner"], status["region"]) == (REMOTE, AWAY)
    assert sorted(status["cidrs"]) == sorted(neighbour.ranges)
    assert status["tags"] == GOOD
    assert {each["id"]: each.get("tags", {}) for each in status["routeTables"]} == dict(
        zip(neighbour.tables, ({}, GOOD), strict=True))
    assert [(each["name"], each["network"], each["state"]) for each in status["peerings"]] == [
        (connection, region.own, "active")]
    assert status["lastSeen"] and not status.get("missingRights")
    stored = control_plane.api.get(network).body["metadata"]
    assert status["conditions"][0]["observedGeneration"] == stored["generation"]


def test_a_question_is_answered_at_once(control_plane, region, neighbour, new_network):
    """The next look on schedule would be ten minutes away."""
    network = new_network(neighbour.vpc, neighbour.name)
    wait_ready(control_plane, network, "True", "Found")
    region.cloud.associate(neighbour.vpc, "192.168.50.0/24")
    region.cloud.tag(neighbour.vpc, SHOOT)
    region.cloud.tag(neighbour.vpc, "owner", "somebody")
    asked = control_plane.api.patch(network, {"metadata": {"annotations": {"peerwarden.io/refresh": "now"}}})
    assert asked.status == 200
    wait_until(lambda: status_of(control_plane, network).get("observedRefresh") == "now", "the question is answered")
    status = status_of(control_plane, network)
    assert "192.168.50.0/24" in status["cidrs"] and status["tags"] == {"owner": "somebody"}
    assert ready(control_plane, network) == ("True", "Found")


def test_a_network_that_is_not_there_is_said_and_forgotten(control_plane, region, neighbour, new_network):
    network = new_network(neighbour.vpc, neighbour.name)
    wait_ready(control_plane, network, "True", "Found")
    region.cloud.delete_vpc(neighbour.vpc)
    control_plane.api.patch(network, {"metadata": {"annotations": {"peerwarden.io/refresh": "now"}}})
    status = wait_ready(control_plane, network, "False", "VpcNotFound")
    assert neighbour.vpc in status["conditions"][0]["message"]
    assert f"aws ec2 describe-vpcs --region {AWAY}" in status["conditions"][0]["message"]
    assert not {"cidrs", "tags", "routeTables", "peerings", "owner"} & status.keys()


def test_rights_that_are_missing_there_are_found_out_without_a_change(control_plane, region, neighbour, new_network):
    region.cloud.deny(region.role, ["CreateRoute", "DeleteRoute", "DescribeRouteTables"])
    blind = wait_ready(control_plane, new_network(neighbour.vpc, neighbour.name), "True", "Found")
    assert "missing are at least ec2:DescribeRouteTables" in blind["conditions"][0]["message"]
    assert not {"missingRights", "routeTables"} & blind.keys()
    region.cloud.deny(region.role, ["CreateRoute", "DeleteRoute"])
    seen = wait_ready(control_plane, new_network(neighbour.vpc, f"{neighbour.name}-again"), "True", "Found")
    said = seen["conditions"][0]["message"]
    assert "ec2:CreateRoute" in said and "ec2:DeleteRoute" in said and "missingRights" not in seen
    assert neighbour.calls() == []


def test_a_role_that_may_not_look_is_said_with_the_way_out(control_plane, region, neighbour, new_network):
    region.cloud.permit(region.role, [])
    status = wait_ready(control_plane, new_network(neighbour.vpc, neighbour.name), "False", "Unauthorized")
    assert f"allow ec2:DescribeVpcs to {region.role}" in status["conditions"][0]["message"]


def test_an_account_without_the_role_is_said_with_the_way_out(control_plane, plot, new_network):
    network = network_of("vpc-0a1b2c3d4e5f60718", plot.name("strange"))
    network["spec"]["aws"]["accountId"] = "333333333333"
    control_plane.api.store(network)
    wait_until(lambda: ready(control_plane, network), "it is looked up")
    assert ready(control_plane, network)[0] == "False"
    message = status_of(control_plane, network)["conditions"][0]["message"]
    assert "arn:aws:iam::333333333333:role/CloudManagerPeeringRole" in message and "trust policy" in message
    control_plane.api.delete(network)


def test_a_peering_without_one_gets_one_that_goes_after_it(neighbour):
    neighbour.apply()
    wait_until(lambda: neighbour.network.get("cidrs"), "the network has been looked up")
    assert sorted(neighbour.network["cidrs"]) == sorted(neighbour.ranges)
    neighbour.delete()
    wait_until(lambda: not neighbour.network, "the network is gone")


def test_what_the_webhook_has_made_goes_when_nothing_leads_to_it_and_nothing_else(
        control_plane, region, neighbour, plot, new_network):
    neighbour.apply().wait_event("Drift")
    alone = region.cloud.vpc(REMOTE, AWAY, ["192.168.60.0/24"], GOOD)
    used = new_network(neighbour.vpc, plot.name("used"), labels=OURS)
    written = new_network(alone, plot.name("written"))
    idle = new_network(alone, plot.name("idle"), labels=OURS)
    wait_until(lambda: control_plane.api.get(idle).status == 404, "the idle one is gone")
    assert control_plane.api.get(used).status == control_plane.api.get(written).status == 200
    neighbour.delete()
    wait_until(lambda: control_plane.api.get(used).status == 404, "the other one is gone")
    assert control_plane.api.get(written).status == 200
