"""Groups of requests of which any two contradict each other, while each alone is fine: what the race test sends.

A group stands in names and prefixes of its own, so that groups can run beside each other. Those that claim
something of the whole cluster, of which there is one, say so.
"""

import copy
from dataclasses import dataclass

from api import MERGE_PATCH
from objects import KYMA, aws_network, aws_peering, path_of, subnet, thing, vpc

LARGEST = 8
LABEL = "race"
SUBSCRIPTION = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/"


@dataclass
class Creation:
    """The request that creates an object."""

    thing: dict

    def arguments(self):
        """Return method, path, body and content type."""
        return "POST", path_of(self.thing, collection=True), self.thing, "application/json"


@dataclass
class Change:
    """The request that replaces some fields of the spec of an object."""

    thing: dict
    spec: dict

    def arguments(self):
        """Return method, path, body and content type."""
        return "PATCH", path_of(self.thing), {"spec": self.spec}, MERGE_PATCH


@dataclass
class Group:
    """What is stored before, and the requests that race; `shared` when it claims something of the whole cluster."""

    before: list
    requests: list
    shared: bool = False
    shape: str = ""

    def kinds(self):
        """Return one object of each kind that the group may leave behind."""
        things = [*self.before, *(each.thing for each in self.requests)]
        return list({each["kind"]: each for each in things}.values())

    def stored_after(self, *requests):
        """Return what would be stored when these requests were all admitted."""
        stored = {(each["kind"], each["metadata"]["name"]): copy.deepcopy(each) for each in self.before}
        for request in requests:
            key = request.thing["kind"], request.thing["metadata"].get("name", id(request))
            made = stored.setdefault(key, copy.deepcopy(request.thing))
            made["metadata"].setdefault("name", f"generated-{id(request)}")
            if isinstance(request, Change):
                made["spec"] = {**(made.get("spec") or {}), **request.spec}
        return list(stored.values())


class Room:
    """Names and prefixes of one group."""

    def __init__(self, number, chance):
        self.number = number
        self.chance = chance

    def name(self, word):
        """Return a name that is ours alone."""
        return f"{word}-r{self.number}"

    def nested(self, shortest, bits="0.0"):
        """Return a prefix of our own; all with the same `bits` contain each other."""
        return f"10.{self.number % 200 + 1}.{bits}/{shortest}"

    def count(self, most=LARGEST):
        """Return how many requests race."""
        return self.chance.randint(2, most)

    def vpc_id(self, index=0):
        """Return the id of a remote VPC that is ours alone."""
        return f"vpc-{self.number * 16 + index:017x}"

    def subnets(self, count, vpcs, shortest=16, bits="0.0"):
        """Return requests for Subnets that overlap each other, in the VPCs by turns."""
        return [Creation(subnet(self.name(f"net-{index}"), vpcs[index % len(vpcs)], self.nested(shortest + index, bits)))
                for index in range(count)]

    def pair(self):
        """Return the names of two VPCs."""
        return self.name("left"), self.name("right")

    def peered(self):
        """Return two VPCs whose peerings fit."""
        left, right = self.pair()
        return [vpc(left, [(right, "169.254.0.1/30")]), vpc(right, [(left, "169.254.0.2/30")])]


def peering_to(remote, link):
    """Return the part of a Vpc's spec that peers with another VPC."""
    return {"vpcPeerings": [{"remoteVpc": remote, "localConnectIP": link}]}


def subnets_of_one_vpc(room):
    """Subnets of one VPC that overlap."""
    return Group([vpc(room.name("vpc"))], room.subnets(room.count(), [room.name("vpc")]))


def subnets_of_peered_vpcs(room):
    """Subnets of two peered VPCs that overlap."""
    return Group(room.peered(), room.subnets(room.count(), room.pair()))


def subnets_with_generated_names(room):
    """Subnets whose names the API server makes up."""
    group = subnets_of_peered_vpcs(room)
    for request in group.requests:
        del request.thing["metadata"]["name"]
        request.thing["metadata"]["generateName"] = room.name("made") + "-"
    return group


def subnets_that_gain_a_family(room):
    """Updates of Subnets that overlap only in the family that each of them adds."""
    nets = [subnet(room.name(f"net-{index}"), room.name("vpc"), room.nested(24, f"{index}.0"))
            for index in range(room.count())]
    return Group([vpc(room.name("vpc")), *nets],
                 [Change(net, {"cidrBlock": f"{net['spec']['cidrBlock']},fd00:{room.number % 65536:x}::/{48 + index}"})
                  for index, net in enumerate(nets)])


def subnet_that_grows_over_new_ones(room):
    """An update that grows a Subnet over those that are created meanwhile."""
    small = subnet(room.name("small"), room.name("vpc"), room.nested(24))
    return Group([vpc(room.name("vpc")), small],
                 [Change(small, {"cidrBlock": room.nested(16)}),
                  *room.subnets(room.count() - 1, [room.name("vpc")], 17, "128.0")])


