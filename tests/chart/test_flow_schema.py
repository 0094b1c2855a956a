"""Our requests have seats of their own at the API server, whatever else it is asked."""

import re
from collections import Counter

import pytest

import definitions
from chart_cluster import NAMESPACE
from load import Load
from polling import wait_until
from tenants import Tenants

SEATS = ("--max-requests-inflight=6", "--max-mutating-requests-inflight=4")
CROWD = 40
FUTURE = "/api/v1/namespaces/crowd/configmaps?resourceVersionMatch=NotOlderThan&resourceVersion=9000000000000"
SCHEMA = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/peerwarden"


@pytest.fixture(scope="module")
def cluster(new_cluster):
    """A guarded cluster whose API server has few seats."""
    made = new_cluster(*SEATS)
    made.control_plane.kubectl.must("apply", "--server-side", *(f"--filename={path}" for path in definitions.FILES))
    made.make_namespace()
    made.install()
    wait_until(made.refuses_overlap, "Subnets are guarded")
    return made


class Crowd(Load):
    """A ServiceAccount that asks for a future that does not come: each call keeps its seat for 3 s and does nothing."""

    def __init__(self, api):
        super().__init__()
        self.api = api

    def step(self, number, step):
        """Make one such call."""
        answer = self.api.request("GET", FUTURE)
        self.tally.add(str(answer.status))


def token(cluster, namespace, account):
    """Return a token of a ServiceAccount."""
    return cluster.kubectl.must("create", "token", account, f"--namespace={namespace}").stdout.strip()


def flow(cluster, metric, label):
    """Return a metric of the API server's seats, summed by the value of a label."""
    connection = cluster.api.connect()
    connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {cluster.api.token}"})
    text = connection.getresponse().read().decode()
    connection.close()
    counts = Counter()
    for labels, value in re.findall(rf"^apiserver_flowcontrol_{metric}\{{(.*)\}} (\S+)$", text, re.M):
        counts[re.search(rf'{label}="([^"]*)"', labels)[1]] += int(float(value))
    return counts


def worked(cluster):
    """Return how many of our requests the API server has taken up."""
    return flow(cluster, "dispatched_requests_total", "flow_schema")["peerwarden"]


def waiting(cluster):
    """Return how many requests of all other accounts wait for a seat."""
    return flow(cluster, "current_inqueue_requests", "flow_schema")["service-accounts"]


@pytest.mark.parametrize("component", ["webhook", "daemon"])
def test_our_requests_belong_to_our_flow_schema(cluster, component):
    schema = cluster.api.request("GET", SCHEMA).body
    connection = cluster.api.connect()
    connection.request("GET", "/apis/peerwarden.io/v1alpha1/remotenetworks", headers={
        "Authorization": f"Bearer {token(cluster, NAMESPACE, f'peerwarden-{component}')}"})
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.headers["X-Kubernetes-PF-FlowSchema-UID"] == schema["metadata"]["uid"]
    connection.close()


def test_decisions_go_on_while_a_crowd_takes_all_other_seats(cluster):
    """The ledger's writes are worked in between: a condition, no time."""
    cluster.kubectl.must("create", "namespace", "crowd")
    cluster.kubectl.must("create", "rolebinding", "crowd", "--clusterrole=edit", "--serviceaccount=crowd:default",
                         "--namespace=crowd")
    wait_until(lambda: cluster.api.request("GET", "/api/v1/namespaces/crowd/serviceaccounts/default").status == 200,
               "the crowd has an account")
    crowd = Crowd(cluster.control_plane.client(token(cluster, "crowd", "default")))
    with crowd, Tenants(cluster.api, is_guarded=True) as tenants:
        crowd.start(CROWD)
        wait_until(lambda: waiting(cluster), "the crowd has to wait", seconds=60)
        before = worked(cluster)
        tenants.start(2)
        tenants.go_on()
        assert worked(cluster) > before
        assert waiting(cluster)
    tenants.assert_undisturbed()
    cluster.node.assert_well()
