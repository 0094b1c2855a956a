"""What the tests of every cloud share: an object that a daemon manages, and what has become of it.

What a test asserts of a peering or link is said in three places: in the cloud, in the object's status and in the Events
about it. The first is for the module of each cloud.
"""

import itertools
import json
import sys
from contextlib import contextmanager

from custom_resources import REPOSITORY
from daemon import LEASE, Daemon, grant
from objects import PEERWARDEN, shoot_info, thing
from polling import wait_until
from webhook import remove_all

sys.path.append(str(REPOSITORY))

FINALIZER = "peerwarden.io/peering"
EVENTS = "/apis/events.k8s.io/v1/events"

# A call may take no longer than the lead is sure: under this one an operation is followed for some seconds.
USUAL_LEASE = ("--lease-duration=15s", "--renew-deadline=10s", "--retry-period=200ms")

_marks = itertools.count(1)


def shoot_of(provider, region):
    """Return the ConfigMap in which Gardener tells a cluster on some cloud who it is."""
    info = shoot_info()
    info["data"].update(provider=provider, region=region)
    return info


class Managed:
    """One object, and what is said of it."""

    def __init__(self, api, wish):
        self.api = api
        self.thing = wish
        self.name = wish["metadata"]["name"]
        self.known_uid = None

    def apply(self):
        """Create the object."""
        self.api.store(self.thing)
        return self

    def annotate(self, **annotations):
        """Annotate the object; None removes."""
        change = {f"peerwarden.io/{name}": value for name, value in annotations.items()}
        answer = self.api.patch(self.thing, {"metadata": {"annotations": change}})
        assert answer.status == 200, answer

    def poke(self):
        """Ask for a look at the object now, and not within a minute."""
        self.annotate(refresh=str(next(_marks)))

    @property
    def object(self):
        """The object as it is now; empty when it is gone."""
        answer = self.api.get(self.thing)
        assert answer.status in (200, 404), answer
        if answer.status == 404:
            return {}
        self.known_uid = answer.body["metadata"]["uid"]
        return answer.body

    @property
    def uid(self):
        """The uid of the object, also when it is gone; None before it is there."""
        return self.object.get("metadata", {}).get("uid", self.known_uid)

    @property
    def status(self):
        """The object's status."""
        return self.object.get("status", {})

    @property
    def held(self):
        """Whether our finalizer is on it."""
        return FINALIZER in self.object.get("metadata", {}).get("finalizers", [])

    @property
    def events(self):
        """The Events about the object: what was said by the reason."""
        items = self.api.request("GET", EVENTS).body["items"]
        return {each["reason"]: each["note"] for each in items
                if (each["regarding"]["kind"], each["regarding"]["name"]) == (self.thing["kind"], self.name)}

    def describing(self, kind, is_it):
        """Return the status of the RemoteNetwork or RemoteZone whose spec is the one; empty without."""
        items = self.api.list(thing(PEERWARDEN, kind, ""))
        return next((each.get("status", {}) for each in items if is_it(each["spec"])), {})

    def _condition(self, type_):
        """Return the one condition if it is of that type and of what the spec is now."""
        found = self.object
        conditions = found.get("status", {}).get("conditions", [])
        if len(conditions) != 1 or conditions[0]["type"] != type_ or conditions[0]["status"] != "True":
            return None
        return conditions[0] if conditions[0]["observedGeneration"] == found["metadata"]["generation"] else None

    def wait(self, condition, what, seconds=30):
        """Wait for a condition, and say in vain what the object looks like in the end."""
        try:
            return wait_until(condition, f"{self.name}: {what}", seconds)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{json.dumps(self.object)}\n{json.dumps(self.events)}") from None

    def wait_said_ready(self, state, seconds=30):
        """Wait until the object says that all is well, in the cloud's word for it, and return its status."""
        self.wait(lambda: self._condition("Ready"), "it is Ready", seconds)
        status = self.status
        assert status["state"] == state and status["conditions"][0]["reason"] == "Ready", status
        assert self.held
        return status

    def wait_problem(self, reason, *words, seconds=30):
        """Wait until the object says what is wrong, in these words, and return the message; no reason is any."""
        def said():
            found = self._condition("Error")
            if not found or reason not in (None, found["reason"]):
                return None
            return found if all(word in found["message"] for word in words) else None
        return self.wait(said, f"it says {reason} {words}", seconds)["message"]

    def wait_event(self, reason, *words):
        """Wait until an Event says something, and return the note."""
        def told():
            note = self.events.get(reason, "")
            return note if all(word in note for word in words) else None
        return self.wait(told, f"an Event says {reason} {words}")

    def delete(self):
        """Ask for the object's deletion."""
        assert self.api.delete(self.thing).status in (200, 404)

    def wait_gone(self, seconds=30):
        """Wait until the object is gone."""
        self.wait(lambda: not self.object, "it is gone", seconds)


@contextmanager
def daemon_at(clouds, control_plane, folder, environment, *options):
    """Run a daemon with just its rights; at the end the API server has refused nothing, and the cluster is empty."""
    daemon = Daemon(folder, grant(control_plane), f"--clouds={clouds}", "--reports=none", *options, **environment)
    try:
        daemon.start_as_leader()
        yield daemon
        daemon.stop()
        refused = [line for line in daemon.log() if is_refusal(line)]
        assert not refused
    finally:
        daemon.server.kill()
        control_plane.api.request("DELETE", LEASE)
        remove_all(control_plane.api)


def is_refusal(line):
    """Say whether a line of the log tells that the API server has refused something."""
    text = json.dumps(line)
    return "API server answers 403" in text or "is forbidden: User" in text
