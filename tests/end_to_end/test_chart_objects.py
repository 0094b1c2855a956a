"""What charts/peerwarden and manifests/ give, at a real API server: it takes every object, and no pod is against the restricted standard."""

import json
import subprocess
import sys

import pytest
import yaml

from control_plane import SYSTEM_NAMESPACE
from custom_resources import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "tests" / "chart"))

from rendered_chart import CHART, find, program, render  # noqa: E402
from value_sets import SETS  # noqa: E402

# Kinds of cert-manager and of the Prometheus operator, which are not here.
ABSENT = {"Certificate", "Issuer", "ServiceMonitor", "PodMonitor", "PrometheusRule"}
MANIFESTS = REPOSITORY / "manifests"


@pytest.fixture(scope="module")
def cluster(new_control_plane):
    """An empty cluster whose namespace for us holds pods to the restricted standard."""
    control_plane = new_control_plane()
    control_plane.kubectl.must(
        "label", "namespace", SYSTEM_NAMESPACE, *(f"pod-security.kubernetes.io/{mode}=restricted" for mode in ("enforce", "warn")))
    return control_plane


def taken(cluster, things, *options):
    """Give objects to the API server as a dry run; it must take them and warn of nothing."""
    terminal = cluster.kubectl("apply", "--server-side", "--dry-run=server", "--filename=-", *options,
                               stdin=yaml.safe_dump_all([thing for thing in things if thing["kind"] not in ABSENT]))
    assert (terminal.status, terminal.stderr) == (0, "")


def pods(things):
    """Return a pod of each Deployment and Job; a dry run leaves no PriorityClass for them."""
    return [{"apiVersion": "v1", "kind": "Pod", "spec": {**thing["spec"]["template"]["spec"], "priorityClassName": ""},
             "metadata": {"name": thing["metadata"]["name"], "namespace": thing["metadata"]["namespace"]}}
            for thing in things if thing["kind"] in ("Deployment", "Job")]


@pytest.mark.parametrize("values", SETS.values(), ids=SETS)
def test_the_api_server_takes_every_object_and_every_pod(values, cluster):
    things = render({"fullnameOverride": "guard", **values})
    taken(cluster, things)
    taken(cluster, pods(things))


def test_a_pod_with_more_rights_would_be_refused_here(cluster):
    (pod, *_) = pods(render())
    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    answer = cluster.api.create(pod, dry_run=True)
    assert answer.status == 403 and "PodSecurity" in answer.message


@pytest.mark.parametrize("values", SETS.values(), ids=SETS)
def test_the_api_server_takes_what_the_daemon_will_register(values, cluster):
    (text,) = [thing["data"]["registration.yaml"] for thing in render(values) if thing["metadata"]["name"].endswith("-registration")
               and thing["kind"] == "ConfigMap"]
    taken(cluster, list(yaml.safe_load_all(text)))


def tried(cluster, *options):
    """Have Helm try an installation in this cluster, and return what it says it would do."""
    done = subprocess.run(
        [program("helm", "helm"), "install", "peerwarden", CHART, "--namespace", SYSTEM_NAMESPACE, "--dry-run=server",
         "--kubeconfig", cluster.kubeconfig("admin"), *options], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("wanted", ["true", "false"])
def test_the_configurations_go_first_when_helm_uninstalls(wanted, cluster):
    shown = tried(cluster, f"--set=uninstallHooks={wanted}").partition("HOOKS:")[2].partition("MANIFEST:")[0]
    hooks = [thing for thing in yaml.safe_load_all(shown) if thing and thing["kind"].endswith("WebhookConfiguration")]
    assert sorted(hook["kind"] for hook in hooks) == (["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"] if wanted == "true" else [])
    for hook in hooks:
        assert set(hook) == {"apiVersion", "kind", "metadata"} and hook["metadata"]["name"] == "peerwarden"
        assert hook["metadata"]["annotations"] == {"helm.sh/hook": "pre-delete", "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded"}


def test_what_the_notes_have_one_type_can_be_pasted(cluster):
    lines = tried(cluster).partition("NOTES:")[2].splitlines()
    (begin,) = [number for number, line in enumerate(lines) if line.endswith("<<EOF")]
    (thing,) = yaml.safe_load_all("\n".join(lines[begin + 1:lines.index("EOF")]))
    assert thing["kind"] == "Vpc"


def test_the_notes_say_what_to_try(cluster):
    notes = tried(cluster).partition("NOTES:")[2]
    for words in ("rollout status deployment/peerwarden-webhook", "service/peerwarden-daemon 8081", "test peerwarden", "kubectl create --dry-run=server"):
        assert words in notes


def ours(cluster):
    """Return kind and name of all objects in the cluster that carry our label, but for the namespace."""
    found = []
    kinds = cluster.kubectl.must("api-resources", "--verbs=list", "--output=name").stdout.split()
    for kind in kinds:
        listed = cluster.kubectl.must("get", kind, "--all-namespaces", "--selector=app.kubernetes.io/name=peerwarden", "--output=json")
        found += [(each["kind"], each["metadata"]["name"]) for each in json.loads(listed.stdout)["items"] if each["kind"] != "Namespace"]
    return found


def test_the_manifests_come_whole_and_go_without_a_trace(new_control_plane):
    cluster = new_control_plane()
    cluster.kubectl.must("apply", "--kustomize", MANIFESTS)
    assert cluster.kubectl.must("diff", "--kustomize", MANIFESTS).stdout == ""
    assert ("ValidatingWebhookConfiguration", "peerwarden") in ours(cluster)
    gone = cluster.kubectl.must("delete", "--kustomize", MANIFESTS, "--wait=false").stdout.splitlines()
    assert all("webhookconfiguration" in line for line in gone[:2])
    assert ours(cluster) == []


def test_applying_again_leaves_what_the_daemon_has_written(new_control_plane):
    cluster = new_control_plane()
    cluster.kubectl.must("apply", "--kustomize", MANIFESTS)
    wanted = find(list(yaml.safe_load_all((MANIFESTS / "webhook-configurations.yaml").read_text())), "ValidatingWebhookConfiguration", "peerwarden")
    path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/peerwarden"
    live = cluster.api.request("GET", path).body
    assert "webhooks" not in live
    assert cluster.api.request("PUT", path, {**live, "webhooks": wanted["webhooks"]}).status == 200
    secret = f"/api/v1/namespaces/{SYSTEM_NAMESPACE}/secrets/peerwarden-webhook-tls"
    held = cluster.api.request("GET", secret).body
    assert cluster.api.request("PUT", secret, {**held, "data": {"tls.crt": "AA=="}}).status == 200
    for options in ((), ("--server-side", "--force-conflicts")):
        cluster.kubectl.must("apply", "--kustomize", MANIFESTS, *options)
        assert len(cluster.api.request("GET", path).body["webhooks"]) == len(wanted["webhooks"])
        assert cluster.api.request("GET", secret).body["data"] == {"tls.crt": "AA=="}
