"""Lint's ways out of a refusal, taken: what was refused has to work then, so the fault was the one that lint named."""

import copy
import re

from addresses import parse_cidr, parse_ip
from lint import follow, lint

ENTRY = re.compile(r"spec\.(vpcPeerings|staticRoutes)\[(\d+)\]")
FITTING = re.compile(r"the end that fits is ([^\s;]+)")
FREE_LINK = re.compile(r"free link network: \S+, ends (\S+) and ([^\s;]+)")
EXAMPLE = re.compile(r"(?:write an address|this VPC's address on the link).*, for example (\S+)")
FREE = re.compile(r"free(?: for both)?: ([^,\s]+)")
NEXT_HOP = re.compile(r"write nextHopIP: (\S+) in Vpc (\S+) first")
# One mistake may hide another one.
ROUNDS = 4


def object_of(things, kind, name):
    """Return an object, or an empty one."""
    found = [thing for thing in things if thing["kind"] == kind and thing["metadata"]["name"] == name]
    return found[-1] if found else {"spec": {}}


def spec_of(things, kind, name):
    """Return the spec of an object."""
    return object_of(things, kind, name)["spec"]


def entry_of(things, finding):
    """Return the list that has the entry of a Vpc which a finding is about, and the entry's place there."""
    where, index = ENTRY.match(finding.field).groups()
    return spec_of(things, "Vpc", finding.object["name"])[where], int(index)


def move_link(things, finding, near, far=None):
    """Give a link another end, or two. Routes over the old one go: lint tells of those that are missing then."""
    entries, index = entry_of(things, finding)
    entry, name = entries[index], finding.object["name"]
    remote = spec_of(things, "Vpc", entry["remoteVpc"])
    old = parse_cidr(finding.value)
    entry["localConnectIP"] = (entry.get("localConnectIP") or near).replace(finding.value or near, near)
    for answer in remote.get("vpcPeerings") or []:
        if far and answer["remoteVpc"] == name:
            answer["localConnectIP"] = far
    for spec in (spec_of(things, "Vpc", name), remote):
        spec["staticRoutes"] = [route for route in spec.get("staticRoutes") or []
                                if not old or parse_ip(route["nextHopIP"]) not in old.network]
    return True


def move_subnet(things, finding, network):
    """Give a Subnet another network: the one at fault, or the one that it meets. A status belongs to the old one."""
    names = [party["name"] for party in (finding.object, *finding.counterparts) if party["kind"] == "Subnet"]
    subnet = object_of(things, "Subnet", names[0]) if names else {"status": {}}
    if "status" in subnet:
        return False
    subnet["spec"]["cidrBlock"] = network
    return True


def remove_entry(things, finding):
    """Remove a route or a peering. Lint tells of a route that is missing then."""
    entries, index = entry_of(things, finding)
    del entries[index]
    return True


def write_next_hop(things, finding, next_hop, name):
    """Write the next hop of the routes of another Vpc that lead to a guess."""
    for route in spec_of(things, "Vpc", name)["staticRoutes"]:
        if route["nextHopIP"] == finding.counterparts[0]["value"]:
            route["nextHopIP"] = next_hop
    return True


def take(things, finding):
    """Take the way out that a finding shows; say whether it shows one that can be taken without asking anybody."""
    hint = finding.hint
    if finding.field.startswith("spec.staticRoutes") or finding.rule == "duplicate-peering":
        return remove_entry(things, finding)
    if match := NEXT_HOP.search(hint):
        return write_next_hop(things, finding, *match.groups())
    if finding.field.endswith("localConnectIP"):
        match = FITTING.search(hint) or EXAMPLE.search(hint) or FREE_LINK.search(hint)
        return bool(match) and move_link(things, finding, *match.groups())
    match = FREE.search(hint)
    return bool(match) and move_subnet(things, finding, match.group(1))


def taken(things):
    """Return the objects once nothing is refused any more, or None where somebody has to choose."""
    things = copy.deepcopy(things)
    for _ in range(ROUNDS):
        things = follow(things)
        refusals = [finding for finding in lint(things) if finding.action == "deny"]
        if not refusals:
            return things
        if not any(take(things, refusal) for refusal in refusals):
            return None
    return None
