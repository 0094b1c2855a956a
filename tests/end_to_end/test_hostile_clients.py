"""Whatever hostile clients do, the calls of the API server go on, and nothing of it stays behind."""

import asyncio
import contextlib
import json
import os
import threading
import time

import pytest

import hostile_clients
from objects import subnet
from polling import wait_until
from webhook import BUILD
from wire import read, review

CALL_SECONDS = 10
PAUSE_SECONDS = 0.005
MOST_RESIDENT_KIB = 300 * 1024
FRESH_CONNECTIONS = 500
SANITIZED = BUILD.name in ("asan", "tsan")


@pytest.fixture(scope="module")
def start_webhook(new_webhook, tmp_path_factory):
    """A function that starts a webhook without a cluster."""
    def start(*options, header_timeout="3s"):
        webhook = new_webhook(
            None, "--inventory", tmp_path_factory.mktemp("inventory"), f"--header-timeout={header_timeout}",
            "--body-timeout=5s", "--log-level=warn", *options)
        webhook.start()
        webhook.wait_for("/readyz", 200)
        return webhook
    return start


@pytest.fixture(scope="module")
def webhook(start_webhook):
    """The webhook of most of these tests."""
    webhook = start_webhook()
    yield webhook
    webhook.stop()


def descriptors(webhook):
    """Return how many files and sockets the process has open."""
    return len(os.listdir(f"/proc/{webhook.server.process.pid}/fd"))


class RegularCalls:
    """Calls as an API server makes them, on a lasting connection and on fresh ones, until it is told to stop."""

    def __init__(self, webhook):
        self.webhook = webhook
        self.ended = threading.Event()
        self.made = 0
        self.failed = []
        self.threads = [threading.Thread(target=self._repeat, args=[keep]) for keep in (True, False)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def _call(self, connection):
        """Make one call and say whether the connection may be used again."""
        body = json.dumps(review(subnet("net", "left", "10.0.0.0/24")))
        connection.request("POST", "/validate?timeout=10s", body, {"Content-Type": "application/json"})
        status, headers, answer = read(connection)
        if status != 200 or not json.loads(answer)["response"]["uid"]:
            raise OSError(f"status {status}: {answer}")
        self.made += 1
        return headers.get("Connection") != "close"

    def _repeat(self, keep):
        """Make one call after the other."""
        connection = None
        while not self.ended.wait(PAUSE_SECONDS):
            started = time.monotonic()
            try:
                connection = connection or self.webhook.wire.connect()
                connection.sock.settimeout(CALL_SECONDS)
                again = self._call(connection)
                if time.monotonic() - started > CALL_SECONDS:
                    raise OSError("the answer came too late")
            except OSError as error:
                self.failed.append(f"{error!r} after {time.monotonic() - started:.3f} s")
                again = False
            if not (keep and again):
                if connection:
                    connection.close()
                connection = None
        if connection:
            connection.close()


@contextlib.contextmanager
def peak_of_memory(webhook):
    """Give a list that holds, in the end, the largest resident memory of the process meanwhile."""
    with open(f"/proc/{webhook.server.process.pid}/clear_refs", "w", encoding="ascii") as references:
        references.write("5")
    peak = []
    yield peak
    with open(f"/proc/{webhook.server.process.pid}/status", encoding="ascii") as status:
        peak.append(next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")))


def check(webhook, way):
    """Be hostile in one way while calls go on, and look at what it has cost."""
    before = descriptors(webhook)
    with peak_of_memory(webhook) as peak, RegularCalls(webhook) as calls:
        way(webhook)
    assert not calls.failed, calls.failed
    wait_until(lambda: descriptors(webhook) <= before, f"no more than {before} descriptors", seconds=60)
    print(f"{way.__name__}: {calls.made} calls, {peak[0]} KiB")
    assert SANITIZED or peak[0] < MOST_RESIDENT_KIB, f"{peak[0]} KiB"


@pytest.mark.parametrize("way", hostile_clients.ALL, ids=lambda way: way.__name__)
def test_the_api_server_is_served_meanwhile_and_nothing_stays(webhook, way):
    check(webhook, way)


def test_connections_that_rest_make_room_for_new_ones(start_webhook):
    webhook = start_webhook("--max-connections=64")
    check(webhook, hostile_clients.resting_connections)
    assert 'peerwarden_http_connections_cut_total{reason="crowded"}' in webhook.metrics()
    webhook.stop()


async def connect_and_ask(webhook):
    """Open a connection, make one call, and return the first line of the answer."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", webhook.port, ssl=webhook.wire.trust, ssl_handshake_timeout=60)
    body = json.dumps(review(subnet("net", "left", "10.0.0.0/24"))).encode()
    writer.write(hostile_clients.HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
    answer = await reader.read()
    writer.close()
    return answer.split(b"\r\n")[0]


def test_500_new_connections_at_once_are_all_served(start_webhook):
    webhook = start_webhook(header_timeout="60s")  # the client is the slow one here

    async def all_of_them():
        return await asyncio.gather(*(connect_and_ask(webhook) for _ in range(FRESH_CONNECTIONS)))

    assert asyncio.run(all_of_them()) == [b"HTTP/1.1 200 OK"] * FRESH_CONNECTIONS
    webhook.stop()
