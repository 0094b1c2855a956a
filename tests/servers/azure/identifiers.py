"""Ids of resources: /subscriptions/S/resourceGroups/G/providers/Microsoft.Network/TYPE/NAME[/TYPE/NAME].

They are compared without regard to case, and kept as they were given.
"""

import re
from dataclasses import dataclass

from .answers import Refusal

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?")
PROVIDER = "Microsoft.Network"


@dataclass(frozen=True)
class Identifier:
    """The parts of an id; `types` and `names` are tuples of equal length, or one name less for a list."""

    subscription: str
    group: str
    types: tuple
    names: tuple

    @property
    def kind(self):
        """The types, in lower case, joined by a slash."""
        return "/".join(self.types).lower()

    @property
    def name(self):
        """The last name."""
        return self.names[-1]

    @property
    def text(self):
        """The id as a text; that of a list ends with its type."""
        tail = "".join(f"/{kind}/{name}" for kind, name in zip(self.types, self.names, strict=False))
        tail += "".join(f"/{kind}" for kind in self.types[len(self.names):])
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}/providers/{PROVIDER}{tail}"

    @property
    def parent(self):
        """The id of what contains it."""
        return Identifier(self.subscription, self.group, self.types[:-1], self.names[:len(self.types) - 1])

    @property
    def relative(self):
        """Provider, types and names alternating, as errors of the gateway name a resource."""
        return PROVIDER + "".join(f"/{kind}/{name}" for kind, name in zip(self.types, self.names, strict=False))


def key(text):
    """Return what two texts of the same id have in common."""
    return text.rstrip("/").lower()


def split(path):
    """Return the id of a path, with one type without a name where a list is meant; None: it is none of a resource."""
    parts = path.strip("/").split("/")
    if len(parts) < 7 or "" in parts:
        return None
    heads = [parts[0].lower(), parts[2].lower(), parts[4].lower(), parts[5].lower()]
    if heads != ["subscriptions", "resourcegroups", "providers", PROVIDER.lower()]:
        return None
    return Identifier(parts[1], parts[3], tuple(parts[6::2]), tuple(parts[7::2]))


def parse(text, kind):
    """Return the id that a body names, of that kind; refuses others."""
    found = split(text) if isinstance(text, str) and text.startswith("/") else None
    if found is None or len(found.types) != len(found.names):
        raise Refusal("LinkedInvalidPropertyId", f"Property id '{text}' is invalid. Expect fully qualified resource Id "
                      "that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.")
    if found.kind != kind.lower():
        raise Refusal("InvalidRequestFormat", f"Cannot parse the request: '{text}' is no {kind}.")
    return found


def is_guid(text):
    """Say whether a text is a GUID."""
    return bool(_GUID.fullmatch(text))


def check_name(name):
    """Refuse what is no name of a peering or link."""
    if not _NAME.fullmatch(name):
        raise Refusal("InvalidResourceName", f"Resource name {name} is invalid. The name can be up to 80 characters "
                      "long. It must begin with a word character, and it must end with a word character or with '_'. "
                      "The name may contain word characters or '.', '-', '_'.")
