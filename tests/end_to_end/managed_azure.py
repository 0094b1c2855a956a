"""A cluster's own VNet in one tenant, and in another one VNets, zones and rulesets that it is to be connected with.

The cloud is tests/servers/azure, which behaves as Azure does.
"""

import copy
import itertools

import managed
from managed import Managed
from objects import KYMA, SHOOT, thing
from tests.servers.azure import client_environment

OWN_NAME = f"shoot--kyma--{SHOOT}"
OWN_RANGES = ["10.250.0.0/22"]
REGION = "westeurope"
GOOD = {SHOOT: ""}
NETWORK = "Microsoft.Network/virtualNetworks"
PEERING = f"{NETWORK}/virtualNetworkPeerings"
# What mode manage needs, and no more, in each of the two subscriptions.
AT_HOME = [f"{NETWORK}/read", f"{NETWORK}/peer/action", f"{NETWORK}/join/action",
           *(f"{PEERING}/{verb}" for verb in ("read", "write", "delete"))]
FAR_AWAY = [f"{NETWORK}/read", f"{NETWORK}/peer/action", *(f"{PEERING}/{verb}" for verb in ("read", "write", "delete"))]
for _kind in ("privateDnsZones", "dnsForwardingRulesets"):
    FAR_AWAY += [f"Microsoft.Network/{_kind}/read", *(
        f"Microsoft.Network/{_kind}/virtualNetworkLinks/{_verb}" for _verb in ("read", "write", "delete"))]
PLENTY = {f"{kind}{rate}": 100000 for kind in ("reads", "writes", "deletes") for rate in ("", "_per_second")}
QUICK = {"operation": 0, "link_operation": 0, "linking": 0, "retry_after": None, "late_refusals": False,
         "peerings_per_network": 500, "links_per_ruleset": 500, **PLENTY}


class Tenants:
    """The cloud, furnished: an application that both tenants know, and the own VNet as Gardener names it."""

    def __init__(self, cloud, api):
        self.cloud, self.api = cloud, api
        self.home, self.away = cloud.tenant(), cloud.tenant()
        self.here, self.beside = cloud.subscription(self.home), cloud.subscription(self.home)
        self.there = cloud.subscription(self.away)
        self.application = cloud.application(self.home)
        self.client = self.application["id"]
        cloud.consent(self.client, self.away)
        self.numbers = itertools.count()
        self.own = None
        self.settle()
        self.mend()

    def settle(self):
        """Make the own VNet, at first and after a test has removed it."""
        self.own = self.cloud.network(self.here, OWN_NAME, OWN_NAME, OWN_RANGES, {"Name": OWN_NAME}, REGION)

    def neighbour(self, plot, ranges=None, tags=None, abroad=True, gateway=False, **spec):
        """Return a new remote VNet, by default of the other tenant, and the object that asks for it."""
        ranges = ranges or [plot.v4("0.0/17"), plot.v4("128.0/17")]
        name = self._name(plot)
        subscription = self.there if abroad else self.beside
        vnet = self.cloud.network(subscription, "hub", name, ranges, GOOD if tags is None else tags, REGION, gateway)
        wish = thing(KYMA, "AzureVpcPeering", f"{name}-peering", {
            "remoteVnet": vnet, "remotePeeringName": f"{name}-half", **self._tenant(abroad), **spec})
        return Neighbour(self, vnet, ranges, wish)

    def zone(self, plot, tags=None, abroad=True, ruleset=False, **more):
        """Return a new zone or ruleset, by default of the other tenant, and the object that asks for a link to it."""
        name = self._name(plot)
        subscription = self.there if abroad else self.beside
        make = self.cloud.ruleset if ruleset else self.cloud.zone
        full_name = name if ruleset else f"{name}.example.com"
        zone = make(subscription, "hub", full_name, GOOD if tags is None else tags, **more)
        wish = thing(KYMA, "AzureVpcDnsLink", f"{name}-link", {
            "remoteDnsResolverRuleset" if ruleset else "remotePrivateDnsZone": zone, "remoteLinkName": f"{name}-link",
            **self._tenant(abroad)})
        return Link(self, zone, wish, "Succeeded" if ruleset else "Completed")

    def _name(self, plot):
        return f"{plot.name('remote')}-{next(self.numbers)}"

    def _tenant(self, abroad):
        return {"remoteTenant": self.away} if abroad else {}

    def mend(self):
        """Take back whatever a test has done to the cloud."""
        cloud = self.cloud
        cloud.clear_hooks()
        cloud.skew(0)
        cloud.settings(**QUICK)
        cloud.consent(self.client, self.away)
        cloud.permit(self.client, [], "/")
        cloud.deny(self.client, [])
        for subscription, rights in ((self.here, AT_HOME), (self.there, FAR_AWAY), (self.beside, FAR_AWAY)):
            cloud.permit(self.client, rights, f"/subscriptions/{subscription}")
            cloud.deny(self.client, [], f"/subscriptions/{subscription}")

    def deny(self, action, subscription=None):
        """Take one right away, in the subscription of the far things where no other is named."""
        self.cloud.deny(self.client, [action], f"/subscriptions/{subscription or self.there}")

    @property
    def environment(self):
        """The environment that leads a daemon to the application."""
        return client_environment(self.cloud, self.home, self.application)

    @property
    def options(self):
        """The options that lead a daemon to the cloud."""
        return (f"--azure-local-subscription={self.here}", f"--azure-manager-url={self.cloud.url}")


