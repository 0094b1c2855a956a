"""The policy of a running webhook: read at the start, read again as its file changes, and what it lets whom read."""

import json
import os
import re
import signal
import threading

import pytest

from control_plane import WEBHOOK
from objects import KUBE_OVN, subnet, vpc
from polling import wait_until
from webhook import Guard, remove_all
from wire import review

FAILURES = "peerwarden_policy_reload_failures_total"
EXPIRED = "peerwarden_policy_expired_exemptions"
TENANT = ("--as=tenant", "--as-group=tenants")
READER = ("--as=reader", "--as-group=tenants", "--as-group=network-admins")
READERS = {"groups": ["network-admins"]}


def policy_text(**spec):
    """Return a policy file."""
    return json.dumps({"apiVersion": "peerwarden.io/v1alpha1", "kind": "PeeringPolicy", "spec": spec})


def overlaps_are(action):
    """Return a policy file with an action for overlaps."""
    return policy_text(rules={"cidr-overlap": action})


class Mount:
    """A file in a folder as a kubelet mounts a ConfigMap: policy.yaml -> ..data/policy.yaml, ..data -> ..1."""

    def __init__(self, folder):
        self.folder = folder
        self.path = folder / "policy.yaml"
        self.path.symlink_to("..data/policy.yaml")
        self.count = 0

    def put(self, text):
        """Put another content in place, all at once."""
        self.count += 1
        content = self.folder / f"..{self.count}"
        content.mkdir()
        (content / "policy.yaml").write_text(text)
        self._point_at(content.name)

    def put_folder(self):
        """Put a folder in place of the file."""
        self.count += 1
        (self.folder / f"..{self.count}" / "policy.yaml").mkdir(parents=True)
        self._point_at(f"..{self.count}")

    def take_away(self):
        """Let the file be gone."""
        os.unlink(self.folder / "..data")

    def _point_at(self, name):
        """Move the link."""
        os.symlink(name, self.folder / "..next")
        os.replace(self.folder / "..next", self.folder / "..data")


@pytest.fixture(scope="module")
def mount(tmp_path_factory):
    """The policy file of the guarding webhook."""
    mount = Mount(tmp_path_factory.mktemp("policy"))
    mount.put(policy_text())
    return mount


@pytest.fixture(scope="module")
def guard(control_plane, new_webhook, mount):
    """A webhook with a policy in force at the control plane, where tenants may do anything with VPCs and Subnets."""
    control_plane.api.store(*tenants())
    webhook = new_webhook(control_plane.kubeconfig(WEBHOOK), "--policy", mount.path)
    webhook.start()
    webhook.wait_for("/readyz", 200)
    guard = Guard(control_plane, webhook)
    guard.register()
    yield guard
    guard.unregister()
    remove_all(control_plane.api)
    for role in tenants():
        control_plane.api.delete(role)
    webhook.stop()


def tenants():
    """Return the role and the binding of the group of tenants."""
    group = "rbac.authorization.k8s.io"
    return [
        {"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": {"name": "tenants"},
         "rules": [{"apiGroups": [KUBE_OVN.split("/")[0]], "resources": ["*"], "verbs": ["*"]}]},
        {"apiVersion": f"{group}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "tenants"},
         "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "tenants"},
         "subjects": [{"apiGroup": group, "kind": "Group", "name": "tenants"}]},
    ]


def metric(webhook, name):
    """Return the value of a metric without labels, 0 while there is none."""
    found = re.search(rf"^{name} (\S+)$", webhook.metrics(), re.MULTILINE)
    return float(found[1]) if found else 0


def log_of(webhook):
    """Return the lines of a webhook's log."""
    complete = webhook.server.log.read_text().rpartition("\n")[0]
    return [json.loads(line) for line in complete.splitlines() if line.startswith("{")]


@pytest.fixture
def refused(guard):
    """A function that lets something happen to the policy file and waits until it is refused."""
    def wait(change):
        before = metric(guard.webhook, FAILURES)
        change()
        wait_until(lambda: metric(guard.webhook, FAILURES) > before, "the policy file is refused")
        return next(line["reason"] for line in reversed(log_of(guard.webhook)) if "policy" in line["message"])
    return wait


@pytest.fixture
def overlap(api, plot):
    """A Subnet that overlaps another one of its VPC."""
    api.store(subnet(plot.name("first"), plot.name("vpc"), plot.v4("0.0/20")))
    return subnet(plot.name("second"), plot.name("vpc"), plot.v4("1.0/24"))


def times_read(webhook):
    """Return how often a webhook has read a policy again."""
    return sum("read again" in line["message"] for line in log_of(webhook))


@pytest.fixture
def in_force(guard, mount):
    """A function that puts a policy in place and waits until the webhook has read it."""
    def put(text, at_once=False):
        before = times_read(guard.webhook)
        mount.put(text)
        if at_once:
            guard.webhook.server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: times_read(guard.webhook) > before, "the policy was read again", interval=0.01)
    return put


