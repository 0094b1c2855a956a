"""What the Azure server of the tests tells a caller of its own permissions, and that it refuses just the others."""

import pytest

from azure_ground import Ground, Sdk, make_certificate, sdk_refused
from tests.servers.azure import AzureServer

VERSION = "2022-04-01"
SUFFIX = "/providers/Microsoft.Authorization/permissions"
OWN = "Microsoft.Authorization/permissions/read"
NETWORKS = "Microsoft.Network/virtualNetworks"


@pytest.fixture(name="ground")
def _ground():
    """A cloud with two tenants whose clock stands still."""
    with AzureServer() as cloud:
        cloud.stop_clock()
        yield Ground(cloud)


def _entries(ground, target):
    answer = ground.call("GET", target + SUFFIX, version=VERSION)
    assert answer.status == 200, answer.raw
    return answer.body["value"]


def test_the_permissions_are_those_of_the_nearest_scope_without_what_is_denied(ground):
    """As role definitions say them: patterns that are granted, and others that are taken from these."""
    data = {"dataActions": [], "notDataActions": []}
    assert _entries(ground, ground.remote) == [{"actions": ["*"], "notActions": [], **data}]
    ground.cloud.permit(ground.client, ["*/read"], f"/subscriptions/{ground.there}")
    ground.cloud.permit(ground.client, [f"{NETWORKS}/*", OWN], ground.remote.upper())
    ground.cloud.deny(ground.client, ["*/peer/action"], ground.remote)
    ground.cloud.deny(ground.client, ["*/delete"], ground.zone)
    assert _entries(ground, ground.remote) == [
        {"actions": [f"{NETWORKS}/*", OWN], "notActions": ["*/peer/action"], **data}]
    assert _entries(ground, ground.zone) == [{"actions": ["*/read"], "notActions": ["*/delete"], **data}]
    assert _entries(ground, ground.zone + "x") == [{"actions": ["*/read"], "notActions": [], **data}]
    assert ground.cloud.journal(action=OWN)[-1]["mutating"] is False


def test_to_see_the_own_permissions_is_a_permission_too(ground):
    """And the call is one that reads alone."""
    ground.cloud.permit(ground.client, ["Microsoft.Network/*"], ground.remote)
    answer = ground.call("GET", ground.remote + SUFFIX, version=VERSION)
    assert (answer.status, answer.code) == (403, "AuthorizationFailed")
    assert f"'{OWN}' over scope '{ground.remote}'" in answer.said
    answer = ground.call("PUT", ground.zone + SUFFIX, {}, version=VERSION)
    assert (answer.status, answer.code) == (405, "HttpMethodNotSupported")
    ground.cloud.permit(ground.client, None)
    assert ground.call("GET", ground.zone + SUFFIX, version=VERSION).code == "AuthorizationFailed"


def test_azures_own_client_reads_the_permissions(tmp_path):
    """Of a network and of a zone; it writes an empty parent as two slashes."""
    certificate, key = make_certificate(tmp_path)
    with AzureServer(certificate=certificate, key=key) as cloud, Sdk(certificate, cloud.metadata_url) as sdk:
        ground = Ground(cloud)
        credential = {"kind": "secret", "tenant_id": ground.away, "client_id": ground.client,
                      "client_secret": ground.application["secret"]}
        sdk.ask("make", name="away", kind="authorization", url=cloud.url, subscription=ground.there,
                credential=credential)

        def listed(kind, name):
            return sdk.ask("call", client="away", group="permissions", method="list_for_resource", arguments={
                "resource_group_name": "hub-group", "resource_provider_namespace": "Microsoft.Network",
                "parent_resource_path": "", "resource_type": kind, "resource_name": name})

        cloud.deny(ground.client, ["*/peer/action"], ground.remote)
        (found,) = listed("virtualNetworks", "hub")
        assert (found["actions"], found["notActions"]) == (["*"], ["*/peer/action"])
        (found,) = listed("privateDnsZones", "example.com")
        assert (found["actions"], found["notActions"]) == (["*"], [])
        cloud.deny(ground.client, [OWN], ground.remote)
        with sdk_refused("AuthorizationFailed", 403, OWN):
            listed("virtualNetworks", "hub")
