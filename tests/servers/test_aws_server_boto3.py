"""The AWS server of the tests, driven through the life of peerings by boto3, so that it is not judged by us alone."""

import pytest

from aws_ground import AWAY, HOME, LOCAL, REMOTE
from refusals import refused

DAY = 24 * 3600


def test_a_peering_of_two_accounts_and_regions_lives_through_all_its_states(ground):
    """Create, wait, accept, wait, use, delete, forget: with the answers that recordings show."""
    tags = [{"ResourceType": "vpc-peering-connection", "Tags": [{"Key": "Name", "Value": "first"}]}]
    answer = ground.here.create_vpc_peering_connection(
        VpcId=ground.local, PeerVpcId=ground.remote, PeerOwnerId=REMOTE, PeerRegion=AWAY, TagSpecifications=tags)
    created = answer["VpcPeeringConnection"]
    peering = created["VpcPeeringConnectionId"]
    assert created["Status"] == {"Code": "initiating-request", "Message": f"Initiating Request to {REMOTE}"}
    assert created["AccepterVpcInfo"] == {"OwnerId": REMOTE, "VpcId": ground.remote, "Region": AWAY}
    assert created["RequesterVpcInfo"]["CidrBlockSet"] == [{"CidrBlock": "10.0.0.0/16"}]
    assert created["Tags"] == [{"Key": "Name", "Value": "first"}] and created["ExpirationTime"]

    there = ground.there
    with refused("InvalidVpcPeeringConnectionID.NotFound"):
        ground.look(peering, there)
    ground.cloud.forward(1)
    pending = ground.look(peering, there)
    assert pending["Status"]["Message"] == f"Pending Acceptance by {REMOTE}"
    assert "CidrBlock" not in pending["AccepterVpcInfo"]

    accepted = there.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)["VpcPeeringConnection"]
    assert accepted["Status"] == {"Code": "provisioning", "Message": "Provisioning"}
    assert accepted["AccepterVpcInfo"]["Ipv6CidrBlockSet"] == [{"Ipv6CidrBlock": "fd00:1::/56"}]
    assert "ExpirationTime" not in accepted and accepted["Tags"] == []
    assert ground.status(peering) == "provisioning"
    ground.cloud.forward(1)
    active = ground.look(peering)
    assert active["Status"] == {"Code": "active", "Message": "Active"}
    assert "PeeringOptions" in active["RequesterVpcInfo"] and "PeeringOptions" not in active["AccepterVpcInfo"]

    assert there.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)["Return"] is True
    assert ground.status(peering) == "deleting"
    ground.cloud.forward(1)
    assert ground.look(peering)["Status"] == {"Code": "deleted", "Message": f"Deleted by {REMOTE}"}
    ground.cloud.forward(3 * 3600)
    assert ground.status(peering) == "deleted"
    with refused("InvalidVpcPeeringConnectionID.NotFound"):
        ground.look(peering, there)
    ground.cloud.forward(2 * DAY)
    with refused("InvalidVpcPeeringConnectionID.NotFound", text=f"'{peering}' does not exist"):
        ground.look(peering)


def test_a_request_nobody_answers_expires_after_seven_days_and_is_forgotten_after_two(ground):
    """The clock alone does it."""
    peering = ground.request()
    ground.cloud.forward(7 * DAY - 1)
    assert ground.status(peering) == "pending-acceptance"
    ground.cloud.forward(1)
    assert ground.status(peering) == "expired"
    with refused("InvalidStateTransition", text="from expired to provisioning"):
        ground.there.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    ground.cloud.forward(2 * DAY)
    with refused("InvalidVpcPeeringConnectionID.NotFound"):
        ground.look(peering)


