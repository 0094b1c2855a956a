"""Measures what the ledger costs a real API server: objects that it admits per second, and how long each takes.

The same Subnets, each in a VPC of its own, are created with nobody asked, with a webhook that allows everything, and with three replicas
of ours that share the ledger; the three alternate. What the columns mean stands in docs/performance.md.
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

from control_plane import WEBHOOK
from key_pairs import Authority
from load import calls_of
from objects import path_of, subnet, thing
from polling import wait_until
from processes import free_port, run
from race_ground import PAGES
from replicas import Replicas, balancer, cpu_seconds, nginx, own_control_plane
from webhook import Guard

REPLICAS = 3
PAUSE_SECONDS = 0.02  # between two writes of the probe
LEAST_RATE = 0.7
MOST_ADDED_MS = 2
NOBODY, ALLOWING, LEDGER = "nobody", "allows all", "ledger"
ANSWER = '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"$uid","allowed":true}}'
SCRIPT = """
local count, first, headers = 0, "", {}
init = function(args)
  first = args[1]
  headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. args[2]}
end
request = function()
  count = count + 1
  local name = first .. "-" .. count
  return wrk.format("POST", nil, headers, '{"apiVersion":"kubeovn.io/v1","kind":"Subnet","metadata":{"name":"' .. name ..
    '"},"spec":{"vpc":"vpc-' .. name .. '","cidrBlock":"10.16.0.0/16"}}')
