"""The life of managed peerings on AWS: the real daemon and API server, and a cloud that behaves as AWS does."""

import pytest

from managed_aws import AWAY, HOME, LOCAL, OWN_NAME, OWN_RANGES, Region, daemon_at, environment_of
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
    """A daemon that manages, and compares each second."""
    folder = tmp_path_factory.mktemp("daemon")
    options = ("--mode=manage", "--resync=1s", "--refresh=2s")
    with daemon_at(control_plane, folder, environment_of(region), *options) as daemon:
        yield daemon


@pytest.fixture
def new_neighbour(region, daemon, plot):
    """A function that makes a remote VPC and its object; afterwards the cloud is mended and the objects go."""
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


@pytest.fixture
def neighbour(new_neighbour):
    """A remote VPC whose object is not there yet."""
    return new_neighbour()


# It comes to be.

ROUTED = {"AUTO": (True, True), "NONE": (False, False), "MATCHED": (False, True), "UNMATCHED": (True, False)}


@pytest.mark.parametrize("strategy", ROUTED)
def test_all_ranges_are_routed_on_both_sides_as_the_strategy_says(new_neighbour, strategy):
    neighbour = new_neighbour(remoteRouteTableUpdateStrategy=strategy).apply()
    neighbour.wait_ready()
    neighbour.assert_routed(ROUTED[strategy])
    tags = neighbour.connection["tags"][f"{LOCAL}/{HOME}"]
    assert tags["Name"] == neighbour.name
    assert [each["action"] for each in neighbour.calls()][:2] == [
        "CreateVpcPeeringConnection", "AcceptVpcPeeringConnection"]


def test_the_id_and_the_finalizer_are_stored_before_anything_else_is_done(region, neighbour):
    held = region.cloud.hold(action="AcceptVpcPeeringConnection", mutating=True)
    neighbour.apply()
    assert region.cloud.wait_held(held)
    assert neighbour.status["id"] == neighbour.connection["id"] and neighbour.held
    region.cloud.release(held)
    neighbour.wait_ready()


def test_an_untagged_network_is_not_asked_until_it_has_the_tag(region, new_neighbour):
    neighbour = new_neighbour(tags={"owner": "somebody"}).apply()
    neighbour.wait_problem("FailedLoadingRemoteVpcNetwork", f"does not carry the tag {SHOOT}",
                           f"aws ec2 create-tags --region {AWAY} --resources {neighbour.vpc} --tags Key={SHOOT},Value=")
    assert neighbour.calls() == [] and not neighbour.held
    region.cloud.tag(neighbour.vpc, SHOOT, "")
    neighbour.poke()
    neighbour.wait_ready()


def test_ranges_that_are_known_to_overlap_are_not_asked_for_until_they_do_no_more(region, new_neighbour):
    neighbour = new_neighbour(ranges=["192.168.11.0/24", "10.250.2.0/24"]).apply()
    neighbour.wait_problem("FailedCreatingVpcPeeringConnection", f"10.250.0.0/22 of {region.own}", "10.250.2.0/24",
                           "disassociate one of the two ranges")
    wait_until(lambda: "10.250.2.0/24" in neighbour.network.get("cidrs", []), "the network has been looked up")
    assert neighbour.calls() == []
    region.cloud.disassociate(neighbour.vpc, neighbour.ranges.pop())
    wait_until(lambda: neighbour.network.get("cidrs") == neighbour.ranges, "the network has been looked up again")
    neighbour.poke()
    neighbour.wait_ready()
    neighbour.assert_routed()


def test_a_network_that_overlaps_another_neighbour_is_denied_by_the_policy_until_that_is_gone(new_neighbour):
    first, second = (new_neighbour(ranges=["192.168.20.0/24"]) for _ in range(2))
    first.apply().wait_ready()
    second.apply()
    second.wait_problem("ValidationFailed", "cidr-overlap", "192.168.20.0/24", first.vpc)
    assert second.calls("CreateVpcPeeringConnection") == []
    assert first.here() == {"192.168.20.0/24": first.connection["id"]}
    first.delete()
    first.wait_gone()
    second.poke()
    second.wait_ready()
    second.assert_routed()


