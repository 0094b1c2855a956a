"""`peerwarden plan`: one object after the other, and in a better order."""
import json

import pytest

from terminal import pair, run, run_json, saved, stream, subnet, thing, vpc

KYMA = "cloud-resources.kyma-project.io/v1beta1"


@pytest.fixture
def plan(tmp_path):
    """A function that plans objects on top of a state; returns the exit status and the plan."""
    def make(state, *objects, options=()):
        folder = saved(tmp_path / "state", *state).parent
        return run_json("plan", "-o", "json", "--state", folder, *options, "-f", "-", stdin=stream(*objects))
    return make


def outcomes(trial):
    """Return (name, outcome) of each step."""
    return [(step["object"]["name"], step["outcome"]) for step in trial["steps"]]


def warnings(trial):
    """Return (name, rule, what puts it right) of each warning."""
    return [(step["object"]["name"], each["finding"]["rule"], each["putRightBy"] and each["putRightBy"]["name"])
            for step in trial["steps"] for each in step["findings"] if each["finding"]["action"] == "warn"]


def test_each_object_counts_for_the_next_and_a_refused_one_does_not(plan):
    status, made = plan([vpc("v")], subnet("a", "v", "10.0.0.0/16"), subnet("b", "v", "10.0.0.0/15"), subnet("c", "v", "10.1.0.0/16"))
    assert status == 1
    assert outcomes(made["given"]) == [("a", "create"), ("b", "refused"), ("c", "create")]
    assert (made["given"]["refused"], made["better"], made["certain"]) == (1, None, True)


def test_a_second_definition_of_an_object_updates_what_the_first_one_left(plan):
    turned = subnet("a", "v", "fd00::/64,10.0.0.0/16")
    step = plan([vpc("v")], subnet("a", "v", "10.1.0.0/16", finalizers=["example.com/hold"]), turned)[1]["given"]["steps"][1]
    assert (step["outcome"], step["changes"]) == ("change", [])
    assert [change["after"] for change in plan([vpc("v")], turned)[1]["given"]["steps"][0]["changes"]] == ["10.0.0.0/16,fd00::/64"]


def test_the_warning_of_the_first_half_is_put_right_by_the_second(plan):
    status, made = plan([], *pair()[:2])
    assert status == 0
    assert ("a", "unknown-remote", "b") in warnings(made["given"])
    assert all(put_right for _, _, put_right in warnings(made["given"]))
    assert made["given"]["warnings"] == made["given"]["putRight"]


def test_a_warning_that_lasts_is_put_right_by_nobody(plan):
    made = plan([vpc("b")], vpc("a", ("b", "169.254.0.1/30")), vpc("other"))[1]
    assert warnings(made["given"]) == [("a", "one-sided-peering", None)]


def test_what_exists_in_the_same_form_is_unchanged_and_not_judged(plan):
    bad = [vpc("v"), subnet("a", "v", "10.0.0.0/16"), subnet("b", "v", "10.0.0.0/16")]
    status, made = plan(bad, *bad)
    assert status == 0
    assert {outcome for _, outcome in outcomes(made["given"])} == {"unchanged"}


def test_what_kubectl_and_controllers_have_written_beside_a_manifest_is_no_change(plan):
    manifest = subnet("a", "v", "10.0.0.0/16")
    note = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(
        {**manifest, "metadata": {"annotations": {}, "name": "a"}})}
    stored = {**manifest, "status": {"v4usingIPs": 3}, "spec": {**manifest["spec"], "protocol": "IPv4"},
              "metadata": {"name": "a", "uid": "1", "generation": 2, "annotations": note, "finalizers": ["f"]}}
    assert outcomes(plan([vpc("v"), stored], manifest)[1]["given"]) == [("a", "unchanged")]
    assert outcomes(plan([vpc("v"), stored], {**manifest, "status": {}})[1]["given"]) == [("a", "unchanged")]
    labelled = {**manifest, "metadata": {"name": "a", "labels": {"x": "y"}}}
    assert outcomes(plan([vpc("v"), stored], labelled)[1]["given"]) == [("a", "change")]


def test_a_plain_manifest_in_the_state_is_replaced_whole(plan):
    before = subnet("a", "v", "10.0.0.0/16")
    before["spec"]["protocol"] = "IPv4"
    assert outcomes(plan([vpc("v"), before], subnet("a", "v", "10.0.0.0/16"))[1]["given"]) == [("a", "change")]


