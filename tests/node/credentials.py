"""The node's authority, key pairs and kubeconfigs: one authority for all, elliptic keys, three days."""

import json
import secrets

from key_pairs import CURVE
from places import (ADMIN, API_URL, CONTROLLERS, FIRST_SERVICE, HOST_ADDRESS, KUBELET, NODE, NODE_ADDRESS, PROXY,
                    SCHEDULER)
from processes import run

DAYS = "3"
API_SERVER, API_SERVER_AS_CLIENT, FRONT_PROXY = "api-server", "api-server-as-client", "front-proxy"
SUBJECTS = {
    ADMIN: "/O=system:masters/CN=admin",
    CONTROLLERS: "/CN=system:kube-controller-manager",
    SCHEDULER: "/CN=system:kube-scheduler",
    PROXY: "/CN=system:kube-proxy",
    KUBELET: f"/O=system:nodes/CN=system:node:{NODE}",
    API_SERVER: "/CN=kube-apiserver",
    API_SERVER_AS_CLIENT: "/O=system:masters/CN=api-server-as-client",
    FRONT_PROXY: "/CN=front-proxy",
}
ALTERNATIVE_NAMES = {
    API_SERVER: f"DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:{HOST_ADDRESS},IP:{FIRST_SERVICE}",
    KUBELET: f"DNS:{NODE},IP:{NODE_ADDRESS}",
}


class Credentials:
    """Files in a folder of their own; `token` lets the tests in as an administrator."""

    def __init__(self, folder):
        self.folder = folder
        self.authority, self.authority_key = folder / "ca.crt", folder / "ca.key"
        self.account_key, self.account_public = folder / "accounts.key", folder / "accounts.pub"
        self.tokens = folder / "tokens.csv"

    @property
    def token(self):
        """The administrator's token."""
        return self.tokens.read_text().split(",")[0]

    def certificate(self, name):
        """Return the path of a certificate."""
        return self.folder / f"{name}.crt"

    def key(self, name):
        """Return the path of a private key."""
        return self.folder / f"{name}.key"

    def kubeconfig(self, name):
        """Return the path of a kubeconfig."""
        return self.folder / f"{name}.kubeconfig"

    def make(self):
        """Make everything."""
        self.folder.mkdir(parents=True, mode=0o700)
        run("openssl", "req", "-x509", *CURVE, "-subj", "/CN=node-authority", "-days", DAYS,
            "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-keyout", self.authority_key, "-out", self.authority)
        for name, subject in SUBJECTS.items():
            self._issue(name, subject)
        for name in (ADMIN, CONTROLLERS, SCHEDULER, PROXY, KUBELET):
            self._write_kubeconfig(name)
        run("openssl", "genrsa", "-out", self.account_key, "2048")
        run("openssl", "rsa", "-in", self.account_key, "-pubout", "-out", self.account_public)
        self.tokens.write_text(f'{secrets.token_hex(16)},{ADMIN},1,"system:masters"\n')

    def _issue(self, name, subject):
        """Make a key pair for client and server."""
        extensions = ["basicConstraints=critical,CA:FALSE", "extendedKeyUsage=serverAuth,clientAuth"]
        if name in ALTERNATIVE_NAMES:
            extensions.append(f"subjectAltName={ALTERNATIVE_NAMES[name]}")
        run("openssl", "req", "-x509", *CURVE, "-subj", subject, "-days", DAYS,
            "-CA", self.authority, "-CAkey", self.authority_key,
            *(word for extension in extensions for word in ("-addext", extension)),
            "-keyout", self.key(name), "-out", self.certificate(name))

    def _write_kubeconfig(self, name):
        """Write the kubeconfig of a user."""
        self.kubeconfig(name).write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": NODE,
            "clusters": [{"name": NODE, "cluster": {"server": API_URL, "certificate-authority": str(self.authority)}}],
            "users": [{"name": name, "user": {"client-certificate": str(self.certificate(name)),
                                              "client-key": str(self.key(name))}}],
            "contexts": [{"name": NODE, "context": {"cluster": NODE, "user": name}}],
        }))
