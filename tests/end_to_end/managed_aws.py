"""A cluster's own VPC in one account and region, and in another account and region those that it is to be peered with.

The cloud is tests/servers/aws, which behaves as AWS does. What a test asserts of a peering is said in three places: in
the cloud, in the object's status and in the Events about it.
"""

import copy
import itertools
import json
import sys
from contextlib import contextmanager

from custom_resources import REPOSITORY
from daemon import LEASE, Daemon, grant
from objects import PEERWARDEN, REGION, SHOOT, aws_peering, changed, thing
from polling import wait_until
from tests.servers.aws import client_environment
from webhook import remove_all

sys.path.append(str(REPOSITORY / "tests" / "servers"))

from signed_calls import send  # noqa: E402

LOCAL, REMOTE = "111111111111", "222222222222"
HOME, AWAY = REGION, "us-east-1"
ROLE = "CloudManagerPeeringRole"
OWN_NAME = f"shoot--kyma--{SHOOT}"
OWN_RANGES = ["10.250.0.0/22", "100.64.0.0/16", "fd00:fa00::/56"]
FINALIZER = "peerwarden.io/peering"
EVENTS = "/apis/events.k8s.io/v1/events"
LIVE = ("initiating-request", "pending-acceptance", "provisioning", "active", "deleting")
GOOD = {SHOOT: ""}


class Region:
    """The cloud, furnished: a user, the role of the remote account, and the own VPC with two route tables."""

    def __init__(self, cloud, api):
        self.cloud = cloud
        self.api = api
        cloud.settings(initiating=0, provisioning=0, deleting=0, outstanding_requests=1000)
        self.user = cloud.user(LOCAL)
        self.owner = cloud.user(REMOTE, "owner")
        self.role = cloud.role(REMOTE, ROLE, trust=[LOCAL])
        self.numbers = itertools.count()
        self.own = None
        self.settle()

    def settle(self):
        """Make the own VPC, at first and after a test has removed it."""
        self.own = self.cloud.vpc(LOCAL, HOME, OWN_RANGES, {"Name": OWN_NAME})
        self.cloud.table(self.own, {"Name": "second"})

    def neighbour(self, plot, ranges=None, tags=None, **spec):
        """Return a new remote VPC with two route tables, of which one is tagged, and the object that asks for it."""
        ranges = ranges or [plot.v4("0.0/17"), plot.v4("128.0/17"), plot.v6(":/56")]
        vpc = self.cloud.vpc(REMOTE, AWAY, ranges, GOOD if tags is None else tags)
        self.cloud.table(vpc, GOOD)
        wish = changed(aws_peering(plot.name(f"peering-{next(self.numbers)}"), vpc),
                       remoteAccountId=REMOTE, remoteRegion=AWAY, **spec)
        return Neighbour(self, vpc, ranges, wish)

    def mend(self):
        """Take back whatever a test has done to the cloud."""
        self.cloud.clear_hooks()
        self.cloud.skew(0)
        for entity in (self.user["arn"], self.role):
            self.cloud.permit(entity, None)
            self.cloud.deny(entity, [])


