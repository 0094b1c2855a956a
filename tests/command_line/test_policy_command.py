"""`peerwarden policy check`, and a policy that lint reads."""
import json

import pytest

from terminal import EXAMPLES, ROOT, run

HEAD = "apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\nspec:\n"
EXEMPTION = "  - {{rules: [cidr-overlap], names: '^lab-', reason: moving, owner: net, expires: {}}}\n"


def check(text, *options):
    return run("policy", *options, "check", "-", stdin=text)


def test_the_example_is_good_and_said_in_a_few_words():
    result = run("policy", "check", EXAMPLES / "policy.yaml")
    assert result.returncode == 0, result.stdout + result.stderr
    for part in ("cidr-overlap: Subnet with names ^lab-: warn; deny (default deny)",
                 "missing-shoot-tag, unknown-remote for AwsVpcPeering with names ^legacy-: until 2099-12-31",
                 "10.200.0.0/16: the office network\n", "peerings of a network: AWS 125, GCP 25, Azure 500\n",
                 "broad: IPv4 wider than /14", "messages tell of other objects: names\n"):
        assert part in result.stdout


def test_an_expired_exemption_ends_with_one():
    result = check(HEAD + "  exemptions:\n" + EXEMPTION.format("2020-01-31"))
    assert result.returncode == 1
    assert "-:5: exemption of net from cidr-overlap expired on 2020-01-31: moving" in result.stdout


def test_what_has_no_effect_ends_with_one():
    result = check(HEAD + "  rules: {one-sided-peering: {Subnet: deny}}\n")
    assert result.returncode == 1
    assert "-:4: one-sided-peering has no effect: the rule never looks at this kind" in result.stdout


def test_a_broken_file_ends_with_two_and_names_file_and_line(tmp_path):
    broken = tmp_path / "policy.yaml"
    broken.write_text(HEAD + "  rules:\n    cidr-overlap: [{names: '(', action: warn}]\n")
    for command in (("policy", "check", broken), ("lint", "--policy", broken, EXAMPLES / "inventory")):
        result = run(*command)
        assert result.returncode == 2
        assert f"{broken}: line 5: \"(\" is no expression: missing closing parenthesis at offset 1" in result.stderr


def test_json_says_what_has_expired():
    result = check(HEAD + "  rules: {missing-route: off}\n  exemptions:\n" + EXEMPTION.format("2020-01-31") +
                   EXEMPTION.format("2999-12-31"), "-o", "json")
    said = json.loads(result.stdout)
    assert result.returncode == 1
    assert said["rules"] == {"missing-route": "off"}
    assert [each["daysLeft"] > 0 for each in said["exemptions"]] == [False, True]
    assert said["exemptions"][0]["names"] == "^lab-"
    assert [each["line"] for each in said["expired"]] == [6]
    assert said["withoutEffect"] == []


@pytest.mark.parametrize("arguments", [[], ["check"], ["print", "a"], ["check", "a", "b"], ["check", "no-such-file"]])
def test_wrong_usage_ends_with_two(arguments):
    assert run("policy", *arguments).returncode == 2


def test_lint_takes_the_policy_of_a_config_map(tmp_path):
    policy = tmp_path / "map.yaml"
    policy.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: policy}\ndata:\n  policy.yaml: |\n" +
                      "".join(f"    {line}\n" for line in (HEAD + "  rules: {self-peering: off}").splitlines()))
    vpc = "{apiVersion: kubeovn.io/v1, kind: Vpc, metadata: {name: a}, spec: {vpcPeerings: [{remoteVpc: a, localConnectIP: 169.254.0.1/30}]}}"
    assert "self-peering" in run("lint", "-", stdin=vpc).stdout
    assert "self-peering" not in run("lint", "--policy", policy, "-", stdin=vpc).stdout


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "rules").glob("*.md")), ids=lambda page: page.stem)
def test_what_a_rules_page_says_about_changing_it_is_a_policy(page, tmp_path):
    spec = page.read_text().split("## How to change it")[1].split("```\n")[1]
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\n{spec}")
    assert run("policy", "check", policy).returncode == 0
