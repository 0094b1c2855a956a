"""Certificates are replaced, by themselves and on request, while people work: no call fails."""

import subprocess

import pytest

import definitions
from chart_cluster import NAMESPACE
from chart_values import QUICK_ROTATION, settings
from control_plane import ADMIN
from polling import wait_until
from tenants import Tenants
from webhook import program

CLIENTS = 4
SECRET = f"/api/v1/namespaces/{NAMESPACE}/secrets/peerwarden-webhook-tls"
LIVES = {"ca-validity": "80s", "certificate-validity": "40s"}


@pytest.fixture(scope="module")
def tenants(cluster):
    """People who work in a guarded cluster."""
    cluster.control_plane.kubectl.must("apply", "--server-side", *(f"--filename={path}" for path in definitions.FILES))
    cluster.make_namespace()
    cluster.install(*QUICK_ROTATION)
    wait_until(cluster.refuses_overlap, "Subnets are guarded")
    with Tenants(cluster.api, is_guarded=True) as made:
        made.start(CLIENTS)
        yield made
    made.assert_undisturbed()


def bundles(cluster):
    """Return the different bundles that the configurations show."""
    return {entry["clientConfig"].get("caBundle") for entry in cluster.entries()}


def leaf(cluster):
    """Return the serving certificate that the Secret holds."""
    return cluster.api.request("GET", SECRET).body["data"]["tls.crt"]


def rotate(cluster):
    """Have the authority replaced, as a person would, and wait for its end."""
    done = subprocess.run([program("peerwarden"), "certs", "rotate", "--wait=90s",
                           f"--kubeconfig={cluster.control_plane.kubeconfig(ADMIN)}"],
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_new_authority_on_request_fails_no_call(cluster, tenants):
    before, former = bundles(cluster), leaf(cluster)
    rotate(cluster)
    after = bundles(cluster)
    assert len(after) == 1 and not after & before and leaf(cluster) != former
    tenants.go_on(300)
    tenants.assert_undisturbed()


def test_a_secret_that_is_deleted_comes_back_and_fails_no_call(cluster, tenants):
    assert cluster.api.request("DELETE", SECRET).status == 200
    wait_until(lambda: cluster.api.request("GET", SECRET).status == 200, "the Secret is there again")
    tenants.go_on(300)
    tenants.assert_undisturbed()
    cluster.kubectl.must("rollout", "restart", "deployment/peerwarden-webhook", f"--namespace={NAMESPACE}")
    cluster.kubectl.must("rollout", "status", "deployment/peerwarden-webhook", f"--namespace={NAMESPACE}",
                         "--timeout=60s")
    wait_until(lambda: cluster.node.is_quiet, "former pods have ended", seconds=60)
    tenants.go_on(300)
    tenants.assert_undisturbed()


def test_certificates_that_last_a_minute_are_replaced_in_time(cluster, tenants):
    cluster.helm.upgrade("--reuse-values", *settings("daemon", LIVES))
    rotate(cluster)
    first, first_bundles = leaf(cluster), bundles(cluster)
    wait_until(lambda: leaf(cluster) != first, "another serving certificate is there", seconds=90)
    wait_until(lambda: bundles(cluster) != first_bundles, "another authority is there", seconds=120)
    tenants.go_on(300)
    tenants.assert_undisturbed()
    cluster.node.assert_well()
