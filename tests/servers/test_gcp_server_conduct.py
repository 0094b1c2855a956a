"""How the GCP server of the tests guards its door, and what tests can do to it."""

import gzip
import json
import ssl
import subprocess
import sys
import threading
import time
import urllib.request

import pytest

from gcp_ground import AWAY, HOME, KYMA, Ground, Sdk, refused
from gcp_web import assertion, exchange, form, send, token
from tests.servers.gcp import GcpServer, RemoteControls

pytest_plugins = ["gcp_fixtures"]
LIST = f"/compute/v1/projects/{HOME}/global/networks"
ONE = f"{LIST}/shoot--kyma--c-123"
LONG = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."


@pytest.fixture(name="caller")
def _caller(gcp):
    """Have a way to call as the service account, past Google's clients."""
    text = token(gcp.cloud.url, gcp.key)
    return lambda method, path, body=None, **more: send(gcp.cloud.url, method, path, body, text, **more)


@pytest.mark.parametrize("more,code,text", [
    ({}, None, None),
    ({"aud": "https://oauth2.googleapis.com/token"}, None, None),
    ({"header": {"kid": None}}, None, None),
    ({"header": {"kid": "0"}}, "invalid_grant", "Invalid JWT Signature."),
    ({"header": {"alg": "none"}}, "invalid_grant", "Invalid JWT Signature."),
    ({"header": {"alg": "HS256"}}, "invalid_grant", "Invalid JWT Signature."),
    ({"iss": "nobody@example.com"}, "invalid_grant", "Invalid grant: account not found"),
    ({"aud": "https://example.com/token"}, "invalid_grant", "Failed audience check"),
    ({"scope": None}, "invalid_scope", "Invalid OAuth scope"),
    ({"scope": "https://example.com/all"}, "invalid_scope", "Invalid OAuth scope"),
    ({"seconds": (-4000, -400)}, "invalid_grant", LONG),
    ({"seconds": (0, 3601)}, "invalid_grant", LONG),
    ({"seconds": (400, 800)}, "invalid_grant", LONG),
    ({"seconds": (-200, 3400)}, None, None),
    ({"exp": None}, "invalid_grant", LONG),
])
def test_an_assertion_is_checked_in_every_part(gcp, more, code, text):
    """Key, algorithm, account, audience, scope and times."""
    more, now = dict(more), int(time.time())
    if "seconds" in more:
        more["iat"], more["exp"] = (now + each for each in more.pop("seconds"))
    answer = exchange(gcp.cloud.url, assertion(gcp.key, **more))
    assert answer.body.get("error") == code
    assert answer.status == (400 if code else 200)
    assert code is None or text in answer.body["error_description"]


def test_an_assertion_by_another_key_or_with_another_content_is_refused(gcp):
    """The signature is checked with the public part of the key that the header names."""
    other, now = gcp.cloud.service_account(HOME, "other"), int(time.time())
    for wrong in (assertion(gcp.key, signed_by=other), assertion(gcp.key, iss=other["client_email"])):
        assert exchange(gcp.cloud.url, wrong).body["error_description"] == "Invalid JWT Signature."
    head, _, tail = assertion(gcp.key).split(".")
    changed = assertion(gcp.key, exp=now + 60).split(".")[1]
    assert exchange(gcp.cloud.url, f"{head}.{changed}.{tail}").body["error"] == "invalid_grant"
    for broken in ("", "a.b", "a.b.c", f"{head}.{changed}.{tail}=", f"{head}.{changed}."):
        assert exchange(gcp.cloud.url, broken).body["error"] == "invalid_grant"
    unknown = form(gcp.cloud.url, "/token", {"grant_type": "password"})
    assert (unknown.status, unknown.body["error"]) == (400, "unsupported_grant_type")
    second = gcp.cloud.new_key(gcp.email)
    gcp.cloud.revoke(gcp.email, gcp.key["private_key_id"])
    assert exchange(gcp.cloud.url, assertion(gcp.key)).body["error"] == "invalid_grant"
    assert exchange(gcp.cloud.url, assertion(second)).body["token_type"] == "Bearer"


