"""Churns for a long time at 10 000 objects, and shows that the memory of the replicas stays flat and that nothing is left behind.

A real API server asks replicas behind a plain TCP balancer. Users create a Subnet, move it, try one that must be refused, and delete
the one that was there before, so that the number of objects stays the same while every name and prefix changes.
"""
import argparse
import itertools
import json
import os
import pathlib
import random
import statistics
import sys
import threading
import time
from collections import Counter

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("PEERWARDEN_PRESET", "release")
sys.path.insert(0, str(ROOT / "tests" / "end_to_end"))

from api import MERGE_PATCH
from control_plane import WEBHOOK
from key_pairs import Authority
from objects import PLURALS, guarded_kinds, path_of, subnet, vpc
from polling import wait_until
from processes import run
from replicas import Replicas, own_control_plane, samples
from webhook import Guard

SUBNETS = 4  # of a VPC
PREFIXES = 240
FLAT = 0.02
SAMPLE_SECONDS = 5
PROBES = 200


class Place:
    """One VPC of a peered pair, with the Subnets that it has now, oldest first."""

    def __init__(self, number):
        self.number = number
        self.name = f"vpc-{number}"
        self.serial = itertools.count()
        self.subnets = [self.fresh() for _ in range(SUBNETS)]

    def prefix(self, serial):
        """Return a prefix; the next ones are all others."""
        return f"10.{self.number % 2}.{serial % PREFIXES}.0/24"

    def fresh(self):
        """Return a Subnet that nothing stands against."""
        serial = next(self.serial)
        return subnet(f"net-{self.number}-{serial}", self.name, self.prefix(serial))

    def vpc(self):
        """Return the VPC, peered with the other of its pair."""
        near, far = self.number % 2 + 1, 2 - self.number % 2
        return vpc(self.name, [(f"vpc-{self.number ^ 1}", f"169.254.0.{near}/30")],
                   [(f"10.{1 - self.number % 2}.0.0/16", f"169.254.0.{far}")])


class User(threading.Thread):
    """Somebody who changes the Subnets of some VPCs, one after another."""

    def __init__(self, api, places, pause, ended):
        super().__init__(daemon=True)
        self.api = api
        self.pause = pause
        self.places = places
        self.ended = ended
        self.connection = api.connect()
        self.counts = Counter()
        self.wrong = []

    def send(self, what, expected, method, path, *body):
        """Make one call and count it."""
        answer = self.api.request(method, path, *body, connection=self.connection)
        self.counts[what] += 1
        if answer.status not in expected:
            self.wrong.append(f"{method} {path}: {answer}")

    def turn_over(self, place):
        """Replace the oldest Subnet of a VPC."""
        made, taken = place.fresh(), place.fresh()
        moved = place.prefix(next(place.serial))
        taken["spec"]["cidrBlock"] = place.subnets[-1]["spec"]["cidrBlock"]
        collection = path_of(made, collection=True)
        self.send("create", {201}, "POST", collection, made)
        self.send("update", {200}, "PATCH", path_of(made), {"spec": {"cidrBlock": moved}}, MERGE_PATCH)
        self.send("refused", {403, 409, 422}, "POST", collection, taken)
        self.send("label", {200}, "PATCH", path_of(place.vpc()), {"metadata": {"labels": {"turn": made["metadata"]["name"]}}}, MERGE_PATCH)
        self.send("delete", {200}, "DELETE", path_of(place.subnets.pop(0)))
        made["spec"]["cidrBlock"] = moved
        place.subnets.append(made)

    def run(self):
        """Go from VPC to VPC until told to end."""
        try:
            for place in itertools.cycle(self.places):
                if self.ended.wait(self.pause):
                    return
                self.turn_over(place)
        except OSError as error:
            self.wrong.append(repr(error))


