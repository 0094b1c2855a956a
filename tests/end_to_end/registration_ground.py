"""Webhook configurations that begin as empty shells, and the daemon that makes them true."""

import copy
import json
from base64 import b64encode

import yaml

from custom_resources import REPOSITORY
from daemon import Daemon, grant
from objects import thing
from webhook import REGISTRATION

VALIDATING, MUTATING = "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"
TYPES = {VALIDATING: "validating", MUTATING: "mutating"}
RESOURCES = ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"]


def rights():
    """Return what the daemon needs beyond manifests/daemon-rbac.yaml: the two configurations by name, and no others."""
    group = "rbac.authorization.k8s.io"
    return [
        {"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": {"name": "peerwarden-daemon-registration"},
         "rules": [{"apiGroups": ["admissionregistration.k8s.io"], "resources": RESOURCES,
                    "resourceNames": ["peerwarden"], "verbs": ["get", "update"]}]},
        {"apiVersion": f"{group}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "peerwarden-daemon-registration"},
         "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "peerwarden-daemon-registration"},
         "subjects": [{"kind": "ServiceAccount", "name": "peerwarden-daemon", "namespace": "peerwarden-system"}]},
    ]


def shell(kind, **metadata):
    """Return a configuration without entries, as chart and manifests have it."""
    return thing(REGISTRATION, kind, "peerwarden", **metadata)


class RegistrationGround:
    """One control plane with a webhook, and daemons that register it."""

    def __init__(self, control_plane, webhook, folder):
        self.control_plane = control_plane
        self.api = control_plane.api
        self.webhook = webhook
        self.folder = folder
        self.file = folder / "registration.yaml"
        self.kubeconfig = grant(control_plane)
        self.daemons = []
        for right in rights():
            control_plane.kubectl.must("apply", "--filename=-", stdin=json.dumps(right))
        self.want()

    def wanted(self):
        """Return what is shipped, led to the webhook of this test."""
        text = (REPOSITORY / "manifests" / "webhook-configurations.yaml").read_text()
        configurations = list(yaml.safe_load_all(text))
        for configuration in configurations:
            for entry in configuration["webhooks"]:
                path = entry["clientConfig"]["service"]["path"]
                entry["clientConfig"] = {
                    "url": f"https://127.0.0.1:{self.webhook.port}{path}",
                    "caBundle": b64encode(self.webhook.authority.bundle.encode()).decode()}
        return configurations

    def want(self, **members):
        """Write the file, some members of every entry replaced."""
        configurations = self.wanted()
        for configuration in configurations:
            for entry in configuration["webhooks"]:
                entry.update(copy.deepcopy(members))
        self.write(configurations)

    def trust(self, bundle):
        """Write the file with this caBundle in every entry."""
        configurations = self.wanted()
        for configuration in configurations:
            for entry in configuration["webhooks"]:
                entry["clientConfig"]["caBundle"] = bundle
        self.write(configurations)

    def write(self, configurations):
        """Write the file."""
        new = self.folder / "registration.new"
        new.write_text(yaml.safe_dump_all(configurations))
        new.rename(self.file)

    def lay_shells(self, **metadata):
        """Apply both shells as kubectl and Helm do."""
        for kind in TYPES:
            self.control_plane.kubectl.must("apply", "--filename=-", stdin=json.dumps(shell(kind, **metadata)))

    def remove(self):
        """Delete both configurations."""
        for kind in TYPES:
            self.api.delete(shell(kind))

    def live(self, kind):
        """Return a live configuration, or None."""
        answer = self.api.get(shell(kind))
        return answer.body if answer.status == 200 else None

    def entries(self, kind):
        """Return the entries of a live configuration by name."""
        return {entry["name"]: entry for entry in (self.live(kind) or {}).get("webhooks", [])}

    def entry(self, kind):
        """Return our own entry of a live configuration."""
        return self.entries(kind)["validate.peerwarden.io" if kind == VALIDATING else "mutate.peerwarden.io"]

    def edit(self, kind, **members):
        """Replace members of our own entry by hand; None removes one."""
        entry = {**self.entry(kind), **members}
        entry = {name: value for name, value in entry.items() if value is not None}
        answer = self.api.patch(shell(kind), {"webhooks": [entry]})
        assert answer.status == 200, answer

    def new_daemon(self):
        """Prepare a daemon that looks each second."""
        self.daemons.append(Daemon(
            self.folder, self.kubeconfig, "--reports", "none", "--registration", self.file, "--registration-check", "1s"))
        return self.daemons[-1]

    def end(self):
        """Leave nothing running and nothing behind."""
        for daemon in self.daemons:
            daemon.server.kill()
        self.remove()


def states(daemon):
    """Return the state of each configuration as the status page says it."""
    found = daemon.status().get("registration", {})
    return {name: found[name]["state"] for name in TYPES.values() if name in found}


def both(state):
    """Return one state for both configurations."""
    return {name: state for name in TYPES.values()}
