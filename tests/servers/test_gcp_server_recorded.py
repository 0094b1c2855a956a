"""The GCP server of the tests against what Google answered, as others recorded it, and against what gcloud sends.

The recordings stand beside the project and are no part of it; where they are absent, a test is skipped by name.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gcp_ground import AWAY, HOME
from gcp_web import send, token

pytest_plugins = ["gcp_fixtures"]
EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "upstream" / "cloud-examples" / "gcp"
# What later answers have beside those that were recorded.
NEWER = {"bgpBestPathSelectionMode", "mtu", "peerMtu", "networkFirewallPolicyEnforcementOrder", "selfLinkWithId",
         "operationType", "targetId", "targetLink", "selfLink", "subnetworks", "progress", "peerings",
         "user"}
HEADERS = ("content-type", "server", "x-content-type-options", "x-frame-options", "x-xss-protection")


def _read(name):
    path = EXAMPLES / name
    if not path.exists():
        pytest.skip(f"for want of {path}")
    return path.read_text()


def _shape(value, prefix=""):
    """Return the paths of all names in an answer, each with the kind of what stands there."""
    if isinstance(value, dict):
        return {path: kind for name, each in value.items() for path, kind in _shape(each, f"{prefix}/{name}").items()}
    if isinstance(value, list):
        merged = {prefix: "list"}
        for each in value:
            merged.update(_shape(each, prefix + "[]"))
        return merged
    return {prefix: type(value).__name__}


def _assert_alike(answer, recorded, newer=NEWER):
    """Assert that an answer has the names and kinds of a recorded one, and beside them only those that are newer."""
    found, wanted = _shape(answer), _shape(recorded)
    assert {path: found.get(path) for path in wanted} == wanted
    beside = {path for path in found if path not in wanted}
    assert [path for path in sorted(beside) if not newer & set(re.split(r"[/\[\]]+", path))] == []


class Exchange:
    """A recorded request and its answer."""

    def __init__(self, text):
        request, _, answer = re.split(r"\n\n(?=(\d{3}) [A-Z])", text.strip(), maxsplit=1)
        line, _, rest = request.partition("\n")
        self.method, address = line.split(" ")
        self.path = "/" + address.split("/", 3)[3]
        self.body = rest.partition("\n\n")[2] or None
        head, _, content = answer.partition("\n\n")
        self.status = int(head.split(" ")[0])
        self.headers = dict(each.lower().split(": ", 1) for each in head.split("\n")[1:])
        self.vary = re.findall(r"^Vary: ([A-Za-z-]+)$", head, re.MULTILINE)
        self.text = content
        self.answer = json.loads(content)


def _exchanges(name):
    return [Exchange(each) for each in _read(f"real/{name}.http").split("\n---\n") if each.strip()]


class Replay:
    """Recorded requests, sent to the server with the names that stand for their blanks."""

    def __init__(self, gcp, **blanks):
        self.cloud, self.blanks = gcp.cloud, blanks
        self.token = token(gcp.cloud.url, gcp.key)

    def filled(self, text):
        """Return a text with its blanks filled in."""
        return re.sub(r"\$\{(\w+)\}", lambda found: self.blanks[found[1]], text)

    def send(self, exchange):
        """Send a request, and assert that status and headers are those that were recorded."""
        body = exchange.body and self.filled(exchange.body)
        answer = send(self.cloud.url, exchange.method, self.filled(exchange.path), body, self.token)
        assert answer.status == exchange.status, answer.body
        for name in HEADERS:
            assert answer.headers[name].lower() == exchange.headers[name]
        assert answer.lines.count("Vary") == len(exchange.vary)
        return answer.body


def test_a_network_that_is_not_there_is_answered_word_for_word(gcp):
    """With all headers."""
    exchange = _exchanges("kcc_network_404_insert_get_delete")[0]
    replay = Replay(gcp, projectId=HOME, networkID="gone")
    assert replay.send(exchange) == json.loads(replay.filled(exchange.text))


def test_an_operation_and_a_network_have_the_names_that_were_recorded(gcp):
    """While it runs, and when it is done."""
    exchanges = _exchanges("kcc_network_404_insert_get_delete")
    gcp.cloud.settings(running=5)
    gcp.cloud.stop_clock()
    operation = gcp.add(gcp.local, gcp.remote, wait=None)["name"]
    blanks = {"projectId": HOME, "networkID": "shoot--kyma--c-123", "operationID": operation}
    replay = Replay(gcp, **blanks)
    running = replay.send(exchanges[2])
    _assert_alike(running, exchanges[1].answer)
    gcp.cloud.forward(5)
    _assert_alike(replay.send(exchanges[2]), exchanges[2].answer)
    gcp.cloud.remove_peering(gcp.local, "cm-1")
    profile = {name: value for name, value in exchanges[3].answer.items() if name != "networkProfile"}
    _assert_alike(replay.send(exchanges[3]), profile)


def test_an_active_peering_has_the_names_that_were_recorded(gcp):
    """With its traffic, and the time in its state's text."""
    recorded = json.loads(_read("real/kcc_network_get_with_active_peering.json"))
    gcp.both()
    answer = gcp.cloud.look(gcp.local)
    _assert_alike(answer, recorded)
    pattern = r"\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}-\d\d:00\]: Connected\."
    for each in (answer, recorded):
        assert re.fullmatch(pattern, each["peerings"][0]["stateDetails"])


