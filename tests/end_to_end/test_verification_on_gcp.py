"""Verification at admission with the daemon and a cloud that behaves as Google Cloud."""

import pytest

from managed import shoot_of
from managed_gcp import AWAY, REGION, TAG, Projects, daemon_at
from objects import PEERWARDEN, SHOOT, thing
from tests.servers.gcp import GcpServer


@pytest.fixture(scope="module")
def shoot(control_plane):
    """What the shoot knows of itself, there before the webhook starts."""
    info = shoot_of("gcp", REGION)
    control_plane.api.store(info)
    yield
    control_plane.api.delete(info)


@pytest.fixture(scope="module")
def webhook_options():
    """Wait for answers as long as the API server lets it: a third of 10 s."""
    return ("--lookup-wait=10s",)


@pytest.fixture(scope="module")
def projects(control_plane, shoot, guard, tmp_path_factory):
    """The cloud, and a daemon that leads and looks things up, and manages nothing."""
    folder = tmp_path_factory.mktemp("daemon")
    with GcpServer() as cloud:
        made = Projects(cloud, control_plane.api, folder)
        with daemon_at(control_plane, folder, made, "--idle=2s"):
            yield made


def described(api, neighbour):
    """Return the one RemoteNetwork that describes a network."""
    (found,) = [each for each in api.list(thing(PEERWARDEN, "RemoteNetwork", ""))
                if each["spec"].get("gcp") == {"project": AWAY, "network": neighbour.short}]
    return found


def test_who_is_refused_for_a_missing_tag_sets_it_and_applies_the_same_again(kubectl, projects, plot):
    neighbour = projects.neighbour(plot, tagged=False)

    refused = kubectl.apply(neighbour.thing)
    assert refused.status == 1 and refused.rules == {"missing-shoot-tag"}, refused
    assert "gcloud resource-manager tags" in refused.stderr

    projects.cloud.tag(neighbour.path, TAG)
    admitted = kubectl.apply(neighbour.thing)
    assert (admitted.status, admitted.rules) == (0, set()), admitted
    assert described(projects.api, neighbour)["status"]["missingRights"] == []


def test_a_tag_that_only_contains_the_name_of_the_shoot_is_refused_with_a_note(kubectl, projects, plot):
    neighbour = projects.neighbour(plot, tagged=False)
    projects.cloud.tag(neighbour.path, f"{AWAY}/{SHOOT}4567")

    refused = kubectl.apply(neighbour.thing)
    assert refused.status == 1 and refused.rules == {"missing-shoot-tag"}, refused
    assert f"{SHOOT}4567" in refused.stderr


def test_ranges_that_overlap_the_nodes_are_refused_at_the_first_attempt(kubectl, projects, plot):
    neighbour = projects.neighbour(plot, ranges=["10.250.2.0/24"])

    refused = kubectl.apply(neighbour.thing)
    assert refused.status == 1 and refused.rules == {"cidr-overlap"}, refused
    assert "10.250.2.0/24" in refused.stderr


def test_a_half_of_the_name_that_leads_elsewhere_is_refused_at_the_first_attempt(kubectl, projects, plot):
    neighbour, other = projects.neighbour(plot), projects.neighbour(plot, ranges=["192.0.2.0/24"])
    projects.cloud.add_peering(neighbour.path, neighbour.half, other.path)

    refused = kubectl.apply(neighbour.thing)
    assert refused.status == 1 and "name-taken" in refused.rules, refused
    assert "gcloud compute networks peerings delete" in refused.stderr
