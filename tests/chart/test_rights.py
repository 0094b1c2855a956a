"""The programs do all they can do with the chart's rights: nothing is refused, and no right is superfluous."""

import subprocess
from types import SimpleNamespace

import pytest

import definitions
import reports
from chart_cluster import NAMESPACE
from chart_values import QUICK_ROTATION, settings
from control_plane import ADMIN
from managed_aws import HOME, Region
from objects import KUBE_OVN, KYMA, PEERWARDEN, SHOOT, shoot_info, subnet, thing, vpc
from pod_network import NODE
from polling import wait_until
from processes import run
from relay import Relay
from rights import Asked, Roles, superfluous
from tests.servers.aws import AwsServer, client_environment
from webhook import program

AZURE = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/group/providers/Microsoft.Network/{}"
SETTINGS = [
    *QUICK_ROTATION,
    *settings("daemon", {"resync": "1s", "refresh": "2s", "idle": "3s", "report-interval": "1s"}),
    *settings("webhook", {"reservation-time": "3s"}),
    "--set=daemon.mode=manage", "--set=daemon.clouds={aws}", "--set=daemon.credentialsSecret=aws",
    '--set-json=daemon.extraVolumes=[{"name": "cloud", "configMap": {"name": "cloud"}}]',
    '--set-json=daemon.extraVolumeMounts=[{"name": "cloud", "mountPath": "/etc/cloud"}]',
]
PEERED = [
    vpc("vpc-1", [("vpc-2", "169.254.0.1/30")], [("172.31.0.0/16", "169.254.0.2")]),
    vpc("vpc-2", [("vpc-1", "169.254.0.2/30")], [("10.1.0.0/16", "169.254.0.1")]),
    subnet("net1", "vpc-1", "10.1.0.0/16"), subnet("net2", "vpc-2", "172.31.0.0/16")]
# Each of these is warned of in three ways, and then all is well.
GATEWAY = thing(KUBE_OVN, "VpcEgressGateway", "gateway", {
    "vpc": "vpc-1", "externalSubnet": "outside", "policies": [{"ipBlocks": ["10.1.0.0/16"]}]}, namespace="default")
ALONE = vpc("alone", [("missing", "169.254.9.1/30")])
CHANGES = [
    ({"policies": [{"ipBlocks": ["10.1.0.0/17"]}]},
     {"vpcPeerings": [{"remoteVpc": "other", "localConnectIP": "169.254.9.5/30"}]}),
    ({"policies": [{"ipBlocks": ["10.9.0.0/16"]}]}, {"vpcPeerings": None})]
# One of each kind that is reserved before it is stored, and what each of them refuses.
GUARDED = [
    vpc("read-1", [("read-2", "169.254.20.1/30")]),
    subnet("read", "read-1", "10.80.0.0/24"),
    thing(KUBE_OVN, "VpcNatGateway", "read", {"vpc": "read-1", "subnet": "read", "lanIp": "10.80.0.254"}),
    {**GATEWAY, "metadata": {"name": "read", "namespace": "default"}},
    thing(KYMA, "IpRange", "read", {"cidr": "10.81.0.0/22"}),
    thing(PEERWARDEN, "RemoteZone", "read", {"id": AZURE.format("privateDnsZones/example.com")}),
]
# Kinds that a cluster on AWS cannot have: what reads awsvpcpeerings reads them, and what asks about a RemoteNetwork asks
# about a RemoteZone.
ELSEWHERE = [(account, verb, KYMA.split("/")[0], f"{kind}{part}")
             for kind in ("gcpvpcpeerings", "azurevpcpeerings", "azurevpcdnslinks")
             for account, verb, part in (
                 ("peerwarden-webhook", "get", ""), ("peerwarden-daemon", "get", ""),
                 ("peerwarden-daemon-manage", "update", ""), ("peerwarden-daemon-manage", "update", "/status"))] + [
    (f"peerwarden-{component}", verb, PEERWARDEN.split("/")[0], resource) for component, verb, resource in (
        ("webhook", "create", "remotezones"), ("webhook", "patch", "remotezones"), ("daemon", "get", "remotezones"),
        ("daemon", "create", "remotezones"), ("daemon", "delete", "remotezones"), ("daemon", "patch", "remotezones/status"))]
PLOT = SimpleNamespace(number=3, name=lambda word: f"{word}-3", v4=lambda rest: f"10.3.{rest}",
                       v6=lambda rest: f"fd00:3:{rest}")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """The cloud's certificate; its key stands beside it."""
    path = tmp_path_factory.mktemp("cloud") / "tls.crt"
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=cloud", "-days", "2",
        "-addext", f"subjectAltName=IP:{NODE}", "-keyout", path.with_suffix(".key"), "-out", path)
    return path


@pytest.fixture(scope="module")
def cloud(network, certificate):
    """A cloud that pods can reach."""
    with AwsServer(certificate=certificate, key=certificate.with_suffix(".key")) as made:
        relay = Relay(made.port)
        yield made
        relay.stop()


@pytest.fixture(scope="module")
def region(cluster, cloud, certificate):
    """The cloud, furnished, and a guarded cluster with objects that are in each other's way."""
    files = [f"--filename={path}" for path in definitions.FILES]
    cluster.kubectl.must("apply", "--server-side", *files)
    assert cluster.kubectl.apply(*reports.definitions()).status == 0
    cluster.kubectl.must("wait", "--for=condition=Established", "--timeout=60s", *files)
    for each in (shoot_info(), *PEERED):
        wait_until(lambda each=each: cluster.api.create(each).status in (201, 409), f"{each} can be made")
    made = Region(cloud, cluster.api)
    cluster.make_namespace()
    environment = client_environment(f"https://{NODE}:{cloud.port}", made.user, HOME)
    environment["AWS_CA_BUNDLE"] = "/etc/cloud/tls.crt"
    cluster.kubectl.must("create", "configmap", "cloud", f"--namespace={NAMESPACE}", f"--from-file={certificate}")
    cluster.kubectl.must("create", "secret", "generic", "aws", f"--namespace={NAMESPACE}",
                         *(f"--from-literal={name}={value}" for name, value in environment.items()))
    cluster.install(*SETTINGS)
    return made


