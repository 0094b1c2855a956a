"""What the daemon sees of Azure and leaves as it is: observed peerings and links, remote networks and zones."""

import pytest

from managed_azure import GOOD, daemon_at

pytest_plugins = ["azure_fixtures"]


@pytest.fixture(scope="module")
def azure_daemon(control_plane, azure_shoot, tenants, tmp_path_factory):
    """A daemon that nobody has told to manage anything."""
    folder = tmp_path_factory.mktemp("daemon")
    with daemon_at(control_plane, folder, tenants, "--resync=1s", "--refresh=2s", "--idle=1s") as daemon:
        yield daemon


def assert_untouched(managed, version):
    """Assert that nothing has been done, neither to the cloud nor to the object."""
    assert managed.calls() == []
    found = managed.object
    assert found["metadata"]["resourceVersion"] == version and "status" not in found and not managed.held


def test_a_peering_that_is_observed_is_told_and_left_alone(tenants, azure_daemon, neighbour):
    picture = tenants.cloud.picture()
    version = neighbour.apply().object["metadata"]["resourceVersion"]
    neighbour.wait_event("Drift", "missing", "nothing is changed", "peerwarden.io/mode=manage")
    assert_untouched(neighbour, version)
    assert tenants.cloud.picture() == picture
    seen = next(each for each in azure_daemon.status()["peerings"] if each["key"].endswith(f"/{neighbour.name}"))
    assert seen["mode"] == "observe" and seen["drift"] > 0


@pytest.mark.parametrize("ruleset", [False, True])
def test_a_link_that_is_observed_is_told_and_left_alone(tenants, new_link, ruleset):
    link = new_link(ruleset=ruleset)
    picture = tenants.cloud.picture()
    version = link.apply().object["metadata"]["resourceVersion"]
    link.wait_event("Drift", "missing", "nothing is changed", "peerwarden.io/mode=manage")
    assert_untouched(link, version)
    assert tenants.cloud.picture() == picture


def test_drift_is_told_by_what_differs_and_so_is_its_end(tenants, neighbour):
    here = tenants.cloud.peering(tenants.own, "by-kyma", neighbour.vnet, allowForwardedTraffic=True)
    neighbour.add_there(allowForwardedTraffic=True)
    neighbour.apply()
    neighbour.wait(lambda: neighbour.network.get("peerings"), "the VNet has been looked up with its halves")
    tenants.cloud.options(here, allowVirtualNetworkAccess=False)
    neighbour.wait_event("Drift", "by-kyma")
    tenants.cloud.options(here, allowVirtualNetworkAccess=True)
    neighbour.wait_event("Recovered")
    assert neighbour.calls() == []


def test_a_network_is_described_by_its_ranges_tags_and_halves(neighbour):
    neighbour.add_there()
    neighbour.apply()
    neighbour.wait(lambda: neighbour.network.get("cidrs"), "the VNet has been looked up")
    status = neighbour.network
    assert sorted(status["cidrs"]) == sorted(neighbour.ranges) and status["tags"] == GOOD
    assert status["owner"] == neighbour.tenants.there
    assert [each["state"] for each in status["peerings"]] == ["Initiated"]


def test_the_annotation_has_a_link_managed_and_observed_again(tenants, new_link):
    link = new_link().apply()
    link.wait_event("Drift")
    link.annotate(mode="manage")
    link.wait_ready()
    link.annotate(mode="observe")
    tenants.cloud.change_link(link.link, registration=True)
    link.wait_event("Drift", link.link.rpartition("/")[2])
    assert len(link.calls()) == 1
    link.delete()
    link.wait_gone()
    assert len(link.links()) == 1
    link.wait_event("LeftInCloud", link.link, "az resource delete --ids")
