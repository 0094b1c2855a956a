"""The GCP server of the tests, driven through the life of peerings by Google's own clients, not by us alone."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from gcp_ground import AWAY, HOME, refused
from gcp_web import send, token

pytest_plugins = ["gcp_fixtures"]
BUSY = "There is a peering operation in progress on the local or peer network. Try again later."


def test_a_peering_of_two_projects_lives_through_all_its_states(gcp):
    """Add one half, add the other, change it, remove it, remove the other: with the answers that recordings show."""
    assert "peerings" not in gcp.get(gcp.local)
    gcp.add(gcp.remote, gcp.local)
    waiting = gcp.peerings(gcp.remote)["cm-1"]
    assert waiting["state"] == "INACTIVE" and waiting["network"].endswith(gcp.local)
    assert waiting["network"].startswith("https://www.googleapis.com/compute/v1/projects/")
    assert waiting["state_details"].endswith("]: Waiting for peer network to connect.")
    assert gcp.peerings(gcp.local) == {}

    gcp.add(gcp.local, gcp.remote, name="ours", import_custom_routes=True)
    for network, name in ((gcp.local, "ours"), (gcp.remote, "cm-1")):
        active = gcp.peerings(network)[name]
        assert active["state"] == "ACTIVE" and active["peer_mtu"] == 1460
        assert active["state_details"].endswith("-07:00]: Connected.")
    traffic = gcp.peerings(gcp.local)["ours"]["connection_status"]["traffic_configuration"]
    assert traffic["import_custom_routes_from_peer"] is False

    gcp.update(gcp.remote, export_custom_routes=True)
    assert gcp.peerings(gcp.remote)["cm-1"]["export_subnet_routes_with_public_ip"] is True
    traffic = gcp.peerings(gcp.local)["ours"]["connection_status"]["traffic_configuration"]
    assert traffic["import_custom_routes_from_peer"] is True

    gcp.remove(gcp.local, "ours")
    left = gcp.peerings(gcp.remote)["cm-1"]
    assert gcp.peerings(gcp.local) == {} and left["state"] == "INACTIVE" and "peer_mtu" not in left
    gcp.remove(gcp.remote)
    assert gcp.cloud.picture() == {"peerings": {gcp.local: {}, gcp.remote: {}}, "under way": []}


def test_an_operation_is_pending_then_running_then_done_and_only_then_is_the_half_there(gcp):
    """By the clock alone; the client's own poller waits for it."""
    gcp.cloud.settings(pending=2, running=4)
    gcp.cloud.stop_clock()
    begun = gcp.add(gcp.local, gcp.remote, wait=None)
    assert (begun["status"], begun["operation_type"], begun["user"]) == ("PENDING", "addPeering", gcp.email)
    assert begun["target_link"].endswith(gcp.local) and begun["target_id"] == gcp.number(gcp.local)
    gcp.cloud.forward(2)
    assert gcp.operation(begun["name"])["status"] == "RUNNING" and gcp.peerings(gcp.local) == {}
    gcp.cloud.forward(4)
    done = gcp.operation(begun["id"])
    assert (done["status"], done["progress"], gcp.peerings(gcp.local)["cm-1"]["state"]) == ("DONE", 100, "INACTIVE")
    gcp.cloud.forward(14 * 24 * 3600)
    with refused(404, f"The resource 'projects/{HOME}/global/operations/{begun['name']}' was not found"):
        gcp.operation(begun["name"])


def test_two_halves_may_take_their_time_to_connect(gcp):
    """Both stay inactive, the operation's end notwithstanding; one that is removed meanwhile never connects."""
    gcp.cloud.settings(connecting=3)
    gcp.cloud.stop_clock()
    gcp.both()
    assert {gcp.peerings(each)["cm-1"]["state"] for each in (gcp.local, gcp.remote)} == {"INACTIVE"}
    gcp.cloud.forward(3)
    assert {gcp.peerings(each)["cm-1"]["state"] for each in (gcp.local, gcp.remote)} == {"ACTIVE"}
    gcp.remove(gcp.local)
    gcp.add(gcp.local, gcp.remote)
    gcp.cloud.remove_peering(gcp.local, "cm-1")
    gcp.cloud.forward(3)
    assert gcp.peerings(gcp.remote)["cm-1"]["state"] == "INACTIVE"


