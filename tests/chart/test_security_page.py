"""docs/security.md: a row for each right that the chart and the manifests give, and no other."""

import re
import subprocess
from collections import namedtuple
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
NAMESPACE = "peerwarden-system"
ROW = re.compile(r"^\| `(peerwarden-[a-z-]+)` \|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
EVERY_RIGHT = ("daemon.mode=manage",)
WITHOUT_DAEMON = ("daemon.enabled=false", "certificates.mode=cert-manager")

Right = namedtuple("Right", "role where group resource name verb")


def on_page():
    """Return the rights of the page's table, and its rows without a reason."""
    rights, bare = set(), []
    for role, where, group, resources, names, verbs, reason in ROW.findall((ROOT / "docs" / "security.md").read_text()):
        place = {"cluster": "", "own namespace": NAMESPACE}.get(where.strip(), where.strip(" `"))
        rights |= {Right(role, place, group.strip(" `"), resource, name, verb)
                   for resource in CODE.findall(resources) for name in CODE.findall(names) or [""] for verb in CODE.findall(verbs)}
        bare += [] if reason.strip() else [role]
    return rights, bare


def given_by(text):
    """Return the rights that the roles in some manifests give."""
    return {Right(role["metadata"]["name"], role["metadata"].get("namespace", ""), group, resource, name, verb)
            for role in yaml.safe_load_all(text) if role and role["kind"] in ("Role", "ClusterRole") and "$patch" not in role
            for rule in role["rules"] for group in rule["apiGroups"] for resource in rule["resources"]
            for name in rule.get("resourceNames") or [""] for verb in rule["verbs"]}


@pytest.fixture(scope="module")
def rendered():
    """Return a function that renders the chart with some values."""
    folder = subprocess.run([ROOT / "tools" / "kubernetes", "helm"], capture_output=True, text=True, check=True).stdout.strip()

    def render(values):
        done = subprocess.run([f"{folder}/helm", "template", "peerwarden", ROOT / "charts" / "peerwarden", "--namespace", NAMESPACE,
                               "--kube-version", "1.36.1", *(f"--set={value}" for value in values)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout
    return render


def test_the_page_has_every_right_of_the_chart_and_no_other(rendered):
    given = given_by(rendered(EVERY_RIGHT)) | given_by(rendered(WITHOUT_DAEMON))
    assert len(given) > 50
    assert given - on_page()[0] == set()
    assert on_page()[0] - given == set()


def test_the_page_has_every_right_of_the_manifests():
    files = [*(ROOT / "manifests").glob("*.yaml"), *(ROOT / "manifests" / "components").glob("*/resources.yaml")]
    given = set().union(*(given_by(path.read_text()) for path in files))
    assert {right.role for right in given} >= {"peerwarden-webhook", "peerwarden-daemon", "peerwarden-break-glass"}
    assert given - on_page()[0] == set()


def test_each_right_says_what_it_is_for():
    assert on_page()[1] == []


def test_nobody_may_do_everything_or_read_secrets_at_large():
    for right in on_page()[0]:
        assert "*" not in right
        assert right.resource != "secrets" or right.name


def test_every_threat_is_answered_once():
    section = (ROOT / "docs" / "security.md").read_text().partition("## The 18 threats")[2]
    assert [int(number) for number in re.findall(r"^\| (\d+) \|[^|]+\|[^|]{40,}\|$", section, re.MULTILINE)] == list(range(1, 19))
