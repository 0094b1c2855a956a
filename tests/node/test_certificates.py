"""The authority is replaced while users call and the kubelet delivers the new certificate in its own time."""

import os
import time
from pathlib import Path

from places import REPOSITORY
from polling import wait_until
from processes import run

TOPIC = "rotation of the authority"
PROGRAM = Path(os.environ.get("PEERWARDEN_PROGRAM") or REPOSITORY / "build" / "release" / "peerwarden")


class Phases:
    """How long each phase took since the one before."""

    def __init__(self, figures):
        self.figures = figures
        self.last = time.monotonic()

    def reach(self, what, condition, seconds):
        """Wait for a phase and note how long it took."""
        wait_until(condition, what, seconds=seconds, interval=0.2)
        now = time.monotonic()
        self.figures.say(TOPIC, what, round(now - self.last, 1), "s")
        self.last = now


def shown(release):
    """Return what each replica shows on a new connection."""
    return {pod.name: pod.certificate() for pod in release.pods("webhook")}


def test_authority_is_rotated_without_a_failed_call(release, applicants, figures):
    wait_until(lambda: set(release.bundles()) == {1}, "no other rotation is under way", seconds=400)
    before, leaf = shown(release), release.secret()["data"]["tls.crt"]
    phases = Phases(figures)
    run(PROGRAM, "certs", "rotate", "--kubeconfig", release.node.kubeconfig)
    phases.reach("asked for to both authorities trusted", lambda: set(release.bundles()) == {2}, 60)
    phases.reach("to the new leaf in the Secret", lambda: release.secret()["data"]["tls.crt"] != leaf, 120)
    phases.reach("to every replica showing it", lambda: all(
        certificate != before[name] for name, certificate in shown(release).items()), 180)
    phases.reach("to the old authority dropped", lambda: set(release.bundles()) == {1}, 400)
    so_far = applicants.tally.calls
    wait_until(lambda: applicants.tally.calls > so_far + 200, "users call on", seconds=120)
    applicants.end()
    applicants.say(figures, TOPIC)
    assert applicants.failures == 0, applicants.tally.failures
    assert len(set(shown(release).values())) == 1


def test_status_shows_the_certificates(release):
    printed = run(PROGRAM, "certs", "status", "--kubeconfig", release.node.kubeconfig)
    assert "leaf" in printed
