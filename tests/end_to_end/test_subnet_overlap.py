"""Subnets of VPCs that peer with each other never overlap, whichever comes first."""

import pytest

import custom_resources
from objects import changed, subnet, vpc

WIDE, NARROW = "0.0/17", "5.0/24"


@pytest.fixture(scope="module", params=custom_resources.BOTH)
def definitions(request):
    """Run with both sets of definitions."""
    return request.param


def assert_refused(terminal, *words):
    """Fail unless the overlap was refused in a message with all the words."""
    assert terminal.status == 1 and "cidr-overlap" in terminal.rules, terminal
    for word in words:
        assert word in terminal.stderr, f"{word} is not in {terminal.stderr}"


@pytest.mark.parametrize("earlier, later", [(WIDE, NARROW), (NARROW, WIDE), (WIDE, WIDE)])
@pytest.mark.parametrize("earlier_side", ["left", "right"])
def test_a_subnet_that_overlaps_one_of_the_peered_vpc_is_refused(kubectl, api, plot, earlier, later, earlier_side):
    left, right = (each["metadata"]["name"] for each in plot.peered_vpcs())
    here, there = (left, right) if earlier_side == "left" else (right, left)
    api.store(*plot.peered_vpcs(), subnet(plot.name("earlier"), here, plot.v4(earlier)))

    refused = kubectl.apply(subnet(plot.name("later"), there, plot.v4(later)))
    assert_refused(refused, plot.name("earlier"), left, right, plot.v4(earlier), plot.v4(later))


@pytest.mark.parametrize("earlier, later", [("a::/48", "a:5::/64"), ("a:5::/64", "a::/48")])
def test_overlap_is_refused_for_ipv6_and_within_a_dual_stack_subnet(kubectl, api, plot, earlier, later):
    left, right = plot.peered_vpcs()
    api.store(left, right, subnet(plot.name("earlier"), plot.name("left"), plot.v6(earlier)))

    dual = f"{plot.v4(WIDE)},{plot.v6(later)}"
    refused = kubectl.apply(subnet(plot.name("later"), plot.name("right"), dual))
    assert_refused(refused, plot.name("earlier"), plot.v6(earlier), plot.v6(later))


@pytest.mark.parametrize("left_prefix, right_prefix", [(WIDE, NARROW), (NARROW, WIDE)])
def test_a_peering_between_vpcs_whose_subnets_overlap_is_refused(kubectl, api, plot, left_prefix, right_prefix):
    peering_left, _ = plot.peered_vpcs()
    left, right = plot.name("left"), plot.name("right")
    left_net, right_net = plot.name("left-net"), plot.name("right-net")
    api.store(vpc(left), vpc(right),
              subnet(left_net, left, plot.v4(left_prefix)), subnet(right_net, right, plot.v4(right_prefix)))

    refused = kubectl.apply(peering_left)
    assert_refused(refused, left_net, right_net, plot.v4(left_prefix), plot.v4(right_prefix))


def test_a_subnet_is_refused_when_only_one_side_declared_the_peering(kubectl, api, plot):
    left, right = plot.peered_vpcs()
    api.store(left, vpc(plot.name("right")), subnet(plot.name("earlier"), plot.name("left"), plot.v4(WIDE)))

    refused = kubectl.apply(subnet(plot.name("later"), right["metadata"]["name"], plot.v4(NARROW)))
    assert_refused(refused, plot.name("earlier"))


def test_a_changed_prefix_that_overlaps_is_refused(kubectl, api, plot):
    mine = subnet(plot.name("mine"), plot.name("right"), plot.v4("128.0/24"))
    api.store(*plot.peered_vpcs(), subnet(plot.name("earlier"), plot.name("left"), plot.v4(WIDE)), mine)

    refused = kubectl.apply(changed(mine, cidrBlock=plot.v4(NARROW)))
    assert_refused(refused, plot.name("earlier"), plot.v4(WIDE), plot.v4(NARROW))


def test_two_subnets_of_one_vpc_that_overlap_are_refused(kubectl, api, plot):
    api.store(vpc(plot.name("left")), subnet(plot.name("earlier"), plot.name("left"), plot.v4(WIDE)))

    refused = kubectl.apply(subnet(plot.name("later"), plot.name("left"), plot.v4(NARROW)))
    assert_refused(refused, plot.name("earlier"), plot.v4(WIDE), plot.v4(NARROW))


def test_the_way_out_that_a_refusal_offers_is_admitted(kubectl, api, plot):
    api.store(*plot.peered_vpcs(), subnet(plot.name("earlier"), plot.name("left"), plot.v4(WIDE)))
    refused = kubectl.apply(subnet(plot.name("later"), plot.name("right"), plot.v4(NARROW)))

    offers = refused.stderr.partition("free for both:")[2].replace(",", " ").split()
    assert offers, refused
    assert kubectl.apply(subnet(plot.name("later"), plot.name("right"), offers[0])).status == 0


def test_the_same_prefix_in_vpcs_that_do_not_peer_is_admitted(kubectl, plot):
    left, right = plot.name("left"), plot.name("right")
    applied = kubectl.apply(vpc(left), vpc(right), subnet(plot.name("left-net"), left, plot.v4(WIDE)),
                            subnet(plot.name("right-net"), right, plot.v4(WIDE)))
    assert (applied.status, applied.warned_rules) == (0, set()), applied


def test_neighbouring_prefixes_in_peered_vpcs_are_admitted(kubectl, api, plot):
    api.store(*plot.peered_vpcs(), subnet(plot.name("lower"), plot.name("left"), plot.v4("0.0/17")))
    assert kubectl.apply(subnet(plot.name("upper"), plot.name("right"), plot.v4("128.0/17"))).status == 0
