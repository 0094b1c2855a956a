"""What the journal says of a call of AWS. A dry run is not mutating."""

from dataclasses import dataclass, field
from typing import ClassVar

from ..played import journal


@dataclass
class Entry(journal.Entry):
    """One call, with where it was made."""

    MATCHED: ClassVar = journal.Entry.MATCHED | {"account", "region"}

    region: str = ""
    account: str = ""
    dry_run: bool = False
    parameters: dict = field(default_factory=dict)
    code: str = ""
    result: dict = field(default_factory=dict)
    request_id: str = ""
