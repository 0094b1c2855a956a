"""`peerwarden plan` and `lint --state` at a real API server: they foretell what kubectl then meets."""

import json
import os
import subprocess

import pytest

from control_plane import ADMIN
from objects import aws_network, aws_peering, changed, shoot_info, subnet, thing, vpc
from webhook import program, remove_all


@pytest.fixture(scope="module")
def is_shoot():
    """Run in a cluster that is a shoot."""
    return True


@pytest.fixture(autouse=True)
def clean(api):
    """Leave nothing behind: what another test stored would be planned against."""
    yield
    remove_all(api)


@pytest.fixture
def kubeconfig(control_plane):
    """The kubeconfig of a user with all rights."""
    return control_plane.kubeconfig(ADMIN)


def ask(command, kubeconfig, *things, options=()):
    """Run a command of peerwarden about objects against the cluster; return its exit status and what it printed."""
    files = ["-f", "-"] if command == "plan" else ["-"]
    done = subprocess.run(
        [program("peerwarden"), command, "-o", "json", "--state", "cluster", *map(str, options), *files],
        input="\n---\n".join(map(json.dumps, things)), env={**os.environ, "KUBECONFIG": str(kubeconfig)},
        capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def outcomes(outline):
    """Return the outcome of each step by the object's name, in order."""
    return [(step["object"]["name"], step["outcome"]) for step in outline["steps"]]


def rules(outline, action):
    """Return the rules that warn of what is admitted, or all that speak of what is refused."""
    return {each["finding"]["rule"] for step in outline["steps"] for each in step["findings"]
            if each["finding"]["action"] in ("deny", "warn") and (step["outcome"] == "refused") == (action == "deny")}


KUBECTL_WORDS = {"created": "create", "configured": "change", "unchanged": "unchanged"}


def applied(terminal):
    """Return the outcomes that kubectl printed, in order."""
    lines = (line.split() for line in terminal.stdout.splitlines())
    return [(words[0].split("/")[1], KUBECTL_WORDS[words[1]]) for words in lines]


def foretell_and_apply(kubeconfig, kubectl, *things):
    """Plan objects, apply them, and check that both say the same; return the plan."""
    status, plan = ask("plan", kubeconfig, *things)
    terminal = kubectl.apply(*things)
    given = plan["given"]
    assert status == terminal.status, terminal
    assert [step for step in outcomes(given) if step[1] != "refused"] == applied(terminal)
    assert rules(given, "warn") | rules(given, "deny") == terminal.rules, terminal
    return plan


def test_a_plan_foretells_every_step_of_an_apply(kubeconfig, kubectl, plot):
    left, right = plot.peered_vpcs()
    plan = foretell_and_apply(
        kubeconfig, kubectl, left, subnet(plot.name("a"), plot.name("left"), plot.v4("0.0/17")),
        right, subnet(plot.name("b"), plot.name("right"), plot.v4("5.0/24")),
        subnet(plot.name("c"), plot.name("right"), plot.v4("128.0/24")))
    assert outcomes(plan["given"]) == [
        (plot.name("left"), "create"), (plot.name("a"), "create"), (plot.name("right"), "create"),
        (plot.name("b"), "refused"), (plot.name("c"), "create")]


def test_a_plan_of_what_was_applied_changes_nothing(kubeconfig, kubectl, plot):
    things = [*plot.peered_vpcs(), subnet(plot.name("a"), plot.name("left"), plot.v4("0.0/17"))]
    assert kubectl.apply(*things).status == 0
    plan = foretell_and_apply(kubeconfig, kubectl, *things)
    assert {outcome for _, outcome in outcomes(plan["given"])} == {"unchanged"}


def test_a_plan_foretells_an_update_and_what_it_takes_away(kubeconfig, kubectl, plot):
    before = vpc(plot.name("v"), routes=[(plot.v4("0.0/24"), "192.0.2.1")])
    kubectl.apply(vpc(plot.name("w")), before)
    after = thing(before["apiVersion"], "Vpc", plot.name("v"), {"vpcPeerings": [
        {"remoteVpc": plot.name("w"), "localConnectIP": "169.254.0.1/30"}]})
    plan = foretell_and_apply(kubeconfig, kubectl, after)
    assert outcomes(plan["given"]) == [(plot.name("v"), "change")]
    assert foretell_and_apply(kubeconfig, kubectl, after)["given"]["warnings"] == 0


def test_what_others_have_added_to_an_object_stays_and_is_no_change(kubeconfig, kubectl, api, plot):
    net = subnet(plot.name("a"), plot.name("v"), plot.v4("0.0/24"))
    kubectl.apply(vpc(plot.name("v")), net)
    api.patch(net, {"spec": {"protocol": "IPv4"}, "metadata": {"labels": {"owner": "controller"}}})
    assert outcomes(foretell_and_apply(kubeconfig, kubectl, net)["given"]) == [(plot.name("a"), "unchanged")]


def test_a_plan_foretells_mutations(kubeconfig, kubectl, api, plot):
    net = subnet(plot.name("a"), plot.name("v"), " " + plot.v4("0.7/24"))
    plan = foretell_and_apply(kubeconfig, kubectl, vpc(plot.name("v")), net)
    stored = api.get(net).body["spec"]["cidrBlock"]
    assert plan["given"]["steps"][1]["changes"] == [
        {"field": "spec.cidrBlock", "before": " " + plot.v4("0.7/24"), "after": stored}]


def test_what_is_mended_to_what_is_stored_already_is_unchanged(kubeconfig, kubectl, api, plot):
    net = subnet(plot.name("a"), plot.name("v"), " " + plot.v4("0.0/24"))
    kubectl.apply(vpc(plot.name("v")), net)
    generation = api.get(net).body["metadata"]["generation"]
    assert outcomes(ask("plan", kubeconfig, net)[1]["given"]) == [(plot.name("a"), "unchanged")]
    kubectl.apply(net)
    assert api.get(net).body["metadata"]["generation"] == generation


def test_old_text_that_stands_in_the_cluster_is_not_mended(kubeconfig, kubectl, guard, plot):
    net = subnet(plot.name("a"), plot.name("v"), " " + plot.v4("0.0/24"))
    with guard.lifted():
        kubectl.apply(vpc(plot.name("v")), net)
    step, = foretell_and_apply(kubeconfig, kubectl, net)["given"]["steps"]
    assert (step["outcome"], step["changes"]) == ("unchanged", [])


def test_a_plan_foretells_the_label_of_a_peering_and_its_missing_tag(kubeconfig, kubectl, api, plot):
    tagged, untagged = f"vpc-{plot.number:08x}", f"vpc-{plot.number + 4096:08x}"
    good = aws_peering(plot.name("good"), tagged)
    plan = foretell_and_apply(
        kubeconfig, kubectl, aws_network(plot.name("one"), tagged, plot.v4("0.0/24"), {shoot_info()["data"]["shootName"]: ""}),
        aws_network(plot.name("two"), untagged, plot.v4("1.0/24"), {}), good, aws_peering(plot.name("bad"), untagged))
    assert outcomes(plan["given"])[2:] == [(plot.name("good"), "create"), (plot.name("bad"), "refused")]
    added, = plan["given"]["steps"][2]["changes"]
    assert api.get(good).body["metadata"]["labels"] == {"peerwarden.io/shoot": added["after"]}


def test_the_better_order_is_what_kubectl_then_meets(kubeconfig, kubectl, plot):
    old, new = (subnet(plot.name(name), plot.name("v"), plot.v4(cidr)) for name, cidr in (("old", "0.0/24"), ("new", "0.128/25")))
    kubectl.apply(vpc(plot.name("v")), old)
    moved = changed(old, cidrBlock=plot.v4("9.0/24"))
    status, plan = ask("plan", kubeconfig, new, moved)
    assert (status, plan["certain"]) == (1, True)
    assert outcomes(plan["better"]) == [(plot.name("old"), "change"), (plot.name("new"), "create")]
    assert kubectl.apply(moved, new).status == 0


def test_a_plan_of_a_deletion_foretells_its_warnings(kubeconfig, kubectl, plot):
    left, right = plot.peered_vpcs()
    kubectl.apply(left, right)
    status, plan = ask("plan", kubeconfig, left, right, options=["--delete"])
    deleted = kubectl.feed("delete", "--wait=false", things=[left, right])
    assert status == deleted.status == 0, deleted
    assert outcomes(plan["given"]) == [(plot.name("left"), "delete"), (plot.name("right"), "delete")]
    assert rules(plan["given"], "warn") == deleted.warned_rules != set()


def test_lint_on_top_of_the_cluster_finds_what_kubectl_meets(kubeconfig, kubectl, plot):
    kubectl.apply(vpc(plot.name("v")), subnet(plot.name("a"), plot.name("v"), plot.v4("0.0/17")))
    clash = subnet(plot.name("b"), plot.name("v"), plot.v4("5.0/24"))
    status, report = ask("lint", kubeconfig, clash)
    terminal = kubectl.apply(clash)
    found = {each["rule"] for each in report["findings"] if each["action"] in ("deny", "warn")}
    assert (status, found) == (terminal.status, terminal.rules) and "cidr-overlap" in found
    assert report["findings"][0]["counterparts"][0]["name"] == plot.name("a")


def test_a_kubeconfig_may_be_named_by_its_path(kubeconfig, kubectl, plot):
    kubectl.apply(vpc(plot.name("v")), subnet(plot.name("a"), plot.name("v"), plot.v4("0.0/17")))
    done = subprocess.run([program("peerwarden"), "free", "--vpc", plot.name("v"), "--state", str(kubeconfig)],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 3, done


@pytest.fixture
def limited_user(control_plane, kubectl, tmp_path):
    """A function that returns the kubeconfig of a user who may read some groups of kinds, and nothing else."""
    def make(*groups):
        name = f"limited-{len(groups)}"
        group = "rbac.authorization.k8s.io"
        kubectl.must("apply", "--filename=-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "default"}},
            {"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": {"name": name},
             "rules": [{"apiGroups": list(groups), "resources": ["*"], "verbs": ["list"]}]},
            {"apiVersion": f"{group}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name},
             "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": name},
             "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "default"}]}]}))
        config = json.loads(control_plane.kubeconfig(ADMIN).read_text())
        config["users"][0]["user"] = {"token": kubectl.must("create", "token", name).stdout.strip()}
        path = tmp_path / "limited"
        path.write_text(json.dumps(config))
        return path
    return make


def test_who_may_not_read_shoot_info_is_told_what_is_assumed(limited_user, plot):
    config = limited_user("kubeovn.io", "cloud-resources.kyma-project.io", "peerwarden.io")
    status, plan = ask("plan", config, vpc(plot.name("v")))
    assert (status, outcomes(plan["given"])) == (0, [(plot.name("v"), "create")])
    assert plan["assumptions"] == [{"message": "there is no ConfigMap kube-system/shoot-info: it may not be read"}]


def test_who_may_not_read_a_guarded_kind_gets_no_answer(limited_user, plot):
    config = limited_user("kubeovn.io", "peerwarden.io")
    done = subprocess.run([program("peerwarden"), "plan", "--state", str(config), "-f", "-"], input=json.dumps(vpc(plot.name("v"))),
                          capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "403" in done.stderr and "awsvpcpeerings" in done.stderr


def test_kinds_that_the_cluster_does_not_know_are_passed_over(new_control_plane, plot):
    config = new_control_plane().kubeconfig(ADMIN)
    status, plan = ask("plan", config, *plot.peered_vpcs())
    assert (status, len(plan["given"]["steps"])) == (0, 2)
