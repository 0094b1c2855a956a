"""Azure's own clients, in a process of their own: reads calls as lines of JSON, and answers each with a line.

Runs in the environment that tools/sdks makes, not in that of the tests; azure_ground.Sdk is its other end. A call is
{"do": NAME, ...}; an answer is {"result": ...} or {"error": {"type", "status", "code", "message"}}.
"""

import json
import sys

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, HttpResponseError
from azure.identity import ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.core.policies import AuxiliaryAuthenticationPolicy
from azure.mgmt.dnsresolver import DnsResolverManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.privatedns import PrivateDnsManagementClient

SCOPE = "https://management.azure.com/.default"
CLIENTS = {"network": NetworkManagementClient, "privatedns": PrivateDnsManagementClient,
           "dnsresolver": DnsResolverManagementClient, "authorization": AuthorizationManagementClient}


def _told(value):
    """Return a model as JSON can say it, by the names on the wire."""
    if value is None or isinstance(value, (str, int, bool)):
        return value
    if hasattr(value, "serialize"):
        return value.serialize(keep_readonly=True)
    if hasattr(value, "as_dict"):
        return value.as_dict()
    return [_told(each) for each in value]


class Driver:
    """The clients of some credentials, by the names that the tests give them."""

    def __init__(self):
        self.clients = {}

    @staticmethod
    def _credential(kind, url, **more):
        if kind == "managed":
            return ManagedIdentityCredential(**more)
        common = {"authority": url, "disable_instance_discovery": True, "retry_total": 0, **more}
        return {"secret": ClientSecretCredential, "workload": WorkloadIdentityCredential}[kind](**common)

    def token(self, url, credential):
        """Return a token of a credential for the manager."""
        return self._credential(url=url, **credential).get_token(SCOPE).token

    def make(self, name, kind, url, subscription, credential, auxiliary=(), retries=0):
        """Make a client; `auxiliary` are credentials of other tenants."""
        others = [self._credential(url=url, **each) for each in auxiliary]
        policies = [AuxiliaryAuthenticationPolicy(others, SCOPE)] if others else []
        self.clients[name] = CLIENTS[kind](
            self._credential(url=url, **credential), subscription, base_url=url, credential_scopes=[SCOPE],
            retry_total=retries, polling_interval=0.02, per_call_policies=policies)

    def call(self, client, group, method, arguments):
        """Call a method, and wait for its operation by the library's own poller if it is one."""
        if "match_condition" in arguments:
            arguments["match_condition"] = MatchConditions[arguments["match_condition"]]
        done = getattr(getattr(self.clients[client], group), method)(**arguments)
        return _told(done.result(timeout=30) if method.startswith("begin_") else done)

    def pages(self, client, group, method, arguments):
        """Call a listing, and return the number of its pages."""
        return len(list(getattr(getattr(self.clients[client], group), method)(**arguments).by_page()))


def main():
    """Answer until the input ends."""
    driver = Driver()
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"result": getattr(driver, asked.pop("do"))(**asked)}
        except HttpResponseError as error:
            code = getattr(error.error, "code", None)
            answer = {"error": {"type": type(error).__name__, "status": error.status_code, "code": code,
                                "message": str(error)}}
        except (AzureError, ValueError, TypeError, AttributeError) as error:
            answer = {"error": {"type": type(error).__name__, "status": None, "code": None, "message": str(error)}}
        print(json.dumps(answer), flush=True)


main()
