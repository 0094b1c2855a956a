"""The methods that read networks and subnetworks, and how these are shown.

Follows the REST reference of Compute Engine v1: networks.get, list, listPeeringRoutes, subnetworks.aggregatedList.
"""

import base64
import hashlib
import ipaddress
import json

from . import calls
from .answers import invalid, not_found, required, timestamp
from .state import LINK


def find(call):
    """Return the network that the address names, by name or number."""
    network = call.state.network(call.project, call.parts["network"])
    if network is None:
        raise not_found(f"projects/{call.project}/global/networks/{call.parts['network']}")
    return network


def _traffic(peering, back):
    """Return what passes between two halves: what one side exports and the other imports."""
    flags, theirs = peering.flags, back.flags
    return {
        "exportCustomRoutesToPeer": flags["exportCustomRoutes"] and theirs["importCustomRoutes"],
        "importCustomRoutesFromPeer": flags["importCustomRoutes"] and theirs["exportCustomRoutes"],
        "exportSubnetRoutesWithPublicIpToPeer":
            flags["exportSubnetRoutesWithPublicIp"] and theirs["importSubnetRoutesWithPublicIp"],
        "importSubnetRoutesWithPublicIpFromPeer":
            flags["importSubnetRoutesWithPublicIp"] and theirs["exportSubnetRoutesWithPublicIp"],
        "stackType": "IPV4_IPV6" if peering.stack == back.stack == "IPV4_IPV6" else "IPV4_ONLY",
    }


def shown_peering(state, network, peering):
    """Return a half of a peering as the network's answer shows it."""
    other = state.network_at(peering.peer)
    text = "Connected." if peering.active else "Waiting for peer network to connect."
    connection = {"updateStrategy": peering.strategy}
    if peering.active:
        connection["trafficConfiguration"] = _traffic(peering, other.peering_with(network.path))
    answer = {
        "name": peering.name,
        "network": LINK + peering.peer,
        "state": "ACTIVE" if peering.active else "INACTIVE",
        "stateDetails": f"[{timestamp(peering.since)}]: {text}",
        "autoCreateRoutes": True,
        "exchangeSubnetRoutes": True,
        **peering.flags,
        "stackType": peering.stack,
        "updateStrategy": peering.strategy,
        "connectionStatus": connection,
    }
    if peering.active:
        answer["peerMtu"] = other.mtu
    return answer


def shown(state, network):
    """Return a network as the answer shows it."""
    answer = {"kind": "compute#network", "id": network.id, "creationTimestamp": timestamp(network.created),
              "name": network.name}
    if network.description is not None:
        answer["description"] = network.description
    answer.update({
        "selfLink": LINK + network.path,
        "selfLinkWithId": f"{LINK}projects/{network.project}/global/networks/{network.id}",
        "autoCreateSubnetworks": network.auto,
    })
    if network.subnetworks:
        answer["subnetworks"] = [_subnet_link(network, each) for each in network.subnetworks]
    if network.peerings:
        answer["peerings"] = [shown_peering(state, network, each) for each in network.peerings.values()]
    answer["routingConfig"] = {"routingMode": network.routing, "bgpBestPathSelectionMode": "LEGACY"}
    answer["mtu"] = network.mtu
    answer["networkFirewallPolicyEnforcementOrder"] = "AFTER_CLASSIC_FIREWALL"
    return answer


def etag(answer):
    """Return the ETag of an answer."""
    digest = hashlib.sha1(json.dumps(answer, sort_keys=True).encode()).digest()
    return '"' + base64.urlsafe_b64encode(digest).decode() + '"'


def get(call):
    """Show a network."""
    return shown(call.state, find(call))


def listed(call):
    """List the networks of a project."""
    own = [shown(call.state, each) for each in call.state.networks.values() if each.project == call.project]
    return calls.listing(call, "compute#networkList", f"projects/{call.project}/global/networks", own)


def _subnet_link(network, subnet):
    return f"{LINK}projects/{network.project}/regions/{subnet.region}/subnetworks/{subnet.name}"


