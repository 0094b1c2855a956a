"""The life of managed VNet peerings on Azure: the real daemon and API server, and a cloud that behaves as Azure does.

Both halves are the daemon's: one in the VNet of the cluster, one in the VNet of another tenant, in which the one
application has just the rights that docs/daemon.md names.
"""

import pytest

from managed_azure import FAR_AWAY, NETWORK, OWN_NAME, PEERING
from objects import SHOOT
from polling import wait_until

pytest_plugins = ["azure_fixtures"]
FOR_EVER = 1000000


# It comes to be.

@pytest.mark.parametrize("abroad", [False, True])
def test_both_halves_are_made_and_connected(new_neighbour, abroad):
    neighbour = new_neighbour(abroad=abroad).apply()
    neighbour.wait_ready()
    assert neighbour.here()["id"] == neighbour.own_half and neighbour.there()["id"] == neighbour.half
    assert [each["method"] for each in neighbour.calls()] == ["PUT"] * 2


def test_only_changes_that_name_the_other_tenant_carry_its_token(tenants, neighbour):
    neighbour.apply().wait_ready()
    sent = {each["subscription"]: each["auxiliary"] for each in neighbour.calls("PUT")}
    assert sent == {tenants.here: [tenants.away], tenants.there: [tenants.home]}


def test_the_gateway_of_the_other_side_is_used_where_that_is_asked_for(new_neighbour):
    neighbour = new_neighbour(gateway=True, useRemoteGateway=True).apply()
    neighbour.wait_ready()
    assert neighbour.there()["options"]["allowGatewayTransit"]


def test_the_finalizer_is_stored_before_anything_is_made(tenants, neighbour):
    held = tenants.cloud.hold(method="PUT")
    neighbour.apply()
    assert tenants.cloud.wait_held(held)
    assert neighbour.held and not neighbour.here() and not neighbour.there()
    tenants.cloud.release(held)
    neighbour.wait_ready()


def test_an_operation_that_takes_long_is_followed_and_not_begun_again(tenants, neighbour):
    tenants.cloud.settings(operation=8, retry_after=1, newest_url_only=True)
    neighbour.apply()
    neighbour.wait_ready(seconds=90)
    assert len(neighbour.calls("PUT")) == 2
    assert "peerwarden.io/operation" not in neighbour.object["metadata"].get("annotations", {})


def test_an_untagged_network_is_not_asked_until_it_has_the_tag(tenants, new_neighbour):
    neighbour = new_neighbour(tags={"owner": "somebody"}).apply()
    neighbour.wait_problem("FailedLoadingRemoteVpcNetwork", f"does not carry the tag {SHOOT}",
                           f"az tag update --resource-id {neighbour.vnet} --operation Merge --tags {SHOOT}")
    assert neighbour.calls() == [] and not neighbour.held
    tenants.cloud.tag(neighbour.vnet, SHOOT, "")
    neighbour.poke()
    neighbour.wait_ready()


def test_a_tag_that_is_removed_later_leaves_the_peering_connected(tenants, neighbour):
    neighbour.apply().wait_ready()
    calls = neighbour.calls()
    tenants.cloud.tag(neighbour.vnet, SHOOT)
    neighbour.poke()
    wait_until(lambda: neighbour.network.get("tags") == {}, "the VNet has been looked up without its tag")
    neighbour.wait_ready()
    assert neighbour.calls() == calls


def test_a_network_that_is_not_there_is_said(tenants, neighbour):
    tenants.cloud.delete_network(neighbour.vnet)
    neighbour.apply()
    neighbour.wait_problem(None, neighbour.vnet, "az network vnet")
    assert neighbour.calls() == [] and not neighbour.held


