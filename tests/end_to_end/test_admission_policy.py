"""Without a webhook, the ValidatingAdmissionPolicies refuse the scenarios that need no other object, and no others."""

import os
import random
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

import scenario_definitions
from admission_policy import MANIFEST, enforce, policies, refused_by_policy
from admission_policy_objects import GOOD, KINDS, NONSENSE, REFUSED, UNMENDED, of_kind
from admission_policy_random import Dice
from custom_resources import REPOSITORY
from findings import rules_in
from objects import changed, vpc
from polling import wait_until
from scenario_cluster import Store
from scenario_files import read_scenarios
from scenario_folder import FolderWay, requests_of
from scenario_lint import run, write
from webhook import program, remove_all

LINES_SHOWN = 40
RANDOM_OBJECTS = 600


@pytest.fixture(scope="module")
def filled_store(new_control_plane, tmp_path_factory):
    """An API server that judges dry runs by the policies, with what a test has left behind."""
    control_plane = new_control_plane()
    scenario_definitions.install(control_plane, tmp_path_factory.mktemp("definitions"))
    store = Store(control_plane.api, scenario_definitions.resources())
    enforce(control_plane.kubectl, policies(of_dry_runs_alone=True), lambda each: store.ask("CREATE", each, None))
    yield store
    control_plane.stop()


@pytest.fixture
def store(filled_store):
    """An API server that judges dry runs by the policies and holds nothing."""
    filled_store.hold([])
    return filled_store


@pytest.fixture(scope="module")
def alone(new_webhook, tmp_path_factory):
    """A webhook that knows of no object."""
    folder = tmp_path_factory.mktemp("alone")
    (folder / "inventory").mkdir()
    policy = folder / "policy.yaml"
    way = FolderWay(new_webhook(None, "--inventory", folder / "inventory", "--policy", policy), policy,
                    folder / "inventory", scenario_definitions.resources())
    way.start()
    yield way
    way.webhook.stop()


@pytest.fixture(scope="module")
def mend(alone):
    """A function that gives a request's object the canonical form that /mutate gives it."""
    return alone.mend


@pytest.fixture(scope="module")
def denials_of(tmp_path_factory):
    """A function that says by which rules lint denies each of some requests when nothing else is known."""
    def lint(request):
        _, asked, old, _ = request
        folder = tmp_path_factory.mktemp("bare")
        state = folder / "state"
        state.mkdir()
        if old:
            write(state / "old.yaml", [old])
        found = run(program("peerwarden"), "lint", "-o", "json", "--state", state,
                    write(folder / "asked.yaml", [asked]))
        return {each["rule"] for each in found if each["action"] == "deny"}

    def lint_all(requests):
        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(lint, requests))
    return lint_all


def asked_of(scenarios):
    """Return the scenarios' creations and updates of the kinds that policies guard, each with its scenario."""
    return [(scenario, request) for scenario in scenarios for request in requests_of(scenario)
            if request[0] != "DELETE" and request[1]["kind"] in KINDS]


def differences(asked, store, mend, differs):
    """Put each request to the API server and return a line for each answer that differs."""
    lines = []
    for scenario, (operation, asked_thing, old, _), *more in asked:
        store.hold([old] if old else [])
        answer = store.ask(operation, mend(operation, asked_thing, old), old)
        if differs(answer, *more):
            lines.append(f"{scenario}: {answer.status} {answer.message} {more}")
    return lines


def assert_none(lines, what):
    """Fail with the lines, if there are any."""
    assert not lines, f"{len(lines)} are {what}:\n" + "\n".join(lines[:LINES_SHOWN])


def test_what_one_object_is_denied_for_is_refused_without_a_webhook(store, mend, denials_of, capsys):
    asked = asked_of(each for each in read_scenarios() if each.action == "deny" and not each.policy and not each.bundle)
    denials = denials_of([request for _, request in asked])
    single = [(scenario, request, rules) for (scenario, request), rules in zip(asked, denials)
              if rules and rules <= scenario.rules]
    assert_none(differences(single, store, mend, lambda answer, rules: not (
        refused_by_policy(answer) and rules_in(answer.message) and rules_in(answer.message) <= rules)), "not refused")
    with capsys.disabled():
        print(f"\nscenarios: {len(single)} of {len(asked)} refusals stand without a webhook")


