"""The life of managed peerings on Google Cloud: the real daemon and API server, and a cloud that behaves as Google's.

Both halves are the daemon's: one in the network of the cluster, one in the other project, in which the one service
account has just the rights that docs/daemon.md names.
"""

import pytest

from managed import shoot_of
from managed_gcp import AWAY, HOME, OWN_NAME, REGION, TAG, Projects, daemon_at
from objects import SHOOT
from polling import wait_until
from tests.servers.gcp import GcpServer

FOR_EVER = 1000000


@pytest.fixture(scope="module")
def shoot(control_plane):
    """What a shoot on Google Cloud knows of itself."""
    info = shoot_of("gcp", REGION)
    control_plane.api.store(info)
    yield
    control_plane.api.delete(info)


@pytest.fixture(scope="module")
def projects(control_plane, tmp_path_factory):
    """The cloud."""
    with GcpServer() as cloud:
        yield Projects(cloud, control_plane.api, tmp_path_factory.mktemp("key"))


@pytest.fixture(scope="module")
def daemon(control_plane, shoot, projects, tmp_path_factory):
    """A daemon that manages, and compares each second."""
    folder = tmp_path_factory.mktemp("daemon")
    with daemon_at(control_plane, folder, projects, "--mode=manage", "--resync=1s", "--refresh=2s") as daemon:
        yield daemon


@pytest.fixture
def new_neighbour(projects, daemon, plot):
    """A function that makes a remote network and its object; afterwards the cloud is mended and the objects go."""
    made = []

    def make(**more):
        made.append(projects.neighbour(plot, **more))
        return made[-1]

    yield make
    projects.mend()
    for neighbour in made:
        neighbour.delete()
    for neighbour in made:
        neighbour.wait_gone()


@pytest.fixture
def neighbour(new_neighbour):
    """A remote network whose object is not there yet."""
    return new_neighbour()


# It comes to be.

@pytest.mark.parametrize("routes", [False, True])
def test_both_halves_are_made_with_the_options_that_are_asked_for(new_neighbour, routes):
    neighbour = new_neighbour(importCustomRoutes=routes).apply()
    neighbour.wait_ready()
    assert list(neighbour.here()) == [neighbour.own_half] and list(neighbour.there()) == [neighbour.half]
    assert [each["action"] for each in neighbour.calls()] == ["networks.addPeering"] * 2


def test_the_finalizer_is_stored_before_anything_is_made(projects, neighbour):
    held = projects.cloud.hold(action="networks.addPeering")
    neighbour.apply()
    assert projects.cloud.wait_held(held)
    assert neighbour.held and not neighbour.here() and not neighbour.there()
    projects.cloud.release(held)
    neighbour.wait_ready()


def test_an_operation_that_takes_long_is_waited_for_and_not_begun_again(projects, neighbour):
    projects.cloud.settings(running=3)
    neighbour.apply()
    neighbour.wait_ready(seconds=60)
    assert len(neighbour.calls("networks.addPeering")) == 2
    assert "peerwarden.io/operation" not in neighbour.object["metadata"].get("annotations", {})


def test_an_untagged_network_is_not_asked_until_it_has_the_tag(projects, new_neighbour):
    neighbour = new_neighbour(tagged=False).apply()
    neighbour.wait_problem("FailedCreatingVpcPeeringConnection", SHOOT,
                           f"gcloud resource-manager tags keys create {SHOOT} --parent=projects/{AWAY}",
                           "gcloud resource-manager tags bindings create")
    assert neighbour.calls() == [] and not neighbour.held
    projects.cloud.tag(neighbour.path, TAG)
    neighbour.poke()
    neighbour.wait_ready()


def test_a_tag_that_only_contains_the_name_of_the_shoot_is_another_shoots(projects, new_neighbour):
    """Kyma looks for the name in the key, and would take it for this shoot's."""
    neighbour = new_neighbour(tagged=False)
    projects.cloud.tag(neighbour.path, f"{TAG}7")
    neighbour.apply()
    neighbour.wait_problem("FailedCreatingVpcPeeringConnection", f"{SHOOT}7", "Kyma")
    assert neighbour.calls() == []


def test_a_tag_of_the_project_counts(projects, new_neighbour):
    neighbour = new_neighbour(tagged=False)
    projects.cloud.tag(neighbour.path, TAG, inherited=True)
    try:
        neighbour.apply()
        neighbour.wait_ready()
    finally:
        projects.cloud.tag(neighbour.path, TAG, None, inherited=True)


def test_a_tag_that_is_removed_later_leaves_the_peering_connected(projects, neighbour):
    neighbour.apply().wait_ready()
    calls = neighbour.calls()
    projects.cloud.tag(neighbour.path, TAG, None)
    neighbour.poke()
    wait_until(lambda: neighbour.network.get("tags") == {}, "the network has been looked up without its tag")
    neighbour.wait_ready()
    assert neighbour.calls() == calls