def test_an_overlap_that_only_the_cloud_has_seen_is_said_and_asked_anew_when_it_is_gone(region, neighbour):
    held = region.cloud.hold(action="CreateVpcPeeringConnection", mutating=True)
    neighbour.apply()
    assert region.cloud.wait_held(held)
    region.cloud.associate(neighbour.vpc, "100.64.8.0/24")
    region.cloud.release(held)
    said = neighbour.wait_problem("FailedAcceptingVpcPeeringConnection", "100.64.8.0/24", "disassociate")
    assert neighbour.connections[0]["id"] in said
    assert neighbour.status["state"] == "failed" and neighbour.connections[0]["status"] == "failed"
    assert len(neighbour.calls("CreateVpcPeeringConnection")) == 1
    region.cloud.disassociate(neighbour.vpc, "100.64.8.0/24")
    neighbour.poke()
    neighbour.wait_ready()
    assert neighbour.status["id"] == neighbour.connection["id"] != neighbour.connections[0]["id"]


def test_a_request_that_expired_is_made_anew(region, neighbour):
    region.cloud.deny(region.role, ["AcceptVpcPeeringConnection"])
    neighbour.apply()
    neighbour.wait_problem("FailedAcceptingVpcPeeringConnection",
                           f"allow ec2:AcceptVpcPeeringConnection to {region.role}")
    first = neighbour.status["id"]
    assert first == neighbour.connection["id"] and neighbour.held
    region.cloud.forward(7 * 24 * 3600)
    region.cloud.deny(region.role, [])
    neighbour.poke()
    assert neighbour.wait_ready()["id"] != first
    assert [each["status"] for each in neighbour.connections] == ["expired", "active"]
    neighbour.assert_routed()


@pytest.mark.parametrize("way_out", ["anew", "by the other side"])
def test_a_request_that_was_rejected_is_not_made_again_but_by_one_of_the_two_ways_out(region, neighbour, way_out):
    region.cloud.deny(region.role, ["AcceptVpcPeeringConnection"])
    neighbour.apply()
    neighbour.wait_problem("FailedAcceptingVpcPeeringConnection", "allow ec2:AcceptVpcPeeringConnection")
    region.cloud.reject_peering(neighbour.status["id"])
    region.cloud.deny(region.role, [])
    neighbour.poke()
    neighbour.wait_problem("FailedAcceptingVpcPeeringConnection", f"has rejected {neighbour.status['id']}",
                           "come to terms with the owner")
    assert neighbour.status["state"] == "rejected"
    assert len(neighbour.calls("CreateVpcPeeringConnection")) == 1
    if way_out == "anew":
        neighbour.delete()
        neighbour.wait_gone()
        neighbour.apply()
    else:
        neighbour.ask_from_there()
        neighbour.poke()
    neighbour.wait_ready()
    assert [each["status"] for each in neighbour.connections] == ["rejected", "active"]


def test_a_vpc_that_is_not_there_is_said(region, neighbour):
    region.cloud.delete_vpc(neighbour.vpc)
    neighbour.apply()
    neighbour.wait_problem("VpcNotFound", f"VPC {neighbour.vpc} is not in account", "aws ec2 describe-vpcs")
    assert neighbour.calls() == [] and not neighbour.held


# The cloud fails.

def test_what_waits_for_somebody_goes_on_by_itself_within_a_minute(region, new_neighbour):
    """A tag that was missing, and a right: nobody tells the daemon of either."""
    untagged, refused = new_neighbour(tags={}).apply(), new_neighbour(ranges=["192.168.7.0/24"])
    region.cloud.deny(region.role, ["CreateRoute"])
    refused.apply()
    untagged.wait_problem("FailedLoadingRemoteVpcNetwork")
    refused.wait_problem("FailedCreatingRoutes", f"allow ec2:CreateRoute to {region.role}")
    assert refused.here() == dict.fromkeys(refused.ranges, refused.connection["id"])
    region.cloud.tag(untagged.vpc, SHOOT, "")
    region.cloud.deny(region.role, [])
    for neighbour in (untagged, refused):
        neighbour.wait_ready(seconds=75)
        neighbour.assert_routed()
    assert refused.events["Ready"]


def test_a_cloud_that_slows_us_down_and_fails_is_asked_until_it_answers(region, neighbour):
    region.cloud.throttle(3, action="CreateVpcPeeringConnection", mutating=True)
    region.cloud.fault("InternalError", status=500, count=3, action="AcceptVpcPeeringConnection", mutating=True)
    region.cloud.fault("Unavailable", status=503, count=2, action="CreateRoute", mutating=True)
    neighbour.apply()
    neighbour.wait_ready(seconds=60)
    neighbour.assert_routed()
    assert len(neighbour.connections) == 1


