"""Replicas of the webhook are replaced, get new certificates and read a new policy: no call fails meanwhile."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from control_plane import WEBHOOK
from key_pairs import Authority
from load import Caller, Users, calls_of
from objects import subnet, vpc
from polling import wait_until
from rolling_replicas import Replicas
from test_policy_file import policy_text
from webhook import Guard, remove_all
from wire import review

CALLS = 2000
USERS, CALLERS = 8, 4
GRACE = ["--shutdown-delay=6s", "--drain-time=10s"]
LATENESS = 2


@pytest.fixture(scope="module")
def policy(tmp_path_factory):
    """The policy file of all replicas."""
    path = tmp_path_factory.mktemp("policy") / "policy.yaml"
    path.write_text(policy_text())
    return path


@pytest.fixture(scope="module")
def replicas(control_plane, new_webhook, authority, policy, tmp_path_factory):
    """Three replicas that run."""
    kubeconfig = control_plane.kubeconfig(WEBHOOK)
    made = Replicas(lambda pair: new_webhook(kubeconfig, "--policy", policy, *GRACE, pair=pair),
                    authority, tmp_path_factory.mktemp("replicas"), LATENESS)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def guard(control_plane, replicas):
    """The registration of the balancer."""
    guard = Guard(control_plane, replicas)
    guard.register()
    yield guard
    guard.unregister()
    remove_all(control_plane.api)


@pytest.fixture
def known(api, replicas, plot):
    """A Subnet that all replicas know of."""
    made = subnet(plot.name("known"), plot.name("net"), plot.v4("0.0/24"))
    api.store(vpc(plot.name("net")), made)
    again = review(subnet(plot.name("again"), plot.name("net"), plot.v4("0.0/24")))
    for wire in replicas.wires():
        wait_until(lambda wire=wire: b"cidr-overlap" in wire.post(again)[2], "all replicas know it")
    return made


@pytest.fixture
def load(api, replicas, known, capsys):
    """A context in which users and callers make calls; as it ends all of them must have come out right."""
    @contextmanager
    def run():
        before = calls_of(api, replicas.port)
        users = Users(api, known)
        callers = Caller(replicas.port, replicas.authority.bundle, known["spec"]["vpc"])
        with users, callers:
            users.start(USERS)
            callers.start(CALLERS)
            yield
            wait_until(lambda: users.tally.calls >= CALLS, f"{CALLS} calls were made", seconds=300)
        sent = calls_of(api, replicas.port) - before
        with capsys.disabled():
            print(f"\n  users of the API server: {users.tally}\n  the API server itself, on the wire: {dict(sent)}"
                  f"\n  callers beside it: {callers.tally}; on the wire: {dict(callers.wire)}")
        assert not users.tally.failures, users.tally.failures[:3]
        assert not callers.tally.failures, callers.tally.failures[:3]
        assert "<error>" not in sent, sent
    return run


def test_no_call_fails_while_each_replica_is_replaced(replicas, load):
    with load():
        late = [replicas.replace(webhook) for webhook in list(replicas.running)]
    assert all(late), "the balancer sent no new connection to a leaving replica"
    assert not replicas.balancer.refused


def test_no_call_fails_while_the_policy_is_reloaded(replicas, policy, load):
    def read_again():
        return min(webhook.server.log.read_text().count("the policy was read again") for webhook in replicas.running)

    with load():
        for turn in range(1, 6):
            policy.write_text(policy_text(quotas={"peerings": {"aws": turn}}))
            wait_until(lambda turn=turn: read_again() >= turn, "all replicas read the policy again")


def publish(guard, *authorities):
    """Put the certificates of authorities into the registration and wait until the API server goes by them."""
    bundle = "".join(authority.bundle for authority in authorities)
    probe = f"probe-{hash(bundle):x}"
    guard.webhook.authority = SimpleNamespace(bundle=bundle, issue=authorities[-1].issue)
    for configuration in guard.configurations():
        for entry in configuration["webhooks"]:
            entry["matchConditions"] = [{"name": "all-but-one", "expression": f"request.name != '{probe}'"}]
        assert guard.api.patch(configuration, {"webhooks": configuration["webhooks"]}).status == 200

    def nobody_is_asked_about_the_probe():
        answer = guard.api.create(subnet(probe, probe, " 192.0.2.0/24"), dry_run=True)
        return answer.status == 201 and answer.body["spec"]["cidrBlock"].startswith(" ")
    wait_until(nobody_is_asked_about_the_probe, "the API server goes by the new registration")


def test_no_call_fails_while_the_certificates_are_swapped(replicas, guard, load, tmp_path):
    old, new = replicas.authority, Authority(tmp_path)
    replicas.authority = SimpleNamespace(bundle=old.bundle + new.bundle, issue=old.issue)
    with load():
        replicas.swap_pairs()
        publish(guard, old, new)
        replicas.swap_pairs()
        publish(guard, new)
