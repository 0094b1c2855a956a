"""The actions on peering connections.

Follows the Amazon EC2 API Reference, version 2016-11-15, and recorded answers: Create answers with
`initiating-request` and without the accepter's ranges, Accept with `provisioning`; of two accounts each sees the
options of its own side alone.
"""

from . import lifecycle
from .answers import Refusal, tag_set, timestamp
from .calls import add_tags, check_id, listing, not_found
from .parameters import Shape
from .state import Peering, Side

_OPTIONS = "PeeringConnectionOptions.AllowDnsResolutionFromRemoteVpc"
_DEAD_OPTIONS = ("allowEgressFromLocalClassicLinkToRemoteVpc", "allowEgressFromLocalVpcToRemoteClassicLink")
_PEERING = "vpcPeeringConnection"


def _ranges(peering, side):
    if side is peering.accepter and not lifecycle.knows_accepter(peering):
        return []
    return side.vpc.ranges(4)


_FILTERS = {
    "vpc-peering-connection-id": lambda peering: [peering.id],
    "status-code": lambda peering: [peering.status],
    "status-message": lambda peering: [lifecycle.message(peering)],
    "expiration-time": lambda peering: [timestamp(lifecycle.expires(peering))],
    "requester-vpc-info.vpc-id": lambda peering: [peering.requester.vpc_id],
    "requester-vpc-info.owner-id": lambda peering: [peering.requester.account],
    "requester-vpc-info.cidr-block": lambda peering: _ranges(peering, peering.requester),
    "accepter-vpc-info.vpc-id": lambda peering: [peering.accepter.vpc_id],
    "accepter-vpc-info.owner-id": lambda peering: [peering.accepter.account],
    "accepter-vpc-info.cidr-block": lambda peering: _ranges(peering, peering.accepter),
}


def _options(allowed):
    return {"allowDnsResolutionFromRemoteVpc": allowed, **dict.fromkeys(_DEAD_OPTIONS, False)}


def _side_item(call, peering, side):
    item = {"ownerId": side.account, "vpcId": side.vpc_id}
    known = side is peering.requester or lifecycle.knows_accepter(peering)
    if known:
        four, six = side.vpc.ranges(4), side.vpc.ranges(6)
        item["cidrBlock"] = four[0] if four else None
        item["cidrBlockSet"] = [{"cidrBlock": each} for each in four]
        item["ipv6CidrBlockSet"] = [{"ipv6CidrBlock": each} for each in six] or None
        if side.account == call.key.account:
            item["peeringOptions"] = _options(side.resolves_names)
    return {**item, "region": side.region}


def _item(call, peering):
    waiting = peering.status in ("initiating-request", "pending-acceptance")
    return {
        "vpcPeeringConnectionId": peering.id,
        "requesterVpcInfo": _side_item(call, peering, peering.requester),
        "accepterVpcInfo": _side_item(call, peering, peering.accepter),
        "status": {"code": peering.status, "message": lifecycle.message(peering)},
        "expirationTime": timestamp(lifecycle.expires(peering)) if waiting else None,
        "tagSet": tag_set(peering.tags_of(call.view)),
    }


def _is_seen(call, peering):
    """Say whether the caller sees a peering; a new one is hidden from as many calls as the settings say."""
    if not lifecycle.is_visible(call.state, peering, call.view):
        return False
    if peering.unseen > 0:
        peering.unseen -= 1
        return False
    return True


def seen_peerings(call):
    """Return the peerings that the caller sees, by id."""
    return {each.id: each for each in call.state.peerings.values() if _is_seen(call, each)}


def find_peering(call, name):
    """Return the peering of that id, refused when the caller does not see it."""
    check_id("VpcPeeringConnectionId", _PEERING, "pcx", name)
    peering = call.state.peerings.get(name)
    if peering is None or not _is_seen(call, peering):
        raise not_found("VpcPeeringConnection", _PEERING, name)
    return peering


def describe_peerings(call):
    """List peering connections."""
    names = call.parameters.texts("VpcPeeringConnectionId")
    seen = {name: find_peering(call, name) for name in names} if names else seen_peerings(call)
    found, token = listing(call, "VpcPeeringConnectionId", seen, _FILTERS, lambda each: each.tags_of(call.view))
    return {"vpcPeeringConnectionSet": [_item(call, each) for each in found], "nextToken": token}


