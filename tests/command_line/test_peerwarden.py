"""The command `peerwarden` as a process: exit statuses, streams, output, completion."""
import json
import os
import pty
import subprocess

import pytest
import yaml

from terminal import EXAMPLES, PROGRAM, ROOT, lint_json, rules_of, run

SUBNET = """
apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {{name: {name}}}
spec: {{vpc: {vpc}, cidrBlock: {cidr}}}
"""


def test_a_clean_folder_ends_with_zero():
    result = run("lint", EXAMPLES / "inventory")
    assert result.returncode == 0, result.stdout
    assert "0 to deny, 0 warnings" in result.stdout


def test_an_overlap_ends_with_one_and_names_both_sides_once():
    text = SUBNET.format(name="a", vpc="v", cidr="10.0.0.0/16") + "---" + SUBNET.format(name="b", vpc="v", cidr="10.0.1.0/24")
    status, report = lint_json("-", stdin=text)
    assert status == 1
    overlaps = [finding for finding in report["findings"] if finding["rule"] == "cidr-overlap"]
    assert len(overlaps) == 1
    assert overlaps[0]["object"]["name"] == "b"
    assert overlaps[0]["counterparts"][0]["name"] == "a"
    assert overlaps[0]["location"]["line"] == 10
    assert overlaps[0]["hint"]


def test_the_old_documentation_example_gives_the_error_the_four_warnings_and_the_hint():
    status, report = lint_json(EXAMPLES / "two-documents-one-name.yaml")
    assert status == 1
    assert rules_of(report) == ["defined-twice", "missing-route", "one-sided-peering", "route-shadowed", "unreachable-next-hop"]
    twice = next(finding for finding in report["findings"] if finding["rule"] == "defined-twice")
    assert twice["action"] == "deny"
    assert "vpc-2" in twice["hint"] and "remoteVpc: vpc-1" in twice["hint"]


def test_correcting_only_the_name_is_a_self_peering():
    documents = list(yaml.safe_load_all((EXAMPLES / "two-documents-one-name.yaml").read_text()))
    documents[1]["metadata"]["name"] = "vpc-2"
    documents = [document for document in documents if document["spec"] or document["kind"] != "Vpc"]
    status, report = lint_json("-", stdin=yaml.safe_dump_all(documents))
    assert status == 1
    assert "self-peering" in rules_of(report)


def test_the_corrected_example_is_clean():
    status, report = lint_json("--fail-on", "warn", EXAMPLES / "inventory" / "kube-ovn.yaml")
    assert status == 0, report
    assert rules_of(report) == []


def test_warnings_fail_only_when_asked():
    arguments = ["--state", EXAMPLES / "inventory", EXAMPLES / "reviews" / "3-one-sided-peering.yaml"]
    assert run("lint", *arguments).returncode == 0
    assert run("lint", "--fail-on=warn", *arguments).returncode == 1


def test_what_the_webhook_would_rewrite_is_listed_and_judged_as_rewritten():
    status, report = lint_json(EXAMPLES / "inventory", EXAMPLES / "reviews" / "6-good-aws-peering.yaml")
    assert status == 0
    changed = [finding for finding in report["findings"] if finding["rule"] == "would-be-changed"]
    assert {finding["action"] for finding in changed} == {"report"}
    assert [finding["message"] for finding in changed] == [
        'spec.remoteVpcId " VPC-11122233 " would be stored as "vpc-11122233"',
        'metadata.labels[peerwarden.io/shoot] "c-513b462" would be added']


def test_lists_several_documents_and_foreign_kinds_are_understood():
    listing = {"apiVersion": "v1", "kind": "List", "items": [
        yaml.safe_load(SUBNET.format(name="a", vpc="v", cidr="10.0.0.0/16")),
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}},
        yaml.safe_load(SUBNET.format(name="b", vpc="v", cidr="10.0.0.0/16"))]}
    status, report = lint_json("-", stdin="---\n---\n" + json.dumps(listing))
    assert status == 1
    assert report["summary"]["objects"] == 2
    assert "cidr-overlap" in rules_of(report)