def test_a_network_that_is_not_there_is_said(projects, neighbour):
    projects.cloud.delete_network(neighbour.path)
    neighbour.apply()
    neighbour.wait_problem("VpcNotFound", neighbour.short, AWAY, "gcloud compute networks list")
    assert neighbour.calls() == [] and not neighbour.held


def test_ranges_that_overlap_are_said_and_peered_when_they_do_no_more(projects, new_neighbour):
    neighbour = new_neighbour(ranges=["192.168.11.0/24", "10.250.2.0/24"]).apply()
    neighbour.wait_problem(None, "10.250.2.0/24", "10.250.0.0/22")
    assert not neighbour.here() or not neighbour.there()
    projects.cloud.remove_subnetwork(neighbour.path, "subnet-2")
    neighbour.ranges.pop()
    wait_until(lambda: neighbour.network.get("cidrs") == neighbour.ranges, "the network has been looked up again")
    neighbour.poke()
    neighbour.wait_ready()


# The cloud fails.

def test_a_cloud_that_slows_us_down_and_fails_is_asked_until_it_answers(projects, neighbour):
    projects.cloud.throttle(3, action="networks.addPeering")
    projects.cloud.fault(500, count=2, action="networks.get")
    projects.cloud.fault(503, "backendError", count=2, action="effectiveTags.list")
    neighbour.apply()
    neighbour.wait_ready(seconds=60)


def test_whichever_answers_are_lost_there_is_one_half_on_each_side(projects, new_neighbour):
    neighbour = new_neighbour(deleteRemotePeering=True)
    for action in ("networks.addPeering", "networks.removePeering"):
        projects.cloud.drop(when="after", action=action)
        projects.cloud.drop(when="before", number=2, action=action)
    neighbour.apply()
    neighbour.wait_ready(seconds=60)
    assert list(neighbour.here()) == [neighbour.own_half] and list(neighbour.there()) == [neighbour.half]
    neighbour.delete()
    neighbour.wait_gone(seconds=60)
    assert neighbour.here() == neighbour.there() == {}


def test_an_operation_that_fails_inside_is_begun_again(projects, neighbour):
    projects.cloud.fail_operations("INTERNAL_ERROR", "Injected: an internal error.", 500)
    neighbour.apply()
    neighbour.wait_ready(seconds=60)
    assert len(neighbour.calls("networks.addPeering")) == 3


def test_a_network_that_somebody_else_works_on_is_waited_for(projects, neighbour):
    projects.cloud.stop_clock()
    projects.cloud.route_operation(projects.own, 30)
    neighbour.apply()
    neighbour.wait(lambda: any(each["status"] == 400 for each in projects.cloud.journal(action="networks.addPeering")),
                   "it has been refused as busy")
    projects.cloud.forward(31)
    projects.cloud.run_clock()
    neighbour.wait_ready(seconds=60)


@pytest.mark.parametrize("where", ["operation", "call"])
def test_a_quota_is_said_with_the_way_out_and_goes_on_when_it_is_raised(projects, neighbour, where):
    projects.cloud.settings(peerings_per_network=0, quota=where)
    neighbour.apply()
    neighbour.wait_problem("QuotaExceeded", "PEERINGS_PER_NETWORK", "quota", "gcloud compute networks peerings list")
    projects.cloud.settings(peerings_per_network=25, quota="operation")
    neighbour.poke()
    neighbour.wait_ready()


def test_a_token_that_has_expired_is_replaced(projects, new_neighbour):
    new_neighbour().apply().wait_ready()
    projects.cloud.expire_tokens()
    new_neighbour(ranges=["192.168.1.0/24"]).apply().wait_ready(seconds=60)


def test_a_right_that_is_lost_is_said_and_what_stands_stays(projects, neighbour):
    neighbour.apply().wait_ready()
    projects.cloud.permit(projects.email, AWAY, [])
    neighbour.poke()
    said = neighbour.wait_problem("Unauthorized", "compute.networks.get", AWAY, "gcloud projects add-iam-policy-binding")
    assert projects.email in said or "serviceAccount" in said
    assert neighbour.here()[neighbour.own_half]["state"] == "ACTIVE"
    projects.mend()
    neighbour.poke()
    neighbour.wait_ready()


def test_an_api_that_is_switched_off_is_said_with_the_command_that_enables_it(projects, neighbour):
    projects.cloud.switch_off(AWAY)
    neighbour.apply()
    neighbour.wait_problem(None, "gcloud services enable compute.googleapis.com")
    projects.cloud.switch_on(AWAY)
    neighbour.poke()
    neighbour.wait_ready()


