"""Vpc and Subnet objects as the northbound rows that Kube-OVN makes of them, and the pods to try them with.

The rows follow Kube-OVN 1.15: a router per VPC, a switch per Subnet, a pair of router ports per peering that name each
other, static routes and policies. Two things differ on purpose. Routes by source, the automatic one of each Subnet
among them, are left out: Kube-OVN's OVN ranks them below every route by destination, and Debian's OVN, which lacks
that patch, would compare the two by length. And an object that its controller refuses leaves no rows, as if it were
not there.
"""

import dataclasses
import ipaddress
import typing

from addresses import (NO_SUBNETS, first_host, is_inside, last_host, overlap, parse_cidr, parse_cidrs,
                       parse_destination, parse_ip)

DEFAULT_VPC = "ovn-cluster"
# The Subnet by which the default VPC reaches the nodes, and its networks where it is not among the objects.
JOIN = "join"
JOIN_NETWORKS = {4: ipaddress.ip_network("100.64.0.0/16"), 6: ipaddress.ip_network("fd00:100:64::/112")}
EXTERNAL_LABEL = "ovn.kubernetes.io/vpc_external"
DEFAULT_GATEWAY_PRIORITY, OWN_SUBNET_PRIORITY = 29000, 31000
PRIVATE_DROP_PRIORITY, PRIVATE_ALLOW_PRIORITY = 1000, 1001
ROUTER_OPTIONS = {"mac_binding_age_threshold": "300", "dynamic_neigh_routers": "true"}


@dataclasses.dataclass
class Row:
    """One row, by a key of its own, and the row it belongs to as (table, key, column)."""

    table: str
    key: str
    columns: dict
    parent: tuple = None


class Pod(typing.NamedTuple):
    """One port of a switch, with an address per family."""

    name: str
    vpc: str
    subnet: str
    switch: str
    mac: str
    gateway_mac: str
    addresses: dict


def stored(thing):
    """Return the fields that count here as the webhook has them stored: without blanks, and with no host bits in the
    destination of a route, which Kube-OVN compares as text."""
    def trim(text):
        return ",".join(part.strip() for part in str(text or "").split(","))

    def destination(text):
        interface = parse_cidr(trim(text))
        return str(interface.network) if interface else trim(text)

    spec = dict(thing.get("spec") or {})
    if thing["kind"] == "Vpc":
        spec["vpcPeerings"] = [
            {"remoteVpc": trim(each.get("remoteVpc")), "localConnectIP": trim(each.get("localConnectIP"))}
            for each in spec.get("vpcPeerings") or []]
        spec["staticRoutes"] = [
            {**each, "cidr": destination(each.get("cidr")), "nextHopIP": trim(each.get("nextHopIP"))}
            for each in spec.get("staticRoutes") or []]
    else:
        spec["cidrBlock"] = trim(spec.get("cidrBlock"))
    return {**thing, "spec": spec, "status": thing.get("status") or {}}


def last_of_each(things, kind):
    """Return the objects of a kind by name; the last definition wins."""
    return {thing["metadata"]["name"]: stored(thing) for thing in things if thing["kind"] == kind}


