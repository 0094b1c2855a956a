"""The chart comes into a cluster in which people work: nobody is locked out, and soon everything is guarded."""

import pytest

import definitions
from objects import KYMA, aws_network, subnet, thing, vpc
from polling import wait_until
from tenants import Tenants

CLIENTS = 3


@pytest.fixture
def tenants(cluster):
    """People who work all the time."""
    with Tenants(cluster.api) as made:
        made.start(CLIENTS)
        yield made
    made.assert_undisturbed()
    cluster.node.assert_well()


def refused(cluster, thing_):
    """Say whether the webhook refuses an object."""
    return cluster.api.create(thing_, dry_run=True).refused_by_webhook


def is_asked(cluster):
    """Say whether the webhook is asked about a RemoteNetwork."""
    answer = cluster.api.create(aws_network("asked", "vpc-0a1b2c3d", "10.9.0.0/16"), dry_run=True)
    assert answer.status == 201, answer
    return any('"name":"asked"' in pod.log for pod in cluster.node.of("webhook"))


def test_an_empty_cluster_is_guarded_as_soon_as_there_is_something_to_guard(cluster, tenants):
    tenants.go_on()
    cluster.make_namespace()
    cluster.install()
    wait_until(lambda: is_asked(cluster), "the webhook is asked about our own kinds")

    tenants.is_guarded = True

    cluster.control_plane.install(definitions.KUBE_OVN)
    cluster.api.store(vpc("net"), subnet("one", "net", "10.1.0.0/24"))
    assert refused(cluster, subnet("two", "net", "10.1.0.0/25"))
    tenants.go_on()

    cluster.control_plane.install(definitions.KYMA)
    cluster.api.store(thing(KYMA, "IpRange", "one", {"cidr": "10.77.0.0/24"}))
    tenants.go_on(300)
    assert cluster.is_armed


def test_a_cluster_in_disorder_is_guarded_without_locking_its_objects(new_cluster):
    cluster = new_cluster()
    cluster.control_plane.kubectl.must("apply", "--server-side", *(f"--filename={path}" for path in definitions.FILES))
    wait_until(lambda: cluster.api.create(vpc("net")).status == 201, "Vpcs can be made")
    one, two = (subnet(name, "net", "10.1.0.0/24") for name in ("one", "two"))
    wait_until(lambda: cluster.api.create(one).status == 201, "Subnets can be made")
    cluster.api.store(two)
    with Tenants(cluster.api) as tenants:
        tenants.start(CLIENTS)
        tenants.go_on()
        cluster.make_namespace()
        cluster.install()
        wait_until(lambda: refused(cluster, subnet("three", "net", "10.1.0.0/24")), "Subnets are guarded")
        tenants.is_guarded = True
        assert cluster.api.patch(one, {"metadata": {"labels": {"may": "change"}}}).status == 200
        assert cluster.api.patch(two, {"spec": {"cidrBlock": "10.2.0.0/24"}}).status == 200
        assert cluster.api.patch(two, {"spec": {"cidrBlock": "10.1.0.0/25"}}).refused_by_webhook
        assert cluster.api.delete(one).status == 200
        tenants.go_on()
    tenants.assert_undisturbed()
    cluster.node.assert_well()
