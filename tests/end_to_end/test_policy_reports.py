"""Policy reports as they are written, before a real API server with the definitions of both report formats."""

import json
import subprocess

import pytest

from custom_resources import TEST_FOLDER, UPSTREAM_FOLDER
from objects import KUBE_OVN, subnet, thing
from webhook import BUILD

PRINTER = BUILD / "tests" / "report.print_policy_reports"
FORMS = {"wgpolicy": "wgpolicyk8s.io", "openreports": "openreports.io"}
OBJECTS = {
    "subnet": subnet("reported", "ovn-cluster", "10.9.0.0/24"),
    "gateway": thing(KUBE_OVN, "VpcEgressGateway", "reported", {"vpc": "vpc-1", "externalSubnet": "external"},
                     namespace="default"),
}


@pytest.fixture(scope="module")
def control_plane(new_control_plane):
    """A control plane with the report kinds, and no webhook."""
    reports = sorted((UPSTREAM_FOLDER / "report-crds").glob("*.yaml"))
    if len(reports) < 4:
        pytest.skip("shared/upstream/report-crds does not stand beside the repository")
    control_plane = new_control_plane()
    control_plane.install([*reports, *sorted(TEST_FOLDER.glob("*.yaml"))])
    return control_plane


@pytest.fixture(params=OBJECTS)
def reported(request, control_plane):
    """An object to report on: the word that the printer knows, and the object as stored."""
    control_plane.api.store(OBJECTS[request.param])
    yield request.param, control_plane.api.get(OBJECTS[request.param]).body
    control_plane.api.delete(OBJECTS[request.param])


def print_report(form, word, stored):
    """Return the report on an object of the API server."""
    done = subprocess.run([PRINTER, form, word, stored["metadata"]["name"], stored["metadata"]["uid"]],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def content(report):
    """Return the hash by which the daemon knows whether a report has to be written."""
    done = subprocess.run([PRINTER, "content"], input=json.dumps(report), capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("form", FORMS)
def test_the_api_server_stores_a_report_as_it_was_written(control_plane, reported, form):
    """Strict validation accepts it, nothing is dropped, and what comes back is known as the same."""
    word, stored = reported
    report = print_report(form, word, stored)
    kubectl = control_plane.kubectl
    kubectl.must("create", "--validate=strict", "--filename=-", stdin=json.dumps(report))
    resource = f"{report['kind']}.{FORMS[form]}"
    where = [f"--namespace={report['metadata']['namespace']}"] if "namespace" in report["metadata"] else []
    name = report["metadata"]["name"]
    back = json.loads(kubectl.must("get", resource, name, *where, "--output=json").stdout)

    assert {key: back[key] for key in report if key != "metadata"} == {
        key: report[key] for key in report if key != "metadata"}
    assert {key: back["metadata"][key] for key in report["metadata"]} == report["metadata"]
    assert content(back) == content(report)
    back["summary"]["fail"] = 7
    assert content(back) != content(report)
    table = kubectl.must("get", resource, *where, "--selector=app.kubernetes.io/managed-by=peerwarden").stdout
    assert f"{name} " in table and " 1 1 2 0 0 " in " ".join(table.splitlines()[1].split()), table
    kubectl.must("delete", resource, name, *where)


@pytest.mark.parametrize("form", FORMS)
def test_a_report_can_be_applied_again(control_plane, reported, form):
    """Server-side apply with strict validation takes a report twice, and changes nothing the second time."""
    word, stored = reported
    report = print_report(form, word, stored)
    apply = ["apply", "--server-side", "--validate=strict", "--output=json", "--filename=-"]
    first, second = (json.loads(control_plane.kubectl.must(*apply, stdin=json.dumps(report)).stdout)
                     for _ in range(2))
    assert first["metadata"]["resourceVersion"] == second["metadata"]["resourceVersion"]
    control_plane.kubectl.must("delete", "--filename=-", stdin=json.dumps(report))


def test_strict_validation_would_notice(control_plane, reported):
    """The same report with one member that no schema knows, or with a wrong word, is refused."""
    word, stored = reported
    report = print_report("wgpolicy", word, stored)
    report["results"][0]["surprise"] = "x"
    assert control_plane.kubectl("create", "--validate=strict", "--filename=-", stdin=json.dumps(report)).status != 0
    del report["results"][0]["surprise"]
    report["results"][0]["severity"] = "deadly"
    assert control_plane.kubectl("create", "--validate=strict", "--filename=-", stdin=json.dumps(report)).status != 0
