"""Users of the guarded API server who try a failed call again; every call is counted, and how long each user waited."""

import http.client
import itertools
import threading
import time

from api import MERGE_PATCH
from load import ROOM, Load
from objects import path_of, subnet, vpc

MOST_TRIES = 200
BETWEEN_TRIES = 0.1
ROUNDS = itertools.count(1)


class Applicants(Load):
    """Users who let Subnets come, change and go, and who are refused each time they try a prefix that is taken.

    Each makes one call after another. A call that neither passed nor was refused with our words counts as failed, is
    noted with its time, and is made again until it has its answer.
    """

    def __init__(self, api):
        super().__init__()
        self.api = api
        self.round = next(ROUNDS)
        self.known = subnet(f"known-{self.round}", f"net-{self.round}", "10.99.0.0/24")
        self.failed_at = []
        self.longest = 0.0
        self._connections = {}
        self._longest_lock = threading.Lock()

    def begin(self, clients):
        """Store what stands already, and start as many users."""
        self.api.store(vpc(f"net-{self.round}"), self.known)
        self.start(clients)

    def _try(self, number, method, path, *body):
        """Make one call on the user's own connection; return its answer, or what broke."""
        try:
            connection = self._connections.get(number) or self.api.connect()
            self._connections[number] = connection
            return self.api.request(method, path, *body, connection=connection)
        except (OSError, http.client.HTTPException) as error:
            if number in self._connections:
                self._connections.pop(number).close()
            return error

    def _call(self, number, wanted, method, path, *body):
        """Make one call until it has the answer that it must have, or one that no further try changes."""
        begun = time.monotonic()
        for _ in range(MOST_TRIES):
            answer = self._try(number, method, path, *body)
            status = getattr(answer, "status", type(answer).__name__)
            if status == wanted and (wanted < 400 or answer.refused_by_webhook):
                self.tally.add(f"{method} {status}")
                break
            self.tally.add(f"{method} {status} failed", f"{method} {path}: {answer}")
            self.failed_at.append(time.monotonic())
            if isinstance(status, int) and status < 500:
                break
            time.sleep(BETWEEN_TRIES)
        with self._longest_lock:
            self.longest = max(self.longest, time.monotonic() - begun)

    def step(self, number, step):
        """Let one Subnet come, change and go, and be refused another; each VPC is an address space of its own."""
        place = step % ROOM * 16
        prefix = f"10.{100 + number}.{place // 256}.{place % 256}/28"
        vpc_name = self.known["spec"]["vpc"]
        mine = subnet(f"load-{self.round}-{number}-{step}", vpc_name, prefix)
        taken = subnet(f"load-{self.round}-taken-{number}-{step}", vpc_name, self.known["spec"]["cidrBlock"])
        change = {"metadata": {"labels": {"step": str(step)}}}
        self._call(number, 201, "POST", path_of(mine, collection=True), mine)
        self._call(number, 200, "PATCH", path_of(mine), change, MERGE_PATCH)
        self._call(number, 409, "POST", path_of(taken, collection=True), taken)
        self._call(number, 200, "DELETE", path_of(mine))

    @property
    def failures(self):
        """How many calls failed."""
        return len(self.tally.failures)

    @property
    def gap(self):
        """Seconds between the first and the last failed call."""
        return self.failed_at[-1] - self.failed_at[0] if self.failed_at else 0.0

    def end(self):
        """Stop, and remove what stood already."""
        self.stop()
        for thing in (self.known, vpc(f"net-{self.round}")):
            self.api.delete(thing)

    def say(self, figures, topic):
        """Note what came of it."""
        figures.say(topic, "calls under way all the time", self.tally.calls)
        figures.say(topic, "failed calls", self.failures)
        figures.say(topic, "longest that a user waited for an answer", round(self.longest, 2), "s")
        if self.failures:
            figures.say(topic, "first to last failed call", round(self.gap, 2), "s")
            figures.say(topic, "such as", self.tally.failures[0][:300])
