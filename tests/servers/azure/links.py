"""Virtual network links of private DNS zones and of forwarding rulesets.

What stands against a link of a zone is found while the operation runs, so it is said by polling alone; a ruleset's
conflict is said at once. The link of a network that was deleted stays, and stands in the way of a new one.
"""

from . import rights, zones
from .answers import DNS, Answer, Refusal
from .calls import listing, not_there, parent_not_there
from .identifiers import check_name, key, parse
from .state import Link, zone_etag

_PRIVATE = "privateDnsZones"
_RULESET = "dnsForwardingRulesets"


def _is_private(zone):
    return zone.kind == _PRIVATE


def link_state(state, link):
    """Return the state of a zone's link: it takes a while after the operation has ended."""
    return "InProgress" if state.clock.now() < link.since + state.settings.linking else "Completed"


def body(call, zone, link):
    """Return a link as the API shows it."""
    network = {"virtualNetwork": {"id": call.state.shown(link.network_id)}}
    head = {"id": call.state.shown(link.id), "name": link.name,
            "type": f"Microsoft.Network/{zone.kind}/virtualNetworkLinks", "etag": link.etag}
    if not _is_private(zone):
        metadata = {"metadata": link.metadata} if link.metadata else {}
        return {**head, "properties": {"provisioningState": link.provisioning, **network, **metadata}}
    tags = {"tags": dict(link.tags)} if link.tags else {}
    resolution = {"resolutionPolicy": link.resolution} if call.version >= "2024-06-01" and link.resolution else {}
    return {**head, "location": link.location, **tags, "properties": {
        "provisioningState": link.provisioning, "registrationEnabled": link.registration, **network,
        "virtualNetworkLinkState": link_state(call.state, link), **resolution}}


def _zone(call, verb):
    zone = call.state.zones.get(key(call.identifier.parent.text))
    if zone is None:
        raise parent_not_there(call.identifier, verb)
    return zone


def get(call):
    """Return a link, or all of a zone or ruleset."""
    zone = _zone(call, "read")
    if len(call.identifier.names) < len(call.identifier.types):
        return listing(call, [body(call, zone, each) for each in zone.links.values()], DNS)
    link = zone.links.get(call.identifier.name.lower())
    if link is None:
        raise not_there(call.identifier)
    return Answer(200, body(call, zone, link), {"ETag": link.etag}, DNS)


def _check_etag(call, zone, link):
    wanted, name = call.headers.get("if-match"), call.identifier.name
    if call.headers.get("if-none-match") == "*" and link is not None:
        raise Refusal("PreconditionFailed", f"The Virtual Network link '{name}' exists already and hence cannot be "
                      "created again.", 412)
    if wanted is None or (wanted == "*" and link is not None):
        return
    if link is None or wanted != link.etag:
        what = "Private DNS zone" if _is_private(zone) else "DNS forwarding ruleset"
        raise Refusal("PreconditionFailed", f"The Virtual Network link '{name}' for the {what} '{zone.name}' has been "
                      "modified (etag mismatch).", 412)


def _check_namespace(state, zone, link, network_id):
    for other, each in state.all_links(_PRIVATE):
        if each is link or key(each.network_id) != key(network_id) or other is zone:
            continue
        one, two = f".{other.name.lower()}", f".{zone.name.lower()}"
        nested = state.settings.refuse_nested_namespaces and (one.endswith(two) or two.endswith(one))
        if one == two or nested:
            raise Refusal("BadRequest", "A virtual network cannot be linked to multiple zones with overlapping "
                          f"namespaces. You tried to link virtual network with '{zone.name}' and '{other.name}' zones.")


def _check_registration(state, zone, link, network_id):
    for other, each in state.all_links(_PRIVATE):
        if each is not link and each.registration and key(each.network_id) == key(network_id):
            raise Refusal("Conflict", "A virtual network can only be linked to 1 Private DNS zone(s) with "
                          f"auto-registration enabled; conflicting Private DNS zone is '{other.id}'.", 409)
    if zone.registrations() - bool(link and link.registration) >= zone.most_registrations:
        raise Refusal("BadRequest", "The maximum number of virtual network links with registration of Private DNS "
                      f"zone '{zone.name}' is {zone.most_registrations}.")


def _check_zone(state, zone, link, network_id, registration):
    if state.network(network_id) is None:
        raise Refusal("BadRequest", f"The Virtual Network '{network_id}' does not exist.")
    if link and key(link.network_id) != key(network_id):
        raise Refusal("BadRequest", f"The virtual network of link '{link.name}' cannot be changed.")
    for each in zone.links.values():
        if each is not link and key(each.network_id) == key(network_id):
            raise Refusal("Conflict", f"Virtual network resource identity '{network_id}' already in use by link "
                          f"'{each.name}' of Private DNS zone '{zone.name}'.", 409)
    network = state.network(network_id)
    if link and link.network_guid != network.guid:
        raise Refusal("Conflict", f"Virtual network resource identity '{network_id}' already in use: link "
                      f"'{link.name}' is of a virtual network that was deleted.", 409)
    if link is None and len(zone.links) >= zone.most_links:
        raise Refusal("BadRequest", f"The maximum number of virtual network links of Private DNS zone '{zone.name}' "
                      f"is {zone.most_links}.")
    _check_namespace(state, zone, link, network_id)
    if registration:
        _check_registration(state, zone, link, network_id)


