"""Reading rule ids out of what the webhook tells a user."""

import re

RULE = re.compile(r"\[([a-z]+(?:-[a-z]+)*)\]")


def rules_in(text):
    """Return the set of rule ids that a text carries in brackets."""
    return set(RULE.findall(text))
