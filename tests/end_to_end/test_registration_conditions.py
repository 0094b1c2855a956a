"""The matchConditions that are shipped: what the webhook is not asked about, and who may break the glass."""

import copy
import json
import re

import pytest
import yaml

import custom_resources
from api import Api
from control_plane import SYSTEM_NAMESPACE, WEBHOOK
from custom_resources import REPOSITORY
from objects import path_of, subnet, vpc
from polling import wait_until
from webhook import Guard

BREAK_GLASS = "peerwarden.io/break-glass"
POLICY = """
apiVersion: peerwarden.io/v1alpha1
kind: PeeringPolicy
spec: {rules: {delete-in-use: deny}}
"""


class ConditionedGuard(Guard):
    """A webhook that is registered with conditions and selectors as shipped."""

    def configurations(self):
        """Return the two configurations."""
        text = (REPOSITORY / "manifests" / "webhook-configurations.yaml").read_text()
        shipped = {one["kind"]: one["webhooks"][0] for one in yaml.safe_load_all(text)}
        made = super().configurations()
        for configuration in made:
            entry = shipped[configuration["kind"]]
            configuration["webhooks"][0].update(
                {name: entry[name] for name in ("matchConditions", "namespaceSelector") if name in entry})
        return made


@pytest.fixture(scope="module")
def definitions():
    """Run with our own small definitions."""
    return custom_resources.MINIMAL


@pytest.fixture(scope="module")
def guard(control_plane, new_webhook, tmp_path_factory):
    """A webhook that refuses deletions too, in force at the control plane."""
    policy = tmp_path_factory.mktemp("policy") / "policy.yaml"
    policy.write_text(POLICY)
    webhook = new_webhook(control_plane.kubeconfig(WEBHOOK), f"--policy={policy}", "--registration-check", "1s")
    webhook.start()
    webhook.wait_for("/readyz", 200)
    guard = ConditionedGuard(control_plane, webhook)
    guard.register()
    yield guard
    guard.unregister()
    webhook.stop()


def role(name, rules):
    """Return a ClusterRole and its binding to the ServiceAccount of that name."""
    group = "rbac.authorization.k8s.io"
    return [
        {"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules},
        {"apiVersion": f"{group}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name},
         "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": name},
         "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": SYSTEM_NAMESPACE}]},
    ]


@pytest.fixture(scope="module")
def user(control_plane):
    """A function that gives the client of a user who may write Vpcs and Subnets, and perhaps break the glass."""
    def make(name, may_break_glass):
        rules = [{"apiGroups": ["kubeovn.io"], "resources": ["*"], "verbs": ["*"]}]
        if may_break_glass:
            rules.append({"apiGroups": ["peerwarden.io"], "resources": ["admission"], "verbs": ["break-glass"]})
        account = {"apiVersion": "v1", "kind": "ServiceAccount",
                   "metadata": {"name": name, "namespace": SYSTEM_NAMESPACE}}
        for thing in [account, *role(name, rules)]:
            control_plane.kubectl.must("apply", "--filename=-", stdin=json.dumps(thing))
        token = control_plane.kubectl.must(
            "create", "token", name, f"--namespace={SYSTEM_NAMESPACE}", "--duration=1h").stdout.strip()
        api = Api(control_plane.port, control_plane.certificate, token)
        wait_until(lambda: api.request("GET", "/apis/kubeovn.io/v1/vpcs").status == 200, f"{name} may read")
        return api
    return make


def calls(guard):
    """Return how many reviews each path has answered."""
    found = {"/validate": 0.0, "/mutate": 0.0}
    for path, count in re.findall(
            r'^peerwarden_admission_requests_total\{path="(/\w+)",.*\} (\S+)$', guard.webhook.metrics(), re.MULTILINE):
        found[path] += float(count)
    return found


def assert_asked(guard, expected, answer_of):
    """Do something that must be admitted, and assert that both paths were asked about it, or neither."""
    before = calls(guard)
    answer = answer_of()
    assert answer.status in (200, 201), answer
    after = calls(guard)
    assert {path: after[path] > before[path] for path in after} == {"/validate": expected, "/mutate": expected}, answer
    return answer