def test_an_update_is_a_change_and_leaves_the_rest_as_it_is(plan):
    state = [vpc("v"), subnet("a", "v", "10.0.0.0/16")]
    status, made = plan(state, subnet("a", "v", "10.1.0.0/16"), subnet("b", "v", "10.0.0.0/24"))
    assert (status, outcomes(made["given"])) == (0, [("a", "change"), ("b", "create")])


def test_mutations_are_listed_with_before_and_after(plan):
    made = plan([vpc("v")], subnet("a", "v", " 10.0.0.0/16"))[1]
    assert made["given"]["steps"][0]["changes"] == [{"field": "spec.cidrBlock", "before": " 10.0.0.0/16", "after": "10.0.0.0/16"}]


def test_what_would_be_stored_as_it_is_already_is_unchanged(plan):
    assert outcomes(plan([vpc("v"), subnet("a", "v", "10.0.0.0/16")], subnet("a", "v", " 10.0.0.0/16"))[1]["given"]) == [("a", "unchanged")]


def test_a_better_order_is_found_where_one_object_makes_room_for_another(plan):
    state = [vpc("v"), subnet("old", "v", "10.0.0.0/16")]
    status, made = plan(state, subnet("new", "v", "10.0.0.0/24"), subnet("old", "v", "10.9.0.0/16"))
    assert status == 1
    assert outcomes(made["given"]) == [("new", "refused"), ("old", "change")]
    assert outcomes(made["better"]) == [("old", "change"), ("new", "create")]
    assert (made["better"]["refused"], made["certain"]) == (0, True)


def test_many_objects_are_put_into_a_better_order_too(plan):
    state = [vpc("v"), *(subnet(f"old-{i}", "v", f"10.{i}.0.0/16") for i in range(20))]
    things = [*(subnet(f"new-{i}", "v", f"10.{i}.0.0/24") for i in range(20)),
              *(subnet(f"old-{i}", "v", f"11.{i}.0.0/16") for i in range(20))]
    made = plan(state, *things)[1]
    assert made["given"]["refused"] == 20
    assert made["better"]["refused"] == 0
    assert sorted(outcomes(made["better"])) == sorted([(f"old-{i}", "change") for i in range(20)] + [(f"new-{i}", "create") for i in range(20)])


def test_definitions_of_one_object_keep_their_order(plan):
    things = [subnet("x", "v", "10.0.0.0/16"), subnet("y", "v", "10.0.0.0/24"), subnet("x", "v", "10.1.0.0/16")]
    made = plan([vpc("v")], *things)[1]
    assert outcomes(made["given"]) == [("x", "create"), ("y", "refused"), ("x", "change")]
    assert outcomes(made["better"]) in ([("x", "create"), ("x", "change"), ("y", "create")],)


def test_the_best_order_of_every_short_input_is_no_worse_than_any_order(plan):
    things = [subnet("net-a", "a", "10.1.0.0/16"), *pair()[:2], vpc("c", ("a", "169.254.0.5/30"))]
    costs = []
    for turn in range(len(things)):
        made = plan([], *things[turn:], *things[:turn])[1]
        best = made["better"] or made["given"]
        assert made["certain"]
        costs.append((best["refused"], best["warnings"]))
    assert len(set(costs)) == 1


def test_a_deletion_is_planned_object_by_object(plan):
    status, made = plan(pair(), pair()[0], vpc("gone"), pair()[1], options=["--delete"])
    assert status == 0
    assert outcomes(made["given"]) == [("a", "delete"), ("gone", "not there"), ("b", "delete")]
    assert ("a", "delete-in-use", "b") in warnings(made["given"])


def test_foreign_objects_are_listed_as_not_judged(plan):
    made = plan([], thing("apps/v1", "Deployment", "web", namespace="shop"), vpc("v"))[1]
    assert [(each["kind"], each["name"], each["location"]["line"]) for each in made["notJudged"]] == [("Deployment", "web", 1)]
    assert outcomes(made["given"]) == [("v", "create")]


