"""A control plane with its controllers and a played node, and Helm as a person uses it."""

import json
import os
import subprocess
from dataclasses import dataclass

from api import Api
from chart_values import QUICK
from control_plane import ADMIN, ControlPlane
from custom_resources import REPOSITORY
from objects import subnet
from played_node import PlayedNode
from pod_network import NODE
from polling import wait_until
from processes import Server, run

CHART = REPOSITORY / "charts" / "peerwarden"
RELEASE, NAMESPACE = "peerwarden", "peerwarden-system"
CONTROLLERS = (
    "deployment-controller", "replicaset-controller", "endpointslice-controller", "garbage-collector-controller",
    "namespace-controller", "job-controller", "serviceaccount-controller", "disruption-controller",
    "root-ca-certificate-publisher-controller", "clusterrole-aggregation-controller")
CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/{}webhookconfigurations/peerwarden"
AUDIT = {
    "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
    "rules": [{"level": "Metadata", "userGroups": [f"system:serviceaccounts:{NAMESPACE}"]}, {"level": "None"}]}


class ChartControlPlane(ControlPlane):
    """etcd, kube-apiserver and kube-controller-manager, with ServiceAccounts as a cluster has them and an audit log.

    The API server reaches Services by the addresses of their pods. `flags` are further ones of the API server.
    """

    def __init__(self, binaries, folder, *flags):
        self.flags = flags
        self.audit = folder / "audit.log"
        super().__init__(binaries, folder)
        self.controllers = Server([
            binaries / "kube-controller-manager", f"--kubeconfig={self.kubeconfig(ADMIN)}", "--leader-elect=false",
            f"--controllers={','.join(CONTROLLERS)}", f"--root-ca-file={self.certificate}", "--secure-port=0",
            "--kube-api-qps=200", "--kube-api-burst=400"], folder / "controllers.log")

    def _api_server(self):
        """Prepare the API server so that pods can reach it and be what they are in a cluster."""
        self._certificate()
        policy = self.folder / "audit.json"
        policy.write_text(json.dumps(AUDIT))
        server = super()._api_server()
        server.command.remove("--disable-admission-plugins=ServiceAccount")
        server.command += [
            "--bind-address=0.0.0.0", f"--advertise-address={NODE}", "--enable-aggregator-routing=true",
            f"--audit-policy-file={policy}", f"--audit-log-path={self.audit}", *self.flags]
        return server

    def _certificate(self):
        """Make the API server's certificate for all names under which it is reached."""
        folder = self.certificate.parent
        folder.mkdir()
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=kube-apiserver", "-days", "2",
            "-addext", f"subjectAltName=DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.96.0.1,IP:{NODE}",
            "-keyout", self.certificate.with_suffix(".key"), "-out", self.certificate)

    def start(self):
        """Start everything; nothing of Peerwarden is there."""
        self.etcd.start()
        self.start_api_server()
        self.controllers.start()

    def stop(self):
        """End the servers that were started here."""
        self.controllers.kill()
        super().stop()

    def client(self, token):
        """Return a client with a token."""
        return Api(self.port, self.certificate, token)


@dataclass
class Done:
    """What one command of Helm left behind."""

    stdout: str
    stderr: str
    status: int


class Helm:
    """Helm with a kubeconfig and folders of its own."""

    def __init__(self, binary, kubeconfig, folder, node):
        self.node = node
        self.command = [str(binary), f"--kubeconfig={kubeconfig}", f"--namespace={NAMESPACE}"]
        self.environment = {**os.environ, **{
            f"HELM_{kind}_HOME": str(folder / "helm" / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA")}}

    def __call__(self, *arguments):
        """Run one command."""
        with subprocess.Popen([*self.command, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, env=self.environment) as helm:
            while True:
                try:
                    return Done(*helm.communicate(timeout=1), helm.returncode)
                except subprocess.TimeoutExpired:
                    if self.node.trouble:
                        helm.kill()
                        raise AssertionError(self.node.trouble) from None

    def must(self, *arguments):
        """Run one command that has to succeed, and return what it printed."""
        done = self(*arguments)
        assert done.status == 0, f"helm {' '.join(map(str, arguments))}: {done.stderr}{done.stdout}"
        return done.stdout

    def install(self, *options, chart=CHART):
        """Install the release."""
        return self.must("install", RELEASE, chart, "--create-namespace", "--wait", "--timeout=120s", *options)

    def upgrade(self, *options, chart=CHART):
        """Upgrade the release."""
        return self.must("upgrade", RELEASE, chart, "--wait", "--timeout=120s", *options)

    def uninstall(self):
        """Uninstall the release."""
        return self.must("uninstall", RELEASE, "--wait", "--timeout=120s")


class ChartCluster:
    """Control plane, node and Helm together."""

    def __init__(self, binaries, folder, *flags):
        self.control_plane = ChartControlPlane(binaries, folder, *flags)
        self.node = PlayedNode(self.control_plane, folder / "node")
        self.helm = Helm(binaries / "helm", self.control_plane.kubeconfig(ADMIN), folder, self.node)
        self.kubectl = self.control_plane.kubectl

    @property
    def api(self):
        """A client with all rights."""
        return self.control_plane.api

    def start(self):
        """Start it."""
        self.control_plane.start()
        self.node.start()

    def stop(self):
        """End it."""
        self.node.stop()
        self.control_plane.stop()

    def configuration(self, kind):
        """Return the live webhook configuration, validating or mutating; None when it is not there."""
        answer = self.api.request("GET", CONFIGURATIONS.format(kind))
        return answer.body if answer.status == 200 else None

    def entries(self):
        """Return the live webhooks of both configurations."""
        configurations = [self.configuration(kind) or {} for kind in ("validating", "mutating")]
        return [entry for each in configurations for entry in each.get("webhooks", [])]

    def make_namespace(self):
        """Make the namespace, for restricted pods only."""
        space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {
            "name": NAMESPACE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
        assert self.api.request("POST", "/api/v1/namespaces", space).status == 201

    def install(self, *options, **more):
        """Install the release, and wait until it guards."""
        self.helm.install(*QUICK, *options, **more)
        self.wait_until_armed()

    def wait_until_armed(self):
        """Wait until both configurations bind."""
        wait_until(lambda: self.is_armed, "both configurations are armed", seconds=90)

    def refuses_overlap(self):
        """Say whether the webhook refuses a Subnet that overlaps another, which nothing else does."""
        known = subnet("tenant-known", "known", "10.0.0.0/24")
        assert self.api.create(known).status in (201, 409)
        return self.api.create(subnet("tenant-asked", "known", "10.0.0.0/25"), dry_run=True).refused_by_webhook

    @property
    def is_armed(self):
        """Say whether both configurations have their webhooks and refuse what cannot be asked about."""
        entries = self.entries()
        return len(entries) >= 2 and all(entry["failurePolicy"] == "Fail" for entry in entries)