@pytest.mark.parametrize("late", [False, True])
def test_ranges_that_overlap_are_said_and_peered_when_they_do_no_more(tenants, new_neighbour, late):
    tenants.cloud.settings(late_refusals=late)
    neighbour = new_neighbour(ranges=["192.168.11.0/24", "10.250.2.0/24"]).apply()
    neighbour.wait_problem(None, "10.250.2.0/24", "10.250.0.0/22")
    tenants.cloud.prefixes(neighbour.vnet, ["192.168.11.0/24"])
    wait_until(lambda: neighbour.network.get("cidrs") == ["192.168.11.0/24"], "the VNet has been looked up again")
    neighbour.poke()
    neighbour.wait_ready(seconds=60)


def test_ids_in_another_case_of_letters_are_the_same(tenants, new_neighbour):
    neighbour = new_neighbour()
    tenants.cloud.settings(lower_case=True)
    neighbour.thing["spec"]["remoteVnet"] = neighbour.vnet.replace("/hub/", "/HUB/")
    try:
        neighbour.apply()
        neighbour.wait_ready()
        assert len(neighbour.calls("PUT")) == 2
    finally:
        tenants.cloud.settings(lower_case=False)


# The cloud fails.

def test_a_cloud_that_slows_us_down_and_fails_is_asked_until_it_answers(tenants, neighbour):
    tenants.cloud.throttle(2, retry_after=1, method="PUT")
    tenants.cloud.fault("InternalServerError", count=2, method="GET")
    tenants.cloud.fault(None, status=502, number=3, method="GET")
    tenants.cloud.spoil("RetryableError", method="PUT")
    neighbour.apply()
    neighbour.wait_ready(seconds=90)


def test_whichever_answers_are_lost_there_is_one_half_on_each_side(tenants, new_neighbour):
    neighbour = new_neighbour(deleteRemotePeering=True)
    for method in ("PUT", "DELETE"):
        tenants.cloud.drop(when="after", method=method)
        tenants.cloud.drop(when="before", number=2, method=method)
    neighbour.apply()
    neighbour.wait_ready(seconds=60)
    assert neighbour.here()["id"] == neighbour.own_half and neighbour.there()["id"] == neighbour.half
    neighbour.delete()
    neighbour.wait_gone(seconds=60)
    assert not neighbour.here() and not neighbour.there()


def test_a_quota_is_said_with_the_way_out_and_goes_on_when_there_is_room(tenants, neighbour):
    tenants.cloud.settings(peerings_per_network=0)
    neighbour.apply()
    neighbour.wait_problem(None, "more than 0", "az support in-subscription tickets create")
    tenants.cloud.settings(peerings_per_network=500)
    neighbour.poke()
    neighbour.wait_ready()


@pytest.mark.parametrize("end", ["expire_tokens", "revoke_tokens"])
def test_a_token_that_is_no_good_any_more_is_replaced(tenants, new_neighbour, end):
    new_neighbour().apply().wait_ready()
    getattr(tenants.cloud, end)()
    new_neighbour(ranges=["192.168.1.0/24"]).apply().wait_ready(seconds=60)


def test_a_tenant_that_has_withdrawn_its_consent_is_said_with_the_command_that_gives_it(tenants, neighbour):
    tenants.cloud.withdraw(tenants.client, tenants.away)
    neighbour.apply()
    neighbour.wait_problem(None, "az ad sp create --id")
    tenants.mend()
    neighbour.poke()
    neighbour.wait_ready()


def test_a_right_that_is_lost_is_said_and_what_stands_stays(tenants, neighbour):
    neighbour.apply().wait_ready()
    tenants.cloud.permit(tenants.client, [], f"/subscriptions/{tenants.there}")
    neighbour.poke()
    neighbour.wait_problem("Unauthorized", "Microsoft.Network/", "az role assignment create")
    assert neighbour.here()["state"] == neighbour.there()["state"] == "Connected"
    tenants.mend()
    neighbour.poke()
    neighbour.wait_ready()


