"""One call of an action, and what all listings share: ids, filters and pages."""

import re
from dataclasses import dataclass

from .answers import Refusal
from .parameters import Parameters, passes, refuse_unknown_filters
from .state import Key, State


@dataclass
class Call:
    """Who calls, in which region, with what."""

    state: State
    key: Key
    region: str
    parameters: Parameters

    @property
    def view(self):
        """The account and region in which the call acts."""
        return self.key.account, self.region


def not_found(kind, name, value):
    """Return the refusal for an id that is not there."""
    return Refusal(f"Invalid{kind}ID.NotFound", f"The {name} ID '{value}' does not exist")


def check_id(kind, name, prefix, value):
    """Refuse a text that is no id of this kind."""
    if not re.fullmatch(rf"{prefix}-[0-9a-f]{{8,17}}", value):
        raise Refusal(f"Invalid{kind}.Malformed", f'Invalid id: "{value}" (expecting "{prefix}-...")')


def add_tags(call, tags, new):
    """Add tags to a resource's, within the quota."""
    merged = {**tags, **new}
    if len(merged) > call.state.settings.tags_per_resource:
        raise Refusal("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
    tags.update(new)


def _page(call, items, size):
    """Return one page of items, and the token of the next one or None."""
    scope = call.view, call.parameters.text("Action")
    try:
        return call.state.pages.cut(items, size, call.parameters.text("NextToken"), scope)
    except LookupError:
        raise Refusal("InvalidPaginationToken", "The provided pagination token is invalid") from None


def listing(call, ids, items, getters, tags_of, most=1000):
    """Return the items that the call asks for, and the token of the next page or None.

    `ids` is the name of the list of ids; the caller has refused unknown ones. `items` maps ids to items.
    """
    named = call.parameters.texts(ids) if ids else []
    filters = call.parameters.filters()
    size = call.parameters.number("MaxResults", 5, most)
    if named and size is not None:
        raise Refusal("InvalidParameterCombination", "The parameter MaxResults cannot be used with the parameter "
                      f"{ids}")
    refuse_unknown_filters(filters, getters)
    wanted = [items[each] for each in dict.fromkeys(named)] if named else list(items.values())
    found = [each for each in wanted if passes(filters, each, getters, tags_of(each))]
    return _page(call, found, size or call.state.settings.page)
