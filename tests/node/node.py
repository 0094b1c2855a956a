"""A real Kubernetes of one node on this machine: everything is in one folder and one network namespace."""

import http.client
import shutil
import signal
import time
from pathlib import Path

import configuration
import daemons
import images
import machine
from api import Api
from credentials import Credentials
from kubectl import Kubectl
from places import ADMIN, API_PORT, FOLDER, HOST_ADDRESS, LOGS, NODE, REPOSITORY, SOCKET
from polling import wait_until
from processes import run

PROGRAMS = ["etcd", "kube-apiserver", "containerd", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"]


class NodeApi(Api):
    """The node's API server as its administrator sees it."""

    def connect(self):
        """Return an open connection to the API server."""
        connection = http.client.HTTPSConnection(HOST_ADDRESS, self.port, context=self.trust, timeout=60)
        connection.connect()
        return connection

    def text(self, path):
        """Return the text behind a path, which must be there."""
        connection = self.connect()
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
            response = connection.getresponse()
            text = response.read().decode()
            assert response.status == 200, f"{path}: {response.status} {text}"
            return text
        finally:
            connection.close()


class Unable(Exception):
    """No node can run on this machine, and the text says why."""


class Node:
    """The node; it is the same one for whoever makes such an object, since its state is on the disk."""

    def __init__(self):
        self.credentials = Credentials(FOLDER / "credentials")
        self.keepsake = machine.Keepsake()
        self.laps = {}

    @property
    def api(self):
        """A client with all rights."""
        return NodeApi(API_PORT, self.credentials.authority, self.credentials.token)

    @property
    def kubeconfig(self):
        """The administrator's kubeconfig."""
        return self.credentials.kubeconfig(ADMIN)

    def kubectl(self):
        """Return kubectl with all rights."""
        return Kubectl(binaries() / "kubectl", self.kubeconfig, FOLDER)

    def up(self, archives=()):
        """Start the node with these images, or fail with the machine as it was."""
        reasons = reasons_against()
        if reasons:
            raise Unable("; ".join(reasons))
        try:
            self._start(archives)
        except BaseException:
            self.down()
            raise

    def _lap(self, what, since):
        """Note how long a part took, in seconds."""
        self.laps[what] = round(time.monotonic() - since, 1)

    def _start(self, archives):
        """Prepare the machine and start everything in turn."""
        start = time.monotonic()
        folder = binaries()
        shutil.rmtree(LOGS, ignore_errors=True)
        LOGS.mkdir(parents=True)
        FOLDER.mkdir()
        self.keepsake.write()
        self.credentials.make()
        machine.join_networks()
        configuration.write(self.credentials)
        daemons.start("etcd", configuration.etcd(folder))
        daemons.start("kube-apiserver", configuration.api_server(folder, self.credentials))
        daemons.start("containerd", configuration.containerd())
        wait_until(SOCKET.exists, "containerd listens")
        for archive in [images.pause_archive(), *archives]:
            images.load(archive)
        self._lap("images imported", start)
        self._wait("kube-apiserver", self._api_is_ready, 120)
        self._lap("API server ready", start)
        daemons.start("kube-controller-manager", configuration.controllers(folder, self.credentials))
        daemons.start("kube-scheduler", configuration.scheduler(folder, self.credentials))
        for name, command in configuration.on_node(folder, self.credentials).items():
            daemons.start(name, command)
        self._wait("kubelet", self.is_ready, 120)
        self._lap("node ready", start)
        self.keepsake.put_back_settings()  # what the kubelet did to a machine that is not its own

    def _wait(self, program, condition, seconds):
        """Wait for a condition, and fail early, with the end of its log, when the program is gone."""
        def holds():
            assert daemons.of(program), f"{program} ended early:\n{daemons.tail(program)}"
            return condition()
        wait_until(holds, f"{program} does its part", seconds, interval=0.2)

    def _api_is_ready(self):
        """Ask the API server whether it is ready and has made its own namespaces."""
        try:
            api = self.api
            return (api.request("GET", "/readyz").status == 200
                    and api.request("GET", "/api/v1/namespaces/default").status == 200)
        except OSError:
            return False

    def is_ready(self):
        """Say whether the node says of itself that it is ready."""
        answer = self.api.request("GET", f"/api/v1/nodes/{NODE}")
        conditions = answer.body["status"].get("conditions", []) if answer.status == 200 else []
        return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)

    def down(self):
        """End everything and give the machine back as it was; also after a start that failed half-way."""
        if not FOLDER.exists():
            return
        self._keep_pod_logs()
        daemons.end(["kube-controller-manager", "kube-scheduler"])
        self._end_pods()
        daemons.end(["kubelet", "kube-proxy"])
        end_tasks()
        daemons.end(["containerd"])  # and the shims, which have its name
        daemons.end(["kube-apiserver", "etcd"], signal.SIGKILL)
        assert not daemons.marked(), f"these do not end: {daemons.marked()}"
        machine.unmount()
        machine.part_networks(self.keepsake)
        machine.remove_control_groups()
        self.keepsake.put_back_settings()
        self.keepsake.put_back_places()
        machine.remove_folder()

    def _keep_pod_logs(self):
        """Copy what the pods wrote beside the other logs."""
        written = FOLDER / "pod-logs"
        if written.exists():
            shutil.copytree(written, LOGS / "pods", dirs_exist_ok=True, ignore_dangling_symlinks=True)

    def _end_pods(self):
        """Let the kubelet end all pods at once, as far as it still can."""
        if not daemons.of("kubelet") or not daemons.of("kube-apiserver"):
            return
        self.kubectl()("delete", "pods", "--all-namespaces", "--all", "--force", "--grace-period=0", "--wait=false")
        try:
            wait_until(lambda: not tasks(), "the pods end", seconds=10, interval=0.25)
        except AssertionError:
            pass  # the rest are killed


def reasons_against():
    """Return why no node can be started now, in words; empty when one can."""
    if FOLDER.exists():
        return [f"a node is there already, or left from a run that was killed; tools/node down removes {FOLDER}"]
    return machine.reasons_against()


def binaries():
    """Return the folder of Kubernetes' programs."""
    return Path(run(REPOSITORY / "tools" / "kubernetes", "node").strip())


def tasks():
    """Return the ids of the containers that run."""
    return machine.quietly(*images.CTR, "tasks", "list", "--quiet").split() if SOCKET.exists() else []


def end_tasks():
    """Kill the containers that still run."""
    for task in tasks():
        machine.quietly(*images.CTR, "tasks", "delete", "--force", task)