def _check_ruleset(state, zone, link, network_id):
    network = state.network(network_id)
    if network is None:
        raise Refusal("BadRequest", f"The Virtual Network '{network_id}' does not exist.")
    if link and key(link.network_id) != key(network_id):
        raise Refusal("BadRequest", f"The virtual network of link '{link.name}' cannot be changed.")
    if network.location.lower() != zone.location.lower():
        raise Refusal("BadRequest", f"The virtual network '{network_id}' is not in the location '{zone.location}' of "
                      f"the DNS forwarding ruleset '{zone.name}'.")
    for other, each in state.all_links(_RULESET):
        if each is not link and key(each.network_id) == key(network_id):
            raise Refusal("Conflict", f"The virtual network '{network_id}' is already linked to the DNS forwarding "
                          f"ruleset '{other.id}' by the virtual network link '{each.name}'.", 409)
    if link is None and len(zone.links) >= state.settings.links_per_ruleset:
        raise Refusal("BadRequest", "The maximum number of virtual network links of DNS forwarding ruleset "
                      f"'{zone.name}' is {state.settings.links_per_ruleset}.")


def _apply(call, zone, network_id, changes):
    """Write a link as the body says, with all that may stand against it."""
    state, name = call.state, call.identifier.name.lower()
    link = zone.links.get(name)
    _check_etag(call, zone, link)
    if _is_private(zone):
        _check_zone(state, zone, link, network_id, changes["registration"])
    else:
        _check_ruleset(state, zone, link, network_id)
    if link is None:
        link = Link(f"{zone.id}/{call.identifier.types[-1]}/{call.identifier.name}", call.identifier.name, network_id,
                    state.network(network_id).guid, since=state.clock.now())
        zone.links[name] = link
    for attribute, value in changes.items():
        setattr(link, attribute, value)
    link.etag = zone_etag()


def _changes(call, zone, link):
    """Return what is to be set; `link` is the one whose values stand where the body is silent, or None."""
    properties = call.properties()
    if not _is_private(zone):
        return {"metadata": properties.get("metadata", link.metadata if link else None)}
    registration = properties.get("registrationEnabled", link.registration if link else False)
    if not isinstance(registration, bool):
        raise Refusal("InvalidRequestFormat", "Cannot parse the request: registrationEnabled is no boolean.")
    default = "Default" if zone.name.lower().startswith("privatelink.") else None
    return {"registration": registration, "tags": dict(call.body.get("tags", link.tags if link else None) or {}),
            "resolution": properties.get("resolutionPolicy", default)}


def _write(call, zone, network_id, link=None):
    changes = _changes(call, zone, link)

    def end(failed):
        if not failed:
            _apply(call, zone, network_id, changes)

    def resolve():
        link = zone.links.get(call.identifier.name.lower())
        return body(call, zone, link) if link else None

    return zones.start(call, "UpsertVirtualNetworkLink", end, resolve)


def put(call):
    """Make a link, or write it again."""
    zone = _zone(call, "write")
    check_name(call.identifier.name)
    if _is_private(zone):
        zones.check_location(call, f"{_PRIVATE}/virtualNetworkLinks")
    network_id = call.reference("virtualNetwork")
    parse(network_id, "virtualNetworks")
    rights.authorize_linked(call.state, call.application, call.entry, call.identifier.text, network_id, "join/action")
    if not _is_private(zone):
        link = zone.links.get(call.identifier.name.lower())
        _check_etag(call, zone, link)
        _check_ruleset(call.state, zone, link, network_id)
    return _write(call, zone, network_id)


def patch(call):
    """Change tags, registration or metadata."""
    zone = _zone(call, "write")
    link = zone.links.get(call.identifier.name.lower())
    if link is None:
        raise not_there(call.identifier)
    return _write(call, zone, link.network_id, link)


def delete(call):
    """Delete a link; what is not there is deleted already."""
    zone = _zone(call, "delete")
    if call.identifier.name.lower() not in zone.links:
        return Answer(204, None, {}, DNS)
    if not _is_private(zone):
        _check_etag(call, zone, zone.links[call.identifier.name.lower()])

    def end(failed):
        link = zone.links.get(call.identifier.name.lower())
        if link and not failed:
            _check_etag(call, zone, link)
            del zone.links[call.identifier.name.lower()]

    return zones.start(call, "DeleteVirtualNetworkLink", end)


METHODS = {"GET": get, "PUT": put, "PATCH": patch, "DELETE": delete}
