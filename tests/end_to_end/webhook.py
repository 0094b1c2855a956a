"""Peerwarden's webhook as a process, and its registration with an API server."""

import os
import urllib.request
from base64 import b64encode
from contextlib import contextmanager

from control_plane import SYSTEM_NAMESPACE
from custom_resources import REPOSITORY
from objects import PLURALS, guarded_kinds, subnet, thing
from polling import wait_until
from processes import Server, free_port
from wire import Wire

BUILD = REPOSITORY / "build" / os.environ.get("PEERWARDEN_PRESET", "debug")
REGISTRATION = "admissionregistration.k8s.io/v1"


def program(name):
    """Return the path of one of Peerwarden's programs."""
    path = BUILD / name
    assert path.is_file(), f"{path.relative_to(REPOSITORY)} is missing: run tools/build first"
    return path


class Webhook:
    """One webhook process with ports and a key pair of its own.

    Unless told otherwise it ends as fast as it can, and asks about no remote network, since no daemon answers.
    """

    def __init__(self, folder, authority, pair, kubeconfig, *options):
        self.authority = authority
        self.pair = pair
        self.port = free_port()
        self.metrics_port = free_port()
        self.wire = Wire(self.port, authority.bundle)
        self.server = Server([
            program("peerwarden-webhook"), "--listen", f"127.0.0.1:{self.port}",
            "--metrics-listen", f"127.0.0.1:{self.metrics_port}",
            "--tls-cert", pair.certificate, "--tls-key", pair.key,
            *(["--kubeconfig", kubeconfig] if kubeconfig else []), *options,
        ], folder / "webhook.log", PEERWARDEN_SHUTDOWN_DELAY="0s",
            PEERWARDEN_LOOKUP_WAIT="0s", ASAN_OPTIONS="quarantine_size_mb=8",
            POD_NAME=f"peerwarden-{self.port}", POD_NAMESPACE=SYSTEM_NAMESPACE)

    def start(self):
        """Start the process and wait until it serves."""
        self.server.start()
        self.wait_for("/livez", 200)

    def wait_for(self, path, status):
        """Wait until a path answers with a status."""
        def answered():
            self.server.assert_running()
            return self.wire.status_of(path) == status
        wait_until(answered, f"{path} answers {status}", seconds=60)

    def metrics(self):
        """Return the text of the metrics page."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10) as page:
            return page.read().decode()

    def resident_kib(self):
        """Return the resident memory of the process."""
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))

    def stop(self):
        """End the process and fail unless it ended well."""
        if self.server.running:
            assert self.server.terminate() == 0, self.server.tail()


class Guard:
    """The registration of a webhook with a control plane."""

    def __init__(self, control_plane, webhook):
        self.api = control_plane.api
        self.webhook = webhook

    def _entry(self, name, path, operations, **more):
        """Return one webhook of a configuration."""
        rules = [
            {"apiGroups": [version.split("/")[0]], "apiVersions": [version.split("/")[1]],
             "operations": operations, "resources": list(kinds.values())}
            for version, kinds in PLURALS.items()
        ]
        return {
            "name": name, "rules": rules, "failurePolicy": "Fail", "sideEffects": "NoneOnDryRun",
            "timeoutSeconds": 10, "admissionReviewVersions": ["v1"],
            "clientConfig": {"url": f"https://127.0.0.1:{self.webhook.port}{path}", "caBundle": self._bundle()},
            **more,
        }

    def _bundle(self):
        """Return the authority's certificate as a configuration carries it."""
        return b64encode(self.webhook.authority.bundle.encode()).decode()

    def configurations(self):
        """Return the two configurations."""
        mutating = thing(REGISTRATION, "MutatingWebhookConfiguration", "peerwarden")
        mutating["webhooks"] = [self._entry(
            "mutate.peerwarden.io", "/mutate", ["CREATE", "UPDATE"], reinvocationPolicy="IfNeeded")]
        validating = thing(REGISTRATION, "ValidatingWebhookConfiguration", "peerwarden")
        validating["webhooks"] = [self._entry(
            "validate.peerwarden.io", "/validate", ["CREATE", "UPDATE", "DELETE"])]
        return [mutating, validating]

    def register(self):
        """Register the webhook and wait until it decides and mends."""
        self.api.store(*self.configurations())
        self.wait_until_in_force()

    def wait_until_in_force(self):
        """Wait until the API server asks the webhook."""
        wait_until(self._decides, "the API server asks /validate")
        wait_until(self._mends, "the API server asks /mutate")

    def unregister(self):
        """Remove the registration and wait until the API server asks nobody any more."""
        for configuration in self.configurations():
            self.api.delete(configuration)
        wait_until(lambda: self._try("in-force", "nonsense").status == 201, "the API server asks nobody")
        wait_until(lambda: not self._mends(), "the API server does not ask /mutate")

    @contextmanager
    def lifted(self):
        """Remove the registration for a moment."""
        self.unregister()
        yield
        self.register()

    def _try(self, name, cidr):
        """Create a Subnet as a dry run."""
        return self.api.create(subnet(name, "in-force-vpc", cidr), dry_run=True)

    def _decides(self):
        """Say whether nonsense is refused by the webhook itself."""
        return self._try("in-force", "nonsense").refused_by_webhook

    def _mends(self):
        """Say whether a blank before a prefix is trimmed."""
        return self._try("in-force", " 192.0.2.0/24").body.get("spec", {}).get("cidrBlock") == "192.0.2.0/24"


def remove_all(api):
    """Remove every guarded object, whatever its finalizers."""
    for kind in guarded_kinds():
        for item in api.list(kind):
            known = {"apiVersion": kind["apiVersion"], "kind": kind["kind"], "metadata": item["metadata"]}
            if item["metadata"].get("finalizers"):
                api.patch(known, {"metadata": {"finalizers": None}})
            api.delete(known)
