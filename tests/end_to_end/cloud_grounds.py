"""Clouds of our own and the objects of one peering or link that a daemon manages in them, as peering_ground has it for
AWS: one on Google Cloud, one on Azure, and a link each to a zone and to a ruleset there.

Operations take a moment, so that what was begun may go on when a daemon is killed.
"""

import json
import sys
import tempfile
from pathlib import Path

from custom_resources import REPOSITORY
from managed_azure import AT_HOME, FAR_AWAY, GOOD, OWN_NAME, OWN_RANGES, PLENTY
from managed_azure import REGION as AZURE_REGION
from managed_gcp import AT_HOME as GCP_AT_HOME
from managed_gcp import AWAY, HOME, TAG, gcp_peering
from managed_gcp import FAR_AWAY as GCP_FAR_AWAY
from managed_gcp import REGION as GCP_REGION
from objects import KYMA, PEERWARDEN, thing
from peering_ground import OTHER_RANGE, REMOTE_RANGES, Ground

sys.path.append(str(REPOSITORY))

from tests.servers.azure import AzureServer, client_environment  # noqa: E402
from tests.servers.gcp import GcpServer  # noqa: E402

MOMENT = 0.3
HALF = "of-peerwarden"


def described(name, **spec):
    """Return a RemoteNetwork."""
    return thing(PEERWARDEN, "RemoteNetwork", name, spec)


class GcpGround(Ground):
    """A cloud with the cluster's network and two others, to one of which somebody else has peered it."""

    cloud_name, region = "gcp", GCP_REGION
    changes = {"service": "compute", "mutating": True}

    def __init__(self, api, name):
        cloud = GcpServer().start()
        cloud.settings(pending=MOMENT / 3, running=MOMENT)
        self.own = cloud.network(HOME, OWN_NAME, OWN_RANGES)
        self.remote, self.other = (cloud.network(AWAY, each, list(ranges)) for each, ranges in (
            ("remote", REMOTE_RANGES), ("other", [OTHER_RANGE])))
        cloud.tag(self.remote, TAG)
        for one, half, two in ((self.own, "to-other", self.other), (self.other, "to-shoot", self.own),
                               (self.remote, "to-other", self.other)):
            cloud.add_peering(one, half, two)
        self.folder = tempfile.TemporaryDirectory()
        peering = gcp_peering(name, "remote", HALF, importCustomRoutes=True, deleteRemotePeering=True)
        super().__init__(api, cloud, peering, [
            described(f"{name}-{each}", gcp={"project": AWAY, "network": each}, cidrs=list(ranges))
            for each, ranges in (("remote", REMOTE_RANGES), ("other", [OTHER_RANGE]))])

    @property
    def options(self):
        """The options that lead a daemon to the cloud."""
        return ("--clouds=gcp", f"--gcp-local-project={HOME}", f"--gcp-compute-url={self.cloud.url}",
                f"--gcp-tags-url={self.cloud.url}")

    def access(self, name):
        """Make a service account with the least rights; return the environment that leads to it."""
        key = self.cloud.service_account(HOME, name)
        for project, rights in ((HOME, GCP_AT_HOME), (AWAY, GCP_FAR_AWAY)):
            self.cloud.permit(key["client_email"], project, rights)
        file = Path(self.folder.name) / "key.json"
        file.write_text(json.dumps(key))
        return {"GOOGLE_APPLICATION_CREDENTIALS": str(file)}

    def remove(self):
        """Remove what is left of the objects, and the cloud."""
        super().remove()
        self.folder.cleanup()

    def _parameters(self, entry):
        return {"action": entry["action"], "path": entry["path"], "body": json.dumps(entry["body"], sort_keys=True)}


