"""`peerwarden audit` of a real API server finds what lint finds in the same objects as files."""

import json
import subprocess

import pytest

from control_plane import ADMIN
from objects import ACCOUNT, KYMA, aws_network, aws_peering, shoot_info, subnet, thing, vpc
from webhook import program, remove_all


@pytest.fixture
def api(control_plane):
    """A client of an API server without a webhook; whatever was stored is removed afterwards."""
    yield control_plane.api
    control_plane.api.delete(shoot_info())
    remove_all(control_plane.api)


@pytest.fixture
def kubeconfig(control_plane):
    """The kubeconfig of a user with all rights."""
    return control_plane.kubeconfig(ADMIN)


def told(command, *arguments, **environment):
    """Return the exit status of a command, how many objects it judged, and its findings, but for places and mutations."""
    done = subprocess.run([program("peerwarden"), command, "-o", "json", *map(str, arguments)],
                          capture_output=True, text=True, timeout=60, env=environment or None)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    findings = [{name: value for name, value in each.items() if name != "location"} for each in report["findings"]
                if each["rule"] != "would-be-changed"]
    return done.returncode, report["summary"]["objects"], sorted(findings, key=lambda each: each["id"])


def saved(folder, *things):
    """Write objects into a file, in the order in which an audit names them."""
    order = ["Vpc", "Subnet", "AwsVpcPeering", "IpRange", "ConfigMap", "RemoteNetwork"]
    path = folder / "objects.yaml"
    path.write_text("\n---\n".join(
        json.dumps(each) for each in sorted(things, key=lambda each: (order.index(each["kind"]), each["metadata"]["name"]))))
    return path


def conflicting(plot):
    """Return objects that would never be admitted together."""
    left, right = plot.peered_vpcs()
    return [
        shoot_info(), left, right,
        subnet(plot.name("one"), plot.name("left"), plot.v4("0.0/17")),
        subnet(plot.name("two"), plot.name("right"), plot.v4("5.0/24")),
        subnet(plot.name("three"), plot.name("left"), plot.v4("7.0/24")),
        subnet(plot.name("malformed"), plot.name("left"), "10.0.0.300/24"),
        vpc(plot.name("alone"), peerings=[(plot.name("alone"), "169.254.0.1/30")]),
        thing(KYMA, "IpRange", plot.name("range"), {"cidr": "172.20.0.0/22"}),
        aws_peering(plot.name("peering"), "vpc-0a1b2c3d"),
        thing(KYMA, "AwsVpcPeering", plot.name("wrong"), {
            "remoteAccountId": ACCOUNT, "remoteRegion": "eu-west-1", "remoteVpcId": "vpc-0a1b2c3d"}),
        aws_network(plot.name("remote"), "vpc-0a1b2c3d", "172.20.0.0/16", {"owner": "network-team"}),
        aws_peering(plot.name("untagged"), "vpc-0a1b2c3e"),
        aws_network(plot.name("without-tag"), "vpc-0a1b2c3e", "172.30.0.0/16", {"owner": "network-team"}),
    ]


def test_an_audit_of_the_cluster_finds_what_lint_finds_in_the_files(api, kubeconfig, plot, tmp_path):
    things = conflicting(plot)
    (tmp_path / "nothing").mkdir()
    api.store(*things)
    path = saved(tmp_path, *things)
    of_cluster = told("audit", "--kubeconfig", kubeconfig)
    of_files = told("audit", "--state", path)
    of_lint = told("lint", "--state", tmp_path / "nothing", path)
    assert of_cluster == of_files == of_lint
    assert {each["rule"] for each in of_cluster[2]} >= {
        "cidr-overlap", "self-peering", "malformed-address", "missing-shoot-tag", "duplicate-peering"}


def test_an_audit_of_nothing_is_clean(api, kubeconfig):
    remove_all(api)
    assert told("audit", KUBECONFIG=str(kubeconfig)) == (0, 0, [])


def test_a_cluster_that_knows_none_of_our_kinds_is_clean(new_control_plane):
    bare = new_control_plane()
    assert told("audit", "--kubeconfig", bare.kubeconfig(ADMIN)) == (0, 0, [])


def test_the_objects_of_a_cluster_have_no_file(api, kubeconfig, plot):
    api.store(*conflicting(plot)[:5])
    done = subprocess.run([program("peerwarden"), "audit", "--kubeconfig", kubeconfig, "-o", "sarif"],
                          capture_output=True, text=True, timeout=60, check=False)
    places = [result["locations"][0] for result in json.loads(done.stdout)["runs"][0]["results"]]
    assert done.returncode == 1 and places
    assert all("physicalLocation" not in place and place["logicalLocations"][0]["fullyQualifiedName"] for place in places)