def test_an_hour_without_the_cloud_changes_nothing_and_is_made_up_for(tenants, new_neighbour):
    first, second = new_neighbour(), new_neighbour(ranges=["192.168.1.0/24"])
    first.apply().wait_ready()
    calls = first.calls()
    tenants.cloud.delete_peering(first.half)
    tenants.cloud.drop(count=FOR_EVER)
    tenants.cloud.forward(3600)
    second.apply()
    seen = len(tenants.cloud.journal())
    wait_until(lambda: len(tenants.cloud.journal()) > seen + 3, "the daemon asks in vain")
    assert first.calls() == calls and not second.here() and not second.there() and first.held
    tenants.cloud.clear_hooks()
    for neighbour in (first, second):
        neighbour.poke()
        neighbour.wait(lambda each=neighbour: each.here() and each.there(), "both halves are there", seconds=60)
        neighbour.wait_ready(seconds=60)


# Something changes it.

def test_options_that_were_changed_by_hand_are_put_back(tenants, neighbour):
    neighbour.apply().wait_ready()
    for half in (neighbour.own_half, neighbour.half):
        tenants.cloud.options(half, allowVirtualNetworkAccess=False)
    for which in (neighbour.here, neighbour.there):
        wait_until(lambda which=which: which()["options"]["allowVirtualNetworkAccess"], "the option is back")
    neighbour.wait_ready()


@pytest.mark.parametrize("side", ["here", "there"])
def test_a_half_that_somebody_deletes_is_made_anew_and_the_other_one_repaired(tenants, neighbour, side):
    """The other half is Disconnected then, and Azure lets nobody write one beside it."""
    neighbour.apply().wait_ready()
    tenants.cloud.delete_peering(neighbour.own_half if side == "here" else neighbour.half)

    def is_whole():
        here, there = neighbour.here(), neighbour.there()
        return here and there and here["state"] == there["state"] == "Connected"
    neighbour.wait(is_whole, "both halves are connected again")
    neighbour.wait_ready()


@pytest.mark.parametrize("side", ["here", "there"])
def test_an_address_space_that_was_changed_is_made_known_to_the_other_side(tenants, neighbour, side):
    neighbour.apply().wait_ready()
    where, ranges = (tenants.own, ["10.250.0.0/22"]) if side == "here" else (neighbour.vnet, neighbour.ranges)
    tenants.cloud.prefixes(where, [*ranges, "192.168.77.0/24"])
    assert neighbour.here()["level"] != "FullyInSync"
    try:
        neighbour.wait(lambda: {each()["level"] for each in (neighbour.here, neighbour.there)} == {"FullyInSync"},
                       "it is in sync")
        neighbour.wait_ready()
    finally:
        tenants.cloud.prefixes(where, ranges)


def test_a_remote_network_that_is_deleted_is_said(tenants, neighbour):
    neighbour.apply().wait_ready()
    tenants.cloud.delete_network(neighbour.vnet)
    neighbour.poke()
    neighbour.wait_problem(None, neighbour.vnet, "az network vnet")


def test_an_own_network_that_is_gone_does_not_keep_the_object(tenants, neighbour):
    neighbour.apply().wait_ready()
    tenants.cloud.delete_network(tenants.own)
    try:
        neighbour.poke()
        neighbour.wait_problem(None, OWN_NAME)
        neighbour.delete()
        neighbour.wait_gone()
    finally:
        tenants.settle()


# Somebody else has made it.

def test_the_half_of_the_other_side_is_used_whatever_its_name(neighbour):
    made = neighbour.add_there(name="made-by-hand")
    neighbour.apply()
    neighbour.wait_ready()
    assert neighbour.there()["id"] == made


def test_the_own_half_of_somebody_else_is_used_and_stays_when_the_object_goes(tenants, neighbour):
    made = tenants.cloud.peering(tenants.own, "by-kyma", neighbour.vnet)
    neighbour.apply()
    neighbour.wait_ready()
    neighbour.delete()
    neighbour.wait_gone()
    assert neighbour.here()["id"] == made
    neighbour.wait_event("LeftInCloud", "by-kyma", "az network vnet peering delete")


