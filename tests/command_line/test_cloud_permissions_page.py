"""docs/aws.md, docs/gcp.md and docs/azure.md: just the rights that the daemon needs, as the code and the end-to-end tests know them.

Those of Google Cloud and Azure run with no other rights (managed_gcp.py, managed_azure.py, test_observing_rights.py), and take each away in turn.
"""

import ast
import json
import re

import pytest

from terminal import ROOT

TESTS = ROOT / "tests" / "end_to_end"
SECTION = re.compile(r"^(?:In|On) (?:the )?\*\*([^*]+)\*\*:\n\n((?:\|.*\n)+)", re.MULTILINE)
SHELL_ROLE = re.compile(r"^gcloud iam roles create peerwarden(\w+) --project=(\w+) --stage=GA --permissions=(\S+)$", re.MULTILINE)
BLOCK = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
GOOGLE = re.compile(r"compute\.[a-z]\w+\.\w+")
AZURE = re.compile(r"Microsoft\.\w+/[\w/]+")
AMAZON = re.compile(r"ec2:\w+")
# A row of what an observing role has, too, and mode manage can do without.
OWN_LOOK = {"see an overlap before Google does"}
ASKED = "Microsoft.Authorization/permissions/read"


def page(cloud):
    """Return the text of a cloud's page."""
    return (ROOT / "docs" / f"{cloud}.md").read_text()


def tables(cloud, right):
    """Return the rights of each table of a page: by its place, and by what they are for."""
    found = {}
    for place, rows in SECTION.findall(page(cloud).partition("\n## Permissions\n")[2]):
        cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows.splitlines()[2:]]
        found[place] = {purpose: right.findall(rights) for purpose, rights in cells}
    return found


def rights_of(table, *left_out):
    """Return all rights of a table but those of some rows."""
    return {right for purpose, rights in table.items() if purpose not in left_out for right in rights}


def looks(table):
    """Return those that observing needs."""
    return next(set(rights) for purpose, rights in table.items() if "observe" in purpose)


def constants(path, *known):
    """Return the names that a module of the tests gives to what it computes of plain texts, of each other, and of known ones."""
    names = {"SHOOT": "shoot"}
    for each in known:
        names |= each
    for node in ast.parse(path.read_text()).body:
        if not isinstance(node, (ast.Assign, ast.AugAssign, ast.For)):
            continue
        try:
            exec(compile(ast.Module([node], []), path.name, "exec"), names)
        except NameError:
            continue
    return names


def arrays(path):
    """Return the texts of each array of a C file, its macros put in."""
    text = path.read_text()
    for name, value in re.findall(r'^#define (\w+)\s+"([^"]*)"$', text, re.MULTILINE):
        text = re.sub(rf'\b{name} "', f'"{value}', text)
    return {name: set(re.findall(r'"([^"]+)"', body))
            for name, body in re.findall(r"(?:needed\[\] =|\[(ARM_\w+)\] =) \{(.*?)\}[,;]", text, re.DOTALL)}


def taken_away(name, right):
    """Return the rights that an end-to-end test names, its own short names of them written out."""
    path = TESTS / f"test_manage_{name}.py"
    names = {**constants(TESTS / "managed_azure.py"), **constants(path)}
    text = path.read_text().partition("# Each right is missed by its name.")[2] + "".join(
        re.findall(r"^.*deny\(.*$|^    action = .*$", path.read_text(), re.MULTILINE))
    for short in ("NETWORK", "PEERING"):
        text = text.replace(f"{{{short}}}", str(names.get(short, "")))
    return set(right.findall(text))


# AWS.

def test_the_policies_of_aws_have_the_actions_that_the_code_names_and_no_other():
    named = {action for path in (ROOT / "cloud").glob("aws_*.c") for action in AMAZON.findall(path.read_text())}
    own, own_to_manage, *far = [set(AMAZON.findall(block)) for block in BLOCK.findall(page("aws"))]
    assert len(far) == 2 and own == far[0]
    assert own | own_to_manage == named
    assert far[1] < own_to_manage


# Google Cloud.

def test_the_rights_in_projects_of_google_cloud_are_those_that_the_tests_run_with():
    names = constants(TESTS / "managed_gcp.py")
    places = tables("gcp", GOOGLE)
    assert list(places) == ["cluster's own project", "each remote project"]
    assert rights_of(places["cluster's own project"], *OWN_LOOK) == set(names["AT_HOME"])
    assert rights_of(places["each remote project"]) == set(names["FAR_AWAY"])


