"""The AWS server of the tests against what AWS answered, as others recorded it, and against moto's answers.

The recordings stand beside the project and are no part of it; where they are absent, a test is skipped by name.
"""

import json
from pathlib import Path
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pytest

from aws_ground import AWAY, HOME, LOCAL, REMOTE
from tests.servers.aws import AwsServer
from tests.servers.aws.signature import Request, Scope, canonical_request, signature, string_to_sign
from signed_calls import paths, send

EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "upstream" / "cloud-examples" / "aws"


def _read(name):
    path = EXAMPLES / name
    if not path.exists():
        pytest.skip(f"for want of {path}")
    return path.read_text()


def _data(name):
    """Return what boto3 got in a recording, without what it says of HTTP, and the status."""
    recorded = json.loads(_read(f"real/{name}.json"))
    recorded["data"].pop("ResponseMetadata")
    return recorded["data"], recorded["status_code"]


def _names(value, prefix=""):
    """Return the paths of all names in an answer as boto3 gives it."""
    if isinstance(value, dict):
        return {f"{prefix}/{name}" for name in value}.union(
            *(_names(each, f"{prefix}/{name}") for name, each in value.items() if not name.startswith("__")))
    if isinstance(value, list):
        return set().union(*(_names(each, prefix) for each in value))
    return set()


def _assert_alike(answer, recorded, newer=()):
    """Assert that an answer has the names of a recorded one, and beside them only those that are newer."""
    answer = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    found, wanted = _names(answer), {name for name in _names(recorded) if "ExpirationTime/" not in name}
    assert wanted <= found
    assert {name.rpartition("/")[2] for name in found - wanted} <= set(newer)


