"""The command `peerwarden audit`, and the forms of output that it shares with lint."""
import json
import xml.etree.ElementTree as ElementTree

import pytest

from fake_cluster import cluster, kubeconfig
from report_schemas import assert_junit, assert_sarif
from terminal import EXAMPLES, pair, run, run_json, saved, stream, subnet, thing, vpc

KYMA = "cloud-resources.kyma-project.io/v1beta1"
STRANGE = "\x07\u00fc <&>\" ]]> \x85\x7f"


def audit_json(*arguments):
    """Return the exit status of audit and its report."""
    return run_json("audit", "-o", "json", *arguments)


def overlapping():
    """Return two Subnets of one VPC that overlap."""
    return [subnet("a", "v", "10.0.0.0/16"), subnet("b", "v", "10.0.1.0/24")]


def broken():
    """Return objects that are denied, warned of and named in every form."""
    vpcs = [vpc("v", ("w", "169.254.0.1/30")), vpc("w")]
    ranges = [thing(KYMA, "IpRange", name, {"cidr": "10.250.0.0/22"}) for name in ("r", "s")]
    return [*overlapping(), *vpcs, *ranges, subnet("odd", "v", STRANGE)]


def gateways():
    """Return two peered VPCs whose traffic gateways of two namespaces take away."""
    policies = {"policies": [{"ipBlocks": ["10.0.0.0/8"]}]}
    return [*pair(), *(thing("kubeovn.io/v1", "VpcEgressGateway", f"gw-{space}", {"vpc": vpc_name, **policies}, namespace=space)
                       for space, vpc_name in (("one", "a"), ("two", "b")))]


def ids(report):
    """Return the ids of the findings of a report, but not of those that only lint has."""
    return sorted(each["id"] for each in report["findings"] if each["rule"] not in ("would-be-changed", "defined-twice"))


def test_a_clean_folder_ends_with_zero():
    status, report = audit_json("--state", EXAMPLES / "inventory")
    assert status == 0
    assert report == {"summary": {"objects": 8, "foreign": 0, "deny": 0, "warn": 0, "report": 0}, "findings": [], "assumptions": []}


def test_a_conflict_is_named_once_with_both_objects_and_its_place(tmp_path):
    path = saved(tmp_path, *overlapping(), thing("apps/v1", "Deployment", "d"))
    status, report = audit_json("--state", path)
    finding, = report["findings"]
    assert (status, report["summary"]["objects"], report["summary"]["foreign"]) == (1, 2, 1)
    assert finding["object"]["name"] == "b" and finding["counterparts"][0]["name"] == "a"
    assert finding["location"]["file"] == str(path) and finding["location"]["line"] == 3


def test_the_text_form_is_that_of_lint(tmp_path):
    path = saved(tmp_path, *overlapping())
    (tmp_path / "nothing").mkdir()
    of_audit, of_lint = run("audit", "--state", path), run("lint", "--state", tmp_path / "nothing", path)
    assert of_audit.stdout == of_lint.stdout != ""
    assert of_audit.returncode == of_lint.returncode == 1


def test_of_several_manifests_of_one_object_the_last_exists(tmp_path):
    path = saved(tmp_path, *overlapping(), subnet("a", "v", "10.9.0.0/16"))
    assert audit_json("--state", path)[1]["findings"] == []


def test_nothing_is_clean(tmp_path):
    status, report = audit_json("--state", tmp_path)
    assert (status, report["summary"]["objects"], report["findings"]) == (0, 0, [])
    assert run("audit", "--state", saved(tmp_path)).stdout == "0 objects: 0 to deny, 0 warnings, 0 notes\n"


@pytest.mark.parametrize("options, judged, rules", [
    ([], 7, {"cidr-overlap", "malformed-address", "one-sided-peering"}),
    (["--kind", "Vpc"], 2, {"one-sided-peering"}),
    (["--kind", "vpcs", "--kind", "ipranges"], 4, {"cidr-overlap", "one-sided-peering"}),
    (["--namespace", "one"], 0, set()),
    (["--rule", "one-sided-peering"], 7, {"one-sided-peering"}),
    (["--rule", "quota"], 7, set()),
])
def test_filters_choose_what_is_judged_and_told(tmp_path, options, judged, rules):
    path = saved(tmp_path, *broken())
    report = audit_json("--state", path, *options)[1]
    found = {each["rule"] for each in report["findings"]}
    assert report["summary"]["objects"] == judged
    assert rules <= found if not options else rules == found - {"missing-route", "unreachable-next-hop"}


