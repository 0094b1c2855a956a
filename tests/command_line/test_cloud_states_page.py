"""docs/gcp.md and docs/azure.md: a row for each state and reason that the code writes into a status, and for no other."""

import re

import pytest

from terminal import ROOT

CLOUD = ROOT / "cloud"
TABLE = re.compile(r"^\| state \| reason \|.*\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE)
WORD = re.compile(r"`([A-Z]\w+)`")
REASON = re.compile(r'"((?:Failed|Vpc)\w+|QuotaExceeded|Unauthorized|CloudProviderError)"')
# What the daemon itself writes of these clouds.
OF_ALL = {"Ready", "CloudProviderError", "ValidationFailed", "Unauthorized", "QuotaExceeded"}


def rows(cloud):
    """Return of each table of a page the rows: states, reasons, meaning and way out."""
    tables = TABLE.findall((ROOT / "docs" / f"{cloud}.md").read_text())
    return [[[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in table.splitlines()] for table in tables]


def words(table, column):
    """Return the words of the code in a column."""
    return {word for row in table for word in WORD.findall(row[column])}


def reasons(pattern):
    """Return the reasons that some files write."""
    return {reason for path in CLOUD.glob(pattern) for reason in REASON.findall(path.read_text())}


def test_google_cloud_has_every_state_and_reason_and_no_other():
    (table,) = rows("gcp")
    states = re.findall(r'#define GCP_STATE_\w+\s+"(\w+)"', (CLOUD / "gcp_plan_steps.h").read_text())
    assert len(states) == 5 and words(table, 0) == set(states)
    assert words(table, 1) == reasons("gcp_plan*.c") | OF_ALL


def test_azure_has_every_reason_and_no_other():
    peerings, links = rows("azure")
    assert words(peerings, 1) == reasons("azure_plan*.c") | OF_ALL
    assert words(links, 1) == reasons("azure_link_plan.c") | OF_ALL


def test_azure_has_the_states_of_its_halves_and_links_and_those_of_kyma():
    peerings, links = rows("azure")
    ours = {"Warning", "Error"}
    halves = set(re.findall(r'\[AZURE_PEERING_\w+\] = "(\w+)"', (CLOUD / "azure_network.c").read_text()))
    assert len(halves) == 3 and words(peerings, 0) == halves | ours
    assert words(links, 0) == {"InProgress", "Completed", "Creating", "Updating", "Succeeded"} | ours


@pytest.mark.parametrize("cloud", ["gcp", "azure"])
def test_a_row_says_what_it_means_and_the_way_out_of_what_is_wrong(cloud):
    for state, reason, meaning, way_out in (row for table in rows(cloud) for row in table):
        assert meaning and (way_out or reason == "`Ready`"), (state, reason)