class Subnet:
    """A Subnet as its controller sees it."""

    def __init__(self, thing, default_vpc):
        self.name = thing["metadata"]["name"]
        self.spec = thing["spec"]
        self.vpc = self.spec.get("vpc") or default_vpc
        self.vlan = self.spec.get("vlan") or ""
        self.interconnection = thing["status"].get("u2oInterconnectionIP") or ""
        interfaces = parse_cidrs(self.spec["cidrBlock"]) or []
        self.networks = {interface.version: interface.network for interface in interfaces}
        self.is_refused = not self.is_acceptable(interfaces)

    def is_acceptable(self, interfaces):
        """Say whether the controller accepts the networks."""
        return bool(interfaces) and len(self.networks) == len(interfaces) and not any(
            network.prefixlen == network.max_prefixlen or overlap(network, forbidden)
            for network in self.networks.values() for forbidden in NO_SUBNETS)

    @property
    def is_ovn(self):
        """Say whether OVN provides the network."""
        provider = self.spec.get("provider") or "ovn"
        return provider == "ovn" or (provider.count(".") == 2 and provider.endswith(".ovn"))

    @property
    def is_routed(self):
        """Say whether the network hangs on the router of its VPC."""
        return self.is_ovn and bool(not self.vlan or self.spec.get("logicalGateway") or (
            self.spec.get("u2oInterconnection") and self.interconnection))

    def gateways(self):
        """Return the address of the router per family."""
        given = self.interconnection if self.vlan and not self.spec.get("logicalGateway") else self.spec.get("gateway")
        typed = {address.version: address for address in map(parse_ip, (given or "").split(",")) if address}
        return {version: typed.get(version, first_host(network)) for version, network in self.networks.items()}

    def collides_with(self, other):
        """Say whether the controller refuses this Subnet because of an earlier one."""
        return self.vpc == other.vpc and self.vlan == other.vlan and any(
            overlap(one, another) for one in self.networks.values() for another in other.networks.values())