def _new_sides(call):
    name = call.parameters.text("VpcId")
    check_id("VpcID", "vpc", "vpc", name)
    vpc = call.state.vpcs.get(name)
    if vpc is None or (vpc.account, vpc.region) != call.view:
        raise not_found("Vpc", "vpc", name)
    peer = call.parameters.text("PeerVpcId")
    check_id("VpcID", "vpc", "vpc", peer)
    account = call.parameters.text("PeerOwnerId", call.key.account)
    return Side(*call.view, name, vpc), Side(account, call.parameters.text("PeerRegion", call.region), peer)


def _check_outstanding(call):
    outstanding = sum(each.requester.view == call.view and each.status in ("initiating-request", "pending-acceptance")
                      for each in call.state.peerings.values())
    if outstanding >= call.state.settings.outstanding_requests:
        raise Refusal("OutstandingVpcPeeringConnectionLimitExceeded", "The maximum number of outstanding VPC peering "
                      "connection requests has been reached")


def create_peering(call):
    """Ask for a peering; whether it can be one is found out later."""
    state, now = call.state, call.state.clock.now()
    if call.parameters.text("TagSpecification.1.ResourceType", "vpc-peering-connection") != "vpc-peering-connection":
        raise Refusal("InvalidParameterValue", "The resource type of the tags is not vpc-peering-connection")
    tags = call.parameters.tags("TagSpecification.1.Tag")
    requester, accepter = _new_sides(call)
    old = state.live_peering(frozenset((requester.vpc_id, accepter.vpc_id)))
    if old and state.settings.duplicate == "existing":
        return {_PEERING: _item(call, old)}
    if old:
        raise Refusal("VpcPeeringConnectionAlreadyExists", f"A VPC peering connection between {requester.vpc_id} and "
                      f"{accepter.vpc_id} already exists: {old.id}")
    _check_outstanding(call)
    peering = Peering(state.new_id("pcx"), requester, accepter, now, now, unseen=state.settings.unseen_calls)
    add_tags(call, peering.tags_of(call.view), tags)
    state.peerings[peering.id] = peering
    return {_PEERING: _item(call, peering)}


def _named(call):
    return find_peering(call, call.parameters.text("VpcPeeringConnectionId"))


def accept_peering(call):
    """Accept a request."""
    peering = _named(call)
    lifecycle.accept(call.state, peering, call.view)
    return {_PEERING: _item(call, peering)}


def reject_peering(call):
    """Reject a request."""
    lifecycle.reject(call.state, _named(call), call.view)
    return {"return": True}


def delete_peering(call):
    """Delete a peering, or take back a request."""
    lifecycle.delete(call.state, _named(call), call.view)
    return {"return": True}


def modify_options(call):
    """Change what the caller's own side, in its own region, allows the other."""
    peering, answer = _named(call), {}
    if peering.status != "active":
        raise Refusal("InvalidStateTransition", f"Invalid state transition for {peering.id}: its options can be "
                      f"modified only while it is active, and it is {peering.status}")
    wanted = {side.vpc_id: call.parameters.truth(f"{name}{_OPTIONS}")
              for name, side in zip(("Requester", "Accepter"), peering.sides, strict=True)}
    for name, side in zip(("requester", "accepter"), peering.sides, strict=True):
        if wanted[side.vpc_id] is None:
            continue
        if side.view != call.view:
            raise Refusal("OperationNotPermitted", f"User {call.key.account} cannot modify the {name} options of "
                          f"peering {peering.id} in region {call.region}")
        answer[f"{name}PeeringConnectionOptions"] = _options(wanted[side.vpc_id])
    for side in peering.sides:
        if wanted[side.vpc_id] is not None:
            side.resolves_names = wanted[side.vpc_id]
    return answer


_ONE = Shape("VpcPeeringConnectionId", "DryRun")
_TAGS = "TagSpecification.N.ResourceType TagSpecification.N.Tag.N.Key TagSpecification.N.Tag.N.Value"
ACTIONS = {
    "DescribeVpcPeeringConnections": (
        describe_peerings,
        Shape("", "VpcPeeringConnectionId.N Filter.N.Name Filter.N.Value.N MaxResults NextToken DryRun"), False),
    "CreateVpcPeeringConnection": (
        create_peering, Shape("VpcId PeerVpcId", f"PeerOwnerId PeerRegion {_TAGS} DryRun"), True),
    "AcceptVpcPeeringConnection": (accept_peering, _ONE, True),
    "RejectVpcPeeringConnection": (reject_peering, _ONE, True),
    "DeleteVpcPeeringConnection": (delete_peering, _ONE, True),
    "ModifyVpcPeeringConnectionOptions": (
        modify_options, Shape("VpcPeeringConnectionId", f"Requester{_OPTIONS} Accepter{_OPTIONS} DryRun"), True),
}
