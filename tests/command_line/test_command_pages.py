"""docs/cli.md: its examples are run, and no command and no option is missing."""
import re
import shlex

import pytest

from terminal import ROOT, run

PAGE = (ROOT / "docs" / "cli.md").read_text()
EXAMPLES = re.findall(r"```console\n\$ peerwarden (.*)\n((?:.*\n)*?)```", PAGE)


@pytest.mark.parametrize("command, shown", EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_an_example_shows_what_comes_out(command, shown):
    result = run(*shlex.split(command))
    assert (result.stdout, result.stderr) == (shown, "")


def commands():
    """Return the commands that the program lists."""
    return re.findall(r"^  ([a-z]+) ", run("--help").stdout, re.MULTILINE)


@pytest.mark.parametrize("command", commands())
def test_a_command_is_on_the_page(command):
    assert f"| [`{command}`](" in PAGE or f"| `{command}` |" in PAGE


@pytest.mark.parametrize("command", ["lint", "audit", "plan", "free", "graph", "certs", "registration"])
def test_every_option_of_a_command_is_on_the_page(command):
    options = set(re.findall(r"--(?:\[no-\])?([a-z-]+)", run(command, "--help").stdout)) - {"help"}
    shorts = {"output": "-o", "filename": "-f"}
    assert [option for option in sorted(options) if f"--{option}" not in PAGE and f"`{shorts.get(option, '--' + option)}" not in PAGE] == []
