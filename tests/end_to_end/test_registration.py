"""The webhook becomes binding once it answers: the life of both configurations, from empty shells on."""

import json
import threading
from base64 import b64encode, encodebytes

import pytest

import custom_resources
from control_plane import WEBHOOK
from daemon import LEASE
from objects import subnet
from polling import wait_until
from registration_ground import MUTATING, TYPES, VALIDATING, RegistrationGround, both, shell, states
from webhook import remove_all


@pytest.fixture(scope="module")
def control_plane(new_control_plane):
    """A control plane of its own: a daemon leads here."""
    control_plane = new_control_plane()
    control_plane.install([*custom_resources.guarded(custom_resources.MINIMAL), *custom_resources.own()])
    return control_plane


@pytest.fixture
def ground(control_plane, new_webhook, tmp_path):
    """A webhook that does not run yet, and no configuration."""
    webhook = new_webhook(control_plane.kubeconfig(WEBHOOK))
    ground = RegistrationGround(control_plane, webhook, tmp_path)
    yield ground
    ground.end()
    control_plane.api.request("DELETE", LEASE)
    remove_all(control_plane.api)
    webhook.stop()
    lines = [json.dumps(line) for daemon in ground.daemons for line in daemon.log()]
    assert not [line for line in lines if "answers 403" in line or "forbidden" in line.lower()]


@pytest.fixture
def daemon(ground):
    """A daemon that leads."""
    daemon = ground.new_daemon()
    daemon.start_as_leader()
    return daemon


@pytest.fixture
def armed(ground, daemon):
    """A daemon whose webhook is in force."""
    ground.webhook.start()
    ground.webhook.wait_for("/readyz", 200)
    ground.lay_shells()
    wait_until_armed(ground, daemon)
    return daemon


def wait_until_armed(ground, daemon):
    """Wait until both configurations bind, by the daemon's word and by a refusal."""
    wait_until(lambda: states(daemon) == both("armed"), "both are armed")
    nonsense = subnet("in-force", "nobody", "nonsense")
    wait_until(lambda: ground.api.create(nonsense, dry_run=True).refused_by_webhook, "the API server asks")


def probed(daemon):
    """Return when the last probe was."""
    return daemon.status()["registration"]["probed"]


def pair(plot, number):
    """Return two Subnets that overlap."""
    return [subnet(plot.name(f"{word}{number}"), plot.name("vpc"), plot.v4(f"{number}.0/24")) for word in ("one", "two")]


def assert_guarded(ground, plot, number):
    """Assert that of two Subnets that overlap the second is refused."""
    first, second = pair(plot, number)
    ground.api.store(first)
    assert ground.api.create(second).rules == {"cidr-overlap"}


def test_nothing_binds_until_the_webhook_answers(ground, daemon, plot):
    wait_until(lambda: states(daemon) == both("absent"), "there is nothing")
    ground.lay_shells()
    wait_until(lambda: states(daemon) == both("filled"), "both are filled")
    for kind in TYPES:
        assert ground.entry(kind)["failurePolicy"] == "Ignore"
    before = probed(daemon)
    wait_until(lambda: probed(daemon) not in (None, before), "it asks again")
    assert states(daemon) == both("filled")
    problem = daemon.status()["registration"]["validating"]["problem"]
    assert "no answer of /validate and /mutate" in problem, problem
    ground.api.store(*pair(plot, 1))

    ground.webhook.start()
    wait_until_armed(ground, daemon)
    for kind in TYPES:
        assert ground.entry(kind)["failurePolicy"] == "Fail"
    assert_guarded(ground, plot, 2)
    assert ground.api.list(subnet("", "", ""))  # what was stored meanwhile is still there
    metrics = daemon.metrics()
    assert 'peerwarden_registration_state{configuration="validating",state="armed"} 1\n' in metrics
    assert 'peerwarden_registration_probe_answered{configuration="mutating"} 1\n' in metrics
    assert 'peerwarden_registration_writes_total{configuration="mutating",action="arm",result="done"} 1\n' in metrics
    assert not ground.api.list({"apiVersion": "peerwarden.io/v1alpha1", "kind": "RemoteNetwork", "metadata": {}})
    assert [line["problem"] for line in daemon.said("the webhook configuration is not yet as it should be")], "told"


def test_a_configuration_that_is_deleted_stays_away_and_one_that_comes_back_binds(ground, armed, plot):
    ground.remove()
    wait_until(lambda: states(armed) == both("absent"), "it is missed")
    wait_until(lambda: all(ground.api.create(one, dry_run=True).status == 201 for one in pair(plot, 1)), "nobody is asked")
    ground.webhook.stop()
    ground.api.store(*pair(plot, 1))
    assert not any(ground.live(kind) for kind in TYPES)

    ground.webhook.start()
    ground.lay_shells()
    wait_until_armed(ground, armed)
    assert_guarded(ground, plot, 2)


