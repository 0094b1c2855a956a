"""The alerts of charts/peerwarden/monitoring: each fires when it should, and says what it should, by Debian's promtool."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from alert_cases import CASES

ROOT = Path(__file__).resolve().parents[2]
ALERTS = ROOT / "charts" / "peerwarden" / "monitoring" / "alerts.yaml"
PAGE = ROOT / "docs" / "alerts.md"
RULES = {rule["alert"]: rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]}
SEVERITIES = {"critical", "warning", "info"}
SECTIONS = dict(re.findall(r"^## (Peerwarden\w+)\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL))
PARTS = ("**For users:**", "**Look:**", "**Mend:**", "**Wake somebody:**")


def expanded(text, case):
    """Return a text of an alert with the labels and the value of a case in it."""
    text = re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: case.labels[found[1]], text)
    return re.sub(r"\{\{ \$value[^}]*\}\}", lambda _: case.value or "no value is given", text)


def group(alert, case, series, at, expected):
    """Return one test of promtool."""
    return {"interval": f"{case.step}m", "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "alert_rule_test": [{"eval_time": f"{at}m", "alertname": alert, "exp_alerts": expected}]}


def groups_of(alert, case):
    """Return the tests of a case: it fires with these texts, but not a step before, and below it does not."""
    rule = RULES[alert]
    told = {"exp_labels": {**case.labels, **rule["labels"]},
            "exp_annotations": {name: expanded(text, case) for name, text in rule["annotations"].items()}}
    below = group(alert, case, case.quiet, case.quiet_at or case.at, [])
    above = group(alert, case, case.fires, case.at, [told])
    above["alert_rule_test"].append({"eval_time": f"{case.at - case.step}m", "alertname": alert, "exp_alerts": []})
    return [above, below]


def run_promtool(*words):
    """Run promtool to its end and return all it says, which it says with an exit status of 0."""
    done = subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def test_the_file_is_one_of_rules():
    assert f"{len(RULES)} rules found" in run_promtool("check", "rules", "--lint=all", "--lint-fatal", ALERTS)


def test_there_is_a_case_for_each_alert():
    assert list(CASES) == list(RULES)


def write_tests(folder, alert, step):
    """Write the tests of an alert that have a step, and the alert alone, which is quicker; return their path."""
    rules, path = folder / f"{alert}.rules.yaml", folder / f"{alert}.{step}.yaml"
    rules.write_text(json.dumps({"groups": [{"name": alert, "rules": [RULES[alert]]}]}))
    path.write_text(json.dumps({"rule_files": [str(rules)], "evaluation_interval": f"{step}m", "tests": [
        each for case in CASES[alert] if case.step == step for each in groups_of(alert, case)]}))
    return path


def test_each_alert_fires_when_it_should_and_not_just_below(tmp_path):
    run_promtool("test", "rules", *(write_tests(tmp_path, alert, step) for alert, cases in CASES.items()
                                    for step in sorted({case.step for case in cases})))


@pytest.mark.parametrize("alert", RULES)
def test_an_alert_has_a_severity_and_texts_and_leads_to_its_section(alert):
    rule = RULES[alert]
    assert rule["labels"].keys() == {"severity"} and rule["labels"]["severity"] in SEVERITIES
    assert rule["annotations"].keys() == {"summary", "description", "runbook"}
    assert rule["annotations"]["runbook"] == f"docs/alerts.md#{alert.lower()}"
    assert alert.startswith("Peerwarden") and len(rule["annotations"]["summary"]) < 100


def test_the_page_has_a_section_for_each_alert_and_no_other():
    assert list(SECTIONS) == list(RULES)


@pytest.mark.parametrize("alert", RULES)
def test_a_section_says_what_to_do(alert):
    assert SECTIONS[alert].startswith(f"\n*{RULES[alert]['labels']['severity']}*")
    places = [SECTIONS[alert].find(part) for part in PARTS]
    assert -1 not in places and places == sorted(places), places


def test_the_page_lists_each_alert_with_its_severity():
    rows = re.findall(r"^\| \[(Peerwarden\w+)\]\(#(\w+)\) \| (\w+) \|", PAGE.read_text(), re.MULTILINE)
    assert rows == [(alert, alert.lower(), rule["labels"]["severity"]) for alert, rule in RULES.items()]


def test_the_configuration_on_the_page_for_those_without_the_operator_is_one(tmp_path):
    text = (ROOT / "docs" / "monitoring.md").read_text()
    block, = re.findall(r"```yaml\n(scrape_configs:\n.*?)```", text, re.DOTALL)
    path = tmp_path / "prometheus.yml"
    known = re.sub(r"kubernetes_sd_configs: .*", "static_configs: []", block)  # Debian's promtool does not know Kubernetes
    path.write_text(f"rule_files: [{ALERTS}]\n{known}")
    assert f"{len(RULES)} rules found" in run_promtool("check", "config", path)
    assert {job["job_name"] for job in yaml.safe_load(block)["scrape_configs"]} == set(
        re.findall(r'job="([\w-]+)"', ALERTS.read_text()))


def test_the_page_says_how_many_alerts_there_are():
    assert f"{len(RULES)} alerts with a runbook each" in (ROOT / "docs" / "monitoring.md").read_text()


@pytest.mark.parametrize("page", ["alerts.md", "monitoring.md"])
def test_links_of_a_page_lead_somewhere(page):
    for path, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", (ROOT / "docs" / page).read_text()):
        target = ROOT / "docs" / (path or page)
        assert target.is_file(), path
        if anchor:
            titles = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, (path, anchor)
