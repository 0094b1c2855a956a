"""Replicas of the webhook behind nginx as a plain TCP balancer, and what they have used and counted."""
import os
import pathlib
import re
import shutil
import tempfile
from collections import Counter
from contextlib import contextmanager

import custom_resources
from control_plane import ControlPlane
from processes import Server, free_port, run
from webhook import Webhook

ROOT = pathlib.Path(__file__).resolve().parents[2]
STREAM = pathlib.Path("/usr/lib/nginx/modules/ngx_stream_module.so")


@contextmanager
def own_control_plane():
    """Give a control plane with all definitions, and the folder that it lives in."""
    folder = pathlib.Path(tempfile.mkdtemp())
    control_plane = ControlPlane(pathlib.Path(run(ROOT / "tools" / "kubernetes").strip()), folder)
    try:
        control_plane.start()
        control_plane.install([*custom_resources.guarded(custom_resources.best()), *custom_resources.own()])
        yield control_plane, folder
    finally:
        control_plane.stop()
        shutil.rmtree(folder)


def cpu_seconds(server):
    """Return the user and system time of a server of one process."""
    server.assert_running()
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def nginx(folder, name, config, modules=""):
    """Return an nginx of one process, which ends with us; not started yet."""
    if not STREAM.is_file():
        raise SystemExit("nginx cannot balance TCP: install libnginx-mod-stream")
    path = folder / f"{name}.conf"
    path.write_text(f"{modules} master_process off; daemon off; pid {folder}/{name}.pid; error_log {folder}/{name}.log crit;\n"
                    f"events {{ worker_connections 4096; }}\n{config}")
    return Server(["nginx", "-c", path], folder / f"{name}.out")


def balancer(folder, name, port, backends):
    """Return an nginx that hands each connection to the next backend."""
    servers = " ".join(f"server 127.0.0.1:{backend};" for backend in backends)
    return nginx(folder, name, f"stream {{ upstream backends {{ {servers} }}\n"
                 f"server {{ listen 127.0.0.1:{port} backlog=1024; proxy_pass backends; proxy_timeout 600s; tcp_nodelay on; }} }}\n",
                 f"load_module {STREAM};")


class Replicas:
    """As many replicas as wanted, as one webhook that Guard can register."""

    def __init__(self, folder, authority, kubeconfig, count):
        self.authority = authority
        self.port = free_port()
        self.webhooks = []
        for number in range(count):
            own = folder / f"replica-{number}"
            own.mkdir()
            self.webhooks.append(Webhook(own, authority, authority.issue(f"replica-{number}"), kubeconfig))
        self.balancer = balancer(folder, "balancer", self.port, [webhook.port for webhook in self.webhooks])

    def start(self):
        """Start all and wait until they are ready."""
        self.balancer.start()
        for webhook in self.webhooks:
            webhook.server.start()
        for webhook in self.webhooks:
            webhook.wait_for("/readyz", 200)

    def stop(self):
        """End all, each as a rollout does."""
        for webhook in self.webhooks:
            webhook.server.process.terminate()
        for webhook in self.webhooks:
            webhook.server.process.wait(60)
        self.balancer.kill()

    def kill(self):
        """End all at once."""
        for webhook in self.webhooks:
            webhook.server.kill()
        self.balancer.kill()

    def cpu_seconds(self):
        """Return what all replicas have used."""
        return sum(cpu_seconds(webhook.server) for webhook in self.webhooks)

    def metrics(self):
        """Return the sum of each sample over all replicas."""
        total = Counter()
        for webhook in self.webhooks:
            total.update(samples(webhook))
        return total


def samples(webhook):
    """Return the samples of a replica's metrics page by name and labels."""
    return Counter({name: float(value) for name, value in re.findall(r"^([^#\s]\S*(?:\{.*\})?) (\S+)$", webhook.metrics(), re.M)})
