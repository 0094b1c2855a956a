"""The states of a peering connection: how time moves it, who may move it, and who still sees it.

Follows "VPC peering connection lifecycle" of the VPC Peering Guide. Overlapping ranges, and a VPC that is not where
the request said, become the state `failed`; they are no errors of the call.
"""

from .answers import Refusal
from .state import DAY, HOUR, OVER

EXPIRY = 7 * DAY
_FAILED = "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range"


def message(peering):
    """Return the message of the state."""
    texts = {
        "initiating-request": f"Initiating Request to {peering.accepter.account}",
        "pending-acceptance": f"Pending Acceptance by {peering.accepter.account}",
        "failed": _FAILED,
        "deleted": f"Deleted by {peering.ended_by.account}" if peering.ended_by else "Deleted",
    }
    return texts.get(peering.status, peering.status.capitalize())


def expires(peering):
    """Return when an unanswered request ends."""
    return peering.created + EXPIRY


def _move(peering, status, since):
    peering.status = status
    peering.since = since


def _meet(state, peering):
    """Look for the VPCs that the request names, and say whether they may be peered."""
    for side in peering.sides:
        vpc = state.vpcs.get(side.vpc_id)
        if vpc is None or (vpc.account, vpc.region) != side.view:
            return False
    one, two = (state.vpcs[side.vpc_id] for side in peering.sides)
    if one is two or one.overlaps(two):
        return False
    peering.accepter.vpc = two
    return True


def _advance(state, peering):
    """Move a peering through the states that time alone brings."""
    settings, now = state.settings, state.clock.now()
    if peering.status == "initiating-request" and now >= peering.since + settings.initiating:
        _move(peering, "pending-acceptance" if _meet(state, peering) else "failed",
              peering.since + settings.initiating)
    if peering.status == "pending-acceptance" and now >= expires(peering):
        _move(peering, "expired", expires(peering))
    if peering.status == "provisioning" and now >= peering.since + settings.provisioning:
        _move(peering, "active", peering.since + settings.provisioning)
    if peering.status == "deleting" and now >= peering.since + settings.deleting:
        _move(peering, "deleted", peering.since + settings.deleting)


def advance_all(state):
    """Move all peerings to where they are now, and forget those that nobody sees any more."""
    for peering in [each for each in state.peerings.values() if each.status != "active"]:
        _advance(state, peering)
        if not any(is_visible(state, peering, side.view) for side in peering.sides):
            del state.peerings[peering.id]


def _kept(peering, side):
    """Return for how long an end still shows a peering that is over."""
    same_account = peering.requester.account == peering.accepter.account
    if peering.status == "failed":
        return 2 * HOUR if side is peering.requester else 0
    if peering.status == "expired":
        return 2 * DAY
    if peering.status == "rejected":
        return 2 * DAY if side is peering.requester and not same_account else 2 * HOUR
    return 2 * HOUR if same_account or side is peering.ended_by else 2 * DAY


def is_visible(state, peering, view):
    """Say whether a peering is seen from an account and region."""
    age = state.clock.now() - peering.since
    for side in peering.sides:
        if side.view != view:
            continue
        if peering.status == "initiating-request" and side is peering.accepter and peering.requester.view != view:
            continue
        if peering.status not in OVER or age < _kept(peering, side):
            return True
    return False


def knows_accepter(peering):
    """Say whether the ranges of the accepter's VPC are shown: only once it has accepted."""
    return peering.status in ("provisioning", "active", "deleting", "deleted") and peering.accepter.vpc is not None


def _stand_in_the_way(peering, target):
    return Refusal("InvalidStateTransition", f"Invalid state transition for {peering.id}, attempted to transition "
                   f"from {peering.status} to {target}")


def _check_accepter(peering, view, verb):
    account, region = view
    accepter = peering.accepter
    if account != accepter.account:
        raise Refusal("OperationNotPermitted", f"User {account} cannot {verb} peering {peering.id}")
    if region != accepter.region:
        done = "accepted" if verb == "accept" else "accepted or rejected"
        raise Refusal("OperationNotPermitted", f"Incorrect region ({region}) specified for this request. "
                      f"VPC peering connection {peering.id} must be {done} in region {accepter.region}")


def accept(state, peering, view):
    """Accept a request, as the accepter in its own region."""
    _check_accepter(peering, view, "accept")
    if peering.status != "pending-acceptance":
        raise _stand_in_the_way(peering, "provisioning")
    if peering.accepter.vpc.overlaps(peering.requester.vpc):
        _move(peering, "failed", state.clock.now())
        return
    for side in peering.sides:
        if state.active_peerings(side.vpc_id) >= state.settings.active_peerings_per_vpc:
            raise Refusal("ActiveVpcPeeringConnectionPerVpcLimitExceeded", "The maximum number of active VPC peering "
                          f"connections has been reached for {side.vpc_id}")
    _move(peering, "provisioning", state.clock.now())


def reject(state, peering, view):
    """Reject a request, as the accepter in its own region."""
    _check_accepter(peering, view, "reject")
    if peering.status != "pending-acceptance":
        raise _stand_in_the_way(peering, "rejected")
    peering.ended_by = peering.accepter
    _move(peering, "rejected", state.clock.now())


def delete(state, peering, view):
    """Delete an active peering as either end, or a request as its author."""
    requested = peering.status in ("initiating-request", "pending-acceptance")
    if peering.status in OVER or peering.status == "deleting":
        raise _stand_in_the_way(peering, "deleting")
    if requested and view[0] != peering.requester.account:
        raise Refusal("OperationNotPermitted", f"User {view[0]} cannot delete peering {peering.id}")
    peering.ended_by = peering.side_of(view)
    between_regions = peering.requester.region != peering.accepter.region
    _move(peering, "deleting" if between_regions and not requested else "deleted", state.clock.now())
