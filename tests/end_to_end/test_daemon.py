"""The daemon on a real API server: it leads, reports, hands the lead over and ends, with the rights it is given."""

import json
import os
import re
import subprocess

import pytest

import custom_resources
from control_plane import SYSTEM_NAMESPACE
from custom_resources import REPOSITORY, UPSTREAM_FOLDER
from daemon import LEASE, Daemon, grant
from objects import aws_network, aws_peering, shoot_info, subnet, vpc
from polling import wait_until
from webhook import program, remove_all

REPORTS = "/apis/wgpolicyk8s.io/v1alpha2/clusterpolicyreports?labelSelector=app.kubernetes.io/managed-by=peerwarden"


@pytest.fixture(scope="module")
def control_plane(new_control_plane):
    """A control plane with the guarded kinds and those of reports, and no webhook."""
    reports = sorted((UPSTREAM_FOLDER / "report-crds").glob("*.yaml"))
    if len(reports) < 4:
        pytest.skip("shared/upstream/report-crds does not stand beside the repository")
    control_plane = new_control_plane()
    control_plane.install([*reports, *custom_resources.guarded(custom_resources.best()), *custom_resources.own()])
    return control_plane


@pytest.fixture(scope="module")
def kubeconfig(control_plane):
    """The kubeconfig of the daemon's ServiceAccount."""
    return grant(control_plane)


@pytest.fixture
def new_daemon(control_plane, kubeconfig, tmp_path):
    """A function that prepares a daemon; afterwards all are gone, and so are the Lease and all objects."""
    made = []

    def make(*options, **environment):
        made.append(Daemon(tmp_path, kubeconfig, *options, **environment))
        return made[-1]

    yield make
    for daemon in made:
        daemon.server.kill()
    control_plane.api.request("DELETE", LEASE)
    remove_all(control_plane.api)
    lines = [json.dumps(line) for daemon in made for line in daemon.log()]
    assert not [line for line in lines if "answers 403" in line or "forbidden" in line.lower()]


@pytest.fixture
def daemon(new_daemon):
    """A daemon that leads and may write a report each second."""
    daemon = new_daemon("--report-interval", "1s")
    daemon.start_as_leader()
    return daemon


def holder(control_plane):
    """Return who has the Lease."""
    return control_plane.api.request("GET", LEASE).body.get("spec", {}).get("holderIdentity", "")


def reported(control_plane):
    """Return the rules that reports say are broken, by the name of the object."""
    items = control_plane.api.request("GET", REPORTS).body["items"]
    return {item["scope"]["name"]: {result["rule"] for result in item["results"]} for item in items}


def overlapping():
    """Return two Subnets of one VPC that overlap, and the VPC."""
    return [vpc("one"), subnet("left", "one", "10.1.0.0/16"), subnet("right", "one", "10.1.2.0/24")]


def test_it_becomes_ready_and_leader_and_ends_when_told(control_plane, new_daemon):
    daemon = new_daemon()
    daemon.start_as_leader()
    assert daemon.status()["phase"] == "running"
    assert daemon.name in holder(control_plane)
    assert 'leader_election_master_status{name="peerwarden-daemon"} 1' in daemon.metrics()
    assert 'workqueue_depth{name="peering"}' in daemon.metrics()
    daemon.stop()
    assert holder(control_plane) == "", "the Lease was not given back"
    assert daemon.log()[-1]["message"] == "ended"


def test_a_stored_conflict_is_reported_and_the_report_goes_when_it_is_mended(control_plane, daemon):
    control_plane.api.store(*overlapping())
    wait_until(lambda: any("cidr-overlap" in rules for rules in reported(control_plane).values()),
               "the overlap is reported", seconds=5)
    assert control_plane.api.delete(subnet("right", "one", "10.1.2.0/24")).status == 200
    wait_until(lambda: not any("cidr-overlap" in rules for rules in reported(control_plane).values()),
               "the report is gone", seconds=10)
    assert daemon.status()["reports"]["problem"] == ""


def test_what_stands_at_the_start_is_reported(control_plane, new_daemon):
    control_plane.api.store(*overlapping())
    daemon = new_daemon()
    daemon.start_as_leader()
    wait_until(lambda: any("cidr-overlap" in rules for rules in reported(control_plane).values()),
               "the overlap is reported", seconds=5)
    assert daemon.status()["audit"]["findings"]["deny"] >= 1


def test_of_two_daemons_one_leads_and_the_other_follows_it(control_plane, new_daemon):
    first, second = new_daemon(), new_daemon()
    first.start_as_leader()
    second.start()
    assert not second.leads
    wait_until(lambda: first.name in second.status()["leader"]["holder"], "the second knows the first")
    first.stop()
    second.wait_until_it_leads()
    assert second.name in holder(control_plane)


