"""The chart on the empty node: all pods run in a namespace that lets only restricted ones in, and conflicts are refused."""

import time

from objects import subnet
from polling import wait_until
from release import NAME, NAMESPACE, RESTRICTED

MIB = 1 << 20


def test_pods_are_ready_where_only_restricted_ones_are_let_in(release, figures):
    labels = release.api.request("GET", f"/api/v1/namespaces/{NAMESPACE}").body["metadata"]["labels"]
    assert RESTRICTED.items() <= labels.items()
    assert sorted(pod.component for pod in release.first_pods) == ["daemon", "daemon", "webhook", "webhook"]
    for pod in release.first_pods:
        assert pod.is_ready and pod.restarts == 0, pod.body["status"]
        figures.say("pods", f"{pod.component}: created to ready", pod.seconds_to_ready(), "s")


def test_registration_is_armed_and_trusts_one_authority(release):
    assert release.is_armed()
    assert set(release.bundles()) == {1}


def test_kinds_that_come_later_are_guarded_soon(release, figures):
    begun = time.monotonic()
    wait_until(release.refuses, "a conflict is refused", seconds=30, interval=0.1)
    figures.say("kinds that come after the chart", "from the first stored object to the first refusal",
                round(time.monotonic() - begun, 1), "s")


def test_kubectl_apply_of_a_conflict_is_refused_through_the_service(release):
    wait_until(release.refuses, "a conflict is refused")
    terminal = release.node.kubectl().apply(subnet("taken", "first", "10.19.0.128/25"))
    assert terminal.status != 0 and "cidr-overlap" in terminal.rules, terminal
    assert "validate.peerwarden.io" in terminal.stderr


def test_every_replica_gets_calls_through_the_service(release, applicants, figures):
    before = release.asked()

    def all_asked():
        return all(count > before.get(name, 0) for name, count in release.asked().items())

    wait_until(lambda: applicants.tally.calls > 200, "users call", seconds=60)
    reach_everybody(release, all_asked)
    counts = sorted(count - before.get(name, 0) for name, count in release.asked().items())
    figures.say("traffic", "reviews answered by each replica", ", ".join(f"{count:.0f}" for count in counts))
    assert applicants.failures == 0, applicants.tally.failures


def reach_everybody(release, all_asked):
    """Wait until all replicas were asked; the API server keeps its connections, and makes new ones after a change."""
    for attempt in range(20):
        kubectl = release.node.kubectl()
        kubectl.must("annotate", "validatingwebhookconfiguration", NAME, "--overwrite", f"example.org/turn={attempt}")
        try:
            wait_until(all_asked, "all replicas are asked", seconds=5, interval=0.5)
            break
        except AssertionError:
            continue
    assert all_asked()
    kubectl.must("annotate", "validatingwebhookconfiguration", NAME, "example.org/turn-")


def test_pods_take_little_memory_and_processor_time(release, applicants, figures):
    wait_until(lambda: applicants.tally.calls > 200, "users call", seconds=60)
    begun = {pod.name: pod.processor_seconds() for pod in release.pods()}
    start, calls = time.monotonic(), applicants.tally.calls
    wait_until(lambda: applicants.tally.calls > calls + 1000, "users call on", seconds=120)
    seconds = time.monotonic() - start
    figures.say("pods", "users' calls per second meanwhile", round((applicants.tally.calls - calls) / seconds))
    for pod in release.pods():
        used = pod.processor_seconds() - begun[pod.name]
        memory = pod.memory()
        figures.say("pods", f"{pod.component}: memory", round(memory / MIB, 1), "MiB")
        figures.say("pods", f"{pod.component}: processor", round(1000 * used / seconds), "thousandths of one")
        assert memory < 64 * MIB, "more than the chart requests"


def test_helm_test_passes(release):
    assert "Succeeded" in release.helm("test", NAME, "--timeout=120s")
