"""The actions on route tables and routes.

Follows the Amazon EC2 API Reference, version 2016-11-15. A route to a peering that is not active is a blackhole: one
may be made before the peering is accepted, and stays when the peering goes.
"""

import ipaddress

from .answers import Refusal, tag_set
from .calls import check_id, listing, not_found
from .parameters import Shape
from .peerings import find_peering
from .state import OVER, Route

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
_TARGETS = ("VpcPeeringConnectionId", "GatewayId", "NatGatewayId", "TransitGatewayId", "NetworkInterfaceId",
            "InstanceId", "VpcEndpointId", "LocalGatewayId", "CarrierGatewayId", "EgressOnlyInternetGatewayId",
            "CoreNetworkArn", "OdbNetworkArn")
_VERSIONS = {"DestinationCidrBlock": 4, "DestinationIpv6CidrBlock": 6}


def _element(name):
    return name[0].lower() + name[1:]


def route_state(state, route):
    """Say whether a route leads anywhere."""
    if route.target[0] != "VpcPeeringConnectionId":
        return "active"
    peering = state.peerings.get(route.target[1])
    return "active" if peering and peering.status == "active" else "blackhole"


def _destinations(table, name):
    return [each.destination[1] for each in table.routes if each.destination[0] == name]


def _targets(table, name):
    return [each.target[1] for each in table.routes if each.target[0] == name]


def _filters(call):
    return {
        "vpc-id": lambda table: [table.vpc.id],
        "route-table-id": lambda table: [table.id],
        "owner-id": lambda table: [table.vpc.account],
        "association.main": lambda table: [True] * table.main + [False] * bool(table.subnets),
        "association.route-table-id": lambda table: [table.id] if table.main or table.subnets else [],
        "association.subnet-id": lambda table: table.subnets,
        "association.gateway-id": lambda table: [],
        "route.destination-cidr-block": lambda table: _destinations(table, "DestinationCidrBlock"),
        "route.destination-ipv6-cidr-block": lambda table: _destinations(table, "DestinationIpv6CidrBlock"),
        "route.destination-prefix-list-id": lambda table: _destinations(table, "DestinationPrefixListId"),
        "route.vpc-peering-connection-id": lambda table: _targets(table, "VpcPeeringConnectionId"),
        "route.gateway-id": lambda table: _targets(table, "GatewayId"),
        "route.nat-gateway-id": lambda table: _targets(table, "NatGatewayId"),
        "route.transit-gateway-id": lambda table: _targets(table, "TransitGatewayId"),
        "route.instance-id": lambda table: _targets(table, "InstanceId"),
        "route.state": lambda table: [route_state(call.state, each) for each in table.routes],
        "route.origin": lambda table: [each.origin for each in table.routes],
    }


def _item(call, table):
    associations = [(None, True)] * table.main + [(subnet, False) for subnet in table.subnets]
    return {
        "routeTableId": table.id,
        "vpcId": table.vpc.id,
        "ownerId": table.vpc.account,
        "routeSet": [{_element(each.destination[0]): each.destination[1], _element(each.target[0]): each.target[1],
                      "state": route_state(call.state, each), "origin": each.origin} for each in table.routes],
        "associationSet": [
            {"routeTableAssociationId": f"rtbassoc-{table.id[4:-1]}{number:x}", "routeTableId": table.id,
             "subnetId": subnet, "main": main, "associationState": {"state": "associated"}}
            for number, (subnet, main) in enumerate(associations)],
        "propagatingVgwSet": [],
        "tagSet": tag_set(table.tags),
    }


def _tables(call):
    return {each.id: each for each in call.state.tables.values()
            if (each.vpc.account, each.vpc.region) == call.view}


def _find(call, tables, name):
    check_id("RouteTableId", "routeTable", "rtb", name)
    if name not in tables:
        raise not_found("RouteTable", "routeTable", name)
    return tables[name]