def test_the_wait_for_an_operation_ends_with_it(gcp):
    """As gcloud does it; and within the longest wait when it does not end."""
    gcp.cloud.settings(running=0.3)
    begun = gcp.add(gcp.local, gcp.remote, wait=None)
    request = {"project": HOME, "operation": begun["name"]}
    assert gcp.sdk.ask("call", client="operations", method="wait", request=request)["status"] == "DONE"
    gcp.cloud.settings(running=3600, wait=0)
    begun = gcp.add(gcp.remote, gcp.local, wait=None)
    request = {"project": AWAY, "operation": begun["name"]}
    assert gcp.sdk.ask("call", client="operations", method="wait", request=request)["status"] == "RUNNING"
    pages = gcp.sdk.ask("listed", client="operations", method="list", request={"project": HOME})
    assert [each["operation_type"] for each in pages[0]["items"]] == ["addPeering"]


def test_while_an_operation_is_under_way_no_other_begins_on_either_end(gcp):
    """With a third network it may; and of routes there are operations too."""
    third = gcp.cloud.network(HOME, "third", ["10.2.0.0/16"])
    fourth = gcp.cloud.network(HOME, "fourth", ["10.3.0.0/16"])
    gcp.cloud.settings(running=5)
    gcp.cloud.stop_clock()
    gcp.add(gcp.local, gcp.remote, wait=None)
    for network, peer in ((gcp.remote, gcp.local), (gcp.local, third), (third, gcp.remote), (gcp.local, gcp.remote)):
        with refused(400, BUSY, "badRequest"):
            gcp.add(network, peer, wait=None)
    gcp.add(third, fourth, wait=None)
    gcp.cloud.forward(5)
    with refused(400, "There is already a peering cm-1 with the same network. Select another network."):
        gcp.add(gcp.local, gcp.remote, wait=None)
    gcp.cloud.route_operation(gcp.remote, 10)
    with refused(400, "There is a route operation in progress on the local or peer network."):
        gcp.remove(gcp.local, wait=None)
    gcp.cloud.forward(10)
    gcp.remove(gcp.local, wait=None)
    with refused(400, BUSY):
        gcp.add(gcp.remote, gcp.local, wait=None)


def test_a_request_with_the_same_id_is_the_same_operation(gcp):
    """While it runs, when it is done, and after its half is gone again."""
    gcp.cloud.settings(running=5)
    gcp.cloud.stop_clock()
    number = str(uuid.uuid4())
    first = gcp.add(gcp.local, gcp.remote, wait=None, request_id=number)
    assert first["client_operation_id"] == number
    assert gcp.add(gcp.local, gcp.remote, wait=None, request_id=number)["name"] == first["name"]
    gcp.cloud.forward(5)
    again = gcp.add(gcp.local, gcp.remote, wait=None, request_id=number)
    assert (again["name"], again["status"]) == (first["name"], "DONE")
    gcp.cloud.remove_peering(gcp.local, "cm-1")
    assert gcp.add(gcp.local, gcp.remote, wait=None, request_id=number)["name"] == first["name"]
    assert gcp.peerings(gcp.local) == {} and len(gcp.cloud.operations()) == 1
    with refused(400, "used for a different request"):
        gcp.add(gcp.local, gcp.remote, name="other", wait=None, request_id=number)
    for wrong in ("1", "00000000-0000-0000-0000-000000000000"):
        with refused(400, "requestId", "invalid"):
            gcp.add(gcp.local, gcp.remote, wait=None, request_id=wrong)


