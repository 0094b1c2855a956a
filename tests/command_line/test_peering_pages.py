"""The pages of docs/peerings: their examples are run, and what they show is what comes out."""
import re
import subprocess

import pytest

from terminal import PROGRAM, ROOT

PAGES = sorted((ROOT / "docs" / "peerings").glob("*.md"))
EXAMPLE = re.compile(r"```yaml\n(.*?)```\n\n```console\n\$ peerwarden (lint peering\.yaml)\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")


def lint(example, folder):
    manifests, command, shown = example
    (folder / "peering.yaml").write_text(manifests)
    result = subprocess.run([PROGRAM, *command.split()], capture_output=True, text=True, timeout=60, cwd=folder)
    assert result.stderr == "" and result.stdout == shown
    return result.returncode


@pytest.mark.parametrize("page", [page for page in PAGES if page.stem != "README"], ids=lambda page: page.stem)
def test_the_first_example_of_a_page_is_clean_and_the_second_is_refused(page, tmp_path):
    clean, refused = EXAMPLE.findall(page.read_text())
    assert lint(clean, tmp_path) == 0 and clean[2].endswith("objects: 0 to deny, 0 warnings, 0 notes\n")
    assert lint(refused, tmp_path) == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_links_of_a_page_lead_to_files(page):
    missing = [link for link in LINK.findall(page.read_text())
               if not link.startswith("https://") and not (page.parent / link).exists()]
    assert not missing
