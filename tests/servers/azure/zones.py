"""Private DNS zones and forwarding rulesets: read; zones can also be made. Tests furnish both by the controls."""

from . import operations
from .answers import DNS, Answer, Refusal
from .calls import listing, not_there
from .identifiers import key
from .state import Zone

_MOST_LABELS = 34


def body(call, zone):
    """Return a zone or ruleset as the API shows it."""
    properties = {"provisioningState": "Succeeded"}
    if zone.kind == "privateDnsZones":
        properties = {
            "maxNumberOfRecordSets": 25000, "maxNumberOfVirtualNetworkLinks": zone.most_links,
            "maxNumberOfVirtualNetworkLinksWithRegistration": zone.most_registrations, "numberOfRecordSets": 1,
            "numberOfVirtualNetworkLinks": len(zone.links),
            "numberOfVirtualNetworkLinksWithRegistration": zone.registrations(), **properties}
    tags = {"tags": dict(zone.tags)} if zone.tags else {}
    return {"id": call.state.shown(zone.id), "name": zone.name, "type": f"Microsoft.Network/{zone.kind}",
            "etag": zone.etag, "location": zone.location, **tags, "properties": properties}


def get(call):
    """Return one, or those of a resource group."""
    if len(call.identifier.names) < len(call.identifier.types):
        scope = key(call.identifier.text) + "/"
        found = [each for name, each in call.state.zones.items() if name.startswith(scope)]
        return listing(call, [body(call, each) for each in found], DNS)
    zone = call.state.zones.get(key(call.identifier.text))
    if zone is None:
        raise not_there(call.identifier)
    return Answer(200, body(call, zone), {"ETag": zone.etag}, DNS)


def check_location(call, kind):
    """Refuse a body that is not in the location `global`."""
    location = call.body.get("location") if isinstance(call.body, dict) else None
    if not location:
        raise Refusal("LocationRequired", "The location property is required for this definition.")
    if str(location).lower() != "global":
        raise Refusal("LocationNotAvailableForResourceType", f"The provided location '{location}' is not available "
                      f"for resource type 'Microsoft.Network/{kind}'. List of available regions for the resource "
                      "type is 'global'.")


def check_zone_name(name):
    """Refuse what is no name of a private zone."""
    labels = name.split(".")
    if not 2 <= len(labels) <= _MOST_LABELS or not all(1 <= len(each) <= 63 for each in labels):
        raise Refusal("BadRequest", f"The Private DNS zone name '{name}' is invalid: it has two to thirty-four "
                      "labels of one to sixty-three characters.")


def put(call):
    """Make a private DNS zone, or set its tags."""
    state, identifier = call.state, call.identifier
    if identifier.kind != "privatednszones":
        raise Refusal("NotImplemented", "The test server makes rulesets by its controls alone.", 501)
    check_location(call, "privateDnsZones")
    check_zone_name(identifier.name)

    def end(failed):
        zone = state.zones.get(key(identifier.text))
        if failed:
            return
        if zone and call.headers.get("if-none-match") == "*":
            raise Refusal("PreconditionFailed", f"The Private DNS zone {identifier.name} exists already and hence "
                          "cannot be created again.", 412)
        if zone is None:
            zone = state.zones[key(identifier.text)] = Zone(identifier.text, "privateDnsZones", identifier.name, {})
        zone.tags = dict(call.body.get("tags") or {})

    return start(call, "UpsertPrivateDnsZone", end, lambda: body(call, state.zones[key(identifier.text)]))


def start(call, kind, end, resolve=None):
    """Begin an operation of private DNS or of its resolver, and return the answer that says where to poll."""
    state, identifier = call.state, call.identifier
    if identifier.kind.startswith("privatednszones"):
        base = f"/subscriptions/{identifier.subscription}/resourceGroups/{identifier.group}/providers/Microsoft.Network"
        names = ("privateDnsOperationStatuses", "privateDnsOperationResults")
    else:
        ruleset = state.zones[key(identifier.parent.text)]
        base = (f"/subscriptions/{identifier.subscription}/providers/Microsoft.Network/locations/"
                f"{ruleset.location}")
        names = ("dnsResolverOperationStatuses", "dnsResolverOperationResults")
    operation = operations.begin(
        state, DNS, identifier.subscription.lower(), base, names, kind, key(identifier.text),
        state.settings.link_operation, end, call.journal.spoiled(call.entry), resolve)
    return Answer(202, None if call.entry.method == "DELETE" else {}, operations.headers(state, operation, call, True),
                  DNS)


METHODS = {"GET": get, "PUT": put}
