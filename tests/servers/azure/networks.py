"""Virtual networks: read alone. Tests make and change them by the controls."""

from .answers import NETWORK, Answer
from .calls import listing, not_there
from .identifiers import key
from .peerings import body as peering_body


def body(call, network):
    """Return a network as the API shows it."""
    return {
        "name": network.id.rpartition("/")[2], "id": call.state.shown(network.id), "etag": network.etag,
        "type": "Microsoft.Network/virtualNetworks", "location": network.location, "tags": dict(network.tags),
        "properties": {
            "provisioningState": "Updating" if network.busy else "Succeeded", "resourceGuid": network.guid,
            "addressSpace": {"addressPrefixes": list(network.prefixes)}, "privateEndpointVNetPolicies": "Disabled",
            "subnets": [],
            "virtualNetworkPeerings": [peering_body(call, each) for each in network.peerings.values()],
            "enableDdosProtection": False}}


def get(call):
    """Return one network, or those of a resource group."""
    if len(call.identifier.names) < len(call.identifier.types):
        scope = key(call.identifier.text) + "/"
        found = [each for name, each in call.state.networks.items() if name.startswith(scope)]
        return listing(call, [body(call, each) for each in found], NETWORK, paged=False)
    network = call.state.network(call.identifier.text)
    if network is None:
        raise not_there(call.identifier)
    return Answer(200, body(call, network), {"ETag": network.etag}, NETWORK)


METHODS = {"GET": get}
