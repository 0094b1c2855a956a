"""Measures the daemon: peerings from created to active, objects from started to audited, and its work queue.

A real API server stores AwsVpcPeerings of one shoot, each to a VPC of its own in another account; our server plays EC2 and STS without
any delay. How many calls a peering costs is counted by that server. Beside the time stands the processor time of all three, since they
share one machine; the queue is compared with a plain map in the same run. With --clouds it measures all clouds side by side instead, with
the delays of the real ones; see clouds.py.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time
from collections import Counter

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("PEERWARDEN_PRESET", "release")
sys.path[:0] = [str(ROOT / "tests" / "end_to_end"), str(ROOT)]

import clouds
import objects
from daemon import Daemon, grant
from polling import wait_until
from processes import Server
from replicas import cpu_seconds, own_control_plane
from webhook import BUILD

from tests.servers.aws import RemoteControls, client_environment

LOCAL, REMOTE = "111111111111", "222222222222"
FAR_REGION = "us-east-1"
ROLE = "CloudManagerPeeringRole"
CLIENTS = 4
# More peerings than AWS lets one VPC have.
POLICY = """\
apiVersion: peerwarden.io/v1alpha1
kind: PeeringPolicy
spec: {quotas: {peerings: {aws: 0}, routes: {aws: 0}}}
"""
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


def start_cloud(folder):
    """Start the server that plays AWS, and return it with its controls."""
    log = folder / "cloud.log"
    server = Server([sys.executable, "-m", "tests.servers.aws"], log, PYTHONPATH=str(ROOT), PYTHONDONTWRITEBYTECODE="1")
    server.start()

    def told():
        server.assert_running()
        return log.read_text().startswith("{") and log.read_text().endswith("\n")
    wait_until(told, "the server says where it is")
    return server, RemoteControls(json.loads(log.read_text().splitlines()[0])["url"])


def furnish(cloud, count):
    """Make the shoot's VPC and the far ones, without limits and delays; return the user and the ids of the far VPCs."""
    cloud.settings(initiating=0, provisioning=0, deleting=0, active_peerings_per_vpc=count + 1, outstanding_requests=count + 1,
                   routes_per_table=2 * count + 10)
    user = cloud.user(LOCAL)
    cloud.role(REMOTE, ROLE, trust=[LOCAL])
    cloud.vpc(LOCAL, objects.REGION, ["10.250.0.0/16"], {"Name": f"shoot--kyma--{objects.SHOOT}"})
    return user, [cloud.vpc(REMOTE, FAR_REGION, [f"172.{16 + number // 256}.{number % 256}.0/24"], {objects.SHOOT: ""})
                  for number in range(count)]


def peering(number, vpc):
    """Return an AwsVpcPeering."""
    return objects.thing(objects.KYMA, "AwsVpcPeering", f"peering-{number}", {
        "remoteAccountId": REMOTE, "remoteRegion": FAR_REGION, "remoteVpcId": vpc})


