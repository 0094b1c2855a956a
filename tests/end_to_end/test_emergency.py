"""docs/emergency.md: its commands, as they stand there, on a real API server whose webhook was killed."""

import os
import re
import shlex
import subprocess

import pytest
import yaml

import custom_resources
from control_plane import ADMIN
from custom_resources import REPOSITORY
from objects import subnet
from polling import wait_until
from processes import run
from webhook import program

PAGE = (REPOSITORY / "docs" / "emergency.md").read_text()
POLICIES = REPOSITORY / "manifests" / "validating-admission-policy.yaml"
CONFIGURATION_FILE = REPOSITORY / "manifests" / "webhook-configurations.yaml"
ROLES = REPOSITORY / "manifests" / "roles.yaml"
CONFIGURATIONS = "validatingwebhookconfigurations,mutatingwebhookconfigurations"
BINDINGS = "validatingadmissionpolicybindings"


@pytest.fixture(scope="module")
def definitions():
    """Run with our own small definitions."""
    return custom_resources.MINIMAL


def commands(heading):
    """Return the lines of the blocks of shell under a heading of the page, each as a list of words."""
    section = re.search(rf"^##+ {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)[1]
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", section, re.MULTILINE | re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def run_kubectl(kubectl, words):
    """Run a command of the page that begins with kubectl."""
    assert words[0] == "kubectl", words
    return kubectl.must(*words[1:])


def audit(control_plane):
    """Run the page's audit; return its exit status and text."""
    (name, *arguments), = commands("What then")
    done = subprocess.run([program(name), *arguments], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "KUBECONFIG": str(control_plane.kubeconfig(ADMIN))})
    return done.returncode, done.stdout


def is_admitted(kubectl, thing):
    """Say whether an object can be created; it is not stored."""
    return kubectl.feed("create", "--dry-run=server", things=[thing]).status == 0


def test_one_command_lets_everything_pass_while_no_webhook_runs_and_nothing_is_lost_on_the_way_back(
        control_plane, guard, kubectl, api, plot):
    api.store(*plot.peered_vpcs(), subnet(plot.name("before"), plot.name("left"), plot.v4("0.0/24")))
    overlapping = subnet(plot.name("meanwhile"), plot.name("right"), plot.v4("0.0/25"))
    guard.webhook.server.kill()
    blocked = kubectl.feed("create", things=[overlapping])
    assert blocked.status == 1 and 'failed calling webhook "' in blocked.stderr and "connection refused" in blocked.stderr

    run_kubectl(kubectl, commands("Switch it off")[0])
    wait_until(lambda: is_admitted(kubectl, overlapping), "the API server asks nobody any more")
    api.store(overlapping)
    status, text = audit(control_plane)
    assert status == 1 and "cidr-overlap" in text and plot.name("meanwhile") in text, text

    guard.webhook.start()
    guard.webhook.wait_for("/readyz", 200)
    guard.register()
    refused = kubectl.feed("create", things=[subnet(plot.name("after"), plot.name("right"), plot.v4("0.128/25"))])
    assert "denied the request" in refused.stderr and refused.rules == {"cidr-overlap"}, refused
    kubectl.must("label", "subnet", plot.name("meanwhile"), "seen=yes")
    kubectl.must("delete", "subnet", plot.name("meanwhile"))
    assert plot.name("meanwhile") not in audit(control_plane)[1]


def test_a_release_brings_the_configurations_back_empty_once_they_were_deleted(new_control_plane, tmp_path):
    control_plane = new_control_plane()
    way_back, = commands("Switch it on again")
    program_of_helm = f"{run(REPOSITORY / 'tools' / 'kubernetes', 'helm').strip()}/helm"

    def helm(*words):
        run(program_of_helm, f"--kubeconfig={control_plane.kubeconfig(ADMIN)}", *words, cwd=REPOSITORY,
            env={**os.environ, **{f"HELM_{kind}_HOME": str(tmp_path) for kind in ("CACHE", "CONFIG", "DATA")}})
    helm("install", *way_back[2:4], "--namespace=peerwarden-system")

    run_kubectl(control_plane.kubectl, commands("Switch it off")[0])
    assert control_plane.kubectl.must("get", CONFIGURATIONS, "--output=name").stdout == ""

    assert way_back[0] == "helm"
    helm(*way_back[1:])
    found = control_plane.kubectl.must("get", CONFIGURATIONS, "--output=jsonpath={range .items[*]}{.metadata.name}{.webhooks};{end}")
    assert found.stdout == "peerwarden;peerwarden;"
    control_plane.stop()


