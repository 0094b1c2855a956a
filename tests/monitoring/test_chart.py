"""What the chart makes of alerts and dashboard, as Helm renders it."""

import json
import subprocess

import jsonschema
import pytest
import yaml

from custom_resources import REPOSITORY, UPSTREAM_FOLDER
from processes import run
from prometheus import ALERTS

CHART = REPOSITORY / "charts" / "peerwarden"
DASHBOARD = (CHART / "monitoring" / "dashboard.json").read_text()
GROUPS = yaml.safe_load(ALERTS.read_text())["groups"]
NAMES = [rule["alert"] for group in GROUPS for rule in group["rules"]]
ALL = ("monitoring.serviceMonitor.enabled=true", "monitoring.prometheusRule.enabled=true", "monitoring.dashboard.enabled=true")
LABELS = ("monitoring.serviceMonitor.labels.release=mine", "monitoring.prometheusRule.labels.release=mine")
DEFINITIONS = {"ServiceMonitor": "servicemonitors", "PrometheusRule": "prometheusrules"}
# Of the operator's documentation of monitoring.coreos.com/v1; whatever else it says stands in its definitions.
NEEDED = {"ServiceMonitor": {"selector", "endpoints"}, "PrometheusRule": {"groups"}}


@pytest.fixture(scope="module")
def helm():
    """A function that runs helm template with settings, and returns what became of it."""
    program = run(REPOSITORY / "tools" / "kubernetes", "helm").strip() + "/helm"

    def template(*settings):
        command = [program, "template", "peerwarden", CHART, "--namespace=peerwarden-system", "--kube-version=1.36"]
        return subprocess.run([*command, *(f"--set={each}" for each in settings)], capture_output=True, text=True, check=False)

    return template


@pytest.fixture(scope="module")
def objects(helm):
    """A function that renders the chart and returns its objects."""
    def render(*settings):
        done = helm(*settings)
        assert done.returncode == 0, done.stderr
        return [each for each in yaml.safe_load_all(done.stdout) if each]

    return render


def of_kind(objects, kind):
    """Return the objects of a kind."""
    return [each for each in objects if each["kind"] == kind]


def rules(objects):
    """Return the alerts of the PrometheusRule by name."""
    return {rule["alert"]: rule for group in of_kind(objects, "PrometheusRule")[0]["spec"]["groups"] for rule in group["rules"]}


def dashboards(objects):
    """Return the ConfigMaps that Grafana's sidecar would take."""
    return [each for each in of_kind(objects, "ConfigMap") if "grafana_dashboard" in each["metadata"]["labels"]]


def test_none_of_it_is_made_unless_it_is_asked_for(objects):
    plain = objects()
    assert not {each["kind"] for each in plain} & set(DEFINITIONS) and not dashboards(plain)


@pytest.mark.parametrize("kind", DEFINITIONS)
def test_objects_of_the_operator_have_its_shape(objects, kind):
    made = of_kind(objects(*ALL, *LABELS), kind)
    assert len(made) == (2 if kind == "ServiceMonitor" else 1)
    for each in made:
        assert each["apiVersion"] == "monitoring.coreos.com/v1" and each["spec"].keys() == NEEDED[kind]
        assert each["metadata"]["namespace"] == "peerwarden-system" and each["metadata"]["labels"]["release"] == "mine"


@pytest.mark.skipif(not (UPSTREAM_FOLDER / "prometheus-crds").is_dir(),
                    reason="shared/upstream/prometheus-crds does not stand beside the repository")
@pytest.mark.parametrize("kind", DEFINITIONS)
def test_objects_of_the_operator_fit_its_own_definitions(objects, kind):
    path = UPSTREAM_FOLDER / "prometheus-crds" / f"monitoring.coreos.com_{DEFINITIONS[kind]}.yaml"
    version = next(each for each in yaml.safe_load(path.read_text())["spec"]["versions"] if each["name"] == "v1")
    schema = strict(version["schema"]["openAPIV3Schema"])
    for each in of_kind(objects(*ALL, *LABELS), kind):
        jsonschema.validate(each["spec"], schema["properties"]["spec"])


