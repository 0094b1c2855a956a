"""What of the stored objects contradicts each other: every pair is looked at, by the rule catalogue alone.

Written for the race test from docs/rules, not from the program that it judges. It knows the rules that deny
by default and speak of two objects; it says nothing of a single object that is wrong by itself.
"""

from ipaddress import ip_address, ip_interface, ip_network
from itertools import combinations_with_replacement


class World:
    """The stored objects, and what the rules ask of all of them."""

    def __init__(self, objects):
        self.objects = objects
        self.peered = {frozenset((name(each), remote))
                       for each in objects if each["kind"] == "Vpc" for remote, _ in links(each)}
        self.ranges = {each["spec"]["aws"]["vpcId"]: each["spec"]["cidrs"]
                       for each in objects if each["kind"] == "RemoteNetwork" and "aws" in each["spec"]}

    def are_near(self, left, right):
        """Say whether two VPCs are one, or peered in either direction."""
        return left == right or frozenset((left, right)) in self.peered


def conflicts(objects):
    """Return each conflict as (rule, name of one object, name of the other)."""
    world = World(objects)
    return [(rule, name(one), name(other))
            for one, other in combinations_with_replacement(objects, 2)
            for rule, test in RULES if test(world, one, other) or test(world, other, one)]


def name(thing):
    """Return the name of an object."""
    return thing["metadata"]["name"]


def spec(thing):
    """Return the spec of an object, which may have none."""
    return thing.get("spec") or {}


def kinds(one, other):
    """Return the kinds of two objects."""
    return one["kind"], other["kind"]


def networks(text):
    """Return the networks of a text with one or two of them."""
    return [ip_network(each.strip(), strict=False) for each in text.split(",")]


def overlap(some, others):
    """Say whether any network of one list overlaps any of another."""
    return any(one.version == other.version and one.overlaps(other) for one in some for other in others)


def links(vpc):
    """Return (remote VPC, own address with its network) for each peering of a VPC."""
    return [(each["remoteVpc"], ip_interface(each["localConnectIP"])) for each in spec(vpc).get("vpcPeerings") or []]


def routes(vpc):
    """Return (destination, next hop) for each static route of a VPC."""
    return [(ip_network(each["cidr"], strict=False), ip_address(each["nextHopIP"]))
            for each in spec(vpc).get("staticRoutes") or []]


def subnets_overlap(world, one, other):
    """Two Subnets of one VPC or of peered VPCs share addresses."""
    return (kinds(one, other) == ("Subnet", "Subnet") and one is not other
            and world.are_near(one["spec"]["vpc"], other["spec"]["vpc"])
            and overlap(networks(one["spec"]["cidrBlock"]), networks(other["spec"]["cidrBlock"])))


def spokes_overlap(world, one, other):
    """Subnets of two peers of a hub share addresses for which the hub has routes to both."""
    if kinds(one, other) != ("Subnet", "Subnet") or one["spec"]["vpc"] == other["spec"]["vpc"]:
        return False
    both = [networks(each["spec"]["cidrBlock"]) for each in (one, other)]
    return any(overlap([here], [there]) and all(overlap([way], net) for way in (here, there) for net in both)
               for hub in world.objects if hub["kind"] == "Vpc"
               for here in ways(hub, one["spec"]["vpc"]) for there in ways(hub, other["spec"]["vpc"]))


def ways(hub, spoke):
    """Return the destinations of a VPC's routes to one of its peers."""
    return [cidr for cidr, next_hop in routes(hub) for remote, address in links(hub)
            if remote == spoke and next_hop in address.network]


def remote_networks_overlap(world, one, other):
    """Two peerings of the shoot lead to networks that share addresses."""
    if kinds(one, other) != ("AwsVpcPeering", "AwsVpcPeering") or one is other:
        return False
    here, there = (world.ranges.get(each["spec"]["remoteVpcId"], []) for each in (one, other))
    return overlap([ip_network(each) for each in here], [ip_network(each) for each in there])


def links_collide(world, one, other):
    """Two halves of a link do not fit, or two links share a network on a router that both touch."""
    if kinds(one, other) != ("Vpc", "Vpc"):
        return False
    return any(link_pair_collides(one, first, other, second)
               for index, first in enumerate(links(one))
               for second in (links(other)[index + 1:] if one is other else links(other)))


