"""The methods that change a half of a peering, and what happens when their operations end.

Follows the REST reference of Compute Engine v1: networks.addPeering, updatePeering, removePeering. CONSENSUS as the
update strategy, with requestRemovePeering, is not there and is refused.
"""

import json
import re

from . import halves, operations, overlap
from .answers import Refusal, invalid, misread, not_found, required
from .networks import find
from .state import FLAGS, Peering, relative

_NAME = "(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)"
_READ_ONLY = {"state", "stateDetails", "autoCreateRoutes", "peerMtu", "connectionStatus"}
_TEXTS = {"name", "network", "stackType", "updateStrategy"}
_STACKS = ("IPV4_ONLY", "IPV4_IPV6")


def _object(value, message, known):
    """Return an object of the body, whose fields are all known."""
    if not isinstance(value, dict):
        raise misread(f"Invalid value at '{message}', expected an object", message)
    for name in value:
        if name not in known:
            raise misread(f"Invalid JSON payload received. Unknown name \"{name}\" at '{message}': Cannot find field.",
                          message)
    return value


def _check_types(asked):
    for name, value in asked.items():
        wanted = str if name in _TEXTS else bool if name in FLAGS or name == "exchangeSubnetRoutes" else object
        if not isinstance(value, wanted):
            kind = "BOOL" if wanted is bool else "STRING"
            raise misread(f"Invalid value at 'network_peering.{name}' (TYPE_{kind}), {json.dumps(value)}",
                          f"network_peering.{name}")


def _asked(call):
    """Return the `networkPeering` of a body."""
    body = _object(call.body, "networks_peering_request", {"networkPeering", "name", "peerNetwork",
                                                                 "autoCreateRoutes"})
    if "networkPeering" not in body and body:
        return {"name": body.get("name", ""), "network": body.get("peerNetwork", ""), "exchangeSubnetRoutes": True}
    if "networkPeering" not in body:
        raise required("networkPeering")
    known = {"exchangeSubnetRoutes", *FLAGS, *_READ_ONLY, *_TEXTS}
    asked = _object(body["networkPeering"], "network_peering", known)
    asked = {name: value for name, value in asked.items() if value is not None}
    _check_types(asked)
    return asked


def _check_name(name):
    if not name:
        raise required("networkPeering.name")
    if not re.fullmatch(_NAME, name):
        raise invalid("networkPeering.name", name, f"Must be a match of regex '{_NAME}'")


def _check_choices(asked):
    if asked.get("stackType", _STACKS[0]) not in _STACKS:
        raise invalid("networkPeering.stackType", asked["stackType"], "")
    strategy = asked.get("updateStrategy", "INDEPENDENT")
    if strategy == "CONSENSUS":
        raise invalid("networkPeering.updateStrategy", strategy, "The test server knows INDEPENDENT alone.")
    if strategy != "INDEPENDENT":
        raise invalid("networkPeering.updateStrategy", strategy, "")


def _peer(call, network, url):
    """Return the path of the peer network that an address means, in the form with the project's id."""
    if not url:
        raise required("networkPeering.network")
    path = relative(url, network.project)
    if path is None:
        raise invalid("networkPeering.network", url, "The URL is malformed.")
    _, project, _, _, name = path.split("/")
    other = call.state.network(project, name)
    if other is None:
        if call.state.settings.missing_peer == 404:
            raise not_found(path)
        raise invalid("networkPeering.network", url, "The referenced network resource cannot be found.")
    if other is network:
        raise invalid("networkPeering.network", url, "A network cannot be peered with itself.")
    return other.path


def _refuse_duplicate(state, network, name, peer):
    with_peer = network.peering_with(peer)
    text = None
    if with_peer is not None:
        text = f"There is already a peering {with_peer.name} with the same network. Select another network."
    elif name in network.peerings:
        text = f"There is already a peering {name} on network {network.name}. Select another name."
    if text:
        status = state.settings.duplicate
        raise Refusal(status, "alreadyExists" if status == 409 else "badRequest", text)


def _quota(state, network, peer):
    """Return the text of a quota that a further peering would pass, or None."""
    settings = state.settings
    if len(network.peerings) >= settings.peerings_per_network:
        return f"Quota 'PEERINGS_PER_NETWORK' exceeded.  Limit: {settings.peerings_per_network:.1f} globally."
    back = peer and peer.peering_with(network.path)
    if back and overlap.group_size(state, network, peer) > settings.subnet_ranges_per_group:
        return ("Quota 'SUBNET_RANGES_PER_PEERING_GROUP' exceeded.  "
                f"Limit: {settings.subnet_ranges_per_group:.1f} globally.")
    return None