class Neighbour(Managed):
    """One remote VNet, its object, and what has become of both."""

    def __init__(self, tenants, vnet, ranges, wish):
        super().__init__(tenants.api, wish)
        self.tenants, self.cloud = tenants, tenants.cloud
        self.vnet = vnet
        self.ranges = ranges
        self.half = f"{vnet}/virtualNetworkPeerings/{wish['spec']['remotePeeringName']}"

    def twin(self):
        """Return another object that asks for the same VNet, under another name there."""
        wish = copy.deepcopy(self.thing)
        wish["metadata"]["name"] += "-twin"
        wish["spec"]["remotePeeringName"] += "-twin"
        return Neighbour(self.tenants, self.vnet, self.ranges, wish)

    @property
    def network(self):
        """The status of the RemoteNetwork that describes the VNet; empty without."""
        return self.describing("RemoteNetwork", lambda spec: same(spec.get("azure", {}).get("id", ""), self.vnet))

    @property
    def own_half(self):
        """The id of the half that the daemon makes in the own VNet."""
        return f"{self.tenants.own}/virtualNetworkPeerings/peerwarden-{self.uid}"

    def wait_ready(self, seconds=30):
        """Wait until the object says that all is well, and return its status."""
        status = self.wait_said_ready("Connected", seconds)
        self.assert_connected()
        assert same(status["id"], self.here()["id"])
        return status

    # The cloud.

    def here(self):
        """Return the half of the own VNet that leads to the remote one; None without."""
        return self._half(self.tenants.own, self.vnet)

    def there(self):
        """Return the half of the remote VNet that leads to the own one; None without."""
        return self._half(self.vnet, self.tenants.own)

    def _half(self, network, peer):
        found = [each for each in self.cloud.peerings() if same(each["remote"], peer)
                 and same(each["id"].partition("/virtualNetworkPeerings/")[0], network)]
        assert len(found) < 2, found
        return found[0] if found else None

    def assert_connected(self):
        """Assert that both halves are connected, up to date, and with the options that the object asks for."""
        gateway = self.thing["spec"].get("useRemoteGateway", False)
        here, there = self.here(), self.there()
        for half in (here, there):
            found = tuple(half[name] for name in ("state", "level", "provisioning"))
            assert found == ("Connected", "FullyInSync", "Succeeded"), half
        assert here["options"]["useRemoteGateways"] == there["options"]["allowGatewayTransit"] == gateway

    def add_there(self, name=None, remote=None, **options):
        """Do what the owner of the remote VNet would: add a half by hand."""
        name = name or self.thing["spec"]["remotePeeringName"]
        return self.cloud.peering(self.vnet, name, remote or self.tenants.own, **options)

    def stranger(self):
        """Return a further VNet of the other tenant, which nobody has asked for."""
        name = f"stranger-{next(self.tenants.numbers)}"
        return self.cloud.network(self.tenants.there, "hub", name, ["192.0.2.0/24"])

    def calls(self, method=None):
        """Return the mutating calls on halves of the VNet, or on those of the own one that lead to it."""
        found = self.cloud.journal(mutating=True, service="arm")
        return [each for each in found if method in (None, each["method"]) and (
            each["resource"].startswith(f"{self.vnet.lower()}/") or self._leads_here(each))]

    def _leads_here(self, entry):
        """Say whether a call on the own VNet is about this neighbour."""
        if not entry["resource"].startswith(f"{self.tenants.own.lower()}/"):
            return False
        remote = entry["parameters"].get("properties", {}).get("remoteVirtualNetwork", {}).get("id", "")
        return same(remote, self.vnet) or same(entry["resource"], self.own_half)


class Link(Managed):
    """One zone or ruleset, the object that asks for a link to it, and what has become of both."""

    def __init__(self, tenants, zone, wish, state):
        super().__init__(tenants.api, wish)
        self.tenants, self.cloud = tenants, tenants.cloud
        self.zone_id = zone
        self.state = state
        self.link = f"{zone}/virtualNetworkLinks/{wish['spec']['remoteLinkName']}"

    @property
    def zone(self):
        """The status of the RemoteZone that describes the zone or ruleset; empty without."""
        return self.describing("RemoteZone", lambda spec: same(spec["id"], self.zone_id))

    def wait_ready(self, seconds=30):
        """Wait until the object says that all is well, and return its status."""
        status = self.wait_said_ready(self.state, seconds)
        (made,) = self.links()
        assert same(made["network"], self.tenants.own) and not made["registration"]
        return status

    def links(self):
        """Return the links of the zone or ruleset."""
        return [each for each in self.cloud.links()
                if each["id"].lower().startswith(f"{self.zone_id.lower()}/virtualnetworklinks/")]

    def add(self, name=None, network=None, **more):
        """Make a link by hand; returns its id."""
        return self.cloud.link(self.zone_id, name or self.thing["spec"]["remoteLinkName"], network or self.tenants.own,
                               **more)

    def calls(self, method=None):
        """Return the mutating calls on links of the zone or ruleset."""
        return [each for each in self.cloud.journal(mutating=True, service="arm") if method in (None, each["method"])
                and each["resource"].startswith(f"{self.zone_id.lower()}/")]


def same(one, other):
    """Say whether two ids are the same to Azure."""
    return one.lower() == other.lower()


def daemon_at(control_plane, folder, tenants, *options):
    """Run a daemon for Azure; see managed.py."""
    return managed.daemon_at("azure", control_plane, folder, tenants.environment, *managed.USUAL_LEASE,
                             *tenants.options, *options)
