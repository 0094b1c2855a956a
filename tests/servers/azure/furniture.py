"""The part of the controls that makes, changes and removes what stands in the cloud, by hand as its owner would."""

import ipaddress
import uuid

from . import operations, peerings, zones
from .identifiers import key, split
from .state import Application, Link, Network, Peering, Zone, weak_etag, zone_etag


class Furniture:
    """Tenants, subscriptions, networks, zones, rulesets, peerings and links; `lock` guards `state`."""

    def tenant(self, identifier=None):
        """Make a tenant; returns its id."""
        with self._lock:
            found = identifier or str(uuid.uuid4())
            self._state.tenants[found] = True
            return found

    def subscription(self, tenant, identifier=None):
        """Make a subscription of a tenant; returns its id."""
        with self._lock:
            found = identifier or str(uuid.uuid4())
            self._state.subscriptions[found.lower()] = tenant
            return found

    def group(self, subscription, name):
        """Make a resource group; what stands in one makes it, too."""
        with self._lock:
            self._state.groups[subscription.lower(), name.lower()] = True

    def _application(self, tenant, secret):
        with self._lock:
            found = Application(str(uuid.uuid4()), tenant, {secret: True}, principals={tenant: str(uuid.uuid4())})
            self._state.applications[found.id] = found
            return {"id": found.id, "secret": secret}

    def _place(self, subscription, group, kind, name):
        self._state.groups[subscription.lower(), group.lower()] = True
        return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/{kind}/{name}"

    def network(self, subscription, group, name, prefixes, tags=None, location="westeurope", gateway=False):
        """Make a virtual network; returns its id."""
        with self._lock:
            identifier = self._place(subscription, group, "virtualNetworks", name)
            prefixes = [str(ipaddress.ip_network(each)) for each in prefixes]
            self._state.networks[key(identifier)] = Network(identifier, location, prefixes, dict(tags or {}), gateway)
            return identifier

    def prefixes(self, network, prefixes):
        """Change the address space of a network, also while it is peered."""
        with self._lock:
            found = self._state.networks[key(network)]
            found.prefixes = [str(ipaddress.ip_network(each)) for each in prefixes]
            found.etag = weak_etag()

    def gateway(self, network, there=True):
        """Give a network a gateway, or take it away."""
        with self._lock:
            self._state.networks[key(network)].gateway = there

    def busy(self, network, operation="PutSubnetOperation"):
        """Let a network be in the state Updating by that operation; an empty text ends it."""
        with self._lock:
            self._state.networks[key(network)].busy = operation

    def delete_network(self, network):
        """Remove a network; the other halves of its peerings become Disconnected, links to it stay."""
        with self._lock:
            operations.advance_all(self._state)
            found = self._state.networks[key(network)]
            for peering in list(found.peerings.values()):
                peerings.remove(self._state, found, peering)
            del self._state.networks[key(network)]

    def zone(self, subscription, group, name, tags=None, most_links=1000, most_registrations=100):
        """Make a private DNS zone; returns its id."""
        zones.check_zone_name(name)
        with self._lock:
            identifier = self._place(subscription, group, "privateDnsZones", name)
            self._state.zones[key(identifier)] = Zone(identifier, "privateDnsZones", name, dict(tags or {}), "global",
                                                      most_links, most_registrations)
            return identifier

    def ruleset(self, subscription, group, name, tags=None, location="westeurope"):
        """Make a forwarding ruleset; returns its id."""
        with self._lock:
            identifier = self._place(subscription, group, "dnsForwardingRulesets", name)
            self._state.zones[key(identifier)] = Zone(identifier, "dnsForwardingRulesets", name, dict(tags or {}),
                                                      location)
            return identifier

    def delete_zone(self, zone):
        """Remove a zone or ruleset with its links."""
        with self._lock:
            del self._state.zones[key(zone)]

    def tag(self, resource, name, value=None):
        """Set a tag of a network, zone or ruleset, or with no value remove it."""
        with self._lock:
            found = self._state.networks.get(key(resource)) or self._state.zones[key(resource)]
            found.tags.pop(name, None)
            if value is not None:
                found.tags[name] = value

    def peering(self, network, name, remote, **options):
        """Make a half by hand, without any check; with the other one there, both become Connected. Returns its id."""
        with self._lock:
            found = self._state.networks[key(network)]
            known = self._state.network(remote)
            peering = Peering(f"{found.id}/virtualNetworkPeerings/{name}", name, remote,
                              {**peerings.DEFAULTS, **options}, list(known.prefixes) if known else [],
                              str(uuid.uuid4()), "Succeeded")
            found.peerings[name.lower()] = peering
            other = self._state.other_half(found, peering)
            if other and other.state != "Disconnected":
                peerings.connect(peering, other)
            return peering.id

    def _peering(self, identifier):
        operations.advance_all(self._state)
        parsed = split(identifier)
        network = self._state.networks[key(parsed.parent.text)]
        return network, network.peerings[parsed.name.lower()]

    def delete_peering(self, peering):
        """Delete a half by hand; the other one becomes Disconnected."""
        with self._lock:
            peerings.remove(self._state, *self._peering(peering))

    def options(self, peering, **changes):
        """Change options of a half by hand."""
        with self._lock:
            found = self._peering(peering)[1]
            found.options.update(changes)
            found.touch()

    def link(self, zone, name, network, registration=False, tags=None):
        """Make a link by hand, without any check; returns its id."""
        with self._lock:
            found, known = self._state.zones[key(zone)], self._state.network(network)
            link = Link(f"{found.id}/virtualNetworkLinks/{name}", name, network, known.guid if known else "",
                        registration, tags=dict(tags or {}))
            found.links[name.lower()] = link
            return link.id

    def change_link(self, link, **changes):
        """Change `registration`, `network_id` or `tags` of a link by hand; its etag changes."""
        with self._lock:
            operations.advance_all(self._state)
            parsed = split(link)
            found = self._state.zones[key(parsed.parent.text)].links[parsed.name.lower()]
            for name, value in changes.items():
                if name not in ("registration", "network_id", "tags"):
                    raise ValueError(f"there is no {name} of a link")
                setattr(found, name, value)
            found.etag = zone_etag()

    def delete_link(self, link):
        """Delete a link by hand."""
        with self._lock:
            operations.advance_all(self._state)
            parsed = split(link)
            del self._state.zones[key(parsed.parent.text)].links[parsed.name.lower()]
