"""What the tests of alerts and dashboard share: our programs at work, and a Prometheus that reads their metrics."""

import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests" / "end_to_end"), str(Path(__file__).parent)]

from installation import Installation  # noqa: E402  (needs the path above)
from processes import run  # noqa: E402
from prometheus import Prometheus  # noqa: E402


@pytest.fixture(scope="session")
def binaries():
    """The folder with etcd, kube-apiserver and kubectl."""
    return Path(run(REPOSITORY / "tools" / "kubernetes").strip())


@pytest.fixture(scope="session")
def installation(binaries, tmp_path_factory):
    """A control plane with a webhook and a daemon, in which much has happened."""
    with Installation(binaries, tmp_path_factory.mktemp("installation")) as running:
        running.do_all()
        yield running


@pytest.fixture(scope="session")
def prometheus(installation, tmp_path_factory):
    """A Prometheus that has read all metrics of the installation several times."""
    server = Prometheus(tmp_path_factory.mktemp("prometheus"), installation.jobs())
    server.start()
    server.wait_for_samples(len(installation.jobs()))
    yield server
    server.stop()
