"""The Azure server of the tests, driven by Azure's own clients, so that it is not judged by us alone.

The clients log in, name the version, poll and read pages by their own code, over TLS.
"""

import base64
import json
import time

import pytest

from azure_ground import Ground, Sdk, make_certificate, sdk_refused
from tests.servers.azure import AzureServer


@pytest.fixture(name="running", scope="module")
def _running(tmp_path_factory):
    """A server with TLS, and the clients' process, started once."""
    certificate, key = make_certificate(tmp_path_factory.mktemp("azure"))
    with AzureServer(certificate=certificate, key=key) as cloud, Sdk(certificate, cloud.metadata_url) as sdk:
        yield cloud, sdk


class Clients:
    """The clients of the application in both tenants, by name: network, privatedns or dnsresolver, here or there."""

    def __init__(self, ground, sdk):
        self.ground = ground
        self.sdk = sdk

    def secret(self, tenant, **changes):
        """Return the credential of the application in a tenant."""
        found = {"kind": "secret", "tenant_id": tenant, "client_id": self.ground.client,
                 "client_secret": self.ground.application["secret"]}
        return {**found, **changes}

    def make(self, kind, there=False, auxiliary=True, **more):
        """Make a client and return its name; by default with a token of the other tenant."""
        ground = self.ground
        tenant, other = (ground.away, ground.home) if there else (ground.home, ground.away)
        name = f"{kind} {'there' if there else 'here'}"
        asked = {"credential": self.secret(tenant), "auxiliary": [self.secret(other)] if auxiliary else [], **more}
        self.sdk.ask("make", name=name, kind=kind, url=ground.cloud.url,
                     subscription=ground.there if there else ground.here, **asked)
        return name

    def call(self, client, group, method, **arguments):
        """Call a method of a client."""
        return self.sdk.ask("call", client=client, group=group, method=method, arguments=arguments)

    def peering(self, client, method, **more):
        """Call a method on the half of a client's network."""
        here = client.endswith(" here")
        names = {"resource_group_name": "shoot-group" if here else "hub-group",
                 "virtual_network_name": "shoot" if here else "hub"}
        if method != "list":
            names["virtual_network_peering_name"] = "to-hub" if here else "to-shoot"
        return self.call(client, "virtual_network_peerings", method, **names, **more)

    def write(self, client, options=None, **more):
        """Write the half of a client's network."""
        remote = self.ground.remote if client.endswith(" here") else self.ground.local
        body = {"properties": {**(options or {}), "remoteVirtualNetwork": {"id": remote}}}
        return self.peering(client, "begin_create_or_update", virtual_network_peering_parameters=body, **more)


@pytest.fixture(name="clients")
def _clients(running):
    """A new pair of tenants in the running server, whose operations take a moment."""
    cloud, sdk = running
    cloud.settings(operation=0.05, link_operation=0.05)
    clients = Clients(Ground(cloud), sdk)
    yield clients
    cloud.clear_hooks()


def test_a_peering_of_two_tenants_lives_through_all_its_states(clients):
    """Both halves made, changed, read, listed and deleted; each call waited for by the client's own poller."""
    here, there, ground = clients.make("network"), clients.make("network", there=True), clients.ground
    network = clients.call(here, "virtual_networks", "get", resource_group_name="shoot-group",
                           virtual_network_name="shoot")
    assert (network["properties"]["addressSpace"]["addressPrefixes"], network["tags"]) == (
        ["10.0.0.0/16"], {"Name": "shoot"})
    first = clients.write(here, {"allowForwardedTraffic": True})
    assert first["id"] == ground.one
    properties = first["properties"]
    assert (properties["provisioningState"], properties["peeringState"], properties["peeringSyncLevel"]) == (
        "Succeeded", "Initiated", "RemoteNotInSync")
    second = clients.write(there)["properties"]
    assert (second["peeringState"], second["peeringSyncLevel"]) == ("Connected", "FullyInSync")
    again = clients.peering(here, "get")
    assert again["properties"]["peeringState"] == "Connected" and again["etag"] != first["etag"]
    assert again["properties"]["resourceGuid"] == second["resourceGuid"]
    assert again["properties"]["remoteAddressSpace"]["addressPrefixes"] == ["10.1.0.0/16", "fd00:1::/56"]
    assert clients.write(here, {"allowForwardedTraffic": False})["properties"]["allowForwardedTraffic"] is False
    assert [each["name"] for each in clients.peering(there, "list")] == ["to-shoot"]
    assert clients.peering(here, "begin_delete") is None
    with sdk_refused("NotFound", 404):
        clients.peering(here, "get")
    assert clients.peering(there, "get")["properties"]["peeringState"] == "Disconnected"
    with sdk_refused("RemotePeeringIsDisconnected", 400, "Update or re-create the remote peering"):
        clients.write(here)
    assert clients.write(there)["properties"]["peeringState"] == "Initiated"
    assert clients.write(here)["properties"]["peeringState"] == "Connected"
    clients.peering(there, "begin_delete")
    clients.peering(here, "begin_delete")
    assert clients.peering(here, "begin_delete") is None
    assert [each for each in ground.cloud.peerings() if each["id"] in (ground.one, ground.two)] == []


