"""One call of a method, and what all listings share: filters, order, pages, and partial answers."""

import re
from dataclasses import dataclass, field

from .answers import Refusal, invalid
from .state import State

_TERM = re.compile(r"""\(?\s*([A-Za-z][A-Za-z0-9.]*)\s*(!=|=|:|\beq\b|\bne\b)\s*("[^"]*"|'[^']*'|[^\s()]+)\s*\)?""")


@dataclass
class Call:
    """Who calls what: the parts of the address, the query, and the body."""

    state: State
    principal: str
    project: str
    parts: dict
    query: dict
    body: object
    now: float
    headers: dict = field(default_factory=dict)
    base: str = ""


def number(call, name, least, most, otherwise):
    """Return a number of the query within its bounds."""
    text = call.query.get(name)
    if text is None:
        return otherwise
    if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
        raise invalid(name, text, f"Acceptable values are {least} to {most}, inclusive")
    return int(text)


def _field(item, name):
    for part in name.split("."):
        item = item.get(part) if isinstance(item, dict) else None
    return str(item).lower() if isinstance(item, bool) else "" if item is None else str(item)


def _meets(value, operator, wanted):
    """Say whether a value meets a term; `eq` and `ne` take a regular expression for all of it."""
    if operator in ("eq", "ne"):
        return bool(re.fullmatch(wanted, value)) == (operator == "eq")
    if operator == ":":
        return wanted == "*" and bool(value) or wanted.lower() in value.lower()
    return (value == wanted) == (operator == "=")


def filtered(call, items):
    """Return the items that the filter lets pass: terms that stand side by side or joined by AND."""
    text = call.query.get("filter", "")
    terms, rest = _TERM.findall(text), _TERM.sub("", text)
    if re.sub(r"\bAND\b", "", rest).strip():
        raise invalid("filter", text, "Invalid list filter expression.")
    quoted = [(name, operator, wanted[1:-1] if wanted[0] in "\"'" else wanted) for name, operator, wanted in terms]
    return [each for each in items if all(_meets(_field(each, name), operator, wanted)
                                          for name, operator, wanted in quoted)]


def page(call, items, size):
    """Return one page of items, and the token of the next or None."""
    token, scope = call.query.get("pageToken") or None, (call.project, tuple(sorted(call.parts.items())))
    try:
        return call.state.pages.cut(items, size, token, scope)
    except LookupError:
        raise invalid("pageToken", token, "The page token is invalid.") from None


def ordered(call, items):
    """Return the items in the order that is asked for: by name, or the newest first."""
    order = call.query.get("orderBy") or "name"
    if order not in ("name", "creationTimestamp desc"):
        raise invalid("orderBy", order, "Only sorting by name or creationTimestamp desc is supported.")
    if order == "name":
        return sorted(items, key=lambda each: each["name"])
    return sorted(items, key=lambda each: each.get("creationTimestamp", each.get("insertTime", "")), reverse=True)


def page_size(call):
    """Return how many results a page of Compute Engine has; 0 means the default."""
    most = call.state.settings.page
    return min(number(call, "maxResults", 0, 500, most) or most, most)


def listing(call, kind, path, items):
    """Return the answer of a listing of Compute Engine."""
    found, token = page(call, ordered(call, filtered(call, items)), page_size(call))
    answer = {"kind": kind, "id": path, "selfLink": f"https://www.googleapis.com/compute/v1/{path}"}
    if found:
        answer["items"] = found
    if token:
        answer["nextPageToken"] = token
    return answer


def _mask(tokens):
    """Return the tree of a field mask such as `name,peerings(name,state)` or `items/name`."""
    tree = {}
    while tokens:
        here = tree.setdefault(tokens.pop(0), {})
        while tokens and tokens[0] == "/":
            here = here.setdefault(tokens[1], {})
            del tokens[:2]
        if tokens and tokens[0] == "(":
            del tokens[0]
            here.update(_mask(tokens))
        if tokens and tokens.pop(0) == ")":
            break
    return tree


def _masked(value, tree):
    if not tree or "*" in tree:
        return value
    if isinstance(value, list):
        return [_masked(each, tree) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _masked(each, tree[name]) for name, each in value.items() if name in tree}


def partial(call, answer):
    """Return the part of an answer that the query's `fields` asks for."""
    mask = call.query.get("fields")
    if mask is None or not isinstance(answer, dict):
        return answer
    if not re.fullmatch(r"[A-Za-z0-9_*(),/]+", mask) or mask.count("(") != mask.count(")"):
        raise Refusal(400, "invalidParameter", f"Invalid field selection {mask}")
    return _masked(answer, _mask(re.findall(r"[A-Za-z0-9_*]+|[(),/]", mask)))
