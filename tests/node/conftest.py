"""What the tests on the node share: the node itself, the chart installed on it, and users who never stop."""

import os
import signal
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path += [str(REPOSITORY / "tests" / "end_to_end"), str(REPOSITORY / "tools" / "packaging")]

from applicants import Applicants  # noqa: E402  (needs the paths above)
from figures import Figures  # noqa: E402
from node import Node, reasons_against  # noqa: E402
from release import Release  # noqa: E402

CLIENTS = 4


@pytest.fixture(scope="session")
def figures():
    """Where measured values go."""
    return Figures()


@pytest.fixture(scope="session")
def able():
    """End everything at once where no node can run."""
    reasons = reasons_against()
    if reasons:
        pytest.exit("no node can run on this machine: " + "; ".join(reasons), returncode=1)


@pytest.fixture(scope="session")
def image():
    """The archive of our image, as tools/image wrote it."""
    version = (REPOSITORY / "VERSION").read_text().strip()
    path = Path(os.environ.get("PEERWARDEN_IMAGE") or REPOSITORY / "build" / "image" / f"peerwarden-{version}.tar")
    assert path.is_file(), f"{path} is missing: tools/image makes it"
    return path


@pytest.fixture(scope="session")
def node(able, image, figures):
    """The node, given back whatever happens."""
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("ended from outside", returncode=143))
    node = Node()
    node.up([image])
    for what, seconds in node.laps.items():
        figures.say("the node", what, seconds, "s")
    try:
        yield node
    finally:
        node.down()


@pytest.fixture(scope="session")
def release(node, figures):
    """The chart, installed into the empty node; Kube-OVN's and Kyma's kinds come after it."""
    release = Release(node, node.api)
    release.make_namespace()
    release.install()
    for what, seconds in release.laps.items():
        figures.say("helm install into an empty cluster", what, seconds, "s")
    release.install_guarded_kinds()
    return release


@pytest.fixture
def applicants(release):
    """Users whose calls go on all through the test."""
    users = Applicants(release.api)
    users.begin(CLIENTS)
    yield users
    users.end()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Add to a failed test what the pods are and what they said last."""
    report = (yield).get_result()
    release = item.funcargs.get("release")
    node = item.funcargs.get("node") or (release and release.node)
    if report.failed and node:
        for words in (["get", "pods,events", "-A"], ["logs", "-n", "peerwarden-system", "--tail=30", "--prefix",
                                                     "-l", "app.kubernetes.io/name=peerwarden"]):
            report.sections.append((" ".join(words), node.kubectl()(*words).stdout[-6000:]))