def test_a_leader_that_sleeps_for_longer_than_its_lease_does_not_write_when_it_wakes(control_plane, new_daemon):
    first, second = (new_daemon("--report-interval", "1s") for _ in range(2))
    first.start_as_leader()
    second.start()
    first.pause()
    second.wait_until_it_leads()
    version = control_plane.api.request("GET", LEASE).body["spec"]["leaseTransitions"]
    first.go_on()
    wait_until(lambda: second.name in first.status()["leader"]["holder"], "the first knows the second")
    assert not first.leads and second.leads
    control_plane.api.store(*overlapping())
    wait_until(lambda: reported(control_plane), "the second reports")
    assert control_plane.api.request("GET", LEASE).body["spec"]["leaseTransitions"] == version
    assert written(first) == 0 and written(second) > 0


def written(daemon):
    """Return how many reports a daemon has written."""
    found = re.findall(r"^peerwarden_report_writes_total\{.*\} (\d+)$", daemon.metrics(), re.MULTILINE)
    return sum(int(count) for count in found)


def test_the_page_for_people_says_who_leads_and_loads_nothing(daemon):
    status, headers, page = daemon.get("/")
    assert status == 200 and headers.get_content_type() == "text/html"
    assert "this replica" in page and daemon.name in page
    assert "<script" not in page and "src=" not in page and "href=" not in page


def test_every_live_metric_stands_in_the_docs(daemon):
    documented = re.findall(r"^\| `(\w+)` \| (\w+) \|", (REPOSITORY / "docs" / "metrics.md").read_text(), re.MULTILINE)
    live = re.findall(r"^# TYPE (\w+) (\w+)$", daemon.metrics(), re.MULTILINE)
    assert live and set(live) <= set(documented)


def test_an_empty_cluster_without_any_definition_is_watched_and_left_in_time(new_control_plane, tmp_path):
    control_plane = new_control_plane()
    daemon = Daemon(tmp_path, grant(control_plane))
    try:
        daemon.start_as_leader()
        assert daemon.status()["mirror"]["objects"] == 0
        wait_until(lambda: daemon.status()["reports"]["problem"], "it says that there is no place for reports")
        control_plane.api_server.kill()
        daemon.stop()  # even while nobody takes the Lease back
    finally:
        daemon.server.kill()


def ready(control_plane, thing_):
    """Return the message of an object's condition Ready or Error, if it has one."""
    conditions = control_plane.api.get(thing_).body.get("status", {}).get("conditions", [])
    return next((one["message"] for one in conditions if one["type"] in ("Ready", "Error")), None)


def events(control_plane, name):
    """Return the reasons of the Events about an object."""
    items = control_plane.api.request("GET", "/apis/events.k8s.io/v1/events").body["items"]
    return {item["reason"] for item in items if item["regarding"]["name"] == name}


def test_keys_that_cannot_be_had_are_said_wherever_somebody_looks(control_plane, new_daemon, tmp_path):
    """With every right that managing takes, and none that is missing: the fixture looks for refusals."""
    peering = aws_peering("keyless", "vpc-0a1b2c3d4e5f60718")
    network = aws_network("keyless", "vpc-0a1b2c3d4e5f60718", "10.3.0.0/16")
    control_plane.api.store(shoot_info(), peering, network)
    (tmp_path / "config").write_text("[default]\nregion = eu-west-1\n")
    daemon = new_daemon("--clouds", "aws", "--mode", "manage", AWS_PROFILE="nowhere",
                        AWS_CONFIG_FILE=str(tmp_path / "config"), AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "none"))
    daemon.start_as_leader()
    wait_until(lambda: "nowhere" in (ready(control_plane, network) or ""), "the network says it")
    wait_until(lambda: "nowhere" in (ready(control_plane, peering) or ""), "the peering says it")
    wait_until(lambda: events(control_plane, "keyless"), "an Event says it")
    assert "nowhere" in daemon.status()["peerings"][0]["problem"]
    assert daemon.status()["peerings"][0]["key"] == "awsvpcpeerings/keyless"
    assert daemon.status()["clouds"]["aws"]["errors"] > 0
    assert "awsvpcpeerings/keyless" in daemon.get("/")[2]
    daemon.stop()
    control_plane.api.delete(shoot_info())


BAD_SETTINGS = {
    "an unknown cloud": (["--clouds", "aws,oracle"], "oracle"),
    "an unknown mode": (["--mode", "destroy"], "mode"),
    "a lease shorter than its renewal": (["--lease-duration", "5s"], "--lease-duration"),
    "a name that is none": (["--pod-name", "a/b"], "--pod-name"),
    "a kubeconfig that is not there": (["--kubeconfig", "nowhere"], "nowhere"),
    "a policy that is not there": (["--policy", "nowhere"], "nowhere"),
    "a port that is none": (["--listen", "127.0.0.1:99999"], "99999"),
}


@pytest.mark.parametrize("case", BAD_SETTINGS)
def test_settings_that_cannot_work_end_it_with_the_reason(kubeconfig, tmp_path, case):
    options, word = BAD_SETTINGS[case]
    given = [] if "--kubeconfig" in options else ["--kubeconfig", kubeconfig]
    done = subprocess.run(
        [program("peerwarden-daemon"), *given, *options], capture_output=True, text=True, timeout=60, cwd=tmp_path,
        env={**os.environ, "POD_NAME": "daemon", "POD_NAMESPACE": SYSTEM_NAMESPACE}, check=False)
    assert done.returncode == 2
    assert word in done.stdout + done.stderr
