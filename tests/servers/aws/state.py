"""What the cloud knows: VPCs, route tables, peerings, users and roles, in accounts and regions, and its clock."""

import ipaddress
import itertools
import secrets
from dataclasses import dataclass, field

from ..played.clock import Clock
from ..played.pages import Pages

HOUR = 3600
DAY = 24 * HOUR


@dataclass
class Settings:
    """What a test may change while the server runs; times in seconds of the server's clock.

    `duplicate` says what a second request for a pair of VPCs gets: "error" or "existing"; AWS has been seen to do
    both. `unseen_calls` is the number of calls to which a new peering is still unknown.
    """

    initiating: float = 0.2
    provisioning: float = 0.2
    deleting: float = 0.2
    duplicate: str = "error"
    unseen_calls: int = 0
    active_peerings_per_vpc: int = 50
    outstanding_requests: int = 25
    routes_per_table: int = 500
    tags_per_resource: int = 50
    page: int = 1000


@dataclass
class Association:
    """A range of addresses of a VPC."""

    id: str
    range: str
    state: str = "associated"

    @property
    def network(self):
        """The range as a network."""
        return ipaddress.ip_network(self.range)


@dataclass
class Vpc:
    """A VPC; its first IPv4 range is the primary one."""

    id: str
    account: str
    region: str
    associations: list
    tags: dict
    state: str = "available"

    def ranges(self, version):
        """Return the associated ranges of an address family, as texts."""
        return [each.range for each in self.associations
                if each.state == "associated" and each.network.version == version]

    def overlaps(self, other):
        """Say whether any ranges of two VPCs overlap."""
        pairs = itertools.product(self.associations, other.associations)
        return any(one.network.version == two.network.version and one.network.overlaps(two.network)
                   for one, two in pairs if one.state == two.state == "associated")


@dataclass
class Route:
    """A route: `destination` and `target` are pairs of the element's name and its value."""

    destination: tuple
    target: tuple
    origin: str = "CreateRoute"


@dataclass
class RouteTable:
    """A route table of a VPC."""

    id: str
    vpc: Vpc
    tags: dict
    main: bool = False
    subnets: list = field(default_factory=list)
    routes: list = field(default_factory=list)


@dataclass
class Side:
    """One end of a peering, as the request named it; `vpc` once it is known to be there."""

    account: str
    region: str
    vpc_id: str
    vpc: Vpc = None
    resolves_names: bool = False

    @property
    def view(self):
        """Where this end is seen."""
        return self.account, self.region


@dataclass
class Peering:
    """A peering connection: one object, seen from two views, each of which has its own tags."""

    id: str
    requester: Side
    accepter: Side
    created: float
    since: float
    status: str = "initiating-request"
    ended_by: Side = None
    unseen: int = 0
    tags: dict = field(default_factory=dict)

    def __post_init__(self):
        """Note both ends, the requester's first, and the two VPCs, whoever asked whom."""
        self.sides = (self.requester, self.accepter)
        self.pair = frozenset(side.vpc_id for side in self.sides)

    def side_of(self, view):
        """Return the end that is seen from there, the requester's where it is both, or None."""
        return next((side for side in self.sides if side.view == view), None)

    def tags_of(self, view):
        """Return the tags that were made there."""
        return self.tags.setdefault(view, {})


@dataclass
class Key:
    """An access key: of a user (no token, no end) or of a session. `entity` is whose permissions it has."""

    id: str
    secret: str
    account: str
    arn: str
    entity: str
    token: str = None
    expires: float = None


@dataclass
class Role:
    """A role: who may assume it (accounts or ARNs), with which external id, and with which web identity tokens."""

    arn: str
    account: str
    trust: list
    external_id: str = None
    web_tokens: list = field(default_factory=list)


class State:
    """Everything, to be used by one thread at a time."""

    def __init__(self):
        self.settings = Settings()
        self.clock = Clock()
        self.vpcs = {}
        self.tables = {}
        self.peerings = {}
        self.keys = {}
        self.roles = {}
        self.allowed = {}
        self.denied = {}
        self.pages = Pages()
        self._counter = itertools.count(1)

    def new_id(self, prefix):
        """Return an id such as AWS makes, which no other object has."""
        return f"{prefix}-{next(self._counter):08x}{secrets.token_hex(4)}0"

    def may(self, entity, action):
        """Say whether a user or role may do something; what it was never told, it may."""
        allowed = self.allowed.get(entity)
        return (allowed is None or action in allowed) and action not in self.denied.get(entity, set())

    def live_peering(self, pair):
        """Return the peering of two VPCs that is not over, or None."""
        return next((each for each in self.peerings.values()
                     if each.pair == pair and each.status not in OVER), None)

    def active_peerings(self, vpc_id):
        """Return how many peerings of a VPC are active or about to be."""
        return sum(vpc_id in each.pair and each.status in ("active", "provisioning")
                   for each in self.peerings.values())


OVER = ("failed", "expired", "rejected", "deleted")