def with_reason(thing, reason="INC-4711: the old uplink is down"):
    """Return a copy of an object that says why the glass is broken."""
    copied = copy.deepcopy(thing)
    copied["metadata"].setdefault("annotations", {})[BREAK_GLASS] = reason
    return copied


def test_writes_that_change_nothing_are_not_asked_about(guard, api, plot):
    known = subnet(plot.name("known"), plot.name("vpc"), plot.v4("0.0/24"), labels={"team": "net"})
    stored = assert_asked(guard, True, lambda: api.create(known)).body
    for change in ({"metadata": {"finalizers": ["example.com/held"]}}, {"metadata": {"labels": {"team": "net"}}}, {},
                   {"spec": {"cidrBlock": plot.v4("0.0/24")}}, {"metadata": {"finalizers": None}}):
        assert_asked(guard, False, lambda: api.patch(known, change))
    assert_asked(guard, False, lambda: api.patch(known, {"status": {"availableIPs": 7}}, "/status"))
    fresh = api.get(known).body
    assert stored["metadata"]["uid"] == fresh["metadata"]["uid"]
    assert_asked(guard, False, lambda: api.request("PUT", path_of(known), fresh))


def test_every_change_of_what_decisions_are_made_of_is_asked_about(guard, api, plot):
    known = subnet(plot.name("known"), plot.name("vpc"), plot.v4("0.0/24"))
    assert_asked(guard, True, lambda: api.create(known))
    for change in ({"metadata": {"labels": {"team": "net"}}}, {"metadata": {"annotations": {"example.com/a": "b"}}},
                   {"spec": {"cidrBlock": plot.v4("1.0/24")}}, {"metadata": {"labels": None}},
                   {"metadata": {"finalizers": ["example.com/held"], "annotations": None}}):
        assert_asked(guard, True, lambda: api.patch(known, change))
    assert api.delete(known).status == 200
    assert api.get(known).body["metadata"]["deletionTimestamp"]
    assert_asked(guard, True, lambda: api.patch(known, {"spec": {"cidrBlock": plot.v4("2.0/24")}}))
    assert_asked(guard, False, lambda: api.patch(known, {"metadata": {"finalizers": None}}))
    assert api.get(known).status == 404


def test_an_object_without_a_spec_is_asked_about_and_no_failure(guard, api, plot):
    bare = {"apiVersion": "kubeovn.io/v1", "kind": "Vpc", "metadata": {"name": plot.name("bare")}}
    assert_asked(guard, True, lambda: api.create(bare))
    assert_asked(guard, False, lambda: api.patch(bare, {"metadata": {"finalizers": ["example.com/held"]}}))
    assert_asked(guard, True, lambda: api.patch(bare, {"spec": {"namespaces": []}}))
    assert_asked(guard, False, lambda: api.patch(bare, {"metadata": {"finalizers": None}}))
    before = calls(guard)["/validate"]
    assert api.delete(bare).status == 200
    assert calls(guard)["/validate"] == before + 1


def test_the_largest_objects_cost_no_more_than_conditions_may(guard, api, plot):
    routes = [(f"172.{16 + number // 256 % 16}.{number % 256}.{number // 4096 * 8}/29", "169.254.0.2") for number in range(3000)]
    large = vpc(plot.name("large"), [(plot.name("far"), "169.254.0.1/30")], routes)
    assert len(json.dumps(large)) > 200_000
    answer = api.create(large)
    assert answer.status == 201, answer.message[:500]
    assert_asked(guard, False, lambda: api.patch(large, {"metadata": {"finalizers": ["example.com/held"]}}))
    large["spec"]["staticRoutes"][-1]["nextHopIP"] = "169.254.0.3"
    answer = api.patch(large, {"spec": large["spec"]})
    assert "match" not in answer.message and "cost" not in answer.message, answer.message[:500]
    assert_asked(guard, False, lambda: api.patch(large, {"metadata": {"finalizers": None}}))