def test_a_token_is_needed_and_ends_by_the_server_s_own_time(gcp, caller):
    """With 401 and a challenge."""
    missing = send(gcp.cloud.url, "GET", ONE)
    assert (missing.status, missing.reason, missing.error["status"]) == (401, "required", "UNAUTHENTICATED")
    assert missing.error["details"][0]["reason"] == "CREDENTIALS_MISSING"
    wrong = send(gcp.cloud.url, "GET", ONE, token="ya29.wrong")
    assert (wrong.status, wrong.reason) == (401, "authError")
    assert wrong.headers["www-authenticate"] == 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
    assert caller("GET", ONE).status == 200
    gcp.cloud.skew(3601)
    assert caller("GET", ONE).error["details"][0]["reason"] == "ACCESS_TOKEN_EXPIRED"
    gcp.cloud.skew(0)
    gcp.cloud.expire_tokens()
    assert caller("GET", ONE).status == 401
    assert gcp.get(gcp.local)["name"] == "shoot--kyma--c-123"


def test_google_s_client_gets_a_new_token_by_itself_when_the_old_one_has_ended(gcp):
    """So our client is expected to as well."""
    gcp.get(gcp.local)
    gcp.cloud.expire_tokens()
    gcp.get(gcp.local)
    assert [each["action"] for each in gcp.cloud.journal()].count("token") == 2
    gcp.cloud.revoke(gcp.email, gcp.key["private_key_id"])
    gcp.cloud.expire_tokens()
    with refused(0, "invalid_grant: Invalid JWT Signature."):
        gcp.get(gcp.local)


def test_a_token_that_the_client_signs_itself_is_as_good(gcp):
    """What Google's clients do with a key by themselves."""
    gcp.enter("self-signed", info=gcp.key)
    gcp.both()
    assert gcp.peerings(gcp.local)["cm-1"]["state"] == "ACTIVE"
    assert gcp.cloud.journal(action="token") == []
    meant = assertion(gcp.key, sub=gcp.email, aud="https://compute.googleapis.com/", scope=None)
    assert send(gcp.cloud.url, "GET", ONE, token=meant).status == 200
    other = assertion(gcp.key, sub=gcp.email, aud="https://storage.googleapis.com/", scope=None)
    assert send(gcp.cloud.url, "GET", ONE, token=other).status == 401


def test_a_federated_identity_acts_as_a_service_account_or_as_itself(gcp, tmp_path):
    """By STS and IAM Credentials, with Google's client for both."""
    file = tmp_path / "token"
    file.write_text("token.of.pod")
    subjects = {"token.of.pod": "system:serviceaccount:kyma:peerwarden"}
    info = gcp.cloud.pool("123", "pool", "shoot", subjects, impersonate=gcp.email)
    info["credential_source"] = {"file": str(file)}
    gcp.enter("federated", info=info)
    gcp.both()
    done = gcp.cloud.journal(action="networks.addPeering")
    assert {each["principal"] for each in done} == {gcp.email}
    asked = gcp.cloud.journal(action="serviceAccounts.generateAccessToken")[0]
    own = "principal://iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/pool/subject/"
    assert asked["principal"] == own + subjects["token.of.pod"]

    alone = {name: value for name, value in info.items() if name != "service_account_impersonation_url"}
    gcp.enter("federated", info=alone)
    with refused(403, "Required 'compute.networks.get' permission for", "forbidden"):
        gcp.get(gcp.local)
    gcp.cloud.permit(asked["principal"], HOME)
    assert gcp.get(gcp.local)["name"] == "shoot--kyma--c-123"


