"""The ways an API server writes: dry run, server-side apply, replace, status, finalizers, deletion, generated names."""

import pytest

from objects import changed, subnet
from polling import wait_until

FINALIZER = "tests.peerwarden.io/hold"


@pytest.fixture
def left(api, plot):
    """A Subnet in the left of two peered VPCs."""
    made = subnet(plot.name("left-net"), plot.name("left"), plot.v4("0.0/17"))
    api.store(*plot.peered_vpcs(), made)
    return made


@pytest.fixture
def conflicting(plot, left):
    """A Subnet of the right VPC that overlaps the one in the left."""
    return subnet(plot.name("right-net"), plot.name("right"), plot.v4("5.0/24"))


@pytest.fixture
def harmless(plot, left):
    """A Subnet of the right VPC that overlaps nothing."""
    return subnet(plot.name("right-net"), plot.name("right"), plot.v4("128.0/24"))


@pytest.fixture
def stored_conflict(guard, api, conflicting):
    """A conflicting Subnet with a finalizer, stored while nobody was on guard."""
    conflicting["metadata"]["finalizers"] = [FINALIZER]
    with guard.lifted():
        api.store(conflicting)
    return conflicting


def test_a_dry_run_gives_the_verdict(kubectl, conflicting, harmless):
    assert "cidr-overlap" in kubectl.apply(conflicting, options=["--dry-run=server"]).rules
    assert kubectl.apply(harmless, options=["--dry-run=server"]).status == 0


def test_a_dry_run_leaves_nothing_behind(kubectl, api, plot):
    api.store(*plot.peered_vpcs())
    left, right = (subnet(plot.name(f"{side}-net"), plot.name(side), plot.v4("5.0/24")) for side in ("left", "right"))
    tried = kubectl.apply(left, options=["--dry-run=server"])
    assert tried.status == 0, tried
    assert api.get(left).status == 404
    made = kubectl.apply(right)
    assert made.status == 0, made


def test_server_side_apply_is_judged(kubectl, api, conflicting, harmless):
    refused = kubectl.apply(conflicting, options=["--server-side"])
    assert refused.status == 1 and "cidr-overlap" in refused.rules, refused
    assert kubectl.apply(harmless, options=["--server-side"]).status == 0
    again = kubectl.apply(changed(harmless, cidrBlock=conflicting["spec"]["cidrBlock"]), options=["--server-side"])
    assert again.status == 1 and "cidr-overlap" in again.rules, again
    assert api.get(harmless).body["spec"]["cidrBlock"] == harmless["spec"]["cidrBlock"]


def test_replace_is_judged(kubectl, api, conflicting, harmless):
    api.store(harmless)
    assert kubectl.feed("replace", things=[harmless]).status == 0
    refused = kubectl.feed("replace", things=[changed(harmless, cidrBlock=conflicting["spec"]["cidrBlock"])])
    assert refused.status == 1 and "cidr-overlap" in refused.rules, refused


def test_a_refused_update_is_told_at_once(kubectl, api, conflicting, harmless):
    api.store(harmless)
    wrong = changed(harmless, cidrBlock=conflicting["spec"]["cidrBlock"])
    refused = kubectl.apply(wrong, options=["--v=6"])
    assert refused.status == 1 and "cidr-overlap" in refused.rules, refused
    assert refused.stderr.count('verb="PATCH"') == 1, refused

    refused = kubectl.apply(wrong, options=["--server-side"])
    assert refused.status == 1 and "field manager" not in refused.stderr, refused


def test_patch_is_judged(api, conflicting, harmless):
    api.store(harmless)
    refused = api.patch(harmless, {"spec": {"cidrBlock": conflicting["spec"]["cidrBlock"]}})
    assert refused.refused_by_webhook and "cidr-overlap" in refused.rules, refused


def test_a_write_of_the_status_passes(api, left, stored_conflict):
    for each in (left, stored_conflict):
        written = api.patch(each, {"status": {"v4usingIPs": 3}}, subresource="/status")
        assert (written.status, written.warned_rules) == (200, set()), written


def test_a_label_on_a_stored_conflict_passes(api, stored_conflict):
    labelled = api.patch(stored_conflict, {"metadata": {"labels": {"team": "network"}}})
    assert labelled.status == 200, labelled


def test_a_new_conflict_on_a_stored_conflict_is_refused(api, plot, stored_conflict):
    api.store(subnet(plot.name("second"), plot.name("left"), plot.v4("200.0/24")))
    refused = api.patch(stored_conflict, {"spec": {"cidrBlock": plot.v4("200.128/25")}})
    assert refused.refused_by_webhook and "cidr-overlap" in refused.rules, refused


def test_a_stored_conflict_can_be_put_right(api, plot, stored_conflict):
    mended = api.patch(stored_conflict, {"spec": {"cidrBlock": plot.v4("128.0/24")}})
    assert mended.status == 200, mended


def test_a_stored_conflict_can_be_deleted_and_its_finalizer_removed(api, stored_conflict):
    deleted = api.delete(stored_conflict)
    assert deleted.status == 200 and deleted.body["metadata"]["deletionTimestamp"], deleted
    released = api.patch(stored_conflict, {"metadata": {"finalizers": None}})
    assert released.status == 200, released
    assert api.get(stored_conflict).status == 404


def test_deletion_passes(kubectl, api, left):
    deleted = kubectl("delete", "subnets.kubeovn.io", left["metadata"]["name"])
    assert deleted.status == 0, deleted
    assert api.get(left).status == 404


def test_deletion_of_a_collection_passes(kubectl, api, plot):
    owner = plot.name("owner")
    things = [subnet(plot.name(f"net-{number}"), plot.name("left"), plot.v4(f"{number}.0/24"), labels={"owner": owner})
              for number in range(3)]
    api.store(*things)
    assert kubectl("delete", "subnets.kubeovn.io", f"--selector=owner={owner}").status == 0
    assert [api.get(each).status for each in things] == [404, 404, 404]


def test_a_prefix_is_taken_until_the_deleted_object_is_gone(api, plot, conflicting):
    held = subnet(plot.name("held"), plot.name("left"), plot.v4("200.0/24"), finalizers=[FINALIZER])
    heir = subnet(plot.name("heir"), plot.name("right"), plot.v4("200.0/25"))
    api.store(held)
    assert api.delete(held).body["metadata"]["deletionTimestamp"]

    refused = api.create(heir)
    assert refused.refused_by_webhook and "cidr-overlap" in refused.rules, refused
    assert plot.name("held") in refused.message

    assert api.patch(held, {"metadata": {"finalizers": None}}).status == 200
    wait_until(lambda: api.create(heir).status == 201, "the prefix is free")


def test_a_generated_name_is_judged_like_any_other(kubectl, api, plot, conflicting, harmless):
    for each in (conflicting, harmless):
        each["metadata"] = {"generateName": plot.name("generated") + "-"}

    refused = kubectl.feed("create", things=[conflicting])
    assert refused.status == 1 and "cidr-overlap" in refused.rules, refused

    assert kubectl.feed("create", things=[harmless]).status == 0
    assert "cidr-overlap" in kubectl.feed("create", things=[harmless]).rules


def test_blanks_around_addresses_are_mended(api, plot, harmless):
    tidy = harmless["spec"]["cidrBlock"]
    made = api.create(changed(harmless, cidrBlock=f" {tidy} "))
    assert (made.status, made.body["spec"]["cidrBlock"]) == (201, tidy), made
