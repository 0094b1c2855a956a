"""The played node itself: what a pod gets and how it ends."""

import pytest

from chart_cluster import NAMESPACE
from key_pairs import Authority
from polling import wait_until

LABELS = {"app.kubernetes.io/component": "played"}
POD = {
    "metadata": {"labels": LABELS},
    "spec": {
        "terminationGracePeriodSeconds": 20,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{
            "name": "webhook", "image": "localhost/peerwarden:test", "command": ["/usr/bin/peerwarden-webhook"],
            "args": ["--tls-cert=/certificates/tls.crt", "--tls-key=/certificates/tls.key", "--inventory=/policy",
                     "--shutdown-delay=0s", "--listen=:8443"],
            "ports": [{"name": "metrics", "containerPort": 8080}, {"name": "webhook", "containerPort": 8443}],
            "readinessProbe": {"httpGet": {"path": "/readyz", "port": "metrics"}},
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]},
                                "readOnlyRootFilesystem": True},
            "volumeMounts": [{"name": "pair", "mountPath": "/certificates", "readOnly": True},
                             {"name": "policy", "mountPath": "/policy"}],
        }],
        "volumes": [
            {"name": "pair", "secret": {"secretName": "pair", "items": [{"key": "tls.crt", "path": "tls.crt"},
                                                                        {"key": "tls.key", "path": "tls.key"}]}},
            {"name": "policy", "emptyDir": {}}],
    },
}


@pytest.fixture(scope="module")
def deployment(cluster):
    """A Deployment of two webhooks without a cluster, whose key pair is not there yet."""
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {
        "name": NAMESPACE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
    made = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "played", "namespace": NAMESPACE},
            "spec": {"replicas": 2, "selector": {"matchLabels": LABELS}, "template": POD,
                     "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}}}
    assert cluster.kubectl.apply(space, made).status == 0
    return made


def test_a_pod_waits_for_its_secret_and_goes_as_it_is_told(cluster, deployment, tmp_path):
    pair = Authority(tmp_path).issue("pair")
    wait_until(lambda: len(cluster.node.pods) == 2, "both pods are bound")
    wait_until(lambda: all(pod.said for pod in cluster.node.pods.values()), "they say what they wait for")
    assert not cluster.node.of("played")
    cluster.kubectl.must("create", "secret", "tls", "pair", f"--namespace={NAMESPACE}", f"--cert={pair.certificate}",
                         f"--key={pair.key}")
    cluster.kubectl.must("rollout", "status", "deployment/played", f"--namespace={NAMESPACE}", "--timeout=60s")
    before = {pod.name for pod in cluster.node.of("played")}
    cluster.kubectl.must("rollout", "restart", "deployment/played", f"--namespace={NAMESPACE}")
    cluster.kubectl.must("rollout", "status", "deployment/played", f"--namespace={NAMESPACE}", "--timeout=60s")
    wait_until(lambda: len(cluster.node.ends) == 2, "both have ended")
    assert {end[0] for end in cluster.node.ends} == before
    cluster.kubectl.must("delete", "namespace", NAMESPACE, "--timeout=60s")
    assert not cluster.node.of("played")
    cluster.node.assert_well()
