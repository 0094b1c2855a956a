"""What the Azure server of the tests says of links: of zones, where polling alone shows it, and of rulesets."""

import pytest

from azure_ground import DNS_VERSION, Ground
from tests.servers.azure import AzureServer


@pytest.fixture(name="ground")
def _ground():
    """A cloud with two tenants whose clock stands still."""
    with AzureServer() as cloud:
        cloud.stop_clock()
        yield Ground(cloud)


def _failed(poll, code, text):
    """Assert that a poll says that the operation failed; its status is 200."""
    assert (poll.status, poll.body.get("status"), poll.code) == (200, "Failed", code), poll.raw
    assert text in poll.said


def _names(ground):
    return sorted(each["id"].rpartition("/")[2] for each in ground.cloud.links())


def test_a_link_appears_when_its_operation_ends_and_is_completed_after_a_while(ground):
    """Location shows the link in the end."""
    ground.cloud.settings(linking=10)
    link = f"{ground.zone}/virtualNetworkLinks/shoot"
    put = ground.link(settle=False)
    assert (put.status, put.body) == (202, {})
    assert ground.call("GET", link).code == "ResourceNotFound"
    poll = ground.poll(put.headers["azure-asyncoperation"])
    assert (poll.status, poll.body) == (202, {"status": "InProgress"})
    assert {"azure-asyncoperation", "location"} <= set(poll.headers)
    assert ground.poll(put.headers["location"]).status == 202
    ground.cloud.forward(1)
    assert ground.poll(poll.headers["azure-asyncoperation"]).body == {"status": "Succeeded"}
    done = ground.poll(put.headers["location"])
    assert (done.status, done.body["properties"]["virtualNetworkLinkState"]) == (200, "InProgress")
    ground.cloud.forward(10)
    assert ground.look(link)["virtualNetworkLinkState"] == "Completed"


def test_etags_guard_links_in_the_poll(ground):
    """If-None-Match makes only new ones, If-Match changes only what was read."""
    assert ground.link(headers={"If-None-Match": "*"}).body == {"status": "Succeeded"}
    _failed(ground.link(headers={"If-None-Match": "*"}), "PreconditionFailed", "exists already")
    link = f"{ground.zone}/virtualNetworkLinks/shoot"
    etag = ground.call("GET", link).headers["etag"]
    assert etag.startswith('"') and etag == ground.call("GET", link).body["etag"]
    ground.cloud.change_link(link, tags={"by": "hand"})
    _failed(ground.link(headers={"If-Match": etag}), "PreconditionFailed", "has been modified (etag mismatch)")
    deleted = ground.call("DELETE", link, headers={"If-Match": etag})
    _failed(ground.settle(deleted), "PreconditionFailed", "etag mismatch")
    etag = ground.call("GET", link).headers["etag"]
    assert ground.link(headers={"If-Match": etag}).body == {"status": "Succeeded"}
    _failed(ground.link("new", headers={"If-Match": etag}), "PreconditionFailed", "etag mismatch")
    assert _names(ground) == ["shoot"]


def test_a_network_has_one_zone_of_a_name_and_one_with_registration(ground):
    """Zones inside each other may be linked, unless the server is told otherwise."""
    second = ground.cloud.zone(ground.here, "shoot-group", "example.com")
    inner = ground.cloud.zone(ground.here, "shoot-group", "inner.example.com")
    other = ground.cloud.zone(ground.here, "shoot-group", "other.org")
    ground.link(registrationEnabled=True)
    _failed(ground.link(zone=second), "BadRequest", "A virtual network cannot be linked to multiple zones with "
            "overlapping namespaces. You tried to link virtual network with 'example.com' and 'example.com' zones.")
    ground.cloud.settings(refuse_nested_namespaces=True)
    _failed(ground.link(zone=inner), "BadRequest", "'inner.example.com' and 'example.com' zones.")
    ground.cloud.settings(refuse_nested_namespaces=False)
    assert ground.link(zone=inner).body == {"status": "Succeeded"}
    _failed(ground.link(zone=other, registrationEnabled=True), "Conflict", "can only be linked to 1 Private DNS "
            f"zone(s) with auto-registration enabled; conflicting Private DNS zone is '{ground.zone}'")
    assert ground.link(zone=other).body == {"status": "Succeeded"}
    patched = ground.call("PATCH", f"{other}/virtualNetworkLinks/shoot", {"properties": {"registrationEnabled": True}})
    _failed(ground.settle(patched), "Conflict", "can only be linked to 1")


