"""Lint and the streams that people's tools write: Helm, kustomize, kubectl; and what a bundle leaves open."""
import json

import pytest

from terminal import EXAMPLES, lint_json, pair, rules_of, run, saved, stream, subnet, thing, vpc

HELM = """\
---
# Source: network/templates/serviceaccount.yaml
apiVersion: v1
kind: ServiceAccount
metadata:
  name: release-name-network
  labels:
    helm.sh/chart: network-1.4.2
    app.kubernetes.io/managed-by: Helm
---
# Source: network/templates/disabled.yaml
---
# Source: network/templates/vpc.yaml
apiVersion: kubeovn.io/v1
kind: Vpc
metadata:
  name: left
  annotations:
    "helm.sh/hook": pre-install
spec:
  vpcPeerings:
    - remoteVpc: right
      localConnectIP: "169.254.0.1/30"
  staticRoutes:
    - {cidr: 10.2.0.0/16, nextHopIP: 169.254.0.2, policy: policyDst}

---

# Source: network/templates/vpc.yaml
apiVersion: kubeovn.io/v1
kind: Vpc
metadata:
  name: right
spec:
  vpcPeerings:
    - remoteVpc: left
      localConnectIP: "169.254.0.2/30"
  staticRoutes:
    - {cidr: 10.1.0.0/16, nextHopIP: 169.254.0.1, policy: policyDst}
---
# Source: network/templates/subnets.yaml
apiVersion: kubeovn.io/v1
kind: Subnet
metadata:
  name: net-left
spec:
  vpc: left
  cidrBlock: 10.1.0.0/16
---
apiVersion: kubeovn.io/v1
kind: Subnet
metadata:
  name: net-right
spec:
  vpc: right
  cidrBlock: CIDR
---
# Source: network/templates/tests/test-connection.yaml
apiVersion: v1
kind: Pod
metadata:
  name: "release-name-test"
spec:
  containers:
    - name: wget
      image: busybox
      command: ["wget"]
      args:
        - |
          release-name:80
          ---
          not a document of its own
  restartPolicy: Never
...
"""

KUSTOMIZE = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: vpcs.kubeovn.io
spec:
  group: kubeovn.io
  names: {kind: Vpc, plural: vpcs}
  scope: Cluster
  versions:
  - name: v1
    schema:
      openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
---
apiVersion: v1
data:
  vpc.yaml: |
    apiVersion: kubeovn.io/v1
    kind: Vpc
    metadata:
      name: only-text
kind: ConfigMap
metadata:
  name: files-8f4k2d6b9m
---
apiVersion: kubeovn.io/v1
kind: Subnet
metadata:
  name: &name net
  labels: {net: *name}
spec:
  cidrBlock: 10.0.0.0/16
  vpc: v
---
apiVersion: apps/v1
kind: Deployment
metadata: &shared
  name: web
spec:
  replicas: 1
  template:
    metadata: {<<: *shared, labels: {app: web}}
