"""Random topologies that lint should call clean, and the mistakes that people make in them."""

import ipaddress
import random

from addresses import first_host, overlap

KUBE_OVN = "kubeovn.io/v1"
# None of these is in a range that lint calls reserved.
POOLS = {4: ipaddress.ip_network("10.128.0.0/10"), 6: ipaddress.ip_network("fd00::/32")}
LENGTHS = {4: range(16, 29), 6: (48, 56, 64, 80, 112, 120)}
LINK_POOLS = {4: ["169.254.64.0/18", "192.168.128.0/17"], 6: ["fd69::/48", "fdca:fe::/48"]}
LINK_LENGTHS = {4: (30, 30, 31, 29, 24), 6: (126, 126, 127, 64)}
ROUTE_TABLES = ("", "", "", "table-a")


class Topology:
    """VPCs with Subnets, links and routes, each as plain data that a mistake can spoil."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.taken = []
        self.names = [f"vpc-{number}" for number in range(1, self.random.randint(2, 5) + 1)]
        self.families = {name: self.random.choice([(4,), (6,), (4, 6), (4, 6)]) for name in self.names}
        self.subnets = [self.subnet(name, number) for name in self.names
                        for number in range(self.random.randint(1, 2))]
        self.peerings = {name: [] for name in self.names}
        self.routes = {name: [] for name in self.names}
        self.links = {}
        for one, other in self.pairs():
            self.link(one, other)
        for one, other in [pair for each in self.links for pair in (each, each[::-1])]:
            self.route(one, other)

    def pick(self, pool, length):
        """Return a network of a pool that overlaps nothing yet."""
        while True:
            size = pool.max_prefixlen - length
            start = int(pool.network_address) + (self.random.randrange(2 ** (length - pool.prefixlen)) << size)
            network = ipaddress.ip_network((start, length))
            if not any(overlap(network, other) for other in self.taken):
                self.taken.append(network)
                return network

    def host_in(self, network):
        """Return an address of a network that a link end may have."""
        spare = 0 if network.prefixlen >= network.max_prefixlen - 1 else 1
        return network[self.random.randrange(spare, min(network.num_addresses - spare, 1000))]

    def subnet(self, vpc, number):
        """Return a Subnet, sometimes with host bits in its text or with a route table of its own."""
        texts = []
        for family in self.families[vpc]:
            network = self.pick(POOLS[family], self.random.choice(LENGTHS[family]))
            start = first_host(network) if self.random.random() < 0.2 else network.network_address
            texts.append(f"{start}/{network.prefixlen}")
        spec = {"vpc": vpc, "cidrBlock": ",".join(texts)}
        table = self.random.choice(ROUTE_TABLES)
        return {"apiVersion": KUBE_OVN, "kind": "Subnet", "metadata": {"name": f"net-{vpc[4:]}-{number}"},
                "spec": {**spec, "routeTable": table} if table else spec}

    def pairs(self):
        """Return pairs of VPCs to peer: all of them connected, with a few more at random, and a family in common."""
        chosen = set()
        for number, name in enumerate(self.names[1:], 1):
            chosen.add((self.random.choice(self.names[:number]), name))
        for one, other in ((a, b) for a in self.names for b in self.names if a < b):
            if self.random.random() < 0.2:
                chosen.add((one, other))
        return sorted(pair for pair in chosen if self.common(*pair))

    def common(self, one, other):
        """Return the families that two VPCs share."""
        return [family for family in self.families[one] if family in self.families[other]]

    def link(self, one, other):
        """Peer two VPCs; pairs that share no router may well share the link network."""
        ends = ([], [])
        for family in self.common(one, other):
            network = self.link_network(one, other, family)
            near, far = self.host_in(network), self.host_in(network)
            while near == far:
                far = self.host_in(network)
            ends[0].append(f"{near}/{network.prefixlen}")
            ends[1].append(f"{far}/{network.prefixlen}")
        if self.random.random() < 0.2:
            ends[0].reverse()
        self.links[one, other] = ends
        self.peerings[one].append({"remoteVpc": other, "localConnectIP": ",".join(ends[0])})
        self.peerings[other].append({"remoteVpc": one, "localConnectIP": ",".join(ends[1])})

    def link_network(self, one, other, family):
        """Return a link network that is free on both routers."""
        near = {vpc for pair in self.links if {one, other} & set(pair) for vpc in pair}
        apart = [ipaddress.ip_interface(end).network for pair, ends in self.links.items()
                 if not near & set(pair) and not {one, other} & set(pair) for end in ends[0]]
        apart = [network for network in apart if network.version == family]
        if apart and self.random.random() < 0.5:
            return self.random.choice(apart)
        pool = ipaddress.ip_network(self.random.choice(LINK_POOLS[family]))
        return self.pick(pool, self.random.choice(LINK_LENGTHS[family]))

    def ends(self, one, other):
        """Return the addresses of the far end of a link by family."""
        ends = self.links[one, other][1] if (one, other) in self.links else self.links[other, one][0]
        return {end.version: end.ip for end in map(ipaddress.ip_interface, ends)}

    def networks_of(self, vpc):
        """Return the networks of a VPC."""
        return [ipaddress.ip_interface(text).network for subnet in self.subnets if subnet["spec"]["vpc"] == vpc
                for text in subnet["spec"]["cidrBlock"].split(",")]

    def tables_of(self, vpc):
        """Return the route tables that the Subnets of a VPC use."""
        return sorted({subnet["spec"].get("routeTable", "") for subnet in self.subnets if subnet["spec"]["vpc"] == vpc})

    def route(self, one, other):
        """Give one VPC the routes to all Subnets of another, sometimes wider than needed or with host bits."""
        ends = self.ends(one, other)
        for network in self.networks_of(other):
            if network.version not in ends:
                continue
            wide = network.supernet(self.random.randint(1, 2))
            is_wide = self.random.random() < 0.15 and not any(
                overlap(wide, taken) for taken in self.taken if taken != network)
            text = str(wide if is_wide else network)
            if self.random.random() < 0.1:
                text = f"{first_host(network)}/{text.partition('/')[2]}"
            for table in self.tables_of(one):
                entry = {"cidr": text, "nextHopIP": str(ends[network.version]), "policy": "policyDst"}
                self.routes[one].append({**entry, "routeTable": table} if table else entry)

    def objects(self):
        """Return all objects, in any order."""
        vpcs = [{"apiVersion": KUBE_OVN, "kind": "Vpc", "metadata": {"name": name},
                 "spec": {"vpcPeerings": self.peerings[name], "staticRoutes": self.routes[name]}}
                for name in self.names]
        everything = vpcs + self.subnets
        self.random.shuffle(everything)
        return everything

    # What mistakes choose from.

    def any_peering(self):
        """Return a VPC and one of its peerings."""
        return self.random.choice([(name, entry) for name in self.names for entry in self.peerings[name]])

    def any_route(self):
        """Return a VPC and one of its routes."""
        return self.random.choice([(name, entry) for name in self.names for entry in self.routes[name]])


def edit_end(topology, change):
    """Change one part of a localConnectIP."""
    _, entry = topology.any_peering()
    parts = entry["localConnectIP"].split(",")
    where = topology.random.randrange(len(parts))
    parts[where] = change(ipaddress.ip_interface(parts[where]))
    entry["localConnectIP"] = ",".join(parts)


def no_peering_back(topology):
    """One VPC does not name the other."""
    name, entry = topology.any_peering()
    topology.peerings[name].remove(entry)


def no_route(topology):
    """A route is missing."""
    name, entry = topology.any_route()
    topology.routes[name].remove(entry)


def another_link_network(topology):
    """The two ends lie in different networks."""
    edit_end(topology, lambda end: f"{end.ip + 4096}/{end.network.prefixlen}")


def another_address(topology):
    """One end moves within its network, and nobody adapts the routes; it may hit the other end."""
    edit_end(topology, lambda end: f"{topology.host_in(end.network)}/{end.network.prefixlen}")


def another_mask(topology):
    """The prefix length of one end differs."""
    edit_end(topology, lambda end: f"{end.ip}/{topology.random.choice([20, 25, 29, 31, 32, 63, 120, 127, 128])}"
             if end.version == 6 else f"{end.ip}/{topology.random.choice([8, 20, 25, 29, 31, 32])}")


def network_address(topology):
    """One end is the network itself."""
    edit_end(topology, lambda end: f"{end.network.network_address}/{end.network.prefixlen}")


def no_mask(topology):
    """One end has no prefix length."""
    edit_end(topology, lambda end: str(end.ip))


def link_local(topology):
    """One end is a link-local address."""
    edit_end(topology, lambda end: "fe80::1/64" if end.version == 6 else str(end))


def link_in_subnet(topology):
    """A link moves into a Subnet of one of its VPCs, at both ends, with its routes."""
    one, other = topology.random.choice(list(topology.links))
    network = topology.random.choice(topology.networks_of(topology.random.choice([one, other])))
    near, far = network.broadcast_address - 2, network.broadcast_address - 1
    move_link(topology, one, other, network.version, (near, far), network.max_prefixlen - 2)


def link_of_another(topology):
    """Two links of one router have one network."""
    hubs = [(a, b) for a in topology.links for b in topology.links if a != b and set(a) & set(b)]
    if hubs:
        model, moved = topology.random.choice(hubs)
        ends = [ipaddress.ip_interface(end[0]) for end in topology.links[model]]
        move_link(topology, *moved, ends[0].version, [end.ip for end in ends], ends[0].network.prefixlen)


def move_link(topology, one, other, family, addresses, length):
    """Give both ends of a link other addresses of one family, and adapt the routes."""
    old = {4: "", 6: ""}
    for name, remote, address in ((one, other, addresses[0]), (other, one, addresses[1])):
        for entry in topology.peerings[name]:
            if entry["remoteVpc"] == remote:
                ends = [ipaddress.ip_interface(part) for part in entry["localConnectIP"].split(",")]
                old = {**old, **{end.version: str(end.ip) for end in ends}}
                entry["localConnectIP"] = ",".join(
                    f"{address}/{length}" if end.version == family else str(end) for end in ends)
        for route in topology.routes[remote]:
            if route["nextHopIP"] == old[family]:
                route["nextHopIP"] = str(address)


def subnet_of_another(topology):
    """A Subnet overlaps one of another VPC, which may be a peer or not."""
    one, other = topology.random.sample(topology.subnets, 2)
    parts = {ipaddress.ip_interface(part).version: part for part in one["spec"]["cidrBlock"].split(",")}
    model = ipaddress.ip_interface(topology.random.choice(other["spec"]["cidrBlock"].split(",")))
    longer = min(model.network.max_prefixlen - 2, model.network.prefixlen + topology.random.choice([0, 1, 3]))
    parts[model.version] = str(ipaddress.ip_interface(f"{model.ip}/{longer}").network)
    one["spec"]["cidrBlock"] = ",".join(parts[family] for family in sorted(parts))


def peering_twice(topology):
    """A VPC names its peer twice, with another link."""
    name, entry = topology.any_peering()
    topology.peerings[name].append({**entry, "localConnectIP": "169.254.200.1/30"})


def wrong_next_hop(topology):
    """A next hop is the own address, another one of the link, or none at all."""
    name, entry = topology.any_route()
    hop = ipaddress.ip_address(entry["nextHopIP"])
    own = [part.partition("/")[0] for peering in topology.peerings[name]
           for part in peering["localConnectIP"].split(",")]
    entry["nextHopIP"] = topology.random.choice([*own, str(hop + 1), str(hop + 65536)])


def by_source(topology):
    """A route is compared with the source."""
    topology.any_route()[1]["policy"] = "policySrc"


def wrong_table(topology):
    """A route stands in a table that no Subnet uses."""
    topology.any_route()[1]["routeTable"] = "table-b"


def wrong_policy(topology):
    """A route has a policy that Kube-OVN does not know."""
    topology.any_route()[1]["policy"] = "dst"


def two_next_hops(topology):
    """Two routes lead to one destination."""
    name, entry = topology.any_route()
    topology.routes[name].append({**entry, "nextHopIP": topology.any_route()[1]["nextHopIP"]})


def own_part_to_the_peer(topology):
    """A part of an own Subnet is sent to a peer, in the table that packets from peers are looked up in."""
    name, entry = topology.any_route()
    family = ipaddress.ip_address(entry["nextHopIP"]).version
    own = [network for network in topology.networks_of(name) if network.version == family]
    if own:
        network = topology.random.choice(own)
        half = next(network.subnets(topology.random.choice([0, 1])))
        topology.routes[name].append({"cidr": str(half), "nextHopIP": entry["nextHopIP"], "policy": "policyDst"})


def other_end(topology, name, entry):
    """Return the far end of another link of the VPC than a route's, in the family of the route."""
    hop = ipaddress.ip_address(entry["nextHopIP"])
    ends = [topology.ends(name, peering["remoteVpc"]).get(hop.version) for peering in topology.peerings[name]]
    return topology.random.choice([str(end) for end in ends if end and end != hop] or [entry["nextHopIP"]])


def to_another_peer(topology):
    """A route to one peer leads to another."""
    name, entry = topology.any_route()
    entry["nextHopIP"] = other_end(topology, name, entry)


def part_to_another_peer(topology):
    """A part of a peer's network is sent to another peer."""
    name, entry = topology.any_route()
    half = next(ipaddress.ip_network(entry["cidr"], strict=False).subnets(1))
    topology.routes[name].append({**entry, "cidr": str(half), "nextHopIP": other_end(topology, name, entry)})


MISTAKES = [
    no_peering_back, no_route, another_link_network, another_address, another_mask, network_address, no_mask,
    link_local, link_in_subnet, link_of_another, subnet_of_another, peering_twice, wrong_next_hop, by_source,
    wrong_table, wrong_policy, two_next_hops, own_part_to_the_peer, to_another_peer, part_to_another_peer]


def spoiled(seed):
    """Return (names of the mistakes, objects) of a topology with one or two mistakes."""
    topology = Topology(seed)
    chosen = topology.random.sample(MISTAKES, topology.random.choice([1, 1, 1, 2])) if topology.links else []
    for mistake in chosen:
        mistake(topology)
    return [mistake.__name__ for mistake in chosen], topology.objects()
