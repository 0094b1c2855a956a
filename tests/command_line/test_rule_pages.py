"""The pages of docs/rules: what they say of a rule's default and its kinds is what the rule has."""
import re
import subprocess

import pytest

from terminal import PROGRAM, ROOT

VALIDATORS = ROOT / "validators"
HEAD = re.compile(r"^Default: \*\*(deny|warn|report)\b.*\. Guards: ([^.]*)\.$", re.MULTILINE)
RULE = re.compile(r'\.id = "([^"]*)",.*?\.guards =\s*(.*?),\n', re.DOTALL)
GROUP = re.compile(r"#define (GUARDS_\w+)((?:.*\\\n)*.*)")
ROW = re.compile(r"^\| \[.*\]\(docs/rules/(.*)\.md\) \| (\w+)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")
EVERY_KIND = "GUARDS_EVERYTHING"

PAGES = {page.stem: page.read_text() for page in sorted((ROOT / "docs" / "rules").glob("*.md"))}
GUARDS = {name: expression for file in VALIDATORS.glob("*.c") for name, expression in RULE.findall(file.read_text())}
GROUPS = dict(GROUP.findall((VALIDATORS / "rule.h").read_text()))
DEFAULTS = dict(line.split()[:2] for line in subprocess.run(
    [PROGRAM, "explain"], capture_output=True, text=True, check=True).stdout.splitlines())


def kinds(expression):
    """Return the kinds of a C expression, as manifests write them."""
    found = {"".join(word.capitalize() for word in name.split("_"))
             for name in re.findall(r"KIND_BIT\(KIND_(\w+)\)", expression)}
    return found.union(*(kinds(GROUPS[name]) for name in re.findall(r"GUARDS_\w+", expression)))


def test_there_is_a_page_for_each_rule():
    assert set(PAGES) == set(DEFAULTS) == set(GUARDS)


def test_the_readme_lists_each_rule_with_its_default():
    assert dict(ROW.findall((ROOT / "README.md").read_text())) == DEFAULTS


@pytest.mark.parametrize("rule", PAGES)
def test_a_page_names_the_default_of_its_rule(rule):
    assert HEAD.search(PAGES[rule]).group(1) == DEFAULTS[rule]


@pytest.mark.parametrize("rule", [rule for rule in PAGES if GUARDS[rule] != EVERY_KIND])
def test_a_page_names_the_kinds_that_its_rule_guards(rule):
    assert set(HEAD.search(PAGES[rule]).group(2).split(", ")) == kinds(GUARDS[rule])


@pytest.mark.parametrize("rule", PAGES)
def test_a_page_has_what_why_two_examples_and_how_to_change_the_rule(rule):
    assert re.findall(r"^## (.*)$", PAGES[rule], re.MULTILINE) == ["Why", "Fails", "Put right", "How to change it"]


@pytest.mark.parametrize("rule", PAGES)
def test_the_links_of_a_page_lead_to_files(rule):
    missing = [link for link in LINK.findall(PAGES[rule])
               if not link.startswith("https://") and not (ROOT / "docs" / "rules" / link).exists()]
    assert not missing
