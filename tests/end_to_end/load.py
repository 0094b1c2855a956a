"""Load on a webhook: users of an API server, and calls as the API server itself makes them; every outcome is counted."""

import http.client
import itertools
import json
import re
import ssl
import threading
import time
from collections import Counter

from api import MERGE_PATCH
from objects import path_of, subnet
from wire import review

MOST_IDLE = 25  # connections that kube-apiserver keeps open for one webhook
MOST_RETRIES = 10
CALLS_OF_A_POOL = 32
ROOM = 4096  # prefixes of 16 addresses in a /16


class Tally:
    """Counts calls of many threads by outcome."""

    def __init__(self):
        self.outcomes = Counter()
        self.failures = []
        self._lock = threading.Lock()

    def add(self, outcome, failure=None):
        """Count one call; a failure says what was wrong."""
        with self._lock:
            self.outcomes[outcome] += 1
            if failure is not None:
                self.failures.append(failure)

    @property
    def calls(self):
        """How many calls there were."""
        return sum(self.outcomes.values())

    def __str__(self):
        shares = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.outcomes.items()))
        return f"{self.calls} calls, {len(self.failures)} failures ({shares})"


class Load:
    """Threads that make calls one after another until they are told to end."""

    def __init__(self):
        self.tally = Tally()
        self._ended = threading.Event()
        self._threads = []

    def _run(self, number):
        """Make calls as one of the clients."""
        for step in itertools.count():
            if self._ended.is_set():
                return
            try:
                self.step(number, step)
            except (OSError, http.client.HTTPException) as error:
                self.tally.add(type(error).__name__, f"{number}/{step}: {error!r}")

    def start(self, clients):
        """Start as many clients."""
        self._threads = [threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(clients)]
        for thread in self._threads:
            thread.start()

    def stop(self):
        """Let the calls that are under way end, and stop."""
        self._ended.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a call does not end"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Users(Load):
    """Users of an API server who create, change, try and delete Subnets of their own.

    `known` is a Subnet that is stored already: whoever tries the same prefix must be refused. `block` is the first
    byte of all prefixes; users of the same block at the same time, or soon after, are in each other's way.
    """

    def __init__(self, api, known, block=10):
        super().__init__()
        self.api = api
        self.known = known
        self.block = block
        self.connections = {}

    def _send(self, number, expected, method, path, *body):
        """Make one call on the user's connection and count it."""
        try:
            connection = self.connections.get(number) or self.api.connect()
            self.connections[number] = connection
            answer = self.api.request(method, path, *body, connection=connection)
        except (OSError, http.client.HTTPException):
            if number in self.connections:
                self.connections.pop(number).close()
            raise
        good = answer.status == expected
        self.tally.add(f"{method} {answer.status}", None if good else f"{method} {path}: {answer}")

    def step(self, number, step):
        """Let one Subnet come, change and go, and try two others."""
        place = step % ROOM * 16
        prefix = f"{self.block}.{100 + number}.{place // 256}.{place % 256}/28"
        vpc_name = self.known["spec"]["vpc"]
        mine = subnet(f"load-{self.block}-{number}-{step}", vpc_name, prefix)
        taken = subnet(f"load-{self.block}-taken-{number}-{step}", vpc_name, self.known["spec"]["cidrBlock"])
        collection, change = path_of(mine, collection=True), {"metadata": {"labels": {"step": str(step)}}}
        self._send(number, 201, "POST", f"{collection}?dryRun=All", mine)
        self._send(number, 201, "POST", collection, mine)
        self._send(number, 200, "PATCH", path_of(mine), change, MERGE_PATCH)
        self._send(number, 409, "POST", f"{collection}?dryRun=All", taken)
        self._send(number, 200, "DELETE", path_of(mine))


class Caller(Load):
    """Calls of a webhook as kube-apiserver makes them.

    A pool of open connections, the last used first, and now and then a new one in place of them all, as after a
    change of the registration; an answer that asks for another try gets it. Sources: net/http's Transport,
    client-go's rest.Request.
    """

    def __init__(self, port, authority, vpc_name):
        super().__init__()
        self.port = port
        self.trust = ssl.create_default_context(cadata=authority)
        self.vpc_name = vpc_name
        self.wire = Counter()  # every answer, also those that were tried again
        self._idle = []

    def _connection(self):
        """Take an open connection, or make one."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                break
            if is_open(connection):
                return connection
            connection.close()
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.trust, timeout=30)
        connection.connect()
        return connection

    def _forget_idle(self):
        """Close what nobody uses now."""
        while self._idle:
            try:
                self._idle.pop().close()
            except IndexError:
                return

    def _give_back(self, connection, response):
        """Keep a connection for the next call, unless it ends."""
        if response.will_close or len(self._idle) >= MOST_IDLE:
            connection.close()
        else:
            self._idle.append(connection)

    def _post(self, path, body):
        """Make one call on the wire; return its status and when to try again, if at all."""
        connection = self._connection()
        try:
            connection.request("POST", path, body, {
                "Content-Type": "application/json", "Accept": "application/json, */*",
                "User-Agent": "kube-apiserver-admission"})
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as error:
            self.wire[type(error).__name__] += 1
            connection.close()
            raise
        self.wire[response.status] += 1
        self._give_back(connection, response)
        return response.status, response.headers.get("Retry-After")

    def step(self, number, step):
        """Ask about one Subnet, as a dry run, and try again when told so."""
        if step % CALLS_OF_A_POOL == 0:
            self._forget_idle()
        path = ("/mutate", "/validate")[step % 2] + "?timeout=10"
        prefix = f"10.{200 + number}.{step // 256 % 256}.{step % 256}/32"
        body = json.dumps(review(subnet(f"called-{number}-{step}", self.vpc_name, prefix))).encode()
        for _ in range(MOST_RETRIES):
            status, again = self._post(path, body)
            if status == 200 or not (again and again.isdigit()):
                break
            time.sleep(int(again))
        self.tally.add(str(status), None if status == 200 else f"{path}: {status}")


def is_open(connection):
    """Say whether the other side has left an idle connection open."""
    sock, seconds = connection.sock, connection.timeout
    sock.settimeout(0)
    try:
        sock.recv(1)
        return False  # an answer that nobody asked for, or the end
    except ssl.SSLWantReadError:
        return True
    except OSError:
        return False
    finally:
        sock.settimeout(seconds)


def calls_of(api, port):
    """Return how often the API server itself called a port, by status and with its silent retries, since it started."""
    connection = api.connect()
    try:
        connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {api.token}"})
        text = connection.getresponse().read().decode()
    finally:
        connection.close()
    counts = Counter()
    for name, labels, value in re.findall(r"^rest_client_(requests|request_retries)_total\{(.*)\} (\S+)$", text, re.M):
        label = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        if label["host"] == f"127.0.0.1:{port}":
            counts[f"retries {label['code']}" if name == "request_retries" else label["code"]] += int(float(value))
    return counts