def test_what_is_allowed_or_warned_of_is_admitted_by_the_policies(store, mend):
    asked = asked_of(each for each in read_scenarios() if each.action != "deny" and not each.policy)
    assert_none(differences(asked, store, mend, lambda answer: answer.status >= 300), "refused")


def test_what_the_webhook_would_mend_is_admitted_only_where_the_controllers_cope_with_it(store, denials_of):
    answers = {name: store.ask("CREATE", each, None) for name, (each, _) in UNMENDED.items()}
    wrong = {name: answer for name, answer in answers.items()
             if UNMENDED[name][1] != (answer.status == 201) or not (answer.status == 201 or refused_by_policy(answer))}
    assert not wrong
    assert not set().union(*denials_of([("CREATE", each, None, []) for each, _ in UNMENDED.values()]))


def test_what_no_scenario_is_about_is_refused_alike(store, denials_of):
    assert denials_of([("CREATE", each, None, []) for each, _ in REFUSED]) == [{rule} for _, rule in REFUSED]
    assert [rules_in(store.ask("CREATE", each, None).message) for each, _ in REFUSED] == [{rule} for _, rule in REFUSED]


def test_an_object_without_a_spec_is_judged_as_lint_does(store, denials_of):
    empty = [each for kind in sorted(KINDS) for each in (of_kind(kind, {}), of_kind(kind, None))]
    denied = [bool(rules) for rules in denials_of([("CREATE", each, None, []) for each in empty])]
    answers = [store.ask("CREATE", each, None) for each in empty]
    assert [refused_by_policy(answer) for answer in answers] == denied, answers
    assert [answer.status == 201 for answer in answers] == [not each for each in denied]


def test_an_ip_range_keeps_its_network(store, denials_of):
    before, after = (of_kind("IpRange", {"cidr": cidr}) for cidr in ("10.250.4.0/22", "10.250.8.0/22"))
    store.hold([before])
    assert denials_of([("UPDATE", after, before, [])]) == [{"immutable-field"}]
    assert rules_in(store.ask("UPDATE", after, before).message) == {"immutable-field"}


def test_random_objects_are_refused_where_a_webhook_that_knows_no_other_object_refuses_them(store, alone):
    seed = int(os.environ.get("PEERWARDEN_SEED", random.randrange(2 ** 32)))
    dice = Dice(random.Random(seed))
    wrong, refusals = [], 0
    for _ in range(RANDOM_OBJECTS):
        each = alone.mend("CREATE", dice.thing(), None)
        here, there = alone.validate("CREATE", each, None), store.ask("CREATE", each, None)
        refusals += here.action == "deny"
        if (here.action == "deny") != refused_by_policy(there) or (there.status == 201) != (here.action != "deny"):
            wrong.append(f"{each['kind']} {each['spec']}\n  the webhook: {here.text}\n  the policy: {there.message}")
    assert_none(wrong, f"judged in two ways (PEERWARDEN_SEED={seed})")
    assert RANDOM_OBJECTS / 5 < refusals < RANDOM_OBJECTS * 4 / 5


def large_vpc(size, routes_each=5):
    """Return a Vpc with many peerings of both families and some routes to each."""
    peerings = [{"remoteVpc": f"vpc-{number}",
                 "localConnectIP": f"10.{number // 256}.{number % 256}.1/30,fd69:{number}::1/126"}
                for number in range(size)]
    routes = [{"cidr": f"172.{part}.{number % 256}.0/24", "nextHopIP": f"10.{number // 256}.{number % 256}.2"}
              for number in range(size) for part in range(routes_each)]
    return of_kind("Vpc", {"vpcPeerings": peerings, "staticRoutes": routes})


def with_peering(thing, remote, link):
    """Return a Vpc with one more peering."""
    return changed(thing, vpcPeerings=[*thing["spec"]["vpcPeerings"], {"remoteVpc": remote, "localConnectIP": link}])


