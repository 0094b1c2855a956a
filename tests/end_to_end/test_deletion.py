"""What is deleted while something else still needs it: a warning, or, where the policy says so, a refusal."""

import pytest

from control_plane import WEBHOOK
from objects import aws_network, aws_peering, path_of, subnet, vpc
from polling import wait_until
from webhook import Guard

FINALIZER = "example.com/held"
POLICY = """
apiVersion: peerwarden.io/v1alpha1
kind: PeeringPolicy
spec: {rules: {delete-in-use: deny}}
"""


@pytest.fixture
def routed(plot):
    """Two VPCs with a Subnet each, peered and routed."""
    left, right = plot.name("left"), plot.name("right")
    return (vpc(left, [(right, "169.254.0.1/30")], [(plot.v4("128.0/24"), "169.254.0.2")]),
            vpc(right, [(left, "169.254.0.2/30")], [(plot.v4("0.0/24"), "169.254.0.1")]),
            subnet(plot.name("left-net"), left, plot.v4("0.0/24")),
            subnet(plot.name("right-net"), right, plot.v4("128.0/24")))


@pytest.fixture
def strict(control_plane, guard, new_webhook, tmp_path):
    """A webhook whose policy refuses such deletions, in place of the usual one."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    webhook = new_webhook(control_plane.kubeconfig(WEBHOOK), f"--policy={policy}")
    webhook.start()
    webhook.wait_for("/readyz", 200)
    strict = Guard(control_plane, webhook)
    with guard.lifted():
        strict.register()
        yield strict
        strict.unregister()
    webhook.stop()


def tried(api, thing):
    """Delete an object as a dry run."""
    return api.request("DELETE", f"{path_of(thing)}?dryRun=All")


def test_the_deletion_of_a_vpc_that_its_peer_needs_warns(api, plot, routed):
    api.store(*routed)
    deleted = api.delete(routed[1])
    assert (deleted.status, deleted.warned_rules) == (200, {"delete-in-use"}), deleted
    assert plot.name("left") in deleted.warnings[0], deleted
    assert api.get(routed[1]).status == 404


def test_the_deletion_of_a_subnet_that_a_peer_has_a_route_to_warns(kubectl, api, plot, routed):
    api.store(*routed)
    deleted = kubectl("delete", "subnets.kubeovn.io", plot.name("right-net"))
    assert (deleted.status, deleted.warned_rules) == (0, {"delete-in-use"}), deleted
    assert plot.v4("128.0/24") in deleted.stderr, deleted


def test_a_dry_run_of_a_deletion_warns_and_deletes_nothing(kubectl, api, plot, routed):
    api.store(*routed)
    tried = kubectl("delete", "vpcs.kubeovn.io", plot.name("right"), "--dry-run=server")
    assert (tried.status, tried.warned_rules) == (0, {"delete-in-use"}), tried
    assert api.get(routed[1]).status == 200


def test_what_is_put_apart_before_is_deleted_in_silence(api, routed):
    api.store(*routed)
    for each in routed[:2]:
        assert api.patch(each, {"spec": {"vpcPeerings": None, "staticRoutes": None}}).status == 200
    wait_until(lambda: not any(tried(api, each).warnings for each in routed), "the webhook has seen them apart")
    answers = [api.delete(each) for each in routed]
    assert [(answer.status, answer.warnings) for answer in answers] == [(200, [])] * 4, answers


def test_a_peer_that_is_being_deleted_needs_nothing(api, routed):
    left, right, *_ = routed
    left["metadata"]["finalizers"] = [FINALIZER]
    api.store(*routed)
    assert api.delete(left).warned_rules == {"delete-in-use"}
    wait_until(lambda: not tried(api, right).warnings, "the webhook has seen that the peer is going")
    again = api.delete(left)
    assert (again.status, again.warnings) == (200, []), "a deletion that has begun is not judged again"


def test_the_deletion_of_a_description_warns_and_that_of_a_peering_does_not(api, plot):
    network_id = f"vpc-{plot.number:017x}"
    network = aws_network(plot.name("network"), network_id, plot.v4("0.0/16"), tags={})
    peering = aws_peering(plot.name("peering"), network_id)
    api.store(network, peering)
    assert api.delete(network).warned_rules == {"delete-in-use"}
    deleted = api.delete(peering)
    assert (deleted.status, deleted.warnings) == (200, []), deleted


def test_a_policy_may_refuse_and_mutual_teardown_stays_possible(api, strict, routed):
    api.store(*routed)
    refused = api.delete(routed[1])
    assert refused.refused_by_webhook and refused.rules == {"delete-in-use"}, refused
    assert api.get(routed[1]).status == 200

    for each in routed[:2]:
        assert api.patch(each, {"spec": {"vpcPeerings": None, "staticRoutes": None}}).status == 200
    wait_until(lambda: api.delete(routed[1]).status == 200, "nothing is known to need it any more")