def _shown_subnet(network, subnet):
    fingerprint = hashlib.sha1(f"{subnet.range} {subnet.secondary}".encode()).digest()[:8]
    answer = {
        "kind": "compute#subnetwork",
        "id": subnet.id,
        "creationTimestamp": timestamp(subnet.created),
        "name": subnet.name,
        "network": LINK + network.path,
        "ipCidrRange": subnet.range,
        "gatewayAddress": str(ipaddress.ip_network(subnet.range)[1]),
        "region": f"{LINK}projects/{network.project}/regions/{subnet.region}",
        "selfLink": _subnet_link(network, subnet),
        "privateIpGoogleAccess": False,
        "fingerprint": base64.b64encode(fingerprint).decode(),
        "purpose": "PRIVATE",
        "stackType": "IPV4_IPV6" if subnet.range6 else "IPV4_ONLY",
    }
    if subnet.secondary:
        answer["secondaryIpRanges"] = [{"rangeName": name, "ipCidrRange": text}
                                       for name, text in subnet.secondary.items()]
    if subnet.range6:
        answer.update({"ipv6AccessType": "INTERNAL", "internalIpv6Prefix": subnet.range6,
                       "ipv6CidrRange": subnet.range6})
    return answer


def _warning(scope, code, message):
    return {"warning": {"code": code, "message": message, "data": [{"key": "scope", "value": scope}]}}


def _scope(call, scope, items):
    """Return what the aggregated list says of a region."""
    if scope.partition("/")[2] in call.state.settings.unreachable:
        return _warning(scope, "UNREACHABLE", f"The scope '{scope}' could not be reached.")
    if scope not in items:
        return _warning(scope, "NO_RESULTS_ON_PAGE", f"There are no results for scope '{scope}' on this page.")
    return {"subnetworks": items[scope]}


def subnetworks(call):
    """List the subnetworks of a project, region by region."""
    every = [(each.region, _shown_subnet(network, each)) for network in call.state.networks.values()
             if network.project == call.project for each in network.subnetworks]
    regions = {item["selfLink"]: region for region, item in every}
    scopes = sorted(set(regions.values()))
    items = calls.ordered(call, calls.filtered(call, [item for _, item in every]))
    found, token = calls.page(call, items, calls.page_size(call))
    scoped = {}
    for item in found:
        scoped.setdefault(f"regions/{regions[item['selfLink']]}", []).append(item)
    path = f"projects/{call.project}/aggregated/subnetworks"
    answer = {"kind": "compute#subnetworkAggregatedList", "id": path, "selfLink": LINK + path, "items": {
        f"regions/{each}": _scope(call, f"regions/{each}", scoped) for each in scopes}}
    if token:
        answer["nextPageToken"] = token
    return answer


def _custom(own, sender, receiver):
    passes = sender.flags["exportCustomRoutes"] and receiver.flags["importCustomRoutes"]
    if not sender.flags["exportCustomRoutes"]:
        return []
    return [{"destRange": destination, "type": kind, "nextHopRegion": region, "priority": 1000, "imported": passes}
            for destination, kind, region in own.routes.values()]


def _exchanged(sender_network, sender, receiver):
    """Return the routes that one network sends to the other."""
    found = []
    for each in sender_network.subnetworks:
        ranges = [each.range, *each.secondary.values()]
        if each.range6 and sender.stack == receiver.stack == "IPV4_IPV6":
            ranges.append(each.range6)
        found += [{"destRange": text, "type": "SUBNET_PEERING_ROUTE", "nextHopRegion": each.region, "priority": 0,
                   "imported": True} for text in ranges]
    return found + _custom(sender_network, sender, receiver)


def peering_routes(call):
    """List the routes that a peering exchanges in one direction."""
    network = find(call)
    for name in ("peeringName", "region", "direction"):
        if not call.query.get(name):
            raise required(name)
    direction = call.query["direction"]
    if direction not in ("INCOMING", "OUTGOING"):
        raise invalid("direction", direction, "")
    peering = network.peerings.get(call.query["peeringName"])
    if peering is None:
        raise not_found(f"{network.path}/peerings/{call.query['peeringName']}")
    items = []
    if peering.active:
        other = call.state.network_at(peering.peer)
        back = other.peering_with(network.path)
        incoming = direction == "INCOMING"
        items = _exchanged(other, back, peering) if incoming else _exchanged(network, peering, back)
    named = [{**each, "name": each["destRange"]} for each in items]
    found, token = calls.page(call, calls.filtered(call, named), calls.page_size(call))
    for each in found:
        del each["name"]
    answer = {"kind": "compute#exchangedPeeringRoutesList", "id": f"{network.path}/listPeeringRoutes"}
    if found:
        answer["items"] = found
    if token:
        answer["nextPageToken"] = token
    return answer