def test_json_may_escape_characters_beyond_the_basic_plane():
    vpc = {"apiVersion": "kubeovn.io/v1", "kind": "Vpc", "metadata": {"name": "a", "annotations": {"note": "\U0001f600"}}}
    status, report = lint_json("-", stdin=json.dumps(vpc))
    assert (status, report["summary"]["objects"]) == (0, 1)


def test_the_order_of_the_input_does_not_change_the_ids():
    a, b = SUBNET.format(name="a", vpc="v", cidr="10.0.0.0/16"), SUBNET.format(name="b", vpc="v", cidr="10.0.1.0/24")
    ids = []
    for text in (a + "---" + b, b + "---" + a):
        _, report = lint_json("-", stdin=text)
        ids.append(sorted(finding["id"] for finding in report["findings"]))
    assert ids[0] == ids[1] != []


@pytest.mark.parametrize("text, place", [
    ("kind: [", "line"),
    ("just text", "line 1"),
    ("a: 1\na: 2\nkind: Vpc", "line 2"),
    ("apiVersion: kubeovn.io/v1\nkind: Vpc\nspec: {}", "name"),
    ("\x00", ""),
])
def test_unreadable_input_ends_with_two_and_says_where(text, place):
    result = run("lint", "-", stdin=text)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("peerwarden: ") and place in result.stderr


@pytest.mark.parametrize("arguments", [
    [], ["nonsense"], ["lint"], ["lint", "--nonsense", "x"], ["lint", "no/such/file.yaml"], ["lint", "-o", "xml", "docs/examples"],
    ["lint", "--policy", "no/such/policy.yaml", "docs/examples"], ["lint", "--state", "no/such/state", "docs/examples"],
    ["plan"], ["plan", "docs/examples"], ["plan", "--state", "docs/examples/inventory", "-f", "no/such/file.yaml"],
    ["plan", "--state", "no/such/state", "-f", "docs/examples"],
    ["free"], ["free", "--vpc", "vpc-1", "--shoot"], ["free", "vpc-1"], ["free", "--shoot", "--links"],
    ["free", "--vpc", "no-such-vpc", "--state", "docs/examples/inventory"],
    ["free", "--vpc", "vpc-1", "--peer", "no-such-vpc", "--state", "docs/examples/inventory"],
    ["free", "--shoot", "--peer", "no-such-network", "--state", "docs/examples/inventory"],
    ["free", "--vpc", "vpc-1", "--length", "33", "--state", "docs/examples/inventory"],
    ["free", "--vpc", "vpc-1", "--length", "32", "--links", "--state", "docs/examples/inventory"],
    ["explain", "no-such-rule"], ["completion", "tcsh"],
])
def test_wrong_usage_ends_with_two_and_a_word_on_stderr(arguments):
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stdout == "" and result.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["lint", "--help"], ["explain", "-h"], ["completion", "--help"], ["plan", "--help"], ["free", "-h"], ["--version"]])
def test_help_and_version_go_to_standard_output(arguments):
    result = run(*arguments)
    assert result.returncode == 0 and result.stderr == ""
    assert "peerwarden" in result.stdout


def test_version_is_the_one_of_the_version_file():
    assert run("--version").stdout == f"peerwarden {(ROOT / 'VERSION').read_text()}"


def test_kubectl_finds_it_as_a_plugin():
    plugin = PROGRAM.with_name("kubectl-peerwarden")
    assert subprocess.run([plugin, "--version"], capture_output=True, text=True, check=True).stdout == run("--version").stdout