def test_an_hour_without_the_cloud_changes_nothing_and_is_made_up_for(projects, new_neighbour):
    first, second = new_neighbour(), new_neighbour(ranges=["192.168.1.0/24"])
    first.apply().wait_ready()
    calls = first.calls()
    projects.cloud.remove_peering(first.path, first.half)
    projects.cloud.drop(count=FOR_EVER)
    projects.cloud.forward(3600)
    second.apply()
    seen = len(projects.cloud.journal())
    wait_until(lambda: len(projects.cloud.journal()) > seen + 3, "the daemon asks in vain")
    assert first.calls() == calls and second.here() == second.there() == {} and first.held
    projects.cloud.clear_hooks()
    for neighbour in (first, second):
        neighbour.poke()
        neighbour.wait(lambda each=neighbour: each.here() and each.there(), "both halves are there", seconds=60)
        neighbour.wait_ready(seconds=60)


# Something changes it.

def test_options_that_were_changed_by_hand_are_put_back(projects, new_neighbour):
    neighbour = new_neighbour(importCustomRoutes=True).apply()
    neighbour.wait_ready()
    projects.cloud.change_peering(projects.own, neighbour.own_half, importCustomRoutes=False)
    projects.cloud.change_peering(neighbour.path, neighbour.half, exportCustomRoutes=False)
    wait_until(lambda: neighbour.here()[neighbour.own_half]["importCustomRoutes"], "the own option is back")
    wait_until(lambda: neighbour.there()[neighbour.half]["exportCustomRoutes"], "the other option is back")
    neighbour.wait_ready()


@pytest.mark.parametrize("side", ["here", "there"])
def test_a_half_that_somebody_deletes_is_made_anew(projects, neighbour, side):
    neighbour.apply().wait_ready()
    if side == "here":
        projects.cloud.remove_peering(projects.own, neighbour.own_half)
    else:
        projects.cloud.remove_peering(neighbour.path, neighbour.half)
    neighbour.wait(lambda: neighbour.here() and neighbour.there(), "both halves are there again")
    neighbour.wait_ready()
    assert len(neighbour.calls("networks.addPeering")) == 3


def test_a_remote_network_that_is_deleted_is_said_and_peered_again_when_it_is_back(projects, neighbour):
    neighbour.apply().wait_ready()
    projects.cloud.delete_network(neighbour.path)
    neighbour.poke()
    neighbour.wait_problem("VpcNotFound", neighbour.short, "gcloud compute networks list")
    projects.cloud.network(AWAY, neighbour.short, neighbour.ranges)
    projects.cloud.tag(neighbour.path, TAG)
    neighbour.poke()
    neighbour.wait_ready(seconds=60)


def test_an_own_network_that_is_gone_does_not_keep_the_object(projects, neighbour):
    neighbour.apply().wait_ready()
    projects.cloud.delete_network(projects.own)
    try:
        neighbour.poke()
        neighbour.wait_problem("VpcNotFound", OWN_NAME, HOME)
        neighbour.delete()
        neighbour.wait_gone()
    finally:
        projects.settle()


# Somebody else has made it.

def test_the_half_of_the_other_side_is_used_whatever_its_name(neighbour):
    neighbour.add_there(name="made-by-hand")
    neighbour.apply()
    neighbour.wait_ready()
    assert list(neighbour.there()) == ["made-by-hand"]


def test_the_own_half_of_somebody_else_is_used_and_stays_when_the_object_goes(projects, neighbour):
    projects.cloud.add_peering(projects.own, "cm-by-kyma", neighbour.path)
    neighbour.apply()
    neighbour.wait_ready()
    neighbour.delete()
    neighbour.wait_gone()
    assert list(neighbour.here()) == ["cm-by-kyma"]
    neighbour.wait_event("LeftInCloud", "cm-by-kyma", "gcloud compute networks peerings delete")


def test_a_half_of_the_name_that_leads_elsewhere_is_never_touched(projects, new_neighbour):
    neighbour = new_neighbour(deleteRemotePeering=True)
    stranger = neighbour.stranger()
    neighbour.add_there(peer=stranger)
    before = projects.cloud.peerings(neighbour.path)
    neighbour.apply()
    neighbour.wait_problem(None, neighbour.half, stranger.rpartition("/")[2], "gcloud compute networks peerings")
    assert projects.cloud.peerings(neighbour.path) == before
    neighbour.delete()
    neighbour.wait_gone()
    assert projects.cloud.peerings(neighbour.path) == before


# It ends.