def link_pair_collides(one, first, other, second):
    """The same for one link of each VPC."""
    (near, address), (far, other_address) = first, second
    if (name(one), near) == (far, name(other)):
        return (address.ip == other_address.ip or address.ip not in other_address.network
                or other_address.ip not in address.network)
    return bool({name(one), near} & {name(other), far}) and overlap([address.network], [other_address.network])


def link_meets_subnet(world, one, other):
    """The network of a link shares addresses with a Subnet of one of its two routers."""
    return kinds(one, other) == ("Vpc", "Subnet") and any(
        other["spec"]["vpc"] in (name(one), remote)
        and overlap([address.network], networks(other["spec"]["cidrBlock"]))
        for remote, address in links(one))


def route_leads_subnet_away(world, one, other):
    """A route sends a part of a Subnet of the own VPC to a peer."""
    return kinds(one, other) == ("Vpc", "Subnet") and other["spec"]["vpc"] == name(one) and any(
        next_hop in address.network and cidr != own and cidr.version == own.version and cidr.subnet_of(own)
        for cidr, next_hop in routes(one) for _, address in links(one)
        for own in networks(other["spec"]["cidrBlock"]))


def next_hop_misses(world, one, other):
    """A route's next hop lies in a link, but is not the far end that the other VPC declares."""
    return kinds(one, other) == ("Vpc", "Vpc") and any(
        next_hop in address.network and remote == name(other) and back == name(one) and next_hop != far_end.ip
        for _, next_hop in routes(one) for remote, address in links(one) for back, far_end in links(other))


def names_collide(world, one, other):
    """A VPC and a Subnet have one name, or two router ports do."""
    return (kinds(one, other) == ("Vpc", "Subnet") and name(one) == name(other)
            or one is not other and bool(ports(one) & ports(other)))


def ports(thing):
    """Return the names of the router ports that an object makes."""
    if thing["kind"] == "Subnet":
        return {f"{thing['spec']['vpc']}-{name(thing)}"}
    return {f"{name(thing)}-{remote}" for remote, _ in links(thing)} if thing["kind"] == "Vpc" else set()


TARGETS = {
    "AwsVpcPeering": ("remoteAccountId", "remoteRegion", "remoteVpcId"),
    "GcpVpcPeering": ("remoteProject", "remoteVpc"),
    "AzureVpcPeering": ("remoteVnet",),
}


def targets_are_one(world, one, other):
    """Two Kyma peerings lead to one network."""
    if one is other or one["kind"] != other["kind"] or one["kind"] not in TARGETS:
        return False
    return all(one["spec"][field].lower() == other["spec"][field].lower() for field in TARGETS[one["kind"]])


def gateways_are_two(world, one, other):
    """Two AzureVpcPeerings use the gateway at their other end."""
    return (kinds(one, other) == ("AzureVpcPeering", "AzureVpcPeering") and one is not other
            and one["spec"].get("useRemoteGateway", False) and other["spec"].get("useRemoteGateway", False))


def dns_links_conflict(world, one, other):
    """Two links of the shoot's network lead to zones of one name, or to two rulesets."""
    if kinds(one, other) != ("AzureVpcDnsLink", "AzureVpcDnsLink") or one is other:
        return False
    zones = [each["spec"].get("remotePrivateDnsZone", "").lower().rpartition("/")[2] for each in (one, other)]
    rulesets = [each["spec"].get("remoteDnsResolverRuleset") for each in (one, other)]
    return zones[0] == zones[1] != "" or all(rulesets)


RULES = [
    ("cidr-overlap", subnets_overlap),
    ("cidr-overlap", spokes_overlap),
    ("cidr-overlap", remote_networks_overlap),
    ("link-address-conflict", links_collide),
    ("link-address-conflict", link_meets_subnet),
    ("route-conflict", route_leads_subnet_away),
    ("unreachable-next-hop", next_hop_misses),
    ("name-collision", names_collide),
    ("duplicate-peering", targets_are_one),
    ("remote-gateway", gateways_are_two),
    ("dns-zone-conflict", dns_links_conflict),
]
