"""What the webhook knows of the cluster when that goes away, restarts, forgets, changes its kinds or moves on quickly."""

import json
import signal
import urllib.request

import pytest

import custom_resources
from control_plane import WEBHOOK
from delaying_proxy import DelayingProxy
from event_loop import EventLoop
from load import Users
from objects import changed, subnet, vpc
from polling import wait_until
from test_outages import wait_until_refused
from webhook import Guard
from wire import review

STALE_AFTER = 10
ROUNDS, FEW_ROUNDS = 50, 3
LAG = 1.0  # seconds
ROUTES = 13000  # make a Vpc of about a MB; etcd takes 1.5


@pytest.fixture(scope="module")
def definitions():
    """Run with our own small definitions."""
    return custom_resources.MINIMAL


@pytest.fixture
def own_control_plane(new_control_plane):
    """A control plane that no other test uses."""
    control_plane = new_control_plane()
    control_plane.install([*custom_resources.guarded(custom_resources.MINIMAL), *custom_resources.own()])
    yield control_plane
    control_plane.stop()


@pytest.fixture
def own_guard(own_control_plane, new_webhook):
    """A webhook in force at that control plane."""
    webhook = new_webhook(own_control_plane.kubeconfig(WEBHOOK))
    webhook.start()
    webhook.wait_for("/readyz", 200)
    guard = Guard(own_control_plane, webhook)
    guard.register()
    yield guard
    webhook.stop()


def metric(webhook, name, **labels):
    """Return the value of a metric, 0 when it is not there."""
    wanted = ",".join(f'{key}="{value}"' for key, value in labels.items())
    lines = [line.split() for line in webhook.metrics().splitlines()]
    return next((float(line[1]) for line in lines if line and line[0] == f"{name}{{{wanted}}}"), 0.0)


def wait_until_admitted(api, wanted):
    """Wait until the webhook has nothing against an object any more."""
    wait_until(lambda: api.create(wanted, dry_run=True).status == 201,
               f"{wanted['metadata']['name']} is admitted", seconds=90)


def test_an_api_server_that_is_gone_is_noticed_within_the_bound(own_control_plane, new_webhook, plot):
    request = review(subnet(plot.name("net"), plot.name("left"), plot.v4("0.0/24")))
    webhook = new_webhook(own_control_plane.kubeconfig(WEBHOOK), f"--stale-after={STALE_AFTER}s")
    webhook.start()
    webhook.wait_for("/readyz", 200)

    own_control_plane.api_server.kill()
    wait_until(lambda: webhook.wire.status_of("/readyz") == 503, "the webhook is not ready", seconds=STALE_AFTER + 5)
    status, headers, body = webhook.wire.post(request)
    assert (status, headers["Retry-After"].isdigit()) == (503, True), (status, headers.items(), body)
    assert b"not heard of" in body

    own_control_plane.start_api_server()
    webhook.wait_for("/readyz", 200)
    wait_until(lambda: webhook.wire.post(request)[0] == 200, "the webhook decides again")
    webhook.stop()


def test_an_api_server_that_restarts_under_load_never_admits_a_conflict(own_control_plane, own_guard, plot):
    api = own_control_plane.api
    known = subnet(plot.name("known"), plot.name("net"), plot.v4("0.0/24"))
    api.store(vpc(plot.name("net")), known)
    with Users(api, known) as users:
        users.start(4)
        wait_until(lambda: users.tally.outcomes["DELETE 200"] >= 20, "the users are at work")
        own_control_plane.api_server.kill()
        own_control_plane.start_api_server()
        before = users.tally.outcomes["DELETE 200"]
        wait_until(lambda: users.tally.outcomes["DELETE 200"] >= before + 20, "the users are at work again", seconds=90)
    conflicts = [answer for answer in users.tally.failures if "-taken-" in answer and "status=201" in answer]
    blamed = [answer for answer in users.tally.failures if "peerwarden.io" in answer]
    assert not conflicts and not blamed, (conflicts or blamed)[:3]


def test_objects_of_a_kind_that_was_removed_no_longer_count(own_control_plane, own_guard, plot):
    api, webhook = own_control_plane.api, own_guard.webhook
    old = subnet(plot.name("old"), plot.name("left"), plot.v4("0.0/24"))
    new = subnet(plot.name("new"), plot.name("left"), plot.v4("1.0/24"))
    api.store(*plot.peered_vpcs(), old)
    wait_until(lambda: metric(webhook, "peerwarden_mirror_objects", kind="Subnet") == 1, "the old one is known")

    definition = custom_resources.TEST_FOLDER / "subnets.kubeovn.io.yaml"
    own_control_plane.kubectl.must("delete", "--wait=true", "--timeout=60s", f"--filename={definition}")
    own_control_plane.install([definition])
    with own_guard.lifted():
        api.store(new)

    wait_until_refused(api, subnet(plot.name("over-new"), plot.name("right"), plot.v4("1.0/25")))
    wait_until_admitted(api, subnet(plot.name("over-old"), plot.name("right"), plot.v4("0.0/25")))
    assert metric(webhook, "peerwarden_mirror_objects", kind="Subnet") == 1


def large_vpc(plot):
    """Return a Vpc nearly as large as etcd takes, that peers with another."""
    routes = [(f"172.{16 + number // 65536}.{number // 256 % 256}.{number % 256}/32", "169.254.0.2") for number in range(ROUTES)]
    made = vpc(plot.name("large"), [(plot.name("other"), "169.254.0.1/30")], routes)
    assert 1_000_000 < len(json.dumps(made)) < 1_500_000
    return made