def test_a_policy_changes_the_action(tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\nspec:\n  rules:\n    one-sided-peering: deny\n")
    path = EXAMPLES / "reviews" / "3-one-sided-peering.yaml"
    assert run("lint", "--policy", policy, EXAMPLES / "inventory", path).returncode == 1
    policy.write_text("apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\nspec:\n  rules:\n    no-such-rule: deny\n")
    result = run("lint", "--policy", policy, path)
    assert result.returncode == 2 and "no-such-rule" in result.stderr


def test_every_rule_is_listed_and_explained():
    listing = run("explain").stdout.splitlines()
    assert {line.split()[0] for line in listing} == {page.stem for page in (ROOT / "docs" / "rules").glob("*.md")}
    for line in listing:
        rule = line.split()[0]
        assert run("explain", rule).stdout == (ROOT / "docs" / "rules" / f"{rule}.md").read_text()


def test_bash_completion_offers_commands_options_and_rules():
    script = run("completion", "bash").stdout

    def offered(*words):
        line = " ".join(f"'{word}'" for word in words)
        command = f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _peerwarden; echo \"${{COMPREPLY[@]}}\""
        return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout.split()

    assert offered("peerwarden", "li") == ["lint"]
    assert offered("peerwarden", "lint", "--fail") == ["--fail-on"]
    assert offered("peerwarden", "plan", "--st") == ["--state"]
    assert offered("peerwarden", "free", "--le") == ["--length"]
    assert offered("peerwarden", "explain", "self") == ["self-peering"]


def test_output_has_no_colour_when_it_is_no_terminal():
    assert "\x1b" not in run("lint", EXAMPLES / "reviews").stdout


def test_control_characters_of_a_manifest_do_not_reach_the_terminal(tmp_path):
    hostile = tmp_path / "hostile.yaml"
    hostile.write_text(r"""
apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: "a\e[31m\nb"}
spec: {vpc: "v\e[0m", cidrBlock: "10.0.0.0/8\e]0;x\a\u009b"}
---
kind: "De\eploy"
metadata: {name: "\x7f\e[2J"}
""")
    for command in (["lint", hostile], ["plan", "--state", tmp_path / "nothing", "-f", hostile]):
        (tmp_path / "nothing").mkdir(exist_ok=True)
        result = run(*command)
        assert result.returncode == 1 and "a?[31m?b" in result.stdout
        assert [line for line in result.stdout.split("\n") if not line.isprintable()] == []


@pytest.mark.parametrize("more, coloured", [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_colour_unless_it_is_not_wanted(more, coloured):
    reader, terminal = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | more
    subprocess.run([PROGRAM, "lint", EXAMPLES / "reviews" / "2-overlapping-subnet.yaml", EXAMPLES / "inventory"],
                   stdout=terminal, env=environment, timeout=60, check=False)
    assert (b"\x1b[31;1mdeny" in os.read(reader, 4096)) == coloured
    os.close(reader)
    os.close(terminal)


@pytest.mark.parametrize("command", ["--help", "--version", "lint --help", "lint docs/examples/inventory", "explain", "explain self-peering",
                                     "completion bash", "policy check docs/examples/policy.yaml"])
def test_output_that_cannot_be_written_ends_with_two(command):
    with open("/dev/full", "w", encoding="ascii") as full:
        result = subprocess.run([PROGRAM, *command.split()], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, cwd=ROOT, check=False)
    assert (result.returncode, result.stderr) == (2, "peerwarden: standard output could not be written\n")


def test_an_unknown_rule_among_known_ones_prints_nothing():
    result = run("explain", "self-peering", "no-such-rule")
    assert (result.returncode, result.stdout) == (2, "")


def examples_of(rule):
    """The YAML of a rule's page: what fails, and the same put right."""
    page = (ROOT / "docs" / "rules" / f"{rule}.md").read_text()
    return [block.split("```")[0] for block in page.split("```yaml\n")[1:]]


# An update of one object cannot be said in manifests; the scenarios say it. Nothing else exists, so that a remote side that the
# example does not define is not assumed.
@pytest.mark.parametrize("rule", sorted({page.stem for page in (ROOT / "docs" / "rules").glob("*.md")} - {"immutable-field"}))
def test_the_examples_of_a_rules_page_fail_and_are_put_right(rule, tmp_path):
    fails, put_right = examples_of(rule)

    def found(text):
        """The rules that speak of the objects together, and of deleting one of them."""
        reports = [lint_json("--state", tmp_path, "-", stdin=text)]
        state = tmp_path / "state.yaml"
        state.write_text(text)
        reports += [lint_json("--state", state, "--delete", "-", stdin=document) for document in text.split("\n---\n")]
        state.unlink()
        return {finding["rule"] for _, report in reports for finding in report["findings"]}

    assert rule in found(fails)
    assert rule not in found(put_right)
