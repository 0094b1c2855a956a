"""Verification at admission with the daemon and a third party's AWS: all three programs, nothing played."""

import pytest

from daemon import LEASE, Daemon, grant
from moto_cloud import MotoCloud, MotoServer
from objects import REGION, SHOOT, aws_peering


@pytest.fixture(scope="module")
def is_shoot():
    """Run in a cluster that is a shoot."""
    return True


@pytest.fixture(scope="module")
def webhook_options():
    """Wait for answers as long as the API server lets it: a third of 10 s."""
    return ("--lookup-wait=10s",)


@pytest.fixture(scope="module")
def moto(tmp_path_factory):
    """An AWS server."""
    with MotoServer(tmp_path_factory.mktemp("moto") / "moto.log") as server:
        yield server


@pytest.fixture(scope="module")
def cloud(moto):
    """The owner of the remote VPCs."""
    return MotoCloud(moto.url, REGION)


@pytest.fixture(scope="module", autouse=True)
def daemon(control_plane, guard, moto, tmp_path_factory):
    """A daemon that leads and asks that server."""
    daemon = Daemon(tmp_path_factory.mktemp("daemon"), grant(control_plane), "--clouds=aws", "--reports=none",
                    **moto.environment(REGION))
    daemon.start_as_leader()
    yield daemon
    daemon.stop()
    control_plane.api.request("DELETE", LEASE)


def test_who_is_refused_for_a_missing_tag_sets_it_and_applies_the_same_again(kubectl, cloud, plot):
    vpc_id = cloud.create(plot.v4("0.0/16"))
    peering = aws_peering(plot.name("peering"), vpc_id)

    refused = kubectl.apply(peering)
    assert refused.status == 1 and refused.rules == {"missing-shoot-tag"}, refused
    assert f"aws ec2 create-tags --region {REGION} --resources {vpc_id} --tags Key={SHOOT},Value=" in refused.stderr

    cloud.tag(vpc_id, SHOOT)
    admitted = kubectl.apply(peering)
    assert admitted.status == 0 and not admitted.rules & {"missing-shoot-tag", "unknown-remote"}, admitted


def test_a_network_that_overlaps_the_nodes_is_refused_at_the_first_attempt(kubectl, cloud, plot):
    vpc_id = cloud.create("10.250.0.0/16")
    cloud.tag(vpc_id, SHOOT)

    refused = kubectl.apply(aws_peering(plot.name("peering"), vpc_id))
    assert refused.status == 1 and "cidr-overlap" in refused.rules, refused
    assert "10.250.0.0/16" in refused.stderr


def test_a_network_that_the_cloud_does_not_have_is_admitted_with_a_warning_that_says_so(kubectl, plot):
    vpc_id = f"vpc-{plot.number:017x}"
    admitted = kubectl.apply(aws_peering(plot.name("peering"), vpc_id))
    assert admitted.status == 0 and "unknown-remote" in admitted.warned_rules, admitted
    assert "could not be looked up" in admitted.stderr and vpc_id in admitted.stderr
