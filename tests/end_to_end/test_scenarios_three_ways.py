"""Every scenario of tests/scenarios gets its verdict by the command line, from a webhook with an inventory, and on a
real API server."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import scenario_definitions
from control_plane import WEBHOOK
from scenario_cluster import ClusterWay, DryRunGuard
from scenario_files import read_scenarios
from scenario_folder import FolderWay
from scenario_lint import lint
from scenario_verdicts import CLUSTER, FOLDER, LINT, WAYS, differences, linted, why_not

LINES_SHOWN = 40


@pytest.fixture(scope="module")
def scenarios():
    """All scenarios."""
    return read_scenarios()


@pytest.fixture(scope="module")
def findings_of(scenarios, tmp_path_factory):
    """What lint finds, by scenario."""
    folder = tmp_path_factory.mktemp("lint")
    with ThreadPoolExecutor(2) as threads:
        found = threads.map(lambda numbered: lint(folder / str(numbered[0]), numbered[1]), enumerate(scenarios))
        return dict(zip(map(str, scenarios), found))


@pytest.fixture(scope="module")
def ran():
    """The names of the scenarios that ran, by way."""
    return {}


@pytest.fixture
def agree(scenarios, findings_of, ran):
    """A function that runs all scenarios in one way and fails with a line for each that differs."""
    def agree(way, judge):
        ran[way], lines = differences(scenarios, way, judge, findings_of)
        assert not lines, f"{len(lines)} scenarios differ {way}:\n" + "\n".join(lines[:LINES_SHOWN])
    return agree


def test_every_scenario_gets_its_verdict_by_the_command_line(agree, findings_of):
    agree(LINT, lambda scenario: linted(findings_of[str(scenario)]))


def test_every_scenario_gets_its_verdict_from_a_webhook_with_an_inventory(agree, new_webhook, tmp_path):
    policy, folder = tmp_path / "policy.yaml", tmp_path / "inventory"
    folder.mkdir()
    webhook = new_webhook(None, "--inventory", folder, "--policy", policy)
    way = FolderWay(webhook, policy, folder, scenario_definitions.resources())
    way.start()
    agree(FOLDER, way.judge)
    webhook.stop()


def test_every_scenario_gets_its_verdict_on_the_api_server(agree, new_control_plane, new_webhook, tmp_path):
    control_plane = new_control_plane()
    scenario_definitions.install(control_plane, tmp_path)
    policy = tmp_path / "policy.yaml"
    webhook = new_webhook(control_plane.kubeconfig(WEBHOOK), "--policy", policy)
    way = ClusterWay(webhook, policy, control_plane.api, scenario_definitions.resources())
    webhook.start()
    webhook.wait_for("/readyz", 200)
    DryRunGuard(control_plane, webhook).register()
    agree(CLUSTER, way.judge)
    webhook.stop()
    control_plane.stop()


def test_every_scenario_ran_in_all_ways_that_it_must(scenarios, ran, capsys):
    for way in WAYS:
        must = {str(each) for each in scenarios if not why_not(each, way)}
        assert ran.get(way) == must, f"{way}: {sorted(must - ran.get(way, set()))[:LINES_SHOWN]}"
    with capsys.disabled():
        print("\nscenarios: " + ", ".join(f"{len(ran[way])} of {len(scenarios)} {way}" for way in WAYS))
