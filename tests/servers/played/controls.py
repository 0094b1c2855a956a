"""What a test does to a played cloud behind the clients' backs: move its clock, break it, look at it.

Every method of `Controls` takes and returns what JSON can say, since a server in another process is controlled by the
same names over HTTP: POST /_admin/NAME with an object of arguments; an answer is {"result": ...} or {"error": ...}.
"""

import dataclasses
import inspect
import json
import time
import urllib.error
import urllib.request

from .journal import BEFORE, Fault, Hold


def plain(value, hidden=(), by_id=()):
    """Return a value of a state as JSON can say it, without fields of these names; of those classes the id alone."""
    if isinstance(value, by_id):
        return value.id
    if dataclasses.is_dataclass(value):
        return {name: plain(each, hidden, by_id) for name, each in vars(value).items() if name not in hidden}
    if isinstance(value, dict):
        return {"/".join(name) if isinstance(name, tuple) else name: plain(each, hidden, by_id)
                for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each, hidden, by_id) for each in value]
    return value


class Controls:
    """The controls of a server in this process that all clouds have.

    `lock` guards `state`, which has `settings`, a dataclass, and `clock`. A cloud says how a state is
    brought up to date (`_advance`) and what its picture is (`_draw`).
    """

    _advance = _draw = None

    def __init__(self, state, journal, lock):
        self._state = state
        self._journal = journal
        self._lock = lock
        self._skew = 0.0

    # Time and conduct.

    def settings(self, **changes):
        """Change settings (see state.Settings); returns all."""
        with self._lock:
            for name, value in changes.items():
                if not hasattr(self._state.settings, name):
                    raise ValueError(f"there is no setting {name}")
                setattr(self._state.settings, name, value)
            return dataclasses.asdict(self._state.settings)

    def forward(self, seconds):
        """Move the cloud's clock forward; credentials and signatures go by the real time, see `skew`."""
        with self._lock:
            self._state.clock.forward(seconds)

    def stop_clock(self):
        """Let the cloud's clock stand still, so that nothing moves by itself but by `forward`."""
        with self._lock:
            self._state.clock.stop()

    def run_clock(self):
        """Let the clock run again."""
        with self._lock:
            self._state.clock.run()

    def skew(self, seconds):
        """Let the server's own time, which judges credentials and signatures, be that far ahead of the real one."""
        self._skew = seconds

    def real_time(self):
        """Return the server's own time in seconds since 1970."""
        return time.time() + self._skew

    # Hooks.

    def drop(self, when=BEFORE, number=1, count=1, **matching):
        """Close the connection instead of an answer, before the work or after it; returns the hook's number."""
        return self._journal.add(Fault(matching, when, number, count, None))

    def hold(self, number=1, when=BEFORE, **matching):
        """Hold the `number`-th call that matches from now, before its work or after; returns the hook's number."""
        return self._journal.add(Hold(matching, when, number))

    def wait_held(self, hook, seconds=30.0):
        """Wait until the call is held, and return its journal entry; None when it did not come in time."""
        found = self._journal.hook(hook)
        return dataclasses.asdict(found.entry) if found.reached.wait(seconds) else None

    def release(self, hook, drop=False):
        """Let a held call go on; with `drop` its connection is closed, and held before the work it is not worked."""
        self._journal.hook(hook).drop = drop
        self._journal.remove(hook)

    def clear_hooks(self):
        """Take all hooks away: faults, holds and what else a cloud has."""
        self._journal.remove_all()

    # Looking.

    def journal(self, **matching):
        """Return the calls so far as dicts (see journal.Entry), those that have all these values."""
        return self._journal.entries(**matching)

    def clear_journal(self):
        """Forget the calls so far."""
        self._journal.clear()

    def picture(self):
        """Return what stands, without what differs between two runs, to be compared (see the cloud's picture.py)."""
        with self._lock:
            self._advance(self._state)
            return self._draw(self._state)


def names_of(controls):
    """Return the names of the controls that a class of them has: what may be called over HTTP."""
    return frozenset(name for name, _ in inspect.getmembers(controls, callable) if not name.startswith("_"))


class RemoteControls:
    """The controls of a server in another process, by its address: the methods that `names` names."""

    names = frozenset()

    def __init__(self, url):
        self.url = url

    def __getattr__(self, name):
        """Return the control of that name."""
        if name not in self.names:
            raise AttributeError(name)
        return lambda *arguments, **named: self._call(name, arguments, named)

    def _call(self, name, arguments, named):
        body = json.dumps({"arguments": arguments, "named": named}).encode()
        try:
            with urllib.request.urlopen(f"{self.url}/_admin/{name}", body) as answer:
                return json.load(answer)["result"]
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error)["error"]) from None