def test_the_link_of_a_network_that_was_deleted_is_in_the_way_of_a_new_one(ground):
    """By its own name and by another one, until it is deleted."""
    ground.link()
    ground.cloud.delete_network(ground.local)
    _failed(ground.link(), "BadRequest", "does not exist")
    ground.cloud.network(ground.here, "shoot-group", "shoot", ["10.0.0.0/16"])
    _failed(ground.link(), "Conflict", "already in use")
    _failed(ground.link("second"), "Conflict", f"Virtual network resource identity '{ground.local}' already in use")
    ground.remove(f"{ground.zone}/virtualNetworkLinks/shoot")
    assert ground.link("second").body == {"status": "Succeeded"}


def test_a_link_that_is_put_again_is_replaced_and_one_that_is_patched_is_changed(ground):
    """What the body does not tell."""
    link = ground.cloud.link(ground.zone, "shoot", ground.local, True, {"a": "b"})
    ground.settle(ground.call("PATCH", link, {"tags": {"c": "d"}}))
    assert ground.call("GET", link).body["tags"] == {"c": "d"} and ground.look(link)["registrationEnabled"] is True
    ground.settle(ground.call("PATCH", link, {"properties": {"registrationEnabled": True}}))
    assert ground.call("GET", link).body["tags"] == {"c": "d"}
    ground.link()
    assert "tags" not in ground.call("GET", link).body and ground.look(link)["registrationEnabled"] is False


def test_the_links_of_a_zone_are_counted(ground):
    """In all and with registration; what the zone says is what holds."""
    zone = ground.cloud.zone(ground.there, "hub-group", "small.org", most_links=2, most_registrations=1)
    more = [ground.cloud.network(ground.here, "shoot-group", f"n{number}", ["10.0.0.0/16"]) for number in range(2)]
    ground.link(zone=zone, registrationEnabled=True)
    _failed(ground.link("b", zone, more[0], registrationEnabled=True), "BadRequest", "with registration")
    ground.link("b", zone, more[0])
    _failed(ground.link("c", zone, more[1]), "BadRequest", "is 2.")
    shown = ground.look(zone)
    assert (shown["numberOfVirtualNetworkLinks"], shown["maxNumberOfVirtualNetworkLinks"]) == (2, 2)
    assert (shown["numberOfVirtualNetworkLinksWithRegistration"],
            shown["maxNumberOfVirtualNetworkLinksWithRegistration"]) == (1, 1)
    assert ground.link("b", zone, more[0]).body == {"status": "Succeeded"}


def test_a_link_stays_with_its_network_and_its_place(ground):
    """What is wrong with the body itself is said at once."""
    other = ground.cloud.network(ground.here, "shoot-group", "other", ["10.0.0.0/16"])
    ground.link()
    _failed(ground.link(network=other), "BadRequest", "cannot be changed")
    link = f"{ground.zone}/virtualNetworkLinks/shoot"
    body = {"properties": {"virtualNetwork": {"id": ground.local}}}
    assert ground.call("PUT", link, body).code == "LocationRequired"
    assert ground.call("PUT", link, {**body, "location": "westeurope"}).code == "LocationNotAvailableForResourceType"
    assert ground.call("PUT", link, {"location": "global"}).code == "InvalidRequestFormat"
    body["properties"]["registrationEnabled"] = "yes"
    assert ground.call("PUT", link, {**body, "location": "Global"}).code == "InvalidRequestFormat"
    missing = ground.call("GET", f"{ground.zone}x/virtualNetworkLinks/shoot")
    assert (missing.status, missing.code) == (404, "ParentResourceNotFound")
    missing = ground.call("PATCH", f"{ground.zone}/virtualNetworkLinks/none", {"tags": {}})
    assert (missing.status, missing.code, missing.headers["x-ms-failure-cause"]) == (404, "ResourceNotFound", "gateway")
    assert ground.call("DELETE", f"{ground.zone}/virtualNetworkLinks/none").status == 204


