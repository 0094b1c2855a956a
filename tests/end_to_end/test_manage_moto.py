"""The life of a managed peering with a third party's AWS, moto: two accounts and two regions."""

import pytest

from managed import FINALIZER
from managed_aws import AWAY, HOME, OWN_NAME, OWN_RANGES, REMOTE, ROLE, daemon_at, send
from moto_cloud import MotoServer
from objects import SHOOT, aws_peering, changed
from polling import wait_until

OWN = {"id": "AKIAIOSFODNN7EXAMPLE", "secret": "example"}


class Account:
    """The EC2 of one account in one region, asked with its keys."""

    def __init__(self, moto, keys, region):
        self.moto, self.keys, self.region = moto, keys, region

    def call(self, action, service="ec2", version="2016-11-15", **parameters):
        """Make a call, and return the tree of the answer."""
        asked = {"Action": action, "Version": version, **parameters}
        answer = send(self.moto.url, self.keys, asked, service=service, region=self.region)
        assert answer.status == 200, answer.code
        return answer.tree

    def assume(self, account, region):
        """Return another account as the role there sees it."""
        arn = f"arn:aws:iam::{account}:role/{ROLE}"
        tree = self.call("AssumeRole", "sts", "2011-06-15", RoleArn=arn, RoleSessionName="owner")
        names = {"id": "AccessKeyId", "secret": "SecretAccessKey", "token": "SessionToken"}
        return Account(self.moto, {ours: tree.find(f".//{theirs}").text for ours, theirs in names.items()}, region)

    def create(self, ranges, **tags):
        """Make a VPC with IPv4 ranges and tags; returns its id."""
        vpc = self.call("CreateVpc", CidrBlock=ranges[0]).find(".//vpcId").text
        for each in ranges[1:]:
            self.call("AssociateVpcCidrBlock", VpcId=vpc, CidrBlock=each)
        for key, value in tags.items():
            self.tag(vpc, key, value)
        return vpc

    def tag(self, resource, key, value=""):
        """Set a tag."""
        self.call("CreateTags", **{"ResourceId.1": resource, "Tag.1.Key": key, "Tag.1.Value": value})

    def table(self, vpc):
        """Return the id of the main route table of a VPC, and its routes but those to itself."""
        tree = self.call("DescribeRouteTables", **{"Filter.1.Name": "vpc-id", "Filter.1.Value.1": vpc})
        item = tree.find("./routeTableSet/item")
        routes = {each.findtext("destinationCidrBlock"): each.findtext("vpcPeeringConnectionId")
                  for each in item.findall("./routeSet/item") if each.findtext("gatewayId") != "local"}
        return item.findtext("routeTableId"), routes

    def routes(self, vpc):
        """Return the routes of a VPC's main table as {destination: connection}."""
        return self.table(vpc)[1]

    def connections(self, vpc):
        """Return the connections of a VPC as {id: state}."""
        items = self.call("DescribeVpcPeeringConnections").findall("./vpcPeeringConnectionSet/item")
        return {each.findtext("vpcPeeringConnectionId"): each.findtext("./status/code") for each in items
                if vpc in (each.findtext("./requesterVpcInfo/vpcId"), each.findtext("./accepterVpcInfo/vpcId"))}


@pytest.fixture(scope="module")
def is_shoot():
    """Run in a cluster that is a shoot."""
    return True


@pytest.fixture(scope="module")
def moto(tmp_path_factory):
    """An AWS server."""
    with MotoServer(tmp_path_factory.mktemp("moto") / "moto.log") as server:
        yield server


@pytest.fixture(scope="module")
def here(moto):
    """The cluster's own account and region."""
    return Account(moto, OWN, HOME)


@pytest.fixture(scope="module")
def there(here):
    """The other account and region."""
    return here.assume(REMOTE, AWAY)


@pytest.fixture(scope="module")
def own(here):
    """The cluster's own VPC."""
    return here.create(OWN_RANGES[:2], Name=OWN_NAME)


@pytest.fixture(scope="module", autouse=True)
def daemon(control_plane, shoot, moto, own, tmp_path_factory):
    """A daemon that manages, and compares each second."""
    folder = tmp_path_factory.mktemp("daemon")
    with daemon_at(control_plane, folder, moto.environment(HOME), "--mode=manage", "--resync=1s") as daemon:
        yield daemon


def found(control_plane, thing):
    """Return an object's id and whether it is Ready, and the state."""
    status = control_plane.api.get(thing).body.get("status", {})
    types = [each["type"] for each in status.get("conditions", []) if each["status"] == "True"]
    return status.get("id"), status.get("state"), types


def wait_ready(control_plane, thing):
    """Wait until an object is Ready, and return its id."""
    wait_until(lambda: found(control_plane, thing)[1:] == ("active", ["Ready"]),
               f"it is Ready: {found(control_plane, thing)}")
    return found(control_plane, thing)[0]


def test_a_peering_is_made_routed_repaired_and_ended(control_plane, here, there, own, plot):
    ranges = [plot.v4("0.0/17"), plot.v4("128.0/17")]
    vpc = there.create(ranges, **{SHOOT: ""})
    thing = changed(aws_peering(plot.name("peering"), vpc), remoteAccountId=REMOTE, remoteRegion=AWAY,
                    deleteRemotePeering=True)
    control_plane.api.store(thing)
    made = wait_ready(control_plane, thing)
    assert here.connections(vpc) == there.connections(vpc) == {made: "active"}
    assert here.routes(own) == dict.fromkeys(ranges, made)
    assert there.routes(vpc) == dict.fromkeys(OWN_RANGES[:2], made)
    assert control_plane.api.get(thing).body["metadata"]["finalizers"] == [FINALIZER]

    here.call("DeleteRoute", RouteTableId=here.table(own)[0], DestinationCidrBlock=ranges[1])
    wait_until(lambda: here.routes(own) == dict.fromkeys(ranges, made), "the route is back")

    there.call("DeleteVpcPeeringConnection", VpcPeeringConnectionId=made)
    wait_until(lambda: made not in there.routes(vpc).values(), "all is routed anew")
    second = wait_ready(control_plane, thing)
    assert second != made and here.connections(vpc)[second] == "active"
    assert here.routes(own) == dict.fromkeys(ranges, second)
    assert there.routes(vpc) == dict.fromkeys(OWN_RANGES[:2], second)

    control_plane.api.delete(thing)
    wait_until(lambda: control_plane.api.get(thing).status == 404, "the object is gone")
    assert "active" not in here.connections(vpc).values()
    assert here.routes(own) == there.routes(vpc) == {}


def test_an_untagged_network_is_peered_with_once_it_is_tagged(control_plane, here, there, plot):
    vpc = there.create([plot.v4("0.0/16")])
    thing = changed(aws_peering(plot.name("peering"), vpc), remoteAccountId=REMOTE, remoteRegion=AWAY)
    control_plane.api.store(thing)
    wait_until(lambda: found(control_plane, thing)[2] == ["Error"], "the missing tag is said")
    assert here.connections(vpc) == {}
    there.tag(vpc, SHOOT)
    control_plane.api.patch(thing, {"metadata": {"annotations": {"peerwarden.io/poke": "now"}}})
    made = wait_ready(control_plane, thing)
    assert there.connections(vpc) == {made: "active"}
    control_plane.api.delete(thing)
    wait_until(lambda: control_plane.api.get(thing).status == 404, "the object is gone")
