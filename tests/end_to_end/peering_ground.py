"""A cloud of our own and the objects of one peering that a daemon manages in it, beside things that are not its own.

What there is at the end is told without ids and times, so that the ends of two runs can be compared.
"""

import difflib
import json
import sys

from custom_resources import REPOSITORY
from objects import ACCOUNT, REGION, SHOOT, aws_network, aws_peering, changed
from polling import wait_until

sys.path.append(str(REPOSITORY))

from tests.servers.aws import AwsServer, client_environment  # noqa: E402
from tests.servers.signed_calls import send  # noqa: E402

OWN_ACCOUNT = "111111111111"
OWN_RANGE, REMOTE_RANGES, OTHER_RANGE = "10.250.0.0/22", ("10.3.0.0/16", "10.4.0.0/16"), "10.7.0.0/16"
TIMES = {"lastTransitionTime", "lastSeen", "creationTimestamp", "resourceVersion", "observedVersion", "managedFields"}


def plain(value, names):
    """Return a value of an object without times, and with names instead of ids."""
    if isinstance(value, dict):
        return {plain(key, names): plain(each, names) for key, each in value.items() if key not in TIMES}
    if isinstance(value, list):
        return [plain(each, names) for each in value]
    if isinstance(value, str):
        for identity, name in names.items():
            value = value.replace(identity, name)
    return value


class Ground:
    """A cloud and the objects of one peering or link in it; a class of each cloud furnishes it.

    `changes` are what a call has that changes the cloud, as its journal tells them apart.
    """

    changes = {}
    options = ()

    def __init__(self, api, cloud, peering, networks):
        self.api, self.cloud = api, cloud
        self.peering = {**peering, "metadata": {
            "name": peering["metadata"]["name"], "annotations": {"peerwarden.io/mode": "manage"}}}
        self.networks = networks
        self.names = {}

    def access(self, name):
        """Make somebody of that name who may manage; return the environment of a daemon that is to be it."""
        raise NotImplementedError

    def create(self):
        """Create the objects."""
        self.api.store(*self.networks, self.peering)

    def delete(self):
        """Ask for the end of the peering."""
        assert self.api.delete(self.peering).status == 200

    def remove(self):
        """Remove what is left of the objects, and the cloud."""
        for thing in (self.peering, *self.networks):
            self.api.patch(thing, {"metadata": {"finalizers": None}})
            self.api.delete(thing)
        self.cloud.stop()

    @property
    def is_ready(self):
        """Say whether the peering is said to be ready and each network has been looked up."""
        stored = [self.api.get(thing).body.get("status", {}) for thing in (self.peering, *self.networks)]
        conditions = [{each["type"] for each in status.get("conditions", [])} for status in stored]
        return all("Ready" in types for types in conditions)

    def wait_until_ready(self):
        """Wait until the peering is said to be ready and each network has been looked up."""
        wait_until(lambda: self.is_ready, "the peering is ready")

    @property
    def is_gone(self):
        """Say whether the object of the peering is gone."""
        return self.api.get(self.peering).status == 404

    def wait_until_gone(self):
        """Wait until the object of the peering is gone."""
        wait_until(lambda: self.is_gone, "the peering is gone")

    def picture(self):
        """Return what there is in the cloud and in the cluster, to be compared with other grounds."""
        peering = self.api.get(self.peering).body
        self._name(peering)
        return {"cloud": plain(self.cloud.picture(), self.names),
                "peering": plain(peering, self.names) if peering.get("spec") else None,
                "networks": [self._picture_of_network(each) for each in self.networks]}

    def _name(self, peering):
        """Learn the names of all ids that there are."""
        self.names[self.peering["metadata"]["name"]] = "NAME"
        if "uid" in peering.get("metadata", {}):
            self.names[peering["metadata"]["uid"]] = "UID"

    def _picture_of_network(self, network):
        """Return a RemoteNetwork but for its uid, and for what depends on whether it was seen before its connection."""
        body = self.api.get(network).body
        body["metadata"].pop("uid", None)
        for name in ("peerings", "links", "missingRights"):
            body.get("status", {}).pop(name, None)
        return plain(body, self.names)

    def effects(self):
        """Return what the daemons changed in the cloud, in order, as sorted lists of parameters."""
        self._name({})
        return [[f"{name}={plain(value, self.names)}" for name, value in sorted(self._parameters(entry).items())]
                for entry in self.cloud.journal(worked=True, **self.changes)]

    def _parameters(self, entry):
        """Return what a call asked for."""
        return entry["parameters"]


