"""Measures what webhook and daemon need by the number of objects: memory, processor time, time to ready, and what they ask of the API server.

Each size has a control plane of its own, filled with VPCs and Subnets of Kube-OVN and with peerings of Kyma whose remote networks are
described, as kubectl apply stores them. Beside the memory stands the size of the same objects as the API server lists them.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("PEERWARDEN_PRESET", "release")
sys.path.insert(0, str(ROOT / "tests" / "end_to_end"))

import objects
from control_plane import WEBHOOK
from daemon import QUICK_LEASE, Daemon, grant
from key_pairs import Authority
from polling import wait_until
from replicas import cpu_seconds, own_control_plane, samples
from webhook import Guard, Webhook

CLIENTS = 4
QUICK = 0.002  # seconds between two looks
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
# More peerings than AWS lets one VPC have.
POLICY = """\
apiVersion: peerwarden.io/v1alpha1
kind: PeeringPolicy
spec: {quotas: {peerings: {aws: 0}, routes: {aws: 0}}}
"""


def applied(thing):
    """Return an object with the copy of itself that kubectl apply leaves in it."""
    thing["metadata"]["annotations"] = {APPLIED: json.dumps(thing, separators=(",", ":")) + "\n"}
    return thing


def pair(number):
    """Return ten objects: two VPCs that peer, each with four Subnets and a route to the other's."""
    things = []
    for near in (0, 1):
        name, far = f"vpc-{number}-{near}", 1 - near
        things.append(objects.vpc(name, [(f"vpc-{number}-{far}", f"169.254.0.{near + 1}/30")],
                                  [(f"10.{far}.0.0/16", f"169.254.0.{far + 1}")]))
        things += [objects.subnet(f"net-{number}-{near}-{each}", name, f"10.{near}.{each}.0/24") for each in range(4)]
    return things


def spoke(number):
    """Return an AwsVpcPeering and the RemoteNetwork that it leads to."""
    vpc_id = f"vpc-{number:08x}"
    cidr = f"{20 + number // 65536}.{number // 256 % 256}.{number % 256}.0/24"
    return [objects.aws_network(f"remote-{number}", vpc_id, cidr, {objects.SHOOT: ""}), objects.aws_peering(f"peering-{number}", vpc_id)]