@pytest.mark.parametrize("conduct", ["error", "existing"])
def test_of_a_request_whose_answer_was_lost_there_is_one_connection(region, neighbour, conduct):
    region.cloud.settings(duplicate=conduct, unseen_calls=2)
    region.cloud.drop(when="after", action="CreateVpcPeeringConnection", mutating=True)
    try:
        neighbour.apply()
        neighbour.wait_ready(seconds=60)
    finally:
        region.cloud.settings(duplicate="error", unseen_calls=0)
    assert len(neighbour.connections) == len(neighbour.calls("CreateVpcPeeringConnection")) == 1
    neighbour.assert_routed()


def test_whichever_answers_are_lost_the_end_is_the_same(region, new_neighbour):
    neighbour = new_neighbour(deleteRemotePeering=True)
    for action in ("AcceptVpcPeeringConnection", "CreateRoute", "DeleteRoute", "DeleteVpcPeeringConnection"):
        region.cloud.drop(when="after", action=action, mutating=True)
        region.cloud.drop(when="before", number=2, action=action, mutating=True)
    neighbour.apply()
    neighbour.wait_ready(seconds=60)
    neighbour.assert_routed()
    neighbour.delete()
    neighbour.wait_gone(seconds=60)
    assert neighbour.connection is None and len(neighbour.connections) == 1
    assert neighbour.here(0) == neighbour.here(1) == neighbour.there(0) == neighbour.there(1) == {}


@pytest.mark.parametrize("quota", ["active_peerings_per_vpc", "outstanding_requests", "routes_per_table"])
def test_a_quota_is_said_with_the_way_out_and_goes_on_when_it_is_raised(region, neighbour, quota):
    before = region.cloud.settings()[quota]
    region.cloud.settings(**{quota: 3 if quota == "routes_per_table" else 0})
    try:
        neighbour.apply()
        wait_until(lambda: neighbour.status.get("conditions"), "something is said")
        assert neighbour.status["conditions"][0]["type"] == "Error"
        assert "LimitExceeded" in neighbour.status["conditions"][0]["message"]
        assert "Service Quotas" in neighbour.status["conditions"][0]["message"]
    finally:
        region.cloud.settings(**{quota: before})
    neighbour.poke()
    neighbour.wait_ready()
    neighbour.assert_routed()


def test_sessions_that_end_and_a_clock_that_is_wrong_stop_nothing(region, new_neighbour):
    first = new_neighbour().apply()
    first.wait_ready()
    region.cloud.expire_sessions()
    second = new_neighbour(ranges=["192.168.1.0/24"]).apply()
    second.wait_ready(seconds=60)
    region.cloud.skew(600)
    third = new_neighbour(ranges=["192.168.2.0/24"]).apply()
    third.wait_ready(seconds=60)
    region.cloud.skew(-600)
    fourth = new_neighbour(ranges=["192.168.3.0/24"]).apply()
    fourth.wait_ready(seconds=60)


# Something changes it.

def test_what_was_changed_by_hand_is_put_right(region, neighbour):
    cloud = region.cloud
    neighbour.apply().wait_ready()
    cloud.remove_route(cloud.tables(region.own)[1], neighbour.ranges[0])
    cloud.remove_route(neighbour.tables[0], OWN_RANGES[2])
    cloud.associate(neighbour.vpc, "192.168.40.0/24")
    neighbour.ranges.append("192.168.40.0/24")
    table = cloud.table(neighbour.vpc)
    wait_until(lambda: neighbour.here(1).keys() == set(neighbour.ranges), "the own routes are back")
    wait_until(lambda: neighbour.there(2).keys() == set(OWN_RANGES), f"the new table {table} is routed")
    neighbour.wait_ready()
    neighbour.assert_routed()
    cloud.disassociate(neighbour.vpc, "192.168.40.0/24")
    wait_until(lambda: "192.168.40.0/24" not in neighbour.here(), "the route of the range that went is gone")


def test_a_connection_that_the_other_side_deletes_is_made_anew_and_its_blackholes_are_replaced(region, neighbour):
    first = neighbour.apply().wait_ready()["id"]
    region.cloud.delete_peering(first, by="accepter")
    neighbour.wait_for_another(first)
    assert [each["status"] for each in neighbour.connections] == ["deleted", "active"]