def test_a_rejected_request_is_over_and_the_pair_is_free_again(ground):
    """The accepter rejects; the requester sees it longer."""
    peering, there = ground.request(), ground.there
    ground.cloud.forward(1)
    with refused("OperationNotPermitted", text=f"User {LOCAL} cannot reject peering {peering}"):
        ground.here.reject_vpc_peering_connection(VpcPeeringConnectionId=peering)
    assert there.reject_vpc_peering_connection(VpcPeeringConnectionId=peering)["Return"] is True
    assert ground.status(peering) == "rejected"
    ground.cloud.forward(3 * 3600)
    with refused("InvalidVpcPeeringConnectionID.NotFound"):
        ground.look(peering, there)
    with refused("InvalidStateTransition", text="from rejected to deleting"):
        ground.here.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
    assert ground.request() != peering


@pytest.mark.parametrize("wrong", ["overlap", "second range", "vpc", "account", "region"])
def test_what_cannot_be_peered_becomes_the_state_failed_and_no_error(ground, wrong):
    """Ranges that overlap, or a VPC that is not where the request says."""
    more = {
        "overlap": {"PeerVpcId": ground.cloud.vpc(REMOTE, AWAY, ["10.0.128.0/24"])},
        "second range": {"PeerVpcId": ground.cloud.vpc(REMOTE, AWAY, ["10.9.0.0/16", "10.0.0.0/20"])},
        "vpc": {"PeerVpcId": "vpc-0123456789abcdef0"},
        "account": {"PeerOwnerId": "333333333333"},
        "region": {"PeerRegion": "eu-west-1"},
    }[wrong]
    peering = ground.request(**more)
    ground.cloud.forward(1)
    failed = ground.look(peering)
    assert failed["Status"]["Code"] == "failed"
    assert "overlapping CIDR range" in failed["Status"]["Message"]
    with refused("InvalidStateTransition", text="from failed to deleting"):
        ground.here.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
    with refused("InvalidVpcPeeringConnectionID.NotFound"):
        ground.look(peering, ground.there)
    ground.cloud.forward(2 * 3600)
    with refused("InvalidVpcPeeringConnectionID.NotFound"):
        ground.look(peering)


def test_two_vpcs_have_one_live_peering_whoever_asks(ground):
    """A second request is refused, or by the other setting answered with the first."""
    peering, there = ground.request(), ground.there
    with refused("VpcPeeringConnectionAlreadyExists", text=peering):
        ground.request()
    with refused("VpcPeeringConnectionAlreadyExists", text=peering):
        there.create_vpc_peering_connection(
            VpcId=ground.remote, PeerVpcId=ground.local, PeerOwnerId=LOCAL, PeerRegion=HOME)
    ground.cloud.settings(duplicate="existing")
    assert ground.request() == peering
    assert len(ground.cloud.peerings()) == 1


def test_only_the_accepter_accepts_and_only_in_its_region(ground):
    """The texts are AWS's."""
    peering = ground.request()
    ground.cloud.forward(1)
    with refused("OperationNotPermitted", text=f"User {LOCAL} cannot accept peering {peering}"):
        ground.here.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    mine = ground.cloud.vpc(LOCAL, AWAY, ["10.2.0.0/16"])
    own = ground.request(PeerVpcId=mine, PeerOwnerId=LOCAL)
    ground.cloud.forward(1)
    with refused("OperationNotPermitted", text=f"Incorrect region ({HOME}) specified for this request. VPC peering "
                 f"connection {own} must be accepted in region {AWAY}"):
        ground.here.accept_vpc_peering_connection(VpcPeeringConnectionId=own)
    with refused("InvalidVpcPeeringConnectionID.NotFound"):
        ground.client("ec2", "eu-west-1").accept_vpc_peering_connection(VpcPeeringConnectionId=own)


