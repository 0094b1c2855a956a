"""The objects that a benchmark fills the inventory with, and the reviews that it sends."""
import json
import pathlib
import uuid

KUBE_OVN = "kubeovn.io/v1"
KYMA = "cloud-resources.kyma-project.io/v1beta1"


def vpc(name, remote, own, far, destination):
    return {
        "apiVersion": KUBE_OVN, "kind": "Vpc", "metadata": {"name": name},
        "spec": {
            "vpcPeerings": [{"remoteVpc": remote, "localConnectIP": f"{own}/30"}],
            "staticRoutes": [{"cidr": destination, "nextHopIP": far, "policy": "policyDst"}],
        },
    }


def subnet(name, vpc_name, cidr):
    return {
        "apiVersion": KUBE_OVN, "kind": "Subnet", "metadata": {"name": name},
        "spec": {"vpc": vpc_name, "cidrBlock": cidr, "protocol": "IPv4", "provider": "ovn"},
    }


def remote_network(name, vpc_id, cidr):
    return {
        "apiVersion": "peerwarden.io/v1alpha1", "kind": "RemoteNetwork", "metadata": {"name": name},
        "spec": {
            "aws": {"accountId": "123456789012", "region": "eu-west-1", "vpcId": vpc_id},
            "cidrs": [cidr], "tags": {"c-513b462": ""},
        },
    }


def aws_peering(name, vpc_id):
    return {
        "apiVersion": KYMA, "kind": "AwsVpcPeering", "metadata": {"name": name},
        "spec": {"remoteAccountId": "123456789012", "remoteRegion": "eu-west-1", "remoteVpcId": vpc_id},
    }


def shoot_info():
    return {
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"namespace": "kube-system", "name": "shoot-info"},
        "data": {
            "shootName": "c-513b462", "projectName": "kyma", "provider": "aws", "region": "eu-west-1",
            "nodeNetwork": "10.250.0.0/22", "podNetwork": "10.96.0.0/13", "serviceNetwork": "10.104.0.0/13",
        },
    }


