"""The status that the daemon writes into a RemoteNetwork, before a real API server with the definition of the kind."""

import json
import subprocess

import pytest

from objects import PEERWARDEN, thing
from webhook import BUILD

PRINTER = BUILD / "tests" / "daemon.print_network_status"
NAME = "crowded"
VPC = {"accountId": "123456789012", "region": "eu-west-1", "vpcId": "vpc-0a1b2c3d4e5f60718"}
NETWORK = thing(PEERWARDEN, "RemoteNetwork", NAME, {"aws": VPC})


@pytest.fixture(scope="module")
def kubectl(control_plane):
    """Kubectl for a cluster with a RemoteNetwork that nobody has looked up."""
    control_plane.api.store(NETWORK)
    yield control_plane.kubectl
    control_plane.api.delete(NETWORK)


def stored(kubectl):
    """Return the RemoteNetwork as it stands."""
    return json.loads(kubectl.must("get", "remotenetwork", NAME, "--output=json").stdout)


def tell(kubectl, word):
    """Write the status that the daemon would write; return the object before it, the patch and the object after it."""
    before = stored(kubectl)
    patch = subprocess.run([PRINTER, word], input=json.dumps(before), capture_output=True, text=True, check=True).stdout
    kubectl.must("patch", "remotenetwork", NAME, "--subresource=status", "--type=merge", "--patch-file=/dev/stdin",
                 stdin=patch)
    return before, json.loads(patch)["status"], stored(kubectl)


def test_a_network_with_more_than_there_is_room_for_is_stored_up_to_the_limits(kubectl):
    """Nothing is refused and nothing is dropped; the spec's generation stays."""
    before, sent, after = tell(kubectl, "crowded")
    assert after["status"] == sent
    assert len(sent["cidrs"]) == 1024
    assert sent["observedVersion"] == before["metadata"]["resourceVersion"]
    assert after["metadata"]["generation"] == before["metadata"]["generation"]
    assert "left out: cidrs (976 of 2000)" in after["status"]["conditions"][0]["message"]


def test_a_network_that_is_gone_loses_its_facts(kubectl):
    """What is left is the condition, and when the cloud was asked for what."""
    tell(kubectl, "crowded")
    _, _, after = tell(kubectl, "gone")
    assert set(after["status"]) == {"conditions", "lastSeen", "observedVersion"}
    assert [(each["status"], each["reason"]) for each in after["status"]["conditions"]] == [("False", "VpcNotFound")]
