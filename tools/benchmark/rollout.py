"""Measures how many calls fail in a rolling update, by how late the balancer learns of it and how long a leaving replica still serves.

A real API server asks three replicas behind a plain TCP balancer. Users create, change, try and delete objects while each replica is
replaced in turn, the new one first. What the columns mean stands in docs/operations.md.
"""
import argparse
import itertools
import os
import pathlib
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("PEERWARDEN_PRESET", "release")
sys.path.insert(0, str(ROOT / "tests" / "end_to_end"))

import custom_resources
from control_plane import WEBHOOK, ControlPlane
from key_pairs import Authority
from load import Users, calls_of
from objects import subnet, vpc
from processes import run
from rolling_replicas import Replicas
from webhook import Guard, Webhook, remove_all

USERS = 8
FIRST_BLOCK = 11  # of prefixes; what one run has reserved is not in the way of the next
KNOWN = subnet("known", "net", "10.9.0.0/24")


def seconds(text):
    """Return a list of times."""
    return [float(word) for word in text.split(",")]


def roll(control_plane, replicas, block):
    """Replace all replicas under load; return the tally of the users and how often the API server asked."""
    api = control_plane.api
    guard = Guard(control_plane, replicas)
    guard.register()
    api.store(vpc("net"), KNOWN)
    before = calls_of(api, replicas.port)
    with Users(api, KNOWN, block) as users:
        users.start(USERS)
        for webhook in list(replicas.running):
            replicas.replace(webhook)
    sent = calls_of(api, replicas.port) - before
    for configuration in guard.configurations():
        api.delete(configuration)
    remove_all(api)
    return users.tally, sent


def measure(control_plane, folder, block, lateness, delay, drain):
    """Roll three fresh replicas with these settings and print a line."""
    certificates = folder / "authority"
    certificates.mkdir(parents=True)
    authority = Authority(certificates)
    kubeconfig = control_plane.kubeconfig(WEBHOOK)
    made = []

    def new_webhook(pair):
        own = folder / f"replica-{len(made)}"
        own.mkdir()
        made.append(Webhook(own, authority, pair, kubeconfig,
                            f"--shutdown-delay={delay * 1000:.0f}ms", f"--drain-time={drain * 1000:.0f}ms"))
        return made[-1]

    replicas = Replicas(new_webhook, authority, folder, lateness)
    try:
        replicas.start()
        tally, sent = roll(control_plane, replicas, block)
        asked = sum(count for what, count in sent.items() if not what.startswith("retries"))
        refused = sum(replicas.balancer.refused.values())
        print(f"| {lateness:g} | {delay:g} | {drain:g} | {tally.calls} | {asked} | {sent['503']} | {refused} | {sent['<error>']} | "
              f"{len(tally.failures)} |", flush=True)
        for failure in tally.failures[:1]:
            print(failure, file=sys.stderr)
    finally:
        for webhook in made:
            webhook.server.kill()
        replicas.balancer.stop()
        replicas.loop.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lateness", type=seconds, default=seconds("0,1,2"))
    parser.add_argument("--delays", type=seconds, default=seconds("0,1,2,3"))
    parser.add_argument("--drains", type=seconds, default=seconds("10"))
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp())
    control_plane = ControlPlane(pathlib.Path(run(ROOT / "tools" / "kubernetes").strip()), folder)
    try:
        control_plane.start()
        control_plane.install([*custom_resources.guarded(custom_resources.best()), *custom_resources.own()])
        print("| learns after s | shutdown-delay s | drain-time s | users' calls | asked | 503 | refused | errors | failed |")
        print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
        settings = itertools.product(options.lateness, options.delays, options.drains)
        for block, (lateness, delay, drain) in enumerate(settings, FIRST_BLOCK):
            measure(control_plane, folder / f"block-{block}", block, lateness, delay, drain)
    finally:
        control_plane.stop()
        shutil.rmtree(folder)


main()
