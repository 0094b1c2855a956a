"""A server that behaves as EC2 and STS do in what concerns VPC peerings, for tests. Standard library alone.

It checks signatures by itself, keeps accounts and regions apart, lets peerings live through all their states by a
clock that tests move, and can be told to fail, to forget, to refuse and to hold. What it does not do is refused.

    from tests.servers.aws import AwsServer, client_environment

    with AwsServer() as cloud:
        local, remote = "111111111111", "222222222222"
        user = cloud.user(local)
        role = cloud.role(remote, "Peering", trust=[local], external_id="blue")
        one = cloud.vpc(local, "eu-central-1", ["10.0.0.0/16"], {"Name": "shoot--a--b"})
        two = cloud.vpc(remote, "us-east-1", ["10.1.0.0/16", "fd00:1::/56"], {"shoot--a--b": ""})
        environment = client_environment(cloud.url, user)
        ...                                          # start the program under test with it
        cloud.peerings()[0]["status"]                # "active"
        cloud.routes(cloud.tables(one)[0])           # {"10.0.0.0/16": "local", "10.1.0.0/16": "pcx-..."}

    cloud.settings(initiating=0, provisioning=60, unseen_calls=2, duplicate="existing", outstanding_requests=1000)
    cloud.stop_clock(); cloud.forward(7 * 24 * 3600)
    cloud.permit(role, ["DescribeVpcs"]); cloud.deny(role, ["CreateRoute"]); cloud.expire_sessions()
    cloud.throttle(3, action="DescribeVpcs"); cloud.fault("InternalError", status=500, count=2)
    cloud.drop(when="after", action="CreateVpcPeeringConnection")       # worked, but the answer is lost
    cloud.journal(mutating=True, account=remote)                        # dicts, see journal.Entry

    cloud.picture() == other_cloud.picture()                            # the same end, whatever the ids

To kill a client at the n-th change that it makes:

    hook = cloud.hold(n, when="before", mutating=True)                  # or "after"
    entry = cloud.wait_held(hook)                                       # None: it made fewer
    ...                                                                 # SIGKILL the client
    cloud.release(hook, drop=True)                                      # before: it was never worked

In a process of its own, `python3 -m tests.servers.aws --port 0` prints {"port": ..., "url": ...}, and
RemoteControls(url) has the same controls. All methods are described in controls.py and ../played/controls.py.
"""

from ..played.journal import AFTER, BEFORE
from .controls import Controls, RemoteControls
from .server import AwsServer

__all__ = ["AFTER", "BEFORE", "AwsServer", "Controls", "RemoteControls", "client_environment"]


def client_environment(url, user, region="eu-central-1"):
    """Return the environment variables that lead an AWS client to a server, as that user."""
    return {"AWS_ENDPOINT_URL": url, "AWS_REGION": region, "AWS_ACCESS_KEY_ID": user["id"],
            "AWS_SECRET_ACCESS_KEY": user["secret"], "AWS_EC2_METADATA_DISABLED": "true"}
