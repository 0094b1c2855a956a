"""A cluster's own VPC in one account and region, and in another account and region those that it is to be peered with.

The cloud is tests/servers/aws, which behaves as AWS does. What a test asserts of a peering is said in three places: in
the cloud, in the object's status and in the Events about it.
"""

import copy
import itertools

import managed
from managed import Managed
from objects import REGION, SHOOT, aws_peering, changed
from tests.servers.aws import client_environment
from tests.servers.signed_calls import send

LOCAL, REMOTE = "111111111111", "222222222222"
HOME, AWAY = REGION, "us-east-1"
ROLE = "CloudManagerPeeringRole"
OWN_NAME = f"shoot--kyma--{SHOOT}"
OWN_RANGES = ["10.250.0.0/22", "100.64.0.0/16", "fd00:fa00::/56"]
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


class Neighbour(Managed):
    """One remote VPC, its object, and what has become of both."""

    def __init__(self, region, vpc, ranges, wish):
        super().__init__(region.api, wish)
        self.region, self.cloud = region, region.cloud
        self.vpc = vpc
        self.ranges = ranges

    def twin(self):
        """Return another object that asks for the same VPC."""
        wish = copy.deepcopy(self.thing)
        wish["metadata"]["name"] += "-twin"
        return Neighbour(self.region, self.vpc, self.ranges, wish)

    @property
    def network(self):
        """The status of the RemoteNetwork that describes the VPC; empty without."""
        return self.describing("RemoteNetwork", lambda spec: spec.get("aws", {}).get("vpcId") == self.vpc)

    def wait_ready(self, seconds=30):
        """Wait until the object says that all is well, and return its status."""
        status = self.wait_said_ready("active", seconds)
        assert status["id"] == self.connection["id"]
        return status

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
        self.wait(is_routed, "it is connected and routed anew")
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


def daemon_at(control_plane, folder, environment, *options):
    """Run a daemon for AWS; see managed.py."""
    return managed.daemon_at("aws", control_plane, folder, environment, *options)


def environment_of(region):
    """Return the environment that leads the daemon to the cloud as its user."""
    return client_environment(region.cloud.url, region.user, HOME)
