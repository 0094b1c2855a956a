"""Certificates and registration together, as the daemon of an installation keeps both, by what is shipped."""

import pytest
import yaml

from certificate_ground import CertificateGround
from custom_resources import REPOSITORY
from event_loop import EventLoop
from polling import wait_until


class InstalledGround(CertificateGround):
    """An installation whose shells the daemon fills."""

    def wanted(self):
        """Return what is shipped, led to the webhook of this test."""
        wanted = list(yaml.safe_load_all((REPOSITORY / "manifests" / "webhook-configurations.yaml").read_text()))
        for configuration in wanted:
            for entry in configuration["webhooks"]:
                path = entry["clientConfig"]["service"]["path"]
                entry["clientConfig"] = {"url": f"https://127.0.0.1:{self.webhook.port}{path}"}
        return wanted

    def binds(self):
        """Say whether every entry binds."""
        entries = [entry for shell in self.shells for entry in self.api.get(shell).body.get("webhooks", [])]
        return len(entries) > 1 and all(entry["failurePolicy"] == "Fail" for entry in entries)


@pytest.fixture
def ground(control_plane, tmp_path):
    """An installation in which nothing runs yet."""
    loop = EventLoop()
    ground = InstalledGround(control_plane, loop, tmp_path, annotations={})
    ground.prepare()
    yield ground
    ground.stop()
    loop.stop()


def test_an_empty_installation_comes_into_force_by_itself_and_rotates(ground):
    daemon = ground.daemon("--certificate-check=60s")  # nothing waits for the next look
    daemon.start_as_leader()
    wait_until(lambda: ground.stored("tls.crt"), "the empty Secret is filled")
    ground.serve()
    wait_until(ground.binds, "the shells are filled and bind")
    ground.come_into_force()
    ground.wait_until_settled()
    ground.kill(daemon)
    second = ground.daemon()
    second.start_as_leader()
    with ground.load():
        old = ground.retire()
        ground.wait_until_settled(old)
    assert ground.binds()
    second.stop()