def fill(api, places):
    """Store the world, while nobody guards it."""
    def store(some):
        connection = api.connect()
        for place in some:
            for thing in [place.vpc(), *place.subnets]:
                assert api.create(thing, connection=connection).status == 201, thing
    threads = [threading.Thread(target=store, args=(places[number::4],)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def churn(api, places, replicas, options):
    """Let users work; return the samples of resident memory, the counts, and what went wrong."""
    ended = threading.Event()
    users = [User(api, places[number::options.clients], options.pause / 1000, ended) for number in range(options.clients)]
    began = time.monotonic()
    resident = []
    for user in users:
        user.start()
    while (now := time.monotonic() - began) < options.minutes * 60 and all(user.is_alive() for user in users):
        resident.append((now, [webhook.resident_kib() / 1024 for webhook in replicas.webhooks]))
        if len(resident) % 12 == 1:
            sizes = " ".join(f"{size:.1f}" for size in resident[-1][1])
            print(f"  {now / 60:5.1f} min: {sum((user.counts for user in users), Counter()).total():>8} calls, MiB: {sizes}", flush=True)
        ended.wait(SAMPLE_SECONDS)
    ended.set()
    for user in users:
        user.join(60)
    return resident, sum((user.counts for user in users), Counter()), [text for user in users for text in user.wrong]


def stored(api):
    """Return the number of stored objects by kind."""
    return {kind["kind"]: len(api.list(kind)) for kind in guarded_kinds()}


def mirrored(webhook):
    """Return the number of mirrored objects by kind."""
    found = samples(webhook)
    return {kind: int(found[f'peerwarden_mirror_objects{{kind="{kind}"}}']) for kinds in PLURALS.values() for kind in kinds}


def probe(api, places):
    """Ask, as dry runs, whether what is stored is known and what is gone forgotten; return what is wrong."""
    wrong = []
    for place in random.sample(places, min(PROBES, len(places))):
        free = {place.prefix(serial) for serial in range(PREFIXES)} - {each["spec"]["cidrBlock"] for each in place.subnets}
        cases = [(each["spec"]["cidrBlock"], False) for each in place.subnets] + [(random.choice(sorted(free)), True)]
        for prefix, good in cases:
            answer = api.create(subnet(f"probe-{place.number}", place.name, prefix), dry_run=True)
            if (answer.status == 201) != good:
                wrong.append(f"{prefix} in {place.name}: {answer}")
    return wrong


def check_end(api, places, replicas):
    """Return what is not as it should be when nothing happens any more."""
    wrong = []
    truth = stored(api)
    for number, webhook in enumerate(replicas.webhooks):
        def reservations(webhook=webhook):
            return samples(webhook)["peerwarden_ledger_reservations"]
        try:
            wait_until(lambda: reservations() == 0, "there are no reservations", seconds=180, interval=1)
            wait_until(lambda webhook=webhook: mirrored(webhook) == truth, "the mirror has what is stored", interval=1)
        except AssertionError as error:
            wrong.append(f"replica {number}: {error}; reservations {reservations()}, mirror {mirrored(webhook)}, stored {truth}")
    return wrong + probe(api, places)


def report(resident, counts, seconds):
    """Print a line per replica; say whether the memory of all stays flat."""
    print(f"{counts.total()} calls in {seconds / 60:.1f} min ({counts.total() / seconds:.0f}/s): "
          + ", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    print("| replica | first third MiB | second | last | last / second | most | |\n|--:|--:|--:|--:|--:|--:|---|")
    flat = True
    for number, sizes in enumerate(zip(*(sizes for _, sizes in resident))):
        third = len(sizes) // 3
        means = [statistics.mean(part) for part in (sizes[:third], sizes[third:2 * third], sizes[2 * third:])]
        ratio = means[2] / means[1]
        good = abs(ratio - 1) <= FLAT
        flat = flat and good
        print(f"| {number} | {means[0]:.2f} | {means[1]:.2f} | {means[2]:.2f} | {ratio:.4f} | {max(sizes):.2f} | "
              f"{'flat' if good else 'NOT FLAT'} |")
    return flat


def soak(control_plane, folder, options):
    """Run all; return whether it passed."""
    certificates = folder / "authority"
    certificates.mkdir()
    replicas = Replicas(folder, Authority(certificates), control_plane.kubeconfig(WEBHOOK), options.replicas)
    api = control_plane.api
    places = [Place(number) for number in range(options.objects // (SUBNETS + 1) // 2 * 2)]
    try:
        fill(api, places)
        print(f"{sum(stored(api).values())} objects, {options.replicas} replicas, {options.clients} users", flush=True)
        replicas.start()
        Guard(control_plane, replicas).register()
        resident, counts, wrong = churn(api, places, replicas, options)
        flat = report(resident, counts, options.minutes * 60)
        wrong += check_end(api, places, replicas)
        if options.samples:
            pathlib.Path(options.samples).write_text(json.dumps(resident))
        print(f"{len(wrong)} calls or checks went wrong; reservations left: "
              f"{int(replicas.metrics()['peerwarden_ledger_reservations'])}; objects stored: {sum(stored(api).values())}")
        print(*wrong[:5], sep="\n")
        return flat and not wrong
    finally:
        replicas.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--objects", type=int, default=10000)
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--pause", type=float, default=0, help="milliseconds that a user waits after each five calls")
    parser.add_argument("--samples", help="a file for all samples of resident memory, as JSON")
    options = parser.parse_args()
    if options.minutes < 0.5:
        parser.error("half a minute at least: each third needs samples, one in five seconds")
    with own_control_plane() as (control_plane, folder):
        passed = soak(control_plane, folder, options)
    print("PASS" if passed else "FAIL")
    raise SystemExit(0 if passed else 1)


main()
