"""The end of a daemon that is just asking a cloud which does not answer."""

import socket

import pytest

from managed_aws import Region, daemon_at, environment_of
from tests.servers.aws import AwsServer

PATIENCE = 60


@pytest.fixture(scope="module")
def is_shoot():
    """Run in a cluster that is a shoot."""
    return True


@pytest.fixture
def silence():
    """A server that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        yield server


@pytest.mark.parametrize("service", ["STS", "EC2"])
def test_what_is_under_way_is_cut_and_nothing_is_said_of_it(control_plane, shoot, tmp_path, plot, silence, service):
    with AwsServer() as cloud:
        region = Region(cloud, control_plane.api)
        environment = environment_of(region) | {
            f"AWS_ENDPOINT_URL_{service}": f"http://127.0.0.1:{silence.getsockname()[1]}"}
        with daemon_at(control_plane, tmp_path, environment, "--mode=manage") as daemon:
            neighbour = region.neighbour(plot).apply()
            with silence.accept()[0]:
                daemon.stop()
            assert not daemon.said("cloud call failed") and not daemon.said("a network could not be looked up")
            assert not neighbour.status