def test_the_paginator_gets_thirty_peerings_in_pages(ground):
    """And a token of something else is refused."""
    ground.cloud.settings(outstanding_requests=30)
    for number in range(30):
        ground.request(PeerVpcId=ground.cloud.vpc(REMOTE, AWAY, [f"10.{number + 10}.0.0/16"]))
    ground.cloud.forward(1)
    paginator = ground.here.get_paginator("describe_vpc_peering_connections")
    only = [{"Name": "requester-vpc-info.vpc-id", "Values": [ground.local]}]
    pages = list(paginator.paginate(Filters=only, PaginationConfig={"PageSize": 7}))
    assert [len(page["VpcPeeringConnections"]) for page in pages] == [7, 7, 7, 7, 2]
    found = {each["VpcPeeringConnectionId"] for page in pages for each in page["VpcPeeringConnections"]}
    assert found == {each["id"] for each in ground.cloud.peerings()}
    with refused("InvalidPaginationToken"):
        ground.here.describe_vpcs(MaxResults=5, NextToken=pages[0]["NextToken"])
    with refused("InvalidParameterValue", text="between 5 and 1000"):
        ground.here.describe_vpc_peering_connections(MaxResults=1001)
    with refused("InvalidParameterCombination"):
        ground.here.describe_vpc_peering_connections(MaxResults=5, VpcPeeringConnectionIds=sorted(found)[:1])
    with refused("OutstandingVpcPeeringConnectionLimitExceeded"):
        ground.request()


def test_the_waiter_bears_that_a_new_peering_is_unknown_at_first(ground):
    """As long as the setting says; lists leave it out, and accepting it is refused."""
    ground.cloud.settings(unseen_calls=3)
    peering = ground.request()
    with refused("InvalidVpcPeeringConnectionID.NotFound"):
        ground.look(peering)
    assert ground.here.describe_vpc_peering_connections()["VpcPeeringConnections"] == []
    ground.here.get_waiter("vpc_peering_connection_exists").wait(
        VpcPeeringConnectionIds=[peering], WaiterConfig={"Delay": 0, "MaxAttempts": 2})
    assert len(ground.here.describe_vpc_peering_connections()["VpcPeeringConnections"]) == 1


@pytest.mark.parametrize("name,value,fits", [
    ("status-code", "active", True), ("status-code", "deleted", False), ("status-code", "act*", True),
    ("requester-vpc-info.vpc-id", "{local}", True), ("accepter-vpc-info.vpc-id", "{local}", False),
    ("accepter-vpc-info.owner-id", REMOTE, True), ("accepter-vpc-info.cidr-block", "10.1.0.0/16", True),
    ("tag:team", "a?b", True), ("tag:team", "ab", False), ("tag:Team", "a.b", False), ("tag-key", "team", True),
    ("tag-key", "other", False),
])
def test_filters_choose_peerings(ground, name, value, fits):
    """Values may be wild, tags count as the account sees them."""
    peering = ground.active()
    ground.here.create_tags(Resources=[peering], Tags=[{"Key": "team", "Value": "a.b"}])
    only = [{"Name": name, "Values": ["nothing", value.format(local=ground.local)]}]
    found = ground.here.describe_vpc_peering_connections(Filters=only)["VpcPeeringConnections"]
    assert bool(found) == fits


def test_a_filter_that_does_not_exist_is_refused(ground):
    """Even where there is nothing to filter."""
    with refused("InvalidParameterValue", text="The filter 'accepter-vpc-info.region' is invalid"):
        ground.here.describe_vpc_peering_connections(Filters=[{"Name": "accepter-vpc-info.region", "Values": ["x"]}])


def test_vpcs_are_found_by_account_region_tags_and_ranges(ground):
    """With all their ranges, also those that are going away."""
    there = ground.there
    assert [each["VpcId"] for each in ground.here.describe_vpcs()["Vpcs"]] == [ground.local]
    with refused("InvalidVpcID.NotFound", text=f"The vpc ID '{ground.remote}' does not exist"):
        ground.here.describe_vpcs(VpcIds=[ground.remote])
    ground.cloud.associate(ground.remote, "10.3.0.0/16", "disassociating")
    vpc = there.describe_vpcs(Filters=[{"Name": "tag:shoot", "Values": [""]}])["Vpcs"][0]
    assert (vpc["OwnerId"], vpc["CidrBlock"]) == (REMOTE, "10.1.0.0/16")
    states = {each["CidrBlock"]: each["CidrBlockState"]["State"] for each in vpc["CidrBlockAssociationSet"]}
    assert states == {"10.1.0.0/16": "associated", "10.3.0.0/16": "disassociating"}
    assert [each["Ipv6CidrBlock"] for each in vpc["Ipv6CidrBlockAssociationSet"]] == ["fd00:1::/56"]
    only = [{"Name": "cidr-block-association.cidr-block", "Values": ["10.3.*"]}]
    assert len(there.describe_vpcs(Filters=only)["Vpcs"]) == 1
    only.append({"Name": "owner-id", "Values": [LOCAL]})
    assert there.describe_vpcs(Filters=only)["Vpcs"] == []