@pytest.mark.parametrize("options, judged", [
    (["-n", "one"], {"gw-one"}), (["-n", "one", "--namespace", "two"], {"gw-one", "gw-two"}), (["-n", "three"], set()),
    (["-n", "one", "-n", "two", "--kind", "Vpc"], set())])
def test_a_namespace_is_judged_against_everything(tmp_path, options, judged):
    report = audit_json("--state", saved(tmp_path, *gateways()), *options)[1]
    assert {each["object"]["name"] for each in report["findings"]} == judged
    assert report["summary"]["objects"] == len(judged)
    assert all({party["kind"] for party in each["counterparts"]} & {"Subnet", "Vpc"} for each in report["findings"])


def test_what_is_malformed_is_found_as_well(tmp_path):
    wrong = [subnet("wrong", "v", "10.0.0.300/16"), subnet("right", "v", "10.0.0.0/16")]
    assert [each["rule"] for each in audit_json("--state", saved(tmp_path, *wrong))[1]["findings"]] == ["malformed-address"]
    put_right = saved(tmp_path, *wrong, subnet("wrong", "v", "10.1.0.0/16"))
    assert audit_json("--state", put_right)[1]["findings"] == []


@pytest.mark.parametrize("action, mark, status", [
    ("deny", "deny", 1), ("warn", "deny", 0), ("warn", "warn", 1), ("report", "warn", 0), ("report", "report", 1), ("off", "report", 0)])
def test_fail_on_says_from_which_action_on(tmp_path, action, mark, status):
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"apiVersion": "peerwarden.io/v1alpha1", "kind": "PeeringPolicy", "spec": {"rules": {"cidr-overlap": action}}}))
    path = saved(tmp_path / "state", *overlapping())
    assert run("audit", "--state", path, "--policy", policy, "--fail-on", mark).returncode == status


@pytest.mark.parametrize("arguments, words", [
    (["--state", "no/such/folder"], "no/such/folder"),
    (["--kubeconfig", "no/such/file"], "no/such/file"),
    (["--kubeconfig", "docs/examples/inventory/kyma.yaml"], "no kubeconfig"),
    (["--kubeconfig", "a", "--state", "b"], "do not go together"),
    (["docs/examples"], "docs/examples"),
    (["--kind", "Pod", "--state", "docs/examples/inventory"], "Pod"),
    (["--rule", "no-such-rule", "--state", "docs/examples/inventory"], "no-such-rule"),
    (["--policy", "no/such/policy", "--state", "docs/examples/inventory"], "no/such/policy"),
    (["-o", "xml"], "xml"),
    (["--fail-on", "off"], "off"),
])
def test_wrong_usage_ends_with_two_and_a_word_on_stderr(arguments, words):
    result = run("audit", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert words in result.stderr and len(result.stderr.splitlines()) == 1


def test_a_kubeconfig_that_cannot_be_read_ends_with_two(tmp_path):
    config = tmp_path / "config"
    config.write_text("kind: [")
    result = run("audit", "--kubeconfig", config)
    assert (result.returncode, result.stdout) == (2, "") and "config" in result.stderr
    config.write_text('{"apiVersion": "v1", "kind": "Config"}')
    result = run("audit", "--kubeconfig", config)
    assert (result.returncode, result.stdout) == (2, "") and "config" in result.stderr


def test_a_cluster_that_does_not_answer_ends_with_two(tmp_path):
    result = run("audit", "--kubeconfig", kubeconfig(tmp_path, 1))
    assert (result.returncode, result.stdout) == (2, "")
    assert "Failed to connect" in result.stderr
    forbidden = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "not yours", "code": 403}
    with cluster(tmp_path, 403, forbidden) as config:
        result = run("audit", "--kubeconfig", config)
    assert (result.returncode, result.stdout) == (2, "") and "not yours" in result.stderr