class Neighbour:
    """One remote VPC, its object, and what has become of both."""

    def __init__(self, region, vpc, ranges, wish):
        self.region, self.cloud, self.api = region, region.cloud, region.api
        self.vpc = vpc
        self.ranges = ranges
        self.thing = wish
        self.name = wish["metadata"]["name"]

    def twin(self):
        """Return another object that asks for the same VPC."""
        wish = copy.deepcopy(self.thing)
        wish["metadata"]["name"] += "-twin"
        return Neighbour(self.region, self.vpc, self.ranges, wish)

    # The object.

    def apply(self):
        """Create the object."""
        self.api.store(self.thing)
        return self

    def annotate(self, **annotations):
        """Annotate the object; an underscore stands for a slash, and None removes."""
        change = {f"peerwarden.io/{name}": value for name, value in annotations.items()}
        answer = self.api.patch(self.thing, {"metadata": {"annotations": change}})
        assert answer.status == 200, answer

    def poke(self):
        """Ask for a look at the object now, and not within a minute."""
        self.annotate(refresh=str(next(self.region.numbers)))

    @property
    def object(self):
        """The object as it is now; empty when it is gone."""
        answer = self.api.get(self.thing)
        assert answer.status in (200, 404), answer
        return answer.body if answer.status == 200 else {}

    @property
    def status(self):
        """The object's status."""
        return self.object.get("status", {})

    @property
    def held(self):
        """Whether our finalizer is on it."""
        return FINALIZER in self.object.get("metadata", {}).get("finalizers", [])

    @property
    def network(self):
        """The status of the RemoteNetwork that describes the VPC; empty without."""
        items = self.api.list(thing(PEERWARDEN, "RemoteNetwork", ""))
        return next((each.get("status", {}) for each in items if each["spec"]["aws"]["vpcId"] == self.vpc), {})

    @property
    def events(self):
        """The Events about the object: what was said by the reason."""
        items = self.api.request("GET", EVENTS).body["items"]
        return {each["reason"]: each["note"] for each in items if each["regarding"]["name"] == self.name}

    def _condition(self, type_):
        """Return the one condition if it is of that type and of what the spec is now."""
        found = self.object
        conditions = found.get("status", {}).get("conditions", [])
        if len(conditions) != 1 or conditions[0]["type"] != type_ or conditions[0]["status"] != "True":
            return None
        return conditions[0] if conditions[0]["observedGeneration"] == found["metadata"]["generation"] else None

    def _wait(self, condition, what, seconds=30):
        """Wait for a condition, and say in vain what the object looks like in the end."""
        try:
            return wait_until(condition, f"{self.name}: {what}", seconds)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{json.dumps(self.object)}\n{json.dumps(self.events)}") from None

    def wait_ready(self, seconds=30):
        """Wait until the object says that all is well, and return its status."""
        self._wait(lambda: self._condition("Ready"), "it is Ready", seconds)
        status = self.status
        assert status["state"] == "active" and status["conditions"][0]["reason"] == "Ready", status
        assert status["id"] == self.connection["id"] and self.held
        return status

    def wait_problem(self, reason, *words, seconds=30):
        """Wait until the object says what is wrong, in these words, and return the message."""
        def said():
            found = self._condition("Error")
            return found and found["reason"] == reason and all(word in found["message"] for word in words) and found
        return self._wait(said, f"it says {reason} {words}", seconds)["message"]

    def wait_event(self, reason, *words):
        """Wait until an Event says something, and return the note."""
        def told():
            note = self.events.get(reason, "")
            return note if all(word in note for word in words) else None
        return self._wait(told, f"an Event says {reason} {words}")

    def delete(self):
        """Ask for the object's deletion."""
        assert self.api.delete(self.thing).status in (200, 404)

    def wait_gone(self, seconds=30):
        """Wait until the object is gone."""
        self._wait(lambda: not self.object, "it is gone", seconds)

    # The cloud.

    @property
    def connections(self):
        """All connections with the VPC that are not forgotten, the oldest first."""
        return [each for each in self.cloud.peerings() if self.vpc in (
            each["requester"]["vpc_id"], each["accepter"]["vpc_id"])]

    @property
    def connection(self):
        """The one connection that lives; None without."""
        live = [each for each in self.connections if each["status"] in LIVE]
        assert len(live) < 2, live
        return live[0] if live else None

    @property
    def tables(self):
        """The ids of its route tables: the main one, which has no tag, and the tagged one."""
        return self.cloud.tables(self.vpc)

    def here(self, table=0):
        """Return the routes to the remote ranges, and those to any of their connections, in a table of the own VPC."""
        routes = self.cloud.routes(self.cloud.tables(self.region.own)[table])
        ids = {each["id"] for each in self.connections}
        return {to: target for to, target in routes.items() if to in self.ranges or target in ids}

    def there(self, table=0):
        """Return the routes that do not lead to the VPC itself in one of its tables."""
        return {to: target for to, target in self.cloud.routes(self.tables[table]).items() if target != "local"}

    def assert_routed(self, there=(True, True)):
        """Assert that just the right routes stand in all tables."""
        wanted = self.connection["id"]
        for table in (0, 1):
            assert self.here(table) == dict.fromkeys(self.ranges, wanted)
            assert self.there(table) == (dict.fromkeys(OWN_RANGES, wanted) if there[table] else {})

    def wait_for_another(self, former):
        """Wait until another connection than the former has taken its place, with all routes."""
        def is_routed():
            made = self.connection
            return made and made["id"] != former and self.there(1) == dict.fromkeys(OWN_RANGES, made["id"])
        self._wait(is_routed, "it is connected and routed anew")
        self.wait_ready()
        self.assert_routed()

    def calls(self, action=None):
        """Return the mutating calls that name the VPC, its tables or its connections."""
        words = {self.vpc, *(each["id"] for each in self.connections)}
        words |= {*self.ranges, *(self.tables if self.vpc in self.cloud.dump()["vpcs"] else ())}
        return [each for each in self.cloud.journal(mutating=True)
                if each["service"] == "ec2" and words & set(each["parameters"].values())
                and action in (None, each["action"])]

    def ask_from_there(self):
        """Have the owner of the remote VPC ask for a connection with the own one; returns its id."""
        answer = send(self.cloud.url, self.region.owner, {
            "Action": "CreateVpcPeeringConnection", "Version": "2016-11-15", "VpcId": self.vpc,
            "PeerVpcId": self.region.own, "PeerOwnerId": LOCAL, "PeerRegion": HOME}, region=AWAY)
        assert answer.status == 200, answer.code
        return answer.tree.find(".//vpcPeeringConnectionId").text

    def connect_by_hand(self):
        """Have both owners make a connection that no object asked for; returns its id."""
        made = self.ask_from_there()
        answer = send(self.cloud.url, self.region.user, {
            "Action": "AcceptVpcPeeringConnection", "Version": "2016-11-15", "VpcPeeringConnectionId": made},
            region=HOME)
        assert answer.status == 200, answer.code
        return made


@contextmanager
def daemon_at(control_plane, folder, environment, *options):
    """Run a daemon with just its rights; at the end nothing was refused, and the cluster is empty."""
    daemon = Daemon(folder, grant(control_plane), "--clouds=aws", "--reports=none", *options, **environment)
    try:
        daemon.start_as_leader()
        yield daemon
        daemon.stop()
        refused = [line for line in map(json.dumps, daemon.log())
                   if "answers 403" in line or "forbidden" in line.lower()]
        assert not refused
    finally:
        daemon.server.kill()
        control_plane.api.request("DELETE", LEASE)
        remove_all(control_plane.api)


def environment_of(region):
    """Return the environment that leads the daemon to the cloud as its user."""
    return client_environment(region.cloud.url, region.user, HOME)
