"""What the cloud knows: networks, peerings, zones, rulesets, links, applications and tenants, and its clock."""

import ipaddress
import itertools
import random
import time
import uuid
from dataclasses import dataclass, field

from ..played.clock import Clock
from .identifiers import key, split


@dataclass
class Settings:
    """What a test may change while the server runs; times in seconds of the server's clock.

    `retry_after` is the header of operations that go on, None: none. `long_urls` puts about 4 kB of `t,c,s,h` into
    the addresses of operations, new ones in every poll; with `newest_url_only` older ones are not found.
    `late_refusals` reports what stands against a peering by polling, not at once. `busy_remote` refuses a peering
    whose remote network is being changed by another peering's operation; `busy_status` is the HTTP status of
    AnotherOperationInProgress, for which 409 has been seen, too. `guarded_polls` asks for the permission to
    read operations of private DNS and its resolver. `lower_case` answers with ids in lower case. `weak_match` ignores
    If-Match on peerings. `refuse_nested_namespaces` lets zones of a network stand in each other's way also when one's
    name ends with the other's, not only when they are equal. The buckets are those of each subscription and principal.
    """

    operation: float = 0.2
    link_operation: float = 0.2
    linking: float = 0.0
    retry_after: int = None
    long_urls: bool = True
    newest_url_only: bool = False
    late_refusals: bool = False
    busy_remote: bool = False
    busy_status: int = 429
    guarded_polls: bool = False
    lower_case: bool = False
    weak_match: bool = True
    refuse_nested_namespaces: bool = False
    api_versions: list = None
    page: int = 100
    token_seconds: int = 3599
    peerings_per_network: int = 500
    links_per_ruleset: int = 500
    reads: int = 250
    reads_per_second: float = 25
    writes: int = 200
    writes_per_second: float = 10
    deletes: int = 200
    deletes_per_second: float = 10


def overlapping(one, two):
    """Return the prefixes of two lists that overlap, as Azure names them: of both lists, each once."""
    found = []
    for first, second in itertools.product(one, two):
        left, right = ipaddress.ip_network(first), ipaddress.ip_network(second)
        if left.version == right.version and left.overlaps(right):
            found += [first, second]
    return list(dict.fromkeys(found))


def _guid():
    return str(uuid.uuid4())


def weak_etag():
    """Return a new etag of Microsoft.Network."""
    return f'W/"{uuid.uuid4()}"'


def zone_etag():
    """Return a new etag of a DNS link; the quotes are part of it."""
    return f'"{random.getrandbits(32):08x}-0000-0500-0000-{int(time.time()):08x}0000"'


@dataclass
class Peering:
    """One half. `remote_id` is as it was given; `seen` are the remote's prefixes when they were last taken over."""

    id: str
    name: str
    remote_id: str
    options: dict
    seen: list
    guid: str
    provisioning: str = "Updating"
    state: str = "Initiated"
    etag: str = field(default_factory=weak_etag)

    def touch(self):
        """Change the etag."""
        self.etag = weak_etag()


@dataclass
class Network:
    """A virtual network; `busy` is the operation that keeps it from being in the state Succeeded, or empty."""

    id: str
    location: str
    prefixes: list
    tags: dict
    gateway: bool = False
    busy: str = ""
    peerings: dict = field(default_factory=dict)
    guid: str = field(default_factory=_guid)
    etag: str = field(default_factory=weak_etag)


@dataclass
class Link:
    """A link of a private DNS zone or of a ruleset. `network_guid` tells a network from a later one of its name."""

    id: str
    name: str
    network_id: str
    network_guid: str
    registration: bool = False
    location: str = "global"
    tags: dict = field(default_factory=dict)
    metadata: dict = None
    resolution: str = None
    provisioning: str = "Succeeded"
    since: float = 0.0
    etag: str = field(default_factory=zone_etag)


@dataclass
class Zone:
    """A private DNS zone (kind privateDnsZones) or a forwarding ruleset (dnsForwardingRulesets)."""

    id: str
    kind: str
    name: str
    tags: dict
    location: str = "global"
    most_links: int = 1000
    most_registrations: int = 100
    links: dict = field(default_factory=dict)
    etag: str = field(default_factory=_guid)

    def registrations(self):
        """Return the number of links with registration."""
        return sum(link.registration for link in self.links.values())


@dataclass
class Operation:
    """A call that goes on. `apply` is done when it ends, and may refuse; `error` is (code, message, status) or None."""

    id: str
    style: str
    base: str
    statuses: str
    results: str
    subscription: str
    ends: float
    apply: object
    resource: str
    kind: str
    resolve: object = None
    status: str = "InProgress"
    error: tuple = None
    turn: int = 0


@dataclass
class Application:
    """An application of Entra: its secrets (True: good, False: expired) and what it trusts, its service principals."""

    id: str
    home: str
    secrets: dict = field(default_factory=dict)
    assertions: set = field(default_factory=set)
    federations: set = field(default_factory=set)
    principals: dict = field(default_factory=dict)
    grants: dict = field(default_factory=lambda: {"/": ["*"]})
    denials: dict = field(default_factory=dict)


@dataclass
class Token:
    """An access token; it ends by the real time."""

    text: str
    application: str
    tenant: str
    audience: str
    expires: float


class State:
    """Everything, to be used by one thread at a time."""

    def __init__(self):
        self.settings = Settings()
        self.clock = Clock()
        self.tenants = {}
        self.subscriptions = {}
        self.groups = {}
        self.networks = {}
        self.zones = {}
        self.operations = {}
        self.going = {}
        self.applications = {}
        self.identities = {}
        self.tokens = {}
        self.buckets = {}

    def network(self, identifier):
        """Return the network with an id, as text, or None."""
        return self.networks.get(key(identifier))

    def find_peering(self, network, remote_id):
        """Return the half of a network that names that remote, or None."""
        return next((each for each in network.peerings.values() if key(each.remote_id) == key(remote_id)), None)

    def other_half(self, network, peering):
        """Return the half of the remote network that names this network, or None."""
        remote = self.network(peering.remote_id)
        return self.find_peering(remote, network.id) if remote else None

    def network_of(self, peering):
        """Return the network of a half."""
        return self.networks[key(split(peering.id).parent.text)]

    def all_links(self, kind):
        """Return pairs of zones (or rulesets) of a kind and their links."""
        return [(zone, link) for zone in self.zones.values() if zone.kind == kind for link in zone.links.values()]

    def shown(self, identifier):
        """Return an id as answers show it."""
        return identifier.lower() if self.settings.lower_case else identifier
