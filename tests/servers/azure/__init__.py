"""A server that behaves as Azure does in what concerns peerings and DNS links, for tests. Standard library alone.

Resource Manager with virtual networks, their peerings, private DNS zones, forwarding rulesets and the links of both,
and with the permissions that a caller has on them; the token endpoint of Entra for secrets and assertions; the metadata
service for managed identities. It keeps tenants apart, lets operations go on by a clock that tests move, and can be
told to fail, to refuse and to hold.

    from tests.servers.azure import AzureServer, client_environment

    with AzureServer(certificate=..., key=...) as cloud:            # without a certificate: plain HTTP
        home, away = cloud.tenant(), cloud.tenant()
        here, there = cloud.subscription(home), cloud.subscription(away)
        application = cloud.application(home)                       # {"id", "secret"}
        cloud.consent(application["id"], away)                      # a service principal in the other tenant
        local = cloud.network(here, "shoot", "shoot", ["10.0.0.0/16"])
        remote = cloud.network(there, "hub", "hub", ["10.1.0.0/16"], {"shoot": ""})
        zone = cloud.zone(there, "hub", "example.com", {"shoot": ""})
        ruleset = cloud.ruleset(there, "hub", "rules", {"shoot": ""})
        environment = client_environment(cloud, home, application)
        ...                                                         # start the program under test with it
        cloud.peerings()[0]["state"], cloud.links()[0]["network"]

    cloud.settings(operation=5, link_operation=20, retry_after=10, late_refusals=True, newest_url_only=True)
    cloud.stop_clock(); cloud.forward(60)
    cloud.permit(application["id"], ["*/read"], scope=remote); cloud.deny(application["id"], ["*/peer/action"])
    cloud.withdraw(application["id"], away); cloud.expire_tokens(); cloud.expire_secrets(application["id"])
    cloud.prefixes(remote, ["10.1.0.0/16", "10.2.0.0/16"]); cloud.delete_peering(cloud.peerings()[0]["id"])
    cloud.throttle(3, retry_after=2, method="PUT"); cloud.fault("InternalServerError", status=500, count=2)
    cloud.fault(None, status=502)                                   # a page of HTML, as a gateway sends it
    cloud.spoil("RetryableError", method="PUT")                     # fails in the poll, with HTTP 200
    cloud.drop(when="after", method="PUT")                          # worked, but the answer is lost
    cloud.journal(mutating=True, subscription=there)                # dicts, see journal.Entry

To kill a client at the n-th change that it makes:

    hook = cloud.hold(n, when="before", mutating=True)              # or "after"
    entry = cloud.wait_held(hook)                                   # None: it made fewer
    ...                                                             # SIGKILL the client
    cloud.release(hook, drop=True)                                  # before: it was never worked

In a process of its own, `python3 -m tests.servers.azure --port 0` prints {"port", "url", "metadata_url"}, and
RemoteControls(metadata_url) has the same controls. All are described in controls.py, furniture.py and
../played/controls.py.
"""

from ..played.journal import AFTER, BEFORE
from .controls import Controls, RemoteControls
from .server import AzureServer

__all__ = ["AFTER", "BEFORE", "AzureServer", "Controls", "RemoteControls", "client_environment"]


def client_environment(cloud, tenant, application):
    """Return the environment variables that lead a client of Azure to a server, as an application with its secret."""
    return {"AZURE_AUTHORITY_HOST": cloud.url, "AZURE_RESOURCE_MANAGER": cloud.url, "AZURE_TENANT_ID": tenant,
            "AZURE_CLIENT_ID": application["id"], "AZURE_CLIENT_SECRET": application["secret"],
            "AZURE_POD_IDENTITY_AUTHORITY_HOST": cloud.metadata_url}
