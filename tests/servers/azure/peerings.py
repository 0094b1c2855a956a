"""Virtual network peerings: two halves, each of its own network, that find each other.

A half alone is Initiated. With the other one there, both are Connected. When the other one goes, or its network, the
half that is left is Disconnected, and stands in the way of a new other half until it is written again itself. A half
takes over the remote's prefixes when it is made, and later only when `syncRemoteAddressSpace=true` asks for it; from
that follow the levels of both. Codes that are not on record anywhere are marked in CODES.
"""

import uuid

from . import operations, rights
from .answers import NETWORK, Answer, Refusal
from .calls import listing, parent_not_there
from .identifiers import check_name, key, parse, split
from .state import Peering, overlapping

DEFAULTS = {"allowVirtualNetworkAccess": True, "allowForwardedTraffic": False, "allowGatewayTransit": False,
            "useRemoteGateways": False, "doNotVerifyRemoteGateways": False, "peerCompleteVnets": True}

# Not seen in any recording or issue: the texts say what is wrong, the codes are ours.
CODES = {"self": "PeeringToSelfNotAllowed", "remote": "PeeringRemoteVnetCannotBeChanged",
         "transit": "RemotePeeringGatewayTransitIsFalse", "own": "LocalVnetHasGateways",
         "second": "OnlyOnePeeringCanUseRemoteGateways", "most": "VirtualNetworkPeeringCountLimitReached"}


def level(state, peering):
    """Return how far the prefixes that both halves know are those of the networks."""
    network, remote = state.network_of(peering), state.network(peering.remote_id)
    other = state.other_half(network, peering)
    here = remote is None or set(peering.seen) == set(remote.prefixes)
    there = other is not None and set(other.seen) == set(network.prefixes)
    names = {(True, True): "FullyInSync", (True, False): "RemoteNotInSync", (False, True): "LocalNotInSync"}
    return names.get((here, there), "LocalAndRemoteNotInSync")


def _gateways(remote):
    head = split(remote.id)
    return [{"id": f"/subscriptions/{head.subscription}/resourceGroups/{head.group}/providers/Microsoft.Network/"
                   "virtualNetworkGateways/gateway1"}]


def body(call, peering):
    """Return a half as the API shows it."""
    state = call.state
    network, remote = state.network_of(peering), state.network(peering.remote_id)
    properties = {
        "provisioningState": peering.provisioning, "resourceGuid": peering.guid, "peeringState": peering.state,
        "peeringSyncLevel": level(state, peering),
        "remoteVirtualNetwork": {"id": state.shown(peering.remote_id)}, **peering.options}
    if peering.options["useRemoteGateways"] and remote is not None and remote.gateway:
        properties["remoteGateways"] = _gateways(remote)
    if call.version >= "2024":
        properties["localAddressSpace"] = {"addressPrefixes": list(network.prefixes)}
        properties["localVirtualNetworkAddressSpace"] = {"addressPrefixes": list(network.prefixes)}
    properties["remoteAddressSpace"] = {"addressPrefixes": list(peering.seen)}
    properties["remoteVirtualNetworkAddressSpace"] = {
        "addressPrefixes": list(remote.prefixes if remote else peering.seen)}
    properties["routeServiceVips"] = {}
    return {"name": peering.name, "id": state.shown(peering.id), "etag": peering.etag, "properties": properties,
            "type": "Microsoft.Network/virtualNetworks/virtualNetworkPeerings"}


def _network(call, verb):
    network = call.state.network(call.identifier.parent.text)
    if network is None:
        raise parent_not_there(call.identifier, verb)
    return network


def get(call):
    """Return a half, or all of a network."""
    network = _network(call, "read")
    if len(call.identifier.names) < len(call.identifier.types):
        return listing(call, [body(call, each) for each in network.peerings.values()], NETWORK, paged=False)
    peering = network.peerings.get(call.identifier.name.lower())
    if peering is None:
        raise Refusal("NotFound", f"Resource {call.identifier.text} not found.", 404)
    return Answer(200, body(call, peering), {"ETag": peering.etag}, NETWORK)


def _options(properties):
    """Return the options of a body: a half is replaced as a whole, so what is not told has its default again."""
    options = dict(DEFAULTS)
    for name in DEFAULTS:
        if properties.get(name) is not None:
            if not isinstance(properties[name], bool):
                raise Refusal("InvalidRequestFormat", f"Cannot parse the request: {name} is no boolean.")
            options[name] = properties[name]
    return options