@pytest.mark.parametrize("name,peer,more,code,text", [
    ("Cm", "remote", {}, 400, "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'"),
    ("x" * 64, "remote", {}, 400, "networkPeering.name"),
    ("cm-", "remote", {}, 400, "networkPeering.name"),
    ("", "remote", {}, 400, "Required field 'networkPeering.name' not specified"),
    ("cm", "", {}, 400, "Required field 'networkPeering.network' not specified"),
    ("cm", "no address", {}, 400, "The URL is malformed."),
    ("cm", f"projects/{AWAY}/global/networks/gone", {}, 404, "networks/gone' was not found"),
    ("cm", "projects/unknown/global/networks/default", {}, 404, "was not found"),
    ("cm", "local", {}, 400, "cannot be peered with itself"),
    ("cm", "remote", {"exchange_subnet_routes": False}, 400, "exchangeSubnetRoutes"),
    ("cm", "remote", {"stack_type": "IPV5"}, 400, "Invalid value for field 'networkPeering.stackType': 'IPV5'."),
    ("cm", "remote", {"update_strategy": "NEVER"}, 400, "updateStrategy"),
])
def test_what_is_no_peering_is_refused_at_once(gcp, name, peer, more, code, text):
    """Names, addresses and choices."""
    with refused(code, text):
        gcp.add(gcp.local, {"remote": gcp.remote, "local": gcp.local}.get(peer, peer), name, wait=None, **more)
    assert gcp.cloud.operations() == []


@pytest.mark.parametrize("prefix", [
    "https://www.googleapis.com/compute/v1/", "https://compute.googleapis.com/compute/beta/", "", "/compute/v1/"])
def test_the_peer_may_be_named_by_each_form_of_its_address(gcp, prefix):
    """And is shown by one."""
    gcp.add(gcp.local, prefix + gcp.remote)
    shown = f"https://www.googleapis.com/compute/v1/{gcp.remote}"
    assert gcp.peerings(gcp.local)["cm-1"]["network"] == shown


def test_a_network_of_the_same_project_may_be_named_without_it_and_a_project_by_its_number(gcp):
    """Both are shown with the project's id."""
    other = gcp.cloud.network(HOME, "other", ["10.7.0.0/16"])
    gcp.add(gcp.local, "global/networks/other")
    assert gcp.peerings(gcp.local)["cm-1"]["network"].endswith(other)
    number = gcp.cloud.project(AWAY)
    gcp.add(gcp.local, f"projects/{number}/global/networks/default", name="second")
    assert gcp.peerings(gcp.local)["second"]["network"].endswith(gcp.remote)
    by_number = gcp.sdk.ask("call", client="networks", method="get", request={
        "project": number, "network": gcp.number(gcp.remote)})
    assert by_number["name"] == "default" and f"/projects/{AWAY}/" in by_number["self_link"]


@pytest.mark.parametrize("status,reason", [(400, "badRequest"), (409, "alreadyExists")])
def test_a_second_half_to_a_network_or_of_a_name_is_refused_in_either_way(gcp, status, reason):
    """It is not known which of the two Google does today."""
    gcp.cloud.settings(duplicate=status)
    gcp.add(gcp.local, gcp.remote)
    third = gcp.cloud.network(HOME, "third", ["10.9.0.0/16"])
    with refused(status, "There is already a peering cm-1 with the same network. Select another network.", reason):
        gcp.add(gcp.local, gcp.remote, name="cm-2")
    with refused(status, "There is already a peering cm-1", reason):
        gcp.add(gcp.local, third)


@pytest.mark.parametrize("status", [400, 404])
def test_a_half_that_is_not_there_can_be_neither_removed_nor_changed(gcp, status):
    """By either status."""
    gcp.cloud.settings(missing_peering=status)
    for call in (gcp.remove, gcp.update):
        with refused(status):
            call(gcp.local, "nobody")


def test_overlapping_ranges_fail_inside_the_operation_and_the_second_half_is_not_there(gcp):
    """HTTP says 200; the operation says no."""
    gcp.cloud.subnetwork(gcp.remote, "late", "10.0.16.0/20")
    gcp.add(gcp.remote, gcp.local)
    begun = gcp.add(gcp.local, gcp.remote, wait=None)
    failed = gcp.operation(begun["name"])
    text = ("An IP range in the peer network (10.0.16.0/20) overlaps with an IP range in the local network "
            f"(10.0.0.0/16) allocated by resource (projects/{HOME}/regions/europe-west3/subnetworks/subnet-1).")
    assert failed["error"]["errors"][0]["message"] == text
    assert (failed["status"], failed["http_error_status_code"], failed["http_error_message"]) == (
        "DONE", 400, "BAD REQUEST")
    assert gcp.peerings(gcp.local) == {} and gcp.peerings(gcp.remote)["cm-1"]["state"] == "INACTIVE"
    assert gcp.add_fails(gcp.local, gcp.remote)["message"] == text
    gcp.cloud.settings(overlap="call")
    with refused(400, "overlaps", "badRequest"):
        gcp.add(gcp.local, gcp.remote, wait=None)
    gcp.cloud.remove_subnetwork(gcp.remote, "late")
    gcp.add(gcp.local, gcp.remote)


