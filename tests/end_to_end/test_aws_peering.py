"""AwsVpcPeerings of a Kyma shoot and the remote networks they lead to."""

import pytest

import custom_resources
from objects import REGION, SHOOT, aws_network, aws_peering
from polling import wait_until

TAGGED = {SHOOT: ""}
UNTAGGED = {"owner": "network-team"}


@pytest.fixture(scope="module", params=custom_resources.BOTH)
def definitions(request):
    """Run with both sets of definitions."""
    return request.param


@pytest.fixture(scope="module")
def is_shoot():
    """Run in a cluster that is a shoot."""
    return True


@pytest.fixture
def vpc_id(plot):
    """The id of a remote VPC that is ours alone."""
    return f"vpc-{plot.number:017x}"


def test_a_peering_to_an_untagged_network_is_refused_with_the_command_that_tags_it(kubectl, api, plot, vpc_id):
    api.store(aws_network(plot.name("remote"), vpc_id, plot.v4("0.0/16"), UNTAGGED))

    refused = kubectl.apply(aws_peering(plot.name("peering"), vpc_id))
    assert refused.status == 1 and "missing-shoot-tag" in refused.rules, refused
    assert f"aws ec2 create-tags --region {REGION} --resources {vpc_id} --tags Key={SHOOT},Value=" in refused.stderr


def test_a_peering_is_admitted_as_soon_as_the_network_is_tagged(kubectl, api, plot, vpc_id):
    remote = aws_network(plot.name("remote"), vpc_id, plot.v4("0.0/16"), UNTAGGED)
    peering = aws_peering(plot.name("peering"), vpc_id)
    api.store(remote)
    assert kubectl.apply(peering).status == 1

    assert api.patch(remote, {"spec": {"tags": TAGGED}}).status == 200
    admitted = kubectl.apply(peering)
    assert (admitted.status, admitted.warned_rules) == (0, set()), admitted


def test_a_peering_to_a_network_whose_tags_nobody_knows_is_admitted_with_a_warning(kubectl, api, plot, vpc_id):
    api.store(aws_network(plot.name("remote"), vpc_id, plot.v4("0.0/16")))

    admitted = kubectl.apply(aws_peering(plot.name("peering"), vpc_id))
    assert (admitted.status, admitted.warned_rules) == (0, {"missing-shoot-tag"}), admitted


def test_a_peering_to_a_network_that_nobody_described_is_admitted_with_a_warning(kubectl, plot, vpc_id):
    admitted = kubectl.apply(aws_peering(plot.name("peering"), vpc_id))
    assert admitted.status == 0 and "unknown-remote" in admitted.warned_rules, admitted
    assert vpc_id in admitted.stderr


def test_a_tag_seen_in_the_cloud_admits_the_peering(api, plot, vpc_id):
    remote = aws_network(plot.name("remote"), vpc_id, plot.v4("0.0/16"))
    peering = aws_peering(plot.name("peering"), vpc_id)
    api.store(remote)
    assert api.create(peering, dry_run=True).warned_rules == {"missing-shoot-tag"}

    ready = {"type": "Ready", "status": "True", "reason": "Seen", "message": "",
             "lastTransitionTime": "2026-01-01T00:00:00Z"}
    seen = {"tags": TAGGED, "cidrs": [plot.v4("0.0/16")], "conditions": [ready]}
    assert api.patch(remote, {"status": seen}, subresource="/status").status == 200

    def admitted_without_warning():
        answer = api.create(peering, dry_run=True)
        return answer.status == 201 and not answer.warned_rules
    wait_until(admitted_without_warning, "the webhook knows the tag")


def test_a_second_peering_to_the_same_vpc_is_refused_and_names_the_first(kubectl, api, plot, vpc_id):
    api.store(aws_network(plot.name("remote"), vpc_id, plot.v4("0.0/16"), TAGGED),
              aws_peering(plot.name("first"), vpc_id))

    refused = kubectl.apply(aws_peering(plot.name("second"), vpc_id))
    assert refused.status == 1 and "duplicate-peering" in refused.rules, refused
    assert plot.name("first") in refused.stderr and vpc_id in refused.stderr


def test_a_peering_to_a_network_that_overlaps_the_nodes_is_refused(kubectl, api, plot, vpc_id):
    api.store(aws_network(plot.name("remote"), vpc_id, "10.250.0.0/16", TAGGED))

    refused = kubectl.apply(aws_peering(plot.name("peering"), vpc_id))
    assert refused.status == 1 and "cidr-overlap" in refused.rules, refused
    assert "10.250.0.0/16" in refused.stderr and "10.250.0.0/22" in refused.stderr


def test_a_peering_to_a_network_that_overlaps_another_remote_network_is_refused(kubectl, api, plot, vpc_id):
    other = f"vpc-{plot.number:08x}"
    first, second = plot.name("first"), plot.name("second")
    api.store(aws_network(first, vpc_id, plot.v4("0.0/16"), TAGGED), aws_peering(first, vpc_id),
              aws_network(second, other, plot.v4("5.0/24"), TAGGED))

    refused = kubectl.apply(aws_peering(second, other))
    assert refused.status == 1 and "cidr-overlap" in refused.rules, refused
    for word in (vpc_id, other, plot.v4("0.0/16"), plot.v4("5.0/24")):
        assert word in refused.stderr, refused


def test_a_numeric_account_is_mended_to_a_text(kubectl, api, plot, vpc_id):
    peering = aws_peering(plot.name("peering"), vpc_id)
    peering["spec"]["remoteAccountId"] = 12345678
    assert kubectl.feed("create", "--validate=false", things=[peering]).status == 0
    assert api.get(peering).body["spec"]["remoteAccountId"] == "000012345678"
