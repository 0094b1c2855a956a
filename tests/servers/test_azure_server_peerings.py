"""What the Azure server of the tests says of peerings: every state, every refusal, and how operations are followed."""

import pytest

from azure_ground import Ground
from tests.servers.azure import AzureServer

CONNECTED = ("Connected", "FullyInSync")


@pytest.fixture(name="ground")
def _ground():
    """A cloud with two tenants whose clock stands still."""
    with AzureServer() as cloud:
        cloud.stop_clock()
        yield Ground(cloud)


def _refused(answer, code, status=400, text=""):
    """Assert that an answer is a refusal."""
    assert (answer.status, answer.code) == (status, code), answer.raw
    assert text in answer.said
    assert answer.headers["x-ms-request-id"]


def test_both_halves_may_be_written_before_either_operation_has_ended(ground):
    """As one of the clients does; with the setting the second one has to wait."""
    assert ground.write(ground.one, settle=False).status == 201
    ground.cloud.settings(busy_remote=True)
    _refused(ground.write(ground.two), "ReferencedResourceNotProvisioned", text="the last operation that updated/is "
             "updating the resource is PutVirtualNetworkPeeringOperation.")
    ground.cloud.settings(busy_remote=False)
    assert ground.write(ground.two).body["properties"]["peeringState"] == "Connected"
    assert ground.states() == {"to-hub": CONNECTED, "to-shoot": CONNECTED}


def test_one_network_does_one_operation_at_a_time(ground):
    """The refusal names the operation."""
    first = ground.write(ground.one, settle=False)
    again = ground.write(ground.one, settle=False)
    _refused(again, "AnotherOperationInProgress", 429)
    address = again.said.partition("use uri: ")[2].rstrip(".").partition("?")[0]
    assert first.headers["azure-asyncoperation"].startswith(address)
    ground.cloud.settings(busy_status=409)
    _refused(ground.call("DELETE", ground.one), "AnotherOperationInProgress", 409)
    assert ground.cloud.dump()["running"] == [ground.one.lower()]
    ground.cloud.forward(1)
    assert ground.write(ground.one).status == 200


@pytest.mark.parametrize("first,second", [("one", "two"), ("two", "one")])
def test_a_half_that_lost_the_other_is_in_the_way_until_it_is_written_again(ground, first, second):
    """From either side, and by deletion of the half or of its network."""
    first, second = getattr(ground, first), getattr(ground, second)
    ground.connect()
    ground.remove(first)
    assert ground.look(second)["peeringState"] == "Disconnected"
    _refused(ground.write(first), "RemotePeeringIsDisconnected", text=f"because remote peering {second} referencing "
             "parent virtual network")
    assert ground.write(second).body["properties"]["peeringState"] == "Initiated"
    ground.write(first)
    assert ground.states() == {"to-hub": CONNECTED, "to-shoot": CONNECTED}
    ground.remove(first)
    ground.remove(second)
    ground.write(first)
    ground.write(second)
    assert ground.states() == {"to-hub": CONNECTED, "to-shoot": CONNECTED}


def test_a_network_that_is_deleted_and_made_again_leaves_its_peer_disconnected(ground):
    """With the same name it is another network."""
    ground.connect()
    ground.cloud.delete_network(ground.remote)
    assert ground.look(ground.one)["peeringState"] == "Disconnected"
    assert ground.call("GET", ground.remote).code == "ResourceNotFound"
    _refused(ground.call("GET", ground.two), "ParentResourceNotFound", 404)
    _refused(ground.write(ground.one), "InvalidResourceReference", text="was not found")
    ground.cloud.network(ground.there, "hub-group", "hub", ["10.1.0.0/16"])
    _refused(ground.write(ground.two), "RemotePeeringIsDisconnected")
    ground.write(ground.one)
    ground.write(ground.two)
    assert ground.states() == {"to-hub": CONNECTED, "to-shoot": CONNECTED}


def test_the_etag_of_a_half_changes_without_it(ground):
    """When the other one comes or goes."""
    ground.write(ground.one)
    etags = [ground.call("GET", ground.one).headers["etag"]]
    ground.write(ground.two)
    etags.append(ground.call("GET", ground.one).headers["etag"])
    ground.remove(ground.two)
    etags.append(ground.call("GET", ground.one).headers["etag"])
    assert len(set(etags)) == 3
    ground.cloud.settings(weak_match=False)
    body = {"properties": {"remoteVirtualNetwork": {"id": ground.remote}}}
    _refused(ground.call("PUT", ground.one, body, headers={"If-Match": etags[0]}), "PreconditionFailed", 412)
    assert ground.call("PUT", ground.one, body, headers={"If-Match": etags[2]}).status == 200