def _check_busy(call, network, remote, resource):
    state = call.state
    going = [each for each in operations.running(state, key(network.id)) if each.style == NETWORK]
    if going:
        raise Refusal("AnotherOperationInProgress", "Another operation on this or dependent resource is in progress. "
                      "To retrieve status of the operation use uri: " + operations.headers(
                          state, going[0], call, False)["Azure-AsyncOperation"] + ".", state.settings.busy_status)
    reason = remote.busy or network.busy
    if not reason and state.settings.busy_remote and operations.running(state, key(remote.id)):
        reason = "PutVirtualNetworkPeeringOperation"
    if reason:
        used = remote if remote.busy or not network.busy else network
        raise Refusal("ReferencedResourceNotProvisioned", f"Cannot proceed with operation because resource {used.id} "
                      f"used by resource {resource} is not in Succeeded state. Resource is in Updating state and the "
                      f"last operation that updated/is updating the resource is {reason}.")


def _cannot(resource, one, two, why, prefixes):
    return (f"Cannot create or update peering {resource}. Virtual networks {one.id} and {two.id} cannot be peered "
            f"because {why}. Overlapping address prefixes: {', '.join(prefixes)}")


def _check_overlap(state, network, remote, resource):
    found = overlapping(network.prefixes, remote.prefixes)
    if found:
        raise Refusal("VnetAddressSpacesOverlap", _cannot(resource, network, remote, "their address spaces overlap",
                                                          found))
    for mine, yours, order in ((network, remote, ("first", "second")), (remote, network, ("second", "first"))):
        for each in yours.peerings.values():
            third = state.network(each.remote_id)
            if third is None or third is mine:
                continue
            found = overlapping(mine.prefixes, third.prefixes)
            if found:
                why = (f"address space of the {order[0]} virtual network overlaps with address space of virtual "
                       f"network {third.id} already peered with the {order[1]} virtual network")
                raise Refusal("VnetAddressSpaceOverlapsWithAlreadyPeeredVnet",
                              _cannot(resource, network, remote, why, found[:1]) + ". For more information please "
                              "refer to https://aka.ms/VnetPeeringInfo")


def _check_gateways(network, remote, other, resource, options, peering):
    flag = f"Peering {resource} cannot have UseRemoteGateways flag set to true"
    if other and other.options["useRemoteGateways"] and not options["allowGatewayTransit"]:
        raise Refusal(CODES["transit"], f"Peering {other.id} cannot have UseRemoteGateways flag set to true, because "
                      f"corresponding remote peering {resource} has AllowGatewayTransit flag set to false.")
    if not options["useRemoteGateways"]:
        return
    if network.gateway:
        raise Refusal(CODES["own"], f"{flag} because virtual network {network.id} already has a gateway.")
    if any(each.options["useRemoteGateways"] for each in network.peerings.values() if each is not peering):
        raise Refusal(CODES["second"], f"{flag} because another peering of the virtual network has it.")
    if other and not other.options["allowGatewayTransit"]:
        raise Refusal(CODES["transit"], f"{flag}, because corresponding remote peering {other.id} has "
                      "AllowGatewayTransit flag set to false.")
    if not remote.gateway and not options["doNotVerifyRemoteGateways"]:
        raise Refusal("RemoteVnetHasNoGateways", f"Peering {resource} cannot have UseRemoteGateway flag set to true "
                      f"because remote virtual network {remote.id} referenced by the peering does not have any "
                      "gateways.")


def _check_pair(call, network, remote_id, peering):
    """Refuse what the two networks and their halves do not allow; returns the remote network."""
    state, resource = call.state, call.identifier.text
    remote = state.network(remote_id)
    if remote is network:
        raise Refusal(CODES["self"], f"Virtual network {network.id} cannot be peered with itself.")
    if remote is None:
        raise Refusal("InvalidResourceReference", f"Resource {remote_id} referenced by resource {resource} was not "
                      "found. Please make sure that the referenced resource exists, and that both resources are in "
                      "the same region.")
    if peering and key(peering.remote_id) != key(remote_id):
        raise Refusal(CODES["remote"], f"Remote virtual network of peering {resource} cannot be changed.")
    twin = state.find_peering(network, remote_id)
    if twin is not peering:
        raise Refusal("AnotherPeeringAlreadyReferencesRemoteVnet", f"Peering {twin.id} already references remote "
                      f"virtual network {remote.id}. Cannot create or update peering {resource}: a virtual network "
                      "can have one peering with a remote virtual network.")
    if peering is None and len(network.peerings) >= state.settings.peerings_per_network:
        raise Refusal(CODES["most"], "Cannot create more than "
                      f"{state.settings.peerings_per_network} peerings for virtual network {network.id}.")
    return remote


