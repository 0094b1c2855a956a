"""Requests that conflict with each other and arrive at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from api import MERGE_PATCH
from objects import aws_peering, path_of, subnet, vpc

CROWD = 64


def at_once(api, *requests):
    """Send requests at the same moment, each on an open connection of its own, and return the answers."""
    gate = threading.Barrier(len(requests))

    def send(request):
        connection = api.connect()
        try:
            gate.wait(60)
            return api.request(*request, connection=connection)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(send, requests))


def crowd(plot, prefix):
    """Return many Subnets in two peered VPCs by turns, each with the prefix for its number."""
    return [subnet(plot.name(f"net-{number}"), plot.name(("left", "right")[number % 2]), plot.v4(prefix(number)))
            for number in range(CROWD)]


def creation(thing):
    """Return the request that creates an object."""
    return "POST", path_of(thing, collection=True), thing


def assert_one_admitted(answers, rule):
    """Fail unless one request was admitted and each other one refused by the rule."""
    assert sorted(answer.status for answer in answers) == [201] + [409] * (len(answers) - 1), \
        [(answer.status, answer.message) for answer in answers]
    assert all(rule in answer.rules for answer in answers if answer.status == 409)


@pytest.mark.parametrize("attempt", range(3))
def test_of_64_overlapping_subnets_in_peered_vpcs_exactly_one_is_admitted(api, plot, attempt):
    api.store(*plot.peered_vpcs())
    subnets = crowd(plot, lambda number: f"0.0/{16 + number % 12}")

    assert_one_admitted(at_once(api, *map(creation, subnets)), "cidr-overlap")
    assert [api.get(each).status for each in subnets].count(200) == 1


def test_of_16_peerings_to_one_vpc_exactly_one_is_admitted(api, plot):
    peerings = [aws_peering(plot.name(f"peering-{number}"), f"vpc-{plot.number:017x}") for number in range(16)]
    assert_one_admitted(at_once(api, *map(creation, peerings)), "duplicate-peering")


def test_of_two_halves_of_a_peering_that_do_not_match_exactly_one_is_admitted(api, plot):
    left, right = plot.name("left"), plot.name("right")
    for attempt in range(8):
        here, there = vpc(left, [(right, "169.254.0.1/30")]), vpc(right, [(left, "169.254.1.2/30")])
        assert_one_admitted(at_once(api, creation(here), creation(there)), "link-address-conflict")
        api.delete(here)
        api.delete(there)


def test_of_two_updates_that_only_together_do_not_match_exactly_one_is_admitted(api, plot):
    left, right = plot.name("left"), plot.name("right")
    for attempt in range(8):
        api.store(vpc(left), vpc(right))
        here, there = vpc(left, [(right, "169.254.0.1/30")]), vpc(right, [(left, "169.254.1.2/30")])
        answers = at_once(api, *(("PATCH", path_of(each), {"spec": each["spec"]}, MERGE_PATCH) for each in (here, there)))
        assert sorted(answer.status for answer in answers) == [200, 422], [answer.message for answer in answers]
        assert {rule for answer in answers for rule in answer.rules} == {"link-address-conflict"}
        api.delete(here)
        api.delete(there)


def test_64_subnets_that_do_not_overlap_are_all_admitted(api, plot):
    api.store(*plot.peered_vpcs())
    subnets = crowd(plot, lambda number: f"{number}.0/24")
    assert {answer.status for answer in at_once(api, *map(creation, subnets))} == {201}