def test_a_private_link_zone_has_a_policy_of_resolution(ground):
    """From the version on that knows it."""
    zone = ground.cloud.zone(ground.there, "hub-group", "privatelink.example.com")
    ground.link(zone=zone)
    link = f"{zone}/virtualNetworkLinks/shoot"
    assert ground.call("GET", link, version=DNS_VERSION).body["properties"]["resolutionPolicy"] == "Default"
    assert "resolutionPolicy" not in ground.call("GET", link, version="2020-06-01").body["properties"]


def _ruleset_link(ground, ruleset, name="shoot", network=None, headers=None):
    body = {"properties": {"virtualNetwork": {"id": network or ground.local}}}
    return ground.call("PUT", f"{ruleset}/virtualNetworkLinks/{name}", body, headers=headers, version="2022-07-01")


def test_a_network_is_linked_to_one_ruleset_of_its_own_region(ground):
    """And that is said at once."""
    put = _ruleset_link(ground, ground.ruleset)
    assert (put.status, put.body) == (202, {})
    assert "/providers/Microsoft.Network/locations/westeurope/dnsResolverOperationStatuses/" in put.headers[
        "azure-asyncoperation"]
    assert ground.settle(put).body == {"status": "Succeeded"}
    shown = ground.call("GET", f"{ground.ruleset}/virtualNetworkLinks/shoot").body
    assert shown["properties"] == {"provisioningState": "Succeeded", "virtualNetwork": {"id": ground.local}}
    assert "location" not in shown and shown["type"] == "Microsoft.Network/dnsForwardingRulesets/virtualNetworkLinks"
    second = ground.cloud.ruleset(ground.there, "hub-group", "second")
    refused = _ruleset_link(ground, second)
    assert (refused.status, refused.code) == (409, "Conflict") and ground.ruleset in refused.said
    assert _ruleset_link(ground, ground.ruleset, "again").status == 409
    assert _ruleset_link(ground, ground.ruleset, headers={"If-None-Match": "*"}).status == 412
    far = ground.cloud.ruleset(ground.there, "hub-group", "far", location="eastus")
    refused = _ruleset_link(ground, far, network=ground.remote)
    assert (refused.status, refused.code) == (400, "BadRequest") and "location 'eastus'" in refused.said
    ground.cloud.settings(links_per_ruleset=1)
    assert "is 1." in _ruleset_link(ground, ground.ruleset, "hub", ground.remote).said
    ground.remove(f"{ground.ruleset}/virtualNetworkLinks/shoot")
    assert _names(ground) == []


def test_zones_and_rulesets_show_their_tags_and_those_of_a_group(ground):
    """Also after a change by hand; a zone can be made by a call."""
    for target in (ground.zone, ground.ruleset):
        assert ground.call("GET", target).body["tags"] == {"shoot": ""}
        ground.cloud.tag(target, "shoot")
        ground.cloud.tag(target, "new", "x/y")
        assert ground.call("GET", target).body["tags"] == {"new": "x/y"}
    made = ground.call("PUT", ground.zone.replace("example.com", "made.example.com"), {"location": "global"})
    assert ground.settle(made).body == {"status": "Succeeded"}
    assert ground.call("PUT", ground.zone.replace("example.com", "com"), {"location": "global"}).code == "BadRequest"
    listed = ground.call("GET", ground.zone.rpartition("/")[0]).body["value"]
    assert [each["name"] for each in listed] == ["example.com", "made.example.com"]
    ground.cloud.delete_zone(ground.zone)
    assert ground.call("GET", ground.zone).code == "ResourceNotFound"
