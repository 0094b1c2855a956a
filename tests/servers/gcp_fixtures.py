"""The cloud of gcp_ground, as fixtures: a plugin of pytest that the tests with the GCP server name."""

import pytest

from gcp_ground import Ground, Sdk
from tests.servers.gcp import GcpServer


@pytest.fixture(name="gcp_sdk", scope="session")
def _gcp_sdk():
    """Have Google's own clients, started once."""
    sdk = Sdk().start({})
    yield sdk
    sdk.stop()


@pytest.fixture(name="gcp")
def _gcp(gcp_sdk):
    """Have a cloud whose operations take no time."""
    with GcpServer() as cloud:
        cloud.settings(pending=0, running=0)
        yield Ground(cloud, gcp_sdk)