def test_create_accept_and_delete_answer_as_recorded_in_2017(ground):
    """Region and CidrBlockSet came later."""
    ground.cloud.settings(initiating=0)
    newer = ("Region", "CidrBlockSet", "CidrBlock")
    own = ground.cloud.vpc(LOCAL, HOME, ["10.5.0.0/16"])
    recorded, _ = _data("custodian_stale_CreateVpcPeeringConnection")
    created = ground.here.create_vpc_peering_connection(VpcId=ground.local, PeerVpcId=own)
    _assert_alike(created, recorded, newer)
    said = recorded["VpcPeeringConnection"]["Status"]["Message"].replace("644160558196", LOCAL)
    assert created["VpcPeeringConnection"]["Status"]["Message"] == said
    peering = created["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    recorded, _ = _data("custodian_stale_AcceptVpcPeeringConnection")
    accepted = ground.here.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    _assert_alike(accepted, recorded, newer)
    assert accepted["VpcPeeringConnection"]["Status"] == recorded["VpcPeeringConnection"]["Status"]
    recorded, status = _data("custodian_stale_DeleteVpcPeeringConnection")
    deleted = ground.here.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
    _assert_alike(deleted, recorded)
    assert (deleted["Return"], deleted["ResponseMetadata"]["HTTPStatusCode"]) == (recorded["Return"], status)


def test_a_peering_of_two_accounts_is_seen_as_recorded(ground):
    """The other side's options are not."""
    recorded, _ = _data("custodian_test_peer_cross_account_DescribeVpcPeeringConnections")
    ground.remote = ground.cloud.vpc(REMOTE, AWAY, ["10.2.0.0/16"])
    ground.active()
    _assert_alike(ground.there.describe_vpc_peering_connections(), recorded)


def test_route_tables_are_seen_as_recorded(ground):
    """OwnerId and the state of associations came later."""
    recorded, _ = _data("custodian_test_peer_miss_route_filter_DescribeRouteTables")
    peering, table = ground.active(), ground.table(ground.local)
    ground.cloud.route(table, "10.1.0.0/16", "VpcPeeringConnectionId", peering)
    ground.cloud.route(table, "0.0.0.0/0", "NetworkInterfaceId", "eni-0123456789abcdef0")
    ground.cloud.route(table, "pl-68a54001", "GatewayId", "vpce-73de3e1a")
    ground.cloud.table(ground.local, {}, ["subnet-0123456789abcdef0"])
    newer = ("OwnerId", "AssociationState", "State", "VpcPeeringConnectionId")
    _assert_alike(ground.here.describe_route_tables(), recorded, newer)


def test_a_peering_between_regions_is_seen_as_recorded_in_2024(ground):
    """Value by value, while it is pending and from both ends once it is active."""
    recorded = json.loads(_read("real/localemu_snapshot_cross_region_peering.json")).popitem()[1]["recorded-content"]
    one, two = ground.cloud.vpc(LOCAL, HOME, ["192.168.1.0/24"]), ground.cloud.vpc(LOCAL, AWAY, ["192.168.2.0/24"])
    there = ground.client("ec2", AWAY)
    peering = ground.request(VpcId=one, PeerVpcId=two, PeerOwnerId=LOCAL)
    ground.cloud.forward(1)
    words = {one: "<vpc-id:1>", two: "<vpc-id:2>", peering: "<peering-connection-id:1>", HOME: "<region:1>",
             AWAY: "<region:2>"}

    def seen(client):
        text = json.dumps(ground.look(peering, client), default=lambda _: "<datetime>")
        for found, word in words.items():
            text = text.replace(found, word)
        return json.loads(text)

    assert seen(ground.here) == recorded["pending-acceptance"]["VpcPeeringConnections"][0]
    there.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    ground.cloud.forward(1)
    assert seen(ground.here) == recorded["requester-peer"]["VpcPeeringConnections"][0]
    assert seen(there) == recorded["accepter-peer"]["VpcPeeringConnections"][0]


def _tree(name):
    tree = ElementTree.fromstring(_read(name))
    for element in tree.iter():
        element.tag = element.tag.rpartition("}")[2]
    return tree


def test_the_elements_on_the_wire_have_the_names_of_the_examples(ground):
    """Requests, acceptance, deletion and both kinds of errors."""
    ground.remote = ground.cloud.vpc(REMOTE, AWAY, ["10.2.0.0/16"])
    ground.cloud.settings(initiating=0)
    keys = ground.assume()
    there = {"id": keys["aws_access_key_id"], "secret": keys["aws_secret_access_key"],
             "token": keys["aws_session_token"]}

    def answer(action, user, region, **parameters):
        return send(ground.cloud.url, user, {"Action": action, "Version": "2016-11-15", **parameters}, region=region)

    created = answer("CreateVpcPeeringConnection", ground.user, HOME, VpcId=ground.local, PeerVpcId=ground.remote,
                     PeerOwnerId=REMOTE, PeerRegion=AWAY)
    assert paths(created.tree) == paths(_tree("constructed/CreateVpcPeeringConnection.xml"))
    peering = {"VpcPeeringConnectionId": created.tree.findtext(".//vpcPeeringConnectionId")}
    accepted = answer("AcceptVpcPeeringConnection", there, AWAY, **peering)
    own = {path.replace("accepterVpcInfo", "requesterVpcInfo") for path in paths(accepted.tree)}
    assert own | paths(accepted.tree) >= paths(_tree("constructed/AcceptVpcPeeringConnection.xml"))
    deleted = answer("DeleteVpcPeeringConnection", there, AWAY, **peering)
    assert paths(deleted.tree) == paths(_tree("constructed/DeleteReturnTrue.xml"))
    error = answer("AcceptVpcPeeringConnection", there, AWAY, VpcPeeringConnectionId="pcx-0a5e2a63")
    example = _tree("constructed/Error.xml")
    assert paths(error.tree) == paths(example)
    assert error.tree.findtext(".//Message") == example.findtext(".//Message")
    who = {"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": "arn:aws:iam::222222222222:role/x",
           "RoleSessionName": "cm"}
    denied = send(ground.cloud.url, ground.user, who, service="sts")
    assert (denied.status, paths(denied.tree)) == (403, paths(_tree("constructed/StsError.xml")))


@pytest.mark.parametrize("number", range(6))
def test_the_signatures_of_the_vectors_are_made_alike(number):
    """Each was checked against botocore."""
    vectors = json.loads(_read("sigv4/vectors.json"))
    vector = vectors[number]
    headers = [("host", vector["host"]), ("x-amz-date", vector["date"]), ("authorization", vector["authorization"])]
    headers += [(name.lower(), value) for name, value in vector["signed_extra_headers"].items()]
    if vector["session_token"]:
        headers.append(("x-amz-security-token", vector["session_token"]))
    request = Request(vector["method"], vector["path"], vector["query"], headers, vector["body"].encode())
    scope = Scope(request)
    assert canonical_request(request, scope.signed_headers) == vector["canonical_request"]
    assert string_to_sign(request, scope) == vector["string_to_sign"]
    assert signature(vector["secret_key"], scope, string_to_sign(request, scope)) == vector["signature"]
    assert len(vectors) == 6


def _exchanges():
    for line in _read("moto/requests.txt").splitlines():
        name, service, region, status, form = (part.strip() for part in line.split("|"))
        yield name, service, region, int(status.split()[1]), dict(parse_qsl(form, keep_blank_values=True))


class Replay:
    """moto's recorded requests, sent to the server with the ids that it gave."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.ids = {}
        self.user = cloud.user("123456789012")
        role = cloud.role("222222222222", "CloudManagerPeeringRole", ["123456789012"], web_tokens=["x"])
        self.there = send(cloud.url, self.user, {"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": role,
                                                 "RoleSessionName": "cm"}, service="sts").tree
        self.keys = {"us-east-1": self.user, "us-west-2": {
            "id": self.there.findtext(".//AccessKeyId"), "secret": self.there.findtext(".//SecretAccessKey"),
            "token": self.there.findtext(".//SessionToken")}}

    def make_vpc(self, region, form, recorded):
        """Do by hand what CreateVpc did."""
        account = {"us-east-1": "123456789012", "us-west-2": "222222222222"}[region]
        tag = {form["TagSpecification.1.Tag.1.Key"]: form["TagSpecification.1.Tag.1.Value"]}
        vpc = self.cloud.vpc(account, region, [form["CidrBlock"]], tag)
        self.ids[recorded.findtext(".//vpcId")] = vpc
        return vpc

    def send(self, service, region, form):
        """Send a request with the ids of this server."""
        form = {name: self.ids.get(value, value) for name, value in form.items()}
        return send(self.cloud.url, self.keys[region], form, service=service, region=region)

    def learn(self, recorded, answered):
        """Note which id stands for a recorded one."""
        for name in ("vpcPeeringConnectionId", "routeTableId"):
            old, new = recorded.findtext(f".//{name}"), answered.findtext(f".//{name}")
            if old and new:
                self.ids.setdefault(old, new)


# Where moto is known to differ from AWS: what AWS, and so this server, says instead.
_AWS_SAYS = {
    "CreateVpcPeeringConnection_duplicate": (400, "VpcPeeringConnectionAlreadyExists"),
    "DescribeVpcPeeringConnections_unknown": (400, "InvalidVpcPeeringConnectionID.NotFound"),
    "DeleteVpcPeeringConnection_unknown": (400, "InvalidVpcPeeringConnectionID.NotFound"),
    "DeleteVpcPeeringConnection_twice": (400, "InvalidStateTransition"),
    "Unknown_action": (400, "InvalidAction"),
}
# Elements that moto has and AWS has not, or the reverse, with all below them.
_DIFFERENT = {"PackedPolicySize", "ipv6CidrBlockAssociationSet", "peeringOptions", "cidrBlock", "cidrBlockSet",
              "tagSet", "expirationTime", "return", "propagatingVgwSet", "accepterPeeringConnectionOptions"}


def test_what_moto_was_asked_is_answered_with_the_same_status_and_names_but_where_aws_differs():
    """All recorded requests in their order."""
    with AwsServer() as cloud:
        cloud.settings(initiating=0, provisioning=0)
        count, replay = 0, Replay(cloud)
        for name, service, region, status, form in _exchanges():
            recorded = ElementTree.Element("none") if status == 500 else _tree(f"moto/{name}.xml")
            if form["Action"] == "CreateVpc":
                replay.make_vpc(region, form, recorded)
                continue
            answer = replay.send(service, region, form)
            replay.learn(recorded, answer.tree)
            said = (answer.status, answer.code)
            assert said == _AWS_SAYS.get(name, (status, recorded.findtext(".//Code"))), name
            different = paths(recorded) ^ paths(answer.tree)
            if name in _AWS_SAYS or name.endswith("filter_ignored"):
                different = set()
            assert [path for path in sorted(different) if not _DIFFERENT & set(path.split("/"))] == [], name
            count += 1
        assert count >= 25
