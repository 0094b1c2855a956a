"""The chart's switches: other certificates, no daemon, and only some kinds; each guards and goes without a trace."""

import json
import urllib.request

import pytest

import definitions
from chart_cluster import NAMESPACE
from chart_values import settings
from key_pairs import Authority
from objects import KYMA, subnet, thing, vpc
from played_cert_manager import PlayedCertManager, pair_for
from polling import wait_until
from tenants import Tenants

HOST = f"peerwarden-webhook.{NAMESPACE}.svc"
FIRST, SECOND = (thing(KYMA, "IpRange", name, {"cidr": cidr}) for name, cidr in (
    ("first", "10.66.0.0/24"), ("second", "10.66.0.0/25")))

LOOKS_OFTEN = settings("webhook", {"registration-check": "1s"})
OURS = {"RemoteNetwork", "RemoteZone", "ConfigMap"}
KINDS = {"Vpc": {"Subnet", "VpcNatGateway", "VpcEgressGateway"},
         "IpRange": {"AwsVpcPeering", "GcpVpcPeering", "AzureVpcPeering", "AzureVpcDnsLink"}}


@pytest.fixture(scope="module")
def prepared(cluster):
    """A cluster with all guarded kinds and some objects."""
    paths = [f"--filename={path}" for path in definitions.FILES]
    cluster.kubectl.must("apply", "--server-side", *paths)
    cluster.kubectl.must("wait", "--for=condition=Established", "--timeout=60s", *paths)
    for each in (vpc("net"), subnet("one", "net", "10.1.0.0/24"), FIRST):
        wait_until(lambda each=each: cluster.api.create(each).status in (201, 409), f"{each} can be made")
    cluster.make_namespace()
    return cluster


@pytest.fixture
def tenants(prepared):
    """People who work while a release comes and goes."""
    with Tenants(prepared.api) as made:
        made.start(2)
        yield made
        if prepared.helm("status", "peerwarden").status == 0:
            prepared.helm.uninstall()
        made.go_on()
    made.assert_undisturbed()
    wait_until(lambda: prepared.node.is_quiet, "all pods have ended", seconds=60)
    prepared.node.assert_well()


@pytest.fixture
def files(prepared, tmp_path):
    """The options that bring a pair of one's own."""
    authority = Authority(tmp_path)
    secret = {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
              "metadata": {"name": "mine", "namespace": NAMESPACE},
              "data": pair_for(authority, tmp_path / "pair", [HOST])}
    assert prepared.kubectl.apply(secret).status == 0
    yield ["--set=certificates.mode=files", "--set=certificates.existingSecret=mine",
           f"--set-file=certificates.caBundle={authority.pair.certificate}"]
    prepared.kubectl.must("delete", "secret", "mine", f"--namespace={NAMESPACE}")


def refuses(cluster, thing_):
    """Say whether the webhook refuses an object."""
    return cluster.api.create(thing_, dry_run=True).refused_by_webhook


def assert_guards(cluster, kube_ovn=True, kyma=True):
    """Assert that just these kinds are guarded."""
    groups = {group for entry in cluster.entries() for rule in entry["rules"] for group in rule["apiGroups"]}
    assert ("kubeovn.io" in groups, "cloud-resources.kyma-project.io" in groups) == (kube_ovn, kyma)
    for wanted, thing_ in ((kube_ovn, subnet("two", "net", "10.1.0.0/25")), (kyma, SECOND)):
        if wanted:
            wait_until(lambda thing_=thing_: refuses(cluster, thing_), f"{thing_} is refused")
        else:
            assert not refuses(cluster, thing_)


def assert_knows(cluster, name, kind):
    """Assert that all pods look at the kinds of one product alone, without a complaint, and are content with the registration."""
    for pod in cluster.node.of("webhook"):
        def is_content(pod=pod):
            return {each["state"] for each in statusz(pod, 8080)["registration"]["configurations"]} == {"good"}
        wait_until(is_content, "the webhook is content with the registration")
        assert statusz(pod, 8080)["source"]["guards"] == name
        assert set(statusz(pod, 8080)["source"]["kinds"]) == {kind, *KINDS[kind], *OURS}
    for pod in cluster.node.of("daemon"):
        assert statusz(pod, 8081)["settings"]["kinds"] == name
    assert not [line for component in ("webhook", "daemon") for pod in cluster.node.of(component)
                for line in pod.log.splitlines() if "orbidden" in line]


def statusz(pod, port):
    """Return what a pod says of itself."""
    with urllib.request.urlopen(f"http://{pod.sandbox.address}:{port}/statusz", timeout=10) as answer:
        return json.load(answer)


def test_cert_manager_makes_the_certificates(prepared, tenants, tmp_path):
    with PlayedCertManager(prepared, tmp_path):
        prepared.install("--set=certificates.mode=cert-manager")
        assert_guards(prepared)
        prepared.helm.uninstall()
    # cert-manager leaves what it has made
    prepared.kubectl.must("delete", "secret", "peerwarden-webhook-tls", "peerwarden-ca", f"--namespace={NAMESPACE}")


def test_a_pair_of_ones_own_is_used(prepared, files, tenants):
    prepared.install(*files)
    assert_guards(prepared)


def test_without_the_daemon_a_job_registers_once_and_again_after_an_upgrade(prepared, files, tenants):
    prepared.helm.install("--set=daemon.enabled=false", *files)
    assert prepared.is_armed and not prepared.node.of("daemon")
    assert_guards(prepared)
    prepared.helm.upgrade("--reuse-values", "--set=registration.timeoutSeconds=7")
    assert prepared.is_armed and {entry["timeoutSeconds"] for entry in prepared.entries()} == {7}


def test_only_kube_ovn_is_guarded_and_then_only_kyma(prepared, tenants):
    prepared.install("--set=kinds.kyma=false", *LOOKS_OFTEN)
    assert_guards(prepared, kyma=False)
    assert_knows(prepared, "kube-ovn", "Vpc")
    prepared.helm.upgrade("--set=kinds.kubeOvn=false", *LOOKS_OFTEN)
    wait_until(lambda: "vpcs" not in str(prepared.entries()), "the registration is the new one")
    assert_guards(prepared, kube_ovn=False)
    assert_knows(prepared, "kyma", "IpRange")


def test_a_registration_that_lets_calls_pass_is_never_armed(prepared, tenants):
    prepared.helm.install("--set=registration.failurePolicy=Ignore")
    wait_until(lambda: len(prepared.entries()) >= 2, "both configurations are filled")
    assert_guards(prepared)
    assert {entry["failurePolicy"] for entry in prepared.entries()} == {"Ignore"}
