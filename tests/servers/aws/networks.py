"""The actions on VPCs and tags: DescribeVpcs, CreateTags, DescribeTags.

Follows the Amazon EC2 API Reference, version 2016-11-15.
"""

from .answers import Refusal, tag_set
from .calls import add_tags, check_id, listing, not_found
from .parameters import Shape
from .peerings import find_peering, seen_peerings
from .state import Vpc


def _family(vpc, version):
    return [each for each in vpc.associations if each.network.version == version]


_VPC_FILTERS = {
    "vpc-id": lambda vpc: [vpc.id],
    "cidr": lambda vpc: vpc.ranges(4)[:1],
    "cidr-block-association.cidr-block": lambda vpc: [each.range for each in _family(vpc, 4)],
    "cidr-block-association.association-id": lambda vpc: [each.id for each in _family(vpc, 4)],
    "cidr-block-association.state": lambda vpc: [each.state for each in _family(vpc, 4)],
    "ipv6-cidr-block-association.ipv6-cidr-block": lambda vpc: [each.range for each in _family(vpc, 6)],
    "ipv6-cidr-block-association.association-id": lambda vpc: [each.id for each in _family(vpc, 6)],
    "ipv6-cidr-block-association.state": lambda vpc: [each.state for each in _family(vpc, 6)],
    "is-default": lambda vpc: [False],
    "owner-id": lambda vpc: [vpc.account],
    "state": lambda vpc: [vpc.state],
    "dhcp-options-id": lambda vpc: ["default"],
}
_TAG_FILTERS = {
    "key": lambda tag: [tag["key"]],
    "value": lambda tag: [tag["value"]],
    "resource-id": lambda tag: [tag["resourceId"]],
    "resource-type": lambda tag: [tag["resourceType"]],
}


def vpcs_in(state, view):
    """Return the VPCs of an account and region by id."""
    return {each.id: each for each in state.vpcs.values() if (each.account, each.region) == view}


def _vpc_item(vpc: Vpc):
    six = [{"associationId": each.id, "ipv6CidrBlock": each.range,
            "ipv6CidrBlockState": {"state": each.state}, "networkBorderGroup": vpc.region, "ipv6Pool": "Amazon"}
           for each in _family(vpc, 6)]
    return {
        "vpcId": vpc.id,
        "ownerId": vpc.account,
        "state": vpc.state,
        "cidrBlock": (vpc.ranges(4) or [None])[0],
        "cidrBlockAssociationSet": [
            {"cidrBlock": each.range, "associationId": each.id, "cidrBlockState": {"state": each.state}}
            for each in _family(vpc, 4)],
        "ipv6CidrBlockAssociationSet": six or None,
        "dhcpOptionsId": "default",
        "tagSet": tag_set(vpc.tags),
        "instanceTenancy": "default",
        "isDefault": False,
    }


def describe_vpcs(call):
    """List VPCs."""
    vpcs = vpcs_in(call.state, call.view)
    for wanted in call.parameters.texts("VpcId"):
        check_id("VpcID", "vpc", "vpc", wanted)
        if wanted not in vpcs:
            raise not_found("Vpc", "vpc", wanted)
    found, token = listing(call, "VpcId", vpcs, _VPC_FILTERS, lambda vpc: vpc.tags)
    return {"vpcSet": [_vpc_item(vpc) for vpc in found], "nextToken": token}


def _tags_of(call, resource):
    """Return the tags of a resource as the caller's account and region sees them."""
    if resource.startswith("pcx-"):
        return find_peering(call, resource).tags_of(call.view)
    if resource.startswith("vpc-"):
        vpc = vpcs_in(call.state, call.view).get(resource)
        if vpc is None:
            raise not_found("Vpc", "vpc", resource)
        return vpc.tags
    table = call.state.tables.get(resource)
    if table is None or (table.vpc.account, table.vpc.region) != call.view:
        raise not_found("RouteTable" if resource.startswith("rtb-") else "", "routeTable", resource)
    return table.tags


def create_tags(call):
    """Add tags to VPCs, route tables and peerings, to all of them or to none."""
    new = call.parameters.tags("Tag")
    every = [_tags_of(call, resource) for resource in call.parameters.texts("ResourceId")]
    limit = call.state.settings.tags_per_resource
    if any(len({**tags, **new}) > limit for tags in every):
        raise Refusal("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
    for tags in every:
        add_tags(call, tags, new)
    return {"return": True}


def describe_tags(call):
    """List tags of all kinds of resources."""
    resources = [("vpc", each.id, each.tags) for each in vpcs_in(call.state, call.view).values()]
    resources += [("route-table", each.id, each.tags) for each in call.state.tables.values()
                  if (each.vpc.account, each.vpc.region) == call.view]
    resources += [("vpc-peering-connection", each.id, each.tags_of(call.view))
                  for each in seen_peerings(call).values()]
    items = {(name, key): {"key": key, "resourceId": name, "resourceType": kind, "value": value}
             for kind, name, tags in resources for key, value in tags.items()}
    found, token = listing(call, None, items, _TAG_FILTERS, lambda tag: {tag["key"]: tag["value"]})
    return {"tagSet": found, "nextToken": token}


LISTING = "Filter.N.Name Filter.N.Value.N MaxResults NextToken DryRun"
ACTIONS = {
    "DescribeVpcs": (describe_vpcs, Shape("", f"VpcId.N {LISTING}"), False),
    "CreateTags": (create_tags, Shape("ResourceId.N Tag.N.Key", "Tag.N.Value DryRun"), True),
    "DescribeTags": (describe_tags, Shape("", LISTING), False),
}
