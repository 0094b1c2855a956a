"""Verification at admission with the daemon and a cloud that behaves as Azure: networks, zones and rulesets."""

import pytest

from managed_azure import daemon_at
from objects import PEERWARDEN, SHOOT, thing
from polling import wait_until

pytest_plugins = ["azure_fixtures"]
ANY_ZONE = thing(PEERWARDEN, "RemoteZone", "")
BOTH = pytest.mark.parametrize("ruleset", [False, True])
UNTAGGED = {"owner": "network-team"}


@pytest.fixture(scope="module")
def shoot(azure_shoot):
    """What the shoot knows of itself, there before the webhook starts."""


@pytest.fixture(scope="module")
def webhook_options():
    """Wait for answers as long as the API server lets it: a third of 10 s."""
    return ("--lookup-wait=10s",)


@pytest.fixture(scope="module", autouse=True)
def azure_daemon(control_plane, guard, tenants, tmp_path_factory):
    """A daemon that leads and looks things up, and manages nothing."""
    folder = tmp_path_factory.mktemp("daemon")
    with daemon_at(control_plane, folder, tenants, "--idle=2s") as daemon:
        yield daemon


def all_of(api, link):
    """Return the RemoteZones that describe what a link leads to."""
    return [each for each in api.list(ANY_ZONE) if each["spec"]["id"].lower() == link.zone_id.lower()]


def described(api, link):
    """Return the one of them."""
    (found,) = all_of(api, link)
    return found


@BOTH
def test_who_is_refused_for_a_missing_tag_sets_it_and_applies_the_same_again(kubectl, tenants, new_link, ruleset):
    link = new_link(tags=UNTAGGED, ruleset=ruleset)

    refused = kubectl.apply(link.thing)
    assert refused.status == 1 and refused.rules == {"missing-shoot-tag"}, refused

    tenants.cloud.tag(link.zone_id, SHOOT, "")
    admitted = kubectl.apply(link.thing)
    assert (admitted.status, admitted.rules) == (0, set()), admitted


@BOTH
def test_a_zone_that_nobody_described_is_made_looked_up_and_then_judged(kubectl, api, tenants, new_link, ruleset):
    link = new_link(ruleset=ruleset)

    admitted = kubectl.apply(link.thing)
    assert (admitted.status, admitted.rules) == (0, set()), admitted
    made = described(api, link)
    assert made["spec"] == {"id": link.zone_id, "tenant": tenants.away}
    assert made["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "peerwarden"}
    assert made["metadata"]["name"].startswith(f"azure-{tenants.there}-hub-")
    assert made["status"]["tags"] == {SHOOT: ""} and made["status"]["links"] == []
    assert ("maxLinks" in made["status"]) != ruleset  # Azure says it of zones only


@BOTH
def test_a_name_that_another_network_has_taken_is_refused_at_the_first_attempt(kubectl, tenants, new_link, ruleset):
    link = new_link(ruleset=ruleset)
    other = tenants.cloud.network(tenants.there, "hub", f"of-{link.name}", ["192.0.2.0/24"])
    link.add(network=other)

    refused = kubectl.apply(link.thing)
    assert refused.status == 1 and "name-taken" in refused.rules, refused


def test_a_zone_that_azure_does_not_have_is_looked_up_once_and_said_to_be_gone(kubectl, api, new_link):
    link = new_link()
    link.thing["spec"]["remotePrivateDnsZone"] = link.zone_id = link.zone_id.replace(".example.com", ".example.org")

    assert kubectl.apply(link.thing).status == 0
    (condition,) = described(api, link)["status"]["conditions"]
    assert (condition["status"], condition["reason"]) == ("False", "FailedLoadingPrivateDnzZone")


def test_an_object_under_another_name_is_marked_and_no_second_one_is_made(kubectl, api, tenants, plot, new_link):
    link = new_link()
    api.store(thing(PEERWARDEN, "RemoteZone", plot.name("mine"), {"id": link.zone_id, "tenant": tenants.away}))

    admitted = kubectl.apply(link.thing)
    assert (admitted.status, admitted.rules) == (0, set()), admitted
    assert described(api, link)["metadata"]["name"] == plot.name("mine")


def test_what_was_made_for_a_link_that_is_refused_goes_when_nobody_needs_it(kubectl, api, new_link):
    link = new_link(tags=UNTAGGED)
    assert kubectl.apply(link.thing).status == 1
    assert described(api, link)
    wait_until(lambda: not all_of(api, link), "the RemoteZone is gone")


def test_a_dry_run_asks_nothing(api, new_link):
    link = new_link()

    answer = api.create(link.thing, dry_run=True)
    assert answer.status == 201 and "unknown-remote" in answer.warned_rules, answer
    assert not all_of(api, link)


def test_a_network_of_another_tenant_is_looked_up_there_and_refused_for_its_addresses(kubectl, new_neighbour):
    neighbour = new_neighbour(ranges=["10.250.0.0/16"])

    refused = kubectl.apply(neighbour.thing)
    assert refused.status == 1 and "cidr-overlap" in refused.rules, refused
    assert "10.250.0.0/16" in refused.stderr