def test_tags_that_were_removed_are_put_back(region, neighbour):
    made = neighbour.apply().wait_ready()["id"]
    tags = neighbour.connection["tags"]
    region.cloud.tag(made, "peerwarden.io/uid", account=LOCAL, region=HOME)
    assert neighbour.connection["tags"] != tags
    wait_until(lambda: neighbour.connection["tags"] == tags, "the tags are back")


def test_an_own_vpc_that_is_not_the_only_one_of_its_name_is_not_guessed(region, neighbour):
    other = region.cloud.vpc(LOCAL, HOME, ["192.168.9.0/24"], {"Name": OWN_NAME})
    try:
        neighbour.apply()
        neighbour.wait_problem("VpcNotFound", f"2 VPCs in {HOME} go by the name {OWN_NAME}", "settings")
        assert neighbour.calls() == []
    finally:
        region.cloud.delete_vpc(other)
    neighbour.poke()
    neighbour.wait_ready()


def test_of_two_objects_for_one_network_the_second_uses_what_the_first_has_made(neighbour):
    first = neighbour.apply().wait_ready()["id"]
    second = neighbour.twin().apply()
    try:
        assert second.wait_ready()["id"] == first
        neighbour.delete()
        neighbour.wait_gone()
        second.wait_for_another(first)
    finally:
        second.delete()
        second.wait_gone()
    assert second.connection is None


def test_a_route_to_something_else_is_said_and_never_replaced(region, neighbour):
    table = region.cloud.tables(region.own)[1]
    region.cloud.route(table, neighbour.ranges[0], "TransitGatewayId", "tgw-0123456789abcdef0")
    neighbour.apply()
    neighbour.wait_problem("FailedCreatingRoutes", table, "tgw-0123456789abcdef0", "is not replaced",
                           f"aws ec2 delete-route --region {HOME} --route-table-id {table}")
    assert region.cloud.routes(table)[neighbour.ranges[0]] == "tgw-0123456789abcdef0"
    assert neighbour.here(0) == dict.fromkeys(neighbour.ranges, neighbour.connection["id"])
    region.cloud.remove_route(table, neighbour.ranges[0])
    neighbour.poke()
    neighbour.wait_ready()
    neighbour.assert_routed()


# Somebody else has made it.

def test_a_request_of_the_other_side_is_accepted(neighbour):
    asked = neighbour.ask_from_there()
    neighbour.apply()
    assert neighbour.wait_ready()["id"] == asked
    assert neighbour.calls("CreateVpcPeeringConnection")[0]["account"] != LOCAL
    assert len(neighbour.connections) == 1
    neighbour.assert_routed()


def test_a_connection_of_somebody_else_is_used_and_left_when_the_object_goes(neighbour):
    made = neighbour.connect_by_hand()
    neighbour.apply()
    assert neighbour.wait_ready()["id"] == made
    neighbour.assert_routed()
    neighbour.delete()
    neighbour.wait_gone()
    assert neighbour.connection["id"] == made and neighbour.connection["status"] == "active"
    assert neighbour.here(0) == neighbour.here(1) == dict.fromkeys(neighbour.ranges, made)
    neighbour.wait_event("LeftInCloud", made, "delete-vpc-peering-connection", "aws ec2 delete-route")


# It ends.

@pytest.mark.parametrize("remote_too", [True, False])
def test_routes_and_connection_go_before_the_object(region, new_neighbour, remote_too):
    neighbour = new_neighbour(deleteRemotePeering=remote_too).apply()
    neighbour.wait_ready()
    held = region.cloud.hold(action="DeleteVpcPeeringConnection", mutating=True)
    neighbour.delete()
    assert region.cloud.wait_held(held)
    assert neighbour.held and neighbour.object["metadata"]["deletionTimestamp"]
    assert neighbour.here(0) == neighbour.here(1) == {}
    left = {} if remote_too else dict.fromkeys(OWN_RANGES, neighbour.connection["id"])
    assert neighbour.there(0) == neighbour.there(1) == left
    region.cloud.release(held)
    neighbour.wait_gone()
    assert neighbour.connection is None
    assert neighbour.there(0) == neighbour.there(1) == left