def test_removing_a_peering_is_answered_as_recorded(gcp):
    """By the project's number in the address; the operation is looked at with its id."""
    exchanges = _exchanges("kcc_removePeering_and_operation")
    gcp.cloud.add_peering(gcp.local, "servicenetworking-googleapis-com", gcp.remote)
    gcp.cloud.settings(pending=0, running=6)
    gcp.cloud.stop_clock()
    blanks = {"projectId": HOME, "projectNumber": gcp.cloud.project(HOME), "networkID": "shoot--kyma--c-123"}
    replay = Replay(gcp, **blanks)
    begun = replay.send(exchanges[0])
    _assert_alike(begun, exchanges[0].answer)
    gcp.cloud.forward(6)
    replay.blanks["operationID"] = begun["name"]
    done = replay.send(exchanges[1])
    _assert_alike(done, exchanges[1].answer)
    assert (begun["status"], done["status"]) == ("RUNNING", "DONE") and f"/projects/{HOME}/" in begun["selfLink"]


def test_an_operation_s_texts_look_as_recorded(gcp):
    """Names, numbers as texts, times with an offset."""
    recorded = _read("real/kcc_tf_removePeering_vcr.yaml")
    gcp.cloud.add_peering(gcp.local, "cm-1", gcp.remote)
    answer = Replay(gcp)
    done = send(gcp.cloud.url, "POST", f"/compute/v1/{gcp.local}/removePeering", {"name": "cm-1"}, answer.token).body
    patterns = {"id": r"\d{16,20}", "name": r"operation-\d{13}-[0-9a-f]{13}-[0-9a-f]{8}-[0-9a-f]{8}",
                "insertTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}-07:00", "targetId": r"\d{16,20}"}
    for name, pattern in patterns.items():
        assert re.fullmatch(pattern, done[name]), name
        assert re.search(rf'"{name}": "{pattern}"', recorded), name


def test_a_failed_operation_has_its_error_where_it_was_recorded(gcp):
    """HTTP says 200."""
    exchange = _exchanges("kcc_operation_done_with_error")[0]
    gcp.cloud.subnetwork(gcp.remote, "late", "10.0.0.0/20")
    gcp.add(gcp.remote, gcp.local)
    gcp.add_fails(gcp.local, gcp.remote)
    name = gcp.cloud.operations()[-1]["name"]
    answer = Replay(gcp, projectId=HOME, operationID=name).send(exchange)
    _assert_alike(answer, exchange.answer)
    for same in ("httpErrorMessage", "httpErrorStatusCode", "status", "progress"):
        assert answer[same] == exchange.answer[same]