@pytest.mark.parametrize("change,code", [
    ({}, None),
    ({"subject_token": "token.of.other"}, "invalid_grant"),
    ({"audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/no/providers/x"},
     "invalid_target"),
    ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
    ({"subject_token_type": "urn:ietf:params:oauth:token-type:saml2"}, "invalid_request"),
    ({"scope": ""}, "invalid_scope"),
])
def test_a_subject_s_token_is_exchanged_by_the_rules(gcp, change, code):
    """As a form and as JSON."""
    info = gcp.cloud.pool("123", "pool", "shoot", {"token.of.pod": "pod"})
    asked = {"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "audience": info["audience"],
             "requested_token_type": "urn:ietf:params:oauth:token-type:access_token", "subject_token": "token.of.pod",
             "subject_token_type": info["subject_token_type"], "scope": "https://www.googleapis.com/auth/iam", **change}
    for answer in (form(gcp.cloud.url, "/v1/token", asked), send(gcp.cloud.url, "POST", "/v1/token", asked)):
        assert answer.body.get("error") == code
        assert code or answer.body["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    text = form(gcp.cloud.url, "/v1/token", asked).body.get("access_token")
    path = f"/v1/projects/-/serviceAccounts/{gcp.email}:generateAccessToken"
    denied = send(gcp.cloud.url, "POST", path, {"scope": [asked["scope"]]}, text)
    assert denied.status == (401 if code else 403)


def test_the_metadata_server_gives_the_tokens_of_the_attached_account(gcp):
    """With its header in request and answer; Google's client finds it by the environment."""
    path = "/computeMetadata/v1/instance/service-accounts/default/token"
    flavor = {"Metadata-Flavor": "Google"}
    assert send(gcp.cloud.url, "GET", path, headers=flavor).status == 404
    gcp.cloud.attach(gcp.email)
    assert send(gcp.cloud.url, "GET", path).status == 403
    answer = send(gcp.cloud.url, "GET", path, headers=flavor)
    assert (answer.headers["metadata-flavor"], answer.body["token_type"]) == ("Google", "Bearer")
    number = send(gcp.cloud.url, "GET", "/computeMetadata/v1/project/numeric-project-id", headers=flavor)
    assert number.bytes.decode() == gcp.cloud.project(HOME)
    sdk = Sdk().start({"GCE_METADATA_HOST": f"127.0.0.1:{gcp.cloud.port}"})
    try:
        sdk.ask("enter", url=gcp.cloud.url, kind="metadata")
        request = {"project": HOME, "network": "shoot--kyma--c-123"}
        assert sdk.ask("call", client="networks", method="get", request=request)["name"] == "shoot--kyma--c-123"
    finally:
        sdk.stop()


def _each_call(gcp):
    """Return, by the permission that it needs, a call on the remote network."""
    request = {**gcp.parts(gcp.remote), "peering_name": "cm-1", "region": "r", "direction": "INCOMING"}
    name = gcp.cloud.operations()[0]["name"]
    project = {"project": AWAY}

    def listed(client, method, asked):
        return lambda: gcp.sdk.ask("listed", client=client, method=method, request=asked)

    return {
        "compute.networks.get": lambda: gcp.get(gcp.remote),
        "compute.networks.list": listed("networks", "list", project),
        "compute.networks.updatePeering": lambda: gcp.update(gcp.remote, export_custom_routes=True),
        "compute.networks.listPeeringRoutes": listed("networks", "list_peering_routes", request),
        "compute.subnetworks.list": listed("subnetworks", "aggregated_list", project),
        "compute.globalOperations.get": lambda: gcp.operation(name, AWAY),
        "compute.globalOperations.list": listed("operations", "list", project),
        "compute.networks.listEffectiveTags": lambda: gcp.tags(gcp.remote),
        "compute.networks.removePeering": lambda: gcp.remove(gcp.remote),
        "compute.networks.addPeering": lambda: gcp.add(gcp.remote, gcp.local),
    }


def test_each_method_needs_its_permission_and_no_other(gcp):
    """Taken away it is refused, given back it works, with all others taken away too."""
    gcp.add(gcp.remote, gcp.local)
    for permission, call in _each_call(gcp).items():
        gcp.cloud.permit(gcp.email, AWAY)
        gcp.cloud.deny(gcp.email, [permission], AWAY)
        with refused(403) as caught:
            call()
        if permission.endswith("Tags"):
            assert caught[0].message.endswith("The caller does not have permission")
        else:
            assert f"Required '{permission}' permission for 'projects/{AWAY}" in caught[0].message
        gcp.cloud.deny(gcp.email, [], AWAY)
        gcp.cloud.permit(gcp.email, AWAY, [permission, "compute.globalOperations.get"])
        call()


def test_what_kyma_s_role_holds_is_enough_for_the_life_of_a_peering(gcp):
    """In the remote project; in a third there is nothing."""
    gcp.cloud.permit(gcp.email, AWAY, KYMA)
    gcp.both()
    gcp.tags(gcp.remote)
    with refused(403, "Required 'compute.networks.updatePeering' permission", "forbidden"):
        gcp.update(gcp.remote, export_custom_routes=True)
    gcp.remove(gcp.remote)
    gcp.cloud.deny(gcp.email, ["compute.networks.get"])
    for network in (gcp.local, gcp.remote):
        with refused(403, "Required 'compute.networks.get' permission", "forbidden"):
            gcp.get(network)
    gcp.cloud.deny(gcp.email, [])
    third = gcp.cloud.network("third-project", "default", ["10.77.0.0/16"])
    with refused(403, "Required 'compute.networks.get' permission for 'projects/third-project/global/networks/"):
        gcp.get(third)
    with refused(404, "The resource 'projects/no-project' was not found"):
        gcp.get("projects/no-project/global/networks/default")


def _tested(gcp, project, permissions):
    request = {"resource": f"projects/{project}", "permissions": permissions}
    return gcp.sdk.ask("call", client="projects", method="test_iam_permissions", request=request)


def test_who_calls_is_told_which_permissions_they_have_in_a_project(gcp, caller):
    """In the order that they were asked for in, without any permission for that; by the project's number as well."""
    asked = ["compute.subnetworks.list", "compute.networks.get", "compute.networks.removePeering"]
    assert _tested(gcp, AWAY, asked) == {"permissions": asked[1:]}
    assert _tested(gcp, HOME, asked) == {"permissions": asked}
    gcp.cloud.deny(gcp.email, ["compute.networks.get"], AWAY)
    assert _tested(gcp, gcp.cloud.project(AWAY), asked) == {"permissions": asked[2:]}
    gcp.cloud.permit(gcp.email, AWAY, [])
    assert _tested(gcp, AWAY, asked) == {}
    assert caller("POST", f"/v3/projects/{AWAY}:testIamPermissions", {"permissions": asked}).body == {}
    for wrong in ([], ["compute.*"], ["*"], ["compute.networks"], ["resourcemanager.projects.list"]):
        with refused(400, "Request contains an invalid argument."):
            _tested(gcp, AWAY, wrong)
    with refused(403, "The caller does not have permission"):
        _tested(gcp, "no-project", asked)
    gcp.cloud.switch_off(HOME, "resourcemanager")
    with refused(403, "Cloud Resource Manager API has not been used"):
        _tested(gcp, AWAY, asked)
    assert gcp.cloud.journal(mutating=True) == []


@pytest.mark.parametrize("body,text", [
    ({"permission": ["compute.networks.get"]}, "Unknown name \"permission\": Cannot find field."),
    ({"permissions": "compute.networks.get"}, "'permissions'"), ({"permissions": [1]}, "'permissions'"),
    ({}, "Request contains an invalid argument.")])
def test_what_is_no_list_of_permissions_is_refused(caller, body, text):
    """As other bodies are."""
    answer = caller("POST", f"/v3/projects/{HOME}:testIamPermissions", body)
    assert (answer.status, answer.error["status"]) == (400, "INVALID_ARGUMENT") and text in answer.error["message"]


def test_an_api_that_is_switched_off_says_so(gcp, caller):
    """With where to switch it on."""
    gcp.cloud.switch_off(HOME)
    answer = caller("GET", ONE)
    assert (answer.status, answer.reason) == (403, "accessNotConfigured")
    assert answer.error["details"][0]["reason"] == "SERVICE_DISABLED"
    assert "/apis/api/compute.googleapis.com/overview?project=" in answer.error["message"]
    gcp.cloud.switch_on(HOME)
    gcp.cloud.switch_off(HOME, "resourcemanager")
    assert caller("GET", ONE).status == 200
    with refused(403, "Cloud Resource Manager API has not been used"):
        gcp.tags(gcp.remote)


@pytest.mark.parametrize("method,path,body,status,text", [
    ("GET", ONE + "?colour=red", None, 400, "Unknown name \"colour\": Cannot bind query parameter."),
    ("GET", ONE + "?alt=json&prettyPrint=false&key=x", None, 200, ""),
    ("GET", LIST + "?maxResults=501", None, 400, "Acceptable values are 0 to 500, inclusive"),
    ("GET", LIST + "?maxResults=many", None, 400, "maxResults"),
    ("GET", LIST + "?pageToken=x", None, 400, "pageToken"),
    ("GET", LIST + "?orderBy=size", None, 400, "orderBy"),
    ("GET", ONE + "/listPeeringRoutes?region=r&direction=UP&peeringName=x", None, 400, "direction"),
    ("GET", ONE + "/listPeeringRoutes?region=r", None, 400, "Required field 'peeringName' not specified"),
    ("GET", ONE + "?fields=name(", None, 400, "Invalid field selection"),
    ("POST", ONE + "/addPeering", {}, 400, "Required field 'networkPeering' not specified"),
    ("POST", ONE + "/addPeering", "{", 400, "Invalid JSON payload received."),
    ("POST", ONE + "/addPeering", "[]", 400, "Invalid JSON payload received."),
    ("POST", ONE + "/addPeering", {"peering": {}}, 400, "Unknown name \"peering\""),
    ("POST", ONE + "/addPeering", {"networkPeering": []}, 400, "expected an object"),
    ("POST", ONE + "/addPeering", {"networkPeering": {"name": "a", "colour": 1}}, 400, "Unknown name \"colour\""),
    ("POST", ONE + "/addPeering", {"networkPeering": {"importCustomRoutes": "yes"}}, 400, "TYPE_BOOL"),
    ("POST", ONE + "/removePeering", {}, 400, "Required field 'name' not specified"),
    ("POST", ONE + "/removePeering", {"networkPeering": {"name": "a"}}, 400, "Unknown name"),
    ("PATCH", ONE + "/updatePeering", {"networkPeering": {"importCustomRoutes": True}}, 400, "networkPeering.name"),
])
def test_requests_are_read_strictly(caller, method, path, body, status, text):
    """What Google may pass over by luck is refused."""
    answer = caller(method, path, body)
    assert answer.status == status
    assert status == 200 or text in answer.error["message"]
    if status == 400 and "Invalid JSON payload" in text:
        violation = answer.error["details"][0]["fieldViolations"][0]
        assert answer.error["status"] == "INVALID_ARGUMENT" and text in violation["description"]


@pytest.mark.parametrize("method,path,status", [
    ("POST", ONE + "/updatePeering", 404), ("PUT", ONE, 404), ("GET", "/compute/v1/projects", 404),
    ("POST", ONE + "/addPeering", 411)])
def test_where_no_method_is_stands_a_page_and_no_json(caller, method, path, status):
    """A client must bear it."""
    length = {"Content-Length": None} if status == 411 else {}
    headers = {**length, "Transfer-Encoding": "chunked"} if length else {}
    answer = caller(method, path, None if length else "{}", headers=headers)
    assert (answer.status, answer.headers["content-type"]) == (status, "text/html; charset=UTF-8")


def test_answers_have_the_headers_of_google_and_come_in_chunks(caller):
    """Compressed where that is taken, and not at all where the ETag is still right."""
    plain = caller("GET", ONE)
    assert plain.headers["content-type"] == "application/json; charset=UTF-8"
    assert (plain.headers["server"], plain.headers["transfer-encoding"]) == ("ESF", "chunked")
    assert plain.lines.count("Vary") == 3
    packed = caller("GET", ONE, headers={"Accept-Encoding": "gzip"})
    assert json.loads(gzip.decompress(packed.bytes)) == plain.body
    same = caller("GET", ONE, headers={"If-None-Match": plain.headers["etag"]})
    assert (same.status, same.bytes) == (304, b"")
    changed = caller("GET", ONE, headers={"If-None-Match": '"other"'})
    assert changed.body == plain.body


def test_only_the_fields_that_are_asked_for_come_back(gcp, caller):
    """Nested, in lists and by slashes."""
    gcp.both()
    part = caller("GET", ONE + "?fields=name,peerings(name,state),routingConfig/routingMode").body
    assert part == {"name": "shoot--kyma--c-123", "peerings": [{"name": "cm-1", "state": "ACTIVE"}],
                    "routingConfig": {"routingMode": "REGIONAL"}}
    listed = caller("GET", LIST + "?fields=items(peerings/name,mtu),kind").body
    assert listed == {"kind": "compute#networkList", "items": [{"mtu": 1460, "peerings": [{"name": "cm-1"}]}]}


@pytest.mark.parametrize("status", [403, 429])
def test_calls_are_throttled_and_fail_as_they_are_told_to(gcp, status):
    """By the number of calls that match."""
    gcp.cloud.settings(rate=status)
    gcp.cloud.throttle(1, action="networks.get", project=HOME)
    gcp.get(gcp.remote)
    with refused(status, reason="rateLimitExceeded"):
        gcp.get(gcp.local)
    gcp.get(gcp.local)
    gcp.cloud.fault(503, number=2, action="networks.get")
    gcp.get(gcp.local)
    with refused(503, "Injected.", "backendError"):
        gcp.get(gcp.local)
    gcp.cloud.fault(count=9)
    gcp.cloud.clear_hooks()
    gcp.get(gcp.local)
    gcp.cloud.fail_operations()
    assert gcp.add_fails(gcp.local, gcp.remote, code=500)["code"] == "INTERNAL_ERROR"
    gcp.add(gcp.local, gcp.remote)


@pytest.mark.parametrize("when,worked", [("before", 0), ("after", 1)])
def test_a_call_can_lose_its_connection_before_or_after_it_was_worked(gcp, when, worked):
    """And the journal knows which."""
    gcp.cloud.drop(when=when, action="networks.addPeering")
    with refused(0, "Connection"):
        gcp.add(gcp.local, gcp.remote)
    assert len(gcp.cloud.operations()) == worked
    entry = gcp.cloud.journal(action="networks.addPeering")[0]
    assert (entry["worked"], entry["answered"]) == (bool(worked), False)


@pytest.mark.parametrize("when,drop,worked", [
    ("before", True, 1), ("before", False, 2), ("after", True, 2), ("after", False, 2)])
def test_the_nth_mutating_call_is_held_until_it_is_let_go(gcp, caller, when, drop, worked):
    """Calls that read do not count."""
    hook, done = gcp.cloud.hold(2, when, mutating=True), []

    def run():
        for number, peer in enumerate((gcp.remote, gcp.cloud.network(HOME, "third", ["10.3.0.0/16"]))):
            half = {"name": f"cm-{number}", "network": peer, "exchangeSubnetRoutes": True}
            try:
                done.append(caller("POST", ONE + "/addPeering", {"networkPeering": half}).status)
            except OSError as error:
                done.append(error)

    client = threading.Thread(target=run)
    client.start()
    entry = gcp.cloud.wait_held(hook)
    assert (entry["action"], entry["worked"], entry["answered"]) == ("networks.addPeering", when == "after", False)
    assert (entry["body"]["networkPeering"]["name"], done) == ("cm-1", [200])
    gcp.cloud.release(hook, drop=drop)
    client.join(30)
    assert len(gcp.cloud.peerings(gcp.local)) == worked
    assert (done == [200, 200]) != drop
    assert gcp.cloud.wait_held(gcp.cloud.hold(9), 0) is None


def test_the_journal_says_who_did_what_where(gcp):
    """With query, body and operation; no token and no key is in it."""
    gcp.both()
    entry = gcp.cloud.journal(mutating=True, project=AWAY)[0]
    assert (entry["action"], entry["principal"], entry["status"]) == ("networks.addPeering", gcp.email, 200)
    assert entry["body"]["networkPeering"]["name"] == "cm-1"
    assert entry["operation"] == gcp.cloud.operations()[0]["name"]
    assert entry["worked"] and entry["answered"]
    text = json.dumps(gcp.cloud.journal())
    assert "PRIVATE KEY" not in text and "ya29." not in text and "assertion" not in text
    gcp.cloud.clear_journal()
    assert gcp.cloud.journal() == []


def test_what_changes_by_hand_is_seen_by_the_clients(gcp):
    """Halves, their options, and routes."""
    gcp.cloud.add_peering(gcp.remote, "theirs", gcp.local, exportCustomRoutes=True)
    gcp.add(gcp.local, gcp.remote)
    gcp.cloud.change_peering(gcp.local, "cm-1", importCustomRoutes=True)
    seen = gcp.peerings(gcp.local)["cm-1"]
    assert seen["connection_status"]["traffic_configuration"]["import_custom_routes_from_peer"] is True
    gcp.cloud.remove_peering(gcp.remote, "theirs")
    assert gcp.peerings(gcp.local)["cm-1"]["state"] == "INACTIVE"
    assert gcp.cloud.overlap(gcp.local, gcp.remote) is None


def test_two_runs_with_the_same_end_have_equal_pictures(gcp):
    """Whatever the numbers, and whatever was removed on the way."""
    with GcpServer() as cloud:
        cloud.settings(pending=0, running=0)
        other = Ground(cloud, gcp.sdk)
        other.both()
        other.remove(other.local)
        other.add(other.local, other.remote)
        gcp.enter("key", info=gcp.key)
        gcp.both()
        assert gcp.cloud.picture() == other.cloud.picture()
        gcp.cloud.change_peering(gcp.local, "cm-1", importCustomRoutes=True)
        assert gcp.cloud.picture() != other.cloud.picture()


def test_in_a_process_of_its_own_it_is_controlled_over_http():
    """By the same names; a wrong one is said."""
    process = subprocess.Popen([sys.executable, "-m", "tests.servers.gcp"], stdout=subprocess.PIPE, text=True)
    try:
        remote = RemoteControls(json.loads(process.stdout.readline())["url"])
        key, network = remote.service_account(HOME), remote.network(HOME, "default", ["10.0.0.0/16"])
        answer = send(remote.url, "GET", LIST, token=token(remote.url, key))
        assert answer.body["items"][0] == remote.look(network)
        assert remote.journal(action="networks.list")[0]["project"] == HOME
        with pytest.raises(ValueError, match="no setting colour"):
            remote.settings(colour="red")
        with pytest.raises(AttributeError):
            remote.shutdown()
    finally:
        process.terminate()
        assert process.wait(30) == 0
        process.stdout.close()


def test_it_speaks_tls_when_given_a_certificate(tmp_path):
    """For the name localhost."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", tmp_path / "key.pem", "-out", tmp_path / "certificate.pem", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    with GcpServer(certificate=tmp_path / "certificate.pem", key=tmp_path / "key.pem") as cloud:
        context = ssl.create_default_context(cafile=tmp_path / "certificate.pem")
        with urllib.request.urlopen(f"{cloud.url}/_admin/operations", b"{}", context=context) as answer:
            assert json.load(answer) == {"result": []}