def test_glass_breaks_for_the_right_and_the_reason_together_and_never_for_one_of_them(guard, api, user, plot):
    alice, bob = user("alice", True), user("bob", False)
    api.store(subnet(plot.name("known"), plot.name("vpc"), plot.v4("0.0/24")))
    wrong = subnet(plot.name("wrong"), plot.name("vpc"), plot.v4("0.0/25"))
    for who, thing in ((alice, wrong), (api, wrong), (bob, wrong), (bob, with_reason(wrong)), (alice, with_reason(wrong, " ")),
                       (api, with_reason(wrong, ""))):
        assert who.create(thing).rules == {"cidr-overlap"}
    assert_asked(guard, False, lambda: alice.create(with_reason(wrong)))
    other = subnet(plot.name("other"), plot.name("vpc"), plot.v4("0.128/25"))
    assert_asked(guard, False, lambda: api.create(with_reason(other)))


def test_glass_breaks_for_an_update_too(guard, api, user, plot):
    alice, bob = user("alice", True), user("bob", False)
    moved = subnet(plot.name("moved"), plot.name("vpc"), plot.v4("1.0/24"))
    api.store(subnet(plot.name("known"), plot.name("vpc"), plot.v4("0.0/24")), moved)
    bad = {"spec": {"cidrBlock": plot.v4("0.0/25")}}
    reason = {**bad, "metadata": {"annotations": {BREAK_GLASS: "INC-4711"}}}
    for who, change in ((alice, bad), (api, bad), (bob, reason)):
        assert who.patch(moved, change).rules == {"cidr-overlap"}
    assert_asked(guard, False, lambda: alice.patch(moved, reason))
    assert bob.patch(moved, {"spec": {"cidrBlock": plot.v4("0.0/23")}}).rules == {"cidr-overlap"}
    assert_asked(guard, True, lambda: bob.patch(moved, {"metadata": {"annotations": None}}))
    assert alice.patch(moved, {"spec": {"cidrBlock": plot.v4("0.0/23")}}).rules == {"cidr-overlap"}
    assert_asked(guard, True, lambda: bob.patch(moved, {"spec": {"cidrBlock": plot.v4("2.0/24")}}))


def test_glass_breaks_for_a_deletion_by_the_annotation_of_the_object_that_goes(guard, api, user, plot):
    alice, bob = user("alice", True), user("bob", False)
    left, right = plot.name("left"), plot.name("right")
    needed = vpc(right, [(left, "169.254.0.2/30")], [(plot.v4("0.0/24"), "169.254.0.1")])
    api.store(vpc(left, [(right, "169.254.0.1/30")], [(plot.v4("128.0/24"), "169.254.0.2")]), needed,
              subnet(plot.name("left-net"), left, plot.v4("0.0/24")),
              subnet(plot.name("right-net"), right, plot.v4("128.0/24")))
    for who in (alice, bob, api):
        assert who.delete(needed).rules == {"delete-in-use"}
    assert api.patch(needed, {"metadata": {"annotations": {BREAK_GLASS: "INC-4711"}}}).status == 200
    assert bob.delete(needed).rules == {"delete-in-use"}
    before = calls(guard)
    assert alice.delete(needed).status == 200
    assert calls(guard) == before


def test_namespaced_kinds_in_our_own_namespace_are_left_out_and_no_others(guard, api, plot):
    def gateway(namespace):
        return {"apiVersion": "kubeovn.io/v1", "kind": "VpcEgressGateway",
                "metadata": {"name": plot.name("gateway"), "namespace": namespace},
                "spec": {"vpc": plot.name("vpc"), "externalSubnet": plot.name("outside"), "policies": [],
                         "replicas": 1}}
    before = calls(guard)["/validate"]
    for namespace in ("kube-system", SYSTEM_NAMESPACE):
        assert api.create(gateway(namespace), dry_run=True).status == 201
    assert calls(guard)["/validate"] == before
    assert api.create(gateway("default"), dry_run=True).status == 201
    assert calls(guard)["/validate"] == before + 1


def test_what_is_shipped_is_no_alarm(guard):
    def problems():
        return re.findall(r'^peerwarden_registration_problems\{.*\} ([^0].*)$', guard.webhook.metrics(), re.MULTILINE)
    metric = "peerwarden_registration_checked_timestamp_seconds"
    wait_until(lambda: guard.webhook.metrics().count(f"\n{metric}{{") == 2, "both were looked at")
    wait_until(lambda: not problems(), "there is no problem")
