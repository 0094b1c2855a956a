"""The policy that keeps the daemon's strongest right to what it is for, on a real API server."""

import copy
import json

import pytest
import yaml

import custom_resources
from control_plane import SYSTEM_NAMESPACE
from custom_resources import REPOSITORY
from daemon import ACCOUNT
from polling import wait_until

POLICY = REPOSITORY / "manifests" / "registration-policy.yaml"
USER = f"system:serviceaccount:{SYSTEM_NAMESPACE}:{ACCOUNT}"


@pytest.fixture(scope="module")
def definitions():
    """Run with our own small definitions."""
    return custom_resources.MINIMAL


@pytest.fixture
def replace(control_plane):
    """Return a function by which the daemon's user replaces a configuration; the policy is in force."""
    kubectl = control_plane.kubectl
    kubectl.must("apply", f"--filename={POLICY}")
    kubectl.must("apply", f"--filename={REPOSITORY / 'manifests' / 'daemon-rbac.yaml'}")

    def replace(configuration):
        return kubectl.feed("replace", f"--as={USER}", things=[configuration])
    yield replace
    kubectl.must("delete", f"--filename={POLICY}")


def wanted():
    """Return the two configurations as they shall be."""
    text = (REPOSITORY / "manifests" / "webhook-configurations.yaml").read_text()
    return list(yaml.safe_load_all(text))


def changed(configuration, **members):
    """Return a configuration with other members in its first entry."""
    made = copy.deepcopy(configuration)
    made["webhooks"][0].update(members)
    return made


@pytest.mark.parametrize("configuration", wanted(), ids=lambda each: each["kind"])
def test_the_daemon_registers_its_own_webhook_and_nothing_else(control_plane, replace, configuration):
    shell = {**configuration}
    del shell["webhooks"]
    control_plane.kubectl.must("create", "--filename=-", stdin=json.dumps(shell))
    entry = configuration["webhooks"][0]
    others = [changed(configuration, rules=[*entry["rules"], {**entry["rules"][0], "apiGroups": [""], "resources": ["secrets"]}]),
              changed(configuration, rules=[{**entry["rules"][0], "apiGroups": ["*"]}]),
              changed(configuration, clientConfig={"url": "https://192.0.2.1/validate"}),
              changed(configuration, clientConfig={"service": {"name": "other", "namespace": "default"}})]
    wait_until(lambda: "nothing else" in replace(others[0]).stderr, "the policy is in force")

    assert [replace(other).status for other in others] == [1] * len(others)
    done = replace(configuration)
    assert done.status == 0, done
    control_plane.kubectl.must("delete", configuration["kind"], "peerwarden")