class PeeringGround(Ground):
    """A cloud with the cluster's VPC and two others, to one of which somebody else has connected it."""

    changes = {"service": "ec2", "mutating": True}
    options = ("--clouds=aws", "--dns-resolution=on")

    def __init__(self, api, name):
        self.cloud = AwsServer().start()
        self.cloud.settings(initiating=0, provisioning=0, deleting=0)
        self.own = self.cloud.vpc(OWN_ACCOUNT, REGION, [OWN_RANGE], {"Name": f"shoot--kyma--{SHOOT}"})
        self.remote = self.cloud.vpc(ACCOUNT, REGION, list(REMOTE_RANGES), {SHOOT: ""})
        self.other = self.cloud.vpc(ACCOUNT, REGION, [OTHER_RANGE], {SHOOT: ""})
        self.foreign = self._connect_the_other()
        self.cloud.clear_journal()
        super().__init__(api, self.cloud, changed(aws_peering(name, self.remote), deleteRemotePeering=True), [
            aws_network(f"{name}-remote", self.remote, REMOTE_RANGES[0]),
            aws_network(f"{name}-other", self.other, OTHER_RANGE)])

    def _connect_the_other(self):
        """Do by hand what the daemon must not touch: a connection, routes to it, and routes to elsewhere."""
        ours, theirs = (self.cloud.user(account, "hand") for account in (OWN_ACCOUNT, ACCOUNT))
        self._call(ours, Action="CreateVpcPeeringConnection", VpcId=self.own, PeerVpcId=self.other,
                   PeerOwnerId=ACCOUNT, PeerRegion=REGION)
        connection = self.cloud.peerings()[0]["id"]
        self._call(theirs, Action="AcceptVpcPeeringConnection", VpcPeeringConnectionId=connection)
        for vpc, far in ((self.own, OTHER_RANGE), (self.other, OWN_RANGE)):
            self.cloud.route(self.cloud.tables(vpc)[0], far, "VpcPeeringConnectionId", connection)
        for vpc in (self.own, self.remote, self.other):
            self.cloud.route(self.cloud.tables(vpc)[0], "192.0.2.0/24", "NatGatewayId", "nat-0123456789abcdef0")
        return connection

    def _call(self, user, **parameters):
        """Make a call of EC2 that has to succeed."""
        answer = send(self.cloud.url, user, {"Version": "2016-11-15", **parameters}, region=REGION)
        assert answer.status == 200, answer.code

    def access(self, name):
        """Make a user and a remote role for a daemon; return its environment, with the role as its setting."""
        self.cloud.role(ACCOUNT, name, trust=[OWN_ACCOUNT])
        user = self.cloud.user(OWN_ACCOUNT, name)
        return {**client_environment(self.cloud.url, user, REGION), "PEERWARDEN_AWS_REMOTE_ROLE": name}

    def calls_of(self, name, **matching):
        """Return what the journal has of a user or a role of that name in EC2."""
        return [entry for entry in self.cloud.journal(service="ec2", **matching)
                if entry["principal"].endswith(f":user/{name}") or f":assumed-role/{name}/" in entry["principal"]]

    def _name(self, peering):
        super()._name(peering)
        for word in ("own", "remote", "other"):
            self.names[getattr(self, word)] = f"{word} VPC"
            for number, table in enumerate(self.cloud.tables(getattr(self, word))):
                self.names[table] = f"{word} table {number}"
        for each in self.cloud.peerings():
            self.names[each["id"]] = "foreign connection" if each["id"] == self.foreign else "connection"


def difference(wanted, got):
    """Return how one picture differs from another, for a message."""
    texts = (json.dumps(each, indent=1, sort_keys=True).splitlines() for each in (wanted, got))
    return "\n".join(difflib.unified_diff(*texts, "wanted", "got", n=2, lineterm=""))
