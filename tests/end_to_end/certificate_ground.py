"""What the tests of the webhook's own certificates stand on: a Secret, two shells, a played kubelet, a webhook, daemons.

Nothing here knows how certificates are rotated; it says what is stored, what is served and whether calls fail.
"""

import hashlib
import json
import os
import re
import shutil
import ssl
import threading
from base64 import b64decode, b64encode
from contextlib import contextmanager
from types import SimpleNamespace

from control_plane import SYSTEM_NAMESPACE, WEBHOOK
from counting_proxy import CountingProxy
from daemon import LEASE, Daemon, grant
from key_pairs import KeyPair
from load import Users
from objects import path_of, subnet, thing, vpc
from polling import wait_until
from webhook import REGISTRATION, Guard, Webhook, remove_all

NAME = "peerwarden-webhook-tls"
MARK = "peerwarden.io/retire-ca"
HANDS_OFF = {"peerwarden.io/registration": "manual"}  # nobody but the tests fills the shells
APPLY = "application/apply-patch+yaml"
SETTLING, PROPAGATION = 1, 3
OPTIONS = ("--reports=none", "--certificates=own", f"--certificate-settling={SETTLING}s",
           f"--certificate-propagation={PROPAGATION}s", "--certificate-check=1s")
SERVED = ("tls.crt", "tls.key")
USERS = 2


class Writes(CountingProxy):
    """Counts the writes of the Secret too, which stands in the core group."""

    COUNTED = re.compile(r"(POST|PUT|PATCH|DELETE) \S*(/secrets/|/apis/admissionregistration\.k8s\.io/)")

    def _count(self, line):
        """Note a request, and return the hook that it meets."""
        if not self.COUNTED.match(line):
            return None
        self.writes.append(line.rpartition(" ")[0])
        return self.hook if self.hook and self.hook.meets() else None