"""


def test_a_stream_of_helm_is_judged_by_our_kinds_and_counts_the_others():
    status, report = lint_json("-", stdin=HELM.replace("CIDR", "10.2.0.0/16"))
    assert (status, report["findings"], report["assumptions"]) == (0, [], [])
    assert report["summary"] == {"objects": 4, "foreign": 2, "deny": 0, "warn": 0, "report": 0}


def test_a_finding_in_a_stream_of_helm_says_its_line():
    text = HELM.replace("CIDR", "10.1.128.0/24")
    status, report = lint_json("-", stdin=text)
    assert status == 1
    overlap = next(finding for finding in report["findings"] if finding["rule"] == "cidr-overlap")
    assert text.splitlines()[overlap["location"]["line"] - 1].strip() == "cidrBlock: 10.1.128.0/24"


def test_windows_line_ends_change_nothing():
    text = HELM.replace("CIDR", "10.1.128.0/24")
    assert lint_json("-", stdin=text.replace("\n", "\r\n")) == lint_json("-", stdin=text)


def test_definitions_config_maps_and_anchors_of_kustomize_are_understood():
    status, report = lint_json("-", stdin=KUSTOMIZE)
    assert (status, report["findings"]) == (0, [])
    assert (report["summary"]["objects"], report["summary"]["foreign"]) == (1, 3)


def test_what_kubectl_get_writes_is_understood():
    listing = {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": [
        {**each, "metadata": {**each["metadata"], "uid": "1", "resourceVersion": "7", "managedFields": []}, "status": {}}
        for each in pair()]}
    status, report = lint_json("-", stdin=json.dumps(listing))
    assert (status, report["findings"], report["summary"]["objects"]) == (0, [], 4)


def test_lists_of_one_kind_and_lists_in_lists_are_taken_apart():
    listing = {"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "kubeovn.io/v1", "kind": "VpcList", "items": pair()[:2]},
        {"apiVersion": "kubeovn.io/v1", "kind": "SubnetList", "items": pair()[2:]},
        {"apiVersion": "v1", "kind": "ServiceList", "items": [thing("v1", "Service", "s")]}]}
    report = lint_json("-", stdin=json.dumps(listing))[1]
    assert (report["summary"]["objects"], report["summary"]["foreign"], report["findings"]) == (4, 1, [])


@pytest.mark.parametrize("text", ["", "---\n", "---\n---\n...\n---\n# nothing\n", "null\n", "\ufeff---\n"])
def test_a_stream_without_objects_is_clean(text):
    status, report = lint_json("-", stdin=text)
    assert (status, report["summary"]["objects"], report["summary"]["foreign"]) == (0, 0, 0)


def test_the_closing_line_counts_foreign_objects():
    text = run("lint", "-", stdin=KUSTOMIZE).stdout
    assert text.endswith("1 object: 0 to deny, 0 warnings, 0 notes; 3 foreign objects passed over\n")


# What a bundle refers to and does not define.

def assumed(*objects):
    """Return what lint assumes and finds, for objects alone."""
    report = lint_json("-", stdin=stream(*objects))[1]
    return [each["message"] for each in report["assumptions"]], rules_of(report)


def test_a_vpc_that_the_bundle_does_not_define_is_assumed_once_and_not_warned_of():
    assert assumed(vpc("a", ("b", "169.254.0.1/30")), vpc("c", ("b", "169.254.1.1/30")), subnet("net", "b", "10.0.0.0/16")) == (
        ["VPC b exists"], ["missing-route", "missing-route"])


def test_the_vpc_of_a_subnet_is_assumed_but_not_the_default_one():
    assert assumed(subnet("a", "v", "10.0.0.0/16"), thing("kubeovn.io/v1", "Subnet", "b", {"cidrBlock": "10.0.0.0/16"})) == (
        ["VPC v exists"], [])


def test_the_external_network_of_a_router_is_assumed():
    router = thing("kubeovn.io/v1", "Vpc", "v", {"enableExternal": True, "extraExternalSubnets": ["outside"]})
    outside = thing("kubeovn.io/v1", "Subnet", "outside", {"cidrBlock": "192.0.2.0/24", "vlan": "v9"})
    assert assumed(router)[0] == ["Subnet outside exists and overlaps nothing"]
    assert assumed(router, outside)[0] == []


def test_a_vpc_that_the_bundle_defines_without_peering_back_is_warned_of():
    assert assumed(vpc("a", ("b", "169.254.0.1/30")), vpc("b")) == ([], ["one-sided-peering"])


def test_the_published_example_keeps_its_four_warnings_and_assumes_nothing():
    report = lint_json(EXAMPLES / "two-documents-one-name.yaml")[1]
    assert (report["summary"]["warn"], report["assumptions"]) == (4, [])


KYMA = "cloud-resources.kyma-project.io/v1beta1"
ZONE = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g/providers/Microsoft.Network/privateDnsZones/example.com"


def test_remote_networks_zones_and_the_shoot_are_assumed_with_what_depends_on_them():
    peering = {"remoteAccountId": "123456789012", "remoteRegion": "eu-west-1", "remoteVpcId": "vpc-0a1b2c3d4e5f60718"}
    link = {"remoteLinkName": "link", "remotePrivateDnsZone": ZONE, "remoteTenant": "00000000-0000-0000-0000-000000000002"}
    messages, rules = assumed(thing(KYMA, "AwsVpcPeering", "p", peering), thing(KYMA, "AzureVpcDnsLink", "l", link))
    assert messages == [
        "the shoot's network overlaps nothing",
        "AWS VPC vpc-0a1b2c3d4e5f60718 exists, carries the shoot's tag and overlaps nothing",
        "DNS zone example.com exists and carries the shoot's tag"]
    assert rules == []


def test_an_assumption_names_the_first_object_that_needs_it():
    report = lint_json("-", stdin=stream(vpc("a", ("b", "169.254.0.1/30"))))[1]
    assert report["assumptions"] == [{"message": "VPC b exists", "object": {
        "apiVersion": "kubeovn.io/v1", "kind": "Vpc", "namespace": "", "name": "a"}}]


def test_assumptions_stand_at_the_end_of_the_text():
    text = run("lint", "-", stdin=stream(vpc("a", ("b", "169.254.0.1/30")))).stdout
    assert text == "assuming VPC b exists\n1 object: 0 to deny, 0 warnings, 0 notes\n"


def test_with_a_state_nothing_is_assumed_and_what_is_missing_is_warned_of(tmp_path):
    status, report = lint_json("--state", saved(tmp_path, vpc("b")).parent, "-", stdin=stream(
        vpc("a", ("b", "169.254.0.1/30")), vpc("c", ("d", "169.254.1.1/30"))))
    assert (status, report["assumptions"]) == (0, [])
    assert rules_of(report) == ["one-sided-peering", "unknown-remote"]