def test_the_policies_in_the_api_server_go_by_the_command_of_the_page(kubectl):
    kubectl.must("apply", f"--filename={POLICIES}")
    kubectl.must("get", BINDINGS, "peerwarden-vpc")

    run_kubectl(kubectl, commands("Switch it off")[1])

    assert kubectl.must("get", BINDINGS, "--output=name").stdout == ""
    kubectl.must("delete", f"--filename={POLICIES}", "--ignore-not-found")


def test_who_may_break_the_glass_is_said_and_told_as_the_page_says(kubectl):
    kubectl.must("apply", f"--filename={ROLES}")
    grant, = (words for words in commands("One object must pass") if "clusterrolebinding" in words)
    question = shlex.split(re.search(r"`kubectl (auth can-i --list [^`]+)`", PAGE)[1])
    assert "break-glass" not in kubectl.must(*question).stdout

    run_kubectl(kubectl, grant)

    def may():
        return re.search(r"^admission\.peerwarden\.io .*\[break-glass\]$", kubectl.must(*question).stdout, re.MULTILINE)
    wait_until(may, "alice may")
    kubectl.must("delete", "clusterrolebinding", "peerwarden-break-glass")
    kubectl.must("delete", f"--filename={ROLES}")


def test_the_object_of_the_page_passes_a_dead_webhook_for_whom_it_is_allowed_and_with_a_reason_only(control_plane, guard, kubectl, api):
    broken, = (thing for thing in map(yaml.safe_load, re.findall(r"^ *```yaml\n(.*?)^ *```", PAGE, re.MULTILINE | re.DOTALL))
               if "break-glass" in str(thing))
    plain = subnet("net-plain", "vpc-1", "10.0.6.0/24")
    conditions = [entry["matchConditions"] for entry in (
        yaml.safe_load(text)["webhooks"][0] for text in CONFIGURATION_FILE.read_text().split("\n---\n"))]
    guard.unregister()
    guard.webhook.server.kill()
    for configuration, condition in zip(guard.configurations(), conditions, strict=True):
        configuration["webhooks"][0]["matchConditions"] = condition
        api.store(configuration)
    kubectl.must("apply", f"--filename={ROLES}")
    kubectl.must("create", "clusterrole", "edit-subnets", "--verb=*", "--resource=subnets.kubeovn.io")
    kubectl.must("create", "clusterrolebinding", "edit-subnets", "--clusterrole=edit-subnets", "--user=alice", "--user=bob")
    kubectl.must("create", "clusterrolebinding", "break-glass", "--clusterrole=peerwarden-break-glass", "--user=alice")
    wait_until(lambda: "failed calling" in kubectl.feed("create", "--dry-run=server", things=[plain]).stderr, "the API server asks")

    def tries(user, thing, *command):
        return kubectl.feed(*(command or ("create", "--dry-run=server")), f"--as={user}", things=[thing])
    wait_until(lambda: tries("alice", broken).status == 0, "alice's object passes")
    assert "failed calling webhook" in tries("bob", broken).stderr
    assert "failed calling webhook" in tries("alice", plain).stderr
    broken["metadata"]["annotations"]["peerwarden.io/break-glass"] = " "
    assert "failed calling webhook" in tries("alice", broken).stderr

    guard.webhook.start()
    guard.webhook.wait_for("/readyz", 200)
    kubectl.must("delete", "clusterrolebinding,clusterrole", "edit-subnets", "break-glass", "--ignore-not-found")
    guard.unregister()
    guard.register()
