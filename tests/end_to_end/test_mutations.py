"""What the webhook writes into objects before they are stored, and what it leaves alone."""

import json
from base64 import b64decode

import pytest

from objects import KUBE_OVN, SHOOT, aws_network, aws_peering, changed, subnet, thing, vpc
from test_simultaneous_requests import at_once, creation
from wire import review

AUTO = "peerwarden.io/auto"


@pytest.fixture(scope="module")
def is_shoot():
    """Kyma's kinds are labelled with the shoot."""
    return True


@pytest.fixture
def asked(guard):
    """A function that sends one review to /mutate and returns its response."""
    def ask(operation, thing_, old=None, **more):
        request = review(thing_ or old, operation, object=thing_, oldObject=old, **more)
        status, _, body = guard.webhook.wire.post(request, "/mutate")
        assert status == 200, body
        return json.loads(body)["response"]
    return ask


def patch_of(response):
    """Return the operations of a response."""
    return json.loads(b64decode(response["patch"])) if "patch" in response else []


def links_of(api, thing_):
    """Return the link addresses that a stored Vpc has."""
    return [peering["localConnectIP"] for peering in api.get(thing_).body["spec"]["vpcPeerings"]]


def destinations_of(api, thing_):
    """Return the destinations of the static routes that a stored Vpc has."""
    return [route["cidr"] for route in api.get(thing_).body["spec"].get("staticRoutes", [])]


def auto_vpc(name, *remotes, asks="links"):
    """Return a Vpc that asks for its links."""
    return vpc(name, [(remote, "auto") for remote in remotes], annotations={AUTO: asks})


def untidy(name, peer):
    """Return a Vpc as people write it in a hurry."""
    return thing(KUBE_OVN, "Vpc", name, {
        "vpcPeerings": [{"remoteVpc": f" {peer}", "localConnectIP": "169.254.0.1/30, FD69::1/126"}],
        "staticRoutes": [
            {"cidr": "172.31.5.6/16", "nextHopIP": "169.254.0.2"},
            {"cidr": " 172.31.0.0/16", "nextHopIP": "169.254.0.2", "policy": "policyDst"},
        ],
    })


TIDY_ROUTE = {"cidr": "172.31.0.0/16", "nextHopIP": "169.254.0.2", "policy": "policyDst"}


def test_text_is_made_canonical_policies_get_their_default_and_copies_of_routes_go(api, plot):
    name, peer = plot.name("untidy"), plot.name("peer")
    assert api.create(untidy(name, peer)).status == 201
    stored = api.get(vpc(name)).body["spec"]
    assert stored["vpcPeerings"] == [{"remoteVpc": peer, "localConnectIP": "169.254.0.1/30,fd69::1/126"}]
    assert stored["staticRoutes"] == [TIDY_ROUTE]


def test_the_patch_is_minimal_and_a_second_pass_patches_nothing(asked, api, plot):
    name, peer = plot.name("untidy"), plot.name("peer")
    operations = patch_of(asked("CREATE", untidy(name, peer)))
    assert [(operation["op"], operation["path"]) for operation in operations] == [
        ("replace", "/spec/vpcPeerings/0/remoteVpc"),
        ("replace", "/spec/vpcPeerings/0/localConnectIP"),
        ("replace", "/spec/staticRoutes/0/cidr"),
        ("add", "/spec/staticRoutes/0/policy"),
        ("remove", "/spec/staticRoutes/1"),
    ]
    api.store(untidy(name, peer))
    stored = api.get(vpc(name)).body
    assert patch_of(asked("CREATE", stored)) == []
    assert patch_of(asked("UPDATE", stored, stored)) == []


def test_the_audit_annotation_lists_what_was_changed(asked, plot):
    changes = asked("CREATE", untidy(plot.name("untidy"), "peer"))["auditAnnotations"]["changes"]
    assert "spec.staticRoutes[0].cidr: 172.31.5.6/16 -> 172.31.0.0/16" in changes
    assert "spec.staticRoutes[0].policy: policyDst is added" in changes
    assert "spec.staticRoutes[1]: a copy of another route is dropped" in changes


def test_deletions_status_writes_and_objects_on_their_way_out_are_left_alone(asked, plot):
    mess = untidy(plot.name("untidy"), "peer")
    assert patch_of(asked("DELETE", None, mess)) == []
    assert patch_of(asked("UPDATE", mess, untidy(plot.name("untidy"), "other"), subResource="status")) == []
    leaving = {**mess, "metadata": {**mess["metadata"], "deletionTimestamp": "2026-11-21T00:00:00Z"}}
    assert patch_of(asked("UPDATE", leaving, changed(mess, namespaces=["x"]))) == []


def test_kyma_kinds_carry_the_name_of_the_shoot(api, plot):
    vpc_id = f"vpc-{plot.number:017x}"
    api.store(aws_network(plot.name("network"), vpc_id, plot.v4("0.0/24"), {SHOOT: ""}))
    peering = aws_peering(plot.name("labelled"), vpc_id)
    api.store(peering)
    assert api.get(peering).body["metadata"]["labels"]["peerwarden.io/shoot"] == SHOOT


