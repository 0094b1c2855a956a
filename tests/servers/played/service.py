"""What stands behind the sockets of a played cloud."""

import contextlib
import sys
import threading
import traceback
from dataclasses import dataclass


@dataclass
class Request:
    """What came: `query` is the text after the question mark, `headers` have names in lower case."""

    method: str
    path: str
    query: str
    headers: dict
    body: bytes
    scheme: str = "https"

    def header(self, name):
        """Return a header, or None."""
        return self.headers.get(name)


class Service:
    """A cloud; `lock` guards `state`, and `controls` are those of the server that has it."""

    def __init__(self, state, journal):
        self.state = state
        self.journal = journal
        self.lock = threading.RLock()
        self.controls = None

    def work(self, request):
        """Return the journal entry of a request, and its answer; called by many threads."""
        raise NotImplementedError


@contextlib.contextmanager
def shown(refuse):
    """Turn a fault of this program into an error that a client, and the test's output, shows: `refuse` of a text."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, AssertionError) as fault:
        traceback.print_exc(file=sys.stderr)
        raise refuse(f"A fault of the test server: {fault!r}") from fault