def let_a_peering_live(region):
    """Have a peering refused, mended, made, changed and removed."""
    neighbour = region.neighbour(PLOT, tags={})
    wait_until(lambda: region.api.create(neighbour.thing).refused_by_webhook, "a peering without a tag is refused")
    wait_until(lambda: region.api.create(neighbour.thing).refused_by_webhook, "and once more")
    region.cloud.tag(neighbour.vpc, SHOOT, "")
    wait_until(lambda: region.api.create(neighbour.thing).status == 201, "with its tag it is admitted")
    neighbour.wait_ready(60)
    assert region.api.create(neighbour.twin().thing).refused_by_webhook
    for _ in range(2):  # the same Event twice
        region.cloud.deny(region.user["arn"], ["DescribeRouteTables"])
        wait_until(lambda: neighbour.status["conditions"][0]["type"] == "Error", "the problem is told")
        region.cloud.deny(region.user["arn"], [])
        neighbour.wait_ready(60)
    neighbour.delete()
    neighbour.wait_gone(60)
    wait_until(lambda: not region.api.list(thing("peerwarden.io/v1alpha1", "RemoteNetwork", "")),
               "the RemoteNetwork that nobody needs is gone", seconds=60)


def let_reports_live(api, group):
    """Have reports of a group made, changed and removed, for a namespace and for the cluster."""
    api.store(GATEWAY, ALONE)
    wait_until(lambda: all(reports.reports(api, group)), f"there are reports of {group}", seconds=60)
    before = reports.reports(api, group)
    for number, changes in enumerate(CHANGES):
        for each, change in zip((GATEWAY, ALONE), changes, strict=True):
            answer = api.patch(each, {"spec": change})
            assert answer.status == 200, answer
        if number == 0:
            wait_until(lambda: all(now and now != then for now, then in zip(
                reports.reports(api, group), before, strict=True)), f"the reports of {group} change", seconds=60)
    wait_until(lambda: not any(reports.reports(api, group)), f"there are no reports of {group}", seconds=60)
    for each in (GATEWAY, ALONE):
        assert api.delete(each).status == 200


def let_the_webhook_read(cluster):
    """Have each kind admitted and not stored, since its name is taken, and refused for what is stored."""
    api = cluster.api
    for each in GUARDED:
        assert api.create(each).status == 201, (each, api.create(each))
        assert api.create(each).status == 409
    twins = [{**each, "metadata": {**each["metadata"], "name": "twin"}} for each in GUARDED]
    refused = [each["kind"] for each in twins if api.create(each).refused_by_webhook]
    assert {"Subnet", "IpRange"} <= set(refused), refused
    assert api.create(thing(KYMA, "IpRange", "nodes", {"cidr": "10.250.0.0/24"})).refused_by_webhook
    former = {pod.name for pod in cluster.node.of("webhook")}
    cluster.kubectl.must("rollout", "restart", "deployment/peerwarden-webhook", f"--namespace={NAMESPACE}")
    cluster.kubectl.must("rollout", "status", "deployment/peerwarden-webhook", f"--namespace={NAMESPACE}")
    wait_until(lambda: not former & owners(api), "the pages of replicas that are gone are deleted", seconds=90)
    for each in [*GUARDED, *twins]:
        api.delete(each)


def owners(api):
    """Return the names of the replicas whose pages of the ledger are there."""
    leases = api.request("GET", f"/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases").body["items"]
    return {each["metadata"]["name"].removeprefix("peerwarden-ledger-") for each in leases}


def rotate(cluster):
    """Have the authority replaced, and the Secret made again."""
    done = subprocess.run([program("peerwarden"), "certs", "rotate", "--wait=90s",
                           f"--kubeconfig={cluster.control_plane.kubeconfig(ADMIN)}"],
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    secret = f"/api/v1/namespaces/{NAMESPACE}/secrets/peerwarden-webhook-tls"
    assert cluster.api.request("DELETE", secret).status == 200
    wait_until(lambda: cluster.api.request("GET", secret).status == 200, "the Secret is there again")


def test_nothing_is_refused_and_each_right_is_needed(cluster, region):
    let_a_peering_live(region)
    let_reports_live(cluster.api, "wgpolicyk8s.io")
    cluster.helm.upgrade("--reuse-values", *settings("daemon", {"reports": "openreports"}))
    let_reports_live(cluster.api, "openreports.io")
    let_the_webhook_read(cluster)
    rotate(cluster)
    cluster.node.assert_well()
    found = {}
    for component in ("webhook", "daemon"):
        roles = Roles(cluster.api, NAMESPACE, f"peerwarden-{component}")
        asked = Asked(cluster.control_plane.audit, roles.user)
        found[component] = asked.refused, [
            each for each in superfluous(cluster.api, roles, asked.requests) if each[2:6] not in ELSEWHERE]
    lines = [f"{component}: {what} {each}" for component, pair in found.items()
             for what, all_ in zip(("refused", "superfluous"), pair, strict=True) for each in sorted(all_)]
    assert not lines, "\n".join(lines)
