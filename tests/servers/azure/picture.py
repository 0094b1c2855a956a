"""What stands in the cloud, without etags, guids and times: two runs that came to the same end have equal pictures.

Subscriptions are left out of the names, since they differ between runs: a name is "group/name".
"""

from . import peerings
from .identifiers import split


def _name(identifier):
    found = split(identifier)
    return "/".join((found.group, *found.names)).lower()


def _half(state, peering):
    return {"remote": _name(peering.remote_id), "state": peering.state, "level": peerings.level(state, peering),
            "provisioning": peering.provisioning, "options": dict(peering.options)}


def _link(link):
    return {"network": _name(link.network_id), "registration": link.registration, "tags": dict(link.tags)}


def draw(state):
    """Return the picture: halves and links by their names."""
    halves = {_name(each.id): _half(state, each)
              for network in state.networks.values() for each in network.peerings.values()}
    links = {_name(each.id): _link(each) for zone in state.zones.values() for each in zone.links.values()}
    return {"peerings": dict(sorted(halves.items())), "links": dict(sorted(links.items()))}