def test_a_broken_policy_is_refused_at_the_start(control_plane, new_webhook, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\nspec:\n  rules: {no-such-rule: warn}\n")
    webhook = new_webhook(control_plane.kubeconfig(WEBHOOK), "--policy", policy)
    webhook.server.start()
    assert webhook.server.process.wait(30) != 0
    said = log_of(webhook)[-1]
    assert said["message"] == "cannot start"
    assert said["reason"] == f'{policy}: line 4: there is no rule "no-such-rule"'


def test_a_mounted_policy_is_read_again_when_its_link_moves(api, in_force, overlap):
    in_force(overlaps_are("warn"))
    assert api.create(overlap, dry_run=True).warned_rules == {"cidr-overlap"}
    in_force(overlaps_are("deny"))
    assert api.create(overlap, dry_run=True).rules == {"cidr-overlap"}


def test_what_cannot_be_read_later_leaves_the_policy_before_in_force(api, guard, mount, refused, in_force, overlap):
    in_force(overlaps_are("warn"))
    for change, reason in (
            (lambda: mount.put("kind: [\n"), "line "),
            (lambda: mount.put(policy_text(rules={"cidr-overlap": "refuse"})), "expected deny, warn, report or off"),
            (lambda: mount.put("\0"), "policy.yaml"),
            (mount.put_folder, "Is a directory"),
            (mount.take_away, "No such file")):
        assert reason in refused(change)
        assert api.create(overlap, dry_run=True).warned_rules == {"cidr-overlap"}
    assert guard.webhook.wire.status_of("/readyz") == 200
    in_force(overlaps_are("deny"))


def test_a_policy_that_stays_broken_is_complained_of_once(guard, mount, refused, in_force):
    refused(lambda: mount.put("kind: [\n"))
    counted, size = metric(guard.webhook, FAILURES), guard.webhook.server.log.stat().st_size
    mount.path.parent.joinpath("..unrelated").touch()
    guard.webhook.server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: metric(guard.webhook, FAILURES) == counted + 1, "SIGHUP reads the broken file once more")
    in_force(overlaps_are("warn"))
    with open(guard.webhook.server.log, encoding="utf-8") as log:
        log.seek(size)
        assert log.read().count('"level":"error"') == 1


def test_only_readers_are_told_of_the_other_side(kubectl, plot, mount, in_force, overlap):
    first, cidr = plot.name("first"), plot.v4("0.0/20")
    for mode, told in (("rule", "what exists"), ("names", f"Subnet {first}")):
        in_force(policy_text(messages={"otherSide": mode, "readers": READERS}))
        tenant = kubectl.feed("create", *TENANT, things=[overlap])
        assert f"spec.cidrBlock does not fit {told} [cidr-overlap]" in tenant.stderr, tenant
        assert cidr not in tenant.stderr and "free" not in tenant.stderr, tenant
        assert first not in tenant.stderr or mode == "names", tenant
        reader = kubectl.feed("create", *READER, things=[overlap])
        assert f"overlaps {cidr} of Subnet {first}" in reader.stderr and "free: " in reader.stderr, reader


def test_warnings_keep_what_refusals_keep(kubectl, plot, in_force, overlap):
    in_force(policy_text(rules={"cidr-overlap": "warn"}, messages={"otherSide": "rule", "readers": READERS}))
    tenant, reader = (kubectl.feed("create", "--dry-run=server", *who, things=[overlap]) for who in (TENANT, READER))
    assert tenant.warnings == ["spec.cidrBlock does not fit what exists [cidr-overlap]"], tenant
    assert plot.v4("0.0/20") in reader.warnings[0] and plot.name("first") in reader.warnings[0], reader


def test_an_exemption_admits_until_it_ends_and_then_says_so(api, guard, plot, in_force, overlap):
    exemption = {"rules": ["cidr-overlap"], "names": f"^{overlap['metadata']['name']}$", "reason": "moves in spring",
                 "owner": "team-a"}
    in_force(policy_text(exemptions=[{**exemption, "expires": "2999-12-31"}]))
    assert api.create(overlap, dry_run=True).warnings == []
    other = subnet(plot.name("other"), plot.name("vpc"), plot.v4("1.0/24"))
    assert api.create(other, dry_run=True).rules == {"cidr-overlap"}
    in_force(policy_text(exemptions=[{**exemption, "expires": "2020-01-31"}]))
    assert "exemption of team-a (moves in spring) expired on 2020-01-31" in api.create(overlap, dry_run=True).message
    wait_until(lambda: metric(guard.webhook, EXPIRED) == 1, "the ended exemption is counted")
    assert any(line["message"] == "an exemption has expired" and line["owner"] == "team-a"
               for line in log_of(guard.webhook))


def test_decisions_go_on_while_the_policy_changes(guard, overlap, in_force):
    in_force(overlaps_are("deny"))
    end, seen, failures = threading.Event(), set(), []

    def ask():
        while not end.is_set():
            status, _, body = guard.webhook.wire.post(review(overlap, userInfo={"username": "tenant"}))
            response = json.loads(body)["response"] if status == 200 else {}
            if status != 200 or response["allowed"] != bool(response.get("warnings")):
                failures.append(body)
            seen.add(response.get("allowed"))

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    try:
        for number in range(60):
            in_force(policy_text(
                rules={"cidr-overlap": [{"names": f"^(no-{number}|{overlap['metadata']['name']})$",
                                         "action": "warn" if number % 2 else "deny"}]},
                messages={"otherSide": "names" if number % 3 else "all"}), at_once=True)
    finally:
        end.set()
        for asker in askers:
            asker.join()
    assert not failures and seen == {True, False}, failures[:1]
    guard.webhook.server.assert_running()
