"""A real Kubernetes control plane on loopback: one etcd, and one kube-apiserver or several."""

import json
import shutil
import ssl

from api import Api
from kubectl import Kubectl
from objects import aws_network
from polling import wait_until
from processes import Server, free_port, run

ADMIN = "admin"
WEBHOOK = "webhook"
SYSTEM_NAMESPACE = "peerwarden-system"
READ = ["get", "list", "watch"]
WRITE = ["create", "update", "patch", "delete"]


def may(name, verbs, *rules, namespace=None):
    """Return the role and its binding that let the webhook's user use these verbs, and do nothing else."""
    group = "rbac.authorization.k8s.io"
    prefix = "" if namespace else "Cluster"
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    return [
        {"apiVersion": f"{group}/v1", "kind": f"{prefix}Role", "metadata": metadata,
         "rules": [{"apiGroups": [api], "resources": kinds, "verbs": verbs} for api, kinds in rules]},
        {"apiVersion": f"{group}/v1", "kind": f"{prefix}RoleBinding", "metadata": metadata,
         "roleRef": {"apiGroup": group, "kind": f"{prefix}Role", "name": name},
         "subjects": [{"apiGroup": group, "kind": "User", "name": WEBHOOK}]},
    ]


class ControlPlane:
    """etcd and kube-apiserver in a folder of their own; users are told apart by token.

    With `first`, the etcd of another control plane is used, which starts before and stops after this one.
    """

    def __init__(self, binaries, folder, first=None):
        self.binaries = binaries
        self.folder = folder
        self.first = first
        self.port = free_port()
        self.certificate = folder / "certificates" / "apiserver.crt"
        if first:
            self.etcd_url = first.etcd_url
        self.etcd = first.etcd if first else self._etcd()
        self.api_server = self._api_server()
        self.kubectl = Kubectl(binaries / "kubectl", self.kubeconfig(ADMIN), folder)

    def _etcd(self):
        """Prepare etcd, without durable writes."""
        client, peer = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        self.etcd_url = client
        return Server([
            self.binaries / "etcd", "--unsafe-no-fsync", "--log-level=error", f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={client}", f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}"], self.folder / "etcd.log")

    def _api_server(self):
        """Prepare the API server, with a token for each user and no controllers beside it."""
        private, public, tokens = (self.folder / name for name in ("sa.key", "sa.pub", "tokens.csv"))
        run("openssl", "genrsa", "-out", private, "2048")
        run("openssl", "rsa", "-in", private, "-pubout", "-out", public)
        tokens.write_text(f'{self.token(ADMIN)},{ADMIN},1,"system:masters"\n{self.token(WEBHOOK)},{WEBHOOK},2\n')
        return Server([
            self.binaries / "kube-apiserver", f"--etcd-servers={self.etcd_url}",
            "--bind-address=127.0.0.1", f"--secure-port={self.port}", f"--cert-dir={self.certificate.parent}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={public}", f"--service-account-signing-key-file={private}",
            "--service-cluster-ip-range=10.96.0.0/16", "--authorization-mode=RBAC",
            f"--token-auth-file={tokens}", "--disable-admission-plugins=ServiceAccount",
            "--endpoint-reconciler-type=none"], self.folder / "kube-apiserver.log")

    def token(self, user):
        """Return the token of a user."""
        return f"token-of-{user}"

    def kubeconfig(self, user):
        """Write the kubeconfig of a user and return its path."""
        path = self.folder / f"{user}.kubeconfig"
        path.write_text(json.dumps({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": {
                "server": f"https://127.0.0.1:{self.port}", "certificate-authority": str(self.certificate)}}],
            "users": [{"name": user, "user": {"token": self.token(user)}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": user}}],
            "current-context": "test",
        }))
        return path

    @property
    def api(self):
        """A client with all rights."""
        return Api(self.port, self.certificate, self.token(ADMIN))

    def start(self):
        """Start both servers, wait until they are ready, and let the webhook's user do what it must."""
        if self.first:
            self.start_api_server()
            return
        self.etcd.start()
        self.start_api_server()
        for thing in [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM_NAMESPACE}},
            *may("peerwarden", READ, ("kubeovn.io", ["*"]), ("cloud-resources.kyma-project.io", ["*"]),
                 ("peerwarden.io", ["*"])),
            *may("peerwarden", READ, ("", ["configmaps"]), namespace="kube-system"),
            *may("peerwarden-lookup", ["create", "patch"], ("peerwarden.io", ["remotenetworks", "remotezones"])),
            *may("peerwarden-registration", ["get"], ("admissionregistration.k8s.io", [
                "validatingwebhookconfigurations", "mutatingwebhookconfigurations"])),
            *may("peerwarden", READ + WRITE, ("coordination.k8s.io", ["leases"]), namespace=SYSTEM_NAMESPACE),
        ]:
            self.kubectl.must("apply", "--filename=-", stdin=json.dumps(thing))

    def start_api_server(self):
        """Start the API server and wait until it is ready and has made its own namespaces."""
        self.api_server.start()
        wait_until(self._is_ready, "the API server is ready", seconds=120)

    def _is_ready(self):
        """Ask the API server whether it is ready."""
        self.etcd.assert_running()
        self.api_server.assert_running()
        try:
            api = self.api
            return (api.request("GET", "/readyz").status == 200
                    and api.request("GET", "/api/v1/namespaces/kube-system").status == 200)
        except (OSError, ssl.SSLError):
            return False

    def install(self, definitions):
        """Apply CustomResourceDefinitions and wait until the API server serves them as it always will."""
        files = [f"--filename={path}" for path in definitions]
        self.kubectl.must("apply", "--server-side", *files)
        self.kubectl.must("wait", "--for=condition=Established", "--timeout=60s", *files)
        self._settle()

    def _settle(self):
        """Create one object as a dry run: kube-apiserver lets the creates of a kind sleep for 2 s that was established just now."""
        self.api.create(aws_network("settles", "vpc-0a1b2c3d", "192.0.2.0/24"), dry_run=True)

    def stop(self):
        """End the servers that were started here; the logs stay."""
        self.api_server.kill()
        if self.first:
            return
        self.etcd.kill()
        shutil.rmtree(self.folder / "etcd", ignore_errors=True)
