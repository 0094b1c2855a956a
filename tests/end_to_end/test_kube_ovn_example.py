"""The peering example of the Kube-OVN documentation, applied with kubectl."""

import pytest

import custom_resources
from example_files import AS_PUBLISHED, NETWORKS, PUT_RIGHT, halves
from webhook import remove_all

FIRST_HALF = {"one-sided-peering"}
SECOND_HALF = {"one-sided-peering", "route-shadowed", "unreachable-next-hop", "missing-route"}


@pytest.fixture(scope="module", params=custom_resources.BOTH)
def definitions(request):
    """Run with both sets of definitions."""
    return request.param


@pytest.fixture(autouse=True)
def networks(kubectl, api):
    """The two VPCs of the example with a Subnet each, not peered yet."""
    applied = kubectl("apply", f"--filename={NETWORKS}")
    assert (applied.status, applied.warned_rules) == (0, set()), applied
    yield
    remove_all(api)


def test_the_published_example_is_admitted_with_warnings_for_each_half(kubectl):
    first, second = halves(AS_PUBLISHED)

    one = kubectl("apply", "--filename=-", stdin=first)
    assert (one.status, one.warned_rules) == (0, FIRST_HALF), one

    two = kubectl("apply", "--filename=-", stdin=second)
    assert (two.status, two.warned_rules) == (0, SECOND_HALF), two
    assert "vpc-2" in two.stderr and "172.31.0.0/16" in two.stderr and "169.254.0.1" in two.stderr


def test_the_published_example_applied_as_one_file_shows_all_warnings(kubectl):
    applied = kubectl("apply", f"--filename={AS_PUBLISHED}")
    assert (applied.status, applied.warned_rules) == (0, FIRST_HALF | SECOND_HALF), applied
    assert applied.stdout.count("vpc-1 configured") == 2


def test_the_example_put_right_ends_without_warnings(kubectl):
    first, second = halves(PUT_RIGHT)
    assert kubectl("apply", "--filename=-", stdin=first).status == 0

    two = kubectl("apply", "--filename=-", stdin=second)
    assert (two.status, two.warned_rules) == (0, set()), two

    again = kubectl("apply", f"--filename={PUT_RIGHT}")
    assert (again.status, again.warned_rules) == (0, set()), again


def test_the_example_with_only_its_second_name_put_right_is_refused_as_a_self_peering(kubectl):
    _, second = halves(AS_PUBLISHED)
    half_right = kubectl("apply", "--filename=-", stdin=second.replace("name: vpc-1", "name: vpc-2"))
    assert half_right.status == 1 and "self-peering" in half_right.rules, half_right
    assert "vpc-2" in half_right.stderr
