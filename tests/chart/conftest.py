"""What the tests of the chart share: a cluster in which pods are our programs, in a network of their own."""

import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests" / "end_to_end"), str(Path(__file__).parent)]

import pod_network  # noqa: E402
from chart_cluster import ChartCluster  # noqa: E402
from processes import run  # noqa: E402


@pytest.fixture(scope="session")
def binaries():
    """The folder with the programs of Kubernetes and Helm."""
    return Path(run(REPOSITORY / "tools" / "kubernetes", "chart").strip())


@pytest.fixture(scope="session")
def network():
    """The network of the pods, in which the tests are too."""
    pod_network.enter()


@pytest.fixture(scope="module")
def new_cluster(network, binaries, tmp_path_factory):
    """A function that starts an empty cluster; flags are for its API server."""
    started = []

    def start(*flags):
        started.append(ChartCluster(binaries, tmp_path_factory.mktemp("cluster"), *flags))
        started[-1].start()
        return started[-1]

    yield start
    for cluster in started:
        cluster.stop()


@pytest.fixture(scope="module")
def cluster(new_cluster):
    """An empty cluster."""
    return new_cluster()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Add to a failed test what the pods wrote at last."""
    report = (yield).get_result()
    cluster = item.funcargs.get("cluster")
    if report.failed and cluster:
        for pod in list(cluster.node.pods.values())[-6:]:
            report.sections.append((f"log of {pod.name}, {pod.trouble or 'no trouble'}", pod.log[-3000:]))
