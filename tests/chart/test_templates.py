"""charts/peerwarden and manifests/, as helm renders them: every value does what it says, what is not a value is refused, and names fit."""
import base64
import json
import os
import re
import subprocess

import pytest
import yaml

from rendered_chart import CHART, NAMESPACE, ROOT, find, helm, is_hook, kustomize, merged, nested, refusal, render
from value_sets import CERT_MANAGER, EVERYTHING, FILES, SETS

VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
DOCUMENTED = [tuple(path.split(".")) for path in re.findall(r"^\| `([\w.]+)` \|", (CHART / "README.md").read_text(), re.MULTILINE)]
BUILD = ROOT / "build" / os.environ.get("PEERWARDEN_PRESET", "debug")
RESTRICTED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
# What else has to be so that a value matters.
WHERE = {
    ("certificates", "existingSecret"): FILES,
    ("certificates", "caBundle"): FILES,
    ("certificates", "certManager"): CERT_MANAGER,
    ("monitoring", "runbookBase"): {"monitoring": {"prometheusRule": {"enabled": True}}},
    ("priorityClass", "value"): {"priorityClass": {"create": True}},
}
# Values that no other of the same form can replace.
OTHER = {
    ("image", "digest"): "sha256:" + "1" * 64,
    ("image", "pullPolicy"): "Always",
    ("image", "pullSecrets"): ["pull"],
    ("certificates", "mode"): "cert-manager",
    ("certificates", "caBundle"): FILES["certificates"]["caBundle"] * 2,
    ("certificates", "certManager", "issuerRef"): {"name": "corporate"},
    ("certificates", "certManager", "duration"): "2000h",
    ("certificates", "certManager", "renewBefore"): "700h",
    ("registration", "failurePolicy"): "Ignore",
    ("admissionPolicy", "actions"): ["Warn"],
    ("policy",): {"rules": {"missing-route": "off"}},
    ("webhook", "resources"): {"limits": {"memory": "1Gi"}},
    ("daemon", "resources"): {"limits": {"memory": "1Gi"}},
    ("webhook", "settings"): {"log-level": "warn"},
    ("daemon", "settings"): {"log-level": "warn"},
    ("daemon", "mode"): "manage",
    ("daemon", "clouds"): ["aws"],
    ("daemon", "enabled"): None,
    ("networkPolicy", "webhookFrom"): [{"podSelector": {}}],
    ("networkPolicy", "metricsFrom"): [],
    ("networkPolicy", "apiServerTo"): [{"podSelector": {}}],
    ("networkPolicy", "apiServerPorts"): [6443],
    ("networkPolicy", "dnsPorts"): [53],
    ("monitoring", "runbookBase"): "https://example.org/docs",
    ("monitoring", "serviceMonitor", "interval"): "1m",
    ("monitoring", "prometheusRule", "disabled"): ["PeerwardenWebhookAbsent"],
}
OBJECTS = [{"name": "more"}]


def leaf(path):
    """Return the default of a value."""
    value = VALUES
    for key in path:
        value = value[key]
    return value


def other(path):
    """Return a value that differs from the default."""
    default = leaf(path)
    if path in OTHER:
        return OTHER[path]
    if isinstance(default, bool):
        return not default
    if isinstance(default, int):
        return default + 1
    if isinstance(default, str):
        return f"{default}x"
    return OBJECTS if isinstance(default, list) else {"key": "value"}


def surroundings(path):
    """Return the other values that are needed for one to matter: what stands in WHERE, and what switches its part on."""
    found = {}
    for length in range(1, len(path) + 1):
        found = merged(found, WHERE.get(path[:length], {}))
        if length < len(path) and "enabled" in leaf(path[:length]) and path[-1] != "enabled":
            found = merged(found, nested(path[:length], {"enabled": True}))
    return found


def mounted(things, deployment):
    """Return the settings file of a program."""
    return yaml.safe_load(find(things, "ConfigMap", deployment)["data"]["config.yaml"])


