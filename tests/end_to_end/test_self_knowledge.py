"""What a webhook knows of itself: whether the API server asks it as it must, its certificate, its status page."""

import json
import re
import urllib.request
from base64 import b64encode

import pytest

from control_plane import SYSTEM_NAMESPACE, WEBHOOK
from custom_resources import REPOSITORY
from key_pairs import Authority
from objects import subnet
from polling import wait_until
from webhook import Guard, remove_all

VALIDATING, MUTATING = "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"


@pytest.fixture(scope="module")
def guard(control_plane, new_webhook):
    """A webhook in force that looks at its registration each second."""
    webhook = new_webhook(control_plane.kubeconfig(WEBHOOK), "--registration-check", "1s")
    webhook.start()
    webhook.wait_for("/readyz", 200)
    guard = Guard(control_plane, webhook)
    guard.register()
    wait_until(lambda: states(webhook) == {VALIDATING: "good", MUTATING: "good"}, "the registration is good")
    yield guard
    guard.unregister()
    remove_all(control_plane.api)
    webhook.stop()


def page(webhook, path):
    """Return what a path of the plain port says."""
    with urllib.request.urlopen(f"http://127.0.0.1:{webhook.metrics_port}{path}", timeout=10) as answer:
        return answer.read().decode()


def status(webhook):
    """Return the status page."""
    return json.loads(page(webhook, "/statusz"))


def states(webhook):
    """Return the state of each configuration."""
    return {row["kind"]: row["state"] for row in status(webhook)["registration"]["configurations"]}


def problems(webhook, kind):
    """Return the problems of a configuration as the status page lists them."""
    rows = status(webhook)["registration"]["configurations"]
    return next(row["problems"] for row in rows if row["kind"] == kind)


def problem_metrics(webhook):
    """Return the checks that the metrics show as failed, by configuration."""
    found = re.findall(r'^peerwarden_registration_problems\{configuration="(\w+)",check="([\w-]+)"\} (\S+)$',
                       webhook.metrics(), re.MULTILINE)
    return {(configuration, check): float(count) for configuration, check, count in found if float(count)}


def log_of(webhook, message):
    """Return the lines of a webhook's log with a message."""
    complete = webhook.server.log.read_text().rpartition("\n")[0]
    lines = [json.loads(line) for line in complete.splitlines() if line.startswith("{")]
    return [line for line in lines if line["message"] == message]


WRONG = "the webhook configuration is not as it must be"
RIGHT = "the webhook configuration was put right"
UNREADABLE = "the webhook configuration cannot be read"


def last_line(webhook, message, check):
    """Wait until the last line with a message is about a check, and return it."""
    def last():
        line = log_of(webhook, message)[-1:]
        return line[0] if line and line[0]["check"] == check else None
    return wait_until(last, f"{message}: {check}")


class Registration:
    """One live configuration, to be broken and put right."""

    def __init__(self, guard, kind):
        self.guard = guard
        self.kind = kind
        self.good = next(thing for thing in guard.configurations() if thing["kind"] == kind)

    def patch(self, change):
        """Change the one webhook."""
        self.put({**self.good["webhooks"][0], **change})

    def put(self, webhook):
        """Replace the one webhook."""
        answer = self.guard.api.patch(self.good, {"webhooks": [webhook]})
        assert answer.status == 200, answer

    def repair(self):
        """Put it right."""
        self.put(self.good["webhooks"][0])


def without_delete(rules):
    """Return the rules, deletions of the first one left out."""
    return [{**rules[0], "operations": ["CREATE", "UPDATE"]}, *rules[1:]]


def breaks(registration, other_authority):
    """Return what can be wrong with a configuration: a change, its check, and a word of what is told."""
    webhook = registration.good["webhooks"][0]
    wrong = b64encode(other_authority.bundle.encode()).decode()
    client = webhook["clientConfig"]
    return {
        "ca-bundle": ({"clientConfig": {**client, "caBundle": wrong}}, "webhooks[0].clientConfig.caBundle", "issuer"),
        "host": ({"clientConfig": {**client, "url": client["url"].replace("127.0.0.1", "localhost")}},
                 "webhooks[0].clientConfig", "localhost"),
        "rules": ({"rules": without_delete(webhook["rules"])}, "webhooks[0].rules[0]", "UPDATE"),
        "failure-policy": ({"failurePolicy": "Ignore"}, "webhooks[0].failurePolicy", "Ignore"),
        "selectors": ({"objectSelector": {"matchLabels": {"guarded": "yes"}}}, "webhooks[0].objectSelector", "guarded"),
        "match-conditions": ({"matchConditions": [{"name": "never", "expression": "false"}]},
                             "webhooks[0].matchConditions", "never"),
        "timeout": ({"timeoutSeconds": 1}, "webhooks[0].timeoutSeconds", "1"),
        "match-policy": ({"matchPolicy": "Exact"}, "webhooks[0].matchPolicy", "Exact"),
    }


