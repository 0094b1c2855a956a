"""Lint's verdict on a list of objects against what OVN does with them."""

import collections
import typing

from lint import lint
from northbound import Network, Pod
from policy_refusals import policy_reason

# How often rows are written again, with other UUIDs, until a refused topology shows its fault: where two ports of one
# router hold one network, OVN takes the one that comes first, and that differs from run to run.
TURNS = 16


class Journey(typing.NamedTuple):
    """A packet of one family from one pod to another."""

    source: Pod
    target: Pod
    family: int

    def __str__(self):
        ends = (f"{pod.addresses[self.family]} ({pod.subnet} of {pod.vpc})" for pod in (self.source, self.target))
        return " to ".join(ends)


# Warnings that say that a peering does not work yet. Others, such as unequal prefix lengths, promise nothing.
BROKEN_YET = ("one-sided-peering", "missing-route", "private-subnet", "partial-dual-stack")


def peered_vpcs(network):
    """Return the pairs of VPCs of which at least one names the other. Lint assumes that a VPC that is not among the
    objects exists somewhere else; nothing can be sent to it here."""
    pairs = {tuple(sorted((name, peering["remoteVpc"])))
             for name, vpc in network.vpcs.items() for peering in vpc["spec"]["vpcPeerings"]
             if peering["remoteVpc"] in network.vpcs}
    return sorted((one, other) for one, other in pairs if one != other)


def subnet_journeys(ones, others):
    """Return packets between the pods of two Subnets, there and back: each pod takes part at least once."""
    for number in range(max(len(ones), len(others))):
        one, other = ones[min(number, len(ones) - 1)], others[min(number, len(others) - 1)]
        for family in sorted(set(one.addresses) & set(other.addresses)):
            yield Journey(one, other, family)
            yield Journey(other, one, family)


def journeys(network):
    """Return the packets that the peerings should carry."""
    groups = collections.defaultdict(list)
    for pod in network.pods:
        groups[pod.vpc, pod.subnet].append(pod)
    return [journey for one, other in peered_vpcs(network)
            for (vpc, _), ones in groups.items() if vpc == one
            for (other_vpc, _), others in groups.items() if other_vpc == other
            for journey in subnet_journeys(ones, others)]


def send(ovn, things, turn):
    """Write the rows of objects, send all packets, and return (what came of the objects, packets, those lost)."""
    network = Network(things, turn)
    ovn.write(network.rows.values(), turn)
    wanted = journeys(network)
    return network, wanted, ovn.lost(wanted)


def vpcs_of(journey):
    """Return the two VPCs that a packet passes between."""
    return {journey.source.vpc, journey.target.vpc}


def excuses(finding, journey):
    """Say whether a finding may be why a packet is lost: what is wrong on a router may concern all its peers, a
    missing peering or route only two."""
    ends = vpcs_of(journey)
    return finding.touched == ends if finding.rule in BROKEN_YET else bool(finding.touched & ends)


def compare(ovn, things, must_break=True):
    """Fail where lint and OVN disagree on objects; return what was compared, in a few words."""
    findings = lint(things)
    network, wanted, lost = send(ovn, things, 0)

    def disagree(what):
        raise AssertionError(describe(what, things, findings, wanted, lost))

    if not all(any(excuses(finding, journey) for finding in findings) for journey in lost):
        disagree("lint finds nothing about these VPCs, but OVN loses packets")
    for finding in findings:
        concerned = [journey for journey in wanted if vpcs_of(journey) == finding.touched]
        if finding.rule in BROKEN_YET and concerned and not any(journey in lost for journey in concerned):
            disagree(f"OVN carries all in spite of {finding}")
    refusals = [finding for finding in findings if finding.action == "deny" and not policy_reason(finding, network)]
    if must_break:
        for finding in unbroken(ovn, things, refusals, wanted, lost):
            disagree(f"OVN carries what lint refuses: {finding}")
    passed = f"{len(wanted) - len(lost)} of {len(wanted)} packets pass"
    return f"{passed}, {len(findings)} findings, {len(refusals)} refusals"


def unbroken(ovn, things, refusals, wanted, lost):
    """Write objects again and again, until OVN has lost a packet near each refusal or the controller has refused a
    Subnet there; return the refusals for which that does not happen. Packets of the first turn are known already."""
    refused = {subnet.vpc for subnet in Network(things).subnets if subnet.is_refused}
    left = [finding for finding in refusals if not finding.touched & refused
            and any(finding.touched & vpcs_of(journey) for journey in wanted)]
    for turn in range(TURNS):
        if turn and left:
            lost = send(ovn, things, turn)[2]
        left = [finding for finding in left if not any(finding.touched & vpcs_of(journey) for journey in lost)]
    return left


def describe(what, things, findings, wanted, lost):
    """Return a text that lets one try the disagreement by hand."""
    return "\n".join([what, *map(repr, findings), f"{len(wanted)} packets, lost:", *map(str, lost),
                      "objects:", *(f"- {thing}" for thing in things)])
