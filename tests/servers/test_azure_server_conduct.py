"""How the Azure server of the tests guards its door, and what tests can do to it."""

import base64
import http.client
import json
import subprocess
import sys
import threading

import pytest

from azure_ground import Ground, make_certificate, send
from tests.servers.azure import AzureServer, RemoteControls, client_environment

NETWORKS = "Microsoft.Network/virtualNetworks"


@pytest.fixture(name="ground")
def _ground():
    """A cloud with two tenants whose clock stands still."""
    with AzureServer() as cloud:
        cloud.stop_clock()
        yield Ground(cloud)


def _assert_refused(answer, code, status, text=""):
    assert (answer.status, answer.code) == (status, code), answer.raw
    assert text in answer.said


@pytest.mark.parametrize("change,status,error,number", [
    ({}, 200, None, 0),
    ({"client_secret": "x"}, 401, "invalid_client", 7000215),
    ({"client_secret": None}, 401, "invalid_client", 7000218),
    ({"client_id": "x"}, 400, "unauthorized_client", 700016),
    ({"client_id": None}, 400, "invalid_request", 900144),
    ({"scope": None}, 400, "invalid_request", 900144),
    ({"scope": "https://management.azure.com/"}, 400, "invalid_scope", 1002012),
    ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
    ({"client_assertion": "a.b.c"}, 400, "invalid_request", 900144),
])
def test_what_is_wrong_with_a_request_for_a_token_is_said(ground, change, status, error, number):
    """With the numbers of Entra."""
    answer = ground.ask_token(ground.home, **change)
    assert (answer.status, answer.body.get("error")) == (status, error), answer.raw
    if error:
        assert answer.body["error_codes"] == [number]
        assert answer.body["error_description"].startswith(f"AADSTS{number}: ")
    else:
        claims = json.loads(base64.urlsafe_b64decode(answer.body["access_token"].split(".")[1] + "=="))
        assert (claims["tid"], claims["appid"], answer.body["expires_in"]) == (ground.home, ground.client, 3599)


def test_secrets_and_service_principals_come_and_go(ground):
    """Each with its own number; a token of a tenant that took the principal away is unknown."""
    assert ground.ask_token("00000000-0000-0000-0000-00000000000a").body["error_codes"] == [90002]
    ground.token(ground.away)
    ground.cloud.withdraw(ground.client, ground.away)
    assert ground.ask_token(ground.away).body["error_codes"] == [7000229]
    assert ground.call("GET", ground.remote, auxiliary=False).code == "InvalidAuthenticationToken"
    ground.cloud.consent(ground.client, ground.away)
    assert ground.ask_token(ground.away).status == 200
    ground.cloud.expire_secrets(ground.client)
    assert ground.ask_token(ground.home).body["error_codes"] == [7000222]
    secret = ground.cloud.new_secret(ground.client)
    assert ground.ask_token(ground.home, client_secret=secret).status == 200
    ground.cloud.revoke_secrets(ground.client)
    assert ground.ask_token(ground.home).body["error_codes"] == [7000215]


def _assertion(**changes):
    claims = {"iss": "issuer", "sub": "subject", "aud": ["api://AzureADTokenExchange"], **changes}
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.c2ln"


@pytest.mark.parametrize("assertion,number", [
    (_assertion(), None), (_assertion(exp=1), 700024), (_assertion(aud="x"), 700212), (_assertion(sub="other"), 700213),
    ("as it stands", None), ("nonsense", 700212)])
def test_assertions_are_trusted_by_issuer_and_subject_or_as_they_stand(ground, assertion, number):
    """Of the right audience, within their time."""
    ground.cloud.federate(ground.client, "issuer", "subject")
    ground.cloud.federate(ground.client, assertion="as it stands")
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    answer = ground.ask_token(ground.home, client_secret=None, client_assertion=assertion, client_assertion_type=kind)
    assert answer.body.get("error_codes", [None]) == [number]