def test_options_are_changed_by_each_side_alone_and_only_while_active(ground):
    """Each account and region its own."""
    ground.cloud.settings(initiating=0)
    mine, yes = ground.request(), {"AllowDnsResolutionFromRemoteVpc": True}
    with refused("InvalidStateTransition"):
        ground.here.modify_vpc_peering_connection_options(
            VpcPeeringConnectionId=mine, RequesterPeeringConnectionOptions=yes)
    ground.here.delete_vpc_peering_connection(VpcPeeringConnectionId=mine)
    peering = ground.active()
    answer = ground.here.modify_vpc_peering_connection_options(
        VpcPeeringConnectionId=peering, RequesterPeeringConnectionOptions=yes)
    assert answer["RequesterPeeringConnectionOptions"]["AllowDnsResolutionFromRemoteVpc"] is True
    with refused("OperationNotPermitted"):
        ground.here.modify_vpc_peering_connection_options(
            VpcPeeringConnectionId=peering, AccepterPeeringConnectionOptions=yes)
    there = ground.there
    there.modify_vpc_peering_connection_options(
        VpcPeeringConnectionId=peering, AccepterPeeringConnectionOptions=yes)
    assert ground.look(peering)["RequesterVpcInfo"]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"] is True
    assert ground.look(peering, there)["AccepterVpcInfo"]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"] is True


def test_tags_of_a_peering_are_seen_only_in_the_account_and_region_that_made_them(ground):
    """And a resource has at most fifty."""
    peering, there = ground.active(), ground.there
    ground.here.create_tags(Resources=[peering, ground.local], Tags=[{"Key": "owner", "Value": "me & <you>"}])
    there.create_tags(Resources=[peering], Tags=[{"Key": "other", "Value": ""}])
    assert ground.look(peering)["Tags"] == [{"Key": "owner", "Value": "me & <you>"}]
    assert ground.look(peering, there)["Tags"] == [{"Key": "other", "Value": ""}]
    only = [{"Name": "resource-id", "Values": [peering]}, {"Name": "key", "Values": ["own*"]}]
    assert ground.here.describe_tags(Filters=only)["Tags"] == [
        {"Key": "owner", "ResourceId": peering, "ResourceType": "vpc-peering-connection", "Value": "me & <you>"}]
    fifty = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    with refused("TagLimitExceeded"):
        there.create_tags(Resources=[ground.remote, peering], Tags=fifty[:49] + [{"Key": "shoot", "Value": "new"}])
    assert [len(vpc["Tags"]) for vpc in there.describe_vpcs()["Vpcs"]] == [1]
    with refused("TagLimitExceeded"):
        there.create_tags(Resources=[peering, ground.remote], Tags=fifty)
    assert ground.look(peering, there)["Tags"] == [{"Key": "other", "Value": ""}]
    second = ground.cloud.vpc(REMOTE, AWAY, ["10.3.0.0/16"])
    many = [{"ResourceType": "vpc-peering-connection", "Tags": [*fifty, {"Key": "one", "Value": "too many"}]}]
    with refused("TagLimitExceeded"):
        ground.request(PeerVpcId=second, TagSpecifications=many)
    with refused("InvalidParameterValue"):
        there.create_tags(Resources=[peering], Tags=[{"Key": "aws:mine", "Value": ""}])
    with refused("InvalidVpcID.NotFound"):
        there.create_tags(Resources=[ground.local], Tags=[{"Key": "x", "Value": ""}])


def _routes(client, table):
    routes = client.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    return {each.get("DestinationCidrBlock", each.get("DestinationIpv6CidrBlock")):
            (each.get("VpcPeeringConnectionId", each.get("GatewayId")), each["State"]) for each in routes}


