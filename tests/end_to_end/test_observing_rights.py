"""A daemon that observes needs just the rights that docs/gcp.md and docs/azure.md name for it: with no others it sees all, and is refused nothing."""

import contextlib

import pytest

import managed_azure
import managed_gcp
from managed import shoot_of
from managed_azure import NETWORK, Tenants
from managed_gcp import AWAY, HOME, Projects
from objects import SHOOT
from tests.servers.azure import AzureServer
from tests.servers.gcp import GcpServer

# In the own project and VNet, and in those of the others. What only hides something where it is missing stands there too.
PROJECTS = {HOME: ["compute.networks.get", "compute.subnetworks.list"],
            AWAY: ["compute.networks.get", "compute.networks.listEffectiveTags", "compute.subnetworks.list"]}
OWN_VNET = [f"{NETWORK}/read"]
REMOTE = [f"{NETWORK}/read", *(f"Microsoft.Network/{kind}/{right}" for kind in ("privateDnsZones", "dnsForwardingRulesets")
                               for right in ("read", "virtualNetworkLinks/read"))]
OWN_RIGHTS = "Microsoft.Authorization/permissions/read"
MODULES = {"gcp": managed_gcp, "azure": managed_azure}


@contextlib.contextmanager
def observer(control_plane, folder, name, cloud):
    """Run a daemon that looks at a cloud each second, in a cluster that is there."""
    module = MODULES[name]
    info = shoot_of(name, module.REGION)
    control_plane.api.store(info)
    try:
        with module.daemon_at(control_plane, folder, cloud, "--resync=1s", "--refresh=2s", "--idle=1s"):
            yield
    finally:
        control_plane.api.delete(info)


@contextlib.contextmanager
def applied(thing):
    """Apply an object for a while."""
    try:
        yield thing.apply()
    finally:
        thing.delete()
        thing.wait_gone()


def refused(cloud):
    """Return the rights for want of which a cloud has refused a call."""
    return {each["action"] for each in cloud.journal() if each["status"] == 403}


def test_observing_google_cloud_takes_no_more(control_plane, plot, tmp_path):
    with GcpServer() as cloud:
        projects = Projects(cloud, control_plane.api, tmp_path)
        for project, rights in PROJECTS.items():
            cloud.permit(projects.email, project, rights)
        with observer(control_plane, tmp_path, "gcp", projects), applied(projects.neighbour(plot)) as neighbour:
            neighbour.wait_event("Drift", neighbour.short, "missing")
            neighbour.wait(lambda: neighbour.network.get("cidrs"), "the network has been looked up")
            assert [key.rpartition("/")[2] for key in neighbour.network["tags"]] == [SHOOT]
        assert refused(cloud) == set()


@pytest.mark.parametrize("ruleset", [None, False, True], ids=["peering", "zone", "ruleset"])
def test_observing_azure_takes_no_more(control_plane, plot, tmp_path, ruleset):
    """Its own rights are the only thing that it asks for in vain."""
    with AzureServer() as cloud:
        tenants = Tenants(cloud, control_plane.api)
        for subscription, rights in ((tenants.here, OWN_VNET), (tenants.there, REMOTE), (tenants.beside, REMOTE)):
            cloud.permit(tenants.client, rights, f"/subscriptions/{subscription}")
        thing = tenants.neighbour(plot) if ruleset is None else tenants.zone(plot, ruleset=ruleset)
        with observer(control_plane, tmp_path, "azure", tenants), applied(thing):
            thing.wait_event("Drift", "missing")
            seen = (lambda: thing.network) if ruleset is None else (lambda: thing.zone)
            thing.wait(lambda: seen().get("tags") == {SHOOT: ""}, "it has been looked up")
        assert refused(cloud) == {OWN_RIGHTS}
