"""The command `peerwarden graph`: its four forms, its choices, and its picture in a browser."""
import contextlib
import http.server
import json
import re
import shutil
import subprocess
import threading
import xml.etree.ElementTree as ElementTree

import pytest

from browser import CHROMIUM, Browser
from fake_cluster import kubeconfig
from terminal import EXAMPLES, ROOT, pair, run, run_json, saved, subnet, thing, vpc

KYMA = "cloud-resources.kyma-project.io/v1beta1"
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<g/>\"]\\n&#x;\u202e|`"
PAGE = (ROOT / "docs" / "graph.md").read_text()


def aws(name, vpc_id, status=None):
    """Return an AwsVpcPeering."""
    made = thing(KYMA, "AwsVpcPeering", name, {"remoteAccountId": "123456789012", "remoteRegion": "eu-west-1", "remoteVpcId": vpc_id})
    return {**made, "status": status} if status else made


def broken():
    """Return two VPCs whose Subnets overlap, one that peers alone, and a peering whose VPC is gone."""
    error = {"type": "Error", "status": "True", "reason": "VpcNotFound", "message": "the VPC is gone", "lastTransitionTime": None}
    return [vpc("a", ("b", "169.254.0.1/30")), vpc("b", ("a", "169.254.0.2/30")), vpc("c", ("a", "169.254.0.5/30")),
            subnet("net-a", "a", "10.0.0.0/16"), subnet("net-b", "b", "10.0.1.0/24"),
            aws("lost", "vpc-0a1b2c3d", {"state": "Error", "conditions": [error]}),
            aws("good", "vpc-1a1b2c3d", {"state": "active", "conditions": [{"type": "Ready", "status": "True"}]})]


