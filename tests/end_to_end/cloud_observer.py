"""A cloud of AWS VPCs, and somebody who does for it what the daemon does: looks up each RemoteNetwork that is new or
was marked, and writes into its status what the cloud shows.

The daemon can take its place: it starts, stops, and is told nothing but through the API server.
"""

import threading
from datetime import datetime, timezone

REFRESH = "peerwarden.io/refresh"
NETWORKS = {"apiVersion": "peerwarden.io/v1alpha1", "kind": "RemoteNetwork", "metadata": {}}
INTERVAL = 0.05


class Cloud:
    """VPCs by id, each with its CIDRs and tags."""

    def __init__(self):
        self.vpcs = {}
        self.asked = []  # the ids that were looked up, in order

    def create(self, vpc_id, cidr, tags):
        """Make a VPC."""
        self.vpcs[vpc_id] = {"cidrs": [cidr], "tags": dict(tags)}

    def tag(self, vpc_id, key):
        """Do what `aws ec2 create-tags` does."""
        self.vpcs[vpc_id]["tags"][key] = ""

    def look_up(self, vpc_id):
        """Return what is known of a VPC, or None."""
        self.asked.append(vpc_id)
        return self.vpcs.get(vpc_id)


def condition(seen, vpc_id):
    """Return the condition Ready of a look-up."""
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if seen:
        return {"type": "Ready", "status": "True", "reason": "Seen", "message": "", "lastTransitionTime": now}
    return {"type": "Ready", "status": "False", "reason": "VpcNotFound", "message": f"there is no VPC {vpc_id}",
            "lastTransitionTime": now}


class Observer:
    """Looks up what was asked for, until it is stopped."""

    def __init__(self, api, cloud):
        self.api = api
        self.cloud = cloud
        self.answered = {}  # the mark that was answered last, by uid
        self.failure = None
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()
        if self.failure:
            raise self.failure

    def _run(self):
        """Answer again and again; what goes wrong is told at the end."""
        try:
            while not self.ending.wait(INTERVAL):
                for network in self.api.list(NETWORKS):
                    self._answer(network)
        except (OSError, AssertionError) as failure:
            self.failure = failure

    def _answer(self, network):
        """Answer one question, unless that was done before."""
        metadata = network["metadata"]
        mark = metadata.get("annotations", {}).get(REFRESH, "")
        if self.answered.get(metadata["uid"]) == mark:
            return
        vpc_id = network["spec"]["aws"]["vpcId"]
        seen = self.cloud.look_up(vpc_id)
        status = {**(seen or {}), "conditions": [condition(seen, vpc_id)],
                  "observedVersion": metadata["resourceVersion"]}
        known = {**NETWORKS, "metadata": metadata}
        written = self.api.patch(known, {"status": status}, subresource="/status")
        assert written.status in {200, 404}, written
        self.answered[metadata["uid"]] = mark