def test_ranges_may_not_overlap_with_those_of_an_active_peer_of_the_peer(gcp):
    """A network and all its peers are disjoint; two peers of different networks need not be."""
    third = gcp.cloud.network(HOME, "third", ["10.0.128.0/20"])
    gcp.cloud.add_peering(gcp.remote, "to-third", third)
    gcp.add(gcp.remote, gcp.local)
    gcp.cloud.add_peering(third, "back", gcp.remote)
    assert gcp.add_fails(gcp.local, gcp.remote)["message"] == (
        "An IP range in the local network (10.0.0.0/16) allocated by resource "
        f"(projects/{HOME}/regions/europe-west3/subnetworks/subnet-1) overlaps with an IP range (10.0.128.0/20) in an "
        "active peer of the peer network.")
    gcp.cloud.remove_peering(third, "back")
    gcp.add(gcp.local, gcp.remote)
    assert "in the local network (10.0.128.0/20)" in gcp.add_fails(third, gcp.remote, "again")["message"]
    one, two = gcp.cloud.network(HOME, "one", ["10.50.0.0/16"]), gcp.cloud.network(HOME, "two", ["10.51.0.0/16"])
    for center, name in ((one, "leaf-one"), (two, "leaf-two")):
        leaf = gcp.cloud.network(HOME, name, ["10.52.0.0/16"])
        gcp.cloud.add_peering(leaf, "up", center)
        gcp.cloud.add_peering(center, "down", leaf)
    gcp.add(one, two)
    gcp.add(two, one)
    assert gcp.peerings(two)["cm-1"]["state"] == "ACTIVE"


def test_secondary_ranges_and_static_routes_stand_in_the_way_as_well(gcp):
    """A route that holds the whole subnet does not."""
    gcp.cloud.subnetwork(gcp.remote, "pods", "10.6.0.0/16", secondary={"pods": "10.0.64.0/18"})
    gcp.add(gcp.remote, gcp.local)
    assert "(10.0.64.0/18) overlaps" in gcp.add_fails(gcp.local, gcp.remote)["message"]
    gcp.cloud.remove_subnetwork(gcp.remote, "pods")
    gcp.cloud.route(gcp.remote, "wide", "10.0.0.0/8")
    gcp.cloud.route(gcp.remote, "narrow", "10.0.3.0/24")
    assert "An IP range in the peer network (10.0.3.0/24)" in gcp.add_fails(gcp.local, gcp.remote)["message"]


def test_ranges_of_ipv6_count_where_both_halves_want_them(gcp):
    """One alone is not enough."""
    gcp.cloud.subnetwork(gcp.local, "six", "10.30.0.0/24", range6="fd20:1::/64")
    gcp.cloud.subnetwork(gcp.remote, "six", "10.31.0.0/24", range6="fd20:1::/48")
    gcp.add(gcp.remote, gcp.local, stack_type="IPV4_IPV6")
    assert "(fd20:1::/64)" in gcp.cloud.overlap(gcp.local, gcp.remote, "IPV4_IPV6")
    begun = gcp.add(gcp.local, gcp.remote, wait=None, stack_type="IPV4_IPV6")
    assert "fd20:1::/48" in gcp.operation(begun["name"])["error"]["errors"][0]["message"]
    gcp.add(gcp.local, gcp.remote)
    seen = gcp.peerings(gcp.remote)["cm-1"]
    assert (seen["stack_type"], seen["connection_status"]["traffic_configuration"]["stack_type"]) == (
        "IPV4_IPV6", "IPV4_ONLY")


def test_of_many_changes_at_the_same_moment_one_begins(gcp):
    """The others are told that one is under way."""
    gcp.cloud.stop_clock()
    gcp.cloud.settings(running=5)
    peers = [gcp.cloud.network(HOME, f"peer-{number}", [f"10.{number + 80}.0.0/16"]) for number in range(8)]
    text, start = token(gcp.cloud.url, gcp.key), threading.Barrier(8)

    def add(number):
        half = {"name": f"cm-{number}", "network": peers[number], "exchangeSubnetRoutes": True}
        start.wait(30)
        path = f"/compute/v1/{gcp.local}/addPeering"
        return send(gcp.cloud.url, "POST", path, {"networkPeering": half}, text).status

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(add, range(8))) == [200] + [400] * 7


