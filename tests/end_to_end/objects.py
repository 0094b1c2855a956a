"""The Kubernetes objects the tests speak of, as plain dictionaries."""

import copy

SHOOT = "c-513b462"
ACCOUNT = "123456789012"
REGION = "eu-west-1"

KUBE_OVN = "kubeovn.io/v1"
KYMA = "cloud-resources.kyma-project.io/v1beta1"
PEERWARDEN = "peerwarden.io/v1alpha1"

PLURALS = {
    KUBE_OVN: {
        "Vpc": "vpcs",
        "Subnet": "subnets",
        "VpcNatGateway": "vpc-nat-gateways",
        "VpcEgressGateway": "vpc-egress-gateways",
    },
    KYMA: {
        "AwsVpcPeering": "awsvpcpeerings",
        "GcpVpcPeering": "gcpvpcpeerings",
        "AzureVpcPeering": "azurevpcpeerings",
        "AzureVpcDnsLink": "azurevpcdnslinks",
        "IpRange": "ipranges",
    },
    PEERWARDEN: {"RemoteNetwork": "remotenetworks", "RemoteZone": "remotezones"},
}


def guarded_kinds():
    """Return an object without a name for every kind that Peerwarden guards."""
    return [thing(version, kind, "") for version, kinds in PLURALS.items() for kind in kinds]


def path_of(thing_, collection=False):
    """Return the path of an object, or of the collection it belongs to, in the Kubernetes API."""
    version, kind, metadata = thing_["apiVersion"], thing_["kind"], thing_["metadata"]
    if version == "v1":
        path = f"/api/v1/namespaces/{metadata['namespace']}/{kind.lower()}s"
    elif version in PLURALS:
        folder = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
        path = f"/apis/{version}{folder}/{PLURALS[version][kind]}"
    else:
        path = f"/apis/{version}/{kind.lower()}s"
    return path if collection else f"{path}/{metadata['name']}"


def thing(version, kind, name, spec=None, **metadata):
    """Return an object of any kind."""
    made = {"apiVersion": version, "kind": kind, "metadata": {"name": name, **metadata}}
    return made if spec is None else {**made, "spec": spec}


def changed(original, **spec):
    """Return a copy of an object with some fields of its spec replaced."""
    made = copy.deepcopy(original)
    made["spec"].update(spec)
    return made


def vpc(name, peerings=(), routes=(), **metadata):
    """Return a Vpc; peerings are (remote VPC, own link address), routes are (destination, next hop)."""
    spec = {}
    if peerings:
        spec["vpcPeerings"] = [{"remoteVpc": remote, "localConnectIP": link} for remote, link in peerings]
    if routes:
        spec["staticRoutes"] = [
            {"cidr": cidr, "nextHopIP": next_hop, "policy": "policyDst"} for cidr, next_hop in routes]
    return thing(KUBE_OVN, "Vpc", name, spec, **metadata)


def subnet(name, vpc_name, cidr, **metadata):
    """Return a Subnet of a VPC."""
    return thing(KUBE_OVN, "Subnet", name, {"vpc": vpc_name, "cidrBlock": cidr}, **metadata)


def aws_network(name, vpc_id, cidr, tags=None):
    """Return a RemoteNetwork for an AWS VPC; without tags nobody has said yet which it carries."""
    spec = {"aws": {"accountId": ACCOUNT, "region": REGION, "vpcId": vpc_id}, "cidrs": [cidr]}
    return thing(PEERWARDEN, "RemoteNetwork", name, spec if tags is None else {**spec, "tags": tags})


def aws_peering(name, vpc_id):
    """Return an AwsVpcPeering to a VPC."""
    spec = {"remoteAccountId": ACCOUNT, "remoteRegion": REGION, "remoteVpcId": vpc_id}
    return thing(KYMA, "AwsVpcPeering", name, spec)


def shoot_info():
    """Return the ConfigMap in which Gardener tells a cluster who it is."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "shoot-info", "namespace": "kube-system"},
        "data": {
            "shootName": SHOOT,
            "projectName": "kyma",
            "provider": "aws",
            "region": REGION,
            "nodeNetwork": "10.250.0.0/22",
            "podNetwork": "10.96.0.0/13",
            "serviceNetwork": "10.104.0.0/13",
        },
    }