EDITS = {
    "fewer rules and Ignore": {"rules": [{"apiGroups": ["kubeovn.io"], "apiVersions": ["v1"], "operations": ["CREATE"],
                                          "resources": ["vpcs"], "scope": "*"}], "failurePolicy": "Ignore"},
    "no rule of ours": {"rules": [{"apiGroups": ["example.com"], "apiVersions": ["v1"], "operations": ["CREATE"],
                                   "resources": ["things"], "scope": "*"}]},
    "Ignore": {"failurePolicy": "Ignore"},
    "a selector": {"objectSelector": {"matchLabels": {"guarded": "yes"}}},
    "a condition": {"matchConditions": [{"name": "never", "expression": "false"}]},
    "no conditions": {"matchConditions": None},
    "a longer time": {"timeoutSeconds": 29},
    "another port": {"clientConfig": {"url": "https://127.0.0.1:1/validate"}},
}


def test_what_is_edited_by_hand_is_put_right(ground, armed, plot):
    good = ground.entry(VALIDATING)
    for name, members in EDITS.items():
        ground.edit(VALIDATING, **members)
        wait_until(lambda: ground.entry(VALIDATING) == good, f"put right: {name}")
    wait_until_armed(ground, armed)
    assert_guarded(ground, plot, 1)


def test_what_is_others_stays_in_a_configuration(ground, armed):
    other = {**ground.entry(MUTATING), "name": "mutate.example.com", "failurePolicy": "Ignore",
             "rules": [{"apiGroups": ["example.com"], "apiVersions": ["v1"], "operations": ["CREATE"],
                        "resources": ["things"], "scope": "*"}]}
    outdated = {**other, "name": "earlier.peerwarden.io"}
    ours = ground.entry(MUTATING)
    change = {"metadata": {"annotations": {"example.com/note": "keep"}, "labels": {"example.com/team": "net"}},
              "webhooks": [other, outdated, {**ours, "timeoutSeconds": 3}]}
    assert ground.api.patch(shell(MUTATING), change).status == 200
    wait_until(lambda: ground.entry(MUTATING)["timeoutSeconds"] == 10, "put right")
    wait_until(lambda: "earlier.peerwarden.io" not in ground.entries(MUTATING), "the outdated entry is gone")
    assert ground.entries(MUTATING) == {"mutate.example.com": other, "mutate.peerwarden.io": ours}
    metadata = ground.live(MUTATING)["metadata"]
    assert metadata["annotations"]["example.com/note"] == "keep" and metadata["labels"] == {"example.com/team": "net"}
    owners = {row["manager"] for row in metadata["managedFields"]}
    assert "peerwarden-daemon" in owners


def test_a_configuration_with_the_annotation_manual_is_left_alone(ground, armed):
    manual = {"metadata": {"annotations": {"peerwarden.io/registration": "manual"}}}
    assert ground.api.patch(shell(VALIDATING), manual).status == 200
    wait_until(lambda: states(armed)["validating"] == "manual", "it is known")
    ground.edit(VALIDATING, timeoutSeconds=7)
    ground.edit(MUTATING, timeoutSeconds=7)
    wait_until(lambda: ground.entry(MUTATING)["timeoutSeconds"] == 10, "the other one is put right")
    assert ground.entry(VALIDATING)["timeoutSeconds"] == 7
    manual["metadata"]["annotations"]["peerwarden.io/registration"] = None
    assert ground.api.patch(shell(VALIDATING), manual).status == 200
    wait_until(lambda: ground.entry(VALIDATING)["timeoutSeconds"] == 10, "put right")


def test_applying_the_shells_again_leaves_the_entries(ground, armed):
    before = {kind: ground.live(kind)["webhooks"] for kind in TYPES}
    ground.lay_shells(labels={"app.kubernetes.io/version": "next"})
    for kind in TYPES:
        live = ground.live(kind)
        assert live["webhooks"] == before[kind]
        assert live["metadata"]["labels"] == {"app.kubernetes.io/version": "next"}


class Load:
    """One client that creates Subnets as dry runs without a pause."""

    def __init__(self, api, plot):
        self.api = api
        self.plot = plot
        self.calls = 0
        self.failures = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        """Create until the end is announced."""
        while not self.ended.is_set():
            number = self.calls % 200
            answer = self.api.create(subnet(self.plot.name(f"load{number}"), self.plot.name("vpc"), self.plot.v4("8.0/24")),
                                     dry_run=True)
            self.calls += 1
            if answer.status != 201:
                self.failures.append(answer)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


def test_a_changed_file_comes_into_force_without_a_failed_call(ground, armed, plot):
    with Load(ground.api, plot) as load:
        for seconds in (9, 8, 10):
            done = load.calls
            ground.want(timeoutSeconds=seconds)
            wait_until(lambda: all(ground.entry(kind)["timeoutSeconds"] == seconds for kind in TYPES), "in force")
            assert all(ground.entry(kind)["failurePolicy"] == "Fail" for kind in TYPES)
            wait_until(lambda: load.calls > done + 20, "there are calls")
    assert not load.failures, load.failures[:3]

    def writes(action):
        return sum(line["action"] == action for line in armed.said("the webhook configuration was written"))
    wait_until(lambda: writes("amend") == 6, "all is told")
    assert writes("fill") == writes("arm") == 2