@contextlib.contextmanager
def serving(objects):
    """Serve the lists of a cluster that has these objects; give the port."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            plural = self.path.partition("?")[0].rsplit("/", 1)[1]
            items = [each for each in objects if each["kind"].lower() + "s" == plural]
            text = json.dumps({"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "7"}, "items": items}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def connection(graph, first, second):
    """Return what joins two networks."""
    found, = (each for each in graph["connections"] if {each["first"], each["second"]} == {first, second})
    return found


def texts(svg):
    """Return all that a picture shows, and its titles."""
    return ["".join(each.itertext()) for each in ElementTree.fromstring(svg).iter() if each.tag in (f"{SVG}text", f"{SVG}title")]


def test_a_clean_folder_is_drawn_and_ends_with_zero():
    result = run("graph", "--state", EXAMPLES / "inventory")
    assert (result.returncode, result.stderr) == (0, "")
    assert {"vpc-1", "vpc-2", "vpc-3", "shoot"} <= set(texts(result.stdout))


@pytest.mark.parametrize("form", ["svg", "dot", "mermaid", "json"])
def test_a_conflict_ends_with_one_in_every_form(tmp_path, form):
    result = run("graph", "-o", form, "--state", saved(tmp_path, *broken()))
    assert (result.returncode, result.stderr) == (1, "")
    assert "cidr-overlap" in result.stdout and "the VPC is gone" in result.stdout


def test_a_warning_counts_only_when_asked_for(tmp_path):
    path = saved(tmp_path, vpc("a", ("b", "169.254.0.1/30")), vpc("b"))
    assert run("graph", "--state", path).returncode == 0
    assert run("graph", "--fail-on", "warn", "--state", path).returncode == 1


def test_the_state_of_each_peering_is_told(tmp_path):
    status, graph = run_json("graph", "-o", "json", "--state", saved(tmp_path, *broken()))
    overlap = connection(graph, "vpc/a", "vpc/b")
    lost = connection(graph, "shoot", "aws/123456789012/eu-west-1/vpc-0a1b2c3d")
    good = connection(graph, "shoot", "aws/123456789012/eu-west-1/vpc-1a1b2c3d")
    assert status == 1
    assert (overlap["state"], overlap["rules"], overlap["oneSided"]) == ("conflict", ["cidr-overlap"], False)
    assert {each["id"] for each in graph["findings"]} >= set(overlap["findings"]) != set()
    assert connection(graph, "vpc/a", "vpc/c")["oneSided"]
    assert (lost["state"], lost["standing"]) == ("warned", "Error: the VPC is gone")
    assert good["standing"] == "active"


@pytest.mark.parametrize("status, standing, state", [
    ({"state": "Disconnected"}, "Disconnected", "warned"),
    ({"state": "initiating-request"}, "initiating-request", "sound"),
    ({"conditions": [{"type": "Ready", "status": "True"}]}, "Ready", "sound"),
    ({"conditions": [{"type": "Error", "status": "True", "reason": "Unauthorized"}]}, "Error: Unauthorized", "warned"),
    ({"conditions": [{"type": "Error", "status": "False", "message": "over"}]}, None, "sound"),
    ({"conditions": "odd", "state": 7}, None, "sound"),
], ids=str)
def test_what_a_controller_says_is_read_from_the_status(tmp_path, status, standing, state):
    remote = thing("peerwarden.io/v1alpha1", "RemoteNetwork", "r", {
        "aws": {"accountId": "123456789012", "region": "eu-west-1", "vpcId": "vpc-0a1b2c3d"}, "cidrs": ["10.9.0.0/16"], "tags": {}})
    _, graph = run_json("graph", "-o", "json", "--state", saved(tmp_path, aws("one", "vpc-0a1b2c3d", status), remote))
    joined = connection(graph, "shoot", "aws/123456789012/eu-west-1/vpc-0a1b2c3d")
    assert (joined["standing"], joined["state"]) == (standing, state)


def test_manifests_by_name_are_drawn_as_lint_judges_them(tmp_path):
    status, graph = run_json("graph", "-o", "json", saved(tmp_path, *broken()[:1]))
    assert status == 0
    assert graph["assumptions"] == ["VPC b exists"]
    assert [(each["key"], each["defined"]) for each in graph["networks"]] == [("vpc/a", True), ("vpc/b", False)]


def test_manifests_are_drawn_on_top_of_a_state(tmp_path):
    state = saved(tmp_path, *pair(), name="state.yaml")
    review = saved(tmp_path, vpc("c", ("a", "169.254.9.1/30")), name="review.yaml")
    _, graph = run_json("graph", "-o", "json", "--state", state, review)
    assert [each["key"] for each in graph["networks"]] == ["vpc/a", "vpc/b", "vpc/c"]
    assert connection(graph, "vpc/a", "vpc/c")["declaredBy"] == ["vpc/c"]


def test_a_live_cluster_is_drawn_with_the_states_of_its_peerings(tmp_path):
    with serving(broken()) as port:
        status, graph = run_json("graph", "-o", "json", "--kubeconfig", kubeconfig(tmp_path, port))
    assert status == 1
    assert connection(graph, "shoot", "aws/123456789012/eu-west-1/vpc-0a1b2c3d")["standing"] == "Error: the VPC is gone"


def test_a_focus_cuts_out_what_is_near(tmp_path):
    path = saved(tmp_path, *broken())

    def near(*options):
        return [each["key"] for each in run_json("graph", "-o", "json", "--state", path, "--focus", *options)[1]["networks"]]
    assert near("c") == ["vpc/a", "vpc/c"]
    assert near("c", "--depth", "2") == ["vpc/a", "vpc/b", "vpc/c"]
    assert near("VPC c", "--depth", "0") == ["vpc/c"]


@pytest.mark.parametrize("arguments, words", [
    (["--state", EXAMPLES / "inventory", "--focus", "nobody"], "--focus nobody: there is no such network or zone"),
    (["--kubeconfig", "a", "--state", "b"], "--kubeconfig and --state do not go together"),
    (["--kubeconfig", EXAMPLES / "inventory"], "this is no kubeconfig file"),
    (["no-such-file.yaml"], "no-such-file.yaml"),
    (["-o", "png"], "png"),
], ids=str)
def test_wrong_usage_ends_with_two_and_prints_nothing(arguments, words):
    result = run("graph", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert words in result.stderr


@pytest.mark.parametrize("form", ["svg", "dot", "mermaid", "json"])
def test_the_order_of_the_input_does_not_matter(tmp_path, form):
    one = run("graph", "-o", form, "--state", saved(tmp_path, *broken(), name="one.json")).stdout
    other = run("graph", "-o", form, "--state", saved(tmp_path, *reversed(broken()), name="other.json")).stdout
    assert re.sub(r'"file":"[^"]*","line":\d+,"column":\d+', "", one) == re.sub(r'"file":"[^"]*","line":\d+,"column":\d+', "", other)


@pytest.mark.skipif(not shutil.which("dot"), reason="needs dot of Graphviz, which nothing else uses")
def test_graphviz_takes_it_and_shows_names_as_they_are(tmp_path):
    text = run("graph", "-o", "dot", "--state", saved(tmp_path, *broken(), vpc(HOSTILE))).stdout
    result = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=True)
    assert result.stderr == ""
    assert "<g/>\"]\\n&#x;[U+202E]|`" in texts(result.stdout)


LABEL = r'"(?:[^"#;\\`|&<>]|#(?:\d+|lt|gt|amp|quot);|<br/>)*"'
MERMAID = re.compile("|".join([
    r"flowchart LR", r"%% .*", rf"  subgraph [a-z]+_\[{LABEL}\]", rf"    n\d+\[{LABEL}\]", r"  end",
    rf"  n\d+ (?:---|-\.-)(?:\|{LABEL}\|)? n\d+", r"  linkStyle \d+(?:,\d+)* stroke:#[0-9a-f]{6},stroke-width:\dpx",
    r"  class n\d+(?:,n\d+)* (?:warned|conflict)", r"  classDef (?:warned|conflict) stroke:#[0-9a-f]{6},stroke-width:\dpx"]))


def test_every_line_of_the_flowchart_is_of_mermaids_grammar(tmp_path):
    text = run("graph", "-o", "mermaid", "--state", saved(tmp_path, *broken(), vpc(HOSTILE, (HOSTILE + "2", "169.254.7.1/30")))).stdout
    assert [line for line in text.splitlines() if not MERMAID.fullmatch(line)] == []
    edges = re.findall(r"^  n\d+ .* n\d+$", text, re.MULTILINE)
    named = set(re.findall(r"^    (n\d+)\[", text, re.MULTILINE))
    assert set(re.findall(r"\bn\d+\b", "\n".join(edges))) <= named
    styled = [int(number) for line in re.findall(r"linkStyle ([0-9,]+)", text) for number in line.split(",")]
    assert sorted(styled) == sorted(set(styled)) and max(styled) < len(edges)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Return a browser for all tests."""
    if not CHROMIUM:
        pytest.skip("needs chromium: tools/setup test")
    started = Browser(tmp_path_factory.mktemp("profile"))
    yield started
    started.close()