def test_a_half_of_the_name_that_leads_elsewhere_is_never_touched(new_neighbour):
    neighbour = new_neighbour(deleteRemotePeering=True)
    stranger = neighbour.stranger()
    made = neighbour.add_there(remote=stranger)
    neighbour.apply()
    neighbour.wait_problem(None, neighbour.thing["spec"]["remotePeeringName"], stranger, "az network vnet peering")
    neighbour.delete()
    neighbour.wait_gone()
    assert [each["remote"] for each in neighbour.cloud.peerings() if each["id"] == made] == [stranger]
    assert not [each for each in neighbour.calls() if each["resource"] == made.lower()]


# It ends.

@pytest.mark.parametrize("remote_too", [True, False])
def test_the_halves_go_before_the_object(tenants, new_neighbour, remote_too):
    neighbour = new_neighbour(deleteRemotePeering=remote_too).apply()
    neighbour.wait_ready()
    held = tenants.cloud.hold(method="DELETE")
    neighbour.delete()
    assert tenants.cloud.wait_held(held)
    assert neighbour.held and neighbour.object["metadata"]["deletionTimestamp"]
    tenants.cloud.release(held)
    neighbour.wait_gone()
    assert not neighbour.here()
    assert bool(neighbour.there()) != remote_too


def test_a_remote_tenant_that_refuses_us_does_not_keep_the_object(tenants, new_neighbour):
    neighbour = new_neighbour(deleteRemotePeering=True).apply()
    neighbour.wait_ready()
    tenants.deny(f"{PEERING}/delete")
    neighbour.delete()
    neighbour.wait_gone()
    assert not neighbour.here() and neighbour.there()
    neighbour.wait_event("LeftInCloud", neighbour.half, "az network vnet peering delete --ids")


def test_an_own_subscription_that_refuses_us_keeps_the_object_and_says_the_way_out(tenants, neighbour):
    neighbour.apply().wait_ready()
    tenants.deny(f"{PEERING}/delete", tenants.here)
    neighbour.delete()
    neighbour.wait_problem(None, f"{PEERING}/delete", "peerwarden.io/mode=observe")
    assert neighbour.held and neighbour.here()
    tenants.mend()
    neighbour.poke()
    neighbour.wait_gone()
    assert not neighbour.here()


def test_a_remote_network_that_is_gone_does_not_keep_the_object(tenants, new_neighbour):
    neighbour = new_neighbour(deleteRemotePeering=True).apply()
    neighbour.wait_ready()
    tenants.cloud.delete_network(neighbour.vnet)
    neighbour.delete()
    neighbour.wait_gone()
    assert not neighbour.here()


def test_what_was_never_made_is_gone_at_once(new_neighbour):
    neighbour = new_neighbour(tags={}).apply()
    neighbour.wait_problem("FailedLoadingRemoteVpcNetwork")
    neighbour.delete()
    neighbour.wait_gone()
    assert neighbour.calls() == []


def test_many_come_and_go_together(tenants, new_neighbour):
    tenants.cloud.settings(operation=0.2, busy_remote=True)
    several = [new_neighbour(ranges=[f"172.16.{number}.0/24"]) for number in range(3)]
    for neighbour in several:
        neighbour.apply()
    for neighbour in several:
        neighbour.wait_ready(seconds=90)
    for neighbour in several:
        neighbour.delete()
    for neighbour in several:
        neighbour.wait_gone(seconds=90)
        assert not neighbour.here()


# Each right is missed by its name.

@pytest.mark.parametrize("where", ["here", "there"])
@pytest.mark.parametrize("action", [f"{NETWORK}/read", f"{NETWORK}/peer/action", f"{PEERING}/read", f"{PEERING}/write"])
def test_a_right_that_is_missing_is_said_by_its_name_with_the_command_that_gives_it(tenants, neighbour, where, action):
    subscription = getattr(tenants, where)
    assert action in FAR_AWAY
    tenants.deny(action, subscription)
    neighbour.apply()
    name = "peer/action" if action.endswith("peer/action") else action
    neighbour.wait_problem("Unauthorized", name, subscription, "az role assignment create")
    tenants.mend()
    neighbour.poke()
    neighbour.wait_ready()