def test_routes_are_made_replaced_and_become_blackholes_when_the_peering_goes(ground):
    """A route to a request that is not accepted yet is one already."""
    ground.cloud.settings(initiating=0, provisioning=0)
    peering, table = ground.request(), ground.table(ground.local)
    route = {"RouteTableId": table, "DestinationCidrBlock": "10.1.0.0/16"}
    target = {"VpcPeeringConnectionId": peering}
    assert ground.here.create_route(**route, **target)["Return"] is True
    ground.here.create_route(RouteTableId=table, DestinationIpv6CidrBlock="fd00:1:0::/56", **target)
    assert _routes(ground.here, table)["10.1.0.0/16"] == (peering, "blackhole")
    ground.there.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    assert _routes(ground.here, table) == {"10.0.0.0/16": ("local", "active"), "10.1.0.0/16": (peering, "active"),
                                           "fd00:1::/56": (peering, "active")}
    with refused("RouteAlreadyExists", text="The route identified by 10.1.0.0/16 already exists."):
        ground.here.create_route(**route, **target)
    ground.here.replace_route(**route, GatewayId="igw-0123456789abcdef0")
    assert _routes(ground.here, table)["10.1.0.0/16"] == ("igw-0123456789abcdef0", "active")
    with refused("InvalidParameterValue", text="There is no route defined for '10.9.0.0/16'"):
        ground.here.replace_route(RouteTableId=table, DestinationCidrBlock="10.9.0.0/16", **target)
    ground.here.replace_route(**route, **target)

    ground.here.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
    ground.cloud.forward(1)
    assert _routes(ground.here, table)["fd00:1::/56"] == (peering, "blackhole")
    only = [{"Name": "route.state", "Values": ["blackhole"]},
            {"Name": "route.vpc-peering-connection-id", "Values": [peering]}]
    assert [each["RouteTableId"] for each in ground.here.describe_route_tables(Filters=only)["RouteTables"]] == [table]
    ground.here.delete_route(**route)
    said = f"no route with destination-cidr-block 10.1.0.0/16 in route table {table}"
    with refused("InvalidRoute.NotFound", text=said):
        ground.here.delete_route(**route)
    with refused("InvalidVpcPeeringConnectionID.NotFound"):
        ground.here.create_route(**route, **target)


def test_route_tables_are_those_of_the_account_and_have_a_quota(ground):
    """Main and other tables, with tags and subnets."""
    peering = ground.active()
    other = ground.cloud.table(ground.local, {"use": "private"}, ["subnet-0123456789abcdef0"])
    tables = ground.here.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [ground.local]}])["RouteTables"]
    assert [each["Associations"][0]["Main"] for each in tables] == [True, False]
    only = [{"Name": "association.main", "Values": ["true"]}]
    assert [each["RouteTableId"] for each in ground.here.describe_route_tables(Filters=only)["RouteTables"]] == [
        ground.table(ground.local)]
    with refused("InvalidRouteTableID.NotFound"):
        ground.here.describe_route_tables(RouteTableIds=[ground.table(ground.remote)])
    ground.cloud.settings(routes_per_table=2)
    ground.here.create_route(
        RouteTableId=other, DestinationCidrBlock="10.1.0.0/16", VpcPeeringConnectionId=peering)
    with refused("RouteLimitExceeded"):
        ground.here.create_route(
            RouteTableId=other, DestinationCidrBlock="10.2.0.0/16", VpcPeeringConnectionId=peering)
    strange = ground.cloud.table(ground.cloud.vpc(LOCAL, HOME, ["10.7.0.0/16"]))
    with refused("InvalidParameterValue", text="different networks"):
        ground.here.create_route(
            RouteTableId=strange, DestinationCidrBlock="10.1.0.0/16", VpcPeeringConnectionId=peering)


def test_a_vpc_has_a_quota_of_active_peerings(ground):
    """Judged at acceptance."""
    ground.cloud.settings(initiating=0, active_peerings_per_vpc=0)
    peering = ground.request()
    with refused("ActiveVpcPeeringConnectionPerVpcLimitExceeded"):
        ground.there.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
