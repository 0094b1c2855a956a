"""A cluster's own network in one project, and in another project those that it is to be peered with.

The cloud is tests/servers/gcp, which behaves as Google Cloud does.
"""

import copy
import itertools
import json

import managed
from managed import Managed
from objects import KYMA, SHOOT, thing

HOME, AWAY = "shoot-project", "remote-project"
OWN_NAME = f"shoot--kyma--{SHOOT}"
OWN_RANGES = ["10.250.0.0/22"]
REGION = "europe-west3"
TAG = f"{AWAY}/{SHOOT}"
# What mode manage needs, and no more, in each of the two projects.
AT_HOME = ["compute.networks.get", "compute.networks.addPeering", "compute.networks.updatePeering",
           "compute.networks.removePeering", "compute.globalOperations.get"]
FAR_AWAY = [*AT_HOME, "compute.networks.listEffectiveTags", "compute.subnetworks.list"]
OPERATIONS = ("networks.addPeering", "networks.updatePeering", "networks.removePeering")


def gcp_peering(name, remote, half, **spec):
    """Return a GcpVpcPeering to a network of the other project, whose half there has that name."""
    return thing(KYMA, "GcpVpcPeering", name, {
        "remoteProject": AWAY, "remoteVpc": remote, "remotePeeringName": half, **spec})


class Projects:
    """The cloud, furnished: a service account of the own project, and the own network."""

    def __init__(self, cloud, api, folder):
        self.cloud, self.api = cloud, api
        cloud.settings(pending=0, running=0)
        self.key = cloud.service_account(HOME)
        self.email = self.key["client_email"]
        self.file = folder / "key.json"
        self.file.write_text(json.dumps(self.key))
        cloud.project(AWAY)
        self.numbers = itertools.count()
        self.own = None
        self.settle()
        self.mend()

    def settle(self):
        """Make the own network, at first and after a test has removed it."""
        self.own = self.cloud.network(HOME, OWN_NAME, OWN_RANGES)

    def neighbour(self, plot, ranges=None, tagged=True, **spec):
        """Return a new remote network and the object that asks for it."""
        ranges = ranges or [plot.v4("0.0/17"), plot.v4("128.0/17")]
        name = f"{plot.name('remote')}-{next(self.numbers)}"
        network = self.cloud.network(AWAY, name, ranges)
        if tagged:
            self.cloud.tag(network, TAG)
        return Neighbour(self, network, ranges, gcp_peering(f"{name}-peering", name, f"{name}-half", **spec))

    def mend(self):
        """Take back whatever a test has done to the cloud."""
        self.cloud.clear_hooks()
        self.cloud.skew(0)
        self.cloud.settings(pending=0, running=0, peerings_per_network=25)
        self.cloud.switch_on(AWAY)
        for project, rights in ((HOME, AT_HOME), (AWAY, FAR_AWAY)):
            self.cloud.permit(self.email, project, rights)
            self.cloud.deny(self.email, [], project)

    @property
    def environment(self):
        """The environment that leads a daemon to the service account."""
        return {"GOOGLE_APPLICATION_CREDENTIALS": str(self.file)}

    @property
    def options(self):
        """The options that lead a daemon to the cloud."""
        url = self.cloud.url
        return (f"--gcp-local-project={HOME}", f"--gcp-compute-url={url}", f"--gcp-tags-url={url}")


class Neighbour(Managed):
    """One remote network, its object, and what has become of both."""

    def __init__(self, projects, network, ranges, wish):
        super().__init__(projects.api, wish)
        self.projects, self.cloud = projects, projects.cloud
        self.path = network
        self.short = network.rpartition("/")[2]
        self.ranges = ranges
        self.half = wish["spec"]["remotePeeringName"]

    def twin(self):
        """Return another object that asks for the same network, under another name there."""
        wish = copy.deepcopy(self.thing)
        wish["metadata"]["name"] += "-twin"
        wish["spec"]["remotePeeringName"] += "-twin"
        return Neighbour(self.projects, self.path, self.ranges, wish)

    @property
    def network(self):
        """The status of the RemoteNetwork that describes the network; empty without."""
        return self.describing("RemoteNetwork", lambda spec: spec.get("gcp", {}).get("network") == self.short)

    @property
    def own_half(self):
        """The name of the half that the daemon makes in the own network."""
        return f"peerwarden-{self.uid}"

    def wait_ready(self, seconds=30):
        """Wait until the object says that all is well, and return its status."""
        status = self.wait_said_ready("Connected", seconds)
        assert status["id"] in self.here()
        self.assert_connected()
        return status

    # The cloud.

    def here(self):
        """Return the halves of the own network that lead to the remote one, by name."""
        return self._halves(self.projects.own, self.path)

    def there(self):
        """Return the halves of the remote network that lead to the own one, by name."""
        return self._halves(self.path, self.projects.own)

    def _halves(self, network, peer):
        found = self.cloud.peerings(network)
        return {name: half for name, half in found.items() if half["network"].endswith(peer)}

    def assert_connected(self, routes=None):
        """Assert that one half on each side is active, with the routes' options that the object asks for."""
        routes = self.thing["spec"].get("importCustomRoutes", False) if routes is None else routes
        (here,), (there,) = self.here().values(), self.there().values()
        assert (here["state"], there["state"]) == ("ACTIVE", "ACTIVE")
        assert (here["importCustomRoutes"], here["exportCustomRoutes"]) == (routes, False), here
        assert (there["importCustomRoutes"], there["exportCustomRoutes"]) == (False, routes), there

    def add_there(self, name=None, peer=None, **flags):
        """Do what the owner of the remote network would: add a half by hand."""
        self.cloud.add_peering(self.path, name or self.half, peer or self.projects.own, **flags)

    def stranger(self):
        """Return a further network of the remote project, which nobody has asked for."""
        name = f"stranger-{next(self.projects.numbers)}"
        return self.cloud.network(AWAY, name, ["192.0.2.0/24"])

    def calls(self, action=None):
        """Return the mutating calls that name the network, or that peer the own one with it."""
        found = self.cloud.journal(mutating=True, service="compute")
        own = f"/{self.projects.own}/"
        return [each for each in found if action in (None, each["action"]) and (
            f"/{self.path}/" in each["path"] or (own in each["path"] and self._means(each["body"])))]

    def _means(self, body):
        """Say whether the body of a call on the own network is about this neighbour."""
        half = body.get("networkPeering", body)
        return half.get("network", "").endswith(f"/{self.path}") or half.get("name") == self.own_half


def daemon_at(control_plane, folder, projects, *options):
    """Run a daemon for Google Cloud; see managed.py."""
    return managed.daemon_at("gcp", control_plane, folder, projects.environment, *managed.USUAL_LEASE,
                             *projects.options, *options)
