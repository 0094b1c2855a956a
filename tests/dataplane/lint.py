"""What `peerwarden lint` says of a list of objects, and the same objects with its advice followed."""

import copy
import functools
import json
import os
import pathlib
import re
import subprocess

from addresses import parse_ip

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BUILD = REPOSITORY / "build" / os.environ.get("PEERWARDEN_PRESET", "debug")
PROGRAM = BUILD / "peerwarden"

ADVICE = re.compile(r"^add (\{.*\}) to spec\.(staticRoutes|vpcPeerings)(?: of Vpc (\S+))?$", re.MULTILINE)
MEMBER = re.compile(r'(\w+): "?(.+?)"?(?=, \w+: |})')
# Each round may bring advice of its own: first the peering back, then its routes.
ROUNDS = 4


class Finding:
    """One finding that denies or warns."""

    def __init__(self, entry, vpc_of_subnet):
        self.rule, self.action, self.message = entry["rule"], entry["action"], entry["message"]
        self.hint, self.object, self.field, self.value = (entry[name] for name in ("hint", "object", "field", "value"))
        self.counterparts = entry["counterparts"]
        self.touched = {
            party["name"] if party["kind"] == "Vpc" else vpc_of_subnet.get(party["name"], "")
            for party in [self.object, *self.counterparts]}

    @property
    def values(self):
        """Return the values at fault on all sides."""
        return [self.value, *(party["value"] for party in self.counterparts)]

    def __repr__(self):
        return f"{self.action} {self.object['kind']} {self.object['name']}: {self.message} [{self.rule}]"


@functools.lru_cache(maxsize=16)
def report(text):
    """Return what lint prints about a text; asked several times while its advice is followed."""
    done = subprocess.run([PROGRAM, "lint", "-o", "json", "-"], input=text, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def lint(things):
    """Return the findings about objects, taken together, that deny or warn."""
    vpc_of_subnet = {thing["metadata"]["name"]: (thing.get("spec") or {}).get("vpc") or "ovn-cluster"
                     for thing in things if thing["kind"] == "Subnet"}
    entries = json.loads(report("\n---\n".join(map(json.dumps, things))))["findings"]
    return [Finding(entry, vpc_of_subnet) for entry in entries if entry["action"] in ("deny", "warn")]


def advice(findings):
    """Return what lint wants added: (Vpc, list of its spec, entry). Advice without an address is left out."""
    for finding in findings:
        for entry, where, name in ADVICE.findall(finding.hint):
            entry = dict(MEMBER.findall(entry))
            address = entry.get("nextHopIP") or entry.get("localConnectIP") or ""
            if all(parse_ip(part.partition("/")[0]) for part in address.split(",")):
                yield name or finding.object["name"], where, entry


def follow(things):
    """Return the objects with every missing peering and route added that lint names."""
    things = copy.deepcopy(things)
    for _ in range(ROUNDS):
        wanted = list(advice(lint(things)))
        for name, where, entry in wanted:
            vpc = [thing for thing in things if thing["kind"] == "Vpc" and thing["metadata"]["name"] == name][-1]
            vpc["spec"] = vpc.get("spec") or {}
            entries = vpc["spec"].setdefault(where, [])
            if entry not in entries:
                entries.append(entry)
        if not wanted:
            break
    return things
