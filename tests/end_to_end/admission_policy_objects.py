"""The objects with which the ValidatingAdmissionPolicies are tried, beside those of the scenarios."""

from objects import ACCOUNT, KUBE_OVN, KYMA, REGION, thing

AWS = {"remoteAccountId": ACCOUNT, "remoteRegion": REGION}
VNET = "/subscriptions/11111111-2222-3333-4444-555555555555/{}/rg/providers/{}/vnet1"
ZONE = VNET.format("resourceGroups", "Microsoft.Network/privateDnsZones").replace("vnet1", "example.com")
RULESET = VNET.format("resourceGroups", "Microsoft.Network/dnsForwardingRulesets")


def of_kind(kind, spec):
    """Return an object with a spec."""
    return thing(KUBE_OVN if kind in ("Vpc", "Subnet") else KYMA, kind, "try", spec)


def linked(link, remote="other"):
    """Return a Vpc with one peering."""
    return of_kind("Vpc", {"vpcPeerings": [{"remoteVpc": remote, "localConnectIP": link}]})


def routed(*routes):
    """Return a Vpc with a peering and routes."""
    return of_kind("Vpc", {**linked("169.254.0.1/30")["spec"], "staticRoutes": list(routes)})


def azure(groups, provider):
    """Return an AzureVpcPeering whose ARM id has two of its words in some case."""
    return of_kind("AzureVpcPeering", {"remotePeeringName": "to-kyma", "remoteVnet": VNET.format(groups, provider)})


# What each policy refuses.
NONSENSE = {
    "Vpc": {"vpcPeerings": [{"remoteVpc": "nonsense", "localConnectIP": "nonsense"}]},
    "Subnet": {"cidrBlock": "nonsense"},
    "IpRange": {"cidr": "10.0.0.0/31"},
    "AzureVpcPeering": {"remotePeeringName": "nonsense", "remoteVnet": "nonsense"},
    "AzureVpcDnsLink": {"remoteLinkName": "nonsense", "remotePrivateDnsZone": "nonsense"},
    "GcpVpcPeering": {"remotePeeringName": "nonsense", "remoteProject": "1", "remoteVpc": "nonsense"},
    "AwsVpcPeering": {"remoteAccountId": "1", "remoteRegion": "nonsense", "remoteVpcId": "nonsense"},
}
KINDS = sorted(NONSENSE)

# Creations that are refused under one rule each, which no scenario is about.
REFUSED = [
    (of_kind("AzureVpcDnsLink", {"remoteLinkName": "x", "remotePrivateDnsZone": ZONE}), "malformed-id"),
    (of_kind("AzureVpcDnsLink", {"remoteLinkName": "to-kyma", "remotePrivateDnsZone": ZONE, "remoteTenant": "mine"}),
     "malformed-id"),
    (of_kind("AzureVpcDnsLink", {"remoteLinkName": "to-kyma", "remoteDnsResolverRuleset": RULESET + "/x"}),
     "malformed-id"),
    (of_kind("Subnet", {"vpc": "other", "cidrBlock": "10.0.0.0/16", "gateway": "10.0.0.1/16"}), "malformed-address"),
]

# What each policy admits.
GOOD = {
    "Vpc": routed({"cidr": "172.31.0.0/16", "nextHopIP": "169.254.0.2", "policy": "policyDst"})["spec"],
    "Subnet": {"vpc": "other", "cidrBlock": "10.0.0.0/16,fd00:10::/64", "gateway": "10.0.0.1,fd00:10::1"},
    "IpRange": {"cidr": "10.250.4.0/22"},
    "AwsVpcPeering": {**AWS, "remoteVpcId": "vpc-0a1b2c3d4e5f60718"},
    "GcpVpcPeering": {"remotePeeringName": "to-kyma", "remoteProject": "my-project", "remoteVpc": "net"},
    "AzureVpcPeering": azure("resourceGroups", "Microsoft.Network/virtualNetworks")["spec"],
    "AzureVpcDnsLink": {"remoteLinkName": "to-kyma", "remotePrivateDnsZone": ZONE},
}

# What the webhook would mend: admitted where the controllers cope with it as it is, refused where they would stall.
UNMENDED = {
    "IPv6 in upper case": (linked("FD69::1/126"), True),
    "IPv6 that is not shortened": (linked("fd69:0:0:0:0:0:0:1/126"), True),
    "a prefix length with a leading zero": (linked("169.254.0.1/030"), True),
    "a blank before a link": (linked(" 169.254.0.1/30"), False),
    "a blank after the comma of a link": (linked("169.254.0.1/30, fd69::1/126"), False),
    "a blank after a VPC": (linked("169.254.0.1/30", "other "), False),
    "a route without policy": (routed({"cidr": "172.31.0.0/16", "nextHopIP": "169.254.0.2"}), True),
    "a route twice": (routed(*2 * [{"cidr": "172.31.0.0/16", "nextHopIP": "169.254.0.2"}]), True),
    "host bits in a destination": (routed({"cidr": "172.31.0.5/16", "nextHopIP": "169.254.0.2"}), True),
    "a default route with a leading zero": (routed({"cidr": "0.0.0.0/00", "nextHopIP": "169.254.0.2"}), True),
    "a blank before a destination": (routed({"cidr": " 172.31.0.0/16", "nextHopIP": "169.254.0.2"}), False),
    "a blank after a next hop": (routed({"cidr": "172.31.0.0/16", "nextHopIP": "169.254.0.2 "}), False),
    "host bits in a Subnet": (of_kind("Subnet", {"vpc": "other", "cidrBlock": "10.0.0.5/16"}), True),
    "IPv6 first in a Subnet": (of_kind("Subnet", {"vpc": "other", "cidrBlock": "fd00:10::/64,10.0.0.0/16"}), True),
    "a blank in a Subnet": (of_kind("Subnet", {"vpc": "other", "cidrBlock": "10.0.0.0/16, fd00:10::/64"}), False),
    "a VPC id in upper case": (of_kind("AwsVpcPeering", {**AWS, "remoteVpcId": "VPC-0A1B2C3D"}), False),
    "a provider in lower case": (azure("resourceGroups", "microsoft.network/virtualnetworks"), True),
    "resourceGroups in lower case": (azure("resourcegroups", "Microsoft.Network/virtualNetworks"), False),
}
