"""Lint on top of what exists already: manifests in a folder, or objects as a cluster hands them out."""
import json

import pytest

from terminal import lint_json, pair, rules_of, run, saved, stream, subnet, thing, vpc

KYMA = "cloud-resources.kyma-project.io/v1beta1"


@pytest.fixture
def on_top(tmp_path):
    """A function that judges objects on top of a state; returns rules that deny or warn, and the report."""
    def judge(state, *objects, options=()):
        folder = saved(tmp_path / "state", *state).parent
        report = lint_json("--state", folder, *options, "-", stdin=stream(*objects))[1]
        return rules_of(report), report
    return judge


def test_an_object_collides_with_what_exists(on_top):
    rules, report = on_top(pair(), subnet("new", "a", "10.2.3.0/24"))
    assert "cidr-overlap" in rules
    assert report["findings"][0]["counterparts"][0]["name"] == "net-b"
    assert report["summary"]["objects"] == 1


def test_a_definition_takes_the_place_of_what_exists(on_top):
    state = [vpc("v"), subnet("old", "v", "10.0.0.0/16")]
    assert on_top(state, subnet("new", "v", "10.0.1.0/24"))[0] == ["cidr-overlap"]
    assert on_top(state, subnet("new", "v", "10.0.1.0/24"), subnet("old", "v", "10.9.0.0/16"))[0] == []


def aws_peering(vpc_id, **metadata):
    spec = {"remoteAccountId": "123456789012", "remoteRegion": "eu-west-1", "remoteVpcId": vpc_id}
    return thing(KYMA, "AwsVpcPeering", "p", spec, **metadata)


def test_an_object_that_exists_is_updated(on_top):
    assert "immutable-field" in on_top([aws_peering("vpc-0a1b2c3d")], aws_peering("vpc-0a1b2c3e"))[0]
    assert on_top([aws_peering("vpc-0a1b2c3d")], aws_peering("vpc-0a1b2c3d"))[0] == []


def test_what_was_bad_before_is_not_held_against_an_update(on_top):
    state = [vpc("v"), subnet("a", "v", "10.0.0.0/16"), subnet("b", "v", "10.0.1.0/24")]
    moved = {**state[2], "spec": {**state[2]["spec"], "private": True}}
    assert on_top(state, moved)[0] == []
    assert on_top(state, subnet("b", "v", "10.0.2.0/24"))[0] == ["cidr-overlap"]


def handed_out(original):
    """Return an object as the API server hands it out after `kubectl apply` of a manifest."""
    applied = {**original, "metadata": {"annotations": {}, **original["metadata"]}}
    annotation = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(applied)}
    return {**original, "metadata": {**original["metadata"], "uid": "1", "annotations": annotation}}


def test_what_a_controller_has_added_to_a_stored_object_stays(on_top):
    stored = handed_out(subnet("net", "v", "10.0.0.0/16"))
    stored["spec"] = {**stored["spec"], "protocol": "IPv4", "gateway": "10.0.0.1"}
    report = on_top([vpc("v"), stored], subnet("net", "v", "10.0.0.0/16"))[1]
    assert report["findings"] == []


def test_what_the_last_manifest_had_and_this_one_has_not_goes_away(on_top):
    first = aws_peering("vpc-0a1b2c3d")
    second = {**first, "spec": {name: value for name, value in first["spec"].items() if name != "remoteRegion"}}
    rules = on_top([handed_out(first)], second)[0]
    assert "immutable-field" in rules
    unmanaged = {**handed_out(first), "metadata": {"name": "p", "uid": "1"}}
    assert "immutable-field" not in on_top([unmanaged], second)[0]


def test_a_single_file_is_a_state_too(tmp_path):
    path = saved(tmp_path, *pair())
    status, report = lint_json("--state", path, "-", stdin=stream(subnet("new", "b", "10.1.0.0/24")))
    assert (status, "cidr-overlap" in rules_of(report)) == (1, True)


def test_a_kubeconfig_is_told_from_manifests(tmp_path):
    config = tmp_path / "config"
    config.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c"}}],
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}]}))
    result = run("lint", "--state", config, "-", stdin=stream(vpc("v")))
    assert result.returncode == 2 and "/apis/kubeovn.io/v1/vpcs" in result.stderr
    result = run("plan", "-f", "-", stdin=stream(vpc("v")), env={"KUBECONFIG": str(config)})
    assert result.returncode == 2 and "/apis/kubeovn.io/v1/vpcs" in result.stderr


def test_a_deletion_is_warned_of_while_something_needs_the_object(on_top):
    assert "delete-in-use" in on_top(pair(), pair()[0], options=["--delete"])[0]
    assert on_top(pair(), *pair(), options=["--delete"])[0] == []
    assert on_top([], *pair(), options=["--delete"])[0] == []


def test_a_broken_state_ends_with_two_and_names_the_file(tmp_path):
    (tmp_path / "broken.yaml").write_text("kind: [")
    result = run("lint", "--state", tmp_path, "-", stdin=stream(vpc("v")))
    assert (result.returncode, result.stdout) == (2, "") and "broken.yaml" in result.stderr
