"""What a scenario expects in each of the three ways, and what keeps a part of it from being compared."""

import re
from dataclasses import dataclass

from findings import rules_in

LINT, FOLDER, CLUSTER = "by the command line", "with an inventory", "on the API server"
WAYS = (LINT, FOLDER, CLUSTER)

SEVERITY = ("allow", "warn", "deny")
LINT_ONLY = frozenset({"defined-twice"})
MORE = re.compile(r"^and \d+ more", re.MULTILINE)


@dataclass
class Verdict:
    """What one way says about a scenario."""

    action: str = "allow"
    rules: frozenset = frozenset()
    text: str = ""

    def __add__(self, other):
        """Return what is said of two objects, taken together."""
        return Verdict(max(self.action, other.action, key=SEVERITY.index), self.rules | other.rules,
                       "\n".join(filter(None, [self.text, other.text])))


def answered(allowed, message, warnings):
    """Return the verdict of an answer to a request: a refusal's message says all, else there are warnings."""
    text = "\n".join(warnings) if allowed else message
    action = "deny" if not allowed else "warn" if warnings else "allow"
    return Verdict(action, frozenset(rules_in(text)), text)


def told(finding, with_hint=True):
    """Return the text of one of lint's findings."""
    return f"{finding['message']} [{finding['rule']}]" + (f"\n  {finding['hint']}" if with_hint else "")


def linted(findings, shows_hint=lambda finding: True):
    """Return the verdict that findings of lint amount to."""
    return sum((Verdict(each["action"], frozenset({each["rule"]}), told(each, shows_hint(each))) for each in findings),
               Verdict())


def why_not(scenario, way):
    """Return why a scenario does not run in a way, or None: the one place that decides it."""
    if way != LINT and scenario.rules and scenario.rules <= LINT_ONLY:
        return "only a bundle can define an object twice: a request has one object"
    return None


def expected(scenario, way, findings):
    """Return the verdict and the parts of its text that a way must say, given what lint finds."""
    if way == LINT:
        return Verdict(scenario.action, scenario.rules), scenario.said
    at_admission = [each for each in findings if each["rule"] not in LINT_ONLY]
    rules = scenario.rules - LINT_ONLY
    action = scenario.action if rules == scenario.rules else linted(at_admission).action
    return Verdict(action, rules), [part for part in scenario.said if is_shown(part, findings, at_admission)]


def is_shown(part, findings, at_admission):
    """Say whether an answer to a request shows a part: a Warning header has a finding's sentence without its hint."""
    denied = [each["object"] for each in at_admission if each["action"] == "deny"]
    shown = linted(at_admission, lambda finding: finding["object"] in denied)
    return part in shown.text or part not in linted(findings).text


def difference(scenario, way, verdict, findings):
    """Return the first thing that is not as expected, or None."""
    wanted, said = expected(scenario, way, findings)
    cut = way != LINT and MORE.search(verdict.text)
    agrees = verdict.rules <= wanted.rules if cut else verdict.rules == wanted.rules
    if verdict.action != wanted.action or not agrees:
        return (f"expected {wanted.action} ({' '.join(sorted(wanted.rules))}), "
                f"got {verdict.action} ({' '.join(sorted(verdict.rules))}): {verdict.text}")
    for part in said:
        if part not in verdict.text and not cut:
            return f'"{part}" is not said: {verdict.text}'
    for part in scenario.unsaid:
        if part in verdict.text:
            return f'"{part}" is said: {verdict.text}'
    return None


def differences(scenarios, way, judge, findings_of):
    """Run scenarios in one way; return the names of those that ran, and a line for each that differs."""
    ran, lines = set(), []
    for scenario in scenarios:
        if why_not(scenario, way):
            continue
        ran.add(str(scenario))
        try:
            differs = difference(scenario, way, judge(scenario), findings_of[str(scenario)])
        except AssertionError as failure:
            differs = str(failure)
        if differs:
            lines.append(f"{scenario}: {differs}")
    return ran, lines
