"""A server that behaves as Google Cloud does in what concerns VPC Network Peering, for tests. Standard library alone.

On one port: Compute Engine v1 (networks, peerings, operations, subnetworks), Resource Manager v3 (effective tags,
bindings, and which permissions one has), the OAuth endpoint, STS, IAM Credentials and the metadata server. It checks
assertions by itself, runs operations by a clock that tests move, lets one run at a time on both ends, and can be told
to fail, to refuse and to hold. What it does not do is refused.

    from tests.servers.gcp import GcpServer

    with GcpServer() as cloud:
        key = cloud.service_account("shoot-project")                # the content of a key file; a dict
        cloud.permit(key["client_email"], "remote-project", ["compute.networks.get", "compute.networks.addPeering",
                     "compute.networks.removePeering", "compute.networks.listEffectiveTags",
                     "compute.globalOperations.get"])               # None: all. At home it may do all
        local = cloud.network("shoot-project", "shoot--a--b", ["10.0.0.0/16"])
        remote = cloud.network("remote-project", "default", ["10.1.0.0/16"])
        cloud.tag(remote, "123456789012/shoot--a--b")               # inherited=True: by its project; value None: away
        ...                                 # start the program under test with cloud.url for every service
        cloud.peerings(local)["cm-1"]["state"]                      # "ACTIVE"

    cloud.url + "/compute/v1/projects/..."      /v3/effectiveTags      /v3/projects/P:testIamPermissions
    cloud.url + "/token"      /v1/token (STS)
    cloud.url + "/v1/projects/-/serviceAccounts/EMAIL:generateAccessToken"      /computeMetadata/v1/...
    cloud.attach(key["client_email"])           # the metadata server's account; GCE_METADATA_HOST=127.0.0.1:PORT
    cloud.pool("123", "pool", "kind", {"a.subject.token": "subject"}, impersonate=key["client_email"])

    cloud.settings(pending=0, running=5, overlap="call", duplicate=409, missing_peering=404, peerings_per_network=1)
    cloud.settings(connecting=3, unreachable=["us-east1"], rate=429)
    cloud.stop_clock(); cloud.forward(60)                           # `wait` answers at once while the clock stands
    cloud.deny(email, ["compute.networks.addPeering"]); cloud.switch_off("remote-project"); cloud.expire_tokens()
    cloud.throttle(3, action="networks.get"); cloud.fault(503, count=2); cloud.fail_operations("QUOTA_EXCEEDED")
    cloud.route_operation(remote, 30)                               # "route operation in progress"
    cloud.drop(when="after", action="networks.addPeering")          # worked, but the answer is lost
    cloud.remove_peering(remote, "cm-1"); cloud.change_peering(local, "cm-1", importCustomRoutes=True)
    cloud.subnetwork(remote, "late", "10.0.0.0/24"); cloud.delete_network(remote)
    cloud.journal(mutating=True, project="remote-project")          # dicts, see journal.Entry
    cloud.picture() == other_cloud.picture()                        # the same end, whatever the numbers

To kill a client at the n-th change that it makes:

    hook = cloud.hold(n, when="before", mutating=True)              # or "after"
    entry = cloud.wait_held(hook)                                   # None: it made fewer
    ...                                                             # SIGKILL the client
    cloud.release(hook, drop=True)                                  # before: it was never worked

In a process of its own, `python3 -m tests.servers.gcp --port 0` prints {"port": ..., "url": ...}, and
RemoteControls(url) has the same controls. All methods are described in controls.py and ../played/controls.py.
"""

from ..played.journal import AFTER, BEFORE
from .controls import Controls, RemoteControls
from .server import GcpServer

__all__ = ["AFTER", "BEFORE", "Controls", "GcpServer", "RemoteControls"]
