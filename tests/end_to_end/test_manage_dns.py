"""The life of managed links of the cluster's VNet to private DNS zones and resolver rulesets of another tenant."""

import pytest

from managed_azure import REGION
from objects import SHOOT
from polling import wait_until

pytest_plugins = ["azure_fixtures"]
FOR_EVER = 1000000
NETWORK = "Microsoft.Network"
FOLDERS = {False: "privateDnsZones", True: "dnsForwardingRulesets"}
COMMANDS = {False: "az network private-dns link vnet", True: "az dns-resolver vnet-link"}


@pytest.fixture(params=[False, True], ids=["zone", "ruleset"])
def ruleset(request):
    """Whether it is a ruleset, and not a zone."""
    return request.param


@pytest.fixture
def link(new_link, ruleset):
    """A zone or ruleset whose object is not there yet."""
    return new_link(ruleset=ruleset)


# It comes to be.

@pytest.mark.parametrize("abroad", [False, True])
def test_a_link_is_made_under_the_name_that_is_asked_for(new_link, ruleset, abroad):
    link = new_link(ruleset=ruleset, abroad=abroad).apply()
    status = link.wait_ready()
    assert [each["id"] for each in link.links()] == [link.link] and status["id"].lower() == link.link.lower()
    (call,) = link.calls()
    assert call["auxiliary"] == ([link.tenants.home] if abroad else [])


def test_a_link_that_takes_its_time_is_followed_and_not_begun_again(tenants, link):
    tenants.cloud.settings(link_operation=8, linking=2, retry_after=1, newest_url_only=True)
    link.apply()
    link.wait_ready(seconds=90)
    assert len(link.calls()) == 1


def test_an_untagged_zone_is_not_linked_until_it_has_the_tag(tenants, new_link, ruleset):
    link = new_link(ruleset=ruleset, tags={"owner": "somebody"}).apply()
    link.wait_problem(None, f"does not carry the tag {SHOOT}",
                      f"az tag update --operation Merge --resource-id {link.zone_id} --tags '{SHOOT}='")
    assert link.calls() == [] and not link.held
    tenants.cloud.tag(link.zone_id, SHOOT, "")
    link.poke()
    link.wait_ready()


def test_a_tag_that_is_removed_later_leaves_the_link(tenants, link):
    link.apply().wait_ready()
    tenants.cloud.tag(link.zone_id, SHOOT)
    link.poke()
    wait_until(lambda: link.zone.get("tags") == {}, "the zone has been looked up without its tag")
    link.wait_ready()
    assert len(link.calls()) == 1


def test_a_zone_that_is_not_there_is_said(tenants, link, ruleset):
    tenants.cloud.delete_zone(link.zone_id)
    link.apply()
    link.wait_problem(None, f"there is no {'resolver ruleset' if ruleset else 'private DNS zone'}",
                      link.zone_id.rpartition("/")[2],
                      f"az {'dns-resolver forwarding-ruleset' if ruleset else 'network private-dns zone'} list")
    assert link.calls() == [] and not link.held


def test_a_zone_is_described_with_its_links_and_tags(link):
    link.apply().wait_ready()
    link.poke()
    wait_until(lambda: link.zone.get("links"), "the link has been seen")
    assert link.zone["tags"] == {SHOOT: ""} and link.zone["owner"] == link.tenants.there
    assert [each["name"] for each in link.zone["links"]] == [link.link.rpartition("/")[2]]


# What stands in the way.

def test_a_second_ruleset_of_a_network_is_said(tenants, new_link):
    former = tenants.cloud.ruleset(tenants.there, "hub", "former", {}, REGION)
    made = tenants.cloud.link(former, "by-hand", tenants.own)
    try:
        link = new_link(ruleset=True).apply()
        link.wait_problem(None, "already linked", "az dns-resolver vnet-link")
        assert link.links() == []
    finally:
        tenants.cloud.delete_link(made)
    link.poke()
    link.wait_ready()


def test_a_second_zone_of_the_name_is_said(tenants, new_link):
    link = new_link()
    name = link.zone_id.rpartition("/")[2]
    made = tenants.cloud.link(tenants.cloud.zone(tenants.beside, "other", name), "by-hand", tenants.own)
    try:
        link.apply()
        link.wait_problem(None, name, "az network private-dns link vnet", seconds=120)
        assert link.links() == []
    finally:
        tenants.cloud.delete_link(made)
    link.poke()
    link.wait_ready(seconds=120)


def test_a_zone_that_has_all_the_links_it_may_have_is_said(tenants, new_link):
    link = new_link(most_links=1)
    other = tenants.cloud.network(tenants.there, "hub", f"full-{link.name}", ["192.0.2.0/24"])
    made = link.add("first", other)
    link.apply()
    link.wait_problem("QuotaExceeded", "has 1 links", "az network private-dns link vnet list")
    tenants.cloud.delete_link(made)
    link.poke()
    link.wait_ready()


def test_a_ruleset_of_another_region_is_said(new_link):
    link = new_link(ruleset=True, location="northeurope").apply()
    link.wait_problem(None, "northeurope")
    assert link.links() == []