def test_without_a_source_it_asks_the_cluster_of_kubectl(tmp_path):
    config = kubeconfig(tmp_path, 1)
    assert "127.0.0.1 port 1" in run("audit", env={"KUBECONFIG": str(config)}).stderr


@pytest.mark.parametrize("command", [["audit", "--state"], ["lint"]])
def test_sarif_is_valid_and_says_what_the_json_says(tmp_path, command):
    path = saved(tmp_path, *broken(), name="odd name%.yaml")
    report = json.loads(run(*command, path, "-o", "json").stdout)
    result = run(*command, path, "-o", "sarif")
    sarif_run, = json.loads(result.stdout)["runs"]
    levels = {"deny": "error", "warn": "warning", "report": "note"}
    assert result.returncode == 1
    assert [(each["ruleId"], each["level"], each["partialFingerprints"]["peerwarden/v1"]) for each in sarif_run["results"]] == [
        (each["rule"], levels[each["action"]], each["id"]) for each in report["findings"]]
    place = sarif_run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == f"{tmp_path}/odd%20name%25.yaml"
    assert all(sarif_run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"] for each in sarif_run["results"])
    assert_sarif(result.stdout)


@pytest.mark.parametrize("command", [["audit", "--state"], ["lint"]])
def test_junit_is_valid_and_fails_the_objects_with_findings(tmp_path, command):
    path = saved(tmp_path, *broken())
    report = json.loads(run(*command, path, "-o", "json").stdout)
    result = run(*command, path, "-o", "junit")
    suites = ElementTree.fromstring(result.stdout)
    failed = {(suite.get("name"), case.get("name")) for suite in suites for case in suite.iter("testcase") if case.find("failure") is not None}
    assert result.returncode == 1
    assert failed == {(each["object"]["kind"], each["object"]["name"]) for each in report["findings"] if each["action"] == "deny"}
    assert {suite.get("name"): int(suite.get("tests")) for suite in suites} == {"Vpc": 2, "Subnet": 3, "IpRange": 2}
    assert all(int(suite.get("failures")) == len(list(suite.iter("failure"))) for suite in suites)
    assert_junit(result.stdout)


@pytest.mark.parametrize("form, check", [("sarif", assert_sarif), ("junit", assert_junit)])
def test_nothing_is_valid_in_every_form(tmp_path, form, check):
    result = run("audit", "--state", tmp_path, "-o", form)
    assert result.returncode == 0
    check(result.stdout)


@pytest.mark.parametrize("command", [["audit", "--state"], ["lint"]])
def test_html_is_one_page_that_names_every_finding(tmp_path, command):
    path = saved(tmp_path, *overlapping())
    finding, = json.loads(run(*command, path, "-o", "json").stdout)["findings"]
    result = run(*command, path, "-o", "html")
    assert result.returncode == 1 and result.stderr == ""
    assert result.stdout.startswith("<!DOCTYPE html>") and "<svg" in result.stdout
    assert finding["message"] in result.stdout and finding["rule"] in result.stdout


def many(count):
    """Return Subnets of as many VPCs; every hundredth of them overlaps the one before it."""
    networks = [f"10.{number // 250}.{number % 250}.0/24" for number in range(count)]
    return [subnet(f"net-{number}", f"vpc-{number - 1 if number % 100 == 1 else number}", networks[number - (number % 100 == 1)])
            for number in range(count)]


def test_ten_thousand_objects_are_judged_like_three(tmp_path):
    path = saved(tmp_path, *many(10000))
    status, report = audit_json("--state", path)
    assert (status, report["summary"]["objects"]) == (1, 10000)
    assert {each["rule"] for each in report["findings"]} == {"cidr-overlap"}
    assert len(report["findings"]) == 100


def test_audit_and_lint_have_the_same_findings(tmp_path):
    (tmp_path / "nothing").mkdir()
    for number, things in enumerate((pair(), broken(), [*pair(), *broken()])):
        path = saved(tmp_path / str(number), *things)
        of_lint = run("lint", "-o", "json", "--state", tmp_path / "nothing", "-", stdin=stream(*things))
        assert ids(audit_json("--state", path)[1]) == ids(json.loads(of_lint.stdout))
