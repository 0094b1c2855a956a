"""Measures the daemon on all clouds side by side: objects from created to Ready, where the clouds take as long as the real ones.

Each cloud is a server of ours in a process of its own. It runs operations of 5 s on Google Cloud and on Azure, and of 2 s on AWS; it
works one at a time on a network where the real one does. How long the cloud itself needs at least, with a client that loses no time, is
the bound. A daemon has one own network, on which all its peerings meet: that is where Google Cloud and Azure stand in line.
"""
import json
import sys
import time
from dataclasses import dataclass

import objects
from daemon import Daemon, grant
from managed import shoot_of
from managed_aws import Region, environment_of
from managed_azure import Tenants
from managed_gcp import Projects
from polling import wait_until
from processes import Server

from tests.servers import aws, azure, gcp

AWS_SECONDS, GCP_SECONDS, AZURE_SECONDS = 2, 5, 5
POLICY = """\
apiVersion: peerwarden.io/v1alpha1
kind: PeeringPolicy
spec: {quotas: {peerings: {aws: 0, gcp: 0, azure: 0}, routes: {aws: 0}}}
"""


class AzureControls(azure.RemoteControls):
    """Those of a server without TLS, whose metadata service is at the same address."""

    @property
    def metadata_url(self):
        return self.url


class Room:
    """Names for an object, in place of a test's."""

    def __init__(self, number):
        self.number = number

    def name(self, word):
        return f"{word}-{self.number}"


def range_of(number):
    """Return a range that no other object has."""
    return f"172.{16 + number // 256}.{number % 256}.0/24"


@dataclass
class Field:
    """What a cloud has been furnished with: the objects to be stored, and how a daemon comes to it."""

    things: list
    options: tuple
    environment: dict
    bound: float


def furnish_aws(cloud, api, _folder, count):
    region = Region(cloud, api)
    cloud.settings(initiating=0, provisioning=AWS_SECONDS, active_peerings_per_vpc=count + 1, outstanding_requests=count + 1,
                   routes_per_table=2 * count + 10)
    things = [region.neighbour(Room(number), ranges=[range_of(number)]).thing for number in range(count)]
    return Field(things, ("--clouds=aws",), environment_of(region), AWS_SECONDS)


def furnish_gcp(cloud, api, folder, count):
    """Two operations an object, each of which keeps the own network busy."""
    projects = Projects(cloud, api, folder)
    cloud.settings(pending=GCP_SECONDS / 5, running=GCP_SECONDS * 4 / 5, peerings_per_network=count + 1)
    things = [projects.neighbour(Room(number), ranges=[range_of(number)]).thing for number in range(count)]
    return Field(things, ("--clouds=gcp", *projects.options), projects.environment, 2 * count * GCP_SECONDS)


def furnish_azure(cloud, api, _folder, count):
    """One operation an object on the own VNet; those on the remote ones go on meanwhile, but for the last."""
    tenants = Tenants(cloud, api)
    cloud.settings(operation=AZURE_SECONDS, retry_after=1, peerings_per_network=count + 1)
    things = [tenants.neighbour(Room(number), ranges=[range_of(number)]).thing for number in range(count)]
    return Field(things, ("--clouds=azure", *tenants.options), tenants.environment, (count + 1) * AZURE_SECONDS)


def furnish_links(cloud, api, _folder, count):
    """Each zone for itself."""
    tenants = Tenants(cloud, api)
    cloud.settings(link_operation=AZURE_SECONDS, retry_after=1)
    things = [tenants.zone(Room(number)).thing for number in range(count)]
    return Field(things, ("--clouds=azure", *tenants.options), tenants.environment, AZURE_SECONDS)


CLOUDS = {
    "aws": ("AWS", aws, aws.RemoteControls, furnish_aws),
    "gcp": ("Google Cloud", gcp, gcp.RemoteControls, furnish_gcp),
    "azure": ("Azure", azure, AzureControls, furnish_azure),
    "azure-dns": ("Azure, zone links", azure, AzureControls, furnish_links),
}


def start_cloud(folder, module, controls, root):
    """Start the server that plays a cloud, and return it with its controls."""
    log = folder / f"{module.__name__}.log"
    server = Server([sys.executable, "-m", module.__name__], log, PYTHONPATH=str(root), PYTHONDONTWRITEBYTECODE="1")
    server.start()

    def told():
        server.assert_running()
        return log.read_text().startswith("{") and log.read_text().endswith("\n")
    wait_until(told, "the server says where it is")
    return server, controls(json.loads(log.read_text().splitlines()[0])["url"])


def measure(name, control_plane, folder, options, store, is_done):
    """Create the objects of one cloud under a daemon that manages them, and print the row of a table."""
    title, module, controls, furnish = CLOUDS[name]
    cloud_server, cloud = start_cloud(folder, module, controls, options.root)
    field = furnish(cloud, control_plane.api, folder, options.each)
    info = objects.shoot_info() if name == "aws" else shoot_of(name.partition("-")[0], "westeurope")
    control_plane.api.store(info)
    policy = folder / "policy.yaml"
    policy.write_text(POLICY)
    daemon = Daemon(folder, grant(control_plane), "--mode=manage", "--reports=none", "--log-level=warn", f"--policy={policy}",
                    f"--workers={options.workers}", *field.options, **field.environment)
    try:
        daemon.start_as_leader()
        cloud.clear_journal()
        began = time.monotonic()
        store(control_plane.api, field.things)

        def ready():
            daemon.server.assert_running()
            return sum(map(is_done, control_plane.api.list(field.things[0])))
        wait_until(lambda: ready() == options.each, f"all objects are Ready: {title}", seconds=options.patience, interval=0.1)
        took = time.monotonic() - began
        calls = cloud.journal()
    finally:
        daemon.server.kill()
        cloud_server.kill()
    changes = sum(each["mutating"] for each in calls)
    refused = sum(each["mutating"] and each["status"] >= 400 for each in calls)
    print(f"| {title} | {len(calls) / options.each:.1f} | {changes / options.each:.1f} | {refused / options.each:.1f} | {took:.1f} s "
          f"| {field.bound:.0f} s | {took / field.bound:.2f} |", flush=True)
