"""`peerwarden free`: networks that the rules would let in."""
import json

import pytest

from terminal import lint_json, pair, rules_of, run, run_json, saved, stream, subnet, thing, vpc

AWS = {"accountId": "123456789012", "region": "eu-west-1", "vpcId": "vpc-0a1b2c3d"}


@pytest.fixture
def state(tmp_path):
    """A folder with two peered VPCs and a shoot that knows one remote network."""
    info = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shoot-info", "namespace": "kube-system"}, "data": {
        "shootName": "s", "provider": "aws", "region": "r", "nodeNetwork": "10.0.0.0/16"}}
    remote = thing("peerwarden.io/v1alpha1", "RemoteNetwork", "remote", {"aws": AWS, "cidrs": ["10.1.0.0/24"]})
    return saved(tmp_path / "state", *pair(), vpc("alone"), info, remote).parent


@pytest.fixture
def policy(tmp_path):
    """A function that writes a policy with pools."""
    def write(**pools):
        path = tmp_path / "policy.yaml"
        path.write_text(json.dumps({"apiVersion": "peerwarden.io/v1alpha1", "kind": "PeeringPolicy", "spec": {"pools": pools}}))
        return path
    return write


def free(state, *arguments):
    """Return the networks that are found."""
    status, found = run_json("free", "-o", "json", "--state", state, *arguments)
    assert status == (0 if found["free"] else 1)
    return [each["network"] for each in found["free"]]


def test_a_network_is_free_in_the_vpc_and_in_those_it_is_peered_with(state, policy):
    path = policy(networks=["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"])
    assert free(state, "--vpc", "a", "--policy", path) == ["10.3.0.0/24", "10.3.1.0/24", "10.3.2.0/24"]
    assert free(state, "--vpc", "alone", "--policy", path) == ["10.1.0.0/24", "10.1.1.0/24", "10.1.2.0/24"]


def test_a_peer_to_be_counts_as_one(state, policy):
    path = policy(networks=["10.1.0.0/16", "10.3.0.0/16"])
    assert free(state, "--vpc", "alone", "--peer", "a", "--policy", path, "--count", 1) == ["10.3.0.0/24"]


def test_length_count_and_family_are_followed(state):
    assert free(state, "--vpc", "alone", "--length", 20, "--count", 2) == ["10.0.0.0/20", "10.0.16.0/20"]
    assert free(state, "--vpc", "alone", "--family", 6, "--count", 2) == ["fd00::/64", "fd00:0:0:1::/64"]


def test_the_answer_is_the_same_every_time(state):
    arguments = ["--vpc", "a", "--peer", "b", "--count", 50]
    assert free(state, *arguments) == free(state, *arguments)


def test_what_is_found_passes_the_rules(state):
    network, = free(state, "--vpc", "a", "--count", 1)
    report = lint_json("--state", state, "-", stdin=stream(subnet("new", "a", network)))[1]
    assert "cidr-overlap" not in rules_of(report)


def test_links_come_with_their_ends_and_pass_the_rules(state):
    link, = run_json("free", "-o", "json", "--state", state, "--vpc", "a", "--peer", "alone", "--links", "--count", 1)[1]["free"]
    assert link == {"network": "169.254.0.4/30", "ends": ["169.254.0.5/30", "169.254.0.6/30"]}
    changed = pair()[0]
    changed["spec"]["vpcPeerings"].append({"remoteVpc": "alone", "localConnectIP": link["ends"][0]})
    report = lint_json("--state", state, "-", stdin=stream(changed, vpc("alone", ("a", link["ends"][1]))))[1]
    assert "link-address-conflict" not in rules_of(report)


def test_a_link_of_two_addresses_uses_both(state):
    found = run_json("free", "-o", "json", "--state", state, "--vpc", "alone", "--links", "--length", 31, "--count", 1)[1]
    assert found["free"] == [{"network": "169.254.0.0/31", "ends": ["169.254.0.0/31", "169.254.0.1/31"]}]


def test_the_shoot_keeps_clear_of_its_own_ranges_and_of_the_remote_network(state, policy):
    path = policy(networks=["10.0.0.0/15"])
    assert free(state, "--shoot", "--policy", path, "--count", 1) == ["10.1.0.0/24"]
    assert free(state, "--shoot", "--peer", "remote", "--policy", path, "--count", 1) == ["10.1.1.0/24"]


def test_pools_that_overlap_give_each_network_once(state, policy):
    path = policy(networks=["10.3.0.0/23", "10.3.0.0/22"])
    assert free(state, "--vpc", "a", "--policy", path, "--count", 9) == ["10.3.0.0/24", "10.3.1.0/24", "10.3.2.0/24", "10.3.3.0/24"]


def test_none_free_names_the_pools_and_ends_with_one(state, policy):
    path = policy(networks=["10.1.0.0/16"])
    result = run("free", "--state", state, "--vpc", "a", "--policy", path)
    assert (result.returncode, result.stdout) == (1, "none free in 10.1.0.0/16\n")


def test_the_text_has_one_network_a_line(state):
    assert run("free", "--state", state, "--vpc", "alone", "--count", 2).stdout == "10.0.0.0/24\n10.0.1.0/24\n"
    assert run("free", "--state", state, "--vpc", "alone", "--count", 1, "--links").stdout == (
        "169.254.0.0/30 with the ends 169.254.0.1/30 and 169.254.0.2/30\n")
