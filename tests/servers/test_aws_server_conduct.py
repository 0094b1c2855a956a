"""How the AWS server of the tests guards its door, and what tests can do to it."""

import json
import ssl
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, HTTPClientError

from aws_ground import AWAY, HOME, LOCAL, REMOTE, Ground
from refusals import refused
from tests.servers.aws import AwsServer, RemoteControls
from tests.servers.aws.signature import Request, canonical_request
from signed_calls import send

LIST = {"Action": "DescribeVpcs", "Version": "2016-11-15"}
WHO = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}


def _stamp(offset):
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + offset))


def _spoil(name, value):
    return lambda lines: lines.update({name: value})


@pytest.mark.parametrize("more,code,status", [
    ({}, None, 200),
    ({"method": "GET"}, None, 200),
    ({"seconds": -240}, None, 200),
    ({"seconds": -400}, "RequestExpired", 400),
    ({"seconds": 400}, "RequestExpired", 400),
    ({"date": "yesterday"}, "IncompleteSignature", 400),
    ({"scope_day": "20200101"}, "SignatureDoesNotMatch", 403),
    ({"service": "s3"}, "SignatureDoesNotMatch", 403),
    ({"region": "nowhere"}, "SignatureDoesNotMatch", 403),
    ({"unsigned": ["host"]}, "SignatureDoesNotMatch", 403),
    ({"headers": [("x-amz-meta", "1")], "unsigned": ["x-amz-meta"]}, "SignatureDoesNotMatch", 403),
    ({"headers": [("x-amz-meta", "a   b")]}, None, 200),
    ({"change": _spoil("content-type", "text/plain")}, "SignatureDoesNotMatch", 403),
    ({"change": _spoil("x-amz-security-token", "stray")}, "AuthFailure", 401),
    ({"change": lambda lines: lines.pop("authorization")}, "MissingAuthenticationToken", 403),
    ({"change": _spoil("authorization", "Bearer x")}, "IncompleteSignature", 400),
])
def test_a_signature_is_checked_in_every_part(ground, more, code, status):
    """Headers, date, scope and token."""
    more = dict(more)
    if "seconds" in more:
        more["date"] = _stamp(more.pop("seconds"))
    answer = send(ground.cloud.url, ground.user, LIST, **more)
    assert (answer.code, answer.status) == (code, status)


