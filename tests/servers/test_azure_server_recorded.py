"""The Azure server of the tests against what Azure answered, as azure-cli recorded it, and against its specification.

The recordings stand beside the project and are no part of it; where they are absent, a test is skipped by name.
"""

import base64
import binascii
import contextlib
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from azure_ground import DNS_VERSION, Ground, send
from tests.servers.azure import AzureServer

EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "upstream" / "cloud-examples" / "azure"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Headers of which the value is another one each time.
COUNTED = re.compile(r"x-ms-(ratelimit-.*|arm-service-request-id)")


def _read(name):
    path = EXAMPLES / name
    if not path.exists():
        pytest.skip(f"for want of {path}")
    return json.loads(path.read_text())


def _masked(value):
    """Return a value in which every GUID but that of the subscription is the same."""
    text = json.dumps(value, sort_keys=True)
    return json.loads(GUID.sub(lambda found: found[0] if found[0] == SUBSCRIPTION else "GUID", text))


def _address(url):
    """Return the parts of an operation's address that do not change: no host, and its number opened and masked."""
    parts = urlsplit(url)
    path, _, number = parts.path.rpartition("/")
    with contextlib.suppress(binascii.Error, UnicodeDecodeError):
        number = base64.b64decode(number, validate=True).decode()
    return path, GUID.sub("GUID", number), parts.query


def _assert_headers(recorded, answer, url):
    for name, value in recorded.items():
        assert name in answer.headers, (name, url)
        if name in ("azure-asyncoperation", "location"):
            assert _address(answer.headers[name]) == _address(value), url
        elif not COUNTED.fullmatch(name):
            assert GUID.sub("GUID", answer.headers[name]) == GUID.sub("GUID", value), (name, url)


class Replay:
    """Recorded exchanges, sent to the server in their order."""

    def __init__(self, cloud):
        self.cloud = cloud
        cloud.stop_clock()
        cloud.settings(long_urls=False)
        tenant = cloud.tenant()
        cloud.subscription(tenant, SUBSCRIPTION)
        self.application = cloud.application(tenant)
        ground = Ground(cloud)
        ground.application, ground.client = self.application, self.application["id"]
        self.headers = {"Authorization": f"Bearer {ground.token(tenant)}"}
        self.numbers = {}

    def furnish(self, group, kind, name, *arguments, **more):
        """Make something in the recorded subscription; returns its id."""
        return getattr(self.cloud, kind)(SUBSCRIPTION, group, name, *arguments, **more)

    def send(self, method, url, body=None, headers=None):
        """Send a request to where the URL points, with the numbers of operations that this server gave."""
        parts = urlsplit(url)
        path, _, last = parts.path.rpartition("/")
        target = f"{path}/{self.numbers.get(last, last)}?{parts.query}"
        return send(self.cloud.url, method, target, body or None, {**self.headers, **(headers or {})})

    def play(self, exchange):
        """Send one request, and compare the answer with the recorded one."""
        request, recorded = exchange["request"], exchange["response"]
        if "peration" in request["url"] and recorded["status"] == 200 and recorded["body"] != {"status": "InProgress"}:
            self.cloud.forward(60)
        answer = self.send(request["method"], request["url"], request["body"], request.get("headers"))
        assert answer.status == recorded["status"], request["url"]
        _assert_headers(recorded["headers"], answer, request["url"])
        self.learn(recorded["headers"], answer)
        return recorded["body"], answer

    def learn(self, recorded, answer):
        """Note which number stands for a recorded one."""
        for name in ("azure-asyncoperation", "location"):
            if name in recorded:
                old, new = (urlsplit(each[name]).path.rpartition("/")[2] for each in (recorded, answer.headers))
                self.numbers[old] = new


@pytest.fixture(name="replay")
def _replay():
    """A server with the recorded subscription."""
    with AzureServer() as cloud:
        yield Replay(cloud)


def test_the_life_of_a_peering_is_answered_as_recorded_value_by_value(replay):
    """Eleven exchanges: second side, polls, reads, list, change and deletion."""
    recorded = _read("recorded/vnet_peering.json")["exchanges"]
    group = "cli_test_vnet_peering000001"
    one = replay.furnish(group, "network", "vnet1", ["10.0.0.0/16"], location="westus")
    replay.furnish(group, "network", "vnet2", ["11.0.0.0/16"], location="westus", gateway=True)
    properties = {"allowVirtualNetworkAccess": False, "allowGatewayTransit": True, "remoteVirtualNetwork": {"id": one}}
    first = replay.send("PUT", recorded[1]["request"]["url"], {"properties": properties})
    assert first.status == 201
    poll = recorded[0]["request"]["url"]
    replay.learn({"azure-asyncoperation": poll}, first)
    for exchange in recorded:
        body, answer = replay.play(exchange)
        if body == "":
            assert answer.raw == b""
        else:
            assert _masked(answer.body) == _masked(body), exchange["request"]["url"]
            assert answer.raw.startswith(b'{\r\n  "')
    assert len(recorded) >= 11