def test_another_service_binds_once_it_answers_and_no_call_fails_before(ground, armed, plot, control_plane, new_webhook):
    first, ground.webhook = ground.webhook, new_webhook(control_plane.kubeconfig(WEBHOOK))
    with Load(ground.api, plot) as load:
        ground.want()
        wait_until(lambda: states(armed) == both("filled"), "both lead to the other one")
        done = load.calls
        wait_until(lambda: load.calls > done + 20, "there are calls")
        ground.webhook.start()
        wait_until(lambda: states(armed) == both("armed"), "both are armed")
        first.stop()
        done = load.calls
        wait_until(lambda: load.calls > done + 20, "there are calls")
    assert not load.failures, load.failures[:3]
    assert all(str(ground.webhook.port) in ground.entry(kind)["clientConfig"]["url"] for kind in TYPES)
    assert_guarded(ground, plot, 1)
    ground.webhook.stop()


def test_an_authority_that_is_wrong_never_binds_and_one_in_lines_does(ground, armed, plot):
    ground.trust(b64encode(ground.control_plane.certificate.read_bytes()).decode())
    wait_until(lambda: states(armed) == both("filled"), "the wrong one is there")
    wait_until(lambda: all(armed.status()["registration"][name]["problem"] for name in TYPES.values()),
               "nobody answers")
    assert all(ground.entry(kind)["failurePolicy"] == "Ignore" for kind in TYPES)
    ground.trust(encodebytes(ground.webhook.authority.bundle.encode()).decode())
    wait_until_armed(ground, armed)
    assert_guarded(ground, plot, 1)


def test_a_file_that_cannot_be_used_changes_nothing(ground, armed):
    ground.file.write_text("apiVersion: v1\nkind: ConfigMap\n")
    message = "the registration file cannot be used; what it said before counts on"
    wait_until(lambda: armed.said(message), "it is told")
    ground.edit(VALIDATING, timeoutSeconds=7)
    wait_until(lambda: ground.entry(VALIDATING)["timeoutSeconds"] == 10, "put right by what it said before")
    ground.want()
    wait_until(lambda: armed.said("the registration file can be used again"), "it is told")
    assert len(armed.said(message)) == 1


def test_a_daemon_that_is_killed_between_two_steps_leaves_a_cluster_that_works(ground, daemon, plot):
    ground.lay_shells()
    wait_until(lambda: states(daemon) == both("filled"), "both are filled")
    daemon.server.kill()
    ground.api.store(*pair(plot, 1))
    ground.webhook.start()
    second = ground.new_daemon()
    second.start_as_leader()
    wait_until_armed(ground, second)
    assert_guarded(ground, plot, 2)


def test_without_the_kinds_of_peerwarden_it_waits_for_them(new_control_plane, new_webhook, tmp_path):
    control_plane = new_control_plane()
    webhook = new_webhook(control_plane.kubeconfig(WEBHOOK))
    ground = RegistrationGround(control_plane, webhook, tmp_path)
    try:
        webhook.start()
        daemon = ground.new_daemon()
        daemon.start()
        daemon.wait_until_it_leads()
        ground.lay_shells()
        wait_until(lambda: states(daemon) == both("filled"), "both are filled")
        wait_until(lambda: daemon.status()["registration"]["validating"]["problem"], "it says why")
        assert daemon.status()["registration"]["validating"]["answer"] == "impossible"
        control_plane.install([*custom_resources.guarded(custom_resources.MINIMAL), *custom_resources.own()])
        wait_until_armed(ground, daemon)
    finally:
        ground.end()


def test_the_webhook_never_answers_a_real_write_as_a_probe(ground, armed):
    network = {"apiVersion": "peerwarden.io/v1alpha1", "kind": "RemoteNetwork",
               "metadata": {"name": "real", "annotations": {"peerwarden.io/probe": "abc"}},
               "spec": {"gcp": {"project": "peerwarden-probe", "network": "probe-real"}}}
    dry = ground.api.create(network, dry_run=True)
    assert dry.status == 201
    assert [warning for warning in dry.warnings if "answers probe abc" in warning] == [
        '299 - "peerwarden mutate answers probe abc at 127.0.0.1"',
        '299 - "peerwarden validate answers probe abc at 127.0.0.1"']
    stored = ground.api.create(network)
    assert stored.status == 201 and not stored.warnings, stored
    network["metadata"]["annotations"]["peerwarden.io/probe"] = "not a word"
    assert not ground.api.create({**network, "metadata": {**network["metadata"], "name": "real2"}}, dry_run=True).warnings
