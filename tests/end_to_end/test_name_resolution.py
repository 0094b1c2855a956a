"""Whether the private DNS names of two peered VPCs are resolved from each other: --dns-resolution, its annotation."""

import pytest

from managed_aws import AWAY, HOME, Region, daemon_at, environment_of
from polling import wait_until
from tests.servers.aws import AwsServer
from tests.servers.signed_calls import send

MODIFY = "ModifyVpcPeeringConnectionOptions"
OPTION = "PeeringConnectionOptions.AllowDnsResolutionFromRemoteVpc"


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
    """A daemon that manages, and has names resolved where no annotation says otherwise."""
    folder = tmp_path_factory.mktemp("daemon")
    options = ("--mode=manage", "--dns-resolution=on", "--resync=1s")
    with daemon_at(control_plane, folder, environment_of(region), *options) as daemon:
        yield daemon


@pytest.fixture
def neighbour(region, plot):
    """A remote VPC whose object is not there yet."""
    neighbour = region.neighbour(plot)
    yield neighbour
    region.mend()
    neighbour.delete()
    neighbour.wait_gone()


def annotate(neighbour, word):
    """Say what the object wants."""
    neighbour.annotate(**{"dns-resolution": word})


def resolved(neighbour):
    """Return whether the names of the own VPC and of the remote one are resolved from the other."""
    ends = [neighbour.connection[side] for side in ("requester", "accepter")]
    own, remote = sorted(ends, key=lambda end: end["vpc_id"] == neighbour.vpc)
    return own["resolves_names"], remote["resolves_names"]


def wait_resolved(neighbour, own, remote):
    """Wait for both sides, and for the object to say that all is well."""
    wait_until(lambda: neighbour.connection and resolved(neighbour) == (own, remote), f"{own}, {remote}")
    neighbour.wait_ready()


def set_by_hand(neighbour, allowed):
    """Have the owner of the remote VPC change the option of that side."""
    name = "Accepter" if neighbour.connection["accepter"]["vpc_id"] == neighbour.vpc else "Requester"
    answer = send(neighbour.cloud.url, neighbour.region.owner, {
        "Action": MODIFY, "Version": "2016-11-15", "VpcPeeringConnectionId": neighbour.connection["id"],
        f"{name}{OPTION}": str(allowed).lower()}, region=AWAY)
    assert answer.status == 200, answer.code


def test_the_setting_counts_and_the_annotation_goes_before_it(neighbour):
    neighbour.apply()
    wait_resolved(neighbour, True, True)
    neighbour.assert_routed()
    assert [each["region"] for each in neighbour.calls(MODIFY)] == [HOME, AWAY]
    assert {each["action"] for each in neighbour.calls()[-2:]} == {MODIFY}
    annotate(neighbour, "off")
    wait_resolved(neighbour, False, False)
    annotate(neighbour, None)
    wait_resolved(neighbour, True, True)


def test_what_somebody_has_changed_is_put_right(neighbour):
    neighbour.apply()
    wait_resolved(neighbour, True, True)
    set_by_hand(neighbour, False)
    wait_resolved(neighbour, True, True)


def test_kept_it_is_left_as_it_is(region, neighbour):
    neighbour.thing["metadata"]["annotations"] = {"peerwarden.io/dns-resolution": "keep"}
    neighbour.apply().wait_ready()
    assert resolved(neighbour) == (False, False)
    set_by_hand(neighbour, True)
    looks = len(region.cloud.journal(action="DescribeRouteTables"))
    wait_until(lambda: len(region.cloud.journal(action="DescribeRouteTables")) > looks + 4, "it is looked at again")
    assert resolved(neighbour) == (False, True) and len(neighbour.calls(MODIFY)) == 1


def test_a_word_that_is_none_keeps_and_is_said(neighbour):
    neighbour.thing["metadata"]["annotations"] = {"peerwarden.io/dns-resolution": "yes"}
    neighbour.apply().wait_ready()
    neighbour.wait_event("DnsResolutionNotUsed", '"yes"', "write keep, on or off")
    assert resolved(neighbour) == (False, False)


def test_each_side_is_set_whoever_has_asked(neighbour):
    neighbour.ask_from_there()
    neighbour.apply()
    wait_resolved(neighbour, True, True)
    assert neighbour.connection["requester"]["vpc_id"] == neighbour.vpc


def test_a_side_that_is_not_shown_is_left_alone(region, neighbour):
    region.cloud.deny(region.role, ["DescribeVpcPeeringConnections"])
    neighbour.apply()
    wait_resolved(neighbour, True, False)
    region.cloud.deny(region.role, [])
    wait_resolved(neighbour, True, True)


def test_what_aws_refuses_is_said_and_keeps_nothing_else_up(region, neighbour):
    region.cloud.fault("InvalidParameterValue", "No DNS hostnames.", 400, count=100, action=MODIFY, region=HOME)
    neighbour.apply()
    neighbour.wait_problem("CloudProviderError", f"ec2:{MODIFY}", "No DNS hostnames", "aws ec2 modify-vpc-attribute "
                           f"--region {HOME} --vpc-id {region.own} --enable-dns-hostnames")
    neighbour.assert_routed()
    assert resolved(neighbour) == (False, True)
    region.mend()
    neighbour.poke()
    wait_resolved(neighbour, True, True)


def test_observed_it_is_told_and_not_changed(neighbour):
    neighbour.apply()
    wait_resolved(neighbour, True, True)
    neighbour.annotate(mode="observe")
    calls = len(neighbour.calls())
    set_by_hand(neighbour, False)
    neighbour.wait_event("Drift", f"names of {neighbour.vpc} are not resolved from {neighbour.region.own}")
    assert len(neighbour.calls()) == calls + 1 and resolved(neighbour) == (True, False)
    neighbour.annotate(mode=None)
    wait_resolved(neighbour, True, True)
