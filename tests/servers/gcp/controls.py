"""What a test does to this cloud behind the clients' backs, beside what played/controls.py has for all of them.

A network is named by its path, "projects/PROJECT/global/networks/NAME".
"""

import ipaddress
import itertools
import secrets
from functools import partial

from ..played import controls
from ..played.journal import BEFORE, Fault
from . import halves, networks, operations, overlap, picture, tokens
from .answers import Refusal
from .state import FLAGS, Account, Network, Peering, Project, Subnetwork, TagValue

_RATES = {403: ("rateLimitExceeded", "Rate Limit Exceeded", {"domain": "usageLimits"}),
          429: ("rateLimitExceeded", "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of "
                "service 'compute.googleapis.com'.", {"info": ("RATE_LIMIT_EXCEEDED", {}), "domain": "usageLimits"})}


class Controls(controls.Controls):
    """The controls of a server in this process; `lock` guards `state`."""

    _advance = staticmethod(operations.advance_all)
    _draw = staticmethod(picture.draw)
    url = ""

    def __init__(self, state, journal, lock):
        super().__init__(state, journal, lock)
        self._keys = itertools.count()
        self._numbers = itertools.count(100000000001)

    # Furnishing.

    def project(self, name):
        """Make a project, where it is not there yet; returns its number."""
        with self._lock:
            return self._project(name).number

    def _project(self, name):
        if name not in self._state.projects:
            self._state.projects[name] = Project(name, str(next(self._numbers)))
        return self._state.projects[name]

    def service_account(self, project, name="peerwarden"):
        """Make a service account that may do all in its project; returns its key as the file of a key has it."""
        with self._lock:
            self._project(project)
            email = f"{name}@{project}.iam.gserviceaccount.com"
            self._state.accounts.setdefault(email, Account(email, project, self._state.new_id()))
        return self.new_key(email)

    def new_key(self, email):
        """Make a further key of a service account; returns it as the file of a key has it."""
        with self._lock:
            pem, public = tokens.key(next(self._keys))
            account, number = self._state.accounts[email], secrets.token_hex(20)
            account.keys[number] = public
            return {"type": "service_account", "project_id": account.project, "private_key_id": number,
                    "private_key": pem, "client_email": email, "client_id": account.unique,
                    "auth_uri": f"{self.url}/auth", "token_uri": f"{self.url}/token",
                    "universe_domain": "googleapis.com"}

    def pool(self, number, pool, provider, subjects, impersonate=None):
        """Make a provider of a workload identity pool that trusts tokens, {token: subject}.

        With `impersonate`, an email, its subjects may act as that service account. Returns the configuration of type
        external_account, but for its `credential_source`.
        """
        with self._lock:
            path = f"//iam.googleapis.com/projects/{number}/locations/global/workloadIdentityPools/{pool}"
            audience = f"{path}/providers/{provider}"
            self._state.pools[audience] = dict(subjects)
            answer = {"type": "external_account", "audience": audience, "token_url": f"{self.url}/v1/token",
                      "subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}
            if impersonate:
                account = self._state.accounts[impersonate]
                account.impersonators |= {f"principal:{path}/subject/{each}" for each in subjects.values()}
                answer["service_account_impersonation_url"] = (
                    f"{self.url}/v1/projects/-/serviceAccounts/{impersonate}:generateAccessToken")
            return answer

    def attach(self, email):
        """Let the metadata server give tokens of that service account; None: of none."""
        with self._lock:
            self._state.metadata = email

    def network(self, project, name, ranges=(), region="europe-west3", **more):
        """Make a network with these ranges, a subnetwork each; returns its path. `more` are fields of state.Network."""
        with self._lock:
            found = Network(self._state.new_id(), self._project(project).id, name, self._state.clock.now(), **more)
            self._state.networks[found.path] = found
            for index, text in enumerate(ranges):
                self._add_subnet(found, f"subnet-{index + 1}", text, region, {}, None)
            return found.path

    def subnetwork(self, network, name, cidr, region="europe-west3", secondary=None, range6=None):
        """Add a subnetwork, also while the network is peered and also where it overlaps; returns its number."""
        with self._lock:
            return self._add_subnet(self._state.networks[network], name, cidr, region, dict(secondary or {}), range6)

    def _add_subnet(self, network, name, cidr, region, secondary, range6):
        found = Subnetwork(self._state.new_id(), name, region, str(ipaddress.ip_network(cidr)),
                           self._state.clock.now(), secondary, range6)
        network.subnetworks.append(found)
        return found.id

    def remove_subnetwork(self, network, name):
        """Take a subnetwork away."""
        with self._lock:
            found = self._state.networks[network]
            found.subnetworks = [each for each in found.subnetworks if each.name != name]

    def route(self, network, name, destination, dynamic=False, region="global"):
        """Add a custom route, static or learned."""
        with self._lock:
            kind = "DYNAMIC_PEERING_ROUTE" if dynamic else "STATIC_PEERING_ROUTE"
            self._state.networks[network].routes[name] = (destination, kind, region)

    def delete_network(self, network):
        """Remove a network; halves that name it as their peer become inactive."""
        with self._lock:
            operations.advance_all(self._state)
            found = self._state.networks[network]
            for name in list(found.peerings):
                halves.disconnect(self._state, found, name)
            del self._state.networks[network]

    def tag(self, where, key, value="true", inherited=False):
        """Bind a tag, by its namespaced key `OWNER/NAME`, to a network, or with no value take it away.

        With `inherited` it is bound to the project of that network. Returns the number of the value.
        """
        with self._lock:
            state, network = self._state, self._state.networks[where]
            bound = state.projects[network.project].tags if inherited else network.tags
            bound[:] = [each for each in bound if state.tag_values[each].key != key]
            if value is None:
                return None
            number = self._tag_value(key, value)
            bound.append(number)
            return number

    def tag_value(self, key, value="true"):
        """Make a tag's value that is bound to nothing yet; returns its number."""
        with self._lock:
            return self._tag_value(key, value)

    def _tag_value(self, key, value):
        values = self._state.tag_values
        same_key = [each for each in values.values() if each.key == key]
        same = [each.id for each in same_key if each.value == value]
        if same:
            return same[0]
        key_id = same_key[0].key_id if same_key else self._state.new_tag_id()
        found = TagValue(self._state.new_tag_id(), key, value, key_id)
        values[found.id] = found
        return found.id

    def add_peering(self, network, name, peer, **flags):
        """Add a half by hand, at once and whatever overlaps; `flags` are the routes' options."""
        with self._lock:
            operations.advance_all(self._state)
            half = Peering(name, peer, {**FLAGS, **flags})
            halves.connect(self._state, self._state.networks[network], half)

    def remove_peering(self, network, name):
        """Take a half away by hand, at once."""
        with self._lock:
            operations.advance_all(self._state)
            halves.disconnect(self._state, self._state.networks[network], name)

    def change_peering(self, network, name, **flags):
        """Change the routes' options of a half by hand, at once."""
        with self._lock:
            self._state.networks[network].peerings[name].flags.update(flags)

    def route_operation(self, network, seconds):
        """Let an operation on the routes of a network be under way for that long."""
        with self._lock:
            self._state.networks[network].route_operation_until = self._state.clock.now() + seconds

    # Rights and tokens.

    def permit(self, principal, project, permissions=None):
        """Permit someone these permissions alone in a project; None: all. Elsewhere than at home there are none."""
        with self._lock:
            granted = None if permissions is None else set(permissions)
            self._state.granted[principal, project] = granted

    def deny(self, principal, permissions, project=None):
        """Take permissions away, in one project or in all; replaces what was taken there before."""
        with self._lock:
            self._state.denied[principal, project] = set(permissions)

    def switch_off(self, project, service="compute"):
        """Disable an API, "compute" or "resourcemanager", in a project."""
        with self._lock:
            self._state.projects[project].disabled.add(service)

    def switch_on(self, project, service="compute"):
        """Enable an API again."""
        with self._lock:
            self._state.projects[project].disabled.discard(service)

    def expire_tokens(self):
        """End all access tokens now, before their time."""
        with self._lock:
            for each in self._state.tokens.values():
                each.expires = 0.0

    def revoke(self, email, key_id):
        """Delete a key of a service account; its tokens live on."""
        with self._lock:
            del self._state.accounts[email].keys[key_id]

    # Hooks.

    def throttle(self, count=1, **matching):
        """Answer the next calls that match as over the rate (see `settings.rate`); returns the hook's number."""
        status = self._state.settings.rate
        reason, message, more = _RATES[status]
        refuse = partial(Refusal, status, reason, message, **more)
        return self._journal.add(Fault(matching, BEFORE, 1, count, refuse))

    def fault(self, status=500, reason="backendError", message="Injected.", when=BEFORE, number=1, count=1, **matching):
        """Answer calls with an error, from the `number`-th on that matches from now; after: the work is done."""
        return self._journal.add(Fault(matching, when, number, count, partial(Refusal, status, reason, message)))

    def fail_operations(self, code="INTERNAL_ERROR", message="Injected.", status=500, count=1):
        """Let the next operations that begin end with an error inside, without their work."""
        with self._lock:
            self._state.failures += [(status, code, message)] * count

    # Looking.

    def look(self, network):
        """Return a network as networks.get shows it."""
        with self._lock:
            operations.advance_all(self._state)
            return networks.shown(self._state, self._state.networks[network])

    def peerings(self, network):
        """Return the halves of a network by name, as networks.get shows them."""
        return {each["name"]: each for each in self.look(network).get("peerings", [])}

    def operations(self):
        """Return all operations as globalOperations.get shows them, the oldest first."""
        with self._lock:
            operations.advance_all(self._state)
            return [operations.shown(each) for each in self._state.operations.values()]

    def overlap(self, network, peer, stack="IPV4_ONLY"):
        """Return the text that says which ranges stand in the way of two networks, or None."""
        with self._lock:
            here, there = self._state.networks[network], self._state.networks[peer]
            return overlap.clash(self._state, here, there, stack)


NAMES = controls.names_of(Controls)


class RemoteControls(controls.RemoteControls):
    """The controls of a server in another process, by its address: the same methods."""

    names = NAMES