def test_networks_are_shown_and_listed_as_recorded(gcp):
    """In 2021 and 2022."""
    one = json.loads(_read("real/custodian_network_get_default.json"))["body"]
    default = gcp.cloud.network(HOME, "default", ["10.99.0.0/16"], description="", auto=True)
    own = gcp.cloud.look(default)
    assert own.pop("peerings", []) == one.pop("peerings")
    _assert_alike(own, one)
    every = json.loads(_read("real/custodian_networks_list.json"))["body"]
    gcp.both()
    listed = send(gcp.cloud.url, "GET", f"/compute/v1/projects/{HOME}/global/networks", token=Replay(gcp).token).body
    _assert_alike(listed, every)


def test_tags_are_bound_listed_and_taken_away_as_recorded(gcp):
    """The recording is of a project, so a network's name is put in its place."""
    exchanges = [each for each in _exchanges("kcc_tagbinding_create_list_delete") if "/tagBindings" in each.path]
    value = gcp.cloud.tag_value("123456789012/keyname1", "valuename")
    number = gcp.number(gcp.local)
    replay = Replay(gcp, projectNumber=HOME, tagValueID=value, organizationID="123456789012", uniqueId="1")
    for exchange in exchanges:
        exchange.path = exchange.path.replace("%252Fprojects%252F${projectNumber}", "%252FP").replace(
            "%2Fprojects%2F${projectNumber}", "%2FP").replace("cloudresourcemanager", "compute").replace(
            "%252FP", f"%252Fprojects%252F{HOME}%252Fglobal%252Fnetworks%252F{number}").replace(
            "%2FP", f"%2Fprojects%2F{HOME}%2Fglobal%2Fnetworks%2F{number}")
        exchange.body = exchange.body and exchange.body.replace(
            "cloudresourcemanager", "compute").replace("${projectNumber}", f"{HOME}/global/networks/{number}")
        answer = replay.send(exchange)
        wanted = json.loads(replay.filled(exchange.text).replace("%2F%2Fcloudresourcemanager", "%2F%2Fcompute").replace(
            "//cloudresourcemanager", "//compute").replace(
            f"%2Fprojects%2F{HOME}", f"%2Fprojects%2F{HOME}%2Fglobal%2Fnetworks%2F{number}").replace(
            f"/projects/{HOME}", f"/projects/{HOME}/global/networks/{number}"))
        assert answer == wanted
    assert len(exchanges) >= 4 and gcp.tags(gcp.local) == [{}]


def test_the_constructed_answers_are_given(gcp):
    """Busy, over the rate, quota, token and tags."""
    def example(name):
        return json.loads(_read(f"constructed/{name}.json"))

    replay = Replay(gcp)
    add, body = f"/compute/v1/{gcp.local}/addPeering", example("addPeering_request")
    gcp.cloud.network("remote-project", "other", ["10.60.0.0/16"])
    body["networkPeering"]["network"] = f"https://www.googleapis.com/compute/v1/{gcp.remote}"
    gcp.cloud.settings(running=5)
    gcp.cloud.stop_clock()
    _assert_alike(send(gcp.cloud.url, "POST", add, body, replay.token).body, example("addPeering_operation_running"))
    busy = send(gcp.cloud.url, "POST", add, body, replay.token)
    assert (busy.status, busy.body) == (400, example("error_400_peering_in_progress"))
    gcp.cloud.throttle()
    rate = send(gcp.cloud.url, "POST", add, body, replay.token)
    assert (rate.status, rate.body) == (403, example("error_403_rate"))
    gcp.cloud.forward(5)
    gcp.cloud.settings(running=0, peerings_per_network=0)
    gcp.add(gcp.remote, gcp.local, wait=None)
    failed = gcp.cloud.operations()[-1]
    wanted = example("addPeering_operation_quota_error")
    _assert_alike(failed, wanted)
    assert failed["error"]["errors"][0]["message"] == wanted["error"]["errors"][0]["message"].replace("25.0", "0.0")
    gcp.cloud.tag(gcp.remote, "123456789012/shoot--kyma--c-123")
    path = f"/v3/effectiveTags?parent=//compute.googleapis.com/projects/{AWAY}/global/networks/"
    tags = send(gcp.cloud.url, "GET", path + gcp.number(gcp.remote), token=replay.token).body
    _assert_alike(tags, example("effectiveTags"))


