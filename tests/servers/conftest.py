"""What the tests of the servers share."""

import pytest

from aws_ground import Ground
from tests.servers.aws import AwsServer


@pytest.fixture(name="ground")
def _ground():
    """A cloud whose clock stands still."""
    with AwsServer() as cloud:
        cloud.stop_clock()
        yield Ground(cloud)
