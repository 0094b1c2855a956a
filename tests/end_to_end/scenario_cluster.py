"""Scenarios on a real API server: what exists is stored unjudged, what is asked about is a dry run."""

import copy
import http.client
import re

from api import MERGE_PATCH
from polling import wait_until
from scenario_files import identity
from scenario_folder import Reloading, requests_of
from scenario_verdicts import Verdict, answered
from webhook import Guard

HOLD = "end-to-end.peerwarden.io/hold"
OBJECTS = re.compile(r'^peerwarden_mirror_objects\{kind="(\w+)"\} (\d+)', re.MULTILINE)
QUOTED = re.compile(r'^\d+ \S+ "(.*)"$', re.DOTALL)


class DryRunGuard(Guard):
    """A registration for dry runs alone: what a scenario is given is stored past the webhook."""

    def _entry(self, name, path, operations, **more):
        """Return one webhook of a configuration, for all kinds of the groups."""
        entry = super()._entry(name, path, operations, **more)
        entry["matchConditions"] = [{"name": "dry-run", "expression": "has(request.dryRun) && request.dryRun"}]
        for rule in entry["rules"]:
            rule["resources"] = ["*"]
        return entry


def warnings_of(answer):
    """Return the texts of Warning headers (RFC 7234, section 5.5)."""
    return [QUOTED.sub(r"\1", header).replace('\\"', '"').replace("\\\\", "\\") for header in answer.warnings]


class Store:
    """What an API server holds of the objects of scenarios, on one connection."""

    def __init__(self, api, resources, has_followed=lambda: True):
        self.api = api
        self.resources = resources
        self.has_followed = has_followed  # whether whoever watches has seen all
        self.connection = api.connect()
        self.held = {}  # what the present objects were made from, by identity
        self.versions = {}  # their resource versions

    def hold(self, things):
        """Make these the only objects, first by deletions, then by creations, and wait each time for whoever watches:
        within one step, the number of a kind's objects is right only after the last event of the kind."""
        wanted = {identity(each): each for each in things}
        self._each(self._remove, [key for key, thing in self.held.items() if wanted.get(key) != thing])
        added = [thing for key, thing in wanted.items() if key not in self.held]
        self._each(self._add, added)
        self._mark([thing for thing in added if is_deleted(thing)])

    def ask(self, operation, thing, old):
        """Return the answer to a request as a dry run."""
        path = self._path(thing, collection=operation == "CREATE") + "?dryRun=All"
        if operation == "DELETE":
            return self._request("DELETE", path)
        if operation == "CREATE":
            return self._request("POST", path, storable(thing))
        update = storable(thing)
        update["metadata"]["resourceVersion"] = self.versions[identity(thing)]
        if "finalizers" in old["metadata"] and "finalizers" not in thing["metadata"]:
            update["metadata"].pop("finalizers", None)  # the scenario takes it away
        return self._request("PUT", path, update)

    def _mark(self, things):
        """Delete objects that something holds. Their number stays, so that another object comes and goes after them."""
        for thing in things:
            answer = self._request("DELETE", self._path(thing))
            self.versions[identity(thing)] = answer.body["metadata"]["resourceVersion"]
        followers = [{**thing, "metadata": {"name": "follower"}} for thing in things]
        self._each(self._add, followers)
        self._each(self._remove, [identity(each) for each in followers])

    def _each(self, act, items):
        """Do the same to several objects and wait for whoever watches."""
        for item in items:
            act(item)
        if items:
            wait_until(self.has_followed, "what was stored has been seen", interval=0.001)

    def _add(self, thing):
        """Store an object."""
        answer = self._request("POST", self._path(thing, collection=True), storable(thing))
        assert answer.status == 201, f"{thing['kind']} {thing['metadata']}: {answer}"
        self.held[identity(thing)] = thing
        self.versions[identity(thing)] = answer.body["metadata"]["resourceVersion"]

    def _remove(self, key):
        """Remove an object, also one that something holds."""
        thing = self.held.pop(key)
        if is_held(thing):
            self._request("PATCH", self._path(thing), {"metadata": {"finalizers": None}}, MERGE_PATCH)
        answer = self._request("DELETE", self._path(thing))
        assert answer.status in (200, 404), answer

    def _path(self, thing, collection=False):
        """Return the path of an object or its collection."""
        group, kind, namespace, name = identity(thing)
        root = f"/apis/{thing['apiVersion']}" if group else f"/api/{thing['apiVersion']}"
        folder = f"/namespaces/{namespace}" if namespace else ""
        path = f"{root}{folder}/{self.resources[group, kind]}"
        return path if collection else f"{path}/{name}"

    def _request(self, method, path, body=None, content_type="application/json"):
        """Send a request on the one connection."""
        return self.api.request(method, path, body, content_type, connection=self.connection)


class ClusterWay(Reloading):
    """A guarded API server that holds what the scenario at hand is given, and nothing else."""

    def __init__(self, webhook, policy, api, resources):
        super().__init__(webhook, policy)
        self.store = Store(api, resources, self._mirror_has_followed)
        self.metrics = http.client.HTTPConnection("127.0.0.1", webhook.metrics_port, timeout=30)

    def judge(self, scenario):
        """Return what the API server answers to a scenario."""
        if self.set_policy(scenario.policy):
            self.read_again()
        return sum((self._ask(*request) for request in requests_of(scenario)), Verdict())

    def _ask(self, operation, thing, old, things):
        """Ask one question of a cluster that holds some objects."""
        self.store.hold(things)
        answer = self.store.ask(operation, thing, old)
        assert answer.status < 300 or answer.refused_by_webhook, f"the API server itself refuses: {answer}"
        return answered(answer.status < 300, answer.message, warnings_of(answer))

    def _mirror_has_followed(self):
        """Say whether the mirror has as many objects of each kind as there are."""
        self.metrics.request("GET", "/metrics")
        seen = dict(OBJECTS.findall(self.metrics.getresponse().read().decode()))
        there = [kind for _, kind, _, _ in self.store.held]
        unknown = {kind for kind in there if kind not in seen}
        assert not unknown, f"the mirror does not know {unknown}"
        return all(int(count) == there.count(kind) for kind, count in seen.items())


def is_deleted(thing):
    """Say whether an object is marked as deleted."""
    return "deletionTimestamp" in thing["metadata"]


def is_held(thing):
    """Say whether an object does not go at once when it is deleted."""
    return is_deleted(thing) or "finalizers" in thing["metadata"]


def storable(thing):
    """Return an object as it is created: the mark comes with the deletion, until which something holds the object."""
    made = copy.deepcopy(thing)
    if made["metadata"].pop("deletionTimestamp", None):
        made["metadata"].setdefault("finalizers", [HOLD])
    return made
