"""Pods of the chart as the API server, containerd and the kernel see them."""

import hashlib
import os
import re
import signal
import ssl
from datetime import datetime
from pathlib import Path

from images import CTR
from machine import cgroup_hierarchies
from processes import run

PORTS = {"webhook": 8443}
METRICS_PORTS = {"webhook": 8080, "daemon": 8081}


def when(text):
    """Return a time of the API server in seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()


class Pod:
    """One pod, as it was when it was listed."""

    def __init__(self, body):
        self.body = body
        self.name = body["metadata"]["name"]
        self.namespace = body["metadata"]["namespace"]
        self.uid = body["metadata"]["uid"]
        self.component = body["metadata"]["labels"].get("app.kubernetes.io/component")
        self.address = body["status"].get("podIP")

    def __repr__(self):
        return f"{self.name} ({self.body['status'].get('phase')})"

    @property
    def is_ready(self):
        """Whether it is ready and not about to go."""
        conditions = self.body["status"].get("conditions", [])
        return "deletionTimestamp" not in self.body["metadata"] and any(
            each["type"] == "Ready" and each["status"] == "True" for each in conditions)

    @property
    def container(self):
        """The only container's status."""
        return self.body["status"].get("containerStatuses", [{}])[0]

    @property
    def task(self):
        """The container's id at containerd."""
        return self.container.get("containerID", "").removeprefix("containerd://")

    @property
    def restarts(self):
        """How often the container was started again."""
        return self.container.get("restartCount", 0)

    def seconds_to_ready(self):
        """Return the whole seconds from the pod's creation until it was ready."""
        ready = next(each for each in self.body["status"]["conditions"] if each["type"] == "Ready")
        return round(when(ready["lastTransitionTime"]) - when(self.body["metadata"]["creationTimestamp"]))

    def kill(self):
        """Kill the container's process at once, behind Kubernetes' back."""
        os.kill(process_of(self.task), signal.SIGKILL)

    def certificate(self):
        """Return the fingerprint of the certificate that a new connection sees."""
        text = ssl.get_server_certificate((self.address, PORTS[self.component]), timeout=10)
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(text)).hexdigest()

    def metrics(self, api):
        """Return the text of the metrics page, through the API server and the kubelet."""
        return api.text(f"/api/v1/namespaces/{self.namespace}/pods/{self.name}:{METRICS_PORTS[self.component]}"
                        "/proxy/metrics")

    def total(self, api, metric):
        """Return the sum of a metric over all its labels."""
        return sum(float(value) for value in re.findall(rf"^{metric}(?:{{.*}})? (\S+)$", self.metrics(api), re.M))

    def memory(self):
        """Return what the pod's control group holds without file pages that nobody uses, in bytes."""
        return next(filter(None, (memory_of(group) for group in self._groups())))

    def processor_seconds(self):
        """Return the processor time that the pod has used."""
        return next(seconds for seconds in map(processor_seconds_of, self._groups()) if seconds is not None)

    def _groups(self):
        """Return the pod's control groups, one for each hierarchy."""
        name = f"pod{self.uid}"
        return [path for hierarchy in cgroup_hierarchies() for path in (hierarchy / "kubepods").glob(f"**/{name}")]


def number_in(group, name):
    """Return the number in a file of a control group, or None when it has no such file."""
    path = Path(group, name)
    return int(path.read_text()) if path.exists() else None


def memory_of(group):
    """Return the bytes in use of a memory control group of either version; None for others."""
    used = number_in(group, "memory.usage_in_bytes") or number_in(group, "memory.current")
    if used is None:
        return None
    idle = re.search(r"^(?:total_)?inactive_file (\d+)", Path(group, "memory.stat").read_text(), re.M)
    totals = re.search(r"^total_inactive_file (\d+)", Path(group, "memory.stat").read_text(), re.M)
    return used - int((totals or idle)[1])


def processor_seconds_of(group):
    """Return the processor time of a control group of either version; None for those that do not count it."""
    nanoseconds = number_in(group, "cpuacct.usage")
    if nanoseconds is not None:
        return nanoseconds / 1e9
    text = Path(group, "cpu.stat").read_text() if Path(group, "cpu.stat").exists() else ""
    microseconds = re.search(r"^usage_usec (\d+)", text, re.M)
    return int(microseconds[1]) / 1e6 if microseconds else None


def process_of(task):
    """Return the process id of a container's first process."""
    rows = (line.split() for line in run(*CTR, "tasks", "list").splitlines()[1:])
    return next(int(row[1]) for row in rows if row[0] == task)
