"""The webhook while the API server is away, comes back, or does not know all kinds yet."""

import json
from itertools import count

import pytest

import custom_resources
from control_plane import WEBHOOK
from objects import subnet
from polling import wait_until
from processes import free_port
from webhook import Guard
from wire import review


@pytest.fixture(scope="module")
def definitions():
    """Run with our own small definitions."""
    return custom_resources.MINIMAL


def wait_until_refused(api, thing):
    """Wait until the webhook itself refuses an object as overlapping; nothing may admit it meanwhile."""
    def refused():
        answer = api.create(thing, dry_run=True)
        return answer.refused_by_webhook and "cidr-overlap" in answer.rules
    wait_until(refused, f"{thing['metadata']['name']} is refused", seconds=90)


def test_kinds_that_are_installed_later_are_guarded_without_a_restart(new_control_plane, new_webhook, plot):
    control_plane = new_control_plane()
    webhook = new_webhook(control_plane.kubeconfig(WEBHOOK))
    webhook.start()
    webhook.wait_for("/readyz", 200)

    control_plane.install([*custom_resources.guarded(custom_resources.MINIMAL), *custom_resources.own()])
    api = control_plane.api
    api.store(*plot.peered_vpcs(), subnet(plot.name("earlier"), plot.name("left"), plot.v4("0.0/17")))
    Guard(control_plane, webhook).register()

    wait_until_refused(api, subnet(plot.name("later"), plot.name("right"), plot.v4("5.0/24")))
    webhook.stop()
    control_plane.stop()


def test_the_webhook_recovers_when_the_api_server_comes_back(control_plane, guard, api, plot):
    api.store(*plot.peered_vpcs(), subnet(plot.name("before"), plot.name("left"), plot.v4("0.0/24")))
    control_plane.api_server.kill()
    control_plane.start_api_server()

    numbers = count()

    def admits_what_is_right():
        wrong = api.create(subnet(plot.name("wrong"), plot.name("right"), plot.v4("0.0/25")))
        assert wrong.status != 201, "a conflict was admitted after the restart"
        number = next(numbers)
        right = subnet(plot.name(f"right-{number}"), plot.name("right"), plot.v4(f"{number + 100}.0/24"))
        return wrong.refused_by_webhook and api.create(right).status == 201
    wait_until(admits_what_is_right, "the webhook decides again", seconds=90)

    with guard.lifted():
        api.store(subnet(plot.name("after"), plot.name("left"), plot.v4("1.0/24")))
    wait_until_refused(api, subnet(plot.name("later"), plot.name("right"), plot.v4("1.0/25")))


def test_without_an_api_server_the_webhook_asks_to_try_again(control_plane, new_webhook, tmp_path, plot):
    config = json.loads(control_plane.kubeconfig(WEBHOOK).read_text())
    config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{free_port()}"
    nowhere = tmp_path / "kubeconfig"
    nowhere.write_text(json.dumps(config))
    webhook = new_webhook(nowhere)
    webhook.start()

    assert webhook.wire.status_of("/readyz") == 503
    request = review(subnet(plot.name("net"), plot.name("left"), plot.v4("0.0/24")))
    status, headers, _ = webhook.wire.post(request)
    assert status == 503 and headers["Retry-After"].isdigit(), (status, headers.items())
    webhook.stop()
