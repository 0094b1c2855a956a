"""A node that is played: it runs the pods of a control plane with the programs of the build.

What a scheduler and a kubelet do is done here: pods are bound, volumes filled and kept up to date, probes asked, status
written, and ends are graceful. Their controllers are the real ones. What is not played: resources, affinity, images,
several containers, seccomp and NetworkPolicy. Probes are asked at least once a second, so that tests need not wait for
long periods; how often they may fail is as the template says.
"""

import http.client
import ssl
import threading
import time
from datetime import datetime, timezone

from containers import Container
from pod_network import NODE, Sandbox
from volumes import NotThere, Source, Volume

NAME = "played"
TICK = 0.1
MERGE = "application/strategic-merge-patch+json"
LONGEST_PERIOD = 1.0
RESTART_DELAY = 1.0  # the kubelet's first one is 10 s
MOST_RESTARTS = 4
FIRST_MOUNT_DELAY = 0.5  # doubled with each try, as the kubelet does


def now():
    """Return the time as the API writes it."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Probe:
    """One probe of a container: asked once a period, and judged by how often in a row it came out alike."""

    def __init__(self, template, start, good):
        self.template = template
        self.next = start + template.get("initialDelaySeconds", 0) if template else 0
        self.good = good or not template
        self.alike = 0

    def ask(self, container):
        """Ask if it is time to, and return the judgement."""
        if not self.template or time.monotonic() < self.next:
            return self.good
        self.next = time.monotonic() + min(LONGEST_PERIOD, self.template.get("periodSeconds", 10))
        answer = container.act(self.template, self.template.get("timeoutSeconds", 1))
        self.alike = 0 if answer == self.good else self.alike + 1
        key, usual = ("successThreshold", 1) if answer else ("failureThreshold", 3)
        if self.alike >= self.template.get(key, usual):
            self.good, self.alike = answer, 0
        return self.good


class PlayedPod:
    """One pod, worked on by one thread from its binding to its end."""

    def __init__(self, node, pod):
        self.node = node
        self.pod = pod
        self.uid = pod["metadata"]["uid"]
        self.name = pod["metadata"]["name"]
        self.path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{self.name}"
        self.folder = node.folder / f"{self.name}-{self.uid[:8]}"
        self.folder.mkdir()
        self.sandbox = Sandbox(self.folder)
        self.api = node.new_client()
        self.source = Source(self.api, pod)
        self.container = Container(self.source, self.sandbox, self.folder, node.port, node.environment_of(pod))
        self.deleted = None  # the grace of a deletion that was asked for
        self.gone = threading.Event()  # set with it
        self.restarts = 0
        self.was_ready = False
        self.said = None
        self.trouble = None
        self.thread = threading.Thread(target=self._live, daemon=True)

    @property
    def process(self):
        """The container's process."""
        return self.container.server

    @property
    def is_over(self):
        """Whether nothing more is to be done for it."""
        return not self.thread.is_alive()

    @property
    def log(self):
        """What the container has written."""
        return self.container.log.read_text() if self.container.log.exists() else ""

    def end(self, grace):
        """Ask the pod to end, with so many seconds of grace."""
        self.deleted = grace
        self.gone.set()

    def _live(self):
        """Start, keep and end the pod."""
        try:
            self.sandbox.start()
            self.pod["status"]["podIP"] = self.sandbox.address
            volumes = self._fill()
            if volumes is not None:
                self.sandbox.build_root(self.container.mounts(volumes))
                self._run(volumes.values())
        except Exception as error:
            self.trouble = f"{type(error).__name__}: {error}"
        finally:
            if self.process:
                self.process.kill()
            self.sandbox.stop()
        if self.deleted is not None:
            self.forget()

    def _fill(self):
        """Fill the volumes as soon as all is there; None when the pod was deleted before."""
        volumes = {each["name"]: Volume(self.folder / "volumes" / each["name"], each, self.source)
                   for each in self.pod["spec"].get("volumes", [])}
        delay = FIRST_MOUNT_DELAY
        while self.deleted is None:
            try:
                for volume in volumes.values():
                    volume.update()
                self.container.environment()
                return volumes
            except NotThere as missing:
                self._say("Pending", False, {"waiting": {"reason": "ContainerCreating", "message": str(missing)}})
            self.gone.wait(delay)
            delay *= 2
        return None

    def _run(self, volumes):
        """Run the container until the pod ends."""
        while self.deleted is None:
            self.container.start()
            self._watch(volumes)
            if self.deleted is not None:
                self._end()
                return
            status = self.process.process.wait()
            always = self.pod["spec"].get("restartPolicy", "Always") == "Always"
            if not always:
                self._say("Failed" if status else "Succeeded", False, self._terminated(status))
                return
            self.restarts += 1
            self._say("Running", False, {"waiting": {"reason": "CrashLoopBackOff"}})
            self.node.stopped.wait(RESTART_DELAY)

    def _watch(self, volumes):
        """Ask the probes and update the volumes until the process or the pod is to end."""
        start, template = time.monotonic(), self.container.template
        started = Probe(template.get("startupProbe"), start, False)
        ready = Probe(template.get("readinessProbe"), start, False)
        alive = Probe(template.get("livenessProbe"), start, True)
        next_update = start + self.node.volume_delay
        while self.process.running and self.deleted is None:
            is_started = started.ask(self.container)
            if is_started and not alive.ask(self.container):
                self.process.terminate(self.pod["spec"].get("terminationGracePeriodSeconds", 30))
                return
            self.was_ready = is_started and ready.ask(self.container)
            self._say("Running", self.was_ready, {"running": {"startedAt": now()}})
            if time.monotonic() >= next_update:
                self._update(volumes)
                next_update = time.monotonic() + self.node.volume_delay
            self.node.stopped.wait(TICK)

    def _update(self, volumes):
        """Bring the volumes up to date; what has gone stays as it was."""
        for volume in volumes:
            try:
                volume.update()
            except NotThere:
                continue

    def _end(self):
        """End the container as the kubelet does: the hook, SIGTERM, and SIGKILL when the grace is over."""
        end = time.monotonic() + self.deleted
        hook = self.container.template.get("lifecycle", {}).get("preStop", {})
        if "sleep" in hook:
            self.node.stopped.wait(hook["sleep"]["seconds"])
        elif hook:
            self.container.act(hook, self.deleted)
        if self.process.running:
            self.process.process.terminate()
            while self.process.running and time.monotonic() < end:
                self.node.stopped.wait(TICK / 2)
            self.node.ends.append((self.name, self.process.process.poll()))

    def _terminated(self, status):
        """Return the state of a container that has ended."""
        return {"terminated": {"exitCode": max(status, 0), "reason": "Error" if status else "Completed",
                               "finishedAt": now()}}

    def _say(self, phase, ready, state):
        """Write the pod's status if it has changed."""
        picture = phase, ready, next(iter(state)), self.restarts
        if picture == self.said:
            return
        kinds = ("PodReadyToStartContainers", "Initialized", "PodScheduled", "ContainersReady", "Ready")
        status = {
            "phase": phase, "hostIP": NODE, "podIP": self.sandbox.address, "podIPs": [{"ip": self.sandbox.address}],
            "conditions": [{"type": kind, "status": str(ready or not kind.endswith("Ready")),
                            "lastTransitionTime": now()} for kind in kinds],
            "containerStatuses": [{
                "name": self.container.template["name"], "image": self.container.template["image"], "imageID": "",
                "ready": ready, "started": phase == "Running", "restartCount": self.restarts, "state": state}],
        }
        answer = self.api.request("PATCH", f"{self.path}/status", {"metadata": {"uid": self.uid}, "status": status},
                                  MERGE)
        if answer.status == 200:
            self.said = picture

    def forget(self):
        """Tell the API server that the pod has ended."""
        self.api.request("DELETE", self.path, {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0,
                                               "preconditions": {"uid": self.uid}})