def halves_that_mismatch(room):
    """Both halves of a peering, created with addresses of two networks."""
    left, right = room.pair()
    return Group([], [Creation(vpc(left, [(right, "169.254.0.1/30")])), Creation(vpc(right, [(left, "169.254.1.2/30")]))])


def halves_that_mismatch_by_update(room):
    """Both halves of a peering, added to VPCs with the same address."""
    left, right = room.pair()
    return Group([vpc(left), vpc(right)],
                 [Change(vpc(left), peering_to(right, "169.254.0.1/30")),
                  Change(vpc(right), peering_to(left, "169.254.0.1/30"))])


def halves_that_become_equal(room):
    """Updates of both halves of a peering that give both ends one address."""
    left, right = room.pair()
    return Group([vpc(left, [(right, "169.254.0.1/29")]), vpc(right, [(left, "169.254.0.2/29")])],
                 [Change(vpc(left), peering_to(right, "169.254.0.3/29")),
                  Change(vpc(right), peering_to(left, "169.254.0.3/29"))])


def links_of_one_hub(room):
    """Peerings of several VPCs with one, all in the same link network, some by creation, some by update."""
    spokes = [vpc(room.name(f"spoke-{index}")) for index in range(room.count())]
    hub = room.name("hub")
    links = [f"169.254.{room.number % 256}.{index + 1}/28" for index in range(len(spokes))]
    return Group([vpc(hub), *spokes[::2]],
                 [Creation(vpc(spoke["metadata"]["name"], [(hub, link)])) if index % 2
                  else Change(spoke, peering_to(hub, link))
                  for index, (spoke, link) in enumerate(zip(spokes, links))])


def peering_meets_subnets(room):
    """A peering is added while Subnets are created that overlap one of the VPC it leads to."""
    left, right = room.pair()
    return Group([vpc(left), vpc(right), subnet(room.name("there"), right, room.nested(15))],
                 [Change(vpc(left), peering_to(right, "169.254.0.1/30")), *room.subnets(room.count() - 1, [left])])


def link_meets_subnets(room):
    """A peering is added while Subnets are created, here and there, that overlap its link network."""
    left, right = room.pair()
    return Group([vpc(left), vpc(right)],
                 [Change(vpc(left), peering_to(right, room.nested(30, "0.1"))),
                  *room.subnets(room.count() - 1, [room.chance.choice((left, right))])])


def route_meets_subnets(room):
    """A route to a peer is added while Subnets are created of which it leads a part away."""
    left, right = room.peered()
    route = {"cidr": room.nested(25), "nextHopIP": "169.254.0.2", "policy": "policyDst"}
    return Group([left, right], [Change(left, {"staticRoutes": [route]}),
                                 *room.subnets(room.count() - 1, [left["metadata"]["name"]])])


def next_hop_meets_far_end(room):
    """A route guesses the far end of a link while the other side declares another address."""
    left, right = room.pair()
    route = {"cidr": "172.31.0.0/16", "nextHopIP": "169.254.0.2", "policy": "policyDst"}
    return Group([vpc(left), vpc(right)],
                 [Change(vpc(left), {**peering_to(right, "169.254.0.1/29"), "staticRoutes": [route]}),
                  Change(vpc(right), peering_to(left, "169.254.0.3/29"))])


def next_hop_meets_far_end_that_moves(room):
    """A route leads to the far end of a link, which moves to another address meanwhile."""
    left, right = room.pair()
    route = {"cidr": "172.31.0.0/16", "nextHopIP": "169.254.0.2", "policy": "policyDst"}
    return Group([vpc(left, [(right, "169.254.0.1/29")]), vpc(right, [(left, "169.254.0.2/29")])],
                 [Change(vpc(left), {"staticRoutes": [route]}),
                  Change(vpc(right), peering_to(left, "169.254.0.3/29"))])


def hub_routes_meet_spokes(room):
    """A hub gains a route to one spoke, in which Subnets are created that overlap one of another spoke."""
    hub, left, right = room.name("hub"), *room.pair()
    links = [(left, "169.254.0.1/30"), (right, "169.254.0.5/30")]
    old, new = (room.nested(16), "169.254.0.2"), (room.nested(26), "169.254.0.6")
    return Group([vpc(hub, links, [old]), vpc(left, [(hub, "169.254.0.2/30")]), vpc(right, [(hub, "169.254.0.6/30")]),
                  subnet(room.name("there"), left, room.nested(16))],
                 [Change(vpc(hub), {"staticRoutes": vpc(hub, links, [old, new])["spec"]["staticRoutes"]}),
                  *room.subnets(room.count() - 1, [right], 18)])


def vpc_and_subnet_of_one_name(room):
    """A VPC and a Subnet of another one that have the same name."""
    return Group([vpc(room.name("vpc"))],
                 [Creation(vpc(room.name("same"))), Creation(subnet(room.name("same"), room.name("vpc"), room.nested(24)))])