def test_what_is_signed_has_its_names_sorted_and_its_spaces_collapsed():
    """As the User Guide says; not by the way of any client."""
    headers = [("host", "h"), ("x-amz-a", " a   b "), ("x-amz-a", "c")]
    request = Request("GET", "/a b", "b=2&a=%7e&B=1&a=0%20x", headers, b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert canonical_request(request, ["host", "x-amz-a"]) == (
        f"GET\n/a%20b\nB=1&a=0%20x&a=~&b=2\nhost:h\nx-amz-a:a b,c\n\nhost;x-amz-a\n{empty}")


def test_keys_that_are_unknown_wrong_or_over_are_refused(ground):
    """In the words of the service that was called."""
    wrong, unknown = {**ground.user, "secret": "x"}, {**ground.user, "id": "AKIA0"}
    assert send(ground.cloud.url, wrong, LIST).code == "SignatureDoesNotMatch"
    assert send(ground.cloud.url, unknown, LIST).code == "AuthFailure"
    assert send(ground.cloud.url, unknown, WHO, service="sts").code == "InvalidClientTokenId"
    keys = ground.assume()
    session = {"id": keys["aws_access_key_id"], "secret": keys["aws_secret_access_key"]}
    assert send(ground.cloud.url, session, LIST).code == "AuthFailure"
    session["token"] = keys["aws_session_token"]
    assert send(ground.cloud.url, session, LIST).code is None
    ground.cloud.expire_sessions()
    assert send(ground.cloud.url, session, LIST).code == "RequestExpired"
    assert send(ground.cloud.url, session, WHO, service="sts").code == "ExpiredToken"
    ground.cloud.revoke(ground.user["id"])
    assert send(ground.cloud.url, ground.user, LIST).code == "AuthFailure"


def test_the_server_s_clock_can_be_wrong_and_says_so_by_its_date(ground):
    """So that a client can see it and sign anew."""
    ground.cloud.skew(3600)
    answer = send(ground.cloud.url, ground.user, LIST)
    assert answer.code == "RequestExpired"
    told = time.mktime(time.strptime(answer.headers["date"], "%a, %d %b %Y %H:%M:%S GMT")) - time.timezone
    assert abs(told - time.time() - 3600) < 60
    assert send(ground.cloud.url, ground.user, LIST, date=_stamp(3600)).status == 200


@pytest.mark.parametrize("parameters,code", [
    ({**LIST, "Colour": "red"}, "UnknownParameter"),
    ({**LIST, "VpcId.0": "vpc-01234567"}, "UnknownParameter"),
    ([*LIST.items(), ("Version", "2016-11-15")], "UnknownParameter"),
    ({**LIST, "Action": "RunInstances"}, "InvalidAction"),
    ({"Version": "2016-11-15"}, "MissingAction"),
    ({"Action": "DescribeVpcs", "Version": "2011-06-15"}, "NoSuchVersion"),
    ({"Action": "DescribeVpcs"}, "NoSuchVersion"),
    ({**LIST, "Action": "AcceptVpcPeeringConnection"}, "MissingParameter"),
    ({**LIST, "MaxResults": "many"}, "InvalidParameterValue"),
    ({**LIST, "DryRun": "maybe"}, "InvalidParameterValue"),
    ({**LIST, "VpcId.1": "vpc-x"}, "InvalidVpcID.Malformed"),
    ({**LIST, "Filter.1.Name": "vpc-id"}, "InvalidParameterValue"),
    ({**LIST, **{f"Filter.1.Value.{number + 1}": "x" for number in range(201)}, "Filter.1.Name": "vpc-id"},
     "FilterLimitExceeded"),
    ("Action=DescribeVpcs&&Version=2016-11-15&x", "MalformedQueryString"),
    ({**LIST, "Action": "CreateRoute", "RouteTableId": "rtb-01234567"}, "InvalidRouteTableID.NotFound"),
])
def test_parameters_are_read_strictly(ground, parameters, code):
    """What AWS may pass over by luck is refused."""
    assert send(ground.cloud.url, ground.user, parameters).code == code


def test_answers_come_in_chunks_with_the_headers_of_ec2(ground):
    """And each with an id of its own."""
    answers = [send(ground.cloud.url, ground.user, LIST) for _ in range(2)]
    assert answers[0].headers["transfer-encoding"] == "chunked"
    assert answers[0].headers["content-type"] == "text/xml;charset=UTF-8"
    assert answers[0].headers["server"].strip() == "AmazonEC2"
    assert answers[0].tree.findtext("requestId") != answers[1].tree.findtext("requestId")


def test_a_role_is_assumed_only_by_whom_it_trusts_and_with_its_external_id(ground):
    """By account or by name; and what may be done is that of the role."""
    stranger = ground.cloud.user("333333333333")
    strange = {"aws_access_key_id": stranger["id"], "aws_secret_access_key": stranger["secret"]}
    with refused("AccessDenied", 403, "is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::2222"):
        ground.assume(ExternalId="red")
    with refused("AccessDenied", 403):
        ground.assume(RoleArn=ground.role + "Other")
    with refused("AccessDenied", 403):
        ground.client("sts", HOME, strange).assume_role(RoleArn=ground.role, RoleSessionName="x1", ExternalId="blue")
    named = ground.cloud.role(REMOTE, "Named", trust=[stranger["arn"]])
    ground.client("sts", HOME, strange).assume_role(RoleArn=named, RoleSessionName="x1")
    me = ground.client("sts", HOME, ground.assume()).get_caller_identity()
    assert (me["Account"], me["Arn"]) == (REMOTE, f"arn:aws:sts::{REMOTE}:assumed-role/Peering/test")
    chained, again = ground.cloud.role(LOCAL, "Chained", trust=[REMOTE]), ground.client("sts", HOME, ground.assume())
    again.assume_role(RoleArn=chained, RoleSessionName="x2")
    with refused("ValidationError", text="role chaining"):
        again.assume_role(RoleArn=chained, RoleSessionName="x2", DurationSeconds=7200)


def test_a_web_identity_token_is_exchanged_without_a_signature(ground):
    """Only one that the role knows."""
    role = ground.cloud.role(LOCAL, "Pod", web_tokens=["token.of.pod"])
    sts, asked = ground.client("sts", HOME), {"RoleArn": role, "RoleSessionName": "pod"}
    assert sts.assume_role_with_web_identity(WebIdentityToken="token.of.pod", **asked)["Credentials"]["SessionToken"]
    with refused("InvalidIdentityToken"):
        sts.assume_role_with_web_identity(WebIdentityToken="token.of.other", **asked)


def test_permissions_are_per_role_and_action_and_a_dry_run_shows_them(ground):
    """412 means yes, 403 no, and nothing changes."""
    peering, there = ground.request(), ground.there
    ground.cloud.forward(1)
    with refused("DryRunOperation", 412):
        there.accept_vpc_peering_connection(VpcPeeringConnectionId=peering, DryRun=True)
    assert ground.status(peering) == "pending-acceptance"
    ground.cloud.deny(ground.role, ["ec2:AcceptVpcPeeringConnection"])
    with refused("UnauthorizedOperation", 403, "Encoded authorization failure message"):
        there.accept_vpc_peering_connection(VpcPeeringConnectionId=peering, DryRun=True)
    with refused("UnauthorizedOperation", 403, "perform: ec2:AcceptVpcPeeringConnection"):
        there.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    ground.cloud.permit(ground.role, ["DescribeVpcPeeringConnections"])
    with refused("UnauthorizedOperation", 403):
        there.describe_vpcs()
    assert ground.status(peering, there) == "pending-acceptance"
    assert ground.here.describe_vpcs()["Vpcs"]


def test_botocore_bears_throttling_and_faults_by_repeating(ground):
    """Three attempts in its standard mode; not more."""
    client = ground.client("ec2", HOME, retries={"mode": "standard", "total_max_attempts": 3})
    ground.cloud.throttle(2, action="DescribeVpcs")
    answer = client.describe_vpcs()
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    codes = [each["code"] for each in ground.cloud.journal(action="DescribeVpcs")]
    assert codes == ["RequestLimitExceeded", "RequestLimitExceeded", ""]
    ground.cloud.fault("InternalError", count=1, region=AWAY)
    with refused("InternalError", 500):
        ground.there.describe_vpcs()
    ground.cloud.throttle(3)
    ground.cloud.clear_hooks()
    assert ground.here.describe_vpcs()["Vpcs"]


@pytest.mark.parametrize("when,worked", [("before", 0), ("after", 1)])
def test_a_call_can_lose_its_connection_before_or_after_it_was_worked(ground, when, worked):
    """And the journal knows which."""
    ground.cloud.drop(when=when, action="CreateVpcPeeringConnection")
    with pytest.raises((ConnectionClosedError, HTTPClientError, EndpointConnectionError)):
        ground.request()
    assert len(ground.cloud.peerings()) == worked
    entry = ground.cloud.journal(action="CreateVpcPeeringConnection")[0]
    assert (entry["worked"], entry["answered"]) == (bool(worked), False)


@pytest.mark.parametrize("when,drop,worked", [
    ("before", True, 1), ("before", False, 2), ("after", True, 2), ("after", False, 2)])
def test_the_nth_mutating_call_is_held_until_it_is_let_go(ground, when, drop, worked):
    """Calls that read, and dry runs, do not count."""
    hook = ground.cloud.hold(2, when, mutating=True)
    table, done = ground.table(ground.local), []

    def run():
        ground.here.describe_vpcs()
        with refused("DryRunOperation", 412):
            ground.here.create_tags(Resources=[table], Tags=[{"Key": "dry", "Value": ""}], DryRun=True)
        try:
            for number in range(2):
                ground.here.create_tags(Resources=[table], Tags=[{"Key": f"k{number}", "Value": ""}])
                done.append(number)
        except HTTPClientError as error:
            done.append(error)

    client = threading.Thread(target=run)
    client.start()
    entry = ground.cloud.wait_held(hook)
    assert (entry["action"], entry["worked"], entry["answered"]) == ("CreateTags", when == "after", False)
    assert entry["parameters"]["Tag.1.Key"] == "k1"
    assert done == [0]
    ground.cloud.release(hook, drop=drop)
    client.join(30)
    assert len(ground.cloud.dump()["tables"][table]["tags"]) == worked
    assert (done == [0, 1]) != drop
    assert ground.cloud.wait_held(ground.cloud.hold(9), 0) is None


def test_the_journal_says_who_did_what_where(ground):
    """With parameters and result; secrets are in neither journal nor dump."""
    peering = ground.active()
    accept = ground.cloud.journal(mutating=True, account=REMOTE)[-1]
    assert (accept["action"], accept["region"], accept["status"]) == ("AcceptVpcPeeringConnection", AWAY, 200)
    assert accept["principal"] == f"arn:aws:sts::{REMOTE}:assumed-role/Peering/test"
    assert accept["parameters"]["VpcPeeringConnectionId"] == peering
    assert accept["worked"] and accept["answered"]
    assert accept["result"]["vpcPeeringConnection"]["status"]["code"] == "provisioning"
    assert ground.user["secret"] not in json.dumps([ground.cloud.journal(), ground.cloud.dump()])
    ground.cloud.clear_journal()
    assert ground.cloud.journal() == []


def test_what_changes_by_hand_is_seen_by_the_clients(ground):
    """Ranges, routes, tags, peerings and whole VPCs."""
    peering, table = ground.active(), ground.table(ground.local)
    ground.cloud.route(table, "10.1.0.0/16", "VpcPeeringConnectionId", peering)
    assert ground.cloud.routes(table)["10.1.0.0/16"] == peering
    ground.cloud.remove_route(table, "10.1.0.0/16")
    assert ground.cloud.routes(table) == {"10.0.0.0/16": "local"}
    ground.cloud.tag(ground.local, "Name")
    ground.cloud.tag(peering, "by", "hand", LOCAL, HOME)
    ground.cloud.associate(ground.local, "10.5.0.0/16")
    ground.cloud.disassociate(ground.local, "10.0.0.0/16")
    vpc = ground.here.describe_vpcs()["Vpcs"][0]
    assert (vpc["Tags"], vpc["CidrBlock"]) == ([], "10.5.0.0/16")
    assert ground.look(peering)["Tags"] == [{"Key": "by", "Value": "hand"}]
    ground.cloud.delete_peering(peering)
    assert ground.status(peering) == "deleting"
    second = ground.cloud.vpc(LOCAL, HOME, ["10.6.0.0/16"])
    other = ground.request(VpcId=second)
    ground.there.accept_vpc_peering_connection(VpcPeeringConnectionId=other)
    ground.cloud.delete_vpc(second)
    assert ground.status(other) == "deleted"


def _furnish(ground):
    peering = ground.active()
    ground.here.create_tags(Resources=[peering], Tags=[{"Key": "a", "Value": "b"}])
    ground.cloud.route(ground.table(ground.local), "10.1.0.0/16", "VpcPeeringConnectionId", peering)
    return peering


def test_two_runs_with_the_same_end_have_equal_pictures(ground):
    """Whatever the ids, and whatever was deleted on the way."""
    with AwsServer() as cloud:
        other = Ground(cloud)
        other.cloud.stop_clock()
        other.here.delete_vpc_peering_connection(VpcPeeringConnectionId=other.request())
        _furnish(other)
        peering, one = _furnish(ground), f"{LOCAL} {HOME} 10.0.0.0/16"
        picture = ground.cloud.picture()
        assert picture == other.cloud.picture()
        assert picture["peerings"][0]["tags"] == {f"{LOCAL} {HOME}": {"a": "b"}}
        assert picture["routes"][one][0]["10.1.0.0/16"] == f"active peering with {REMOTE} {AWAY} 10.1.0.0/16"
        ground.cloud.delete_peering(peering)
        gone = ground.cloud.picture()
        assert gone != picture
        assert gone["routes"][one][0]["10.1.0.0/16"].startswith("blackhole")


def test_in_a_process_of_its_own_it_is_controlled_over_http():
    """By the same names; a wrong one is said."""
    process = subprocess.Popen([sys.executable, "-m", "tests.servers.aws"], stdout=subprocess.PIPE, text=True)
    try:
        remote = RemoteControls(json.loads(process.stdout.readline())["url"])
        user, vpc = remote.user(LOCAL), remote.vpc(LOCAL, HOME, ["10.0.0.0/16"], tags={"a": "b"})
        assert send(remote.url, user, LIST).tree.findtext(".//vpcId") == vpc
        assert remote.journal(action="DescribeVpcs")[0]["account"] == LOCAL
        assert remote.dump()["vpcs"][vpc]["tags"] == {"a": "b"}
        with pytest.raises(ValueError, match="no setting colour"):
            remote.settings(colour="red")
        with pytest.raises(AttributeError):
            remote.shutdown()
    finally:
        process.terminate()
        assert process.wait(30) == 0
        process.stdout.close()


def test_it_speaks_tls_when_given_a_certificate(tmp_path):
    """For the name localhost."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", tmp_path / "key.pem", "-out", tmp_path / "certificate.pem", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    with AwsServer(certificate=tmp_path / "certificate.pem", key=tmp_path / "key.pem") as cloud:
        context = ssl.create_default_context(cafile=tmp_path / "certificate.pem")
        with urllib.request.urlopen(f"{cloud.url}/_admin/peerings", b"{}", context=context) as answer:
            assert json.load(answer) == {"result": []}