@pytest.mark.parametrize("size, routes_each", [(90, 2), (90, 5), (199, 1), (400, 5)])
def test_a_large_vpc_is_admitted_and_may_grow(store, size, routes_each):
    large = large_vpc(size, routes_each)
    more = with_peering(large, "one-more", "192.168.0.1/30")
    bad = with_peering(large, "one-more", "192.168.0.1")
    assert store.ask("CREATE", large, None).status == 201
    assert rules_in(store.ask("CREATE", bad, None).message) == {"malformed-address"}
    store.hold([large])
    assert store.ask("UPDATE", more, large).status == 200
    assert rules_in(store.ask("UPDATE", bad, large).message) == {"malformed-address"}


def test_the_entries_of_a_vpc_with_ninety_peerings_are_compared_with_each_other(store):
    large = large_vpc(90)
    for remote, link, rule in (("one-more", "10.0.7.2/24", "link-address-conflict"),
                               ("vpc-7", "192.168.0.1/30", "duplicate-peering")):
        store.hold([])
        assert rules_in(store.ask("CREATE", with_peering(large, remote, link), None).message) == {rule}
        store.hold([large])
        assert rules_in(store.ask("UPDATE", with_peering(large, remote, link), large).message) == {rule}


def test_the_reserved_zones_are_those_of_the_webhook():
    source = (REPOSITORY / "kinds" / "azure_vpc_dns_link.c").read_text()
    listed = re.search(r"reserved_zones\[\] = \{(.*?)\};", source, re.DOTALL)[1]
    expression = next(variable["expression"] for document in policies() if "variables" in document["spec"]
                      for variable in document["spec"]["variables"] if variable["name"] == "keptByAzure")
    assert re.findall(r"'([^']+)'", expression) == re.findall(r'"([^"]+)"', listed)


@pytest.fixture(scope="module")
def stored(control_plane):
    """A Vpc that was stored before the policies were there, and peers with itself."""
    bad = vpc("stored", peerings=[("stored", "169.254.0.1/30")], finalizers=["end-to-end.peerwarden.io/hold"])
    control_plane.api.store(bad)
    yield bad
    remove_all(control_plane.api)


@pytest.fixture(scope="module")
def policed(control_plane, stored):
    """An API server with all definitions as they are and the manifest as it stands."""
    enforce(control_plane.kubectl, policies(), lambda each: control_plane.api.create(each, dry_run=True))
    yield control_plane
    control_plane.kubectl.must("delete", "--filename", MANIFEST)
    wait_until(lambda: control_plane.api.create(of_kind("Vpc", NONSENSE["Vpc"]), dry_run=True).status == 201,
               "the policies are gone")


def test_kubectl_shows_the_field_the_rule_and_the_way_out(policed):
    refused = policed.kubectl.apply(vpc("alone", peerings=[("alone", "169.254.0.1/30")]))
    assert refused.status == 1
    assert "spec.vpcPeerings[].remoteVpc alone is this VPC itself [self-peering]" in refused.stderr
    assert "name the VPC at the other end" in refused.stderr


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_good_object_is_admitted_and_nonsense_is_not(policed, kind):
    assert policed.api.create(of_kind(kind, GOOD[kind]), dry_run=True).status == 201
    assert policed.api.create(of_kind(kind, NONSENSE[kind]), dry_run=True).status == 422


def test_what_was_stored_before_may_be_labelled_reported_on_and_deleted_but_not_get_worse(policed, stored):
    api = policed.api
    good = {"cidr": "172.31.0.0/16", "nextHopIP": "169.254.0.2", "policy": "policyDst"}
    assert api.patch(stored, {"metadata": {"labels": {"team": "network"}}}).status == 200
    assert api.patch(stored, {"status": {"standby": True}}, subresource="/status").status == 200
    assert api.patch(stored, {"spec": {"staticRoutes": [good]}}).status == 200
    worse = api.patch(stored, {"spec": {"staticRoutes": [good, {**good, "nextHopIP": "nonsense"}]}})
    assert rules_in(worse.message) == {"malformed-address"}
    assert api.delete(stored).status == 200
    assert api.patch(stored, {"metadata": {"finalizers": None}}).status == 200
    assert api.get(stored).status == 404
