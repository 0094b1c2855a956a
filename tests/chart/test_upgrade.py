"""A release is upgraded, rolled back, uninstalled and installed again, and no call of anybody fails meanwhile."""

import re
import shutil

import pytest

import definitions
from chart_cluster import CHART, NAMESPACE
from everything import everything
from polling import wait_until
from tenants import Tenants

CLIENTS = 4
PREVIOUS = "0.0.9"
# What is left when a release is gone, as docs/install.md says: the namespace with what Kubernetes puts into it, our two
# definitions, and the replicas' Leases.
LEFT = [
    rf"/api/v1/namespaces/{NAMESPACE}",
    rf"/api/v1/{NAMESPACE}/(configmaps/kube-root-ca.crt|serviceaccounts/default)",
    r"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/remote(networks|zones).peerwarden.io",
    rf"/apis/coordination.k8s.io/v1/{NAMESPACE}/leases/peerwarden-.*",
]


@pytest.fixture(scope="module")
def previous(tmp_path_factory):
    """The chart as it may have been a version ago: other labels, and rules that knew fewer kinds."""
    chart = tmp_path_factory.mktemp("previous") / "peerwarden"
    shutil.copytree(CHART, chart)
    about = chart / "Chart.yaml"
    about.write_text(re.sub(r"(?m)^(version|appVersion): .*$", rf"\1: {PREVIOUS}", about.read_text()))
    registration = chart / "files" / "webhook-configurations.yaml"
    text = registration.read_text()
    registration.write_text(text.replace("[vpcs, subnets, vpc-nat-gateways, vpc-egress-gateways]", "[vpcs, subnets]"))
    assert registration.read_text() != text
    return chart


@pytest.fixture(scope="module")
def before(cluster):
    """A cluster with all guarded kinds and nothing of Peerwarden, and what there is in it."""
    paths = [f"--filename={path}" for path in definitions.FILES]
    cluster.kubectl.must("apply", "--server-side", *paths)
    cluster.kubectl.must("wait", "--for=condition=Established", "--timeout=60s", *paths)
    return everything(cluster.api)


@pytest.fixture(scope="module")
def tenants(cluster, before):
    """People who work all the time, from before the first installation to after the last."""
    with Tenants(cluster.api) as made:
        made.start(CLIENTS)
        yield made
    made.assert_undisturbed()


@pytest.fixture
def undisturbed(cluster, tenants):
    """Nobody fails before, during and after a test."""
    tenants.go_on()
    yield
    wait_until(lambda: cluster.node.is_quiet, "former pods have ended", seconds=60)
    tenants.go_on()
    tenants.assert_undisturbed()
    cluster.node.assert_well()


def gateways_are_guarded(cluster):
    """Say whether the registration names a kind that the previous chart did not know."""
    return any("vpc-nat-gateways" in rule["resources"] for entry in cluster.entries() for rule in entry["rules"])


def pods(cluster):
    """Return the names of the pods of both programs."""
    return {pod.name for component in ("webhook", "daemon") for pod in cluster.node.of(component)}


def remains(cluster, before):
    """Return what was not there before and is not documented to stay, and what should still be there."""
    now = {path for path in everything(cluster.api) if "/tenant-" not in path}
    added = {path for path in now - before if not any(re.fullmatch(pattern, path) for pattern in LEFT)}
    return added | {path for path in before - now if "/tenant-" not in path}


def test_the_previous_release_guards(cluster, tenants, previous, undisturbed):
    cluster.make_namespace()
    cluster.install(chart=previous)
    wait_until(lambda: cluster.refuses_overlap(), "Subnets are guarded")
    tenants.is_guarded = True
    assert not gateways_are_guarded(cluster)


def test_an_upgrade_fails_no_call_and_stays_armed(cluster, undisturbed):
    former = pods(cluster)
    cluster.helm.upgrade()
    assert not former & pods(cluster)
    wait_until(lambda: gateways_are_guarded(cluster), "the registration is the new one")
    assert cluster.is_armed


def test_other_values_replace_the_pods_and_fail_no_call(cluster, undisturbed):
    former = pods(cluster)
    cluster.helm.upgrade("--reuse-values", "--set=webhook.replicas=3", "--set-string=image.tag=another",
                         "--set-string=webhook.settings.log-level=warn", "--set=policy.quotas.peerings.aws=7")
    assert not former & pods(cluster)
    assert len(cluster.node.of("webhook")) == 3
    assert cluster.is_armed


def test_the_release_tests_itself(cluster):
    cluster.helm.must("test", "peerwarden", "--timeout=60s")


def test_a_rollback_fails_no_call_and_stays_armed(cluster, undisturbed):
    cluster.helm.must("rollback", "peerwarden", "1", "--wait", "--timeout=120s")
    wait_until(lambda: not gateways_are_guarded(cluster), "the registration is the former one")
    assert len(cluster.node.of("webhook")) == 2
    assert cluster.is_armed


def test_an_uninstalled_release_blocks_nothing_and_leaves_what_is_documented(cluster, tenants, before, undisturbed):
    tenants.is_guarded = False
    tenants.go_on()
    cluster.helm.uninstall()
    assert not cluster.entries()
    wait_until(lambda: not pods(cluster), "the pods are gone", seconds=60)
    wait_until(lambda: cluster.node.is_quiet, "the pods have ended", seconds=60)
    assert not remains(cluster, before)


def test_a_release_installed_again_guards(cluster, tenants, undisturbed):
    cluster.install()
    wait_until(lambda: cluster.refuses_overlap(), "Subnets are guarded")
    tenants.is_guarded = True
    assert gateways_are_guarded(cluster)
