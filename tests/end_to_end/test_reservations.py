"""What the webhook admitted, and the cluster may still store: it counts until it is seen, or its time is up."""

import json

import pytest

from control_plane import WEBHOOK
from findings import rules_in
from objects import subnet
from polling import wait_until
from wire import review

LONGEST_RESERVATION = 60


@pytest.fixture(scope="module")
def webhook(control_plane, new_webhook):
    """A webhook that is asked directly and keeps reservations for a short time, but longer than a call."""
    webhook = new_webhook(control_plane.kubeconfig(WEBHOOK))
    webhook.server.environment["PEERWARDEN_RESERVATION_TIME"] = "12s"
    webhook.start()
    webhook.wait_for("/readyz", 200)
    yield webhook
    webhook.stop()


def ask(webhook, thing, dry_run):
    """Ask about the creation of an object; return whether it may be stored, and the message if not."""
    status, _, body = webhook.wire.post(review(thing, dry_run=dry_run))
    assert status == 200, body
    response = json.loads(body)["response"]
    return response["allowed"], response.get("status", {}).get("message", "")


def is_free(webhook, thing):
    """Say whether an object could be created."""
    return ask(webhook, thing, dry_run=True)[0]


def test_an_admitted_object_that_is_never_stored_is_forgotten_after_its_time(webhook, plot):
    ghost, other = (subnet(plot.name(word), plot.name("vpc"), plot.v4(rest))
                    for word, rest in (("ghost", "0.0/16"), ("other", "1.0/24")))
    assert ask(webhook, ghost, dry_run=False) == (True, "")
    allowed, message = ask(webhook, other, dry_run=True)
    assert not allowed and ghost["metadata"]["name"] in message and "cidr-overlap" in rules_in(message)
    assert ask(webhook, ghost, dry_run=False) == (True, ""), "the same again is no conflict with itself"
    wait_until(lambda: is_free(webhook, other), "the reservation ends", seconds=LONGEST_RESERVATION)


def test_a_dry_run_reserves_nothing(webhook, plot):
    ghost, other = (subnet(plot.name(word), plot.name("vpc"), plot.v4("0.0/16")) for word in ("ghost", "other"))
    assert is_free(webhook, ghost) and is_free(webhook, other)


def test_a_stored_object_counts_until_it_is_gone(webhook, control_plane, plot):
    stored, other = (subnet(plot.name(word), plot.name("vpc"), plot.v4("0.0/16")) for word in ("stored", "other"))
    control_plane.api.store(stored)
    wait_until(lambda: not is_free(webhook, other), "the watch shows the object")
    control_plane.api.delete(stored)
    wait_until(lambda: is_free(webhook, other), "the watch shows that the object is gone")
