"""Each query of alerts and dashboard, asked of a real Prometheus that reads our running programs and their API server.

What only counts events that no quiet test brings about is looked for in the code instead: the metric, its labels, and
each value that a query names.
"""

import json
import re
import sys

import pytest
import yaml

from custom_resources import REPOSITORY
from polling import wait_until
from prometheus import ALERTS

sys.path.append(str(REPOSITORY / "tests" / "command_line"))

from test_metrics_page import FOLDERS, in_code  # noqa: E402

DASHBOARD = json.loads((REPOSITORY / "charts" / "peerwarden" / "monitoring" / "dashboard.json").read_text())
VARIABLES = {"$namespace": ".+", "$instance": ".+", "$__rate_interval": "30s", "$__range": "1m"}
EXPRESSIONS = {rule["alert"]: rule["expr"]
               for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]}
SELECTOR = re.compile(r"\b((?:peerwarden|apiserver|leader_election|workqueue|process)_\w+|up)\b(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
CODE = "\n".join(path.read_text() for folder in FOLDERS for path in sorted((REPOSITORY / folder).glob("*.c")))
PATIENCE = 20
TARGET_LABELS = {"job", "namespace", "instance"}
DECLARED = {name: set(filter(None, labels.split(", "))) for name, _, labels in in_code()}

# What these count is a fault, a race or a limit, or a cloud that the installation does not ask; those without labels count nothing else.
FAULTS = {
    ("peerwarden_azure_requests_total", ""),
    ("peerwarden_cloud_faults_total", 'class="credentials"'),
    ("peerwarden_cloud_faults_total", 'class!~"credentials|wait-for-user|gone"'),
    ("peerwarden_cloud_lookups_total", 'result="credentials"'),
    ("peerwarden_events_total", 'result="failed"'),
    ("peerwarden_gcp_requests_total", ""),
    ("peerwarden_http_connections_cut_total", ""),
    ("peerwarden_http_rejects_total", 'reason=~"not-ready|waiting|undecided|late|crowded"'),
    ("peerwarden_ledger_writes_total", 'result!="done"'),
    ("peerwarden_ledger_writes_total", 'result="refused"'),
    ("peerwarden_mirror_restarts_total", 'reason="denied"'),
    ("peerwarden_mirror_restarts_total", ""),
    ("peerwarden_remote_lookups_total", 'result="denied"'),
    ("peerwarden_remote_lookups_total", 'result=~"author_limit|limit|full"'),
    ("peerwarden_report_writes_total", 'result="denied"'),
    ("peerwarden_tls_clients_refused_total", ""),
}


# One replica, a certificate of a day, two webhooks that nobody answers, a broken file, findings, an old exemption, a
# peering that is only observed, an account without our role, a cloud that throttles, and reports just wanted.
DONE = {
    "PeerwardenWebhookAlone", "PeerwardenCertificateEndsSoon", "PeerwardenCertificateEnds", "PeerwardenPassedUnjudged",
    "PeerwardenCallsFail", "PeerwardenCertificateNotTaken", "PeerwardenFindingsCameIn", "PeerwardenExemptionExpired",
    "PeerwardenPeeringDrift", "PeerwardenCloudRightMissing", "PeerwardenCloudKeysRefused", "PeerwardenCloudTroubled",
    "PeerwardenReportsIncomplete",
}


def is_fault(name, labels):
    """Say whether no quiet test brings about what a selector asks for."""
    return (name, labels) in FAULTS or (name, "") in FAULTS


def assert_in_code(name, matchers):
    """Assert that the code has a metric, with the labels and the values of a selector."""
    assert name in DECLARED, name
    for label, _, values in matchers:
        if label not in TARGET_LABELS:
            assert label in DECLARED[name], (name, label)
            assert all(f'"{value}"' in CODE for value in values.split("|")), (name, values)


def filled(expression):
    """Return an expression of the dashboard with values for its variables."""
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    assert "$" not in expression, expression
    return expression


PANELS = {f"{panel['title']} {target['refId']}": filled(target["expr"])
          for panel in DASHBOARD["panels"] for target in panel.get("targets", [])}
SELECTORS = sorted({(name, labels) for expression in (*EXPRESSIONS.values(), *PANELS.values())
                    for name, labels in SELECTOR.findall(expression)})


def test_prometheus_takes_all_alerts(prometheus):
    groups = prometheus.get("rules")["groups"]
    names = [rule["name"] for group in groups for rule in group["rules"]]
    assert sorted(names) == sorted(EXPRESSIONS)
    wait_until(lambda: all(rule["health"] == "ok" for group in prometheus.get("rules")["groups"] for rule in group["rules"]),
               "each alert was evaluated")


def test_nothing_is_alarmed_at_but_what_was_done_to_the_installation(prometheus):
    """Conditions only: how long they have to last is left aside."""
    assert sorted(alert for alert in EXPRESSIONS if alert not in DONE and prometheus.query(EXPRESSIONS[alert])) == []


@pytest.mark.parametrize("panel", PANELS)
def test_a_query_of_the_dashboard_has_series(prometheus, panel):
    if any(is_fault(*selector) for selector in SELECTOR.findall(PANELS[panel])):
        prometheus.query(PANELS[panel])
    else:
        wait_until(lambda: prometheus.query(PANELS[panel]), PANELS[panel], seconds=PATIENCE)


@pytest.mark.parametrize("selector", SELECTORS, ids=lambda pair: "{".join(pair))
def test_what_a_query_selects_is_there(prometheus, selector):
    name, labels = selector
    if is_fault(name, labels):
        assert_in_code(name, MATCHER.findall(labels))
    else:
        wait_until(lambda: prometheus.query(f"{name}{{{labels}}}"), selector, seconds=PATIENCE)


def test_each_fault_stands_in_a_query():
    for name, labels in FAULTS:
        assert any(name == known and (not labels or labels == given) for known, given in SELECTORS), (name, labels)
