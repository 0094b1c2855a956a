"""The webhook process: a new key pair while it runs, and its end."""

import json
import os

import pytest

from control_plane import WEBHOOK
from key_pairs import KeyPair
from objects import subnet
from polling import wait_until
from wire import read, review


def link_in_place(pair, folder):
    """Point the files of a mounted Secret at a key pair, the way a kubelet does."""
    fresh = folder / "..data-new"
    fresh.symlink_to(pair.certificate.parent)
    os.replace(fresh, folder / "..data")


def rename_in_place(pair, folder):
    """Replace the two files one after the other."""
    for source in (pair.certificate, pair.key):
        copy = folder / f"{source.name}.new"
        copy.write_bytes(source.read_bytes())
        os.replace(copy, folder / source.name)


@pytest.fixture
def mounted(tmp_path):
    """A folder in which the key pair of a webhook will lie."""
    folder = tmp_path / "tls"
    folder.mkdir()
    return folder


@pytest.fixture
def start(control_plane, new_webhook):
    """A function that starts a webhook and waits until it is ready."""
    def run(*options, pair=None):
        webhook = new_webhook(control_plane.kubeconfig(WEBHOOK), *options, pair=pair)
        webhook.start()
        webhook.wait_for("/readyz", 200)
        return webhook
    return run


def shown(connection):
    """Return the certificate that the server showed on a connection."""
    return connection.sock.getpeercert(binary_form=True)


def ask(connection, path="/livez"):
    """Send a GET on an open connection and return its status and headers."""
    connection.request("GET", path)
    status, headers, _ = read(connection)
    return status, headers


@pytest.mark.parametrize("put_in_place", [link_in_place, rename_in_place])
def test_new_connections_see_a_new_key_pair_while_open_ones_go_on(start, authority, mounted, tmp_path, put_in_place):
    first, second = authority.issue(f"{tmp_path.name}-1"), authority.issue(f"{tmp_path.name}-2")
    put_in_place(first, mounted)
    if put_in_place is link_in_place:
        for name in ("tls.crt", "tls.key"):
            (mounted / name).symlink_to(f"..data/{name}")
    webhook = start(pair=KeyPair(mounted / "tls.crt", mounted / "tls.key"))
    open_one = webhook.wire.connect()
    assert ask(open_one)[0] == 200 and shown(open_one) == first.der

    put_in_place(second, mounted)

    def new_connections_see_the_second():
        connection = webhook.wire.connect()
        try:
            assert ask(connection)[0] == 200
            return shown(connection) == second.der
        finally:
            connection.close()
    wait_until(new_connections_see_the_second, "new connections see the new certificate", seconds=90)

    assert ask(open_one)[0] == 200 and shown(open_one) == first.der
    open_one.close()
    webhook.stop()


def test_a_broken_key_pair_is_not_taken(start, authority, mounted, tmp_path):
    first, third = authority.issue(f"{tmp_path.name}-1"), authority.issue(f"{tmp_path.name}-3")
    rename_in_place(first, mounted)
    webhook = start(pair=KeyPair(mounted / "tls.crt", mounted / "tls.key"))

    (mounted / "tls.crt").write_text("no certificate\n")
    noted = webhook.server.log.stat().st_size
    wait_until(lambda: webhook.server.log.stat().st_size > noted, "the log speaks of the broken pair", seconds=90)
    connection = webhook.wire.connect()
    assert ask(connection)[0] == 200 and shown(connection) == first.der
    connection.close()

    rename_in_place(third, mounted)

    def mended():
        connection = webhook.wire.connect()
        try:
            return shown(connection) == third.der
        finally:
            connection.close()
    wait_until(mended, "the mended pair is taken", seconds=90)
    webhook.stop()


def test_the_end_answers_what_was_asked_and_closes_the_connections(start, plot):
    webhook = start("--shutdown-delay=3s")
    body = review_text(plot)
    idle, asking = webhook.wire.connect(), webhook.wire.connect()
    assert ask(idle)[0] == 200 and "close" not in (ask(asking)[1].get("Connection") or "").lower()
    asking.putrequest("POST", "/validate")
    asking.putheader("Content-Type", "application/json")
    asking.putheader("Content-Length", str(len(body)))
    asking.endheaders(body[:100])

    process = webhook.server.process
    process.terminate()
    wait_until(lambda: webhook.wire.status_of("/readyz") != 200, "the webhook is not ready any more")

    asking.send(body[100:])
    idle.request("POST", "/validate", body, {"Content-Type": "application/json"})
    for connection in (asking, idle):
        status, headers, answer = read(connection)
        assert (status, headers["Connection"]) == (200, "close"), (status, headers.items(), answer)
    assert process.wait(60) == 0, webhook.server.tail()


def review_text(plot):
    """Return the bytes of a review that will be allowed."""
    return json.dumps(review(subnet(plot.name("net"), plot.name("left"), plot.v4("0.0/24")))).encode()


def test_a_webhook_that_ended_and_started_again_decides_again(guard, api, plot):
    webhook = guard.webhook
    webhook.server.process.terminate()
    assert webhook.server.process.wait(60) == 0, webhook.server.tail()
    webhook.start()
    webhook.wait_for("/readyz", 200)
    made = api.create(subnet(plot.name("net"), plot.name("left"), plot.v4("0.0/24")))
    assert made.status == 201, made


def test_every_metric_is_described_once(start):
    webhook = start()
    wait_until(lambda: "peerwarden_mirror_age_seconds" in webhook.metrics(), "the age of the mirror is told")
    wait_until(lambda: "peerwarden_ledger_reservations" in webhook.metrics(), "the number of reservations is told")
    described = [line.split()[2] for line in webhook.metrics().splitlines() if line.startswith("# TYPE ")]
    assert sorted(described) == sorted(set(described))
