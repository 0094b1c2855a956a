"""A cluster that does not answer as it should: never taken for an empty one."""
import pytest

from fake_cluster import cluster, kubeconfig
from terminal import run, stream, vpc


def plan(config):
    return run("plan", "--state", config, "-f", "-", stdin=stream(vpc("v")))


def failure(status, message):
    return {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": status}


def of_items(*items):
    return {"kind": "List", "metadata": {"resourceVersion": "1"}, "items": items}


@pytest.mark.parametrize("status, body, words", [
    (401, failure(401, "Unauthorized"), "the API server answers 401: Unauthorized"),
    (403, failure(403, "forbidden: vpcs"), "the API server answers 403: forbidden: vpcs"),
    (404, failure(404, "the server could not find the requested resource"), "the API server answers 404"),
    (429, failure(429, "too many requests"), "the API server answers 429: too many requests"),
    (500, "<html>proxy</html>", "the API server answers 500"),
    (302, "", "the API server answers 302"),
    (200, "<html>log in</html>", "the answer of the API server: byte 0"),
    (200, of_items(7), "vpcs: there is no object"),
    (200, of_items({"metadata": {"name": ""}}), "vpcs: the object has no name"),
])
def test_an_answer_that_tells_nothing_ends_with_two(tmp_path, status, body, words):
    with cluster(tmp_path, status, body) as config:
        result = plan(config)
    assert (result.returncode, result.stdout) == (2, "")
    assert words in result.stderr and len(result.stderr.splitlines()) == 1


def test_a_cluster_that_is_not_there_ends_with_two(tmp_path):
    result = plan(kubeconfig(tmp_path, 1))
    assert (result.returncode, result.stdout) == (2, "")
    assert "Failed to connect to 127.0.0.1 port 1" in result.stderr


def test_a_token_file_that_is_not_there_ends_with_two(tmp_path):
    with cluster(tmp_path, 200, of_items(), tokenFile="missing") as config:
        result = plan(config)
    assert (result.returncode, result.stdout) == (2, "")
    assert "missing: No such file or directory" in result.stderr