def test_a_remote_account_that_refuses_us_does_not_keep_the_object(region, new_neighbour):
    neighbour = new_neighbour(deleteRemotePeering=True).apply()
    neighbour.wait_ready()
    region.cloud.deny(region.role, ["DeleteRoute", "DeleteVpcPeeringConnection"])
    neighbour.delete()
    neighbour.wait_gone()
    assert neighbour.connection is None and neighbour.here() == {}
    assert neighbour.there(0).keys() == set(OWN_RANGES)
    neighbour.wait_event("LeftInCloud", f"aws ec2 delete-route --region {AWAY}", neighbour.tables[0])


def test_a_remote_account_that_shows_us_nothing_does_not_keep_the_object(region, new_neighbour):
    neighbour = new_neighbour(deleteRemotePeering=True).apply()
    neighbour.wait_ready()
    region.cloud.permit(region.role, [])
    neighbour.delete()
    neighbour.wait_gone()
    assert neighbour.connection is None and neighbour.here() == {}
    neighbour.wait_event("LeftInCloud", neighbour.vpc, "cannot be looked at")


def test_an_own_account_that_refuses_us_keeps_the_object_and_says_the_way_out(region, neighbour):
    neighbour.apply().wait_ready()
    region.cloud.deny(region.user["arn"], ["DeleteVpcPeeringConnection"])
    neighbour.delete()
    neighbour.wait_problem("CloudProviderError", "DeleteVpcPeeringConnection", "peerwarden.io/mode=observe")
    assert neighbour.held and neighbour.connection["status"] == "active"
    region.cloud.deny(region.user["arn"], [])
    neighbour.poke()
    neighbour.wait_gone()
    assert neighbour.connection is None


def test_who_wants_it_left_annotates_it_and_it_goes(region, neighbour):
    neighbour.apply().wait_ready()
    region.cloud.deny(region.user["arn"], ["DeleteVpcPeeringConnection"])
    neighbour.delete()
    neighbour.wait_problem("CloudProviderError", "peerwarden.io/mode=observe")
    neighbour.annotate(mode="observe")
    neighbour.wait_gone()
    assert neighbour.connection["status"] == "active"
    neighbour.wait_event("LeftInCloud", neighbour.connection["id"])


def test_a_connection_that_is_gone_already_is_no_failure(region, new_neighbour):
    """And the routes that lead nowhere go with the object."""
    neighbour = new_neighbour(deleteRemotePeering=True).apply()
    made = neighbour.wait_ready()["id"]
    held = region.cloud.hold(action="DeleteRoute", mutating=True)
    neighbour.delete()
    assert region.cloud.wait_held(held)
    region.cloud.delete_peering(made, by="accepter")
    region.cloud.release(held)
    neighbour.wait_gone()
    assert neighbour.here(0) == neighbour.here(1) == neighbour.there(0) == neighbour.there(1) == {}


def test_a_remote_vpc_that_is_gone_does_not_keep_the_object(region, new_neighbour):
    neighbour = new_neighbour(deleteRemotePeering=True).apply()
    neighbour.wait_ready()
    region.cloud.delete_vpc(neighbour.vpc)
    neighbour.poke()
    neighbour.wait_problem("VpcNotFound", neighbour.vpc)
    neighbour.delete()
    neighbour.wait_gone()
    assert neighbour.here(0) == neighbour.here(1) == {}


def test_an_own_vpc_that_is_gone_does_not_keep_the_object(region, neighbour):
    neighbour.apply().wait_ready()
    region.cloud.delete_vpc(region.own)
    try:
        neighbour.poke()
        neighbour.wait_problem("VpcNotFound", f"the cluster's own VPC {OWN_NAME} is not in {HOME}")
        neighbour.delete()
        neighbour.wait_gone()
    finally:
        region.settle()
    assert neighbour.connection is None


def test_what_was_never_made_is_gone_at_once(new_neighbour):
    neighbour = new_neighbour(tags={}).apply()
    neighbour.wait_problem("FailedLoadingRemoteVpcNetwork")
    neighbour.delete()
    neighbour.wait_gone()
    assert neighbour.calls() == []


def test_many_come_and_go_together(new_neighbour):
    several = [new_neighbour(ranges=[f"172.16.{number}.0/24"]) for number in range(12)]
    for neighbour in several:
        neighbour.apply()
    for neighbour in several:
        neighbour.wait_ready()
        neighbour.assert_routed()
    for neighbour in several:
        neighbour.delete()
    for neighbour in several:
        neighbour.wait_gone()
        assert neighbour.connection is None and neighbour.here() == {}