class AzureGround(Ground):
    """A cloud with the cluster's VNet and, in another tenant, two others, to one of which somebody else has peered it.

    The classes below it put a link in the place of the peering.
    """

    cloud_name, region = "azure", AZURE_REGION
    changes = {"service": "arm", "mutating": True}

    def __init__(self, api, name):
        cloud = AzureServer().start()
        cloud.settings(operation=MOMENT, link_operation=MOMENT, **PLENTY)
        self.home, self.away = cloud.tenant(), cloud.tenant()
        self.here, self.there = cloud.subscription(self.home), cloud.subscription(self.away)
        self.own = cloud.network(self.here, OWN_NAME, OWN_NAME, OWN_RANGES)
        self.remote, self.other = (cloud.network(self.there, "hub", each, list(ranges), GOOD) for each, ranges in (
            ("remote", REMOTE_RANGES), ("other", [OTHER_RANGE])))
        for one, half, two in ((self.own, "to-other", self.other), (self.other, "to-shoot", self.own),
                               (self.remote, "to-other", self.other), (self.other, "to-remote", self.remote)):
            cloud.peering(one, half, two)
        super().__init__(api, cloud, *self._objects(cloud, name))

    def _objects(self, _cloud, name):
        """Return the object of the peering, and what describes the things that are remote."""
        peering = thing(KYMA, "AzureVpcPeering", name, {
            "remoteVnet": self.remote, "remoteTenant": self.away, "remotePeeringName": HALF,
            "deleteRemotePeering": True})
        return peering, [
            described(f"{name}-{each}", azure={"id": identifier}, cidrs=list(ranges)) for each, identifier, ranges in (
                ("remote", self.remote, REMOTE_RANGES), ("other", self.other, [OTHER_RANGE]))]

    @property
    def options(self):
        """The options that lead a daemon to the cloud."""
        return ("--clouds=azure", f"--azure-local-subscription={self.here}", f"--azure-manager-url={self.cloud.url}")

    def access(self, name):
        """Make an application with the least rights in both tenants; return the environment that leads to it."""
        application = self.cloud.application(self.home)
        self.cloud.consent(application["id"], self.away)
        self.cloud.permit(application["id"], [], "/")
        for subscription, rights in ((self.here, AT_HOME), (self.there, FAR_AWAY)):
            self.cloud.permit(application["id"], rights, f"/subscriptions/{subscription}")
        return client_environment(self.cloud, self.home, application)

    def _name(self, peering):
        super()._name(peering)
        self.names |= {self.here: "HERE", self.there: "THERE", self.home: "HOME", self.away: "AWAY"}
        for network in self.cloud.dump()["networks"].values():
            self.names[network["guid"]] = f"GUID of {network['id'].rpartition('/')[2]}"

    def _parameters(self, entry):
        return {"method": entry["method"], "resource": entry["resource"],
                "body": json.dumps(entry["parameters"], sort_keys=True), "auxiliary": entry["auxiliary"]}


class ZoneGround(AzureGround):
    """The same with a zone, to which somebody else has linked another VNet, and another zone that is linked."""

    field, kind = "remotePrivateDnsZone", "zone"
    zone_name = "example.com"

    def _objects(self, cloud, name):
        zone = getattr(cloud, self.kind)(self.there, "hub", self.zone_name, GOOD)
        cloud.link(zone, "of-other", self.other)
        cloud.link(cloud.zone(self.there, "hub", "example.org"), "of-shoot", self.own)
        link = thing(KYMA, "AzureVpcDnsLink", name, {
            self.field: zone, "remoteTenant": self.away, "remoteLinkName": HALF})
        return link, [thing(PEERWARDEN, "RemoteZone", f"{name}-zone", {"id": zone})]

    def effects(self):
        """Return each once: one who does not know that the same goes on already may begin it again, for the one link."""
        found = super().effects()
        return [effect for number, effect in enumerate(found) if effect not in found[:number]]


class RulesetGround(ZoneGround):
    """The same with a ruleset."""

    field, kind = "remoteDnsResolverRuleset", "ruleset"
    zone_name = "rules"