def inventory(count):
    """`count` objects: half of them pairs of peered VPCs with a subnet each (four objects a pair), half remote networks
    that the one shoot is peered with (two objects each): many small domains, and one hub with thousands of spokes."""
    objects = []
    for pair in range(count // 8):
        left, right = f"vpc-{pair}-a", f"vpc-{pair}-b"
        link = f"169.254.{pair // 64 % 256}.{pair % 64 * 4}"
        own, far = link.rsplit(".", 1)[0] + f".{pair % 64 * 4 + 1}", link.rsplit(".", 1)[0] + f".{pair % 64 * 4 + 2}"
        net_a = f"10.{pair % 80}.{pair // 80 % 256}.0/24"
        net_b = f"172.{16 + pair % 16}.{pair // 16 % 256}.0/24"
        objects += [
            vpc(left, right, own, far, net_b), vpc(right, left, far, own, net_a),
            subnet(f"net-{pair}-a", left, net_a), subnet(f"net-{pair}-b", right, net_b),
        ]
    for spoke in range(count // 4):
        vpc_id = f"vpc-{spoke:08x}"
        cidr = f"{20 + spoke // 65536}.{spoke // 256 % 256}.{spoke % 256}.0/24"
        objects += [remote_network(f"remote-{spoke}", vpc_id, cidr), aws_peering(f"peering-{spoke}", vpc_id)]
    return objects


def write_inventory(folder, count):
    folder.mkdir(parents=True)
    objects = [
        shoot_info(), remote_network("fresh", "vpc-0fffffffffffffff1", "100.70.0.0/16"),
        vpc("near", "far", "169.254.255.1", "169.254.255.2", "10.201.0.0/16"),
        vpc("far", "near", "169.254.255.2", "169.254.255.1", "10.200.0.0/16"),
        subnet("far-net", "far", "10.201.0.0/16"),
    ] + inventory(count)
    for at in range(0, len(objects), 1000):
        body = {"apiVersion": "v1", "kind": "List", "items": objects[at:at + 1000]}
        (folder / f"objects-{at // 1000:04}.json").write_text(json.dumps(body))
    return len(objects)


def fields_of(value):
    """What managedFields says of a value."""
    if isinstance(value, dict):
        return {".": {}, **{f"f:{name}": {} if isinstance(inner, list) else fields_of(inner) for name, inner in value.items()}}
    return {}


def as_stored(obj):
    """The object as the API server hands it on after `kubectl apply`: with the last applied configuration and managedFields."""
    applied = json.dumps(obj, separators=(",", ":")) + "\n"
    annotation = "kubectl.kubernetes.io/last-applied-configuration"
    return {
        "apiVersion": obj["apiVersion"], "kind": obj["kind"],
        "metadata": {
            "annotations": {annotation: applied},
            "creationTimestamp": "2026-01-02T03:04:05Z", "generation": 1,
            "managedFields": [{
                "apiVersion": obj["apiVersion"], "fieldsType": "FieldsV1",
                "fieldsV1": {"f:metadata": {"f:annotations": {".": {}, f"f:{annotation}": {}}}, "f:spec": fields_of(obj["spec"])},
                "manager": "kubectl-client-side-apply", "operation": "Update", "time": "2026-01-02T03:04:05Z",
            }],
            "name": obj["metadata"]["name"], "uid": str(uuid.UUID(int=7)),
        },
        "spec": obj["spec"],
    }


def review(obj, plural):
    """An AdmissionReview as kube-apiserver writes it for `kubectl apply` of a new object: about 1.7 kB."""
    group, version = obj["apiVersion"].split("/")
    kind = {"group": group, "version": version, "kind": obj["kind"]}
    resource = {"group": group, "version": version, "resource": plural}
    return json.dumps({
        "kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": str(uuid.UUID(int=9)), "kind": kind, "resource": resource, "requestKind": kind,
            "requestResource": resource, "name": obj["metadata"]["name"], "operation": "CREATE",
            "userInfo": {"username": "kubernetes-admin", "groups": ["kubeadm:cluster-admins", "system:authenticated"],
                         "extra": {"authentication.kubernetes.io/credential-id": ["X509SHA256=" + "0123456789abcdef" * 4]}},
            "object": as_stored(obj), "oldObject": None, "dryRun": False,
            "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1",
                        "fieldManager": "kubectl-client-side-apply", "fieldValidation": "Strict"},
        },
    }, separators=(",", ":"))


def reviews(kind):
    """`admitted`: a new Subnet in a VPC that is peered with another. `mixed`: in turn a Subnet, an AwsVpcPeering and a Vpc that are
    admitted, the last two with a warning, and a Subnet that is refused with its suggestions."""
    admitted = review({**subnet("bench-net", "near", "10.200.0.0/24"), "spec": {
        "vpc": "near", "cidrBlock": "10.200.0.0/24", "protocol": "IPv4", "provider": "ovn", "gateway": "10.200.0.1",
        "gatewayType": "distributed", "natOutgoing": False, "private": False, "excludeIps": ["10.200.0.1"]}}, "subnets")
    if kind == "admitted":
        return [admitted]
    return [
        admitted,
        review(aws_peering("bench-peering", "vpc-0fffffffffffffff1"), "awsvpcpeerings"),
        review(vpc("bench-vpc", "bench-far", "169.254.254.1", "169.254.254.2", "10.202.0.0/16"), "vpcs"),
        review(subnet("bench-bad", "near", "10.201.0.128/25"), "subnets"),
    ]


def write_wrk_script(path: pathlib.Path, kind):
    bodies = ",\n".join("[==[" + body + "]==]" for body in reviews(kind))
    path.write_text(
        f"local bodies = {{\n{bodies}\n}}\n"
        "local at = 0\n"
        "local requests = {}\n"
        "init = function()\n"
        "  for i, body in ipairs(bodies) do\n"
        "    requests[i] = wrk.format('POST', '/validate?timeout=10s',\n"
        "      {['Content-Type'] = 'application/json', ['User-Agent'] = 'kube-apiserver-admission'}, body)\n"
        "  end\n"
        "end\n"
        "request = function()\n"
        "  at = at % #requests + 1\n"
        "  return requests[at]\n"
        "end\n")
