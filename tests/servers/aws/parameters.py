"""The parameters of a call: read strictly, and asked for by name.

Follows the query API of EC2: flat names with dots, lists that count from 1. A name that the action does not have, or
one that is there twice, is refused as UnknownParameter, which AWS does not always do; a client must not rely on luck.
"""

import fnmatch
import re
from urllib.parse import parse_qsl

from .answers import Refusal

_FILTER_VALUES = 200
_WILD = re.compile(r"[*?\\]")


def _pattern(name):
    """Return a pattern of a name, in which a part N stands for an index."""
    return r"\.".join("[1-9][0-9]*" if part == "N" else re.escape(part) for part in name.split("."))


class Shape:
    """The parameters that an action may have, and those that it must; a part N of a name is an index."""

    def __init__(self, required="", optional=""):
        self._required = {name: re.compile(_pattern(name)) for name in required.split()}
        names = [*self._required, *optional.split(), "Action", "Version"]
        self._known = re.compile("|".join(map(_pattern, names)))

    def check(self, values):
        """Refuse names that the action does not have, and the lack of those that it must have."""
        for name in values:
            if not self._known.fullmatch(name):
                raise Refusal("UnknownParameter", f"The parameter {name} is not recognized")
        for name, pattern in self._required.items():
            if not any(map(pattern.fullmatch, values)):
                raise Refusal("MissingParameter", f"The request must contain the parameter {name.split('.')[0]}")


class Parameters:
    """The names and values of one call."""

    def __init__(self, form):
        try:
            pairs = parse_qsl(form, keep_blank_values=True, strict_parsing=True, errors="strict") if form else []
        except (ValueError, UnicodeDecodeError):
            raise Refusal("MalformedQueryString", "The query string contains a syntax error", 404) from None
        self.values = dict(pairs)
        if len(self.values) != len(pairs):
            twice = next(name for name, _ in pairs if [other for other, _ in pairs].count(name) > 1)
            raise Refusal("UnknownParameter", f"The parameter {twice} may only be specified once")

    def text(self, name, default=None):
        """Return a value."""
        return self.values.get(name, default)

    def truth(self, name):
        """Return true or false, or None when it is not there."""
        value = self.values.get(name)
        if value not in (None, "true", "false"):
            raise Refusal("InvalidParameterValue", f"Value ({value}) for parameter {name} is invalid. "
                          "Must be one of: true, false")
        return None if value is None else value == "true"

    def number(self, name, low, high):
        """Return a number within these bounds, or None when it is not there."""
        value = self.values.get(name)
        if value is None:
            return None
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise Refusal("InvalidParameterValue", f"Value ( {value} ) for parameter {name} is invalid. "
                          f"Expecting a value between {low} and {high}.")
        return int(value)

    def indexes(self, prefix):
        """Return the indexes that follow a prefix, in order."""
        found = re.compile(re.escape(prefix) + r"\.([0-9]+)(\..*)?")
        matches = (found.fullmatch(name) for name in self.values)
        return sorted({int(match[1]) for match in matches if match})

    def texts(self, prefix):
        """Return the values of a list."""
        return [self.values[f"{prefix}.{index}"] for index in self.indexes(prefix)]

    def tags(self, prefix):
        """Return the tags of a list, refused where EC2 refuses them."""
        tags = {}
        for index in self.indexes(prefix):
            key = self.values.get(f"{prefix}.{index}.Key", "")
            value = self.values.get(f"{prefix}.{index}.Value", "")
            if not key or key in tags or len(key) > 127 or len(value) > 255 or key.lower().startswith("aws:"):
                raise Refusal("InvalidParameterValue", f"Tag key '{key}' is not allowed, or its value is too long")
            tags[key] = value
        return tags

    def filters(self):
        """Return a list of pairs: the name of a filter, and the values of which one must fit."""
        filters = []
        for index in self.indexes("Filter"):
            name = self.values.get(f"Filter.{index}.Name")
            values = self.texts(f"Filter.{index}.Value")
            if name is None or not values:
                raise Refusal("InvalidParameterValue", f"Filter {index} has no name or no value")
            filters.append((name, values))
        if sum(len(values) for _, values in filters) > _FILTER_VALUES:
            raise Refusal("FilterLimitExceeded", "The maximum number of filter values specified on a single call "
                          f"is {_FILTER_VALUES}")
        return filters


def _fits(wanted, found):
    """Say whether a value fits the wanted text, in which * and ? are wild and a backslash takes that away."""
    if not _WILD.search(wanted):
        return wanted == found
    escaped = re.sub(r"\\([*?\\])", lambda match: f"[{match[1]}]", wanted.replace("[", "[[]"))
    return fnmatch.fnmatchcase(found, escaped)


def _filter_text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def _found(name, item, getters, tags):
    if name.startswith("tag:"):
        return [tags[name[4:]]] if name[4:] in tags else []
    if name == "tag-key":
        return list(tags)
    return [_filter_text(value) for value in getters[name](item) if value is not None]


def refuse_unknown_filters(filters, getters):
    """Refuse a filter that is neither one of tags nor among these."""
    for name, _ in filters:
        if name not in getters and name != "tag-key" and not name.startswith("tag:"):
            raise Refusal("InvalidParameterValue", f"The filter '{name}' is invalid")


def passes(filters, item, getters, tags):
    """Say whether an item passes all filters.

    `getters` has for the name of a filter a function that gives the item's values: texts, numbers, booleans, or None
    where it has none. `tags` answer the filters `tag:KEY` and `tag-key`.
    """
    for name, wanted in filters:
        found = _found(name, item, getters, tags)
        if not any(_fits(text, value) for text in wanted for value in found):
            return False
    return True
