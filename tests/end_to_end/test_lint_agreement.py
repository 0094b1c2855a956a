"""`peerwarden lint` finds in files what the API server said when they were applied."""

import json
import subprocess

import pytest

from example_files import AS_PUBLISHED, NETWORKS, PUT_RIGHT, halves
from objects import SHOOT, aws_network, aws_peering, shoot_info, subnet, vpc
from webhook import program, remove_all


@pytest.fixture(scope="module")
def is_shoot():
    """Run in a cluster that is a shoot."""
    return True


@pytest.fixture(autouse=True)
def clean(api):
    """Leave nothing behind; the examples have fixed names."""
    yield
    remove_all(api)


def lint(*paths):
    """Return the exit status of lint and its findings that warn or deny."""
    done = subprocess.run([program("peerwarden"), "lint", "-o", "json", *map(str, paths)],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, [each for each in json.loads(done.stdout)["findings"] if each["action"] in ("deny", "warn")]


def ids(findings):
    """Return the set of rules of findings."""
    return {finding["rule"] for finding in findings}


def saved(folder, *things):
    """Write objects into one file."""
    path = folder / "objects.yaml"
    path.write_text("\n---\n".join(map(json.dumps, things)))
    return path


def networks_without(folder, *names):
    """Write the networks of the example into a file, but not the VPCs that its peering file defines itself."""
    path = folder / "networks.yaml"
    path.write_text("\n---\n".join(
        document for document in NETWORKS.read_text().split("\n---\n")
        if not any(f"name: {name}\n" in document for name in names)))
    return path


def test_the_published_example_has_the_findings_of_its_second_half_and_the_double_name(kubectl, tmp_path):
    kubectl.must("apply", f"--filename={NETWORKS}")
    first, second = halves(AS_PUBLISHED)
    kubectl.must("apply", "--filename=-", stdin=first)
    told = kubectl.must("apply", "--filename=-", stdin=second).warned_rules

    status, findings = lint(networks_without(tmp_path, "vpc-1"), AS_PUBLISHED)
    assert (status, ids(findings)) == (1, told | {"defined-twice"})
    assert {each["object"]["name"] for each in findings} == {"vpc-1"}
    assert all(each["location"]["file"].endswith(AS_PUBLISHED.name) for each in findings)


def test_the_example_put_right_has_no_findings(kubectl, tmp_path):
    kubectl.must("apply", f"--filename={NETWORKS}")
    kubectl.must("apply", f"--filename={PUT_RIGHT}")
    again = kubectl.must("apply", f"--filename={PUT_RIGHT}")

    assert lint(networks_without(tmp_path, "vpc-1", "vpc-2"), PUT_RIGHT) == (0, [])
    assert again.warned_rules == set()


def test_an_overlap_is_found_under_the_same_rule(kubectl, plot, tmp_path):
    things = [*plot.peered_vpcs(), subnet(plot.name("earlier"), plot.name("left"), plot.v4("0.0/17")),
              subnet(plot.name("later"), plot.name("right"), plot.v4("5.0/24"))]
    refused = kubectl.apply(*things)
    assert refused.status == 1

    status, findings = lint(saved(tmp_path, *things))
    denied = [each for each in findings if each["action"] == "deny"]
    assert (status, ids(denied)) == (1, {"cidr-overlap"}) and "cidr-overlap" in refused.rules
    assert {plot.name("earlier"), plot.name("later")} <= {
        party["name"] for each in denied for party in (each["object"], *each["counterparts"])}


def test_a_peering_with_itself_is_found_under_the_same_rule(kubectl, plot, tmp_path):
    name = plot.name("alone")
    wrong = vpc(name, peerings=[(name, "169.254.0.1/30")])
    refused = kubectl.apply(wrong)
    assert refused.status == 1
    assert lint(saved(tmp_path, wrong))[0] == 1
    assert ids(lint(saved(tmp_path, wrong))[1]) == refused.rules


@pytest.mark.parametrize("tags", [{"owner": "network-team"}, {SHOOT: ""}, None])
def test_the_tags_of_a_remote_network_are_judged_alike(kubectl, plot, tmp_path, tags):
    vpc_id = f"vpc-{plot.number:017x}"
    things = [aws_network(plot.name("remote"), vpc_id, plot.v4("0.0/16"), tags),
              aws_peering(plot.name("peering"), vpc_id)]
    applied = kubectl.apply(*things)

    status, findings = lint(saved(tmp_path, shoot_info(), *things))
    assert (status, ids(findings)) == (applied.status, applied.rules)