def test_an_address_space_that_grows_is_synced_from_the_side_that_says_so(clients):
    """The other side's call has no effect."""
    here, there = clients.make("network"), clients.make("network", there=True)
    clients.write(here)
    clients.write(there)
    clients.ground.cloud.prefixes(clients.ground.remote, ["10.1.0.0/16", "10.9.0.0/16"])
    assert clients.peering(here, "get")["properties"]["peeringSyncLevel"] == "LocalNotInSync"
    assert clients.peering(there, "get")["properties"]["peeringSyncLevel"] == "RemoteNotInSync"
    clients.write(there, sync_remote_address_space="true")
    assert clients.write(here)["properties"]["peeringSyncLevel"] == "LocalNotInSync"
    synced = clients.write(here, sync_remote_address_space="true")["properties"]
    assert synced["peeringSyncLevel"] == "FullyInSync"
    assert synced["remoteAddressSpace"]["addressPrefixes"] == ["10.1.0.0/16", "10.9.0.0/16"]


def test_a_failure_of_an_operation_reaches_the_client_by_its_poller(clients):
    """With HTTP 200 and the status Failed."""
    here, cloud = clients.make("network"), clients.ground.cloud
    cloud.spoil("RetryableError", "A retryable error occurred.", method="PUT", resource=clients.ground.one)
    with sdk_refused("RetryableError", 200, "A retryable error occurred."):
        clients.write(here)
    assert clients.peering(here, "get")["properties"]["provisioningState"] == "Failed"
    assert clients.write(here)["properties"]["provisioningState"] == "Succeeded"


def test_without_a_token_of_the_other_tenant_a_peering_is_refused(clients):
    """And without a service principal in it there is no such token."""
    here, ground = clients.make("network", auxiliary=False), clients.ground
    text = f"not authorized to access linked subscription '{ground.there}'"
    with sdk_refused("LinkedAuthorizationFailed", 403, text):
        clients.write(here)
    ground.cloud.withdraw(ground.client, ground.away)
    here = clients.make("network")
    with sdk_refused(None, None, "is missing service principal in the tenant"):
        clients.write(here)


def test_a_zone_link_lives_through_all_its_states(clients):
    """Made, made again only if it is new, changed, listed in pages, deleted."""
    there, ground = clients.make("privatedns", there=True), clients.ground
    where = {"resource_group_name": "hub-group", "private_zone_name": "example.com"}
    link = {**where, "virtual_network_link_name": "shoot"}

    def call(method, **more):
        return clients.call(there, "virtual_network_links", method, **more)

    body = {"location": "global", "tags": {"a/b": "c"}, "properties": {
        "registrationEnabled": False, "virtualNetwork": {"id": ground.local}}}
    made = call("begin_create_or_update", **link, parameters=body, match_condition="IfMissing")
    properties = made["properties"]
    assert (properties["provisioningState"], properties["virtualNetworkLinkState"]) == ("Succeeded", "Completed")
    assert (properties["virtualNetwork"]["id"], made["tags"]) == (ground.local, {"a/b": "c"})
    with sdk_refused("PreconditionFailed", 200, "'shoot' exists already and hence cannot be created again."):
        call("begin_create_or_update", **link, parameters=body, match_condition="IfMissing")
    changed = call("begin_update", **link, parameters={"properties": {"registrationEnabled": True}})
    assert changed["properties"]["registrationEnabled"] is True and changed["etag"] != made["etag"]
    zone = clients.call(there, "private_zones", "get", **where)
    assert (zone["properties"]["numberOfVirtualNetworkLinks"], zone["tags"]) == (1, {"shoot": ""})
    assert zone["properties"]["numberOfVirtualNetworkLinksWithRegistration"] == 1
    for number in range(4):
        ground.cloud.link(ground.zone, f"more{number}", ground.remote)
    listing = {"client": there, "group": "virtual_network_links", "method": "list", "arguments": {**where, "top": 2}}
    assert clients.sdk.ask("pages", **listing) == 3
    assert len(clients.sdk.ask("call", **listing)) == 5
    assert call("begin_delete", **link) is None
    with sdk_refused("ResourceNotFound", 404):
        call("get", **link)
    assert call("begin_delete", **link) is None