def registration(things, name="peerwarden"):
    """Return the configurations that the daemon is given, by kind."""
    text = find(things, "ConfigMap", f"{name}-registration")["data"]["registration.yaml"]
    return {each["kind"]: each for each in yaml.safe_load_all(text)}


def pod_specs(things):
    """Return the specs of all pods."""
    return [thing["spec"] if thing["kind"] == "Pod" else thing["spec"]["template"]["spec"]
            for thing in things if thing["kind"] in ("Pod", "Job", "Deployment")]


def bare(thing):
    """Return an object, or a part of one, without labels, without what only Helm reads, and with one blank between words."""
    if isinstance(thing, str):
        return " ".join(thing.split())
    if isinstance(thing, list):
        return [bare(each) for each in thing]
    if isinstance(thing, dict):
        return {key: bare(value) for key, value in thing.items() if key not in ("labels", "annotations")}
    return thing


def test_helm_finds_no_fault():
    result = helm("lint", CHART, "--strict", "--kube-version", "1.31.0")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("tool", ["chart", "manifests"])
def test_what_is_generated_is_up_to_date(tool):
    result = subprocess.run([ROOT / "tools" / tool, "--check"], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


def test_an_older_kubernetes_is_refused():
    result = helm("template", "peerwarden", CHART, "--kube-version", "1.30.9")
    assert result.returncode != 0 and "1.31" in result.stderr


# what uninstallHooks changes is only seen with a cluster: tests/end_to_end/test_chart_objects.py
@pytest.mark.parametrize("path", [path for path in DOCUMENTED if path != ("uninstallHooks",)], ids=".".join)
def test_every_documented_value_changes_something(path):
    around = surroundings(path)
    if path == ("daemon", "enabled"):
        before, after = render(FILES), render(SETS["without daemon"])
    else:
        before, after = render(around), render(merged(around, nested(path, other(path))))
    assert before != after


def leaves(values, path=()):
    """Return the paths of all values, down to lists, texts, numbers and maps that are empty."""
    for key, value in values.items():
        if isinstance(value, dict) and value and not any((*path, key) == each for each in DOCUMENTED):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def test_every_value_is_documented():
    assert list(leaves(VALUES)) == DOCUMENTED


@pytest.mark.parametrize("path", sorted({path[:length] for path in DOCUMENTED for length in range(len(path))}), ids=lambda path: ".".join(path) or "root")
def test_an_unknown_value_is_refused(path):
    assert "nonsense" in refusal(nested((*path, "nonsense"), True))


@pytest.mark.parametrize("values", [
    {"webhook": {"settings": {"max-wating": 1}}}, {"daemon": {"settings": {"workers": "four"}}}, {"webhook": {"settings": {"listen": ":1"}}},
    {"daemon": {"settings": {"resync": "10 minutes"}}}, {"webhook": {"settings": {"log-level": "loud"}}}, {"policy": {"rule": {}}},
    {"daemon": {"clouds": ["ibm"]}}, {"daemon": {"mode": "manag"}}, {"webhook": {"replicas": 0}}, {"image": {"digest": "sha256:1"}},
    {"registration": {"timeoutSeconds": 31}}, {"certificates": {"mode": "none"}}, {"webhook": {"resources": {"memory": "1Gi"}}},
    {"networkPolicy": {"metricsFrom": [{"namespace": "monitoring"}]}}, {"fullnameOverride": "Guard"}, {"runAsUser": 0},
    {"fullnameOverride": "a.b"}, {"fullnameOverride": "4711"}, {"certificates": {"certManager": {"issuerRef": {"kind": "ClusterIssuer"}}}},
    {"commonLabels": {"app.kubernetes.io/instance": "x"}}, {"webhook": {"podLabels": {"app.kubernetes.io/component": "x"}}},
], ids=json.dumps)
def test_a_wrong_value_is_refused(values):
    refusal(values)


@pytest.mark.parametrize("values, words", [
    ({"daemon": {"enabled": False}}, "nobody would make certificates"),
    ({"kinds": {"kubeOvn": False, "kyma": False}}, "nothing would be guarded"),
    ({"webhook": {"settings": {"shutdown-delay": "20s"}}}, "terminationGracePeriodSeconds"),
    ({"webhook": {"settings": {"drain-time": "1m"}, "terminationGracePeriodSeconds": 70}}, "terminationGracePeriodSeconds"),
    (merged(FILES, {"certificates": {"existingSecret": ""}}), "certificates.existingSecret"),
    (merged(FILES, {"certificates": {"caBundle": ""}}), "certificates.caBundle"),
    (merged(FILES, {"certificates": {"caBundle": "/etc/ssl/ca.crt"}}), "no certificate in PEM"),
    (merged(FILES, {"certificates": {"caBundle": FILES["certificates"]["caBundle"] + "-----BEGIN EC PRIVATE KEY-----"}}), "a private key"),
])
def test_values_that_contradict_each_other_are_refused_with_the_reason(values, words):
    assert words in refusal(values)


def test_a_longer_delay_is_taken_with_a_longer_grace():
    render({"webhook": {"settings": {"shutdown-delay": "20s", "drain-time": "500ms"}}})
    render({"webhook": {"settings": {"shutdown-delay": "20s"}, "terminationGracePeriodSeconds": 31}})


def test_it_does_not_go_into_kube_system():
    assert "namespace of its own" in refusal({}, namespace="kube-system")


def test_it_can_be_a_part_of_another_chart():
    render({"global": {"whatever": {"is": "said"}}, "enabled": True})


@pytest.mark.parametrize("values", SETS.values(), ids=SETS)
def test_no_two_objects_have_one_name(values):
    names = [(thing["kind"], thing["metadata"].get("namespace"), thing["metadata"]["name"]) for thing in render(values) if not is_hook(thing)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("values", SETS.values(), ids=SETS)
def test_every_pod_keeps_the_strictest_standard(values):
    for spec in pod_specs(render(values)):
        security = spec["securityContext"]
        assert security["runAsNonRoot"] is True and security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not any(key.startswith("host") for key in spec)
        for container in spec["containers"]:
            assert container["securityContext"] == RESTRICTED
            assert container["resources"]["requests"] and container["resources"]["limits"]["memory"]


@pytest.mark.parametrize("values", SETS.values(), ids=SETS)
def test_whatever_a_pod_mounts_or_runs_as_is_there(values):
    things = render(values)
    brought = {"ours", "first", "second", "keys", "pull"}
    there = {(thing["kind"], thing["metadata"]["name"]) for thing in things}
    there |= {("Secret", thing["spec"]["secretName"]) for thing in things if thing["kind"] == "Certificate"}
    for spec in pod_specs(things):
        wanted = {("ServiceAccount", spec["serviceAccountName"])}
        for volume in spec.get("volumes", []):
            wanted |= {("ConfigMap", volume["configMap"]["name"])} if "configMap" in volume else set()
            wanted |= {("Secret", volume["secret"]["secretName"])} if "secret" in volume else set()
        assert {each for each in wanted if each[1] not in brought} <= there


@pytest.mark.parametrize("values", SETS.values(), ids=SETS)
def test_every_account_with_a_token_is_bound_and_only_accounts_that_exist_are(values):
    things = render(values)
    running = {spec["serviceAccountName"] for spec in pod_specs(things)}
    bound = {subject["name"] for thing in things if thing["kind"].endswith("RoleBinding") for subject in thing["subjects"]}
    assert running == bound
    roles = {(thing["kind"], thing["metadata"].get("namespace"), thing["metadata"]["name"]) for thing in things if thing["kind"].endswith("Role")}
    for thing in things:
        if thing["kind"].endswith("RoleBinding"):
            assert (thing["roleRef"]["kind"], thing["metadata"].get("namespace"), thing["roleRef"]["name"]) in roles


def test_the_name_can_be_chosen():
    for thing in render({"fullnameOverride": "guard"}, release="other", namespace="elsewhere"):
        metadata = thing["metadata"]
        if thing["kind"] != "CustomResourceDefinition":
            assert metadata["name"] == "guard" or metadata["name"].startswith("guard-"), metadata
        assert metadata.get("namespace") in (None, "elsewhere", "kube-system")
        text = json.dumps(thing).replace("peerwarden-daemon\", \"--config", "").replace("peerwarden-webhook\", \"--config", "")
        assert not re.search(r"peerwarden-(system|webhook|policy|registration)", text), thing


def test_two_releases_share_no_pods():
    selectors = [find(render({}, release=name), "Service", f"{name}-peerwarden-webhook")["spec"]["selector"] for name in ("one", "two")]
    assert selectors[0] != selectors[1]


def test_a_name_with_dots_gives_services_names_that_dns_knows():
    assert find(render(release="my.guard"), "Service", "my-guard-peerwarden-webhook")


def test_a_long_name_is_cut():
    for thing in render(release="a" * 53):
        labels = thing["metadata"].get("labels", {}).values()
        assert len(thing["metadata"]["name"]) <= (63 if "namespace" in thing["metadata"] else 253) and max(map(len, labels)) <= 63


@pytest.mark.parametrize("kind", ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"])
def test_the_configurations_come_empty_and_once(kind):
    (shell,) = [thing for thing in render() if thing["kind"] == kind]
    assert set(shell) == {"apiVersion", "kind", "metadata"} and not is_hook(shell)
    assert shell["metadata"]["name"] == "peerwarden" and "annotations" not in shell["metadata"]


def test_the_secret_comes_without_data():
    assert set(find(render(), "Secret", "peerwarden-webhook-tls")) == {"apiVersion", "kind", "metadata", "type"}


def test_the_registration_is_that_of_the_manifests():
    shipped = {each["kind"]: each for each in yaml.safe_load_all((ROOT / "manifests" / "webhook-configurations.yaml").read_text())}
    assert registration(render()) == shipped


def test_the_registration_leads_to_the_service():
    things = render({"fullnameOverride": "guard", "registration": {"timeoutSeconds": 7}}, namespace="elsewhere")
    service = find(things, "Service", "guard-webhook")
    for configuration in registration(things, "guard").values():
        assert configuration["metadata"]["name"] == "guard"
        for entry in configuration["webhooks"]:
            where = entry["clientConfig"]["service"]
            assert (where["name"], where["namespace"]) == (service["metadata"]["name"], service["metadata"]["namespace"])
            assert where["port"] in [port["port"] for port in service["spec"]["ports"] if port["targetPort"] == "webhook"]
            assert entry["timeoutSeconds"] == 7
        assert "elsewhere" in json.dumps(configuration) and "peerwarden-system" not in json.dumps(configuration)


@pytest.mark.parametrize("kind, group, rest", [("kubeOvn", "kubeovn.io", "kyma"), ("kyma", "cloud-resources.kyma-project.io", "kube-ovn")])
def test_a_kind_that_is_switched_off_is_neither_registered_nor_kept_by_a_policy_nor_read(kind, group, rest):
    things = render({"kinds": {kind: False}})
    asked = [*registration(things).values(), *(thing for thing in things if thing["kind"] in (
        "ValidatingAdmissionPolicy", "ClusterRole", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"))]
    assert group not in json.dumps(asked) and "peerwarden.io" in json.dumps(asked)
    assert {mounted(things, f"peerwarden-{program}")["kinds"] for program in ("webhook", "daemon")} == {rest}


def test_the_authority_of_files_stands_in_the_registration():
    pem = FILES["certificates"]["caBundle"]
    encoded = base64.b64encode(pem.encode()).decode()
    for bundle in (pem, encoded):
        things = render(merged(FILES, {"certificates": {"caBundle": bundle}}))
        assert {entry["clientConfig"]["caBundle"] for each in registration(things).values() for entry in each["webhooks"]} == {encoded}
    assert find(things, "Secret", "ours") is None and find(things, "Secret", "peerwarden-webhook-tls") is None


def test_cert_manager_makes_the_pair_for_the_name_that_is_called():
    things = render(CERT_MANAGER)
    certificate = find(things, "Certificate", "peerwarden-webhook-tls")
    assert f"peerwarden-webhook.{NAMESPACE}.svc" in certificate["spec"]["dnsNames"]
    assert find(things, "Secret", "peerwarden-webhook-tls") is None
    for kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"):
        annotations = find(things, kind, "peerwarden")["metadata"]["annotations"]
        assert annotations == {"cert-manager.io/inject-ca-from": f"{NAMESPACE}/{certificate['metadata']['name']}"}


def test_only_own_certificates_give_the_right_to_a_secret():
    def secrets(values):
        return [rule for thing in render(values) if thing["kind"].endswith("Role") for rule in thing["rules"] if "secrets" in rule["resources"]]
    (rule,) = secrets({})
    assert rule["resourceNames"] == ["peerwarden-webhook-tls"] and not {"list", "watch", "delete"} & set(rule["verbs"])
    assert secrets(CERT_MANAGER) == secrets(FILES) == []


@pytest.mark.parametrize("mode, program, manages", [("observe", "observe", False), ("annotated", "observe", True), ("manage", "manage", True)])
def test_only_who_manages_may_write_peerings(mode, program, manages):
    things = render({"daemon": {"mode": mode}})
    assert mounted(things, "peerwarden-daemon")["mode"] == program
    assert ("awsvpcpeerings/status" in json.dumps(things)) == manages


def test_no_role_has_a_star_and_every_rule_of_a_program_has_a_comment():
    for path in CHART.glob("templates/**/*role.yaml"):
        text = path.read_text()
        assert '"*"' not in text and "'*'" not in text, path
        rules = text.partition("rules:\n")[2]
        commented = re.findall(r"^  # .*\n(?:  # .*\n|  \{\{.*\n)*(?:  - (?:.*\n)(?:    .*\n)+)+", rules, re.MULTILINE)
        assert commented or text.split("apiVersion")[0].count("# "), path


@pytest.mark.parametrize("program", ["webhook", "daemon"])
def test_settings_are_handed_to_the_program(program):
    things = render(EVERYTHING)
    settings = mounted(things, f"peerwarden-{program}")
    assert EVERYTHING[program]["settings"].items() <= settings.items()
    (container,) = find(things, "Deployment", f"peerwarden-{program}")["spec"]["template"]["spec"]["containers"]
    ports = {port["containerPort"] for port in container["ports"]}
    assert {int(settings[key].rpartition(":")[2]) for key in ("listen", "metrics-listen") if key in settings} == ports


@pytest.mark.parametrize("values", [{}, EVERYTHING, CERT_MANAGER], ids=["default", "everything", "cert-manager"])
@pytest.mark.parametrize("program", ["webhook", "daemon"])
def test_a_program_takes_its_settings(program, values, tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(find(render(values), "ConfigMap", f"peerwarden-{program}")["data"]["config.yaml"])
    result = subprocess.run([BUILD / f"peerwarden-{program}", "--config", path, "--version"], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("values", [{}, EVERYTHING], ids=["default", "everything"])
def test_the_policy_is_one(values, tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(find(render(values), "ConfigMap", "peerwarden-policy")["data"]["policy.yaml"])
    result = subprocess.run([BUILD / "peerwarden", "policy", "check", path], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("program", ["webhook", "daemon"])
def test_every_setting_of_a_program_is_a_value_or_the_charts_own(program):
    page = (ROOT / "docs" / {"webhook": "settings.md", "daemon": "daemon.md"}[program]).read_text()
    options = set(re.findall(r"^\| `([a-z][a-z-]+)` \| `PEERWARDEN_", page, re.MULTILINE))
    schema = json.loads((CHART / "values.schema.json").read_text())
    offered = set(schema["definitions"][f"{program}Settings"]["properties"])
    made = set(mounted(render(), f"peerwarden-{program}"))
    assert options and options - offered - made == {"kubeconfig", "pod-name", "pod-namespace"} | ({"inventory"} if program == "webhook" else set())
    assert offered & made == set() and offered | made <= options


@pytest.mark.parametrize("program", ["webhook", "daemon"])
def test_a_program_is_replaced_when_a_setting_changes_and_not_when_the_policy_does(program):
    def pods(values):
        return find(render(values), "Deployment", f"peerwarden-{program}")["spec"]["template"]
    assert pods({}) == pods({"policy": {"rules": {"missing-route": "off"}}})
    assert pods({}) != pods({program: {"settings": {"log-level": "warn"}}})


def test_the_webhook_gets_no_more_of_the_secret_than_its_pair():
    volumes = find(render(), "Deployment", "peerwarden-webhook")["spec"]["template"]["spec"]["volumes"]
    (secret,) = [volume["secret"] for volume in volumes if "secret" in volume]
    assert [item["key"] for item in secret["items"]] == ["tls.crt", "tls.key"]


def test_a_rolling_update_and_a_drained_node_leave_a_replica():
    things = render()
    deployment = find(things, "Deployment", "peerwarden-webhook")["spec"]
    assert deployment["replicas"] == 2 and deployment["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert find(things, "PodDisruptionBudget", "peerwarden-webhook")["spec"]["maxUnavailable"] == 1
    assert len(deployment["template"]["spec"]["topologySpreadConstraints"]) == 2


def test_without_the_daemon_a_job_registers_the_webhook():
    things = render(SETS["without daemon"])
    (job,) = [thing for thing in things if thing["kind"] == "Job"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "post-install,post-upgrade,post-rollback"
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["command"][:3] == ["peerwarden", "registration", "apply"]
    assert not [thing for thing in things if thing["metadata"]["name"].endswith("-daemon")]


def test_helm_test_may_only_make_remote_networks():
    things = [thing for thing in render() if thing["metadata"].get("annotations", {}).get("helm.sh/hook") == "test"]
    (role,) = [thing for thing in things if thing["kind"] == "ClusterRole"]
    assert role["rules"] == [{"apiGroups": ["peerwarden.io"], "resources": ["remotenetworks"], "verbs": ["create"]}]
    assert sorted(thing["kind"] for thing in things) == ["ClusterRole", "ClusterRoleBinding", "NetworkPolicy", "Pod", "ServiceAccount"]


def test_the_definitions_outlive_the_release_unless_told_otherwise():
    def kept(values):
        return [thing["metadata"].get("annotations") for thing in render(values) if thing["kind"] == "CustomResourceDefinition"]
    assert kept({}) == [{"helm.sh/resource-policy": "keep"}] * 2
    assert kept({"crds": {"keep": False}}) == [None] * 2 and kept({"crds": {"install": False}}) == []


@pytest.mark.parametrize("folder", ["manifests", "charts"])
def test_no_registry_is_named(folder):
    for path in (ROOT / folder).rglob("*.yaml"):
        assert not re.search(r"\b(?:ghcr|quay|docker|gcr|ecr|registry)\.[a-z.]*[a-z]", path.read_text()), path


def test_the_manifests_are_the_chart_without_helm():
    wanted = {identity(thing): thing for thing in render() if not is_hook(thing)}
    given = {identity(thing): thing for thing in kustomize(ROOT / "manifests") if thing["kind"] != "Namespace"}
    for things in (wanted, given):
        things["registration"] = registration([things.pop(("ConfigMap", NAMESPACE, "peerwarden-registration"))])
    assert bare(given) == bare(wanted)


def test_the_manifests_begin_with_the_empty_configurations():
    assert [thing["kind"] for thing in kustomize(ROOT / "manifests")[:3]] == ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "Namespace"]


@pytest.mark.parametrize("names, values", [
    (["kube-ovn"], {"kinds": {"kyma": False}}),
    (["kyma"], {"kinds": {"kubeOvn": False}}),
    (["cert-manager"], CERT_MANAGER),
    (["annotated"], {"daemon": {"mode": "annotated"}}),
    (["aws", "manage"], {"daemon": {"mode": "manage", "clouds": ["aws"]}}),
    (["gcp"], {"daemon": {"clouds": ["gcp"]}}),
    (["azure", "manage"], {"daemon": {"mode": "manage", "clouds": ["azure"]}}),
    (["without-daemon"], {"daemon": {"enabled": False}, **CERT_MANAGER}),
    (["kube-ovn", "cert-manager", "manage"], {"kinds": {"kyma": False}, "daemon": {"mode": "manage"}, **CERT_MANAGER}),
], ids=lambda each: "+".join(each) if isinstance(each, list) else "")
def test_components_do_what_values_do(names, values, tmp_path):
    overlay = ROOT / "manifests" / "components"
    given = kustomize(write_overlay(tmp_path, [overlay / name for name in names]))
    wanted = [thing for thing in render(values) if not is_hook(thing) or thing["kind"] == "Job"]
    assert {identity(thing) for thing in given if thing["kind"] != "Namespace"} == {identity(thing) for thing in wanted}
    for thing in wanted:
        (same,) = [each for each in given if identity(each) == identity(thing)]
        if thing["kind"] == "Deployment":
            assert settings_of(same, given) == settings_of(thing, wanted)
        elif identity(thing)[::2] == ("ConfigMap", "peerwarden-registration"):
            assert registration([same]) == registration([thing])
        elif thing["kind"] != "ConfigMap":
            assert bare(same) == bare(thing)


def identity(thing):
    """Return what tells an object from others."""
    return thing["kind"], thing["metadata"].get("namespace"), thing["metadata"]["name"]


def settings_of(deployment, things):
    """Return the settings that a program ends up with."""
    name = deployment["metadata"]["name"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    given = {each["name"].removeprefix("PEERWARDEN_").lower().replace("_", "-"): each["value"] for each in container["env"] if "value" in each}
    return {**mounted(things, name), **given}


def write_overlay(folder, components):
    """Write a kustomization of the manifests with components, and return its folder."""
    overlay = folder / "overlay"
    overlay.mkdir()
    (overlay / "kustomization.yaml").write_text(yaml.safe_dump({
        "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": [os.path.relpath(ROOT / "manifests", overlay)],
        "components": [os.path.relpath(component, overlay) for component in components]}))
    return overlay


def examples():
    """Return the values that docs/install.md shows for the chart."""
    page = (ROOT / "docs" / "install.md").read_text()
    return [values for text in re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
            if "kind" not in (values := yaml.safe_load(text))]


@pytest.mark.parametrize("values", examples(), ids=lambda values: "-".join(values[next(iter(values))].get("clouds", values)))
def test_an_example_of_the_page_gives_the_container_what_it_names(values):
    (name, given), = values.items()
    pod = find(render(values), "Deployment", f"peerwarden-{name}")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert given["settings"].items() <= mounted(render(values), f"peerwarden-{name}").items()
    assert all(each in container["env"] for each in given.get("extraEnv", []))
    folders = {mount["mountPath"] for mount in container["volumeMounts"] if mount["name"] in {volume["name"] for volume in pod["volumes"]}}
    files = [text for text in [*(each["value"] for each in given.get("extraEnv", [])), *given["settings"].values()] if text.startswith("/")]
    assert files and all(os.path.dirname(file) in folders for file in files)


def test_every_value_and_component_of_the_page_exists():
    page = (ROOT / "docs" / "install.md").read_text()
    named = {tuple(path.split(".")) for path in re.findall(r"`([a-z][A-Za-z]+(?:\.[a-zA-Z]+)+)(?:=[^`]*|\.\"[^`]*)?`", page) if path.split(".")[0] in VALUES}
    known = {path[:length] for path in leaves(VALUES) for length in range(1, len(path) + 1)}
    assert len(named) > 20 and {path for path in named if path not in known and path[-1] != "NAME"} == set()
    components = set(re.findall(r"\| `([a-z-]+)` \|$", page, re.MULTILINE))
    assert components == {path.name for path in (ROOT / "manifests" / "components").iterdir()}