def describe_route_tables(call):
    """List route tables."""
    tables = _tables(call)
    for name in call.parameters.texts("RouteTableId"):
        _find(call, tables, name)
    found, token = listing(call, "RouteTableId", tables, _filters(call), lambda table: table.tags, most=100)
    return {"routeTableSet": [_item(call, each) for each in found], "nextToken": token}


def _one_of(call, names, what):
    given = [(name, call.parameters.text(name)) for name in names if call.parameters.text(name) is not None]
    if not given:
        raise Refusal("MissingParameter", f"The request must contain a {what}")
    if len(given) > 1:
        raise Refusal("InvalidParameterCombination", f"The request must contain exactly one {what}")
    return given[0]


def _destination(call):
    """Return the destination as EC2 keeps it: a range without host bits."""
    name, value = _one_of(call, _DESTINATIONS, "destination")
    version = _VERSIONS.get(name)
    if version is None:
        return name, value
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        network = None
    if network is None or network.version != version or "/" not in value:
        raise Refusal("InvalidParameterValue", f"Value ({value}) for parameter {_element(name)} is invalid. "
                      "This is not a valid CIDR block.")
    return name, str(network)


def _target(call, table):
    name, value = _one_of(call, _TARGETS, "target")
    if name == "VpcPeeringConnectionId":
        peering = find_peering(call, value)
        if peering.status in OVER:
            raise not_found("VpcPeeringConnection", "vpcPeeringConnection", value)
        if table.vpc.id not in peering.pair:
            raise Refusal("InvalidParameterValue", f"route table {table.id} and peering connection {value} belong to "
                          "different networks")
    return name, value


def _route(table, destination):
    return next((each for each in table.routes if each.destination == destination), None)


def _named_table(call):
    return _find(call, _tables(call), call.parameters.text("RouteTableId"))


def create_route(call):
    """Add a route."""
    table, destination = _named_table(call), _destination(call)
    target = _target(call, table)
    if _route(table, destination):
        raise Refusal("RouteAlreadyExists", f"The route identified by {destination[1]} already exists.")
    same_kind = _destinations(table, destination[0])
    if len(same_kind) >= call.state.settings.routes_per_table:
        raise Refusal("RouteLimitExceeded", f"The maximum number of routes has been reached for {table.id}")
    table.routes.append(Route(destination, target))
    return {"return": True}


def replace_route(call):
    """Give a route another target."""
    table, destination = _named_table(call), _destination(call)
    target, route = _target(call, table), _route(table, destination)
    if route is None:
        raise Refusal("InvalidParameterValue", f"There is no route defined for '{destination[1]}' in the route table. "
                      "Use CreateRoute instead.")
    _refuse_local(route)
    route.target = target
    return {"return": True}


def _refuse_local(route):
    if route.target == ("GatewayId", "local"):
        raise Refusal("InvalidParameterValue", "cannot remove local route "
                      f"{route.destination[1]} in route table")


def delete_route(call):
    """Remove a route."""
    table, destination = _named_table(call), _destination(call)
    route = _route(table, destination)
    if route is None:
        kind = "destination-ipv6-cidr-block" if ":" in destination[1] else "destination-cidr-block"
        raise Refusal("InvalidRoute.NotFound", f"no route with {kind} {destination[1]} in route table {table.id}")
    _refuse_local(route)
    table.routes.remove(route)
    return {"return": True}


_ROUTE = " ".join([*_DESTINATIONS, *_TARGETS, "DryRun"])
ACTIONS = {
    "DescribeRouteTables": (
        describe_route_tables,
        Shape("", "RouteTableId.N Filter.N.Name Filter.N.Value.N MaxResults NextToken DryRun"), False),
    "CreateRoute": (create_route, Shape("RouteTableId", _ROUTE), True),
    "ReplaceRoute": (replace_route, Shape("RouteTableId", _ROUTE), True),
    "DeleteRoute": (delete_route, Shape("RouteTableId", " ".join([*_DESTINATIONS, "DryRun"])), True),
}
