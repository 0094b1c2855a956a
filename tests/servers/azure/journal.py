"""What the journal says of a call of Azure, and the hook that lets an operation fail."""

from dataclasses import dataclass, field
from typing import ClassVar

from ..played import journal

_ENDING = "ending"


@dataclass
class Entry(journal.Entry):
    """One call. `action` is that of the permission: Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write.

    `service` is "arm", "login" or "metadata"; `resource` is the id in lower case; `principal` is the application's
    id; `auxiliary` are the tenants of the auxiliary tokens. A poll of an operation is a call as any other.
    """

    MATCHED: ClassVar = journal.Entry.MATCHED | {"method", "resource", "subscription", "tenant"}

    method: str = ""
    resource: str = ""
    subscription: str = ""
    tenant: str = ""
    auxiliary: list = field(default_factory=list)
    query: dict = field(default_factory=dict)
    parameters: dict = field(default_factory=dict)
    code: str = ""
    result: dict = field(default_factory=dict)
    request_id: str = ""

    def has(self, matching):
        """Say whether it has all these values; the resource in any case of letters."""
        if "resource" in matching:
            matching = {**matching, "resource": matching["resource"].lower()}
        return super().has(matching)


class Spoiler(journal.Hook):
    """Lets the operation that a call begins end in a failure, (code, message, status), which polling alone shows."""

    MOMENTS = (_ENDING,)

    def __init__(self, matching, first, count, error):
        super().__init__(matching, _ENDING, first, count)
        self.error = error


class Journal(journal.Journal):
    """The journal, with the spoilers."""

    def __init__(self):
        super().__init__(Entry)

    def spoiled(self, entry):
        """Return the error in which the operation of a call is to end, or None."""
        met = self.met(entry, _ENDING)
        return met[0].error if met else None