@pytest.mark.parametrize("query,headers,text", [
    ("api-version=2018-02-01&resource=https://management.azure.com/", {"Metadata": "true"}, None),
    ("api-version=2018-02-01&resource=https://management.azure.com/", {}, "Required metadata header not specified"),
    ("resource=https://management.azure.com/", {"Metadata": "true"}, "'api-version' is missing"),
    ("api-version=2018-02-01", {"Metadata": "true"}, "'resource' is missing"),
    ("api-version=2018-02-01&resource=x&client_id=y", {"Metadata": "true"}, "Identity not found"),
])
def test_the_metadata_service_gives_tokens_of_managed_identities(ground, query, headers, text):
    """To those who ask as it wants."""
    ground.cloud.managed_identity(ground.client)
    answer = send(ground.cloud.metadata_url, "GET", f"/metadata/identity/oauth2/token?{query}", headers=headers)
    if text:
        assert answer.status == 400 and text in answer.body["error_description"]
        return
    assert (answer.status, answer.body["client_id"], answer.body["expires_in"]) == (200, ground.client, "3599")
    bearer = {"Authorization": f"Bearer {answer.body['access_token']}"}
    assert ground.call("GET", ground.local, auxiliary=False, headers=bearer).status == 200


def test_tokens_are_judged_before_anything_else(ground):
    """Missing, unknown, over, for something else, of another tenant: with the challenge that tells the right one."""
    def answer(value):
        lines = {"Authorization": value} if value else {}
        return send(ground.cloud.url, "GET", f"{ground.local}?api-version=2024-05-01", headers=lines)

    missing = answer(None)
    _assert_refused(missing, "AuthenticationFailed", 401, "header is missing")
    assert f'authorization_uri="https://login.windows.net/{ground.home}"' in missing.headers["www-authenticate"]
    _assert_refused(answer("Basic x"), "AuthenticationFailed", 401)
    _assert_refused(answer("Bearer x"), "InvalidAuthenticationToken", 401)
    _assert_refused(answer(f"Bearer {ground.token(ground.away)}"), "InvalidAuthenticationTokenTenant", 401,
                    f"It must match the tenant 'https://sts.windows.net/{ground.home}/'")
    graph = ground.ask_token(ground.home, scope="https://graph.microsoft.com/.default").body["access_token"]
    _assert_refused(answer(f"Bearer {graph}"), "InvalidAuthenticationToken", 401, "wrong audience")
    assert answer(f"Bearer {ground.token(ground.home)}").status == 200
    ground.cloud.expire_tokens()
    _assert_refused(answer(f"Bearer {ground.token(ground.home)}"), "ExpiredAuthenticationToken", 401, "is earlier than")
    ground.cloud.revoke_tokens()
    _assert_refused(answer(f"Bearer {ground.token(ground.home)}"), "InvalidAuthenticationToken", 401)


def test_auxiliary_tokens_are_of_the_same_application_and_of_the_other_tenant(ground):
    """Parted by commas or semicolons; without one a peering or link across tenants is refused."""
    body = {"properties": {"remoteVirtualNetwork": {"id": ground.remote}}}
    _assert_refused(ground.call("PUT", ground.one, body, auxiliary=False), "LinkedAuthorizationFailed", 403,
                    f"the current tenant '{ground.home}' is not authorized to access linked subscription")
    link = f"{ground.zone}/virtualNetworkLinks/shoot"
    linked = {"location": "global", "properties": {"virtualNetwork": {"id": ground.local}}}
    _assert_refused(ground.call("PUT", link, linked, auxiliary=False), "LinkedAuthorizationFailed", 403)
    stranger = ground.cloud.application(ground.away)
    other = ground.ask_token(ground.away, client_id=stranger["id"], client_secret=stranger["secret"]).body
    lines = {"x-ms-authorization-auxiliary": f"Bearer {other['access_token']}"}
    _assert_refused(ground.call("PUT", ground.one, body, headers=lines), "InvalidAuthenticationToken", 401)
    pair = f"Bearer {ground.token(ground.home)};Bearer {ground.token(ground.away)}"
    answer = ground.call("PUT", ground.one, body, headers={"x-ms-authorization-auxiliary": pair})
    assert answer.status == 201
    assert ground.cloud.journal(method="PUT")[-1]["auxiliary"] == [ground.home, ground.away]


