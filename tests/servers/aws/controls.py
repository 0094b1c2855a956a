"""What a test does to this cloud behind the clients' backs, beside what played/controls.py has for all of them."""

import ipaddress
import secrets
from functools import partial

from ..played import controls
from ..played.journal import BEFORE, Fault
from . import lifecycle, picture
from .answers import Refusal
from .state import Association, Key, Role, Route, RouteTable, Vpc

_HIDDEN = ("secret", "token", "sides", "pair")


def _short(action):
    return action.rsplit(":", 1)[-1]


class Controls(controls.Controls):
    """The controls of a server in this process; `lock` guards `state`."""

    _advance = staticmethod(lifecycle.advance_all)
    _draw = staticmethod(picture.draw)

    # Furnishing.

    def user(self, account, name="peerwarden"):
        """Make a user with an access key; returns {"id", "secret", "arn"}."""
        with self._lock:
            arn = f"arn:aws:iam::{account}:user/{name}"
            key = Key("AKIA" + secrets.token_hex(8).upper(), secrets.token_urlsafe(30), account, arn, arn)
            self._state.keys[key.id] = key
            return {"id": key.id, "secret": key.secret, "arn": arn}

    def role(self, account, name, trust=(), external_id=None, web_tokens=()):
        """Make a role that these accounts or ARNs may assume; returns its ARN."""
        with self._lock:
            arn = f"arn:aws:iam::{account}:role/{name}"
            self._state.roles[arn] = Role(arn, account, list(trust), external_id, list(web_tokens))
            return arn

    def vpc(self, account, region, cidrs, tags=None):
        """Make a VPC with these ranges and a main route table; returns its id."""
        with self._lock:
            vpc = Vpc(self._state.new_id("vpc"), account, region, [], dict(tags or {}))
            self._state.vpcs[vpc.id] = vpc
            self._new_table(vpc, {}, True, ())
            for cidr in cidrs:
                self._associate(vpc, cidr)
            return vpc.id

    def associate(self, vpc, cidr, state="associated"):
        """Add a range to a VPC, also while it is peered; returns the association's id."""
        with self._lock:
            return self._associate(self._state.vpcs[vpc], cidr, state)

    def disassociate(self, vpc, cidr):
        """Take a range from a VPC."""
        with self._lock:
            found = self._state.vpcs[vpc]
            found.associations = [each for each in found.associations if each.range != cidr]
            for table in self._tables_of(found):
                table.routes = [each for each in table.routes
                                if each.destination[1] != cidr or each.target[1] != "local"]

    def delete_vpc(self, vpc):
        """Remove a VPC with its tables; its peerings are deleted."""
        with self._lock:
            found = self._state.vpcs.pop(vpc)
            for table in self._tables_of(found):
                del self._state.tables[table.id]
            for peering in self._state.peerings.values():
                if vpc in peering.pair and peering.status in ("pending-acceptance", "provisioning", "active"):
                    peering.ended_by = next(side for side in peering.sides if side.vpc_id == vpc)
                    peering.status, peering.since = "deleted", self._state.clock.now()

    def table(self, vpc, tags=None, subnets=()):
        """Make a route table beside the main one; returns its id."""
        with self._lock:
            return self._new_table(self._state.vpcs[vpc], dict(tags or {}), False, subnets).id

    def tables(self, vpc):
        """Return the ids of the route tables of a VPC, the main one first."""
        with self._lock:
            return [each.id for each in self._tables_of(self._state.vpcs[vpc])]

    def tag(self, resource, key, value=None, account=None, region=None):
        """Set a tag, or with no value remove it; a peering needs the account and region that made it."""
        with self._lock:
            state = self._state
            if resource in state.peerings:
                tags = state.peerings[resource].tags_of((account, region))
            else:
                tags = (state.vpcs.get(resource) or state.tables[resource]).tags
            tags.pop(key, None)
            if value is not None:
                tags[key] = value

    def route(self, table, destination, target="local", value=None):
        """Put a route into a table by hand: `target` "VpcPeeringConnectionId" and so on; replaces one.

        The destination is a range or the id of a prefix list.
        """
        with self._lock:
            name = "DestinationIpv6CidrBlock" if ":" in destination else "DestinationCidrBlock"
            name = "DestinationPrefixListId" if destination.startswith("pl-") else name
            pair = ("GatewayId", "local") if target == "local" else (target, value)
            found = self._state.tables[table]
            found.routes = [each for each in found.routes if each.destination != (name, destination)]
            found.routes.append(Route((name, destination), pair))

    def remove_route(self, table, destination):
        """Take a route away by hand."""
        with self._lock:
            found = self._state.tables[table]
            found.routes = [each for each in found.routes if each.destination[1] != destination]

    def delete_peering(self, peering, by="accepter"):
        """Delete a peering by hand, as one of its ends would."""
        with self._lock:
            found = self._state.peerings[peering]
            lifecycle.delete(self._state, found, getattr(found, by).view)

    def reject_peering(self, peering):
        """Reject a request by hand, as its accepter would."""
        with self._lock:
            lifecycle.advance_all(self._state)
            found = self._state.peerings[peering]
            lifecycle.reject(self._state, found, found.accepter.view)

    def _associate(self, vpc, cidr, state="associated"):
        network = ipaddress.ip_network(cidr)
        association = Association(self._state.new_id("vpc-cidr-assoc"), str(network), state)
        vpc.associations.append(association)
        for table in self._tables_of(vpc):
            self._add_local(table, network)
        return association.id

    def _new_table(self, vpc, tags, main, subnets):
        table = RouteTable(self._state.new_id("rtb"), vpc, tags, main, list(subnets))
        self._state.tables[table.id] = table
        for association in vpc.associations:
            self._add_local(table, association.network)
        return table

    @staticmethod
    def _add_local(table, network):
        name = "DestinationCidrBlock" if network.version == 4 else "DestinationIpv6CidrBlock"
        table.routes.append(Route((name, str(network)), ("GatewayId", "local"), "CreateRouteTable"))

    def _tables_of(self, vpc):
        return [each for each in self._state.tables.values() if each.vpc is vpc]

    # Rights and keys.

    def permit(self, entity, actions):
        """Permit a user or role (by ARN) these actions alone, of which AssumeRole may be one; None: all."""
        with self._lock:
            self._state.allowed[entity] = None if actions is None else {_short(each) for each in actions}

    def deny(self, entity, actions):
        """Deny a user or role these actions, whatever it is permitted; replaces earlier denials."""
        with self._lock:
            self._state.denied[entity] = {_short(each) for each in actions}

    def expire_sessions(self):
        """End all sessions of roles now, before their time."""
        with self._lock:
            for key in self._state.keys.values():
                key.expires = None if key.token is None else 0.0

    def revoke(self, access_key):
        """Make an access key unknown."""
        with self._lock:
            del self._state.keys[access_key]

    # Hooks.

    def throttle(self, count=1, **matching):
        """Answer the next calls that match with 503 RequestLimitExceeded; returns the hook's number."""
        return self.fault("RequestLimitExceeded", "Request limit exceeded.", 503, count=count, **matching)

    def fault(self, code, message="Injected.", status=500, when=BEFORE, number=1, count=1, **matching):
        """Answer calls with an error, from the `number`-th on that matches from now; after: the work is done."""
        return self._journal.add(Fault(matching, when, number, count, partial(Refusal, code, message, status)))

    # Looking.

    def dump(self):
        """Return the whole state but secrets: vpcs, tables, peerings, keys, roles, settings."""
        with self._lock:
            lifecycle.advance_all(self._state)
            names = ("settings", "tables", "peerings", "keys", "roles", "allowed", "denied")
            vpcs = {each.id: {name: controls.plain(value, _HIDDEN, Vpc) for name, value in vars(each).items()}
                    for each in self._state.vpcs.values()}
            return {"vpcs": vpcs, **{name: controls.plain(getattr(self._state, name), _HIDDEN, Vpc) for name in names}}

    def peerings(self):
        """Return the peerings that are not forgotten, as dicts with `id`, `status`, `requester`, `accepter`, `tags`."""
        return list(self.dump()["peerings"].values())

    def routes(self, table):
        """Return the routes of a table as {destination: id of the target}."""
        with self._lock:
            return {each.destination[1]: each.target[1] for each in self._state.tables[table].routes}


NAMES = controls.names_of(Controls)


class RemoteControls(controls.RemoteControls):
    """The controls of a server in another process, by its address: the same methods."""

    names = NAMES