class Network:
    """Everything that a list of objects becomes."""

    def __init__(self, things, turn=0):
        self.turn = turn
        self.rows = {}
        self.pods = []
        self.vpcs = last_of_each(things, "Vpc")
        defaults = [name for name, vpc in self.vpcs.items() if vpc["status"].get("default")]
        self.default_vpc = (defaults or [DEFAULT_VPC])[0]
        self.subnets = [Subnet(thing, self.default_vpc) for thing in last_of_each(things, "Subnet").values()]
        self.refuse_collisions()
        for vpc in self.vpcs.values():
            self.make_router(vpc)
        for subnet in self.subnets:
            if subnet.is_routed and not subnet.is_refused:
                self.make_switch(subnet)
        for vpc in self.vpcs.values():
            self.reconcile(vpc)

    def refuse_collisions(self):
        """Mark each Subnet that overlaps an earlier one of its VPC."""
        accepted = []
        for subnet in self.subnets:
            subnet.is_refused = subnet.is_refused or any(subnet.collides_with(other) for other in accepted)
            if not subnet.is_refused and subnet.is_ovn:
                accepted.append(subnet)

    def add(self, table, key, parent=None, **columns):
        """Add a row."""
        self.rows[table, key] = Row(table, key, columns, parent)
        return self.rows[table, key]

    def mac(self):
        """Return an Ethernet address that is not in use."""
        number = len(self.rows)
        return f"00:00:00:00:{number >> 8:02x}:{number & 255:02x}"

    def port(self, router, name, networks, **columns):
        """Add a router port, or overwrite the networks of the one that has the name, on whichever router it is."""
        row = self.rows.get(("Logical_Router_Port", name))
        if row:
            row.columns["networks"] = networks
        elif ("Logical_Router", router) in self.rows:
            row = self.add("Logical_Router_Port", name, ("Logical_Router", router, "ports"),
                           name=name, mac=self.mac(), networks=networks, **columns)
        return row

    # A Subnet.

    def make_switch(self, subnet):
        """Add the switch of a Subnet, its gateway and its pods."""
        networks = [f"{address}/{subnet.networks[version].prefixlen}" for version, address in subnet.gateways().items()]
        table = {"options": {"route_table": subnet.spec["routeTable"]}} if subnet.spec.get("routeTable") else {}
        port = self.port(subnet.vpc, f"{subnet.vpc}-{subnet.name}", networks, **table)
        switch = self.add("Logical_Switch", subnet.name, name=subnet.name)
        for version, network in subnet.networks.items():
            self.policy(subnet.vpc, OWN_SUBNET_PRIORITY, f"ip{version}.dst == {network}", "allow")
        if port:
            self.switch_port(switch, f"{subnet.name}-{subnet.vpc}", type="router", addresses="router",
                             options={"router-port": port.columns["name"]})
        for number, addresses in enumerate(self.pod_addresses(subnet)):
            self.make_pod(subnet, switch, port, f"pod{number}.{subnet.name}", addresses)
        if subnet.spec.get("private"):
            self.make_private(subnet, switch)

    def switch_port(self, switch, name, **columns):
        """Add a port to a switch."""
        self.add("Logical_Switch_Port", name, ("Logical_Switch", switch.key, "ports"), name=name, **columns)

    def make_pod(self, subnet, switch, port, name, addresses):
        """Add a pod. Without a router its packets go nowhere."""
        mac = self.mac()
        self.switch_port(switch, name, addresses=" ".join([mac, *map(str, addresses.values())]))
        self.pods.append(Pod(name, subnet.vpc, subnet.name, switch.key, mac,
                             port.columns["mac"] if port else "00:00:00:00:ff:ff", addresses))

    def other_networks(self):
        """Return every network that some object speaks of."""
        for subnet in self.subnets:
            yield from subnet.networks.values()
        for vpc in self.vpcs.values():
            for peering in vpc["spec"]["vpcPeerings"]:
                yield from (each.network for each in map(parse_cidr, peering["localConnectIP"].split(",")) if each)
            yield from filter(None, (parse_destination(route["cidr"]) for route in vpc["spec"]["staticRoutes"]))

    def handed_on(self, subnet):
        """Return the parts of a Subnet that its VPC sends to a host of its own, which may do with them as it likes."""
        for route in self.vpcs[subnet.vpc]["spec"]["staticRoutes"] if subnet.vpc in self.vpcs else []:
            destination, hop = parse_destination(route["cidr"]), parse_ip(route["nextHopIP"])
            if destination and hop and any(hop in network and is_inside(destination, network) and destination != network
                                   for network in subnet.networks.values()):
                yield destination

    def pod_addresses(self, subnet):
        """Return the addresses of the pods: at both ends of each network, and in each part that others speak of."""
        gateways = subnet.gateways()
        handed_on = list(self.handed_on(subnet))
        choices = []
        for version, network in subnet.networks.items():
            wanted = [first_host(network) + 1, last_host(network)]
            wanted += [last_host(other) for other in self.other_networks()
                       if is_inside(other, network) and other != network]
            found = [address for address in dict.fromkeys(wanted)
                     if address in network and address != gateways[version]
                     and not any(address in part for part in handed_on)]
            choices.append((version, found))
        count = max(len(found) for _, found in choices)
        return [{version: found[number] for version, found in choices if number < len(found)}
                for number in range(count)]

    def make_private(self, subnet, switch):
        """Let only the own network and the listed ones in."""
        def rule(priority, match, action):
            self.add("ACL", f"{subnet.name} {priority} {match}", ("Logical_Switch", switch.key, "acls"),
                     direction="to-lport", priority=priority, match=match, action=action)

        rule(PRIVATE_DROP_PRIORITY, "ip", "drop")
        allowed = filter(None, (parse_cidr(text.strip()) for text in subnet.spec.get("allowSubnets") or []))
        for other in [*subnet.networks.values(), *(each.network for each in allowed)]:
            own = subnet.networks.get(other.version)
            if own:
                ip = f"ip{other.version}"
                rule(PRIVATE_ALLOW_PRIORITY, f"{ip}.src == {own} && {ip}.dst == {other}", "allow-related")
                rule(PRIVATE_ALLOW_PRIORITY, f"{ip}.src == {other} && {ip}.dst == {own}", "allow-related")

    # A Vpc.

    def policy(self, router, priority, match, action, next_hops=()):
        """Add a policy to a router; the same priority and match is the same policy."""
        if ("Logical_Router", router) in self.rows:
            columns = {"nexthops": list(next_hops)} if next_hops else {}
            self.add("Logical_Router_Policy", f"{router} {priority} {match}", ("Logical_Router", router, "policies"),
                     priority=priority, match=match, action=action, **columns)

    @staticmethod
    def is_well_formed(vpc):
        """Say whether the controller gets past the routes of a VPC; if not, it does nothing at all."""
        routes = vpc["spec"]["staticRoutes"]
        policies = vpc["spec"].get("policyRoutes") or []
        return all(
            parse_destination(route["cidr"]) and parse_ip(route["nextHopIP"])
            and (route.get("policy") or "policyDst") in ("policyDst", "policySrc") for route in routes) and all(
            all(map(parse_ip, (policy.get("nextHopIP") or "").split(",")))
            for policy in policies if policy.get("action") == "reroute")

    def make_router(self, vpc):
        """Add the router of a VPC that the controller looks after."""
        name = vpc["metadata"]["name"]
        is_foreign = (vpc["metadata"].get("labels") or {}).get(EXTERNAL_LABEL) == "true"
        if not is_foreign and self.is_well_formed(vpc):
            self.add("Logical_Router", name, name=name, options=ROUTER_OPTIONS)

    def reconcile(self, vpc):
        """Do with one Vpc what its controller does; the first link that does not parse, or that OVN refuses, ends it."""
        name, spec = vpc["metadata"]["name"], vpc["spec"]
        if ("Logical_Router", name) not in self.rows:
            return
        for peering in spec["vpcPeerings"]:
            networks = peering["localConnectIP"].split(",")
            if not parse_cidrs(peering["localConnectIP"]) or len(set(networks)) < len(networks):
                return
            remote = peering["remoteVpc"]
            self.port(name, f"{name}-{remote}", networks, peer=f"{remote}-{name}")
        self.make_routes(name, spec["staticRoutes"])
        for policy in spec.get("policyRoutes") or []:
            hops = (policy.get("nextHopIP") or "").split(",") if policy["action"] == "reroute" else ()
            self.policy(name, policy["priority"], policy["match"], policy["action"], hops)
        if name == self.default_vpc:
            self.make_default_gateway()
        self.make_other_ports(name, spec)

    def make_routes(self, router, routes):
        """Add static routes. Of two with one destination text the controller removes one, at every reconcile the
        other: which of them stands depends on the turn."""
        for route in routes if self.turn % 2 == 0 else reversed(routes):
            if route.get("policy") != "policySrc":
                table = route.get("routeTable") or ""
                key = f"{router} {table} {route['cidr']} {route.get('bfdId') or ''}"
                self.add("Logical_Router_Static_Route", key, ("Logical_Router", router, "static_routes"),
                         ip_prefix=route["cidr"], nexthop=route["nextHopIP"], route_table=table, policy="dst-ip")

    def make_default_gateway(self):
        """Send what leaves a Subnet of the default VPC to its node."""
        own = [subnet for subnet in self.subnets if subnet.vpc == self.default_vpc]
        join = ([subnet.networks for subnet in own if subnet.name == JOIN] or [JOIN_NETWORKS])[0]
        self.port(self.default_vpc, f"{self.default_vpc}-{JOIN}", [
            f"{first_host(network)}/{network.prefixlen}" for network in join.values()])
        for subnet in own:
            for version, network in subnet.networks.items():
                if version in join and subnet.name != JOIN:
                    self.policy(subnet.vpc, DEFAULT_GATEWAY_PRIORITY, f"ip{version}.src == {network}", "reroute",
                                [str(first_host(join[version]) + 1)])

    def make_other_ports(self, router, spec):
        """Add the ports to external networks and for BFD."""
        names = ["external"] if spec.get("enableExternal") else []
        names += spec.get("extraExternalSubnets") or [] if names else []
        for subnet in self.subnets:
            if subnet.name in names:
                self.port(router, f"{router}-{subnet.name}", [
                    f"{last_host(network)}/{network.prefixlen}" for network in subnet.networks.values()])
        bfd = spec.get("bfdPort") or {}
        if bfd.get("enabled"):
            addresses = filter(None, map(parse_ip, (bfd.get("ip") or "").split(",")))
            self.port(router, f"bfd@{router}", [f"{address}/{address.max_prefixlen}" for address in addresses])