def test_quotas_are_reached_inside_the_operation_or_in_the_call(gcp):
    """Of peerings in a network, and of ranges in a group."""
    gcp.cloud.settings(peerings_per_network=1)
    gcp.add(gcp.local, gcp.remote)
    third = gcp.cloud.network(HOME, "third", ["10.2.0.0/16"])
    failed = gcp.operation(gcp.add(gcp.local, third, "cm-2", wait=None)["name"])
    error = failed["error"]["errors"][0]
    assert (error["code"], failed["http_error_message"]) == ("QUOTA_EXCEEDED", "FORBIDDEN")
    assert error["message"] == "Quota 'PEERINGS_PER_NETWORK' exceeded.  Limit: 1.0 globally."
    gcp.cloud.settings(quota="call")
    with refused(403, "PEERINGS_PER_NETWORK", "quotaExceeded"):
        gcp.add(gcp.local, third, "cm-2")
    gcp.cloud.settings(peerings_per_network=25, subnet_ranges_per_group=1)
    gcp.add(gcp.local, third, "cm-2")
    with refused(403, "SUBNET_RANGES_PER_PEERING_GROUP"):
        gcp.add(third, gcp.local)


def test_networks_and_subnetworks_are_listed_by_filter_and_page(gcp):
    """With the pager of the client."""
    for number in range(4):
        gcp.cloud.network(HOME, f"more-{number}", [f"10.{number + 20}.0.0/16"], region="us-east1")
    gcp.cloud.subnetwork(gcp.local, "pods", "10.40.0.0/16", secondary={"services": "10.41.0.0/20"}, range6="fd20::/64")
    pages = gcp.sdk.ask("listed", client="networks", method="list", request={"project": HOME, "max_results": 2})
    assert [[each["name"] for each in page["items"]] for page in pages] == [
        ["more-0", "more-1"], ["more-2", "more-3"], ["shoot--kyma--c-123"]]
    link = gcp.get(gcp.local)["self_link"]
    for wanted in (f'network = "{link}"', f"network eq {link}", 'network eq ".*/networks/shoot--kyma--c-123"',
                   f'(network = "{link}") AND (stackType:IPV4_IPV6)'):
        request = {"project": HOME, "filter": wanted}
        page = gcp.sdk.ask("listed", client="subnetworks", method="aggregated_list", request=request)[0]
        assert page["items"]["regions/us-east1"]["warning"]["code"] == "NO_RESULTS_ON_PAGE"
        found = {each["name"]: each for each in page["items"]["regions/europe-west3"]["subnetworks"]}
        assert found["pods"]["secondary_ip_ranges"] == [{"range_name": "services", "ip_cidr_range": "10.41.0.0/20"}]
    assert set(found) == {"pods"} and found["pods"]["internal_ipv6_prefix"] == "fd20::/64"
    assert found["pods"]["fingerprint"] and found["pods"]["gateway_address"] == "10.40.0.1"
    gcp.cloud.settings(unreachable=["us-east1"])
    request = {"project": HOME, "max_results": 500}
    page = gcp.sdk.ask("listed", client="subnetworks", method="aggregated_list", request=request)[0]
    assert page["items"]["regions/us-east1"]["warning"]["code"] == "UNREACHABLE"
    with refused(400, "Invalid list filter expression."):
        gcp.sdk.ask("listed", client="networks", method="list", request={"project": HOME, "filter": "(("})


def test_the_routes_of_a_peering_are_listed_in_both_directions(gcp):
    """Custom routes pass where one side exports; they are imported where the other wants them."""
    gcp.both()
    gcp.cloud.route(gcp.remote, "lan", "192.168.0.0/16")
    request = {**gcp.parts(gcp.local), "peering_name": "cm-1", "region": "europe-west3", "direction": "INCOMING"}

    def incoming():
        pages = gcp.sdk.ask("listed", client="networks", method="list_peering_routes", request=request)
        return {each["dest_range"]: each.get("imported", False) for each in pages[0].get("items", [])}

    assert incoming() == {"10.1.0.0/16": True}
    gcp.update(gcp.remote, export_custom_routes=True)
    assert incoming() == {"10.1.0.0/16": True, "192.168.0.0/16": False}
    gcp.update(gcp.local, import_custom_routes=True)
    assert incoming()["192.168.0.0/16"] is True
    gcp.remove(gcp.remote)
    assert incoming() == {}
    with refused(404, "peerings/nobody"):
        request["peering_name"] = "nobody"
        incoming()