def _traffic():
    """Return what gcloud sent: method, address and body."""
    text = _read("gcloud528_peering_traffic.txt")
    for block in re.findall(r"^((?:GET|POST|PATCH) .*?)^-> ", text, re.MULTILINE | re.DOTALL):
        method, address = block.split("\n", 1)[0].split(" ")
        body = re.search(r"^\{.*\}$", block, re.MULTILINE)
        yield method, address, body[0] if body else None


def test_what_gcloud_sent_is_understood_in_its_order(gcp):
    """Add, wait, look, change, list, take away."""
    key = gcp.cloud.service_account("proj-a")
    gcp.cloud.network("proj-a", "shoot--kyma--c-123", ["10.70.0.0/16"])
    gcp.cloud.network("proj-b", "default", ["10.71.0.0/16"])
    text, name, done = token(gcp.cloud.url, key), "", []
    for method, address, body in _traffic():
        if "zz%" in address or "/v3/" in address:
            continue
        answer = send(gcp.cloud.url, method, address.replace("operation-1-2-3", name), body, text)
        assert answer.status == 200, (address, answer.body)
        name = answer.body["name"] if answer.body.get("kind") == "compute#operation" else name
        done.append(answer.body["kind"])
    assert done[:3] == ["compute#operation", "compute#operation", "compute#network"]
    assert len(done) >= 11 and gcp.cloud.peerings("projects/proj-a/global/networks/shoot--kyma--c-123") == {}


@pytest.mark.skipif(shutil.which("gcloud") is None, reason="gcloud is not installed")
def test_gcloud_drives_the_life_of_a_peering_and_reads_tags(gcp, tmp_path):
    """With an access token from a file."""
    file = tmp_path / "token"
    file.write_text(token(gcp.cloud.url, gcp.key))
    gcp.cloud.permit(gcp.email, AWAY)
    gcp.cloud.add_peering(gcp.remote, "theirs", gcp.local)
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "CLOUDSDK_CONFIG": str(tmp_path / "gcloud"),
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE": f"{gcp.cloud.url}/compute/v1/",
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER": f"{gcp.cloud.url}/",
        "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": str(file), "CLOUDSDK_CORE_PROJECT": HOME,
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1", "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "1"}

    def gcloud(*arguments):
        command = ["gcloud", *arguments, "--format=json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "null")

    peerings = ("compute", "networks", "peerings")
    local = ("--network=shoot--kyma--c-123",)
    gcloud(*peerings, "create", "cm-1", *local, f"--peer-project={AWAY}", "--peer-network=default",
           "--import-custom-routes")
    assert gcp.cloud.peerings(gcp.local)["cm-1"]["state"] == "ACTIVE"
    assert gcloud(*peerings, "list", *local)[0]["peerings"][0]["importCustomRoutes"] is True
    routes = gcloud(*peerings, "list-routes", "cm-1", *local, "--region=europe-west3", "--direction=INCOMING")
    assert [each["destRange"] for each in routes] == ["10.1.0.0/16"]
    gcloud(*peerings, "update", "cm-1", *local, "--export-custom-routes")
    assert gcp.cloud.peerings(gcp.local)["cm-1"]["exportCustomRoutes"] is True
    gcloud(*peerings, "delete", "cm-1", *local)
    assert gcp.cloud.peerings(gcp.local) == {}
    gcp.cloud.tag(gcp.remote, "123456789012/shoot")
    parent = f"--parent=//compute.googleapis.com/projects/{AWAY}/global/networks/{gcp.number(gcp.remote)}"
    tags = gcloud("resource-manager", "tags", "bindings", "list", parent, "--effective")
    assert tags[0]["namespacedTagKey"] == "123456789012/shoot"
