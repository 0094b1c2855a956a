"""Refusals that are policy, not breakage: OVN forwards all the same, or there is no packet that could show the fault.

Every other refusal must show in OVN. An entry says which findings it covers, and why they are refused.
"""

import re

from addresses import is_inside, parse_cidr, parse_cidrs, parse_destination, parse_ip

ROUTE = re.compile(r"spec\.staticRoutes\[(\d+)\]")


def says(*parts):
    """Cover findings whose message has one of these parts."""
    return lambda finding, network: any(part in finding.message for part in parts)


def always(finding, network):
    """Cover all findings of a rule."""
    return True


def is_equal_entry(finding, network):
    """Cover a peering entry that repeats another one word for word."""
    peerings = network.vpcs[finding.object["name"]]["spec"]["vpcPeerings"]
    return len({tuple(each.items()) for each in peerings if each["remoteVpc"] == finding.value.strip()}) == 1


def has_next_hop_of_a_group(finding, network):
    """Cover a next hop that is a multicast address."""
    address = parse_ip(finding.value)
    return finding.field.endswith("nextHopIP") and bool(address and address.is_multicast)


def is_passed_over(finding, network):
    """Cover a route that no packet takes: northd drops it, or a longer one in its table leads to each pod."""
    index = ROUTE.match(finding.field)
    if finding.object["kind"] != "Vpc" or not index:
        return False
    routes = network.vpcs[finding.object["name"]]["spec"]["staticRoutes"]
    route = routes[int(index.group(1))]
    destination, hop = parse_destination(route["cidr"]), parse_ip(route["nextHopIP"])
    longer = [other for other in (parse_destination(each["cidr"]) for each in routes
                                  if each.get("routeTable") == route.get("routeTable"))
              if other and destination and is_inside(other, destination) and other != destination]
    return bool(destination and hop) and (destination.version != hop.version or all(
        any(address in other for other in longer)
        for pod in network.pods for address in pod.addresses.values() if address in destination))


def has_host_bits(claim):
    """Say whether a value is an end of a link rather than a network."""
    return claim.ip != claim.network.network_address


def is_inside_a_link(finding, network):
    """Cover a network, or the address of a BFD port, inside a link network without being at one of its ends."""
    claims = [parse_cidr(text) or parse_cidr(f"{text}/{128 if ':' in text else 32}")
              for text in finding.values]
    narrow, *wide = sorted(filter(None, claims), key=lambda claim: -claim.network.prefixlen)
    return bool(wide) and all(
        is_inside(narrow.network, claim.network) and claim.ip not in narrow.network and has_host_bits(claim)
        for claim in wide)


def has_the_end_of_a_link(finding, network):
    """Cover a BFD port with the address that the same VPC has on a link."""
    spec = network.vpcs[finding.object["name"]]["spec"] if finding.object["kind"] == "Vpc" else {"vpcPeerings": []}
    ends = [link.ip for peering in spec["vpcPeerings"] for link in parse_cidrs(peering["localConnectIP"]) or []]
    return parse_ip((spec.get("bfdPort") or {}).get("ip", "")) in ends


# (rule, which findings of it, why they are refused)
POLICY = [
    ("link-address-conflict",
     says("is the network address", "is the broadcast address", "is the subnet-router address"),
     "OVN forwards, but such an address is no host's: Kube-OVN refuses it as a gateway, and other routers drop it"),
    ("link-address-conflict", says("is also the address of the far end"),
     "OVN forwards when the next hop is that very address, which is then also the router's own"),
    ("link-address-conflict", is_inside_a_link,
     "OVN forwards, since the narrower network wins; but an address of the link would then belong to two networks"),
    ("link-address-conflict", has_the_end_of_a_link,
     "OVN forwards, since packets for the router end there either way; but two of its ports would have one address"),
    ("malformed-address", says("the prefix length 0"),
     "OVN forwards; but such a link claims all addresses, and any further port of the router would collide"),
    ("malformed-address", has_next_hop_of_a_group, "northd drops that route, which leads to no pod of the scenario"),
    ("duplicate-peering", is_equal_entry,
     "OVN forwards, since the second entry writes what the first one wrote; but the status lists the peer twice"),
    ("route-conflict", is_passed_over, "no packet takes this route"),
    ("unreachable-next-hop", is_passed_over, "no packet takes this route"),
    ("defined-twice", always, "is about the input: which definition lasts depends on the order of the files"),
    ("self-peering", always, "the VPC that was meant is not known, so there is no pod to send to"),
    ("malformed-id", always, "there is no VPC of that name, so there is no pod to send to"),
]


def policy_reason(finding, network):
    """Return why a finding is refused although no packet is lost, or None."""
    reasons = [reason for rule, covers, reason in POLICY if finding.rule == rule and covers(finding, network)]
    return reasons[0] if reasons else None
