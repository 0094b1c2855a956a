"""What stands in the cloud, without numbers and times: two runs that came to the same end have equal pictures."""


def _half(peering):
    return {"peer": peering.peer, "state": "ACTIVE" if peering.active else "INACTIVE", "stack": peering.stack,
            **peering.flags}


def draw(state):
    """Return the halves by the path of their network and their name, and the operations that are not done."""
    return {
        "peerings": {path: {name: _half(half) for name, half in sorted(network.peerings.items())}
                     for path, network in sorted(state.networks.items())},
        "under way": sorted((each.kind, each.network.path) for each in state.operations.values()
                            if each.ended is None),
    }
