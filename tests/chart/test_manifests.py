"""`kubectl apply -k manifests/` guards as the chart does, and `kubectl delete -k` takes all of it away."""

import pytest

import definitions
from chart_cluster import NAMESPACE
from custom_resources import REPOSITORY
from everything import everything
from polling import wait_until
from tenants import Tenants

MANIFESTS = REPOSITORY / "manifests"


@pytest.fixture(scope="module")
def before(cluster):
    """A cluster with all guarded kinds, and what there is in it."""
    paths = [f"--filename={path}" for path in definitions.FILES]
    cluster.kubectl.must("apply", "--server-side", *paths)
    cluster.kubectl.must("wait", "--for=condition=Established", "--timeout=60s", *paths)
    return everything(cluster.api)


@pytest.fixture(scope="module")
def tenants(before, cluster):
    """People who work all the time."""
    with Tenants(cluster.api) as made:
        made.start(3)
        yield made
    made.assert_undisturbed()
    cluster.node.assert_well()


def rolled_out(cluster):
    """Wait until both programs run and guard."""
    for name in ("webhook", "daemon"):
        cluster.kubectl.must("rollout", "status", f"deployment/peerwarden-{name}", f"--namespace={NAMESPACE}",
                             "--timeout=90s")
    cluster.wait_until_armed()


def test_what_is_applied_guards_and_can_be_applied_again(cluster, tenants):
    cluster.kubectl.must("apply", f"--kustomize={MANIFESTS}")
    rolled_out(cluster)
    wait_until(cluster.refuses_overlap, "Subnets are guarded")
    tenants.is_guarded = True
    tenants.go_on()
    cluster.kubectl.must("apply", f"--kustomize={MANIFESTS}")
    tenants.go_on()
    assert cluster.is_armed


def test_what_is_deleted_blocks_nothing_and_leaves_nothing(cluster, tenants, before):
    tenants.is_guarded = False
    tenants.go_on()
    cluster.kubectl.must("delete", f"--kustomize={MANIFESTS}", "--timeout=120s")
    tenants.go_on()
    left = {path for path in everything(cluster.api) - before if "/tenant-" not in path}
    assert not left
