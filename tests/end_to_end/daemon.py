"""Peerwarden's daemon as a process, with the rights of manifests/daemon-rbac.yaml and no others."""

import json
import os
import signal
import urllib.error
import urllib.request

from control_plane import SYSTEM_NAMESPACE
from custom_resources import REPOSITORY
from polling import wait_until
from processes import Server, free_port
from webhook import program

ACCOUNT = "peerwarden-daemon"
LEASE = f"/apis/coordination.k8s.io/v1/namespaces/{SYSTEM_NAMESPACE}/leases/peerwarden-daemon"
QUICK_LEASE = ("--lease-duration", "3s", "--renew-deadline", "2s", "--retry-period", "200ms")


def grant(control_plane):
    """Give the daemon's ServiceAccount its rights, and return the path of its kubeconfig."""
    control_plane.kubectl.must("apply", f"--filename={REPOSITORY / 'manifests' / 'daemon-rbac.yaml'}")
    token = control_plane.kubectl.must(
        "create", "token", ACCOUNT, f"--namespace={SYSTEM_NAMESPACE}", "--duration=24h").stdout.strip()
    config = json.loads(control_plane.kubeconfig("admin").read_text())
    config["users"][0]["user"] = {"token": token}
    path = control_plane.folder / "daemon.kubeconfig"
    path.write_text(json.dumps(config))
    return path


class Daemon:
    """One daemon process with a port and a log of its own; its lease is a quick one unless the options have another."""

    def __init__(self, folder, kubeconfig, *options, **environment):
        self.port = free_port()
        self.name = f"daemon-{self.port}"
        has_lease = any(str(option).startswith("--lease-duration") for option in options)
        self.server = Server([
            program("peerwarden-daemon"), "--listen", f"127.0.0.1:{self.port}", "--kubeconfig", kubeconfig,
            *(() if has_lease else QUICK_LEASE), *options,
        ], folder / f"{self.name}.log", **{
            "ASAN_OPTIONS": "quarantine_size_mb=8", "POD_NAME": self.name, "POD_NAMESPACE": SYSTEM_NAMESPACE,
            **environment})

    def start(self):
        """Start the process and wait until it is ready."""
        self.server.start()
        self.wait_for("/readyz", 200)

    def start_as_leader(self):
        """Start the process and wait until it leads."""
        self.start()
        self.wait_until_it_leads()

    def stop(self):
        """End the process and fail unless it ended well."""
        if self.server.running:
            assert self.server.terminate() == 0, self.server.tail()

    def pause(self):
        """Stop the process where it stands."""
        os.kill(self.server.process.pid, signal.SIGSTOP)

    def go_on(self):
        """Let a stopped process go on."""
        os.kill(self.server.process.pid, signal.SIGCONT)

    def get(self, path):
        """Return status, headers and text of a path."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.headers, refusal.read().decode()

    def wait_for(self, path, status):
        """Wait until a path answers with a status."""
        def answered():
            self.server.assert_running()
            try:
                return self.get(path)[0] == status
            except OSError:
                return False
        wait_until(answered, f"{path} answers {status}", seconds=60)

    def status(self):
        """Return what /statusz says."""
        return json.loads(self.get("/statusz")[2])

    def metrics(self):
        """Return the text of the metrics page."""
        return self.get("/metrics")[2]

    @property
    def leads(self):
        """Say whether it holds itself for the leader."""
        return self.status()["leader"]["leads"]

    def wait_until_it_leads(self, seconds=30):
        """Wait until it leads."""
        def leads():
            self.server.assert_running()
            return self.leads
        wait_until(leads, f"{self.name} leads", seconds=seconds)

    def log(self):
        """Return the complete lines of the log."""
        complete = self.server.log.read_text().rpartition("\n")[0]
        return [json.loads(line) for line in complete.splitlines() if line.startswith("{")]

    def said(self, message):
        """Return the lines of the log with a message."""
        return [line for line in self.log() if line["message"] == message]
