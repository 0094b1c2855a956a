"""What the cloud knows: projects, networks with their subnetworks and peerings, operations, accounts, and its clock."""

import itertools
import re
import secrets
from dataclasses import dataclass, field

from ..played.clock import Clock
from ..played.pages import Pages

DAY = 24 * 3600
# The routes' options of a half, and what they are when nothing is said.
FLAGS = {"exportCustomRoutes": False, "importCustomRoutes": False, "exportSubnetRoutesWithPublicIp": True,
         "importSubnetRoutesWithPublicIp": False}
LINK = "https://www.googleapis.com/compute/v1/"


@dataclass
class Settings:
    """What a test may change while the server runs; times in seconds of the server's clock.

    `connecting` is how long two halves take to become active once the operation of the second one is done.
    Where Google has been seen to do either, or is not known: `overlap` and `quota` say where an overlap and a reached
    quota show, in the "operation" or in the answer to the "call"; `duplicate` (400 or 409), `missing_peer` and
    `missing_peering` (404 or 400) are HTTP statuses; `rate` is 403 or 429. The aggregated list says of the regions
    in `unreachable` that they did not answer.
    """

    pending: float = 0.1
    running: float = 0.2
    connecting: float = 0.0
    overlap: str = "operation"
    quota: str = "operation"
    duplicate: int = 400
    missing_peer: int = 404
    missing_peering: int = 400
    rate: int = 403
    peerings_per_network: int = 25
    subnet_ranges_per_group: int = 400
    operations_kept: float = 14 * DAY
    wait: float = 120
    page: int = 500
    token_life: int = 3600
    unreachable: tuple = ()


@dataclass
class Subnetwork:
    """A range of a network in a region, and further ones by name."""

    id: str
    name: str
    region: str
    range: str
    created: float
    secondary: dict = field(default_factory=dict)
    range6: str = None


@dataclass
class Peering:
    """One half of a peering: what one network has said. `since` is when its state last changed.

    `peer` is the path of the other network from `projects/`, `flags` are the routes' options by their JSON names.
    """

    name: str
    peer: str
    flags: dict
    stack: str = "IPV4_ONLY"
    strategy: str = "INDEPENDENT"
    active: bool = False
    since: float = 0.0


@dataclass
class Network:
    """A network. `routes` are its static and dynamic routes: name -> (range, type, region)."""

    id: str
    project: str
    name: str
    created: float
    mtu: int = 1460
    description: str = None
    auto: bool = False
    routing: str = "REGIONAL"
    subnetworks: list = field(default_factory=list)
    peerings: dict = field(default_factory=dict)
    routes: dict = field(default_factory=dict)
    tags: list = field(default_factory=list)
    route_operation_until: float = 0.0

    @property
    def path(self):
        """Its path from `projects/`."""
        return f"projects/{self.project}/global/networks/{self.name}"

    def peering_with(self, path):
        """Return the half that names a network as its peer, or None."""
        return next((each for each in self.peerings.values() if each.peer == path), None)


@dataclass
class Project:
    """A project; services that are switched off; tags that its networks inherit."""

    id: str
    number: str
    disabled: set = field(default_factory=set)
    tags: list = field(default_factory=list)


@dataclass
class Operation:
    """A change under way: `work` does it when its time has come, and returns None or an error (code, message)."""

    id: str
    name: str
    kind: str
    project: str
    network: Network
    touched: frozenset
    user: str
    inserted: float
    work: object
    request_id: str = None
    asked: tuple = ()
    started: float = None
    ended: float = None
    error: tuple = None

    @property
    def status(self):
        """PENDING, RUNNING or DONE."""
        return "DONE" if self.ended is not None else "PENDING" if self.started is None else "RUNNING"


@dataclass
class Account:
    """A service account: its public keys (modulus, exponent) by id, and who may act as it."""

    email: str
    project: str
    unique: str
    keys: dict = field(default_factory=dict)
    impersonators: set = field(default_factory=set)


@dataclass
class Token:
    """An access token: whose, and until when by the real time."""

    principal: str
    expires: float


@dataclass
class TagValue:
    """A value of a tag; `key` is its namespaced key, `key_id` the key's number."""

    id: str
    key: str
    value: str
    key_id: str


class State:
    """Everything, to be used by one thread at a time."""

    def __init__(self):
        self.settings = Settings()
        self.clock = Clock()
        self.projects = {}
        self.networks = {}
        self.operations = {}
        self.under_way = []
        self.connecting = []
        self.requests = {}
        self.accounts = {}
        self.tokens = {}
        self.pools = {}
        self.tag_values = {}
        self.metadata = None
        self.granted = {}
        self.denied = {}
        self.pages = Pages()
        self.failures = []
        self._counter = itertools.count(1)

    def new_id(self):
        """Return a number as a text, such as Compute Engine makes, above 2^53, which no other object has."""
        return str((next(self._counter) << 20 | secrets.randbits(20)) + (1 << 62))

    def new_tag_id(self):
        """Return a number such as those of tags."""
        return f"28147{next(self._counter):010d}"

    def project(self, name):
        """Return a project by its id or number, or None."""
        return self.projects.get(name) or next((each for each in self.projects.values() if each.number == name), None)

    def network(self, project, name):
        """Return a network by the ids of its project, and its name or number; or None."""
        found = self.project(project)
        if found is None:
            return None
        path = f"projects/{found.id}/global/networks/{name}"
        if path in self.networks or not name.isdigit():
            return self.networks.get(path)
        return next((each for each in self.networks.values() if (each.project, each.id) == (found.id, name)), None)

    def network_at(self, path):
        """Return a network by its path from `projects/`, or None."""
        return self.networks.get(path)

    def may(self, principal, permission, project):
        """Say whether someone may do something in a project; an account may do all in its own until it is denied."""
        if permission in self.denied.get((principal, None), ()) or permission in self.denied.get(
                (principal, project), ()):
            return False
        if (principal, project) in self.granted:
            granted = self.granted[principal, project]
            return granted is None or permission in granted
        account = self.accounts.get(principal)
        return account is not None and account.project == project


def relative(url, project):
    """Return the path from `projects/` that a full, relative or short address of a network means, or None."""
    found = re.fullmatch(
        r"(?:https://[a-z.]*googleapis\.com/(?:compute/[a-z0-9]+/)?|/?(?:compute/[a-z0-9]+/)?)"
        r"(?:projects/([^/]+)/)?global/networks/([^/]+)", url)
    return None if not found else f"projects/{found[1] or project}/global/networks/{found[2]}"