class PlayedNode:
    """All pods of a control plane."""

    def __init__(self, control_plane, folder):
        self.control_plane = control_plane
        self.port = control_plane.port
        self.folder = folder
        self.folder.mkdir()
        self.volume_delay = 1.0
        self.pods = {}
        self.ends = []  # name and exit status of each container that was asked to end
        self.environments = {}  # what containers get beside what their template says, by component
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)

    def new_client(self):
        """Return a client with all rights."""
        return self.control_plane.api

    def environment_of(self, pod):
        """Return the variables that a test adds to a pod's container."""
        return self.environments.get(pod["metadata"].get("labels", {}).get("app.kubernetes.io/component"), {})

    def start(self):
        """Be there."""
        api = self.new_client()
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NAME, "labels": {"kubernetes.io/os": "linux"}}}
        assert api.request("POST", "/api/v1/nodes", node).status == 201
        self.thread.start()

    def stop(self):
        """End all pods at once."""
        self.stopped.set()
        self.thread.join(60)
        for pod in self.pods.values():
            pod.end(0)
            if pod.process:
                pod.process.kill()
        for pod in self.pods.values():
            pod.thread.join(30)

    def _work(self):
        """Look at the pods until the end."""
        api = self.new_client()
        while not self.stopped.wait(TICK):
            try:
                answer = api.request("GET", "/api/v1/pods")
            except (OSError, http.client.HTTPException, ssl.SSLError):
                continue
            if answer.status == 200:
                self._compare(api, answer.body["items"])

    def _compare(self, api, items):
        """Bind what is new, start what is bound, and end what is deleted or gone."""
        seen = set()
        for pod in items:
            uid, metadata = pod["metadata"]["uid"], pod["metadata"]
            seen.add(uid)
            if not pod["spec"].get("nodeName"):
                binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": metadata["name"]},
                           "target": {"apiVersion": "v1", "kind": "Node", "name": NAME}}
                api.request("POST", f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/binding",
                            binding)
            elif uid not in self.pods:
                self.pods[uid] = PlayedPod(self, pod)
                self.pods[uid].thread.start()
            if "deletionTimestamp" in metadata and uid in self.pods and self.pods[uid].deleted is None:
                self._delete(self.pods[uid], metadata)
        for uid, pod in self.pods.items():
            if uid not in seen and pod.deleted is None:
                pod.end(0)

    def _delete(self, pod, metadata):
        """Ask one pod to end; nobody else finishes what has ended already."""
        is_over = pod.is_over
        pod.end(metadata.get("deletionGracePeriodSeconds", 30))
        if is_over:
            pod.forget()

    def of(self, component):
        """Return the pods of a component that run and are not asked to end, the oldest first."""
        return [pod for pod in self.pods.values() if pod.deleted is None and not pod.is_over and pod.process
                and pod.pod["metadata"]["labels"].get("app.kubernetes.io/component") == component]

    @property
    def is_quiet(self):
        """Say whether no pod is about to end."""
        return all(pod.deleted is None or pod.is_over for pod in list(self.pods.values()))

    @property
    def trouble(self):
        """In what the play itself has failed; empty when it has not."""
        pods = list(self.pods.values())
        return ([f"{pod.name}: {pod.trouble}" for pod in pods if pod.trouble]
                + [f"{pod.name} does not stay up: {pod.log[-1000:]}" for pod in pods if pod.restarts > MOST_RESTARTS])

    def assert_well(self):
        """Fail when the play itself has failed, or a program did not end well that was asked to."""
        assert not self.trouble, self.trouble
        assert not (bad := [end for end in self.ends if end[1] != 0]), bad
