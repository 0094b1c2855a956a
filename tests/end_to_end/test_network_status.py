"""The status of RemoteNetworks and RemoteZones that the daemon writes, before a real API server that knows the kinds."""

import json
import subprocess

import pytest

from objects import PEERWARDEN, thing
from webhook import BUILD

PRINTER = BUILD / "tests" / "daemon.print_network_status"
NAME = "crowded"
VPC = {"accountId": "123456789012", "region": "eu-west-1", "vpcId": "vpc-0a1b2c3d4e5f60718"}
ZONE = ("/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/group/providers/Microsoft.Network/"
        "privateDnsZones/example.com")
TENANT = "99999999-2222-3333-4444-555555555555"
NETWORK = thing(PEERWARDEN, "RemoteNetwork", NAME, {"aws": VPC})
REMOTE_ZONE = thing(PEERWARDEN, "RemoteZone", NAME, {"id": ZONE, "tenant": TENANT})


@pytest.fixture(scope="module")
def kubectl(control_plane):
    """Kubectl for a cluster with a RemoteNetwork and a RemoteZone that nobody has looked up."""
    control_plane.api.store(NETWORK, REMOTE_ZONE)
    yield control_plane.kubectl
    for each in (NETWORK, REMOTE_ZONE):
        control_plane.api.delete(each)


def stored(kubectl, kind):
    """Return the object as it stands."""
    return json.loads(kubectl.must("get", kind, NAME, "--output=json").stdout)


def tell(kubectl, word, kind="remotenetwork"):
    """Write the status that the daemon would write; return the object before it, the patch and the object after it."""
    before = stored(kubectl, kind)
    patch = subprocess.run([PRINTER, word], input=json.dumps(before), capture_output=True, text=True, check=True).stdout
    kubectl.must("patch", kind, NAME, "--subresource=status", "--type=merge", "--patch-file=/dev/stdin",
                 stdin=patch)
    return before, json.loads(patch)["status"], stored(kubectl, kind)


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


def test_a_zone_with_more_than_there_is_room_for_is_stored_up_to_the_limits(kubectl):
    """A zone has links and their limit, and neither addresses nor route tables."""
    before, sent, after = tell(kubectl, "crowded", "remotezone")
    assert after["status"] == sent
    assert len(sent["links"]) == 1024 and sent["links"][0]["state"]
    assert sent["maxLinks"] == 1000
    assert not {"cidrs", "routeTables", "peerings"} & set(sent)
    assert after["metadata"]["generation"] == before["metadata"]["generation"]


def test_a_zone_that_is_gone_loses_its_facts(kubectl):
    """The reason is Kyma's."""
    tell(kubectl, "crowded", "remotezone")
    _, _, after = tell(kubectl, "gone", "remotezone")
    assert set(after["status"]) == {"conditions", "lastSeen", "observedVersion"}
    assert [each["reason"] for each in after["status"]["conditions"]] == ["FailedLoadingPrivateDnzZone"]


def test_the_tenant_is_a_guid_that_may_be_changed_and_the_limit_no_less_than_nothing(kubectl):
    """What else the definition of a RemoteZone says of its spec."""
    def patch(**spec):
        return kubectl("patch", "remotezone", NAME, "--type=merge", f"--patch={json.dumps({'spec': spec})}")

    assert patch(tenant=TENANT.replace("9", "8"), maxLinks=500).status == 0
    assert stored(kubectl, "remotezone")["spec"] == {"id": ZONE, "tenant": TENANT.replace("9", "8"), "maxLinks": 500}
    for wrong in ({"tenant": "contoso"}, {"maxLinks": -1}, {"id": ZONE.replace("example.com", "example.org")}):
        assert "spec." in patch(**wrong).stderr, wrong
    assert patch(tenant=None, maxLinks=None).status == 0
