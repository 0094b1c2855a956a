"""Whether two networks may be connected: their ranges, those of their active peers, and the quotas of the group.

Follows "VPC Network Peering", subnet routes: the ranges of a network and of all that are directly connected to it are
disjoint. So each end is compared with the other, and with each active peer of the other.
"""

import ipaddress
import itertools


def _subnets(network, stack):
    """Return the ranges of a network's subnetworks, each with the path of its subnetwork."""
    found = []
    for each in network.subnetworks:
        where = f"projects/{network.project}/regions/{each.region}/subnetworks/{each.name}"
        texts = [each.range, *each.secondary.values()]
        if stack == "IPV4_IPV6" and each.range6:
            texts.append(each.range6)
        found += [(ipaddress.ip_network(text), where) for text in texts]
    return found


def _routes(network):
    """Return the destinations of a network's static routes, each with the path of its route."""
    return [(ipaddress.ip_network(destination), f"projects/{network.project}/global/routes/{name}")
            for name, (destination, kind, _) in network.routes.items() if kind == "STATIC_PEERING_ROUTE"]


def _first_clash(one, two):
    """Return the first pair, of two lists of ranges, that overlaps, or None."""
    for left, right in itertools.product(one, two):
        if left[0].version == right[0].version and left[0].overlaps(right[0]):
            return left, right
    return None


def _route_clash(one, two):
    """Return a subnet of one and a static route of the other, or the reverse, where the subnet holds the route."""
    for subnets, routes, turned in ((_subnets(one, ""), _routes(two), False), (_subnets(two, ""), _routes(one), True)):
        for subnet, route in itertools.product(subnets, routes):
            if subnet[0].version == route[0].version and route[0].subnet_of(subnet[0]):
                return (route, subnet) if turned else (subnet, route)
    return None


def _active_peers(state, network, without):
    return [state.network_at(each.peer) for each in network.peerings.values()
            if each.active and each.peer != without.path]


def clash(state, local, peer, stack):
    """Return the text that says which ranges overlap when `local` connects to `peer`, or None."""
    found = _first_clash(_subnets(local, stack), _subnets(peer, stack)) or _route_clash(local, peer)
    if found:
        (own, where), (other, _) = found
        return (f"An IP range in the peer network ({other}) overlaps with an IP range in the local network ({own}) "
                f"allocated by resource ({where}).")
    for here, there, words in ((local, peer, ("local", "peer")), (peer, local, ("peer", "local"))):
        for third in _active_peers(state, there, here):
            found = _first_clash(_subnets(here, stack), _subnets(third, stack))
            if found:
                (own, where), (other, _) = found
                return (f"An IP range in the {words[0]} network ({own}) allocated by resource ({where}) overlaps with "
                        f"an IP range ({other}) in an active peer of the {words[1]} network.")
    return None


def group_size(state, local, peer):
    """Return how many subnet ranges the larger of the two peering groups would have."""
    def size(center, other):
        members = [center, other, *_active_peers(state, center, other)]
        return sum(len(_subnets(each, "IPV4_IPV6")) for each in members)
    return max(size(local, peer), size(peer, local))