def test_the_rights_to_observe_are_those_that_a_test_observes_with():
    names = constants(TESTS / "test_observing_rights.py", constants(TESTS / "managed_gcp.py"), constants(TESTS / "managed_azure.py"))
    own, far = tables("gcp", GOOGLE).values()
    assert set(names["PROJECTS"][names["HOME"]]) == looks(own) | {right for row in OWN_LOOK for right in own[row]}
    assert set(names["PROJECTS"][names["AWAY"]]) == looks(far)
    own, *far = tables("azure", AZURE).values()
    assert set(names["OWN_VNET"]) == looks(own)
    assert set(names["REMOTE"]) == set().union(*map(looks, far))
    assert names["OWN_RIGHTS"] == ASKED


def test_the_rights_in_a_remote_project_are_those_that_the_daemon_asks_about():
    (asked,) = arrays(ROOT / "cloud" / "gcp_rights.c").values()
    assert rights_of(tables("gcp", GOOGLE)["each remote project"]) == asked


def test_a_test_takes_each_right_of_google_cloud_away():
    """All but the one whose lack hides ranges, and stops nothing."""
    needed = set().union(*map(rights_of, tables("gcp", GOOGLE).values()))
    assert needed - taken_away("gcp", GOOGLE) == {"compute.subnetworks.list"}
    assert taken_away("gcp", GOOGLE) - needed == set()


def test_the_roles_of_google_cloud_have_the_rights_of_the_tables_and_no_other():
    roles = {(project, role): set(rights.split(",")) for role, project, rights in SHELL_ROLE.findall(page("gcp"))}
    assert len(roles) == 4
    for project, table in zip(("OWN", "REMOTE"), tables("gcp", GOOGLE).values(), strict=True):
        assert roles[project, "Manage"] == rights_of(table)
        assert roles[project, "Observe"] == looks(table) | {right for row in OWN_LOOK for right in table.get(row, [])}


# Azure.

def test_the_rights_in_azure_are_those_that_the_tests_run_with():
    names = constants(TESTS / "managed_azure.py")
    own, *far = tables("azure", AZURE).values()
    assert len(far) == 3
    assert rights_of(own) == set(names["AT_HOME"])
    assert set().union(*map(rights_of, far)) == set(names["FAR_AWAY"])


@pytest.mark.parametrize(("place", "kind"), [
    ("each remote VNet", "ARM_VNET"), ("each private DNS zone", "ARM_ZONE"), ("each resolver ruleset", "ARM_RULESET")])
def test_the_rights_on_a_remote_side_of_azure_are_those_that_the_daemon_asks_about(place, kind):
    assert rights_of(tables("azure", AZURE)[place]) == arrays(ROOT / "cloud" / "azure_rights.c")[kind]


def test_a_test_takes_each_right_to_peerings_of_azure_away():
    needed = rights_of(tables("azure", AZURE)["each remote VNet"])
    assert taken_away("azure", AZURE) == needed


def test_a_test_takes_each_right_to_links_of_azure_away():
    """The test has a part of their names for both kinds."""
    text = (TESTS / "test_manage_dns.py").read_text()
    places = tables("azure", AZURE)
    for place in ("each private DNS zone", "each resolver ruleset"):
        for right in rights_of(places[place]):
            assert right.split("/", 2)[2] in re.findall(r'[/"]((?:virtualNetworkLinks/)?\w+)"', text), right
    assert "/virtualNetworks/join/action" in text


def test_the_roles_of_azure_have_the_rights_of_the_tables_and_no_other():
    roles = {role["Name"].removeprefix("Peerwarden "): set(role["Actions"]) for role in map(json.loads, BLOCK.findall(page("azure")))}
    places = tables("azure", AZURE)
    assert roles["Observe"] == set().union(*map(looks, places.values()))
    assert roles["Manage Peerings"] == rights_of(places["each remote VNet"]) - roles["Observe"] | {ASKED}
    assert roles["Manage Links"] | roles["Manage Peerings"] == set().union(*map(rights_of, places.values())) - roles["Observe"] | {ASKED}
    assert roles["Manage Links"] & roles["Manage Peerings"] == {ASKED}
    assert "virtualNetworks/join/action" in " ".join(roles["Manage Links"])
