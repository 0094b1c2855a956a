"""kubectl as a person uses it: arguments and files in, terminal text and exit status out."""

import json
import re
import subprocess
from dataclasses import dataclass

from findings import rules_in


@dataclass
class Terminal:
    """What one kubectl command left on the terminal."""

    stdout: str
    stderr: str
    status: int

    @property
    def warnings(self):
        """The texts of the lines that start with Warning."""
        return re.findall(r"^Warning: (.*)$", self.stderr, re.MULTILINE)

    @property
    def warned_rules(self):
        """The ids of the rules that warned."""
        return rules_in("\n".join(self.warnings))

    @property
    def rules(self):
        """The ids of all rules on the terminal, warnings and refusals."""
        return rules_in(self.stderr)


class Kubectl:
    """kubectl with a kubeconfig and a cache folder of its own."""

    def __init__(self, binary, kubeconfig, folder):
        self.command = [str(binary), f"--kubeconfig={kubeconfig}", f"--cache-dir={folder / 'kubectl-cache'}"]

    def __call__(self, *arguments, stdin=None):
        """Run one command."""
        done = subprocess.run([*self.command, *map(str, arguments)], input=stdin,
                              capture_output=True, text=True, timeout=120)
        return Terminal(done.stdout, done.stderr, done.returncode)

    def feed(self, *arguments, things):
        """Run one command with objects on its standard input."""
        return self(*arguments, "--filename=-", stdin="\n---\n".join(map(json.dumps, things)))

    def apply(self, *things, options=()):
        """Apply objects."""
        return self.feed("apply", *options, things=things)

    def must(self, *arguments, stdin=None):
        """Run one command that has to succeed."""
        terminal = self(*arguments, stdin=stdin)
        assert terminal.status == 0, terminal
        return terminal