def test_levels_follow_the_address_spaces_of_both(ground):
    """Each side is synced by itself."""
    ground.connect()
    ground.cloud.prefixes(ground.local, ["10.0.0.0/16", "10.8.0.0/16"])
    assert ground.states() == {"to-hub": ("Connected", "RemoteNotInSync"), "to-shoot": ("Connected", "LocalNotInSync")}
    ground.cloud.prefixes(ground.remote, ["10.1.0.0/17"])
    both = ("Connected", "LocalAndRemoteNotInSync")
    assert ground.states() == {"to-hub": both, "to-shoot": both}
    shown = ground.look(ground.one)
    assert shown["remoteAddressSpace"]["addressPrefixes"] == ["10.1.0.0/16", "fd00:1::/56"]
    assert shown["remoteVirtualNetworkAddressSpace"]["addressPrefixes"] == ["10.1.0.0/17"]
    ground.write(ground.one, "?syncRemoteAddressSpace=true")
    assert ground.states()["to-hub"] == ("Connected", "RemoteNotInSync")
    ground.write(ground.two, "?syncRemoteAddressSpace=true")
    assert ground.states() == {"to-hub": CONNECTED, "to-shoot": CONNECTED}


def test_overlaps_of_the_two_and_with_a_third_are_refused(ground):
    """Seen from both ends, and also when a space grew after the peering."""
    ground.cloud.prefixes(ground.remote, ["10.0.128.0/17", "10.1.0.0/16"])
    _refused(ground.write(ground.one), "VnetAddressSpacesOverlap",
             text="Overlapping address prefixes: 10.0.0.0/16, 10.0.128.0/17")
    ground.cloud.prefixes(ground.remote, ["10.1.0.0/16"])
    third = ground.cloud.network(ground.there, "hub-group", "third", ["10.0.1.0/24"])
    ground.cloud.peering(ground.remote, "to-third", third)
    text = f"overlaps with address space of virtual network {third} already peered with the"
    _refused(ground.write(ground.one), "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet", text=f"{text} second virtual "
             "network. Overlapping address prefixes: 10.0.0.0/16")
    _refused(ground.write(ground.two), "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet", text=f"{text} first")
    assert len(ground.cloud.peerings()) == 1


def test_gateways_are_used_only_where_the_other_side_lets_them(ground):
    """The transit of the other half, a gateway there and none here, and one such peering alone."""
    _refused(ground.write(ground.one, useRemoteGateways=True), "RemoteVnetHasNoGateways")
    assert ground.write(ground.one, useRemoteGateways=True, doNotVerifyRemoteGateways=True).status == 201
    ground.cloud.gateway(ground.remote)
    assert "AllowGatewayTransit flag set to false" in ground.write(ground.two).said
    ground.write(ground.two, allowGatewayTransit=True)
    assert ground.look(ground.one)["remoteGateways"][0]["id"].endswith("virtualNetworkGateways/gateway1")
    assert "AllowGatewayTransit flag set to false" in ground.write(ground.two, allowGatewayTransit=False).said
    other = ground.cloud.network(ground.there, "hub-group", "other", ["10.7.0.0/16"], gateway=True)
    body = {"properties": {"useRemoteGateways": True, "remoteVirtualNetwork": {"id": other}}}
    assert "another peering" in ground.call("PUT", f"{ground.local}/virtualNetworkPeerings/second", body).said
    ground.cloud.gateway(ground.local)
    assert "already has a gateway" in ground.write(ground.one, useRemoteGateways=True).said
    ground.write(ground.one, allowForwardedTraffic=True)
    shown = ground.look(ground.one)
    assert "remoteGateways" not in shown and shown["allowForwardedTraffic"] is True
    ground.write(ground.one)
    assert ground.look(ground.one)["allowForwardedTraffic"] is False


def test_what_a_body_says_must_fit_what_is_there(ground):
    """One peering per remote, no other remote, not itself, a name that can be one."""
    ground.write(ground.one)
    half, second = f"{ground.local}/virtualNetworkPeerings/", {"properties": {
        "remoteVirtualNetwork": {"id": ground.remote.lower()}}}
    _refused(ground.call("PUT", f"{half}other", second), "AnotherPeeringAlreadyReferencesRemoteVnet", text=ground.one)
    third = ground.cloud.network(ground.there, "hub-group", "third", ["10.3.0.0/16"])
    moved = {"properties": {"remoteVirtualNetwork": {"id": third}}}
    assert "cannot be changed" in ground.call("PUT", ground.one, moved).said
    own = {"properties": {"remoteVirtualNetwork": {"id": ground.local}}}
    assert "peered with itself" in ground.call("PUT", f"{half}own", own).said
    _refused(ground.call("PUT", f"{half}-a", moved), "InvalidResourceName", text="Resource name -a is invalid.")
    _refused(ground.call("PUT", f"{half}a", {"properties": {}}), "InvalidRequestFormat")
    _refused(ground.call("PUT", f"{half}a", {"properties": {"remoteVirtualNetwork": {"id": ground.zone}}}),
             "InvalidRequestFormat")
    bad = {"properties": {"remoteVirtualNetwork": {"id": "hub"}}}
    _refused(ground.call("PUT", f"{half}a", bad), "LinkedInvalidPropertyId")
    ground.cloud.settings(peerings_per_network=1)
    assert "Cannot create more than 1 peerings" in ground.call("PUT", f"{half}third", moved).said
    ground.cloud.busy(ground.remote)
    _refused(ground.write(ground.one), "ReferencedResourceNotProvisioned", text="is PutSubnetOperation.")
    ground.cloud.busy(ground.remote, "")
    assert ground.write(ground.one).status == 200