def world(count):
    """Return so many objects, half of Kube-OVN and half of Kyma."""
    pairs = [thing for number in range(count // 20) for thing in pair(number)]
    spokes = [thing for number in range(count // 4) for thing in spoke(number)]
    return [applied(thing) for thing in pairs + spokes]


def store(api, things):
    """Create objects with a few clients at once."""
    refused = []

    def create(some):
        connection = api.connect()
        for thing in some:
            answer = api.create(thing, connection=connection)
            if answer.status != 201:
                refused.append(answer)
                return
    threads = [threading.Thread(target=create, args=(things[number::CLIENTS],)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not refused, refused[0]


def memory_mib(server):
    """Return the resident memory of a process, and the most that it ever was."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return tuple(int(re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)[1]) / 1024 for name in ("VmRSS", "VmHWM"))


def listed_mib(api):
    """Return the size of all objects as the API server lists them."""
    return sum(len(json.dumps(api.list(kind), separators=(",", ":"))) for kind in objects.guarded_kinds()) / 2**20


def asked(api):
    """Return how many requests the API server has answered but watches and health checks, and how many watches are open."""
    connection = api.connect()
    connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {api.token}"})
    text = connection.getresponse().read().decode()
    connection.close()
    watches = sum(float(value) for value in re.findall(r'^apiserver_longrunning_requests\{.*verb="WATCH".*\} (\S+)$', text, re.MULTILINE))
    ours = re.findall(r'^apiserver_request_total\{.*group="(?:coordination.k8s.io|kubeovn.io|peerwarden.io|cloud-resources.kyma-project.io)"'
                      r'.*verb="(?!WATCH)\w+".*\} (\S+)$', text, re.MULTILINE)
    return sum(map(float, ours)), watches


class Row:
    """What one program needed at one size."""

    def __init__(self, server, ready, at_rest):
        self.resident, self.peak = memory_mib(server)
        self.ready = ready
        self.cpu = cpu_seconds(server)
        self.at_rest = at_rest


def rest(api, server, seconds):
    """Let a program alone; return its processor time, and requests and watches at the API server."""
    used, (before, _) = cpu_seconds(server), asked(api)
    time.sleep(seconds)
    after, watches = asked(api)
    return (cpu_seconds(server) - used) / seconds * 1000, (after - before) / seconds, watches


def measure_daemon(control_plane, folder, policy, count, options):
    """Start a daemon beside many objects, until all are judged."""
    _, others = asked(control_plane.api)
    daemon = Daemon(folder, grant(control_plane), "--log-level", "warn", "--policy", policy)
    daemon.server.command = [word for word in daemon.server.command if word not in QUICK_LEASE]
    began = time.monotonic()
    daemon.server.start()
    wait_until(lambda: answers(daemon), "the daemon is ready", seconds=120, interval=QUICK)
    ready = time.monotonic() - began

    def judged():
        found = re.search(r"^peerwarden_audit_objects (\S+)$", daemon.metrics(), re.MULTILINE)
        return not count or found and float(found[1]) >= count
    wait_until(judged, "all is judged", seconds=60, interval=0.01)
    judged_after = time.monotonic() - began
    row = Row(daemon.server, ready, None)
    wait_until(lambda: has_looked_once(daemon), "every remote network has been looked at", seconds=120, interval=0.5)
    row.at_rest = rest(control_plane.api, daemon.server, options.rest)
    daemon.server.kill()
    wait_until(lambda: asked(control_plane.api)[1] <= others, "its watches have ended", seconds=60, interval=0.5)
    return row, judged_after


def has_looked_once(daemon):
    """Say whether it leads, and no key waits in a queue."""
    return daemon.leads and not any(map(float, re.findall(r"^workqueue_(?:depth|unfinished_work_seconds)\{.*\} (\S+)$", daemon.metrics(), re.MULTILINE)))


def answers(program):
    """Say whether a program is ready."""
    program.server.assert_running()
    try:
        return (program.wire.status_of("/readyz") if hasattr(program, "wire") else program.get("/readyz")[0]) == 200
    except OSError:
        return False


def start_webhook(control_plane, folder, policy):
    """Start a webhook and return it with the seconds until it was ready."""
    authority = Authority(folder)
    webhook = Webhook(folder, authority, authority.issue("webhook"), control_plane.kubeconfig(WEBHOOK), "--policy", policy)
    began = time.monotonic()
    webhook.server.start()
    wait_until(lambda: answers(webhook), "the webhook is ready", seconds=120, interval=QUICK)
    return webhook, time.monotonic() - began


def load(control_plane, webhook, count):
    """Create Subnets through the webhook; return what an object cost and what was written."""
    servers = (webhook.server, control_plane.api_server)
    vpcs = [objects.vpc(f"load-{number}") for number in range(50)]
    store(control_plane.api, vpcs)
    things = [objects.subnet(f"load-net-{number}", f"load-{number % 50}", f"10.{number // 12800}.{number // 50 % 256}.0/24")
              for number in range(count)]
    before, counted, began = [cpu_seconds(server) for server in servers], samples(webhook), time.monotonic()
    store(control_plane.api, things)
    took = time.monotonic() - began
    cpu = [(cpu_seconds(server) - used) / count * 1e6 for server, used in zip(servers, before, strict=True)]
    written = samples(webhook)['peerwarden_ledger_writes_total{result="done"}'] - counted['peerwarden_ledger_writes_total{result="done"}']
    return {"rate": count / took, "webhook": cpu[0], "API server": cpu[1], "writes": written / took, "resident": memory_mib(webhook.server)[0]}


def switch_off(control_plane, guard, rounds):
    """Kill the webhook, delete the configurations, and return how long kubectl took and how long calls failed after it, again and again."""
    thing = objects.subnet("switched-off", "load-0", "10.200.0.0/24")
    took, after = [], []
    guard.unregister()
    guard.webhook.server.kill()
    for _ in range(rounds):
        control_plane.api.store(*guard.configurations())
        wait_until(lambda: control_plane.api.create(thing, dry_run=True).status == 500, "calls fail")
        began = time.monotonic()
        control_plane.kubectl.must("delete", "validatingwebhookconfiguration,mutatingwebhookconfiguration", "peerwarden")
        deleted = time.monotonic()
        wait_until(lambda: control_plane.api.create(thing, dry_run=True).status == 201, "calls pass", interval=QUICK)
        took.append(deleted - began)
        after.append(time.monotonic() - deleted)
    return took, after


def measure(count, options):
    """Measure one size and print its rows."""
    with own_control_plane() as (control_plane, folder):
        things = world(count)
        control_plane.api.store(objects.shoot_info())
        store(control_plane.api, things)
        size = listed_mib(control_plane.api)
        policy = folder / "policy.yaml"
        policy.write_text(POLICY)
        daemon, judged = measure_daemon(control_plane, folder, policy, len(things), options)
        _, others = asked(control_plane.api)
        webhook, ready = start_webhook(control_plane, folder, policy)
        row = Row(webhook.server, ready, None)
        row.at_rest = rest(control_plane.api, webhook.server, options.rest)
        guard = Guard(control_plane, webhook)
        guard.register()
        loaded = load(control_plane, webhook, options.creations)
        print_row("webhook", len(things), size, row, row.ready, others)
        print_row("daemon", len(things), size, daemon, judged, others)
        told = (f"| {len(things)} | {loaded['rate']:.0f} | {loaded['webhook']:.0f} | {loaded['API server']:.0f} | "
                f"{loaded['webhook'] / loaded['API server']:.2f} | {loaded['writes']:.0f} | {loaded['resident']:.1f} |")
        off = switch_off(control_plane, guard, options.rounds) if options.rounds and count == 0 else None
        return told, off


def print_row(program, count, size, row, judged, others):
    """Print one row of the first table."""
    used, requests, watches = row.at_rest
    ratio = f"{row.resident / size:.1f}" if size > 1 else ""
    print(f"| {program} | {count} | {size:.1f} | {row.resident:.1f} | {row.peak:.1f} | {ratio} | {row.ready:.2f} | {judged:.2f} | {row.cpu:.2f} | "
          f"{used:.1f} | {requests:.1f} | {watches - others:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="0,100,1000,10000,50000")
    parser.add_argument("--creations", type=int, default=2000, help="Subnets that are created through the webhook at each size")
    parser.add_argument("--rest", type=float, default=10, help="seconds for which each program is left alone")
    parser.add_argument("--rounds", type=int, default=20, help="times that the webhook is switched off")
    options = parser.parse_args()
    print("| program | objects | listed MiB | resident MiB | most MiB | resident / listed | ready after s | judged after s | CPU s until then | "
          "at rest: CPU ms/s | requests/s | watches |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    loads, off = [], None
    for count in map(int, options.sizes.split(",")):
        told, switched = measure(count, options)
        loads.append(told)
        off = off or switched
    print("\n| objects | created/s | webhook CPU µs | API server CPU µs | ratio | Lease writes/s | resident MiB after |\n"
          "|--:|--:|--:|--:|--:|--:|--:|", *loads, sep="\n")
    if off:
        for what, seconds in zip(("kubectl delete", "until calls pass after it"), off, strict=True):
            print(f"{what}: {statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s, of {len(seconds)}")


main()
