"""The comparison itself: a fault on either side does not go unseen."""

import pytest

import comparison
import lint
import northbound
from comparison import compare, journeys, send
from northbound import Network
from objects import changed, subnet, vpc

NET_1 = subnet("net1", "vpc-1", "10.0.0.0/16,fd00:1::/64")
NET_2 = subnet("net2", "vpc-2", "172.31.0.0/16,fd00:2::/64")
VPC_1 = vpc("vpc-1", [("vpc-2", "169.254.0.1/30,fd69::1/126")],
            [("172.31.0.0/16", "169.254.0.2"), ("fd00:2::/64", "fd69::2")])
VPC_2 = vpc("vpc-2", [("vpc-1", "169.254.0.2/30,fd69::2/126")],
            [("10.0.0.0/16", "169.254.0.1"), ("fd00:1::/64", "fd69::1")])
PEERED = [NET_1, NET_2, VPC_1, VPC_2]


def test_packets_go_both_ways_in_both_families_from_both_ends_of_each_subnet():
    sent = [(journey.source.subnet, journey.target.subnet, journey.family) for journey in journeys(Network(PEERED))]
    each_once = [("net1", "net2", 4), ("net1", "net2", 6), ("net2", "net1", 4), ("net2", "net1", 6)]
    assert sorted(sent) == sorted(2 * each_once)


def test_a_clean_topology_passes(ovn):
    assert compare(ovn, PEERED) == "8 of 8 packets pass, 0 findings, 0 refusals"


@pytest.mark.parametrize("table", ["Logical_Router_Static_Route", "Logical_Router_Port", "Logical_Switch_Port"])
def test_rows_that_are_left_out_break_a_clean_topology(ovn, monkeypatch, table):
    add = Network.add

    def add_others(network, wanted, key, *arguments, **columns):
        row = add(network, wanted, key, *arguments, **columns)
        if wanted == table and ("vpc-1-vpc-2" in key or "172.31" in key or key == "net2-vpc-2"):
            del network.rows[wanted, key]
        return row

    monkeypatch.setattr(Network, "add", add_others)
    with pytest.raises(AssertionError, match="lint finds nothing about these VPCs, but OVN loses packets"):
        compare(ovn, PEERED)


def test_a_refusal_without_a_fault_is_seen(ovn, monkeypatch):
    refusal = lint.Finding({
        "rule": "cidr-overlap", "action": "deny", "message": "", "hint": "", "field": "spec.cidrBlock", "value": "",
        "object": {"kind": "Subnet", "name": "net1"}, "counterparts": [{"kind": "Subnet", "name": "net2", "value": ""}],
    }, {"net1": "vpc-1", "net2": "vpc-2"})
    monkeypatch.setattr(comparison, "lint", lambda things: [refusal])
    with pytest.raises(AssertionError, match="OVN carries what lint refuses: deny Subnet net1"):
        compare(ovn, PEERED)


def test_a_warning_without_a_fault_is_seen(ovn, monkeypatch):
    warning = lint.Finding({
        "rule": "missing-route", "action": "warn", "message": "", "hint": "", "field": "", "value": "",
        "object": {"kind": "Vpc", "name": "vpc-1"}, "counterparts": [{"kind": "Vpc", "name": "vpc-2", "value": ""}],
    }, {})
    monkeypatch.setattr(comparison, "lint", lambda things: [warning])
    with pytest.raises(AssertionError, match="OVN carries all in spite of"):
        compare(ovn, PEERED)


@pytest.mark.parametrize("end", ["169.254.0.0", "169.254.0.3"])
def test_ovn_forwards_over_a_link_whose_end_is_no_host(ovn, end):
    things = [subnet("net1", "vpc-1", "10.0.0.0/16"), subnet("net2", "vpc-2", "172.31.0.0/16"),
              vpc("vpc-1", [("vpc-2", f"{end}/30")], [("172.31.0.0/16", "169.254.0.2")]),
              vpc("vpc-2", [("vpc-1", "169.254.0.2/30")], [("10.0.0.0/16", end)])]
    assert compare(ovn, things) == "4 of 4 packets pass, 1 findings, 0 refusals"


def test_a_detour_through_a_third_vpc_is_no_success(ovn):
    straight = [NET_1, NET_2, vpc("vpc-1", [("vpc-2", "169.254.0.1/30"), ("vpc-3", "169.254.1.1/30")],
                                  [("172.31.0.0/16", "169.254.1.2")]),
                vpc("vpc-2", [("vpc-1", "169.254.0.2/30"), ("vpc-3", "169.254.2.2/30")],
                    [("10.0.0.0/16", "169.254.0.1")]),
                vpc("vpc-3", [("vpc-1", "169.254.1.2/30"), ("vpc-2", "169.254.2.1/30")],
                    [("172.31.0.0/16", "169.254.2.2")])]
    _, _, lost = send(ovn, straight, 0)
    assert {(journey.source.vpc, journey.family) for journey in lost} == {("vpc-1", 4), ("vpc-1", 6), ("vpc-2", 6)}


def test_what_a_controller_refuses_leaves_no_rows():
    network = Network([changed(VPC_1, vpcPeerings=[{"remoteVpc": "vpc-2", "localConnectIP": "169.254.0.1"}]), NET_1])
    assert {table for table, _ in network.rows} & {"Logical_Router_Static_Route"} == set()
    assert ("Logical_Router_Port", "vpc-1-vpc-2") not in network.rows
    assert ("Logical_Router_Port", "vpc-1-net1") in network.rows


def test_a_subnet_that_overlaps_an_earlier_one_of_its_vpc_is_never_made():
    network = Network([VPC_1, NET_1, subnet("net3", "vpc-1", "10.0.5.0/24")])
    assert [each.name for each in network.subnets if each.is_refused] == ["net3"]
    assert ("Logical_Switch", "net3") not in network.rows


@pytest.mark.parametrize("text, is_read", [
    ("10.0.0.1/24", True), ("10.0.0.1/024", True), ("10.0.0.1", False), ("10.0.0.01/24", False), ("10.0.0.1/33", False),
    ("10.0.0.1/255.255.255.0", False), ("10.0.0.1/24,", False), ("10.0.0.1/24, fd69::1/126", False),
    ("fe80::1%eth0/64", False), ("fd69::1/126,10.0.0.1/24", True)])
def test_prefixes_are_read_as_kube_ovn_reads_them(text, is_read):
    assert (northbound.parse_cidrs(text) is not None) == is_read
