"""A cloud with two projects, and Google's own clients as its client."""

import contextlib
import os
from pathlib import Path

import pytest

from sdk_process import SdkError, SdkProcess

PROGRAM = Path(__file__).resolve().with_name("gcp_sdk.py")
HOME, AWAY = "shoot-project", "remote-project"
KYMA = ["compute.networks.get", "compute.networks.addPeering", "compute.networks.removePeering",
        "compute.networks.listEffectiveTags", "compute.globalOperations.get"]


class Sdk(SdkProcess):
    """Google's clients in a child process; see gcp_sdk.py."""

    def __init__(self):
        super().__init__("gcp", PROGRAM)

    def start(self, environment):
        """Start it, with these variables beside what it needs; returns it."""
        return super().start({"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment})


class Ground:
    """Two networks in two projects, and a service account of the one that may do in the other what Kyma needs."""

    def __init__(self, cloud, sdk):
        self.cloud, self.sdk = cloud, sdk
        self.key = cloud.service_account(HOME)
        self.email = self.key["client_email"]
        cloud.project(AWAY)
        cloud.permit(self.email, AWAY, KYMA + ["compute.networks.updatePeering"])
        self.local = cloud.network(HOME, "shoot--kyma--c-123", ["10.0.0.0/16"])
        self.remote = cloud.network(AWAY, "default", ["10.1.0.0/16"])
        self.enter("key", info=self.key)

    def enter(self, kind, **more):
        """Choose who calls."""
        self.sdk.ask("enter", url=self.cloud.url, kind=kind, **more)

    @staticmethod
    def parts(network):
        """Return the project and name of a network as the clients' requests have them."""
        _, project, _, _, name = network.split("/")
        return {"project": project, "network": name}

    def get(self, network):
        """Return a network as the client shows it."""
        return self.sdk.ask("call", client="networks", method="get", request=self.parts(network))

    def peerings(self, network):
        """Return the halves of a network, by name."""
        return {each["name"]: each for each in self.get(network).get("peerings", [])}

    def _body(self, network, name, peer, flags):
        half = {"name": name, "network": peer, "exchange_subnet_routes": True, **flags}
        return {**self.parts(network), "networks_add_peering_request_resource": {"network_peering": half}}

    def add(self, network, peer, name="cm-1", wait=30, request_id=None, **flags):
        """Add a half, and wait for the operation; with `wait` None return the operation at once."""
        request = self._body(network, name, peer, flags)
        if request_id:
            request["request_id"] = request_id
        method = "add_peering_unary" if wait is None else "add_peering"
        return self.sdk.ask("call", client="networks", method=method, request=request, wait=wait)

    def add_fails(self, network, peer, name="cm-1", code=400):
        """Add a half, see that the client's poller finds a failure, and return the error in the operation."""
        with refused(code):
            self.add(network, peer, name)
        last = self.cloud.operations()[-1]
        assert (last["status"], last["httpErrorStatusCode"]) == ("DONE", code)
        return last["error"]["errors"][0]

    def update(self, network, name="cm-1", wait=30, **flags):
        """Change the options of a half, and wait."""
        request = {**self.parts(network),
                   "networks_update_peering_request_resource": {"network_peering": {"name": name, **flags}}}
        return self.sdk.ask("call", client="networks", method="update_peering", request=request, wait=wait)

    def remove(self, network, name="cm-1", wait=30):
        """Take a half away, and wait."""
        request = {**self.parts(network), "networks_remove_peering_request_resource": {"name": name}}
        method = "remove_peering_unary" if wait is None else "remove_peering"
        return self.sdk.ask("call", client="networks", method=method, request=request, wait=wait)

    def operation(self, name, project=HOME):
        """Return an operation as the client shows it."""
        return self.sdk.ask("call", client="operations", method="get", request={"project": project, "operation": name})

    def both(self, **flags):
        """Peer the two networks from both sides."""
        self.add(self.remote, self.local, **flags)
        self.add(self.local, self.remote, **flags)

    def tags(self, network, **more):
        """Return the pages of a network's effective tags."""
        parent = f"//compute.googleapis.com/projects/{network.split('/')[1]}/global/networks/{self.number(network)}"
        return self.sdk.ask("listed", client="tags", method="list_effective_tags", request={"parent": parent, **more})

    def number(self, network):
        """Return the number of a network."""
        return self.cloud.look(network)["id"]


@contextlib.contextmanager
def refused(code, text="", reason=None):
    """Expect that a call is refused with this HTTP status, text in the message, and reason; yields the error."""
    caught = []
    with pytest.raises(SdkError) as raised:
        yield caught
    error = raised.value
    caught.append(error)
    assert error.code == code, (error.type, error.code, error.message)
    assert text in error.message
    assert reason is None or reason in error.reason, error.reason