def test_an_account_without_quotes_is_stored_as_twelve_digits(api, plot):
    peering = changed(aws_peering(plot.name("number"), f"vpc-{plot.number:017x}"), remoteAccountId=12345678901)
    api.store(peering)
    assert api.get(peering).body["spec"]["remoteAccountId"] == "012345678901"


def test_two_vpcs_that_ask_for_it_are_linked_and_routed(api, plot):
    left, right = plot.name("left"), plot.name("right")
    api.store(subnet(plot.name("net-left"), left, plot.v4("0.0/20")),
              subnet(plot.name("net-right"), right, plot.v4("16.0/20")))
    one, two = (auto_vpc(here, there, asks="links,routes") for here, there in ((left, right), (right, left)))
    first, second = api.create(one), api.create(two)
    assert (first.status, second.status) == (201, 201), (first, second)
    assert (links_of(api, one), links_of(api, two)) == (["169.254.0.1/30"], ["169.254.0.2/30"])
    for each, destination, next_hop in (
            (one, plot.v4("16.0/20"), "169.254.0.2"), (two, plot.v4("0.0/20"), "169.254.0.1")):
        assert api.get(each).body["spec"]["staticRoutes"] == [
            {"cidr": destination, "nextHopIP": next_hop, "policy": "policyDst"}]
    assert second.warned_rules == set(), second


def test_applying_the_same_manifest_again_keeps_the_link(kubectl, api, plot):
    hub, manifest = plot.name("hub"), auto_vpc(plot.name("spoke"), plot.name("hub"))
    api.store(vpc(hub, [(plot.name("other"), "169.254.0.1/30")]))
    assert kubectl.apply(manifest).status == 0
    given = links_of(api, manifest)
    api.delete(vpc(hub))
    again = kubectl.apply(manifest)
    assert again.status == 0, again
    assert links_of(api, manifest) == given == ["169.254.0.5/30"]


def test_applying_again_adds_the_routes_to_subnets_that_came_later(kubectl, api, plot):
    left, right = plot.name("left"), plot.name("right")
    api.store(subnet(plot.name("first"), right, plot.v4("0.0/24")))
    manifest = auto_vpc(left, right, asks="links,routes")
    assert kubectl.apply(manifest).status == 0
    api.store(subnet(plot.name("second"), right, plot.v4("1.0/24")))

    relabelled = kubectl("label", "vpc", left, "team=a")
    assert relabelled.status == 0 and destinations_of(api, manifest) == [plot.v4("0.0/24")], relabelled
    again = kubectl.apply(manifest)
    assert again.status == 0, again
    assert destinations_of(api, manifest) == [plot.v4("0.0/24"), plot.v4("1.0/24")]


def test_asking_later_adds_routes_too(kubectl, api, plot):
    left, right = plot.name("left"), plot.name("right")
    api.store(subnet(plot.name("net"), right, plot.v4("0.0/24")), vpc(left, [(right, "169.254.0.1/30")]))
    asked_for = kubectl("annotate", "vpc", left, f"{AUTO}=routes")
    assert asked_for.status == 0 and destinations_of(api, vpc(left)) == [plot.v4("0.0/24")], asked_for


def test_simultaneous_wishes_at_one_hub_never_get_the_same_link_network(api, plot):
    hub = plot.name("hub")
    api.store(vpc(hub))
    spokes = [auto_vpc(plot.name(f"spoke-{number}"), hub) for number in range(24)]
    answers = at_once(api, *map(creation, spokes))
    assert [answer.status for answer in answers] == [201] * len(spokes), [answer.message for answer in answers]
    networks = [link for spoke in spokes for link in links_of(api, spoke)]
    assert len(networks) == len(set(networks)) == len(spokes)


def test_simultaneous_wishes_of_two_ends_make_one_link(api, plot):
    for attempt in range(8):
        left, right = plot.name(f"left-{attempt}"), plot.name(f"right-{attempt}")
        ends = [auto_vpc(left, right), auto_vpc(right, left)]
        answers = at_once(api, *map(creation, ends))
        assert [answer.status for answer in answers] == [201, 201], [answer.message for answer in answers]
        assert sorted(links_of(api, ends[0]) + links_of(api, ends[1])) == ["169.254.0.1/30", "169.254.0.2/30"]


def test_a_dry_run_gives_out_nothing(api, plot):
    hub, first, second = plot.name("hub"), plot.name("first"), plot.name("second")
    rehearsed = api.create(auto_vpc(first, hub), dry_run=True)
    assert rehearsed.body["spec"]["vpcPeerings"][0]["localConnectIP"] == "169.254.0.1/30", rehearsed
    api.store(auto_vpc(second, hub))
    assert links_of(api, vpc(second)) == ["169.254.0.1/30"]


def test_without_the_annotation_auto_is_no_address(api, plot):
    refused = api.create(vpc(plot.name("plain"), [(plot.name("peer"), "auto")]))
    assert refused.refused_by_webhook and "malformed-address" in refused.rules, refused
    assert f"{AUTO}: links" in refused.message