@pytest.mark.parametrize("action,method,target,linked", [
    (f"{NETWORKS}/read", "GET", "local", None),
    (f"{NETWORKS}/virtualNetworkPeerings/read", "GET", "one", None),
    (f"{NETWORKS}/virtualNetworkPeerings/write", "PUT", "one", None),
    (f"{NETWORKS}/virtualNetworkPeerings/delete", "DELETE", "one", None),
    (f"{NETWORKS}/peer/action", "PUT", "one", "remote"),
    ("Microsoft.Network/privateDnsZones/read", "GET", "zone", None),
    ("Microsoft.Network/privateDnsZones/virtualNetworkLinks/read", "GET", "zone link", None),
    ("Microsoft.Network/privateDnsZones/virtualNetworkLinks/write", "PUT", "zone link", None),
    ("Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete", "DELETE", "zone link", None),
    (f"{NETWORKS}/join/action", "PUT", "zone link", "local"),
    ("Microsoft.Network/dnsForwardingRulesets/read", "GET", "ruleset", None),
    ("Microsoft.Network/dnsForwardingRulesets/virtualNetworkLinks/read", "GET", "ruleset link", None),
    ("Microsoft.Network/dnsForwardingRulesets/virtualNetworkLinks/write", "PUT", "ruleset link", None),
    ("Microsoft.Network/dnsForwardingRulesets/virtualNetworkLinks/delete", "DELETE", "ruleset link", None),
    (f"{NETWORKS}/join/action", "PUT", "ruleset link", "local"),
])
def test_each_permission_can_be_taken_away_and_given_back(ground, action, method, target, linked):
    """Its absence is said with the action, the scope and who asked."""
    name, _, link = target.partition(" ")
    found = getattr(ground, name) + ("/virtualNetworkLinks/shoot" if link else "")
    remote = ground.remote if name == "one" else ground.local
    body = {"location": "global", "properties": {"virtualNetwork": {"id": remote}, "remoteVirtualNetwork": {
        "id": remote}}} if method == "PUT" else None
    scope = getattr(ground, linked) if linked else found
    ground.cloud.deny(ground.client, [action], scope)
    answer = ground.call(method, found, body)
    _assert_refused(answer, "LinkedAuthorizationFailed" if linked else "AuthorizationFailed", 403, scope)
    assert f"'{action.removeprefix(NETWORKS + '/') if linked else action}'" in answer.said
    assert f"'{ground.client}'" in answer.said
    ground.cloud.deny(ground.client, [], scope)
    assert ground.call(method, found, body).status in (200, 201, 202, 204, 404)


def test_the_nearest_scope_that_permits_decides(ground):
    """Roles are of a subscription, a group or a resource; polls of DNS can be guarded, too."""
    ground.cloud.permit(ground.client, ["*/read"], f"/subscriptions/{ground.here}")
    assert ground.call("GET", ground.local).status == 200
    _assert_refused(ground.write(ground.one), "AuthorizationFailed", 403)
    ground.cloud.permit(ground.client, ["Microsoft.Network/*"], ground.local)
    assert ground.write(ground.one).status == 201
    ground.cloud.settings(guarded_polls=True)
    put = ground.link(settle=False)
    ground.cloud.deny(ground.client, ["Microsoft.Network/privateDnsOperationStatuses/read"], ground.zone)
    _assert_refused(ground.settle(put), "AuthorizationFailed", 403, "privateDnsOperationStatuses/read")
    ground.cloud.permit(ground.client, None)
    _assert_refused(ground.call("GET", ground.zone), "AuthorizationFailed", 403)


@pytest.mark.parametrize("target,version,status,code", [
    ("{local}", None, 400, "MissingApiVersionParameter"),
    ("{local}", "latest", 400, "InvalidApiVersionParameter"),
    ("{local}", "2019-01-01", 400, "NoRegisteredProviderFound"),
    ("{local}x", "2024-05-01", 404, "ResourceNotFound"),
    ("/subscriptions/{here}/resourceGroups/none/providers/Microsoft.Network/virtualNetworks/v", "2024-05-01", 404,
     "ResourceGroupNotFound"),
    ("/subscriptions/x/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v", "2024-05-01", 400,
     "InvalidSubscriptionId"),
    ("/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/"
     "v", "2024-05-01", 404, "SubscriptionNotFound"),
    ("{local}/colours/red", "2024-05-01", 404, "InvalidResourceType"),
    ("/subscriptions/{here}/providers/Microsoft.Network/locations/westeurope/operations/1", "2024-05-01", 404,
     "OperationNotFound"),
])
def test_what_does_not_exist_is_said_in_the_words_of_the_manager(ground, target, version, status, code):
    """Versions, groups, subscriptions and types."""
    ground.cloud.settings(api_versions=["2024-05-01"])
    answer = ground.call("GET", target.format(local=ground.local, here=ground.here), version=version)
    _assert_refused(answer, code, status)


