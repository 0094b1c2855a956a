"""What was called, and what is to happen around a call: faults, and holds for tests that kill the client.

A call is matched when its journal entry has all the values that the hook names, out of `action`, `project`,
`service`, `principal` and `mutating`.
"""

import itertools
import threading
import time
from dataclasses import asdict, dataclass, field

from .answers import Refusal

BEFORE = "before"
AFTER = "after"
_SAFETY = 120.0
_MATCHED = {"action", "project", "service", "principal", "mutating"}


class Dropped(Exception):
    """The connection is to be closed without an answer."""


@dataclass
class Entry:
    """One call. `worked` says that it changed or read the state, `answered` that the answer was sent without error."""

    number: int
    time: float
    service: str = ""
    action: str = ""
    project: str = ""
    principal: str = ""
    mutating: bool = False
    method: str = ""
    path: str = ""
    query: dict = field(default_factory=dict)
    body: dict = field(default_factory=dict)
    status: int = 0
    reason: str = ""
    message: str = ""
    operation: str = ""
    worked: bool = False
    answered: bool = False


class Hook:
    """Something that happens to the matching calls number `first` to `first + count - 1`, before or after the work."""

    def __init__(self, number, matching, when, first, count):
        if when not in (BEFORE, AFTER):
            raise ValueError(f"when: {when!r} is neither {BEFORE!r} nor {AFTER!r}")
        unknown = set(matching) - _MATCHED
        if unknown:
            raise ValueError(f"a call is not matched by {', '.join(sorted(unknown))}")
        self.number = number
        self.matching = {name: value for name, value in matching.items() if value is not None}
        self.when = when
        self.first = first
        self.last = first + count - 1
        self.seen = 0

    def meets(self, entry):
        """Count a call that matches, and say whether it is one of those that are meant."""
        if any(getattr(entry, name) != value for name, value in self.matching.items()):
            return False
        self.seen += 1
        return self.first <= self.seen <= self.last

    def happen(self, entry):
        """Do it."""
        raise NotImplementedError


class Fault(Hook):
    """Answers with an error, or closes the connection."""

    def __init__(self, number, matching, when, first, count, refusal):
        super().__init__(number, matching, when, first, count)
        self.refusal = refusal

    def happen(self, entry):
        """Refuse the call, or drop it."""
        if self.refusal is None:
            raise Dropped
        status, reason, message, more = self.refusal
        raise Refusal(status, reason, message, **more)


class Hold(Hook):
    """Holds one call until it is let go."""

    def __init__(self, number, matching, when, first):
        super().__init__(number, matching, when, first, 1)
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
    """All calls in the order in which they came, and the hooks. Thread-safe."""

    def __init__(self):
        self._lock = threading.Lock()
        self._entries = []
        self._hooks = {}
        self._numbers = itertools.count(1)

    def begin(self):
        """Note a call that has come."""
        with self._lock:
            entry = Entry(len(self._entries) + 1, time.time())
            self._entries.append(entry)
            return entry

    def entries(self, **matching):
        """Return the calls that have all these values, as dicts."""
        with self._lock:
            found = [asdict(entry) for entry in self._entries]
        return [each for each in found if all(each[name] == value for name, value in matching.items())]

    def clear(self):
        """Forget the calls; the hooks stay."""
        with self._lock:
            self._entries.clear()

    def add(self, kind, *arguments):
        """Add a hook of that kind, and return it."""
        with self._lock:
            hook = kind(next(self._numbers), *arguments)
            self._hooks[hook.number] = hook
            return hook

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

    def pass_by(self, entry, when):
        """Let happen what is to happen to a call before or after its work."""
        with self._lock:
            met = [hook for hook in self._hooks.values() if hook.when == when and hook.meets(entry)]
        for hook in met:
            hook.happen(entry)
