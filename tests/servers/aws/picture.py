"""What stands in the cloud, without ids and times: two runs that came to the same end have equal pictures.

VPCs are named by account, region and first range, route tables by their place among those of their VPC.
"""

from .routes import route_state
from .state import OVER


def _vpc_name(vpc):
    ranges = vpc.ranges(4) or vpc.ranges(6) or ["no range"]
    return f"{vpc.account} {vpc.region} {ranges[0]}"


def _side_name(state, side):
    vpc = state.vpcs.get(side.vpc_id)
    return _vpc_name(vpc) if vpc else f"{side.account} {side.region} unknown"


def _peering(state, peering):
    return {
        "requester": _side_name(state, peering.requester),
        "accepter": _side_name(state, peering.accepter),
        "status": peering.status,
        "resolves_names": [side.resolves_names for side in peering.sides],
        "tags": {" ".join(view): dict(sorted(tags.items())) for view, tags in sorted(peering.tags.items()) if tags},
    }


def _target(state, table, route):
    name, value = route.target
    if name != "VpcPeeringConnectionId":
        return value
    peering = state.peerings.get(value)
    if peering is None:
        return "a peering that is gone"
    others = [side for side in peering.sides if side.vpc_id != table.vpc.id]
    return f"{route_state(state, route)} peering with {_side_name(state, others[0])}"


def _routes(state, vpc):
    tables = [table for table in state.tables.values() if table.vpc is vpc]
    return [{route.destination[1]: _target(state, table, route)
             for route in sorted(table.routes, key=lambda each: each.destination)} for table in tables]


def draw(state):
    """Return the picture: the peerings that are not over, sorted, and the routes of every VPC, table by table."""
    peerings = [_peering(state, each) for each in state.peerings.values() if each.status not in OVER]
    return {
        "peerings": sorted(peerings, key=lambda each: (each["requester"], each["accepter"])),
        "routes": {_vpc_name(vpc): _routes(state, vpc) for vpc in state.vpcs.values()},
    }
