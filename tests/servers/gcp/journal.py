"""What the journal says of a call of Google Cloud."""

from dataclasses import dataclass, field
from typing import ClassVar

from ..played import journal


@dataclass
class Entry(journal.Entry):
    """One call, with its project, and the name of the operation that it began."""

    MATCHED: ClassVar = journal.Entry.MATCHED | {"project"}

    project: str = ""
    method: str = ""
    path: str = ""
    query: dict = field(default_factory=dict)
    body: dict = field(default_factory=dict)
    reason: str = ""
    operation: str = ""
