"""The manual pages: groff and mandoc read them without a warning, and every option and command stands in them as --help has it."""
import os
import re

import pytest

from packages import BUILD, VERSION, printed

PAGES = {"peerwarden": "peerwarden.1", "peerwarden-daemon": "peerwarden-daemon.8", "peerwarden-webhook": "peerwarden-webhook.8"}
SECTIONS = ("NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO")


def read(page):
    """Return a page as a reader sees it, in lines that are never broken."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "9999", "MAN_KEEP_FORMATTING": ""}
    return printed("man", "--no-hyphenation", "--no-justification", "-l", BUILD / "packaged" / page, env=environment)


def commands():
    """Return the commands of the command line."""
    return re.findall(r"^  ([a-z]+) ", printed(BUILD / "peerwarden", "--help"), re.MULTILINE)


def options(text):
    """Return the options that a text lists at the beginning of its lines."""
    return re.findall(r"^ +(?:-[a-z], )?--(?:\[no-\])?([a-z-]+)", text, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES.values())
def test_groff_has_nothing_to_say_of_a_page(page):
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80"}
    assert printed("sh", "-c", 'man --warnings -l "$0" 2>&1 >/dev/null', BUILD / "packaged" / page, env=environment) == ""


@pytest.mark.parametrize("page", PAGES.values())
def test_mandoc_has_nothing_to_say_but_that_a_page_has_no_date(page):
    said = printed("sh", "-c", 'mandoc -T lint -W warning "$0" || true', BUILD / "packaged" / page).splitlines()
    assert [line for line in said if "missing date" not in line] == []


@pytest.mark.parametrize("program, page", PAGES.items())
def test_a_page_has_all_sections_and_the_version(program, page):
    text = read(page)
    assert [section for section in SECTIONS if f"\n{section}\n" not in text] == []
    assert f"Peerwarden {VERSION}" in text and program in text


@pytest.mark.parametrize("program", ["peerwarden-daemon", "peerwarden-webhook"])
def test_a_page_has_the_options_of_help_and_nothing_else(program):
    part = re.search(r"\nOPTIONS\n(.*?)\n[A-Z]", read(PAGES[program]), re.DOTALL)[1]
    assert options(part) == options(printed(BUILD / program, "--help"))


@pytest.mark.parametrize("program", ["peerwarden-daemon", "peerwarden-webhook"])
def test_a_default_and_a_variable_stand_with_their_option(program):
    help_text = " ".join(printed(BUILD / program, "--help").split())
    page = " ".join(read(PAGES[program]).split())
    for value, variable in re.findall(r"\(default (\S+), \$(PEERWARDEN_[A-Z_]+)\)", help_text):
        assert f"Default: {value}. Environment: {variable}." in page


@pytest.mark.parametrize("command", commands())
def test_a_command_stands_in_the_page_with_its_options(command):
    part = re.search(rf"\n   peerwarden {command}\n(.*?)(?=\n   peerwarden |\n[A-Z])", read(PAGES["peerwarden"]), re.DOTALL)[1]
    shown = printed(BUILD / "peerwarden", command, "--help")
    assert options(part) == options(shown)
    usage = re.search(r"Usage: (.*)", shown)[1].replace("…", "...")
    assert usage in part
