"""`peerwarden plan` and `lint --state` at a real API server: they foretell what kubectl then meets."""

import json
import os
import random
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


def outcomes(trial):
    """Return the outcome of each step by the object's name, in order."""
    return [(step["object"]["name"], step["outcome"]) for step in trial["steps"]]


def rules(trial, action):
    """Return the rules that warn of what is admitted, or all that speak of what is refused."""
    return {each["finding"]["rule"] for step in trial["steps"] for each in step["findings"]
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


def asking(name, remote, **spec):
    """Return a Vpc that asks for its link and its routes."""
    asks = vpc(name, [(remote, "auto")], annotations={"peerwarden.io/auto": "links,routes"})
    return changed(asks, **spec)


def foretell_what_is_stored(kubeconfig, kubectl, api, *things):
    """Plan, apply, and check that each object is stored with the changes that were foretold; return the changes' fields."""
    steps = foretell_and_apply(kubeconfig, kubectl, *things)["given"]["steps"]
    for step, thing_ in zip(steps, things):
        stored = json.dumps(api.get(thing_).body["spec"])
        assert all(value in stored for change in step["changes"] for value in change["after"].split()), (step, stored)
    return [[change["field"] for change in step["changes"]] for step in steps]


def test_a_plan_foretells_the_links_and_routes_that_were_asked_for(kubeconfig, kubectl, api, plot):
    left, right = plot.name("left"), plot.name("right")
    pair = [subnet(plot.name("a"), left, plot.v4("0.0/24")), subnet(plot.name("b"), right, plot.v4("1.0/24")),
            asking(left, right), asking(right, left)]
    fields = foretell_what_is_stored(kubeconfig, kubectl, api, *pair)
    assert [len([field for field in each if field.endswith(("localConnectIP", "cidr"))]) for each in fields] == [0, 0, 2, 2], fields
    links = [api.get(thing_).body["spec"]["vpcPeerings"][0]["localConnectIP"] for thing_ in pair[2:]]
    assert links[0] != links[1]


def test_the_families_of_a_subnet_that_exists_keep_the_order_of_the_manifest(kubeconfig, kubectl, api, plot):
    net = subnet(plot.name("a"), plot.name("v"), f"{plot.v4('0.0/24')},fd00:{plot.number:x}::/64")
    kubectl.apply(vpc(plot.name("v")), net)
    turned = changed(net, cidrBlock=f"fd00:{plot.number:x}::/64,{plot.v4('0.0/24')}")
    assert outcomes(foretell_and_apply(kubeconfig, kubectl, turned)["given"]) == [(plot.name("a"), "change")]
    assert api.get(net).body["spec"]["cidrBlock"] == turned["spec"]["cidrBlock"]


def test_a_second_definition_of_an_object_updates_what_the_first_one_left(kubeconfig, kubectl, plot):
    first = subnet(plot.name("a"), plot.name("v"), plot.v4("0.0/24"), labels={"only": "first"})
    second = subnet(plot.name("a"), plot.name("v"), f"fd00:{plot.number:x}::/64,{plot.v4('1.0/24')}")
    plan = foretell_and_apply(kubeconfig, kubectl, vpc(plot.name("v")), first, second)
    assert outcomes(plan["given"])[1:] == [(plot.name("a"), "create"), (plot.name("a"), "change")]
    assert rules(plan["given"], "warn") == {"malformed-address"}


def test_an_object_on_its_way_out_is_not_mended(kubeconfig, kubectl, api, plot):
    net = subnet(plot.name("a"), plot.name("v"), plot.v4("0.0/24"), finalizers=["example.com/hold"])
    kubectl.apply(vpc(plot.name("v")), net)
    api.delete(net)
    untidy = changed(net, cidrBlock=" " + plot.v4("0.0/24"))
    try:
        step, = foretell_and_apply(kubeconfig, kubectl, untidy)["given"]["steps"]
        assert (step["outcome"], step["changes"]) == ("refused", [])
    finally:
        api.patch(net, {"metadata": {"finalizers": None}})


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


def random_thing(chance, plot):
    """Return one of a few objects that often meet each other."""
    if chance.random() < 0.5:
        here, there = chance.sample(["left", "right"], 2)
        links = [(plot.name(there), chance.choice(["169.254.0.1/30", "169.254.0.2/30", "169.254.0.5/30"]))]
        routes = [(plot.v4(chance.choice(["0.0/24", "1.0/24"])), chance.choice(["169.254.0.1", "169.254.0.2"]))]
        return vpc(plot.name(here), chance.choice([links, []]), chance.choice([routes, []]), labels={"number": str(chance.randrange(3))})
    cidr = chance.choice([plot.v4("0.0/17"), plot.v4("0.0/24"), plot.v4("1.0/24"), f"{plot.v4('2.0/24')},fd00:{plot.number:x}::/64"])
    return subnet(plot.name(chance.choice("abc")), plot.name(chance.choice(["left", "right"])), cidr)


@pytest.mark.parametrize("turn", range(5))
def test_a_plan_foretells_what_random_applies_meet(kubeconfig, kubectl, plot, turn):
    seed = int(os.environ.get("PEERWARDEN_SEED", random.randrange(2 ** 32)))
    print(f"turn {turn} of PEERWARDEN_SEED={seed}")
    chance = random.Random(seed + turn)
    for _ in range(4):
        foretell_and_apply(kubeconfig, kubectl, *(random_thing(chance, plot) for _ in range(chance.randint(1, 5))))


@pytest.fixture
def stored_policy(api):
    """A function that stores a policy as a ConfigMap and returns the value of --policy."""
    def store(spec, key="policy.yaml"):
        text = json.dumps({"apiVersion": "peerwarden.io/v1alpha1", "kind": "PeeringPolicy", "spec": spec}, indent=1)
        config_map = {**thing("v1", "ConfigMap", "the-policy", namespace="default"), "data": {key: text}}
        api.delete(config_map)
        api.store(config_map)
        return "configmap:default/the-policy"
    return store


def command_line(kubeconfig, *arguments, things=()):
    """Run peerwarden beside a cluster."""
    return subprocess.run([program("peerwarden"), *map(str, arguments)], input="\n---\n".join(map(json.dumps, things)),
                          env={**os.environ, "KUBECONFIG": str(kubeconfig)}, capture_output=True, text=True, timeout=60)


def test_the_policy_of_the_cluster_is_the_policy_of_every_command(kubeconfig, stored_policy, tmp_path, plot):
    policy = stored_policy({"rules": {"cidr-overlap": "warn"}, "pools": {"networks": ["10.250.0.0/20"]}})
    things = [vpc(plot.name("v")), subnet(plot.name("a"), plot.name("v"), plot.v4("0.0/17")),
              subnet(plot.name("b"), plot.name("v"), plot.v4("5.0/24"))]
    assert ask("plan", kubeconfig, *things)[0] == 1
    for state in ("cluster", kubeconfig, tmp_path):
        for command in (["plan", "-f", "-"], ["lint", "-"]):
            done = command_line(kubeconfig, *command, "--state", state, "--policy", policy, things=things)
            assert done.returncode == 0 and "warn: spec.cidrBlock" in done.stdout, done
    world = tmp_path / "world"
    world.mkdir()
    (world / "vpc.json").write_text(json.dumps(things[0]))
    done = command_line(kubeconfig, "free", "--vpc", plot.name("v"), "--state", world, "--policy", policy)
    assert done.stdout.splitlines()[0] == "10.250.0.0/24", done
    done = command_line(kubeconfig, "policy", "check", policy)
    assert done.returncode == 0 and "cidr-overlap: warn (default deny)" in done.stdout, done


def test_the_policy_is_asked_of_the_cluster_that_the_state_names(kubeconfig, stored_policy, tmp_path, plot):
    policy = stored_policy({})
    done = command_line(tmp_path / "missing", "plan", "-f", "-", "--state", kubeconfig, "--policy", policy, things=[vpc(plot.name("v"))])
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name, words", [
    ("configmap:default/missing", 'configmap:default/missing: the API server answers 404: configmaps "missing" not found'),
    ("configmap:default", "configmap:default: expected configmap:NAMESPACE/NAME"),
    ("configmap:a/b/c", "configmap:a/b/c: expected configmap:NAMESPACE/NAME"),
    ("configmap:/b", "configmap:/b: expected configmap:NAMESPACE/NAME"),
    ("configmap:default/b?watch=1", "configmap:default/b?watch=1: expected configmap:NAMESPACE/NAME"),
])
def test_a_policy_that_the_cluster_does_not_have_ends_with_two(kubeconfig, name, words):
    done = command_line(kubeconfig, "policy", "check", name)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"peerwarden: {words}\n")


def test_a_broken_policy_of_the_cluster_ends_with_two_and_names_what_is_wrong(kubeconfig, stored_policy):
    done = command_line(kubeconfig, "policy", "check", stored_policy({"rules": {"no-such-rule": "off"}}))
    assert done.returncode == 2 and "no-such-rule" in done.stderr and "configmap:default/the-policy" in done.stderr, done
    done = command_line(kubeconfig, "policy", "check", stored_policy({}, key="other.yaml"))
    assert done.returncode == 2 and "data[policy.yaml]" in done.stderr, done


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
