"""Scenarios at a webhook that judges against a folder: reviews over TLS, to /mutate and then to /validate."""

import copy
import http.client
import json
import re
import signal
from base64 import b64decode

from polling import wait_until
from scenario_files import last_of_each
from scenario_lint import policy_text, write
from scenario_verdicts import Verdict, answered
from wire import read, review

READ_AGAIN = "policy and inventory were read again"
OBJECTS = re.compile(r"^peerwarden_inventory_objects (\d+)", re.MULTILINE)


def requests_of(scenario):
    """Return what a scenario asks: each request with what exists meanwhile. Of a bundle, each object is created
    when all the others are there."""
    if scenario.bundle is None:
        return [(scenario.operation, scenario.thing, scenario.old, scenario.given)]
    things = last_of_each(scenario.given + scenario.bundle)
    return [("CREATE", thing, None, [other for other in things if other is not thing]) for thing in things]


def patched(thing, operations):
    """Return an object with a JSON patch (RFC 6902) of additions, replacements and removals applied."""
    thing = copy.deepcopy(thing)
    for operation in operations:
        *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
        place = thing
        for parent in parents:
            place = place[int(parent) if isinstance(place, list) else parent]
        is_list = isinstance(place, list)
        key = len(place) if last == "-" else int(last) if is_list else last
        exists = key < len(place) if is_list else key in place
        assert exists or operation["op"] == "add" and (not is_list or key == len(place)), operation
        if operation["op"] == "remove":
            del place[key]
        elif operation["op"] == "add" and is_list:
            place.insert(key, operation["value"])
        else:
            place[key] = operation["value"]
    return thing


def lone_vpc(number):
    """Return a VPC that has to do with no other."""
    return {"apiVersion": "kubeovn.io/v1", "kind": "Vpc", "metadata": {"name": f"lone-{number}"}, "spec": {}}


class Reloading:
    """A webhook's policy file, read again when it changes."""

    def __init__(self, webhook, policy):
        self.webhook = webhook
        self.policy = policy
        self.policy.write_text(policy_text(None))

    def read_again(self):
        """Let the webhook read its files again and wait until it has."""
        log = self.webhook.server.log
        size = log.stat().st_size
        self.webhook.server.process.send_signal(signal.SIGHUP)

        def has_read():
            self.webhook.server.assert_running()
            with open(log, encoding="utf-8") as text:
                text.seek(size)
                said = text.read()
            assert "the reload failed" not in said, said
            return READ_AGAIN in said
        wait_until(has_read, READ_AGAIN, interval=0.001)

    def set_policy(self, policy):
        """Write a policy; return whether it is another one than before."""
        text = policy_text(policy)
        changes = text != self.policy.read_text()
        self.policy.write_text(text)
        return changes


class FolderWay(Reloading):
    """A webhook, its folder, and one connection to it."""

    def __init__(self, webhook, policy, folder, resources):
        super().__init__(webhook, policy)
        self.folder = folder
        self.resources = resources
        self.count = 0

    def start(self):
        """Start the webhook and connect to it."""
        self.webhook.start()
        self.connection = self.webhook.wire.connect()
        self.metrics = http.client.HTTPConnection("127.0.0.1", self.webhook.metrics_port, timeout=30)

    def judge(self, scenario):
        """Return what the webhook says of a scenario."""
        self.set_policy(scenario.policy)
        return sum((self._ask(*request) for request in requests_of(scenario)), Verdict())

    def _ask(self, operation, thing, old, things):
        """Ask one question of a webhook that knows some objects."""
        self._hold(things)
        return self.validate(operation, None if operation == "DELETE" else self.mend(operation, thing, old), old)

    def validate(self, operation, thing, old):
        """Return what /validate says of an object as it would be stored."""
        response = self._post("/validate", operation, thing, old)
        return answered(response["allowed"], response.get("status", {}).get("message", ""),
                        response.get("warnings", []))

    def mend(self, operation, thing, old):
        """Return an object as /mutate wants it to be stored."""
        patch = self._post("/mutate", operation, thing, old).get("patch")
        return patched(thing, json.loads(b64decode(patch)) if patch else [])

    def _hold(self, things):
        """Put objects into the folder, let the webhook read them, and wait until their number shows that it has. So
        that it shows, more are added when there would be about as many as before; ranges of the policy count as one."""
        more = 0 if abs(len(things) - self.count) > 1 else 3
        write(self.folder / "objects.yaml", [*things, *(lone_vpc(number) for number in range(more))])
        self.count = len(things) + more
        self.webhook.server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self._objects() in (self.count, self.count + 1), READ_AGAIN, interval=0.001)

    def _objects(self):
        """Return how many objects the webhook knows, or None as long as it has not counted."""
        self.webhook.server.assert_running()
        self.metrics.request("GET", "/metrics")
        counted = OBJECTS.search(read(self.metrics)[2].decode())
        return int(counted[1]) if counted else None

    def _post(self, path, operation, thing, old):
        """Send a review and return the response in its answer."""
        subject = thing or old
        group, _, version = subject["apiVersion"].rpartition("/")
        resource = {"group": group, "version": version, "resource": self.resources[group, subject["kind"]]}
        request = review(subject, operation, object=thing, oldObject=old, resource=resource,
                         namespace=subject["metadata"].get("namespace", ""))
        try:
            status, _, body = self._exchange(path, request)
        except (OSError, http.client.HTTPException):  # the webhook ends connections that were idle for a while
            self.connection.close()
            status, _, body = self._exchange(path, request)
        assert status == 200, body
        return json.loads(body)["response"]

    def _exchange(self, path, request):
        """Post a review on the one connection, which opens again by itself, and return status, headers and body."""
        self.connection.request("POST", path, json.dumps(request), {"Content-Type": "application/json"})
        return read(self.connection)