def test_a_link_of_the_name_that_leads_elsewhere_is_never_touched(tenants, link, ruleset):
    other = tenants.cloud.network(tenants.there, "hub", f"other-{link.name}", ["192.0.2.0/24"])
    made = link.add(network=other)
    link.apply()
    link.wait_problem(None, other, COMMANDS[ruleset])
    link.delete()
    link.wait_gone()
    assert [(each["id"], each["network"]) for each in link.links()] == [(made, other)] and link.calls() == []


def test_a_link_of_somebody_else_is_used_and_stays_when_the_object_goes(tenants, link, ruleset):
    made = link.add("by-hand")
    link.apply()
    link.wait_ready()
    assert link.calls() == []
    link.delete()
    link.wait_gone()
    assert [each["id"] for each in link.links()] == [made]
    link.wait_event("LeftInCloud", "by-hand", COMMANDS[ruleset])
    tenants.cloud.delete_link(made)  # a network can be linked to no second ruleset


# The cloud fails.

def test_a_cloud_that_slows_us_down_and_fails_is_asked_until_it_answers(tenants, link):
    tenants.cloud.throttle(2, retry_after=1, method="PUT")
    tenants.cloud.fault("InternalServerError", count=2, method="GET")
    tenants.cloud.fault(None, status=502, number=3, method="GET")
    link.apply()
    link.wait_ready(seconds=150)


def test_whichever_answers_are_lost_the_end_is_the_same(tenants, link):
    for method in ("PUT", "DELETE"):
        tenants.cloud.drop(when="after", method=method)
        tenants.cloud.drop(when="before", number=2, method=method)
    link.apply()
    link.wait_ready(seconds=60)
    link.delete()
    link.wait_gone(seconds=60)
    assert link.links() == []


def test_an_hour_without_the_cloud_changes_nothing_and_is_made_up_for(tenants, link):
    link.apply().wait_ready()
    tenants.cloud.delete_link(link.link)
    tenants.cloud.drop(count=FOR_EVER)
    tenants.cloud.forward(3600)
    seen = len(tenants.cloud.journal())
    wait_until(lambda: len(tenants.cloud.journal()) > seen + 3, "the daemon asks in vain")
    assert link.links() == [] and link.held
    tenants.cloud.clear_hooks()
    link.poke()
    wait_until(link.links, "the link is there again", seconds=60)
    link.wait_ready()


# Something changes it.

def test_a_link_that_somebody_deletes_is_made_anew(tenants, link):
    link.apply().wait_ready()
    tenants.cloud.delete_link(link.link)
    link.wait(link.links, "the link is there again")
    link.wait_ready()
    assert len(link.calls("PUT")) == 2


def test_auto_registration_that_somebody_has_switched_on_is_switched_off(tenants, new_link):
    link = new_link().apply()
    link.wait_ready()
    tenants.cloud.change_link(link.link, registration=True)
    link.wait(lambda: not link.links()[0]["registration"], "auto-registration is off again")
    link.wait_ready()


def test_a_zone_that_is_deleted_is_said_and_does_not_keep_the_object(tenants, link):
    link.apply().wait_ready()
    tenants.cloud.delete_zone(link.zone_id)
    link.poke()
    link.wait_problem(None, link.zone_id.rpartition("/")[2])
    link.delete()
    link.wait_gone()


# It ends.

def test_the_link_goes_before_the_object(tenants, link):
    link.apply().wait_ready()
    held = tenants.cloud.hold(method="DELETE")
    link.delete()
    assert tenants.cloud.wait_held(held)
    assert link.held and link.object["metadata"]["deletionTimestamp"]
    tenants.cloud.release(held)
    link.wait_gone()
    assert link.links() == []


def test_a_subscription_that_refuses_us_keeps_the_object_and_says_the_way_out(tenants, link, ruleset):
    """The link is the daemon's own: an object that went before it would leave it to nobody."""
    link.apply().wait_ready()
    action = f"{NETWORK}/{FOLDERS[ruleset]}/virtualNetworkLinks/delete"
    tenants.deny(action)
    link.delete()
    link.wait_problem(None, action, "peerwarden.io/mode=observe")
    assert link.held and link.links()
    tenants.mend()
    link.poke()
    link.wait_gone()
    assert link.links() == []


# Each right is missed by its name.

@pytest.mark.parametrize("action", ["read", "virtualNetworkLinks/read", "virtualNetworkLinks/write"])
def test_a_right_that_is_missing_is_said_by_its_name_with_the_command_that_gives_it(tenants, link, ruleset, action):
    action = f"{NETWORK}/{FOLDERS[ruleset]}/{action}"
    tenants.deny(action)
    link.apply()
    link.wait_problem("Unauthorized", action, tenants.there, "az role assignment create")
    tenants.mend()
    link.poke()
    link.wait_ready()


def test_the_right_to_join_the_own_network_is_missed_by_its_name(tenants, link):
    tenants.deny(f"{NETWORK}/virtualNetworks/join/action", tenants.here)
    link.apply()
    link.wait_problem("Unauthorized", "join/action", "az role assignment create")
    tenants.mend()
    link.poke()
    link.wait_ready()