def test_bodies_that_are_none_are_refused(ground):
    """By their type and by what they say; so are methods."""
    _assert_refused(ground.call("PUT", ground.one, "x", headers={"Content-Type": "text/plain"}),
                    "UnsupportedMediaType", 415)
    for body in ("{", "[]"):
        _assert_refused(ground.call("PUT", ground.one, body, headers={"Content-Type": "application/json"}),
                        "InvalidRequestContent", 400)
    _assert_refused(ground.call("PUT", ground.local, {}), "HttpMethodNotSupported", 405)
    _assert_refused(ground.call("POST", ground.local), "HttpMethodNotSupported", 405)
    assert ground.cloud.dump()["networks"][ground.local.lower()]["peerings"] == {}


def test_buckets_run_empty_and_fill_again_by_the_clock(ground):
    """Of each subscription and kind of call by itself; the header counts."""
    ground.cloud.settings(reads=3, reads_per_second=0.5)
    left = [ground.call("GET", ground.local).headers["x-ms-ratelimit-remaining-subscription-reads"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    empty = ground.call("GET", ground.local)
    _assert_refused(empty, "SubscriptionRequestsThrottled", 429, "Please try again after '2' seconds.")
    assert empty.headers["retry-after"] == "2"
    assert ground.call("GET", ground.remote).status == 200
    assert ground.write(ground.one, settle=False).headers["x-ms-ratelimit-remaining-subscription-writes"] == "199"
    ground.cloud.forward(2)
    assert ground.call("GET", ground.local).status == 200
    dns = ground.call("GET", ground.zone)
    assert dns.headers["x-ms-ratelimit-remaining-subscription-resource-requests"] == "11999"


def test_faults_hit_the_calls_that_they_name(ground):
    """With any code, with a page of HTML, at the manager, at the log-in and at the metadata service."""
    ground.cloud.fault("InternalServerError", status=500, number=2, method="GET", resource=ground.local.upper())
    assert [ground.call("GET", ground.local).status for _ in range(3)] == [200, 500, 200]
    ground.cloud.fault(None, "Bad Gateway", 502, subscription=ground.there)
    page = ground.call("GET", ground.remote)
    assert (page.status, page.headers["content-type"]) == (502, "text/html") and b"<html>" in page.raw
    throttled = ground.cloud.throttle(1, retry_after=9, service="login")
    answer = ground.ask_token(ground.home)
    assert (answer.status, answer.headers["retry-after"]) == (429, "9")
    ground.cloud.fault("gone", status=410, service="metadata")
    metadata = f"{ground.cloud.metadata_url}", "GET", "/metadata/identity/oauth2/token"
    assert send(*metadata).status == 410
    ground.cloud.clear_hooks()
    with pytest.raises(KeyError):
        ground.cloud.release(throttled)
    with pytest.raises(ValueError, match="not matched by colour"):
        ground.cloud.fault("x", colour="red")


@pytest.mark.parametrize("when,worked", [("before", 0), ("after", 1)])
def test_a_call_can_lose_its_connection_before_or_after_it_was_worked(ground, when, worked):
    """And the journal knows which."""
    ground.cloud.drop(when=when, method="PUT")
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        ground.write(ground.one)
    assert len(ground.cloud.peerings()) == worked
    entry = ground.cloud.journal(method="PUT")[0]
    assert (entry["worked"], entry["answered"]) == (bool(worked), False)


@pytest.mark.parametrize("when,drop,worked", [
    ("before", True, 1), ("before", False, 2), ("after", True, 2), ("after", False, 2)])
def test_the_nth_mutating_call_is_held_until_it_is_let_go(ground, when, drop, worked):
    """Reads and polls do not count."""
    hook, done = ground.cloud.hold(2, when, mutating=True), []

    def run():
        try:
            for half in (ground.one, ground.two):
                ground.call("GET", ground.local)
                done.append(ground.write(half).status)
        except (http.client.HTTPException, ConnectionError) as error:
            done.append(error)

    client = threading.Thread(target=run)
    client.start()
    entry = ground.cloud.wait_held(hook)
    assert (entry["resource"], entry["worked"], entry["answered"]) == (ground.two.lower(), when == "after", False)
    assert done == [201]
    ground.cloud.release(hook, drop=drop)
    client.join(30)
    assert len(ground.cloud.peerings()) == worked
    assert (done == [201, 201]) != drop
    assert ground.cloud.wait_held(ground.cloud.hold(9), 0) is None


def test_the_journal_says_who_did_what_where(ground):
    """With body and result; secrets and tokens are in neither journal nor dump."""
    ground.write(ground.one, "?syncRemoteAddressSpace=true", allowForwardedTraffic=True)
    entry = ground.cloud.journal(mutating=True, subscription=ground.here)[0]
    assert (entry["action"], entry["resource"]) == (f"{NETWORKS}/virtualNetworkPeerings/write", ground.one.lower())
    assert (entry["principal"], entry["tenant"], entry["status"]) == (ground.client, ground.home, 201)
    assert entry["query"] == {"syncremoteaddressspace": "true", "api-version": "2024-05-01"}
    assert entry["parameters"]["properties"]["allowForwardedTraffic"] is True
    assert entry["result"]["properties"]["peeringState"] == "Initiated" and entry["answered"]
    assert [each["action"] for each in ground.cloud.journal(service="login")] == ["token", "token"]
    told = json.dumps([ground.cloud.journal(), ground.cloud.dump()])
    assert ground.application["secret"] not in told and ground.token(ground.home) not in told
    ground.cloud.clear_journal()
    assert ground.cloud.journal() == []


def test_what_changes_by_hand_is_seen_by_the_clients(ground):
    """Halves, their options and links."""
    one = ground.cloud.peering(ground.local, "to-hub", ground.remote, allowForwardedTraffic=True)
    two = ground.cloud.peering(ground.remote, "to-shoot", ground.local)
    assert (one, two, ground.look(two)["peeringState"]) == (ground.one, ground.two, "Connected")
    ground.cloud.options(one, allowForwardedTraffic=False, useRemoteGateways=True)
    assert (ground.look(one)["allowForwardedTraffic"], ground.look(one)["useRemoteGateways"]) == (False, True)
    ground.cloud.delete_peering(one)
    assert ground.look(two)["peeringState"] == "Disconnected"
    link = ground.cloud.link(ground.zone, "shoot", ground.local)
    ground.cloud.change_link(link, registration=True, network_id=ground.remote)
    assert ground.cloud.links() == [{"id": link, "network": ground.remote, "registration": True, "tags": {}}]
    with pytest.raises(ValueError, match="no colour of a link"):
        ground.cloud.change_link(link, colour="red")
    ground.cloud.delete_link(link)
    assert ground.call("GET", link).status == 404


def test_two_runs_with_the_same_end_have_equal_pictures(ground):
    """Whatever the ids, and whatever was deleted on the way."""
    with AzureServer() as cloud:
        other = Ground(cloud)
        other.cloud.stop_clock()
        other.write(other.one)
        other.remove(other.one)
        other.write(other.two)
        other.write(other.one)
        other.link()
        ground.connect()
        ground.link()
        picture = ground.cloud.picture()
        assert picture == other.cloud.picture()
        half = picture["peerings"]["shoot-group/shoot/to-hub"]
        assert (half["remote"], half["state"], half["level"]) == ("hub-group/hub", "Connected", "FullyInSync")
        assert picture["links"]["hub-group/example.com/shoot"]["network"] == "shoot-group/shoot"
        ground.cloud.delete_peering(ground.two)
        assert ground.cloud.picture() != picture


def test_in_a_process_of_its_own_it_is_controlled_over_http(tmp_path):
    """By the same names, with TLS at the metadata service's address, where nothing else is answered."""
    certificate, key = make_certificate(tmp_path)
    command = [sys.executable, "-m", "tests.servers.azure", "--certificate", certificate, "--key", key]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        told = json.loads(process.stdout.readline())
        remote = RemoteControls(told["metadata_url"])
        tenant = remote.tenant()
        network = remote.network(remote.subscription(tenant), "group", "one", ["10.0.0.0/16"], tags={"a": "b"})
        answer = send(told["url"], "GET", network, certificate=certificate)
        assert (answer.status, answer.code) == (401, "AuthenticationFailed")
        assert remote.journal(service="arm")[0]["status"] == 401
        assert remote.dump()["networks"][network.lower()]["tags"] == {"a": "b"}
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            send(told["metadata_url"], "GET", network)
        with pytest.raises(ValueError, match="no setting colour"):
            remote.settings(colour="red")
        with pytest.raises(AttributeError):
            remote.shutdown()
    finally:
        process.terminate()
        assert process.wait(30) == 0
        process.stdout.close()


def test_the_environment_of_a_client_names_the_server(ground):
    """As Azure's own clients read it."""
    environment = client_environment(ground.cloud, ground.home, ground.application)
    assert environment["AZURE_AUTHORITY_HOST"] == ground.cloud.url
    assert environment["AZURE_CLIENT_SECRET"] == ground.application["secret"]
