"""The methods of the cloud: how their addresses look, which permission they need, and who does the work."""

import re
from dataclasses import dataclass

from . import identity, networks, operations, peerings, rights, tags

_COMPUTE = r"/compute/v1/projects/(?P<project>[^/]+)"
_NETWORK = _COMPUTE + r"/global/networks/(?P<network>[^/]+)"
_OPERATION = _COMPUTE + r"/global/operations/(?P<operation>[^/]+)"
_LIST = frozenset({"filter", "maxResults", "pageToken", "orderBy", "returnPartialSuccess"})
_SYSTEM = frozenset({"alt", "$alt", "fields", "$fields", "key", "prettyPrint", "$prettyPrint", "quotaUser", "userIp",
                     "uploadType", "upload_protocol", "$.xgafv", "callback"})


@dataclass
class Method:
    """A method. `permission` is that of Compute's own check; the others check for themselves."""

    name: str
    verb: str
    address: str
    work: object
    permission: str = None
    query: frozenset = frozenset()
    mutating: bool = False
    service: str = "compute"
    anonymous: bool = False

    def match(self, verb, path):
        """Return the parts of an address of this method, or None."""
        found = re.fullmatch(self.address, path) if verb == self.verb else None
        return found and {name: value for name, value in found.groupdict().items() if value is not None}

    @property
    def known_query(self):
        """The names that its query may have."""
        return self.query | _SYSTEM


def resource(call):
    """Return the path of the resource that a call of Compute Engine is about, as refusals name it."""
    kind = next((each for each in ("network", "operation") if each in call.parts), None)
    return f"projects/{call.project}" + (f"/global/{kind}s/{call.parts[kind]}" if kind else "")


def _change(name, verb, work):
    return Method(f"networks.{name}", verb, f"{_NETWORK}/{name}", work, f"compute.networks.{name}",
                  frozenset({"requestId"}), True)


METHODS = [
    Method("networks.get", "GET", _NETWORK, networks.get, "compute.networks.get"),
    Method("networks.list", "GET", _COMPUTE + "/global/networks", networks.listed, "compute.networks.list", _LIST),
    _change("addPeering", "POST", peerings.add),
    _change("updatePeering", "PATCH", peerings.update),
    _change("removePeering", "POST", peerings.remove),
    Method("networks.listPeeringRoutes", "GET", _NETWORK + "/listPeeringRoutes", networks.peering_routes,
           "compute.networks.listPeeringRoutes", _LIST | {"peeringName", "region", "direction"}),
    Method("subnetworks.aggregatedList", "GET", _COMPUTE + "/aggregated/subnetworks", networks.subnetworks,
           "compute.subnetworks.list", _LIST | {"includeAllScopes", "serviceProjectNumber"}),
    Method("globalOperations.get", "GET", _OPERATION, operations.get, "compute.globalOperations.get"),
    Method("globalOperations.wait", "POST", _OPERATION + "/wait", operations.get, "compute.globalOperations.get"),
    Method("globalOperations.list", "GET", _COMPUTE + "/global/operations", operations.listed,
           "compute.globalOperations.list", _LIST),
    Method("effectiveTags.list", "GET", "/v3/effectiveTags", tags.effective, service="resourcemanager",
           query=frozenset({"parent", "pageSize", "pageToken"})),
    Method("tagBindings.list", "GET", "/v3/tagBindings", tags.bindings, service="resourcemanager",
           query=frozenset({"parent", "pageSize", "pageToken"})),
    Method("tagBindings.create", "POST", "/v3/tagBindings", tags.bind, service="resourcemanager", mutating=True,
           query=frozenset({"validateOnly"})),
    Method("tagBindings.delete", "DELETE", "/v3/tagBindings/(?P<name>.+)", tags.unbind, service="resourcemanager",
           mutating=True),
    Method("projects.testIamPermissions", "POST", "/v3/projects/(?P<project>[^/]+):testIamPermissions", rights.tested,
           service="resourcemanager"),
    Method("serviceAccounts.generateAccessToken", "POST",
           "/v1/projects/-/serviceAccounts/(?P<account>[^/:]+):generateAccessToken", identity.impersonate,
           service="iamcredentials"),
    Method("token", "POST", "/token", identity.exchange_assertion, service="oauth2", anonymous=True),
    Method("sts.token", "POST", "/v1/token", identity.exchange_subject, service="sts", anonymous=True),
    Method("metadata", "GET", "/(?:computeMetadata/v1/(?P<what>.*))?", identity.metadata, service="metadata",
           query=frozenset({"recursive", "scopes", "audience"}), anonymous=True),
]
