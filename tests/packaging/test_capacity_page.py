"""docs/capacity.md: what it calls the chart's defaults are those."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| [^|]*\(the chart's defaults\) \| (.*) \|$", re.MULTILINE)


def test_the_defaults_of_the_chart_stand_in_the_table():
    cells, = ROW.findall((ROOT / "docs" / "capacity.md").read_text())
    values = yaml.safe_load((ROOT / "charts" / "peerwarden" / "values.yaml").read_text())
    wanted = [f"{resources['requests']['cpu']}, {resources['requests']['memory']} | {resources['limits']['memory']}"
              for resources in (values[program]["resources"] for program in ("webhook", "daemon"))]
    assert cells == " | ".join(wanted)