def test_a_ruleset_link_lives_through_all_its_states(clients):
    """A network is linked to one ruleset alone, and the conflict is said at once."""
    there, ground = clients.make("dnsresolver", there=True), clients.ground

    def call(method, ruleset="rules", link="shoot", **more):
        if method != "list":
            more["virtual_network_link_name"] = link
        return clients.call(there, "virtual_network_links", method, resource_group_name="hub-group",
                            dns_forwarding_ruleset_name=ruleset, **more)

    body = {"properties": {"virtualNetwork": {"id": ground.local}, "metadata": {"by": "test"}}}
    made = call("begin_create_or_update", parameters=body)
    assert made["properties"]["provisioningState"] == "Succeeded"
    assert made["properties"]["virtualNetwork"]["id"] == ground.local
    assert call("begin_update", parameters={"metadata": {"by": "you"}})["name"] == "shoot"
    ground.cloud.ruleset(ground.there, "hub-group", "more")
    with sdk_refused("Conflict", 409, "is already linked to the DNS forwarding ruleset"):
        call("begin_create_or_update", ruleset="more", parameters=body)
    assert [each["name"] for each in call("list")] == ["shoot"]
    assert call("begin_delete") is None
    with sdk_refused("ResourceNotFound", 404):
        call("get")
    assert call("begin_create_or_update", ruleset="more", parameters=body)["name"] == "shoot"


def _assertion(**changes):
    claims = {"iss": "https://issuer.example", "sub": "system:serviceaccount:a:b", "aud": "api://AzureADTokenExchange",
              "exp": int(time.time()) + 600, **changes}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims)]
    return ".".join([*parts, "c2lnbmF0dXJl"])


def test_workload_identities_and_managed_ones_get_tokens(clients, tmp_path):
    """By an assertion that the application trusts, or from the metadata service."""
    ground, path = clients.ground, tmp_path / "token"
    path.write_text(_assertion())
    workload = {"kind": "workload", "tenant_id": ground.home, "client_id": ground.client,
                "token_file_path": str(path)}
    with sdk_refused(None, 401, "AADSTS700213"):
        clients.sdk.ask("token", url=ground.cloud.url, credential=workload)
    ground.cloud.federate(ground.client, "https://issuer.example", "system:serviceaccount:a:b")
    here = clients.make("network", auxiliary=False, credential=workload)
    names = {"resource_group_name": "shoot-group", "virtual_network_name": "shoot"}
    assert clients.call(here, "virtual_networks", "get", **names)["name"] == "shoot"
    ground.cloud.managed_identity(ground.client)
    for credential in ({"kind": "managed"}, {"kind": "managed", "client_id": ground.client}):
        here = clients.make("network", auxiliary=False, credential=credential)
        assert clients.call(here, "virtual_networks", "get", **names)["name"] == "shoot"


@pytest.mark.parametrize("change,text", [
    ({"client_secret": "wrong"}, "AADSTS7000215"),
    ({"client_id": "00000000-0000-0000-0000-000000000001"}, "AADSTS700016"),
])
def test_what_is_wrong_with_a_secret_is_said_by_its_number(clients, change, text):
    """As the client shows it."""
    credential = clients.secret(clients.ground.home, **change)
    with sdk_refused(None, None, text):
        clients.sdk.ask("token", url=clients.ground.cloud.url, credential=credential)


def test_the_client_waits_as_long_as_a_throttled_answer_says(clients):
    """And then goes on by itself."""
    here, cloud = clients.make("network", retries=2), clients.ground.cloud
    cloud.clear_journal()
    cloud.throttle(1, retry_after=1, method="PUT", resource=clients.ground.one)
    assert clients.write(here)["name"] == "to-hub"
    assert [each["status"] for each in cloud.journal(method="PUT")] == [429, 201]
    here = clients.make("network")
    cloud.throttle(1, retry_after=1, method="GET", service="arm")
    with sdk_refused("TooManyRequests", 429, "The request is being throttled"):
        clients.peering(here, "get")
