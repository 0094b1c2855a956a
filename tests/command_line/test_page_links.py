"""Every page of the documentation: its links lead to files that are there, and to headings that they have."""

import re

import pytest

from terminal import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "charts").rglob("*.md"), *(ROOT / "manifests").rglob("*.md")])
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def anchor(heading):
    """Return the anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()).replace(" ", "-")


def anchors(path):
    """Return all anchors of a page."""
    return {anchor(heading) for heading in HEADING.findall(FENCE.sub("", path.read_text()))}


def leads_nowhere(page, link):
    """Say whether a link of a page leads to nothing."""
    place, _, heading = link.partition("#")
    target = (page.parent / place).resolve() if place else page
    return not target.exists() or bool(heading and target.suffix == ".md" and heading not in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    links = LINK.findall(re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text())))
    assert [link for link in links if "://" not in link and leads_nowhere(page, link)] == []