def shoot_info():
    """Return the ConfigMap in which Gardener tells a cluster who it is."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shoot-info", "namespace": "kube-system"}, "data": {
        "shootName": "s", "provider": "aws", "region": "r", "nodeNetwork": "10.250.0.0/16"}}


def aws_peering(**metadata):
    """Return an AwsVpcPeering."""
    return thing(KYMA, "AwsVpcPeering", "p", {
        "remoteAccountId": "123456789012", "remoteRegion": "eu-west-1", "remoteVpcId": "vpc-0a1b2c3d"}, **metadata)


def test_a_peering_gets_the_label_of_the_shoot_that_an_earlier_document_tells_of(plan):
    made = plan([], shoot_info(), aws_peering())[1]
    assert made["given"]["steps"][1]["changes"] == [{"field": "metadata.labels[peerwarden.io/shoot]", "before": None, "after": "s"}]
    assert plan([], aws_peering(), shoot_info())[1]["given"]["steps"][0]["changes"] == []


def test_what_kubectl_would_not_send_is_not_mended(plan):
    step, = plan([shoot_info(), aws_peering(uid="1")], aws_peering())[1]["given"]["steps"]
    assert (step["outcome"], step["changes"]) == ("unchanged", [])


def test_links_that_are_asked_for_are_the_two_ends_of_one_network_and_stay(plan):
    things = [vpc("a", ("b", "auto"), annotations={"peerwarden.io/auto": "links"}),
              vpc("b", ("a", "auto"), annotations={"peerwarden.io/auto": "links"})]
    made = plan([], *things)[1]
    given = [step["changes"][0]["after"] for step in made["given"]["steps"]]
    assert given == ["169.254.0.1/30", "169.254.0.2/30"]
    stored = [vpc(name, (far, link), annotations=things[0]["metadata"]["annotations"]) for name, far, link in
              (("a", "b", given[0]), ("b", "a", given[1]))]
    assert outcomes(plan(stored, *things)[1]["given"]) == [("a", "unchanged"), ("b", "unchanged")]


def test_the_policy_decides_what_is_refused(plan, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text(json.dumps({"apiVersion": "peerwarden.io/v1alpha1", "kind": "PeeringPolicy", "spec": {"rules": {"one-sided-peering": "deny"}}}))
    status, made = plan([vpc("b")], vpc("a", ("b", "169.254.0.1/30")), options=["--policy", policy])
    assert (status, outcomes(made["given"])) == (1, [("a", "refused")])


def test_the_text_shows_both_orders_and_their_figures(tmp_path):
    state = saved(tmp_path / "state", vpc("v"), subnet("old", "v", "10.0.0.0/16")).parent
    asked = saved(tmp_path, subnet("new", "v", "10.0.0.0/24"), thing("v1", "Service", "s"), subnet("old", "v", " 10.9.0.0/16"))
    result = run("plan", "--state", state, "-f", asked.name, cwd=tmp_path)
    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        "in the given order:",
        "   1  refused     Subnet new (objects.yaml:1)",
        "       deny: spec.cidrBlock 10.0.0.0/24 overlaps 10.0.0.0/16 of Subnet old in VPC v [cidr-overlap]",
        "         free: 10.1.0.0/24, 10.1.1.0/24, 10.1.2.0/24",
        "   -  not judged  Service s (objects.yaml:3)",
        "   2  change      Subnet old (objects.yaml:5)",
        '       spec.cidrBlock " 10.9.0.0/16" would be stored as "10.9.0.0/16"',
        "in the best order, with fewer refusals (0 instead of 1):",
        "   1  change      Subnet old (objects.yaml:5)",
        '       spec.cidrBlock " 10.9.0.0/16" would be stored as "10.9.0.0/16"',
        "   2  create      Subnet new (objects.yaml:1)",
        "2 objects: 1 to change, 1 refused, 0 warnings; 1 foreign object not judged",
    ]


def test_the_text_says_what_puts_a_warning_right_instead_of_a_hint(tmp_path):
    result = run("plan", "--state", tmp_path, "-f", "-", stdin=stream(*pair()[:2]))
    assert "         put right by Vpc b\n" in result.stdout
    assert "correct the name" not in result.stdout
    assert result.stdout.endswith("2 objects: 2 to create, 0 refused, 1 warning (1 put right)\n")
    assert "the given order is the best one\n" in result.stdout


def test_several_files_are_taken_in_the_order_of_the_command_line(tmp_path):
    first, second = saved(tmp_path, vpc("one"), name="b.yaml"), saved(tmp_path, vpc("two"), name="a.yaml")
    empty = saved(tmp_path / "state").parent
    made = run_json("plan", "-o", "json", "--state", empty, "-f", first, "-f", second)[1]
    assert outcomes(made["given"]) == [("one", "create"), ("two", "create")]