def _obstacle(state, network, peering):
    """Return why a half cannot be added now, as the error of an operation, or None."""
    peer = state.network_at(peering.peer)
    if peer is None or state.network_at(network.path) is not network:
        return 404, "RESOURCE_NOT_FOUND", f"The resource '{peering.peer}' was not found"
    text = _quota(state, network, peer)
    if text:
        return 403, "QUOTA_EXCEEDED", text
    back = peer.peering_with(network.path)
    stack = "IPV4_IPV6" if back and back.stack == peering.stack == "IPV4_IPV6" else "IPV4_ONLY"
    text = overlap.clash(state, network, peer, stack) if back else None
    return (400, "INVALID_USAGE", text) if text else None


def _refuse_early(state, network, peering):
    """Refuse the call itself, where the settings say that its answer shows the obstacle."""
    obstacle = _obstacle(state, network, peering)
    if obstacle is None:
        return
    status, code, text = obstacle
    if code == "QUOTA_EXCEEDED" and state.settings.quota == "call":
        raise Refusal(status, "quotaExceeded", text, domain="usageLimits")
    if code == "INVALID_USAGE" and state.settings.overlap == "call":
        raise Refusal(status, "badRequest", text)


def add(call):
    """Begin to add a half to a network."""
    network, asked = find(call), _asked(call)
    _check_name(asked.get("name"))
    if asked.get("exchangeSubnetRoutes") is not True:
        raise invalid("networkPeering.exchangeSubnetRoutes", "false", "Subnet routes must be exchanged.")
    _check_choices(asked)
    path = _peer(call, network, asked.get("network"))
    identity = ("addPeering", network.path, json.dumps(asked, sort_keys=True))
    earlier = operations.replayed(call, identity)
    if earlier:
        return operations.shown(earlier)
    flags = {name: asked.get(name, value) for name, value in FLAGS.items()}
    peering = Peering(asked["name"], path, flags, asked.get("stackType", _STACKS[0]))
    _refuse_duplicate(call.state, network, peering.name, path)
    _refuse_early(call.state, network, peering)
    state = call.state

    def work():
        obstacle = _obstacle(state, network, peering)
        if obstacle is None:
            halves.connect(state, network, peering)
        return obstacle

    return operations.begin(call, "addPeering", network, path, work, identity)


def _existing(call, network, name):
    """Return a half by its name, or refuse in the way that the settings say."""
    peering = network.peerings.get(name)
    if peering is None:
        if call.state.settings.missing_peering == 404:
            raise not_found(f"{network.path}/peerings/{name}")
        raise Refusal(400, "invalid", f"There is no peering named '{name}' on network '{network.path}'.")
    return peering


def update(call):
    """Begin to change the options of a half; what the body leaves out stays."""
    network, asked = find(call), _asked(call)
    _check_name(asked.get("name"))
    _check_choices(asked)
    identity = ("updatePeering", network.path, json.dumps(asked, sort_keys=True))
    earlier = operations.replayed(call, identity)
    if earlier:
        return operations.shown(earlier)
    peering = _existing(call, network, asked["name"])
    if asked.get("network") and relative(asked["network"], network.project) != peering.peer:
        raise invalid("networkPeering.network", asked["network"], "The peer network cannot be changed.")
    if asked.get("exchangeSubnetRoutes") is False:
        raise invalid("networkPeering.exchangeSubnetRoutes", "false", "Subnet routes must be exchanged.")

    def work():
        peering.flags.update({name: asked[name] for name in FLAGS if name in asked})
        peering.stack = asked.get("stackType", peering.stack)

    return operations.begin(call, "updatePeering", network, peering.peer, work, identity)


def remove(call):
    """Begin to take a half from a network."""
    network = find(call)
    name = _object(call.body, "networks_remove_peering_request", {"name"}).get("name")
    if not name:
        raise required("name")
    identity = ("removePeering", network.path, name)
    earlier = operations.replayed(call, identity)
    if earlier:
        return operations.shown(earlier)
    peering, state = _existing(call, network, name), call.state

    def work():
        if network.peerings.get(name) is not peering:
            return 400, "INVALID_USAGE", f"There is no peering named '{name}' on network '{network.path}'."
        halves.disconnect(state, network, name)
        return None

    return operations.begin(call, "removePeering", network, peering.peer, work, identity)