def test_an_object_of_a_megabyte_is_judged_and_mirrored(guard, api, plot):
    large = large_vpc(plot)
    with guard.lifted():
        api.store(large, subnet(plot.name("net"), plot.name("large"), plot.v4("0.0/24")))
    mismatch = vpc(plot.name("other"), [(plot.name("large"), "169.254.7.2/30")])

    def mirrored():
        return "link-address-conflict" in api.create(mismatch, dry_run=True).rules
    wait_until(mirrored, "the large one is known")
    api.store(vpc(plot.name("other"), [(plot.name("large"), "169.254.0.2/30")]))
    wait_until_refused(api, subnet(plot.name("over"), plot.name("other"), plot.v4("0.0/25")))

    less = changed(large, staticRoutes=large["spec"]["staticRoutes"][1:])
    assert api.patch(large, {"spec": less["spec"]}).status == 200
    moved = api.patch(mismatch, {"spec": mismatch["spec"]})
    assert moved.refused_by_webhook and "link-address-conflict" in moved.rules, moved

    elsewhere = [{**large["spec"]["vpcPeerings"][0], "localConnectIP": "169.254.0.5/30"}]
    moved = api.patch(large, {"spec": {"vpcPeerings": elsewhere}})
    assert moved.refused_by_webhook and "link-address-conflict" in moved.rules, moved
    wrong = [{**route, "nextHopIP": "169.254.0.1"} for route in large["spec"]["staticRoutes"]]
    astray = api.patch(large, {"spec": {"staticRoutes": wrong}})
    assert astray.refused_by_webhook and "unreachable-next-hop" in astray.rules, astray


def compact(control_plane):
    """Let etcd forget all revisions but the newest."""
    def call(path, body):
        request = urllib.request.Request(f"{control_plane.etcd_url}/v3/kv/{path}", json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    newest = call("range", {"key": "AA=="})["header"]["revision"]
    call("compaction", {"revision": newest, "physical": True})


def test_a_mirror_whose_version_was_forgotten_lists_again(own_control_plane, own_guard, plot):
    api, webhook = own_control_plane.api, own_guard.webhook
    gone = subnet(plot.name("gone"), plot.name("left"), plot.v4("0.0/24"))
    api.store(*plot.peered_vpcs(), gone)
    wait_until(lambda: metric(webhook, "peerwarden_mirror_objects", kind="Subnet") == 1, "the first one is known")
    own_guard.unregister()

    webhook.server.process.send_signal(signal.SIGSTOP)
    own_control_plane.api_server.kill()
    own_control_plane.start_api_server()
    api.delete(gone)
    api.store(subnet(plot.name("missed"), plot.name("left"), plot.v4("1.0/24")))
    compact(own_control_plane)
    own_control_plane.api_server.kill()
    own_control_plane.start_api_server()
    webhook.server.process.send_signal(signal.SIGCONT)

    wait_until(lambda: metric(webhook, "peerwarden_mirror_restarts_total", kind="Subnet", reason="gone") >= 1,
               "the watch hears that its version is gone", seconds=90)
    own_guard.register()
    wait_until_refused(api, subnet(plot.name("over-missed"), plot.name("right"), plot.v4("1.0/25")))
    wait_until_admitted(api, subnet(plot.name("over-gone"), plot.name("right"), plot.v4("0.0/25")))


def take_turns(api, plot, rounds):
    """Let Subnets that overlap come and go one after the other; each must be admitted."""
    api.store(*plot.peered_vpcs())
    for number in range(rounds):
        for side in ("left", "right"):
            mine = subnet(plot.name(f"{side}-{number}"), plot.name(side), plot.v4("0.0/24"))
            api.store(mine)
            assert api.delete(mine).status == 200


def move_links(api, plot, rounds):
    """Let both halves of a peering change their link and go; what comes next fits only what is stored at that moment."""
    left, right = plot.name("first"), plot.name("second")
    api.store(vpc(left), vpc(right))
    for number in range(rounds):
        links = [f"169.254.{number}.{host}/30" for host in (1, 5, 6)]
        for mine, far, link in ((left, right, links[0]), (left, right, links[1]), (right, left, links[2]), (left, right, None),
                                (right, left, None)):
            wanted = vpc(mine, [(far, link)])["spec"] if link else {"vpcPeerings": None}
            answer = api.patch(vpc(mine), {"spec": wanted})
            assert answer.status == 200, (number, mine, link, answer)


def test_what_was_deleted_or_changed_a_moment_ago_refuses_nothing(api, plot):
    take_turns(api, plot, ROUNDS)
    move_links(api, plot, ROUNDS)


@pytest.fixture
def lagging(own_control_plane, new_webhook, authority, tmp_path):
    """A control plane whose webhook hears of every change late."""
    loop = EventLoop()
    proxy = DelayingProxy(loop, own_control_plane.port, own_control_plane.certificate, authority.issue(tmp_path.name))
    proxy.start()
    config = json.loads(own_control_plane.kubeconfig(WEBHOOK).read_text())
    config["clusters"][0]["cluster"] = {
        "server": f"https://127.0.0.1:{proxy.port}", "certificate-authority": str(authority.pair.certificate)}
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(json.dumps(config))
    webhook = new_webhook(kubeconfig)
    webhook.start()
    webhook.wait_for("/readyz", 200)
    Guard(own_control_plane, webhook).register()
    proxy.watch_delay = LAG
    yield own_control_plane
    proxy.watch_delay = 0
    webhook.stop()
    proxy.stop()
    loop.stop()


def test_what_was_deleted_a_moment_ago_refuses_nothing_where_the_mirror_lags(lagging, plot):
    take_turns(lagging.api, plot, FEW_ROUNDS)


def test_what_was_changed_a_moment_ago_refuses_nothing_where_the_mirror_lags(lagging, plot):
    move_links(lagging.api, plot, FEW_ROUNDS)