def drawn(browser, folder, *objects):
    """Open the picture of some objects."""
    path = folder / "picture.svg"
    path.write_text(run("graph", "--state", saved(folder, *objects)).stdout)
    browser.open(path.as_uri())


OUTSIDE = """
[...document.querySelectorAll('text, rect.box')].filter((element) => {
  const place = element.getBoundingClientRect(), all = document.documentElement.getBoundingClientRect();
  return place.right > all.right || place.bottom > all.bottom || place.left < 0 || place.top < 0;
}).map((element) => element.textContent)
"""
OVERFLOWING = """
[...document.querySelectorAll('.topology text.name, .topology text.kind')].filter((element) =>
  element.getBBox().x + element.getBBox().width > element.parentElement.width.baseVal.value + 3).map((element) => element.textContent)
"""


@pytest.mark.parametrize("count", [5, 200])
def test_a_browser_shows_it_whole_and_without_complaint(browser, tmp_path, count):
    many = [vpc(f"network-with-a-long-name-{i}", (f"network-with-a-long-name-{i // 8}", f"169.254.{i}.1/30")) for i in range(1, count - 4)]
    nets = [subnet(f"net-{i}", f"network-with-a-long-name-{i}", f"192.168.{i}.128/25") for i in range(1, count - 4)]
    drawn(browser, tmp_path, *broken(), *many, *nets)
    assert browser.run("document.querySelectorAll('parsererror').length") == 0
    assert browser.run(OUTSIDE) == [] and browser.run(OVERFLOWING) == []
    shown = browser.run("[...document.querySelectorAll('text')].map((element) => element.textContent).join('\\n')")
    assert "VPC a \u2194 VPC b: cidr-overlap" in shown and "Error: the VPC is gone" in shown
    assert browser.complaints == [] and len(browser.requests) == 1


def test_a_hostile_name_is_shown_as_text(browser, tmp_path):
    drawn(browser, tmp_path, vpc("</text><script>alert(1)</script>"))
    assert browser.run("document.querySelectorAll('script').length") == 0
    assert "</text><script>" in browser.run("document.documentElement.textContent")


@pytest.mark.parametrize("command, shown", re.findall(r"```console\n\$ peerwarden (.*)\n((?:.*\n)*?)```", PAGE))
def test_an_example_of_the_page_shows_what_comes_out(command, shown):
    result = run(*command.split())
    assert (result.stdout, result.stderr) == (shown, "")


def test_the_page_names_every_member():
    _, graph = run_json("graph", "-o", "json", "--state", EXAMPLES / "inventory")
    members = {*graph, *graph["networks"][0], *graph["connections"][0]}
    assert [name for name in sorted(members) if f"`{name}`" not in PAGE] == []


def test_the_picture_of_the_page_is_what_its_command_draws():
    command, path = re.search(r"peerwarden (graph .*) > (\S+\.svg)", PAGE).groups()
    assert run(*command.split()).stdout == (ROOT / path).read_text()
    assert json.dumps(path.removeprefix("docs/")).strip('"') in PAGE