def _check_states(state, network, remote, other, resource, options, peering):
    _check_overlap(state, network, remote, resource)
    _check_gateways(network, remote, other, resource, options, peering)
    if other and other.state == "Disconnected" and (peering is None or peering.state != "Disconnected"):
        raise Refusal("RemotePeeringIsDisconnected", f"Cannot create or update peering {resource} because remote "
                      f"peering {other.id} referencing parent virtual network {network.id} is in Disconnected state. "
                      "Update or re-create the remote peering to get it back to Initiated state. Peering gets "
                      "Disconnected when remote vnet or remote peering is deleted and re-created.")


def _write(call, network, remote, peering, remote_id, options):
    """Write the half, and connect both where the other one waits; returns the half and the error to come, or None."""
    state, other = call.state, other_half_of(call.state, network, remote)
    resource = call.identifier.text
    error = call.journal.spoiled(call.entry)
    try:
        _check_states(state, network, remote, other, resource, options, peering)
    except Refusal as refusal:
        if not state.settings.late_refusals:
            raise
        error = (refusal.code, refusal.message, "Failed")
    fresh = peering is None
    if fresh:
        peering = Peering(f"{network.id}/{call.identifier.types[-1]}/{call.identifier.name}", call.identifier.name,
                          remote_id, options, list(remote.prefixes), other.guid if other else str(uuid.uuid4()))
        network.peerings[call.identifier.name.lower()] = peering
    peering.provisioning = "Updating"
    peering.touch()
    if error:
        return peering, error
    peering.options = options
    if peering.state != "Connected" or call.query.get("syncremoteaddressspace", "").lower() == "true":
        peering.seen = list(remote.prefixes)
    if other and other.state != "Disconnected":
        connect(peering, other)
    else:
        peering.state = "Initiated"
    return peering, None


def other_half_of(state, network, remote):
    """Return the half of a remote network that names a network, or None."""
    return state.find_peering(remote, network.id)


def connect(peering, other):
    """Let two halves be Connected."""
    peering.guid = other.guid
    peering.state = other.state = "Connected"
    other.touch()


def put(call):
    """Make a half, or write it again."""
    state, network = call.state, _network(call, "write")
    check_name(call.identifier.name)
    remote_id = call.reference("remoteVirtualNetwork")
    parse(remote_id, "virtualNetworks")
    rights.authorize_linked(state, call.application, call.entry, call.identifier.text, remote_id, "peer/action")
    peering = network.peerings.get(call.identifier.name.lower())
    _check_match(call, peering)
    remote = _check_pair(call, network, remote_id, peering)
    _check_busy(call, network, remote, call.identifier.text)
    fresh, options = peering is None, _options(call.properties())
    peering, error = _write(call, network, remote, peering, remote_id, options)

    def end(failed):
        peering.provisioning = "Failed" if failed else "Succeeded"
        peering.touch()

    operation = _begin(call, network, peering, end, error)
    headers = operations.headers(state, operation, call, False)
    return Answer(201 if fresh else 200, body(call, peering), headers, NETWORK)


def _check_match(call, peering):
    wanted = call.headers.get("if-match")
    if wanted in (None, "*") or call.state.settings.weak_match:
        return
    if peering is None or wanted != peering.etag:
        raise Refusal("PreconditionFailed", f"Precondition failed. The ETag {wanted} does not match.", 412)


def _begin(call, network, peering, end, error):
    base = (f"/subscriptions/{call.identifier.subscription}/providers/Microsoft.Network/locations/"
            f"{network.location}")
    return operations.begin(
        call.state, NETWORK, call.identifier.subscription.lower(), base, ("operations", "operationResults"), "Peering",
        key(peering.id), call.state.settings.operation, end, error)


def remove(state, network, peering):
    """Take a half away at once; the other one becomes Disconnected."""
    other = state.other_half(network, peering)
    network.peerings.pop(peering.name.lower(), None)
    if other and other.state != "Initiated":
        other.state = "Disconnected"
        other.touch()


def delete(call):
    """Delete a half; what is not there is deleted already."""
    network = _network(call, "delete")
    peering = network.peerings.get(call.identifier.name.lower())
    if peering is None:
        return Answer(204, None, {}, NETWORK)
    _check_match(call, peering)
    going = operations.running(call.state, key(peering.id))
    if peering.provisioning == "Deleting" and going:
        return Answer(202, None, operations.headers(call.state, going[0], call, True), NETWORK)
    _check_busy(call, network, network, peering.id)
    peering.provisioning = "Deleting"

    def end(failed):
        if failed:
            peering.provisioning = "Failed"
        elif network.peerings.get(peering.name.lower()) is peering:
            remove(call.state, network, peering)

    operation = _begin(call, network, peering, end, call.journal.spoiled(call.entry))
    return Answer(202, None, operations.headers(call.state, operation, call, True), NETWORK)


METHODS = {"GET": get, "PUT": put, "DELETE": delete}
