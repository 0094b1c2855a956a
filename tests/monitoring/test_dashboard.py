"""charts/peerwarden/monitoring/dashboard.json: a dashboard as Grafana stores it, in rows, with a unit for each panel."""

import json
import re
from itertools import combinations
from pathlib import Path

import pytest

PATH = Path(__file__).resolve().parents[2] / "charts" / "peerwarden" / "monitoring" / "dashboard.json"
DASHBOARD = json.loads(PATH.read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
ROWS = ["Now", "Admission", "Correctness", "Certificates", "Daemon", "Resources"]
TYPES = {"timeseries", "stat", "bargauge", "state-timeline"}
UNITS = {"s", "bytes", "short", "reqps", "ops"}
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
COLUMNS = 24


def test_it_is_of_the_schema_of_grafana_11_and_belongs_to_no_server():
    assert DASHBOARD["schemaVersion"] >= 39 and DASHBOARD["id"] is None
    assert DASHBOARD["uid"] == "peerwarden" and DASHBOARD["title"] == "Peerwarden"
    assert not DASHBOARD["templating"]["list"][0]["current"]


def test_ids_and_titles_are_unique():
    for key in ("id", "title"):
        values = [panel[key] for panel in DASHBOARD["panels"]]
        assert len(values) == len(set(values)), key


def test_its_rows_are_those_that_people_look_for():
    assert [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"] == ROWS


def test_panels_do_not_overlap_and_do_not_leave_the_page():
    def cells(panel):
        at = panel["gridPos"]
        return {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}

    for panel in DASHBOARD["panels"]:
        assert all(x < COLUMNS for x, _ in cells(panel)), panel["title"]
    for left, right in combinations(DASHBOARD["panels"], 2):
        assert not cells(left) & cells(right), (left["title"], right["title"])


def test_panels_stand_below_their_row_in_the_order_of_the_file():
    places = [(panel["gridPos"]["y"], panel["gridPos"]["x"]) for panel in DASHBOARD["panels"]]
    assert places == sorted(places)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_says_what_it_shows_and_in_which_unit(panel):
    assert panel["type"] in TYPES and len(panel["description"]) > 5
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
    assert panel["datasource"] == SOURCE and all(target["datasource"] == SOURCE for target in panel["targets"])
    references = [target["refId"] for target in panel["targets"]]
    assert references == sorted(set(references))


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_the_unit_of_a_panel_is_that_of_its_queries(panel):
    unit = panel["fieldConfig"]["defaults"]["unit"]
    for target in panel["targets"]:
        in_seconds = "_seconds" in target["expr"] and "cpu_seconds" not in target["expr"]
        assert (unit == "s") == in_seconds, target["expr"]
        assert (unit == "bytes") == ("_bytes" in target["expr"]), target["expr"]
        assert (unit in {"reqps", "ops"}) == (" rate(" in f" {target['expr'].replace('(', '( ')}" and not in_seconds
                                              and "cpu_seconds" not in target["expr"]), target["expr"]


def test_variables_are_those_that_queries_use():
    names = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    used = set(re.findall(r"\$\{?([a-z]\w*)", json.dumps(DASHBOARD)))
    assert used == names == {"datasource", "namespace", "instance"}


def test_legends_name_labels_that_their_query_keeps():
    for panel in PANELS:
        for target in panel["targets"]:
            kept = re.findall(r" by \(([^)]*)\)", target["expr"])
            if kept:
                labels = set(kept[0].replace(" ", "").split(","))
                assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= labels, panel["title"]