def router_ports_of_one_name(room):
    """A Subnet and a peering that make a router port of the same name."""
    short, remote = f"vpc{room.number}", f"c{room.number}"
    net, long = subnet(f"b-{remote}", short, room.nested(24)), f"{short}-b"
    if room.chance.random() < 0.5:
        return Group([vpc(short), vpc(long)], [Creation(net), Change(vpc(long), peering_to(remote, "169.254.0.1/30"))])
    return Group([vpc(short)], [Creation(net), Creation(vpc(long, [(remote, "169.254.0.1/30")]))])


def aws_peerings_to_one_vpc(room):
    """AwsVpcPeerings to one remote VPC."""
    return Group([], [Creation(aws_peering(room.name(f"aws-{index}"), room.vpc_id())) for index in range(room.count())])


def aws_peerings_to_networks_that_overlap(room):
    """AwsVpcPeerings to remote VPCs whose known ranges overlap."""
    numbers = range(room.count())
    prefix = f"10.{room.number // 256 % 256}.{room.number % 256}.0"
    return Group([aws_network(room.name(f"remote-{index}"), room.vpc_id(index), f"{prefix}/{24 + index % 5}")
                  for index in numbers],
                 [Creation(aws_peering(room.name(f"aws-{index}"), room.vpc_id(index))) for index in numbers])


def gcp_peerings_to_one_vpc(room):
    """GcpVpcPeerings to one remote VPC under several names."""
    return Group([], [Creation(thing(KYMA, "GcpVpcPeering", room.name(f"gcp-{index}"), {
        "remotePeeringName": room.name(f"peering-{index}"), "remoteProject": "some-project",
        "remoteVpc": room.name("vpc")})) for index in range(room.count())])


def azure_peering(room, index, network, **more):
    """Return the creation of an AzureVpcPeering."""
    return Creation(thing(KYMA, "AzureVpcPeering", room.name(f"azure-{index}"), {
        "remotePeeringName": room.name(f"peering-{index}"),
        "remoteVnet": f"{SUBSCRIPTION}hub/providers/Microsoft.Network/virtualNetworks/{network}", **more}))


def azure_peerings_to_one_network(room):
    """AzureVpcPeerings to one remote network, written in two ways."""
    names = [room.name("net"), room.name("NET")]
    return Group([], [azure_peering(room, index, names[index % 2]) for index in range(room.count())])


def azure_remote_gateways(room):
    """AzureVpcPeerings to several networks that all use the remote gateway."""
    return Group([], [azure_peering(room, index, room.name(f"net-{index}"), useRemoteGateway=True)
                      for index in range(room.count())], shared=True)


def dns_link(room, index, **target):
    """Return the creation of an AzureVpcDnsLink."""
    return Creation(thing(KYMA, "AzureVpcDnsLink", room.name(f"dns-{index}"),
                          {"remoteLinkName": room.name(f"link-{index}"), **target}))


def dns_links_to_zones_of_one_name(room):
    """AzureVpcDnsLinks to zones of one name, in one resource group or in several."""
    zone = f"providers/Microsoft.Network/privateDnsZones/{room.name('zone')}.example.com"
    groups = [room.name("group") + room.chance.choice(("", f"-{index}")) for index in range(room.count())]
    return Group([], [dns_link(room, index, remotePrivateDnsZone=f"{SUBSCRIPTION}{group}/{zone}")
                      for index, group in enumerate(groups)])


def dns_links_to_rulesets(room):
    """AzureVpcDnsLinks to several rulesets, of which a network can have one."""
    ruleset = f"{SUBSCRIPTION}hub/providers/Microsoft.Network/dnsForwardingRulesets/"
    return Group([], [dns_link(room, index, remoteDnsResolverRuleset=ruleset + room.name(f"ruleset-{index}"))
                      for index in range(room.count())], shared=True)


SHAPES = [
    subnets_of_one_vpc, subnets_of_peered_vpcs, subnets_with_generated_names, subnets_that_gain_a_family,
    subnet_that_grows_over_new_ones, halves_that_mismatch, halves_that_mismatch_by_update, halves_that_become_equal,
    links_of_one_hub, peering_meets_subnets, link_meets_subnets, route_meets_subnets, next_hop_meets_far_end,
    next_hop_meets_far_end_that_moves, hub_routes_meet_spokes, vpc_and_subnet_of_one_name, router_ports_of_one_name,
    aws_peerings_to_one_vpc, aws_peerings_to_networks_that_overlap, gcp_peerings_to_one_vpc,
    azure_peerings_to_one_network, azure_remote_gateways, dns_links_to_zones_of_one_name, dns_links_to_rulesets,
]


def label_of(number):
    """Return the label that all objects of a group carry."""
    return f"{LABEL}=round-{number}"


def make(number, chance):
    """Return the group of a number: the shapes by turns, requests in any order."""
    shape = SHAPES[number % len(SHAPES)]
    group = shape(Room(number, chance))
    group.shape = shape.__name__
    key, value = label_of(number).split("=")
    for each in [*group.before, *(request.thing for request in group.requests)]:
        each["metadata"]["labels"] = {key: value}
    chance.shuffle(group.requests)
    return group
