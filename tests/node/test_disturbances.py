"""Replicas are replaced, deleted and killed while users go on: no call fails but those that meet a killed process."""

import time

import pytest

from polling import wait_until
from release import LEASE, NAMESPACE

BEFORE, AFTER = 200, 200


def keep_calling(applicants, calls):
    """Wait until users have made so many more calls."""
    so_far = applicants.tally.calls
    wait_until(lambda: applicants.tally.calls >= so_far + calls, f"{calls} more calls", seconds=120)


def amid_calls(applicants, figures, topic, act):
    """Do something while users call; return and note how long it took."""
    keep_calling(applicants, BEFORE)
    begun = time.monotonic()
    act()
    figures.say(topic, "took", round(time.monotonic() - begun, 1), "s")
    keep_calling(applicants, AFTER)
    applicants.end()
    applicants.say(figures, topic)


def test_rolling_update_by_helm_upgrade_fails_no_call(release, applicants, figures):
    before = {pod.name for pod in release.pods("webhook")}
    amid_calls(applicants, figures, "helm upgrade with another setting",
               lambda: release.upgrade(**{"webhook.settings.log-level": "warn"}))
    assert not before & {pod.name for pod in release.pods("webhook")}, "no pod was replaced"
    assert applicants.failures == 0, applicants.tally.failures


@pytest.mark.parametrize("component", ["webhook", "daemon"])
def test_rollout_restart_fails_no_call(release, applicants, figures, component):
    kubectl = release.node.kubectl()

    def restart():
        kubectl.must("rollout", "restart", f"deployment/peerwarden-{component}", f"--namespace={NAMESPACE}")
        release.wait_until_settled()

    before = {pod.name for pod in release.pods(component)}
    amid_calls(applicants, figures, f"kubectl rollout restart of the {component}", restart)
    assert not before & {pod.name for pod in release.pods(component)}
    assert applicants.failures == 0, applicants.tally.failures


def test_deleted_pod_fails_no_call(release, applicants, figures):
    kubectl = release.node.kubectl()

    def delete():
        pod = release.busiest()
        kubectl.must("delete", "pod", pod.name, f"--namespace={NAMESPACE}")
        release.wait_until_settled()

    amid_calls(applicants, figures, "kubectl delete pod of the busiest replica", delete)
    assert applicants.failures == 0, applicants.tally.failures


def wait_until_back(release, pod):
    """Wait until a killed pod's container was started again and is ready."""
    def is_back():
        return any(each.name == pod.name and each.restarts > pod.restarts and each.is_ready
                   for each in release.pods(pod.component))
    wait_until(is_back, f"{pod.name} is back", seconds=120, interval=0.1)


def test_killed_process_costs_only_calls_that_meet_it_while_it_is_gone(release, applicants, figures):
    failed = []

    def kill():
        pod = release.busiest()
        pod.kill()
        wait_until_back(release, pod)
        failed.extend(applicants.tally.failures)

    amid_calls(applicants, figures, "kill -9 of the busiest replica's process", kill)
    assert applicants.tally.failures == failed, "calls fail although it is back"
    assert all("failed calling webhook" in failure for failure in failed), failed


def test_killed_leader_is_followed_and_fails_no_call(release, applicants, figures):
    leader = wait_until(release.leader, "a daemon leads")
    terms = release.api.request("GET", LEASE).body["spec"].get("leaseTransitions", 0)

    def kill():
        leader.kill()
        wait_until(lambda: release.api.request("GET", LEASE).body["spec"].get("leaseTransitions", 0) > terms
                   and release.leader(), "another term begins", seconds=120, interval=0.2)

    amid_calls(applicants, figures, "kill -9 of the daemon that leads, until another one does", kill)
    wait_until(release.all_ready, "all pods are ready again", seconds=120)
    assert applicants.failures == 0, applicants.tally.failures
    assert release.is_armed()