end
done = function(summary, latency, requests)
  io.write(string.format('RESULT {"count": %d, "seconds": %f, "bad": %d, "p50": %f, "p99": %f}\\n', summary.requests,
    summary.duration / 1e6, summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write +
    summary.errors.timeout, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


def allowing_nginx(folder, pair, port):
    """Return an nginx that allows whatever it is asked about."""
    return nginx(folder, "allowing", f"""http {{
      access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;
      client_body_buffer_size 128k; client_body_in_single_buffer on; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
      fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
      map $request_body $uid {{ default none; "~\\"uid\\":\\"(?<found>[^\\"]+)\\"" $found; }}
      server {{
        listen 127.0.0.1:{port} ssl backlog=1024; ssl_certificate {pair.certificate}; ssl_certificate_key {pair.key};
        ssl_protocols TLSv1.3; default_type application/json;
        location / {{ echo_read_request_body; echo '{ANSWER}'; }}
      }} }}""", "load_module /usr/lib/nginx/modules/ngx_http_echo_module.so;")


class Allowing:
    """A webhook that allows everything, behind the same kind of balancer."""

    def __init__(self, folder, authority):
        self.authority = authority
        self.port, own = free_port(), free_port()
        self.servers = [allowing_nginx(folder, authority.issue("allowing"), own),
                        balancer(folder, "balancer-allowing", self.port, [own] * REPLICAS)]
        self.balancer = self.servers[1]

    def start(self):
        """Start both."""
        for server in self.servers:
            server.start()

    def stop(self):
        """End both."""
        for server in self.servers:
            server.kill()

    kill = stop

    def cpu_seconds(self):
        """Return what the webhook has used, without the balancer."""
        return cpu_seconds(self.servers[0])

    def metrics(self):
        """Return nothing: it counts nothing."""
        return {}


class Nobody:
    """No webhook at all."""

    balancer = None

    def start(self):
        """Do nothing."""

    stop = kill = start

    def cpu_seconds(self):
        """Return nothing used."""
        return 0.0

    def metrics(self):
        """Return nothing counted."""
        return {}


class Probe(threading.Thread):
    """One client that writes a Lease again and again: what one write to etcd takes while others work."""

    def __init__(self, api):
        super().__init__(daemon=True)
        self.api = api
        self.connection = api.connect()
        self.lease = thing("coordination.k8s.io/v1", "Lease", "bench-probe", {}, namespace="kube-system")
        self.path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
        self.ended = threading.Event()
        self.times = []

    def run(self):
        """Write until told to end."""
        self.api.request("POST", self.path, self.lease, connection=self.connection)
        lease = self.api.request("GET", f"{self.path}/bench-probe", connection=self.connection).body
        while not self.ended.wait(PAUSE_SECONDS):
            lease["metadata"]["annotations"] = {"turn": str(len(self.times))}
            began = time.monotonic()
            answer = self.api.request("PUT", f"{self.path}/bench-probe", lease, connection=self.connection)
            self.times.append((time.monotonic() - began) * 1000)
            assert answer.status == 200, answer
            lease = answer.body

    def end(self):
        """End, and return the milliseconds of each write."""
        self.ended.set()
        self.join(60)
        return self.times


class Race:
    """The API server, the webhooks that are put in force in turn, and the load."""

    def __init__(self, control_plane, folder, clients):
        certificates = folder / "authority"
        certificates.mkdir()
        authority = Authority(certificates)
        self.plane = control_plane
        self.clients = clients
        self.script = folder / "create.lua"
        self.script.write_text(SCRIPT)
        self.webhooks = {NOBODY: Nobody(), ALLOWING: Allowing(folder, authority),
                         LEDGER: Replicas(folder, authority, control_plane.kubeconfig(WEBHOOK), REPLICAS)}
        self.runs = 0

    def asked(self, port):
        """Return how many calls of a webhook one create makes."""
        api = self.plane.api
        before = calls_of(api, port)
        answer = api.create(subnet("in-force", "in-force-vpc", "192.0.2.0/24"), dry_run=True)
        assert answer.status == 201, answer
        return sum((calls_of(api, port) - before).values())

    def put_in_force(self, webhook):
        """Let the API server ask a webhook about everything, twice: /mutate and /validate."""
        webhook.start()
        if webhook.balancer:
            self.plane.api.store(*Guard(self.plane, webhook).configurations())
            wait_until(lambda: self.asked(webhook.port) >= 2, "the API server asks the webhook")

    def remove(self, webhook):
        """Let the API server ask nobody."""
        if webhook.balancer:
            for configuration in Guard(self.plane, webhook).configurations():
                self.plane.api.delete(configuration)
            wait_until(lambda: self.asked(webhook.port) == 0, "the API server asks nobody")
        webhook.stop()
        self.plane.api.request("DELETE", PAGES)  # wrk leaves requests behind that count for a minute

    def load(self, seconds):
        """Create Subnets; return wrk's figures, and its CPU seconds."""
        self.runs += 1
        url = f"https://127.0.0.1:{self.plane.port}" + path_of(subnet("any", "", ""), collection=True)
        before = os.times()
        out = run("wrk", "-t1", f"-c{self.clients}", f"-d{seconds}s", "--timeout", "30s", "-s", self.script, url,
                  "--", f"run-{self.runs}", self.plane.token("admin"))
        after = os.times()
        figures = json.loads(re.search(r"RESULT (.*)", out).group(1))
        figures["client"] = after.children_user + after.children_system - before.children_user - before.children_system
        return figures

    def used(self, webhook):
        """Return the CPU seconds so far by who used them."""
        return {"webhook": webhook.cpu_seconds(),
                "balancer": cpu_seconds(webhook.balancer) if webhook.balancer else 0.0,
                "API server": cpu_seconds(self.plane.api_server), "etcd": cpu_seconds(self.plane.etcd)}

    def measure(self, name, seconds):
        """Put one webhook in force, load it, and return all figures."""
        webhook = self.webhooks[name]
        self.put_in_force(webhook)
        probe = Probe(self.plane.api)
        used, counted = self.used(webhook), webhook.metrics()
        probe.start()
        figures = self.load(seconds)
        figures["writes"] = probe.end()
        figures["cpu"] = {who: (now - used[who]) / figures["count"] * 1e6 for who, now in self.used(webhook).items()}
        figures["cpu"]["client"] = figures.pop("client") / figures["count"] * 1e6
        figures["counted"] = {sample: value - counted.get(sample, 0) for sample, value in webhook.metrics().items()}
        figures["rate"] = figures["count"] / figures["seconds"]
        self.remove(webhook)
        return figures


def percentile(values, share):
    """Return the value below which a share of all lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def middle(runs, value):
    """Return the median of a value of all runs."""
    return statistics.median(value(each) for each in runs)


def cpu_of_all(figures):
    """Return the CPU microseconds that everybody together used for an object."""
    return sum(figures["cpu"].values())


def print_runs(runs):
    """Print a line for each webhook."""
    who = ["webhook", "balancer", "API server", "etcd", "client"]
    print("| webhook | objects/s | p50 ms | p99 ms | failed | Lease p50 ms | Lease p99 ms | "
          + " | ".join(f"{each} µs" for each in who) + " | all µs |")
    print("|---|" + "--:|" * (7 + len(who)))
    for name, mine in runs.items():
        cpu = " | ".join(f"{middle(mine, lambda each, part=part: each['cpu'][part]):.0f}" for part in who)
        cpu += f" | {middle(mine, cpu_of_all):.0f}"
        print(f"| {name} | {middle(mine, lambda each: each['rate']):.0f} | {middle(mine, lambda each: each['p50']):.1f} | "
              f"{middle(mine, lambda each: each['p99']):.1f} | {sum(each['bad'] for each in mine)} | "
              f"{middle(mine, lambda each: percentile(each['writes'], 0.5)):.1f} | "
              f"{middle(mine, lambda each: percentile(each['writes'], 0.99)):.1f} | {cpu} |")


def print_ledger(runs):
    """Print what the ledger did for the objects."""
    total = {}
    for each in runs:
        for sample, value in each["counted"].items():
            total[sample] = total.get(sample, 0) + value
    objects = sum(each["count"] for each in runs)
    shakes = total['peerwarden_tls_handshakes_total{result="completed"}'] / objects
    writes = total['peerwarden_ledger_writes_total{result="done"}']
    other = sum(value for sample, value in total.items() if "ledger_writes_total" in sample) - writes
    taken = total["peerwarden_ledger_write_duration_seconds_sum"] / total["peerwarden_ledger_write_duration_seconds_count"]
    print(f"ledger: {writes / objects:.3f} writes an object, {objects / writes:.1f} objects a write, {other:.0f} writes failed; "
          f"a write takes {taken * 1000:.1f} ms in the mean; {shakes:.3f} TLS handshakes an object")


def judge(runs):
    """Print whether the aims are reached; return it."""
    ratio = statistics.median(ours["rate"] / theirs["rate"] for ours, theirs in zip(runs[LEDGER], runs[ALLOWING]))
    added = statistics.median(ours["p99"] - theirs["p99"] for ours, theirs in zip(runs[LEDGER], runs[ALLOWING]))
    fast = ratio >= LEAST_RATE
    cpu = statistics.median(cpu_of_all(theirs) / cpu_of_all(ours) for ours, theirs in zip(runs[LEDGER], runs[ALLOWING]))
    print(f"{ratio:.2f} of the rate of the webhook that allows all (at least {LEAST_RATE}): {'reached' if fast else 'MISSED'}; "
          f"by CPU alone it would be {cpu:.2f}")
    for share, title in ((0.5, "p50"), (0.99, "p99")):
        write = middle(runs[LEDGER], lambda each, share=share: percentile(each["writes"], share))
        calm = middle(runs[ALLOWING], lambda each, share=share: percentile(each["writes"], share))
        bound = write + MOST_ADDED_MS
        print(f"p99 {added:+.1f} ms; one write of a Lease, {title}, and {MOST_ADDED_MS} ms: {bound:.1f} ms "
              f"({calm + MOST_ADDED_MS:.1f} ms beside the one that allows all): {'reached' if added <= bound else 'MISSED'}")
    return fast and added <= bound


def race(control_plane, folder, options):
    """Run all rounds and print the figures; return whether the aims are reached."""
    race_ = Race(control_plane, folder, options.clients)
    runs = {name: [] for name in race_.webhooks}
    try:
        for turn in range(options.rounds):
            names = list(runs)[turn % len(runs):] + list(runs)[:turn % len(runs)]
            for name in names:
                runs[name].append(race_.measure(name, options.seconds))
            print(f"round {turn + 1}: " + ", ".join(
                f"{name} {mine[-1]['rate']:.0f}/s p99 {mine[-1]['p99']:.0f} ms" for name, mine in runs.items()), flush=True)
    finally:
        for webhook in race_.webhooks.values():
            webhook.kill()
    print(f"{options.clients} clients, {options.rounds} rounds of {options.seconds} s each, alternating; medians")
    print_runs(runs)
    print_ledger(runs[LEDGER])
    return judge(runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clients", type=int, default=32)
    options = parser.parse_args()
    if options.seconds < 3:
        parser.error("three seconds at least: shorter rounds say nothing")
    with own_control_plane() as (control_plane, folder):
        reached = race(control_plane, folder, options)
    raise SystemExit(0 if reached else 1)


main()