@pytest.mark.parametrize("name", ["privatedns_link_create_and_etag_failure", "privatedns_zone_and_missing_link"])
def test_zones_and_links_are_answered_as_recorded_value_by_value(replay, name):
    """Also a failure that comes with HTTP 200, and a link that is not there."""
    exchanges = _read(f"recorded/{name}.json")["exchanges"]
    group = "clitest_privatedns000001"
    replay.furnish(group, "network", "clitestprivatednsvnet000003", ["10.0.0.0/16"])
    if "link_create" in name:
        replay.furnish(group, "zone", "clitest.privatedns.com000002")
    for exchange in exchanges:
        body, answer = replay.play(exchange)
        if answer.status == 404:
            assert answer.code == body["error"]["code"]
            assert answer.said.startswith(body["error"]["message"])
        else:
            assert _masked(answer.body) == _masked(body), exchange["request"]["url"]
            assert b"/" not in answer.raw.replace(b"\\/", b"")
    assert len(exchanges) >= 4


def test_a_link_that_is_there_already_fails_in_the_poll_as_recorded(replay):
    """With If-None-Match."""
    recorded = _read("recorded/privatedns_link_async_failure.json")["poll"]
    zone = replay.furnish("group", "zone", "example.com")
    network = replay.furnish("group", "network", "one", ["10.0.0.0/16"])
    replay.cloud.link(zone, "clitestprivatednslink000003", network)
    put = replay.send("PUT", f"{zone}/virtualNetworkLinks/clitestprivatednslink000003?api-version=2018-09-01", {
        "location": "global", "properties": {"registrationEnabled": False, "virtualNetwork": {"id": network}}},
        {"If-None-Match": "*"})
    assert (put.status, put.body) == (202, {})
    replay.cloud.forward(60)
    poll = replay.send("GET", put.headers["azure-asyncoperation"])
    assert (poll.status, poll.body) == (recorded["status"], recorded["body"])


def _names(value, prefix=""):
    """Return the paths of all names in a body."""
    if isinstance(value, dict):
        return {f"{prefix}/{name}" for name in value}.union(
            *(_names(each, f"{prefix}/{name}") for name, each in value.items() if name != "tags"))
    if isinstance(value, list):
        return set().union(*(_names(each, prefix) for each in value))
    return set()


@pytest.fixture(name="ground")
def _ground():
    """A cloud with two tenants whose clock stands still."""
    with AzureServer() as cloud:
        cloud.stop_clock()
        yield Ground(cloud)


def test_bodies_have_the_names_of_the_examples(ground):
    """A network, and a link as the specification shows it."""
    assert _names(ground.call("GET", ground.local).body) == _names(_read("constructed/vnet_get.json"))
    assert ground.link(tags={}).body == {"status": "Succeeded"}
    link = f"{ground.zone}/virtualNetworkLinks/shoot"
    assert _names(ground.call("GET", link).body) == _names(_read("constructed/link_completed.json"))
    spec = _read("spec/VirtualNetworkLinkPut_2024-06-01.json")
    body = spec["parameters"]["parameters"]
    body["properties"]["virtualNetwork"]["id"] = ground.local
    answer = ground.call("PUT", link, body, version=DNS_VERSION)
    assert set(spec["responses"]["202"]["headers"]) - {"Retry-After"} <= {
        {"azure-asyncoperation": "Azure-AsyncOperation", "location": "Location"}.get(each) for each in answer.headers}
    ground.settle(answer)
    shown = ground.call("GET", link, version=DNS_VERSION).body
    wanted = spec["responses"]["200"]["body"]
    assert (_names(shown), shown["tags"], shown["location"]) == (_names(wanted), wanted["tags"], wanted["location"])


def test_refusals_have_the_texts_of_the_examples(ground):
    """Overlaps, throttling and what a linked scope lacks."""
    other = ground.cloud.network(ground.here, "shoot-group", "other", ["10.0.0.0/20"])
    refused = ground.call("PUT", f"{ground.local}/virtualNetworkPeerings/p1", {
        "properties": {"remoteVirtualNetwork": {"id": other}}})
    example = _read("constructed/error_overlap.json")
    group = ground.local.partition("/providers")[0]
    for name, mine in (("rg1", "vnet1"), ("rg2", "vnet2")):
        network = ground.local if mine == "vnet1" else other
        text = json.dumps(example).replace(
            f"/subscriptions/S/resourceGroups/{name}/providers/Microsoft.Network/virtualNetworks/{mine}", network)
        example = json.loads(text)
    assert (refused.status, refused.body, group in refused.said) == (400, example, True)
    ground.cloud.throttle(1, method="GET")
    assert ground.call("GET", ground.local).body == _read("constructed/error_429.json")
    ground.cloud.deny(ground.client, ["Microsoft.Network/virtualNetworks/peer/action"], ground.remote)
    refused = ground.write(ground.one)
    said = _read("constructed/error_linked_authorization.json")["error"]["message"]
    said = re.sub("'[^']*/virtualNetworks/vnet1/[^']*'", f"'{ground.one}'", said)
    said = re.sub("'[^']*/virtualNetworks/vnet2'", f"'{ground.remote}'", said)
    principal = ground.cloud.dump()["applications"][ground.client]["principals"][ground.home]
    said = said.replace("'CLIENT'", f"'{ground.client}'").replace("'OID'", f"'{principal}'")
    assert (refused.status, refused.code, refused.said) == (403, "LinkedAuthorizationFailed", said)
