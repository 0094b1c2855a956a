"""cert-manager as far as a chart meets it: Certificates become Secrets, their authority comes into annotated objects.

Sources: cert-manager.io/docs/usage/certificate and /docs/concepts/ca-injector. Definitions that take any content
stand in for its own.
"""

import base64
import http.client
import threading

from key_pairs import CURVE, Authority
from processes import run

GROUP = "cert-manager.io"
INJECT = "cert-manager.io/inject-ca-from"
CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/{}webhookconfigurations"


def definitions():
    """Return the CustomResourceDefinitions of Certificates and Issuers."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    for kind in ("Certificate", "Issuer"):
        plural = f"{kind.lower()}s"
        yield {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
               "metadata": {"name": f"{plural}.{GROUP}"},
               "spec": {"group": GROUP, "scope": "Namespaced",
                        "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()},
                        "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}]}}


def encoded(path):
    """Return a file as a Secret has it."""
    return base64.b64encode(path.read_bytes()).decode()


def pair_for(authority, folder, hosts):
    """Make a serving pair for hosts, and return it as the data of a Secret."""
    folder.mkdir()
    names = ",".join(f"DNS:{host}" for host in hosts)
    run("openssl", "req", "-x509", *CURVE, "-subj", "/CN=webhook", "-days", "1",
        "-addext", f"subjectAltName={names}", "-addext", "basicConstraints=critical,CA:FALSE",
        "-CA", authority.pair.certificate, "-CAkey", authority.pair.key,
        "-keyout", folder / "tls.key", "-out", folder / "tls.crt")
    return {"tls.crt": encoded(folder / "tls.crt"), "tls.key": encoded(folder / "tls.key"),
            "ca.crt": encoded(authority.pair.certificate)}


class PlayedCertManager:
    """One authority that signs all Certificates."""

    def __init__(self, cluster, folder):
        self.api = cluster.api
        self.folder = folder
        self.authority = Authority(folder)
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)
        assert cluster.kubectl.apply(*definitions()).status == 0

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join(30)

    def _work(self):
        """Look again and again."""
        while not self.stopped.wait(0.2):
            try:
                self._issue()
                for kind in ("validating", "mutating"):
                    self._inject(CONFIGURATIONS.format(kind))
            except (OSError, http.client.HTTPException):
                continue

    def _issue(self):
        """Make the Secret of each Certificate that has none."""
        for certificate in self.api.request("GET", f"/apis/{GROUP}/v1/certificates").body.get("items", []):
            spec, space = certificate["spec"], certificate["metadata"]["namespace"]
            path = f"/api/v1/namespaces/{space}/secrets"
            if self.api.request("GET", f"{path}/{spec['secretName']}").status == 404:
                folder = self.folder / spec["secretName"]
                self.api.request("POST", path, {
                    "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
                    "metadata": {"name": spec["secretName"]},
                    "data": pair_for(self.authority, folder, spec.get("dnsNames", ["ca"]))})

    def _inject(self, path):
        """Put the authority into all webhooks of annotated configurations."""
        for live in self.api.request("GET", path).body["items"]:
            wanted = live["metadata"].get("annotations", {}).get(INJECT)
            if not wanted:
                continue
            space, name = wanted.split("/")
            secret = f"/api/v1/namespaces/{space}/secrets/{name}"
            bundle = self.api.request("GET", secret).body.get("data", {}).get("ca.crt")
            entries = live.get("webhooks", [])
            if bundle and any(entry["clientConfig"].get("caBundle") != bundle for entry in entries):
                for entry in entries:
                    entry["clientConfig"]["caBundle"] = bundle
                self.api.request("PUT", f"{path}/{live['metadata']['name']}", live)
