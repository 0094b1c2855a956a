"""The chart as a release on the node: installed, looked at, changed and removed as a user does it."""

import base64
import json
import os
import time
from dataclasses import dataclass, field

from custom_resources import MINIMAL, guarded
from node import binaries
from objects import subnet, vpc
from places import FOLDER, REPOSITORY
from pods import Pod
from polling import wait_until
from processes import run

CHART = REPOSITORY / "charts" / "peerwarden"
COMPONENTS = ("webhook", "daemon")
NAME, NAMESPACE = "peerwarden", "peerwarden-system"
VERSION = (REPOSITORY / "VERSION").read_text().strip()
VALUES = {"image.repository": "localhost/peerwarden", "image.tag": VERSION, "image.pullPolicy": "Never"}
CONFIGURATIONS = [f"/apis/admissionregistration.k8s.io/v1/{kind}webhookconfigurations/{NAME}"
                  for kind in ("mutating", "validating")]
PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
SECRET = f"/api/v1/namespaces/{NAMESPACE}/secrets/{NAME}-webhook-tls"
LEASE = f"/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases/peerwarden-daemon"
RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}


@dataclass
class Release:
    """The one release of the chart; how long its last installation took, and the pods that it began with."""

    node: object
    api: object
    laps: dict = field(default_factory=dict)
    first_pods: list = field(default_factory=list)

    def helm(self, *words):
        """Run helm and return what it printed."""
        folders = {f"HELM_{name}_HOME": str(FOLDER / "helm" / name.lower()) for name in ("CACHE", "CONFIG", "DATA")}
        return run(binaries() / "helm", *words, f"--kubeconfig={self.node.kubeconfig}", f"--namespace={NAMESPACE}",
                   env={**os.environ, **folders}, timeout=300)

    def make_namespace(self):
        """Make the namespace, in which only restricted pods are let in."""
        self.api.request("POST", "/api/v1/namespaces", {
            "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": RESTRICTED}})

    def install(self, **values):
        """Install, wait until all pods are ready and the registration is armed, and note how long that took."""
        begun = time.monotonic()
        self.helm("install", NAME, CHART, *settings({**VALUES, **values}))
        self.laps["helm install returned"] = round(time.monotonic() - begun, 1)
        wait_until(self.all_ready, "all pods are ready", seconds=180, interval=0.1)
        self.laps["all pods ready"] = round(time.monotonic() - begun, 1)
        wait_until(self.is_armed, "both configurations are armed", seconds=180, interval=0.1)
        self.laps["registration armed"] = round(time.monotonic() - begun, 1)
        self.first_pods = self.pods()

    def upgrade(self, **values):
        """Change values, and return when the new pods have taken over and the old ones are gone."""
        self.helm("upgrade", NAME, CHART, "--reuse-values", *settings(values))
        self.wait_until_settled()

    def wait_until_settled(self):
        """Wait until every Deployment has only ready pods of its newest kind, and nothing else is left."""
        wait_until(self.all_ready, "all pods are ready and the old ones are gone", seconds=300, interval=0.2)

    def is_installed(self):
        """Say whether the release is there."""
        return any(each["name"] == NAME for each in json.loads(self.helm("list", "--output=json")))

    def pods(self, *components):
        """Return the pods of these components, or of both."""
        pods = [Pod(body) for body in self.api.request("GET", PODS).body["items"]]
        return [pod for pod in pods if pod.component in (components or COMPONENTS)]

    def deployments(self):
        """Return the Deployments of the release."""
        return self.api.request("GET", f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments").body["items"]

    def all_ready(self):
        """Say whether each Deployment has exactly the pods that it shall have, all of them ready."""
        deployments = self.deployments()
        pods = self.pods()
        wanted = sum(each["spec"]["replicas"] for each in deployments)
        return (deployments and all(map(is_rolled_out, deployments)) and len(pods) == wanted
                and all(pod.is_ready for pod in pods))

    def entries(self):
        """Return the entries of both configurations; None when one of these is not there."""
        answers = [self.api.request("GET", path) for path in CONFIGURATIONS]
        if any(answer.status != 200 for answer in answers):
            return None
        return [answer.body.get("webhooks", []) for answer in answers]

    def is_armed(self):
        """Say whether both configurations lead to the webhook and fail when it does not answer."""
        entries = self.entries()
        return bool(entries) and all(each and all(entry["failurePolicy"] == "Fail" for entry in each)
                                     for each in entries)

    def bundles(self):
        """Return how many authorities each entry trusts."""
        return [base64.b64decode(entry["clientConfig"].get("caBundle", "")).count(b"BEGIN CERTIFICATE")
                for each in self.entries() or [] for entry in each]

    def secret(self):
        """Return the Secret with the certificates."""
        return self.api.request("GET", SECRET).body

    def leader(self):
        """Return the pod that leads the daemons, or None."""
        holder = self.api.request("GET", LEASE).body.get("spec", {}).get("holderIdentity") or ""
        return next((pod for pod in self.pods("daemon") if pod.name == holder or holder.startswith(f"{pod.name}_")), None)

    def asked(self):
        """Return how many reviews each replica of the webhook has answered since it started, by its pod's name."""
        return {pod.name: pod.total(self.api, "peerwarden_admission_requests_total")
                for pod in self.pods("webhook") if pod.is_ready}

    def busiest(self):
        """Return the replica of the webhook that has answered most."""
        asked = self.asked()
        return max(self.pods("webhook"), key=lambda pod: asked.get(pod.name, 0))

    def refuses(self):
        """Say whether a prefix that is taken is refused by the webhook, through its Service."""
        return self.api.create(subnet("conflict", "first", "10.19.0.0/25"), dry_run=True).refused_by_webhook

    def install_guarded_kinds(self):
        """Bring the kinds of Kube-OVN and Kyma, and objects of which the next ones are in the way."""
        files = [f"--filename={path}" for path in guarded(MINIMAL)]
        kubectl = self.node.kubectl()
        kubectl.must("apply", "--server-side", *files)
        kubectl.must("wait", "--for=condition=Established", "--timeout=60s", *files)
        self.api.store(vpc("first"), subnet("stored", "first", "10.19.0.0/24"))

    def uninstall(self):
        """Remove the release, and return when its pods are gone."""
        self.helm("uninstall", NAME, "--wait", "--timeout=120s")
        wait_until(lambda: not self.pods(), "the pods are gone", seconds=120)


def settings(values):
    """Return values as options of helm."""
    return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]


def is_rolled_out(deployment):
    """Say whether a Deployment's controller has seen it and all its pods are new and available."""
    status, wanted = deployment.get("status", {}), deployment["spec"]["replicas"]
    return (status.get("observedGeneration") == deployment["metadata"]["generation"]
            and status.get("updatedReplicas", 0) == wanted == status.get("availableReplicas", 0)
            and status.get("replicas", 0) == wanted)
