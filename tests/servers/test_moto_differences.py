"""What our tests with moto rely on, and where moto is known to differ from AWS; so that we notice when it changes."""

import boto3
import pytest

from aws_ground import AWAY, HOME
from moto_server import ACCOUNT, MotoServer
from refusals import refused

OTHER = "222222222222"


@pytest.fixture(name="running", scope="module")
def _running(tmp_path_factory):
    """moto, started once."""
    with MotoServer(tmp_path_factory.mktemp("moto") / "log") as server:
        yield server


@pytest.fixture(name="moto")
def _moto(running):
    """moto, with nothing in it."""
    running.reset()
    return running


def _client(moto, service, region, keys=None):
    keys = keys or {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "example", "SessionToken": None}
    return boto3.client(service, region_name=region, endpoint_url=moto.url, aws_access_key_id=keys["AccessKeyId"],
                        aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"])


def _both(moto):
    """Return the clients of two accounts in two regions."""
    role = {"RoleArn": f"arn:aws:iam::{OTHER}:role/Peering", "RoleSessionName": "test"}
    keys = _client(moto, "sts", HOME).assume_role(**role)["Credentials"]
    return _client(moto, "ec2", HOME), _client(moto, "ec2", AWAY, keys)


def _vpc(client, cidr):
    return client.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]


def _request(here, one, two):
    asked = here.create_vpc_peering_connection(VpcId=one, PeerVpcId=two, PeerOwnerId=OTHER, PeerRegion=AWAY)
    return asked["VpcPeeringConnection"]["VpcPeeringConnectionId"]


def _status(client, peering):
    found = client.describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering])["VpcPeeringConnections"]
    return found[0]["Status"]["Code"]


def test_keys_of_a_role_act_in_the_account_of_the_role(moto):
    """So two accounts can be had; others' signatures are not checked."""
    here, there = _both(moto)
    own = {vpc["OwnerId"] for vpc in here.describe_vpcs()["Vpcs"]}
    other = {vpc["OwnerId"] for vpc in there.describe_vpcs()["Vpcs"]}
    assert (own, other) == ({ACCOUNT}, {OTHER})


def test_a_peering_is_pending_at_the_first_look_and_active_once_accepted(moto):
    """AWS takes seconds, and is provisioning in between."""
    here, there = _both(moto)
    peering = _request(here, _vpc(here, "10.0.0.0/16"), _vpc(there, "10.1.0.0/16"))
    assert _status(here, peering) == "pending-acceptance"
    with refused("OperationNotPermitted"):
        here.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    there.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    assert (_status(here, peering), _status(there, peering)) == ("active", "active")
    here.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
    assert _status(there, peering) == "deleted"


def test_moto_does_not_look_for_overlaps_and_duplicates(moto):
    """AWS does."""
    here, there = _both(moto)
    one, two = _vpc(here, "10.0.0.0/16"), _vpc(there, "10.0.0.0/16")
    first, second = _request(here, one, two), _request(here, one, two)
    assert first != second
    assert _status(here, first) == "pending-acceptance"


def test_moto_passes_over_the_filters_of_peerings(moto):
    """So a client has to look at what it gets."""
    here, there = _both(moto)
    peering = _request(here, _vpc(here, "10.0.0.0/16"), _vpc(there, "10.1.0.0/16"))
    only = [{"Name": "status-code", "Values": ["deleted"]}]
    found = here.describe_vpc_peering_connections(Filters=only)["VpcPeeringConnections"]
    assert [each["VpcPeeringConnectionId"] for each in found] == [peering]


def test_routes_are_kept_and_never_become_blackholes(moto):
    """AWS says so when the peering goes."""
    here, there = _both(moto)
    one = _vpc(here, "10.0.0.0/16")
    peering = _request(here, one, _vpc(there, "10.1.0.0/16"))
    there.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    only = [{"Name": "vpc-id", "Values": [one]}]
    table = here.describe_route_tables(Filters=only)["RouteTables"][0]["RouteTableId"]
    route = {"RouteTableId": table, "DestinationCidrBlock": "10.1.0.0/16"}
    here.create_route(**route, VpcPeeringConnectionId=peering)
    with refused("RouteAlreadyExists"):
        here.create_route(**route, VpcPeeringConnectionId=peering)
    here.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
    routes = here.describe_route_tables(Filters=only)["RouteTables"][0]["Routes"]
    states = {each["DestinationCidrBlock"]: each["State"] for each in routes}
    assert states["10.1.0.0/16"] == "active"
    here.delete_route(**route)
    with refused("InvalidRoute.NotFound"):
        here.delete_route(**route)


def test_a_peering_that_is_not_there_is_spelled_in_another_way_than_by_aws(moto):
    """A client compares codes without regard to case; a list by id is empty instead."""
    here, _ = _both(moto)
    unknown = "pcx-00000000000000000"
    with refused("InvalidVpcPeeringConnectionId.NotFound"):
        here.delete_vpc_peering_connection(VpcPeeringConnectionId=unknown)
    found = here.describe_vpc_peering_connections(VpcPeeringConnectionIds=[unknown])
    assert found["VpcPeeringConnections"] == []


def test_tags_and_their_filters_work(moto):
    """Of VPCs and route tables."""
    here, _ = _both(moto)
    vpc = _vpc(here, "10.0.0.0/16")
    here.create_tags(Resources=[vpc], Tags=[{"Key": "shoot", "Value": ""}])
    for name, value in (("tag:shoot", ""), ("tag-key", "shoot")):
        found = here.describe_vpcs(Filters=[{"Name": name, "Values": [value]}])["Vpcs"]
        assert [each["VpcId"] for each in found] == [vpc]