@pytest.mark.parametrize("remote_too", [True, False])
def test_the_halves_go_before_the_object(projects, new_neighbour, remote_too):
    neighbour = new_neighbour(deleteRemotePeering=remote_too).apply()
    neighbour.wait_ready()
    held = projects.cloud.hold(action="networks.removePeering")
    neighbour.delete()
    assert projects.cloud.wait_held(held)
    assert neighbour.held and neighbour.object["metadata"]["deletionTimestamp"]
    projects.cloud.release(held)
    neighbour.wait_gone()
    assert neighbour.here() == {}
    assert list(neighbour.there()) == ([] if remote_too else [neighbour.half])
    assert len(neighbour.calls("networks.addPeering")) == 2


def test_a_remote_project_that_refuses_us_does_not_keep_the_object(projects, new_neighbour):
    neighbour = new_neighbour(deleteRemotePeering=True).apply()
    neighbour.wait_ready()
    projects.cloud.deny(projects.email, ["compute.networks.removePeering"], AWAY)
    neighbour.delete()
    neighbour.wait_gone()
    assert neighbour.here() == {} and list(neighbour.there()) == [neighbour.half]
    neighbour.wait_event("LeftInCloud", neighbour.half, "gcloud compute networks peerings delete",
                         f"--network={neighbour.short}", f"--project={AWAY}")


def test_an_own_project_that_refuses_us_keeps_the_object_and_says_the_way_out(projects, neighbour):
    neighbour.apply().wait_ready()
    projects.cloud.deny(projects.email, ["compute.networks.removePeering"], HOME)
    neighbour.delete()
    neighbour.wait_problem("Unauthorized", "compute.networks.removePeering", "peerwarden.io/mode=observe")
    assert neighbour.held and neighbour.here()
    projects.mend()
    neighbour.poke()
    neighbour.wait_gone()
    assert neighbour.here() == {}


def test_a_remote_network_that_is_gone_does_not_keep_the_object(projects, new_neighbour):
    neighbour = new_neighbour(deleteRemotePeering=True).apply()
    neighbour.wait_ready()
    projects.cloud.delete_network(neighbour.path)
    neighbour.delete()
    neighbour.wait_gone()
    assert neighbour.here() == {}


def test_what_was_never_made_is_gone_at_once(new_neighbour):
    neighbour = new_neighbour(tagged=False).apply()
    neighbour.wait_problem("FailedCreatingVpcPeeringConnection")
    neighbour.delete()
    neighbour.wait_gone()
    assert neighbour.calls() == []


def test_many_come_and_go_together_one_operation_at_a_time(projects, new_neighbour):
    """Google lets no two operations run on one network, and the daemon does not try."""
    projects.cloud.settings(pending=0.1, running=0.2)
    several = [new_neighbour(ranges=[f"172.16.{number}.0/24"]) for number in range(3)]
    before = len(projects.cloud.journal())
    for neighbour in several:
        neighbour.apply()
    for neighbour in several:
        neighbour.wait_ready(seconds=90)
    busy = [each for each in projects.cloud.journal()[before:] if "operation in progress" in each["message"]]
    assert not busy
    for neighbour in several:
        neighbour.delete()
    for neighbour in several:
        neighbour.wait_gone(seconds=90)
        assert neighbour.here() == {}


# Each right is missed by its name.

RIGHTS = [(HOME, "compute.networks.get"), (HOME, "compute.networks.addPeering"),
          (AWAY, "compute.networks.get"), (AWAY, "compute.networks.addPeering"),
          (AWAY, "compute.networks.listEffectiveTags"), (AWAY, "compute.globalOperations.get")]


@pytest.mark.parametrize(("project", "right"), RIGHTS)
def test_a_right_that_is_missing_is_said_by_its_name_with_the_command_that_gives_it(
        projects, neighbour, project, right):
    if "Operations" in right:
        projects.cloud.settings(running=3)
    projects.cloud.deny(projects.email, [right], project)
    neighbour.apply()
    neighbour.wait_problem("Unauthorized", right, project, "gcloud")
    projects.mend()
    neighbour.poke()
    neighbour.wait_ready()


@pytest.mark.parametrize("project", [HOME, AWAY])
def test_the_right_to_change_options_is_missed_when_they_differ(projects, new_neighbour, project):
    right = "compute.networks.updatePeering"
    neighbour = new_neighbour(importCustomRoutes=True).apply()
    neighbour.wait_ready()
    projects.cloud.deny(projects.email, [right], project)
    where, name, flag = ((projects.own, neighbour.own_half, "importCustomRoutes") if project == HOME else
                         (neighbour.path, neighbour.half, "exportCustomRoutes"))
    projects.cloud.change_peering(where, name, **{flag: False})
    neighbour.poke()
    neighbour.wait_problem("Unauthorized", right, project, "gcloud")
    projects.mend()
    neighbour.poke()
    neighbour.wait_ready()