def strict(schema):
    """Return a schema in which an object has no other members than those that are named."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: strict(each) for name, each in schema.items()}
    if isinstance(made.get("properties"), dict) and "type" in made:
        made.setdefault("additionalProperties", False)
    if made.pop("x-kubernetes-int-or-string", False):
        made.pop("anyOf", None)
    return made


@pytest.mark.parametrize("component", ["webhook", "daemon"])
def test_a_monitor_leads_to_the_metrics_of_the_pods_under_the_name_that_alerts_know(objects, component):
    made = objects(*ALL, "fullnameOverride=other")
    spec = next(each["spec"] for each in of_kind(made, "ServiceMonitor") if each["metadata"]["name"] == f"other-{component}")
    services = [each for each in of_kind(made, "Service") if spec["selector"]["matchLabels"].items() <= each["metadata"]["labels"].items()]
    assert [each["metadata"]["name"] for each in services] == [f"other-{component}"]
    endpoint, = spec["endpoints"]
    target, = [port["targetPort"] for port in services[0]["spec"]["ports"] if port["name"] == endpoint["port"]]
    deployment, = [each for each in of_kind(made, "Deployment") if each["metadata"]["name"] == f"other-{component}"]
    ports = [port["name"] for port in deployment["spec"]["template"]["spec"]["containers"][0]["ports"]]
    assert target in ports
    assert endpoint["relabelings"] == [{"action": "replace", "targetLabel": "job", "replacement": f"peerwarden-{component}"}]
    assert f'job="peerwarden-{component}"' in ALERTS.read_text()


def test_the_rule_carries_the_alerts_as_they_were_tested(objects):
    assert of_kind(objects(*ALL), "PrometheusRule")[0]["spec"]["groups"] == GROUPS


def test_runbooks_are_linked_where_the_docs_can_be_read(objects):
    for name, rule in rules(objects(*ALL, "monitoring.runbookBase=https://example.com/docs/")).items():
        assert rule["annotations"]["runbook_url"] == f"https://example.com/docs/alerts.md#{name.lower()}"
        assert "runbook" not in rule["annotations"]


def test_alerts_can_be_left_out_by_name_and_a_wrong_name_is_refused(objects, helm):
    left = rules(objects(*ALL, "monitoring.prometheusRule.disabled={PeerwardenSlow,PeerwardenPutsOff}"))
    assert set(NAMES) - set(left) == {"PeerwardenSlow", "PeerwardenPutsOff"}
    done = helm(*ALL, "monitoring.prometheusRule.disabled={PeerwardenSlows}")
    assert done.returncode != 0 and "there is no alert PeerwardenSlows" in done.stderr


def test_what_is_not_installed_has_no_alerts_and_is_not_read(objects):
    made = objects(*ALL, "daemon.enabled=false", "certificates.mode=cert-manager")
    assert [each["metadata"]["name"] for each in of_kind(made, "ServiceMonitor")] == ["peerwarden-webhook"]
    assert set(NAMES) - set(rules(made)) == {rule["alert"] for rule in GROUPS[-1]["rules"]}
    assert GROUPS[-1]["name"] == "peerwarden-daemon"


def test_what_was_chosen_wakes_nobody(objects):
    chosen = rules(objects(*ALL, "webhook.replicas=1", "registration.failurePolicy=Ignore"))
    assert set(NAMES) - set(chosen) == {"PeerwardenWebhookAlone"}
    assert 'peerwarden_registration_problems{check!="failure-policy"}' in chosen["PeerwardenRegistrationWrong"]["expr"]


def test_the_dashboard_is_shipped_as_it_was_tested(objects):
    made, = dashboards(objects(*ALL, "monitoring.dashboard.annotations.grafana_folder=Network"))
    assert made["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert made["metadata"]["annotations"] == {"grafana_folder": "Network"}
    assert json.loads(made["data"]["peerwarden.json"]) == json.loads(DASHBOARD)


def test_unknown_settings_are_refused(helm):
    done = helm("monitoring.prometheusRule.enable=true")
    assert done.returncode != 0 and "enable" in done.stderr
