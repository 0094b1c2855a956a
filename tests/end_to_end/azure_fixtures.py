"""A cluster on Azure with a daemon that manages: a plugin of pytest that the tests with it name."""

import pytest

from managed import shoot_of
from managed_azure import REGION, Tenants, daemon_at
from tests.servers.azure import AzureServer


@pytest.fixture(name="azure_shoot", scope="module")
def _azure_shoot(control_plane):
    """What a shoot on Azure knows of itself."""
    info = shoot_of("azure", REGION)
    control_plane.api.store(info)
    yield
    control_plane.api.delete(info)


@pytest.fixture(name="tenants", scope="module")
def _tenants(control_plane):
    """The cloud."""
    with AzureServer() as cloud:
        yield Tenants(cloud, control_plane.api)


@pytest.fixture(name="azure_daemon", scope="module")
def _azure_daemon(control_plane, azure_shoot, tenants, tmp_path_factory):
    """A daemon that manages, and compares each second."""
    folder = tmp_path_factory.mktemp("daemon")
    with daemon_at(control_plane, folder, tenants, "--mode=manage", "--resync=1s", "--refresh=2s") as daemon:
        yield daemon


@pytest.fixture(name="ending")
def _ending(tenants, azure_daemon):
    """A list of objects that go after the test, when the cloud has been mended."""
    made = []
    yield made
    tenants.mend()
    for each in made:
        each.delete()
    for each in made:
        each.wait_gone()


@pytest.fixture(name="new_neighbour")
def _new_neighbour(tenants, ending, plot):
    """A function that makes a remote VNet and its object."""
    def make(**more):
        ending.append(tenants.neighbour(plot, **more))
        return ending[-1]

    return make


@pytest.fixture(name="neighbour")
def _neighbour(new_neighbour):
    """A remote VNet whose object is not there yet."""
    return new_neighbour()


@pytest.fixture(name="new_link")
def _new_link(tenants, ending, plot):
    """A function that makes a zone or ruleset and the object that asks for a link to it."""
    def make(**more):
        ending.append(tenants.zone(plot, **more))
        return ending[-1]

    return make
