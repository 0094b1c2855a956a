"""How two halves find each other and part again.

Each network has its own half. Once both are there they are connected, after the time that the settings say; when one
goes, by whatever hand, the other becomes inactive and stays.
"""


def _stands(state, half, back):
    """Say whether a half is still in its network, which is the peer of the other half."""
    network = state.network_at(back.peer)
    return network is not None and network.peerings.get(half.name) is half


def settle(state):
    """Make those halves active whose time has come."""
    now = state.clock.now()
    for due, one, two in [each for each in state.connecting if each[0] <= now]:
        if _stands(state, one, two) and _stands(state, two, one):
            for half in (one, two):
                half.active, half.since = True, due
    state.connecting = [each for each in state.connecting if each[0] > now]


def connect(state, network, half):
    """Put a half into its network; where the other one is there, they begin to connect."""
    peer = state.network_at(half.peer)
    back = peer.peering_with(network.path) if peer else None
    network.peerings[half.name] = half
    half.since = state.clock.now()
    if back:
        state.connecting.append((half.since + state.settings.connecting, half, back))
    settle(state)


def disconnect(state, network, name):
    """Take a half from its network; the other half becomes inactive."""
    gone = network.peerings.pop(name)
    peer = state.network_at(gone.peer)
    back = peer.peering_with(network.path) if peer else None
    if back and back.active:
        back.active, back.since = False, state.clock.now()