def store(api, things):
    """Create objects with a few clients at once."""
    def create(some):
        connection = api.connect()
        for thing in some:
            answer = api.create(thing, connection=connection)
            assert answer.status == 201, answer
    threads = [threading.Thread(target=create, args=(things[number::CLIENTS],)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def is_ready(thing):
    """Say whether a peering is active by its status."""
    status = thing.get("status", {})
    return status.get("state") == "active" and any(
        each["type"] == "Ready" and each["status"] == "True" for each in status.get("conditions", []))


def measure_peerings(control_plane, folder, options):
    """Create peerings under a daemon that manages them, and print what it took."""
    cloud_server, cloud = start_cloud(folder)
    user, vpcs = furnish(cloud, options.peerings)
    control_plane.api.store(objects.shoot_info())
    policy = folder / "policy.yaml"
    policy.write_text(POLICY)
    daemon = Daemon(folder, grant(control_plane), "--clouds", "aws", "--mode", "manage", "--reports", "none", "--policy", policy,
                    "--workers", str(options.workers), "--log-level", "warn",
                    **client_environment(cloud.url, user, objects.REGION))
    try:
        daemon.start_as_leader()
        servers = {"daemon": daemon.server, "cloud": cloud_server, "API server": control_plane.api_server}
        before = {name: cpu_seconds(server) for name, server in servers.items()}
        began = time.monotonic()
        things = [peering(number, vpc) for number, vpc in enumerate(vpcs)]
        store(control_plane.api, things)
        created = time.monotonic() - began

        def ready():
            daemon.server.assert_running()
            return sum(map(is_ready, control_plane.api.list(things[0])))
        wait_until(lambda: ready() == len(things), "all peerings are active", seconds=options.patience, interval=0.5)
        took = time.monotonic() - began
        cpu = {name: cpu_seconds(server) - before[name] for name, server in servers.items()}
        report_peerings(len(things), created, took, cpu)
        report_calls(cloud, len(things))
        print(f"resident: {resident_mib(daemon):.1f} MiB\n", flush=True)
    finally:
        daemon.server.kill()
        cloud_server.kill()
        control_plane.api.store()


def report_peerings(count, created, took, cpu):
    """Print times."""
    print(f"{count} peerings active after {took:.1f} s ({count / took:.0f}/s), created within {created:.1f} s; processor time: "
          + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in cpu.items())
          + f"; daemon / cloud {cpu['daemon'] / cpu['cloud']:.2f}")


def report_calls(cloud, count):
    """Print how many calls of each kind a peering cost."""
    calls = Counter(entry["action"] for entry in cloud.journal())
    print("| call | a peering |\n|---|--:|")
    for action, number in calls.most_common():
        print(f"| {action} | {number / count:.2f} |")
    print(f"| all | {calls.total() / count:.2f} |")
    doubled = Counter(entry["parameters"].get("PeerVpcId") for entry in cloud.journal(action="CreateVpcPeeringConnection"))
    print(f"requested more than once: {sum(number > 1 for number in doubled.values())} peerings")


def resident_mib(daemon):
    """Return the resident memory of a daemon."""
    return int(pathlib.Path(f"/proc/{daemon.server.process.pid}/statm").read_text().split()[1]) * PAGE_KIB / 1024


def metric(daemon, name):
    """Return the value of a metric without labels."""
    found = re.search(rf"^{name} (\S+)$", daemon.metrics(), re.M)
    return float(found[1]) if found else 0.0


def measure_audit(control_plane, folder, options):
    """Start a daemon beside many objects, and print when all were judged."""
    subnets = 9
    world = []
    for number in range(options.objects // (subnets + 1)):
        world.append(objects.vpc(f"vpc-{number}"))
        world += [objects.subnet(f"net-{number}-{each}", f"vpc-{number}", f"10.{each}.0.0/16") for each in range(subnets)]
    store(control_plane.api, world)
    daemon = Daemon(folder, grant(control_plane), "--log-level", "warn")
    try:
        began = time.monotonic()
        daemon.start()
        synced = time.monotonic() - began
        wait_until(lambda: metric(daemon, "peerwarden_audit_objects") == len(world), "all is judged", interval=0.005)
        audited = time.monotonic() - began
        took, rounds = (metric(daemon, f"peerwarden_audit_duration_seconds_{part}") for part in ("sum", "count"))
        print(f"{len(world)} objects: synced after {synced:.2f} s, all judged {audited - synced:.2f} s later ({took / rounds * 1000:.0f} ms "
              f"a round); resident {resident_mib(daemon):.1f} MiB\n", flush=True)
    finally:
        daemon.server.kill()


def is_said_ready(thing):
    """Say whether an object of any cloud is Ready by its status."""
    return any(each["type"] == "Ready" and each["status"] == "True"
               for each in thing.get("status", {}).get("conditions", []))


def compare_clouds(options):
    """Measure some clouds, each with a control plane of its own, and print a table."""
    print(f"{options.each} objects on each cloud, {options.workers} workers\n\n"
          "| cloud | calls an object | changes | of them refused | created to Ready | bound | ratio |\n"
          "|---|--:|--:|--:|--:|--:|--:|", flush=True)
    for name in options.clouds.split(","):
        with own_control_plane() as (control_plane, folder):
            clouds.measure(name, control_plane, folder, options, store, is_said_ready)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peerings", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--objects", type=int, default=10000)
    parser.add_argument("--keys", type=int, default=100000)
    parser.add_argument("--patience", type=float, default=900, help="seconds until all have to be active")
    parser.add_argument("--clouds", help=f"compare clouds, with their delays, instead: {','.join(clouds.CLOUDS)}")
    parser.add_argument("--each", type=int, default=20, help="objects on each cloud that is compared")
    parser.set_defaults(root=ROOT)
    options = parser.parse_args()
    if options.clouds:
        unknown = set(options.clouds.split(",")) - set(clouds.CLOUDS)
        if unknown:
            parser.error(f"there is no cloud {', '.join(sorted(unknown))}")
        compare_clouds(options)
        return
    if options.peerings > 4096:
        parser.error("there are no more than 4096 networks for the far VPCs")
    subprocess.run([BUILD / "measure_work_queue", str(options.keys)], check=True)
    for measure in (measure_audit, measure_peerings):
        with own_control_plane() as (control_plane, folder):
            measure(control_plane, folder, options)


main()