def test_effective_tags_are_those_of_the_network_and_of_what_it_stands_in(gcp):
    """With pages; a tag of the network hides an inherited one of its key."""
    gcp.cloud.tag(gcp.remote, "123456789012/shoot--kyma--c-123")
    gcp.cloud.tag(gcp.remote, "123456789012/team", "network", inherited=True)
    gcp.cloud.tag(gcp.remote, "remote-project/zone", "a", inherited=True)
    pages = gcp.tags(gcp.remote, page_size=2)
    found = [each for page in pages for each in page["effective_tags"]]
    assert len(pages) == 2
    assert [(each["namespaced_tag_key"], each.get("inherited", False)) for each in found] == [
        ("123456789012/shoot--kyma--c-123", False), ("123456789012/team", True), ("remote-project/zone", True)]
    assert found[0]["namespaced_tag_value"] == "123456789012/shoot--kyma--c-123/true"
    assert [each["tag_key_parent_name"] for each in found[1:]] == [
        "organizations/123456789012", "projects/remote-project"]
    gcp.cloud.tag(gcp.remote, "123456789012/team", "other")
    assert len([each for each in gcp.tags(gcp.remote)[0]["effective_tags"] if each.get("inherited")]) == 1
    gcp.cloud.tag(gcp.remote, "123456789012/shoot--kyma--c-123", None)
    keys = [each["namespaced_tag_key"] for each in gcp.tags(gcp.remote)[0]["effective_tags"]]
    assert "123456789012/shoot--kyma--c-123" not in keys


def test_a_tag_is_bound_to_a_network_once_and_taken_away(gcp):
    """By the network's number."""
    value = f"tagValues/{gcp.cloud.tag_value('123456789012/shoot')}"
    parent = f"//compute.googleapis.com/projects/{HOME}/global/networks/{gcp.number(gcp.local)}"
    request = {"tag_binding": {"parent": parent, "tag_value": value}}
    made = gcp.sdk.ask("call", client="tags", method="create_tag_binding", request=request)
    assert made["tag_value_namespaced_name"] == "123456789012/shoot/true"
    with refused(409, "A binding already exists"):
        gcp.sdk.ask("call", client="tags", method="create_tag_binding", request=request)
    bound = gcp.sdk.ask("listed", client="tags", method="list_tag_bindings", request={"parent": parent})
    assert bound[0]["tag_bindings"] == [made]
    gcp.sdk.ask("call", client="tags", method="delete_tag_binding", request={"name": made["name"]})
    assert gcp.tags(gcp.local) == [{}]
    with refused(404):
        gcp.sdk.ask("call", client="tags", method="delete_tag_binding", request={"name": made["name"]})
    by_name = parent.replace(gcp.number(gcp.local), "shoot--kyma--c-123")
    with refused(400, "Request contains an invalid argument."):
        gcp.sdk.ask("listed", client="tags", method="list_effective_tags", request={"parent": by_name})


def test_a_network_that_is_deleted_leaves_the_other_half_inactive(gcp):
    """And an operation that still runs on it fails."""
    gcp.both()
    gcp.cloud.delete_network(gcp.remote)
    assert gcp.peerings(gcp.local)["cm-1"]["state"] == "INACTIVE"
    with refused(404, f"The resource '{gcp.remote}' was not found", "notFound"):
        gcp.get(gcp.remote)
    other = gcp.cloud.network(AWAY, "other", ["10.44.0.0/16"])
    gcp.cloud.settings(running=2)
    gcp.cloud.stop_clock()
    begun = gcp.add(gcp.local, other, "cm-2", wait=None)
    gcp.cloud.delete_network(other)
    gcp.cloud.forward(2)
    assert gcp.operation(begun["name"])["error"]["errors"][0]["code"] == "RESOURCE_NOT_FOUND"
