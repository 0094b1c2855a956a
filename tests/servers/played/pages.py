"""Listings in pages."""

import secrets


class Pages:
    """Where listings go on, by the tokens that were given out; a token is good for the scope of its listing alone."""

    def __init__(self):
        self._starts = {}

    def cut(self, items, size, token, scope):
        """Return one page of items, the first where the token is None, and the token of the next or None.

        A token that is not known in that scope is a LookupError.
        """
        start = 0 if token is None else self._starts[token, scope]
        if start + size >= len(items):
            return items[start:], None
        following = secrets.token_urlsafe(24)
        self._starts[following, scope] = start + size
        return items[start:start + size], following
