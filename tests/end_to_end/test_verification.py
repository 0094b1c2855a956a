"""What the webhook asks of a cloud before it decides, on a real API server; an observer stands in for the daemon."""

import time

import pytest

from cloud_observer import NETWORKS, REFRESH, Cloud, Observer
from objects import ACCOUNT, REGION, SHOOT, aws_network, aws_peering

TAGGED = {SHOOT: ""}
UNTAGGED = {"owner": "network-team"}
MALLORY = ("--as=mallory", "--as-group=system:masters")
QUESTIONS = 30  # that an author may cause in a minute
ATTEMPTS = 200
POLICY = """\
apiVersion: peerwarden.io/v1alpha1
kind: PeeringPolicy
spec: {quotas: {peerings: {aws: 0}}}
"""


@pytest.fixture(scope="module")
def is_shoot():
    """Run in a cluster that is a shoot."""
    return True


@pytest.fixture(scope="module")
def webhook_options(tmp_path_factory):
    """Wait for answers as long as the API server lets it, a third of 10 s, and take any number of peerings."""
    policy = tmp_path_factory.mktemp("policy") / "policy.yaml"
    policy.write_text(POLICY)
    return "--lookup-wait=10s", f"--lookup-author-limit={QUESTIONS}", f"--policy={policy}"


@pytest.fixture(scope="module")
def cloud():
    """A cloud without VPCs."""
    return Cloud()


@pytest.fixture
def observer(api, cloud):
    """Somebody who looks things up in the cloud."""
    with Observer(api, cloud) as running:
        yield running


@pytest.fixture
def vpc_id(plot):
    """The id of a remote VPC that is ours alone."""
    return f"vpc-{plot.number:017x}"


def made_for(vpc_id):
    """Return what the webhook makes for a VPC, as far as its name goes."""
    return {**NETWORKS, "metadata": {"name": f"aws-{ACCOUNT}-{REGION}-{vpc_id}"}}


@pytest.mark.usefixtures("observer")
def test_who_is_refused_for_a_missing_tag_sets_it_and_applies_the_same_again(kubectl, cloud, plot, vpc_id):
    peering = aws_peering(plot.name("peering"), vpc_id)
    cloud.create(vpc_id, plot.v4("0.0/16"), UNTAGGED)

    refused = kubectl.apply(peering)
    assert refused.status == 1 and refused.rules == {"missing-shoot-tag"}, refused
    assert f"aws ec2 create-tags --region {REGION} --resources {vpc_id} --tags Key={SHOOT},Value=" in refused.stderr

    cloud.tag(vpc_id, SHOOT)
    admitted = kubectl.apply(peering)
    assert (admitted.status, admitted.rules) == (0, set()), admitted


@pytest.mark.usefixtures("observer")
def test_a_network_that_nobody_described_is_made_looked_up_and_then_judged(kubectl, api, cloud, plot, vpc_id):
    cloud.create(vpc_id, plot.v4("0.0/16"), TAGGED)

    admitted = kubectl.apply(aws_peering(plot.name("peering"), vpc_id))
    assert (admitted.status, admitted.rules) == (0, set()), admitted
    made = api.get(made_for(vpc_id)).body
    assert made["spec"] == {"aws": {"accountId": ACCOUNT, "region": REGION, "vpcId": vpc_id}}
    assert made["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "peerwarden"}


@pytest.mark.usefixtures("observer")
def test_a_network_that_overlaps_the_nodes_is_refused_at_the_first_attempt(kubectl, cloud, plot, vpc_id):
    cloud.create(vpc_id, "10.250.0.0/16", TAGGED)

    refused = kubectl.apply(aws_peering(plot.name("peering"), vpc_id))
    assert refused.status == 1 and "cidr-overlap" in refused.rules, refused
    assert "10.250.0.0/16" in refused.stderr


@pytest.mark.usefixtures("observer")
def test_a_network_that_the_cloud_does_not_have_is_admitted_with_a_warning(kubectl, cloud, plot, vpc_id):
    admitted = kubectl.apply(aws_peering(plot.name("peering"), vpc_id))
    assert admitted.status == 0 and "unknown-remote" in admitted.warned_rules, admitted
    assert cloud.asked.count(vpc_id) == 1


@pytest.mark.usefixtures("observer")
def test_an_object_under_another_name_is_marked_and_no_second_one_is_made(kubectl, api, cloud, plot, vpc_id):
    mine = aws_network(plot.name("mine"), vpc_id, plot.v4("0.0/16"))
    del mine["spec"]["cidrs"]
    cloud.create(vpc_id, plot.v4("0.0/16"), TAGGED)
    api.store(mine)

    admitted = kubectl.apply(aws_peering(plot.name("peering"), vpc_id))
    assert (admitted.status, admitted.rules) == (0, set()), admitted
    assert api.get(made_for(vpc_id)).status == 404


@pytest.mark.usefixtures("observer")
def test_a_dry_run_asks_nothing(api, cloud, plot, vpc_id):
    cloud.create(vpc_id, plot.v4("0.0/16"), TAGGED)

    answer = api.create(aws_peering(plot.name("peering"), vpc_id), dry_run=True)
    assert answer.status == 201 and "unknown-remote" in answer.warned_rules, answer
    assert api.get(made_for(vpc_id)).status == 404 and vpc_id not in cloud.asked


def test_without_a_daemon_a_peering_is_admitted_with_a_warning_in_time(kubectl, api, plot, vpc_id):
    admitted = kubectl.apply(aws_peering(plot.name("peering"), vpc_id))
    assert admitted.status == 0 and "unknown-remote" in admitted.warned_rules, admitted
    assert api.get(made_for(vpc_id)).status == 200


def test_without_a_daemon_what_it_has_seen_before_still_refuses_in_time(kubectl, api, cloud, plot, vpc_id):
    peering = aws_peering(plot.name("peering"), vpc_id)
    cloud.create(vpc_id, plot.v4("0.0/16"), UNTAGGED)
    with Observer(api, cloud):
        assert kubectl.apply(peering).rules == {"missing-shoot-tag"}

    refused = kubectl.apply(peering)
    assert refused.status == 1 and refused.rules == {"missing-shoot-tag"}, refused
    assert REFRESH in api.get(made_for(vpc_id)).body["metadata"]["annotations"]


@pytest.mark.usefixtures("observer")
def test_an_author_who_names_many_networks_makes_few_questions(kubectl, api, cloud, plot, vpc_id):
    ids = {f"vpc-{number:08x}" for number in range(plot.number << 16, (plot.number << 16) + ATTEMPTS)}
    began = time.monotonic()
    done = kubectl.apply(*(aws_peering(f"mallory-{each}", each) for each in ids), options=MALLORY)
    minutes = (time.monotonic() - began) / 60
    assert done.status == 0 and done.warned_rules, done

    made = [network for network in api.list(NETWORKS) if network["spec"]["aws"]["vpcId"] in ids]
    assert 0 < len(made) <= QUESTIONS + QUESTIONS * minutes + 1, len(made)
    assert len([each for each in cloud.asked if each in ids]) <= len(made)

    cloud.create(vpc_id, plot.v4("0.0/16"), UNTAGGED)
    assert kubectl.apply(aws_peering(plot.name("peering"), vpc_id)).rules == {"missing-shoot-tag"}