def test_each_fault_of_the_registration_is_told_and_put_right(guard, tmp_path):
    webhook, registration = guard.webhook, Registration(guard, VALIDATING)
    for check, (change, field, word) in breaks(registration, Authority(tmp_path)).items():
        registration.patch(change)
        wait_until(lambda: ("validating", check) in problem_metrics(webhook), f"{check} is measured")
        told = last_line(webhook, WRONG, check)
        assert (told["kind"], told["name"], told["field"]) == (VALIDATING, "peerwarden", field)
        assert word in told["is"] and told["expected"] and told["remedy"], told
        assert {row["check"] for row in problems(webhook, VALIDATING)} == {check}
        assert {checked for _, checked in problem_metrics(webhook)} == {check}
        assert webhook.wire.status_of("/readyz") == 200
        registration.repair()
        wait_until(lambda: not problem_metrics(webhook), f"{check} is put right")
        assert last_line(webhook, RIGHT, check)["field"] == field
        assert states(webhook)[VALIDATING] == "good"


def test_a_fault_is_told_once(guard):
    webhook, registration = guard.webhook, Registration(guard, MUTATING)
    registration.patch({"reinvocationPolicy": "Never"})
    wait_until(lambda: problem_metrics(webhook) == {("mutating", "reinvocation"): 1}, "it is measured")
    looked = looks(webhook)
    wait_until(lambda: looks(webhook) > looked + 1, "it is looked at again")
    registration.repair()
    wait_until(lambda: not problem_metrics(webhook), "it is put right")
    last_line(webhook, RIGHT, "reinvocation")
    assert sum(line["check"] == "reinvocation" for line in log_of(webhook, WRONG)) == 1


def looks(webhook):
    """Return when the mutating configuration was last looked at, in seconds."""
    name = "peerwarden_registration_checked_timestamp_seconds"
    return next(row["value"] for row in status(webhook)["metrics"][name] if row["configuration"] == "mutating")


def test_the_remedy_of_a_member_is_a_command_that_helps(guard, control_plane):
    webhook, registration = guard.webhook, Registration(guard, VALIDATING)
    registration.patch({"failurePolicy": "Ignore", "timeoutSeconds": 1,
                        "objectSelector": {"matchLabels": {"guarded": "yes"}}})
    wait_until(lambda: len(problems(webhook, VALIDATING)) == 3, "all three are found")
    for problem in problems(webhook, VALIDATING):
        words = re.fullmatch(r"kubectl (.*) --patch='(.*)'", problem["remedy"])
        control_plane.kubectl.must(*words[1].split(), f"--patch={words[2]}")
    wait_until(lambda: not problem_metrics(webhook), "all three are put right")
    registration.repair()


def test_a_registration_that_is_gone_is_told(guard):
    webhook, registration = guard.webhook, Registration(guard, MUTATING)
    assert guard.api.delete(registration.good).status == 200
    wait_until(lambda: problem_metrics(webhook) == {("mutating", "exists"): 1}, "it is missed")
    guard.api.store(registration.good)
    wait_until(lambda: not problem_metrics(webhook), "it is there again")
    guard.wait_until_in_force()


def test_a_registration_that_may_not_be_read_is_unknown(control_plane, guard):
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": {"name": "peerwarden-registration"}}
    rules = control_plane.api.get(role).body["rules"]
    assert control_plane.api.patch(role, {"rules": []}).status == 200
    try:
        webhook = guard.webhook
        wait_until(lambda: set(problem_metrics(webhook).values()) == {-1}, "both are unknown")
        assert states(webhook) == {VALIDATING: "unreadable", MUTATING: "unreadable"}
        wait_until(lambda: len(log_of(webhook, UNREADABLE)) == 2, "both are told")
    finally:
        assert control_plane.api.patch(role, {"rules": rules}).status == 200
    wait_until(lambda: not problem_metrics(webhook), "both can be read again")


def test_the_status_page_says_what_is_in_force(guard, plot, control_plane):
    webhook = guard.webhook
    api = control_plane.api
    api.store(subnet(plot.name("known"), plot.name("vpc"), plot.v4("0.0/20")))
    answer = api.create(subnet(plot.name("other"), plot.name("vpc"), plot.v4("1.0/24")))
    assert answer.refused_by_webhook
    wait_until(lambda: status(webhook)["source"]["kinds"]["Subnet"]["objects"] == 1, "the Subnet is in the mirror")
    known = status(webhook)
    assert known["phase"] == "serving" and known["source"]["ready"]
    assert known["certificate"]["valid"] and known["certificate"]["names"] == ["127.0.0.1"]
    assert known["policy"]["file"] == "defaults"
    assert known["ledger"]["namespace"] == SYSTEM_NAMESPACE and known["ledger"]["pages"] >= 1
    assert plot.v4("0.0/20") not in page(webhook, "/statusz")


def test_the_status_page_holds_every_metric_with_its_value(guard):
    shown = status(guard.webhook)["metrics"]
    for line in guard.webhook.metrics().splitlines():
        if line.startswith("# TYPE "):
            name = line.split()[2]
            assert name in shown, name
    objects = {row["kind"]: row["value"] for row in shown["peerwarden_mirror_objects"]}
    for kind, value in objects.items():
        assert f'peerwarden_mirror_objects{{kind="{kind}"}} {value}\n' in guard.webhook.metrics()


def test_every_live_metric_stands_in_the_docs(guard):
    documented = re.findall(r"^\| `(\w+)` \| (\w+) \|", (REPOSITORY / "docs" / "metrics.md").read_text(), re.MULTILINE)
    live = re.findall(r"^# TYPE (\w+) (\w+)$", guard.webhook.metrics(), re.MULTILINE)
    assert live and set(live) <= set(documented)
