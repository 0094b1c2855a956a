"""What was called, and what is to happen around a call: faults, and holds for tests that kill the client.

A call is matched when its journal entry has all the values that the hook names, out of the MATCHED of its kind.
"""

import itertools
import threading
import time
from dataclasses import asdict, dataclass
from typing import ClassVar

BEFORE = "before"
AFTER = "after"
_SAFETY = 120.0


class Dropped(Exception):
    """The connection is to be closed without an answer."""


@dataclass
class Entry:
    """One call, as far as all clouds have it; a cloud adds fields, and to MATCHED those of them that a hook may name.

    `worked` says that it changed or read the state, `answered` that the answer was sent without error.
    """

    MATCHED: ClassVar = frozenset(("service", "action", "principal", "mutating"))

    number: int
    time: float
    service: str = ""
    action: str = ""
    principal: str = ""
    mutating: bool = False
    status: int = 0
    message: str = ""
    worked: bool = False
    answered: bool = False

    def has(self, matching):
        """Say whether it has all these values."""
        return all(getattr(self, name) == value for name, value in matching.items())


class Hook:
    """Something that happens to the matching calls number `first` to `first + count - 1`, before or after the work."""

    MOMENTS = (BEFORE, AFTER)

    def __init__(self, matching, when, first, count):
        if when not in self.MOMENTS:
            raise ValueError(f"when: {when!r} is not one of {', '.join(self.MOMENTS)}")
        self.matching = {name: value for name, value in matching.items() if value is not None}
        self.when = when
        self.first = first
        self.last = first + count - 1
        self.seen = 0

    def meets(self, entry):
        """Count a call that matches, and say whether it is one of those that are meant."""
        if not entry.has(self.matching):
            return False
        self.seen += 1
        return self.first <= self.seen <= self.last

    def happen(self, entry):
        """Do it."""
        raise NotImplementedError


class Fault(Hook):
    """Answers with the error that `refuse` returns, or, where that is None, closes the connection."""

    def __init__(self, matching, when, first, count, refuse):
        super().__init__(matching, when, first, count)
        self.refuse = refuse

    def happen(self, entry):
        """Refuse the call, or drop it."""
        raise Dropped if self.refuse is None else self.refuse()


class Hold(Hook):
    """Holds one call until it is let go."""

    def __init__(self, matching, when, first):
        super().__init__(matching, when, first, 1)
        self.reached = threading.Event()
        self.released = threading.Event()
        self.entry = None
        self.drop = False

    def happen(self, entry):
        """Wait to be let go; then go on, or drop the call."""
        self.entry = entry
        self.reached.set()
        self.released.wait(_SAFETY)
        if self.drop:
            raise Dropped


class Journal:
    """All calls in the order in which they came, and the hooks; `kind` is the class of its entries. Thread-safe."""

    def __init__(self, kind):
        self._kind = kind
        self._lock = threading.Lock()
        self._entries = []
        self._hooks = {}
        self._numbers = itertools.count(1)

    def begin(self):
        """Note a call that has come."""
        with self._lock:
            entry = self._kind(len(self._entries) + 1, time.time())
            self._entries.append(entry)
            return entry

    def entries(self, **matching):
        """Return the calls that have all these values, as dicts."""
        with self._lock:
            return [asdict(entry) for entry in self._entries if entry.has(matching)]

    def clear(self):
        """Forget the calls; the hooks stay."""
        with self._lock:
            self._entries.clear()

    def add(self, hook):
        """Add a hook, and return its number."""
        unknown = set(hook.matching) - self._kind.MATCHED
        if unknown:
            raise ValueError(f"a call is not matched by {', '.join(sorted(unknown))}")
        with self._lock:
            number = next(self._numbers)
            self._hooks[number] = hook
            return number

    def hook(self, number):
        """Return a hook."""
        return self._hooks[number]

    def remove(self, number):
        """Take a hook away; a call that it holds goes on."""
        with self._lock:
            hook = self._hooks.pop(number)
        if isinstance(hook, Hold):
            hook.released.set()

    def remove_all(self):
        """Take all hooks away."""
        for number in list(self._hooks):
            self.remove(number)

    def met(self, entry, when):
        """Count a call at the hooks of that moment, and return those that mean it."""
        with self._lock:
            return [hook for hook in self._hooks.values() if hook.when == when and hook.meets(entry)]

    def pass_by(self, entry, when):
        """Let happen what is to happen to a call before or after its work."""
        for hook in self.met(entry, when):
            hook.happen(entry)