class Kubelet:
    """Brings two members of a Secret into a folder as the kubelet does: all at once, late, and never away."""

    def __init__(self, api, folder, delay=0.5):
        self.api = api
        self.folder = folder
        self.delay = delay
        self.brought = None
        self.turn = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        """Begin, and wait until there is something."""
        self._thread.start()
        wait_until(lambda: self.brought, "the kubelet has brought the files")

    def stop(self):
        """End."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self):
        """Look at the Secret again and again."""
        while not self._ended.wait(0.1):
            data = self.api.get(thing("v1", "Secret", NAME, namespace=SYSTEM_NAMESPACE)).body.get("data") or {}
            wanted = {name: b64decode(data[name]) for name in SERVED if name in data}
            if len(wanted) == len(SERVED) and wanted != self.brought:
                self._ended.wait(self.delay)
                self._put(wanted)

    def _put(self, files):
        """Write a new folder and turn the link to it."""
        self.turn += 1
        fresh = self.folder / f"..{self.turn}"
        fresh.mkdir()
        for name, content in files.items():
            (fresh / name).write_bytes(content)
        (self.folder / "..data_tmp").symlink_to(fresh.name)
        os.replace(self.folder / "..data_tmp", self.folder / "..data")
        for name in files:
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(f"..data/{name}")
        shutil.rmtree(self.folder / f"..{self.turn - 1}", ignore_errors=True)
        self.brought = files


class CertificateGround:
    """One installation, from an empty Secret and two empty configurations on."""

    def __init__(self, control_plane, loop, folder, annotations=HANDS_OFF):
        self.control_plane = control_plane
        self.api = control_plane.api
        self.folder = folder
        self.proxy = Writes(loop, control_plane)
        self.proxy.start()
        self.secret_object = thing("v1", "Secret", NAME, namespace=SYSTEM_NAMESPACE, labels={"owner": "chart"})
        self.shells = [thing(REGISTRATION, f"{kind}WebhookConfiguration", "peerwarden", annotations=annotations)
                       for kind in ("Mutating", "Validating")]
        self.daemons = []
        self.blocks = iter(range(30, 250))
        mounted = folder / "mounted"
        mounted.mkdir()
        pair = KeyPair(mounted / "tls.crt", mounted / "tls.key")
        self.webhook = Webhook(folder, SimpleNamespace(bundle=None), pair, control_plane.kubeconfig(WEBHOOK))
        self.guard = Guard(control_plane, self.webhook)
        self.kubelet = Kubelet(self.api, mounted)

    def wanted(self):
        """Return the configurations as they should be, without caBundle."""
        self.webhook.authority = SimpleNamespace(bundle="")
        wanted = self.guard.configurations()
        for configuration in wanted:
            for entry in configuration["webhooks"]:
                del entry["clientConfig"]["caBundle"]
        return wanted

    def prepare(self):
        """Make the shells, the daemon's rights and the registration file."""
        self.api.store(self.secret_object, *self.shells)
        self.registration = self.folder / "registration.yaml"
        self.registration.write_text("\n---\n".join(json.dumps(each) for each in self.wanted()))
        self.kubeconfig = self.proxy.kubeconfig(grant(self.control_plane), self.folder / "proxy.kubeconfig")

    def daemon(self, *options):
        """Prepare a daemon; options given here win."""
        given = {option.partition("=")[0] for option in options}
        usual = [option for option in OPTIONS if option.partition("=")[0] not in given]
        self.daemons.append(Daemon(
            self.folder, self.kubeconfig, f"--registration={self.registration}", *usual, *options))
        return self.daemons[-1]

    def serve(self):
        """Let the kubelet bring the files and start the webhook."""
        self.kubelet.start()
        self.webhook.authority = SimpleNamespace(bundle=self.stored("ca.crt"))
        self.webhook.wire.trust = ssl.create_default_context(cadata=self.stored("ca.crt"))
        self.webhook.start()
        self.webhook.wait_for("/readyz", 200)

    def register(self):
        """Fill the shells, all at once."""
        for configuration in self.wanted():
            assert self.api.patch(configuration, {"webhooks": configuration["webhooks"]}).status == 200

    def come_into_force(self):
        """Wait until the API server asks the webhook, and make something to ask about."""
        self.guard.wait_until_in_force()
        self.network = vpc("certificates")
        self.known = subnet("certificates-known", "certificates", "10.200.0.0/24")
        self.api.store(self.network, self.known)

    def stop(self):
        """End everything and leave nothing behind."""
        for shell in self.shells:
            self.api.delete(shell)
        for daemon in self.daemons:
            daemon.server.kill()
        self.webhook.server.kill()
        self.kubelet.stop()
        self.api.delete(self.secret_object)
        remove_all(self.api)
        self.proxy.cut()

    # what is stored and served

    def secret(self):
        """Return the Secret; {} when there is none."""
        answer = self.api.get(self.secret_object)
        return answer.body if answer.status == 200 else {}

    def stored(self, member):
        """Return a member of the Secret as text; "" when there is none."""
        return b64decode((self.secret().get("data") or {}).get(member, "")).decode(errors="replace")

    def shown(self):
        """Return the caBundle of each live entry as text."""
        return [b64decode(entry["clientConfig"].get("caBundle", "")).decode(errors="replace")
                for shell in self.shells for entry in self.api.get(shell).body.get("webhooks", [])]

    def served(self):
        """Return the certificate that the webhook shows."""
        return ssl.get_server_certificate(("127.0.0.1", self.webhook.port))

    def is_settled(self):
        """Say whether one CA is trusted, its leaf served, and nothing is on its way."""
        secret = self.secret()
        data = {name: b64decode(value).decode(errors="replace") for name, value in (secret.get("data") or {}).items()}
        if not data or {"next-ca.crt", "next-ca.key", "previous-ca.crt"} & set(data):
            return False
        return (MARK not in (secret["metadata"].get("annotations") or {})
                and all(shown == data["ca.crt"] for shown in self.shown()) and self.served() == data["tls.crt"])

    def wait_until_settled(self, but=None, seconds=60):
        """Wait until all is in order and the CA is another than this one."""
        wait_until(lambda: self.stored("ca.crt") != but and self.is_settled(), "all is in order", seconds=seconds)

    def put_bundle(self, shell, text):
        """Write the caBundle of a configuration's first entry by hand."""
        entries = self.api.get(shell).body["webhooks"]
        entries[0]["clientConfig"]["caBundle"] = b64encode(text.encode()).decode()
        assert self.api.patch(shell, {"webhooks": entries}).status == 200

    def retire(self):
        """Ask for another CA; return the present one."""
        present = self.stored("ca.crt")
        der = ssl.PEM_cert_to_DER_cert(present)
        change = {"metadata": {"annotations": {MARK: fingerprint(der)}}}
        assert self.api.patch(self.secret_object, change).status == 200
        return present

    # what happens to daemons

    def kill(self, daemon):
        """Kill a daemon, and let the next one lead at once."""
        daemon.server.kill()
        self.api.request("DELETE", LEASE)

    @contextmanager
    def load(self):
        """Make calls all the while; none may fail."""
        users = Users(self.api, self.known, next(self.blocks))
        with users:
            users.start(USERS)
            wait_until(lambda: users.tally.calls > 20, "calls are made")
            yield
            so_far = users.tally.calls
            wait_until(lambda: users.tally.calls > so_far + 20, "calls are still made")
        assert not users.tally.failures, users.tally.failures[:3]


def fingerprint(der):
    """Return the fingerprint of a certificate as the daemon writes it."""
    return hashlib.sha256(der).hexdigest()


def secret_path(name=NAME):
    """Return the path of a Secret beside the daemon."""
    return path_of(thing("v1", "Secret", name, namespace=SYSTEM_NAMESPACE))