def test_ids_are_compared_without_case_and_kept_as_they_were_given(ground):
    """Or shown in lower case, as some services do."""
    ground.write(ground.one)
    shouted = ground.one.replace("/resourceGroups/", "/RESOURCEGROUPS/").replace("to-hub", "TO-HUB")
    shown = ground.call("GET", shouted).body
    assert (shown["id"], shown["name"]) == (ground.one, "to-hub")
    body = {"properties": {"remoteVirtualNetwork": {"id": ground.local.upper().replace("/SUB", "/sub")}}}
    ground.settle(ground.call("PUT", ground.two, body))
    assert ground.look(ground.two)["remoteVirtualNetwork"]["id"] == body["properties"]["remoteVirtualNetwork"]["id"]
    assert ground.states() == {"to-hub": CONNECTED, "to-shoot": CONNECTED}
    ground.cloud.settings(lower_case=True)
    assert ground.call("GET", ground.one).body["id"] == ground.one.lower()


def test_operations_are_followed_by_addresses_that_change_and_are_long(ground):
    """Each poll gives a new one; the server can insist on the newest. Retry-After is told where it is set."""
    ground.cloud.settings(retry_after=7, newest_url_only=True)
    put = ground.write(ground.one, settle=False)
    first = put.headers["azure-asyncoperation"]
    assert len(first) > 4000 and put.headers["retry-after"] == "7" and "location" not in put.headers
    poll = ground.poll(first)
    assert (poll.status, poll.body, poll.headers["retry-after"]) == (200, {"status": "InProgress"}, "7")
    second = poll.headers["azure-asyncoperation"]
    assert second != first and second.partition("?")[0] == first.partition("?")[0]
    _refused(ground.poll(first), "OperationNotFound", 404)
    ground.cloud.forward(1)
    assert ground.poll(second).body == {"status": "Succeeded"}
    deleted = ground.call("DELETE", ground.one)
    assert (deleted.status, deleted.raw, ground.look(ground.one)["provisioningState"]) == (202, b"", "Deleting")
    waiting = ground.poll(deleted.headers["location"])
    assert (waiting.status, waiting.raw) == (202, b"")
    ground.cloud.forward(1)
    assert ground.poll(waiting.headers["location"]).status == 204
    assert ground.call("DELETE", ground.one).status == 204
    _refused(ground.call("GET", ground.one), "NotFound", 404)


def test_a_refusal_can_come_by_polling_with_200(ground):
    """The half is there then, and says Failed; a deletion that fails leaves it, too."""
    ground.cloud.settings(late_refusals=True)
    ground.cloud.prefixes(ground.remote, ["10.0.0.0/20"])
    put = ground.write(ground.one, settle=False)
    assert put.status == 201
    poll = ground.settle(put)
    assert (poll.status, poll.body["status"], poll.code) == (200, "Failed", "VnetAddressSpacesOverlap")
    assert ground.look(ground.one)["provisioningState"] == "Failed"
    ground.cloud.spoil("InternalServerError", "An error occurred.", method="DELETE")
    poll = ground.settle(ground.call("DELETE", ground.one))
    assert (poll.body["status"], poll.said) == ("Failed", "An error occurred.")
    ground.cloud.spoil("CanceledAndSupersededDueToAnotherOperation", status="Canceled", method="DELETE")
    assert ground.settle(ground.call("DELETE", ground.one)).body["status"] == "Canceled"
    assert ground.look(ground.one)["provisioningState"] == "Failed"
    ground.remove(ground.one)


def test_lists_hold_all_halves_of_a_network_in_pages(ground):
    """And a network shows its halves, too."""
    for number in range(5):
        remote = ground.cloud.network(ground.here, "shoot-group", f"n{number}", [f"10.{number + 20}.0.0/16"])
        ground.cloud.peering(ground.local, f"p{number}", remote)
    assert len(ground.look(ground.local)["virtualNetworkPeerings"]) == 5
    assert len(ground.call("GET", f"{ground.local.rpartition('/')[0]}").body["value"]) == 6
    ground.cloud.settings(page=2)
    target, names = f"{ground.local}/virtualNetworkPeerings?api-version=2024-05-01", []
    while target:
        body = ground.call("GET", target).body
        names += [each["name"] for each in body["value"]]
        target = body.get("nextLink", "").removeprefix(ground.cloud.url)
    assert names == [f"p{number}" for number in range(5)]
