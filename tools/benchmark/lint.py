"""Measures `peerwarden lint` and `peerwarden plan` on a folder of manifests, beside Python's json module, which only reads it.

What the columns mean stands in docs/performance.md.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import yaml

import objects

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "release" / "peerwarden"
READ = "import json, pathlib, sys; [json.loads(path.read_text()) for path in pathlib.Path(sys.argv[1]).glob('*.json')]"
# Of quotas no world this large is free, and a finding for every object is not what is measured.
POLICY = {"apiVersion": "peerwarden.io/v1alpha1", "kind": "PeeringPolicy", "spec": {"quotas": {"peerings": {"aws": 1000000}}}}


def measure(command):
    """Run a command and return its wall time and CPU time in seconds and its resident memory in MiB."""
    started = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode > 1:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def as_yaml(source, target):
    """Write the objects of JSON files as YAML files, as people write them."""
    target.mkdir()
    for path in source.glob("*.json"):
        items = yaml.safe_load(path.read_text())["items"]
        with open(target / f"{path.stem}.yaml", "w", encoding="utf-8") as file:
            yaml.dump_all(items, file, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), default_flow_style=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", default="1000,10000")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp())
    (folder / "policy.yaml").write_text(yaml.safe_dump(POLICY))
    (folder / "nothing").mkdir()
    print(f"{options.rounds} rounds, alternating; medians")
    print(f"{'objects':>8} {'command':<34} {'wall s':>8} {'CPU s':>8} {'MiB':>7} {'CPU ratio':>10}")
    for size in [int(text) for text in options.sizes.split(",")]:
        world, written = folder / f"json-{size}", folder / f"yaml-{size}"
        count = objects.write_inventory(world, size)
        as_yaml(world, written)
        policy = ["--policy", folder / "policy.yaml"]
        commands = {
            "Python json, reading only": [sys.executable, "-c", READ, world],
            "lint, JSON": [PROGRAM, "lint", *policy, world],
            "lint, YAML": [PROGRAM, "lint", *policy, written],
            "lint on top of the same as a state": [PROGRAM, "lint", *policy, "--state", world, world],
            "audit, JSON": [PROGRAM, "audit", *policy, "--state", world],
            "plan on top of nothing": [PROGRAM, "plan", *policy, "--state", folder / "nothing", "-f", world],
        }
        runs = {name: [] for name in commands}
        for _ in range(options.rounds):
            for name, command in commands.items():
                runs[name].append(measure(command))
        reading = statistics.median(cpu for _, cpu, _ in runs["Python json, reading only"])
        for name, figures in runs.items():
            wall, cpu, resident = (statistics.median(column) for column in zip(*figures))
            print(f"{count:>8} {name:<34} {wall:>8.2f} {cpu:>8.2f} {resident:>7.1f} {cpu / reading:>10.1f}", flush=True)
    shutil.rmtree(folder)


main()
