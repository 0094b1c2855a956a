"""Subnets for VPCs that lack them, so that there is something to send over each link."""

import copy
import itertools

from addresses import parse_cidrs
from northbound import Network

KUBE_OVN = "kubeovn.io/v1"


def families(network, name):
    """Return the families of a VPC's links, or of those that lead to it."""
    links = [peering["localConnectIP"] for vpc_name, vpc in network.vpcs.items()
             for peering in vpc["spec"]["vpcPeerings"] if name in (vpc_name, peering["remoteVpc"])]
    return sorted({link.version for text in links for link in parse_cidrs(text) or []})


def furnish(things):
    """Return the objects with a Subnet for each family in which a peered VPC has a link and no Subnet."""
    network = Network(things)
    furnished = {(subnet.vpc, family) for subnet in network.subnets if subnet.is_routed for family in subnet.networks}
    things = copy.deepcopy(things)
    for name, number in zip(sorted(network.vpcs), itertools.count(1)):
        networks = {4: f"198.18.{number}.0/24", 6: f"fdfd:{number:x}::/64"}
        wanted = [networks[family] for family in families(network, name) if (name, family) not in furnished]
        if wanted:
            things.append({"apiVersion": KUBE_OVN, "kind": "Subnet", "metadata": {"name": f"furnished-{number}"},
                           "spec": {"vpc": name, "cidrBlock": ",".join(wanted)}})
    return things
