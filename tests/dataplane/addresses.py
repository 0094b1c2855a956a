"""Address texts as Go's net.ParseCIDR and net.ParseIP read them, which is how Kube-OVN reads them."""

import ipaddress
import re

LENGTH = re.compile(r"[0-9]{1,4}")

# A Subnet must not touch these; Kube-OVN refuses it then.
NO_SUBNETS = [ipaddress.ip_network(text) for text in (
    "255.255.255.255/32", "224.0.0.0/4", "127.0.0.0/8", "0.0.0.0/32", "169.254.0.0/16",
    "::/128", "::1/128", "ff00::/8", "fe80::/10")]


def parse_ip(text):
    """Return an address, or None."""
    try:
        return None if "%" in text else ipaddress.ip_address(text)
    except ValueError:
        return None


def parse_cidr(text):
    """Return an address with its network, or None."""
    address, slash, length = text.partition("/")
    if not slash or not LENGTH.fullmatch(length) or not parse_ip(address):
        return None
    try:
        return ipaddress.ip_interface(f"{address}/{int(length)}")
    except ValueError:
        return None


def parse_cidrs(text):
    """Return the parts of a list with commas, or None when one of them does not parse."""
    parts = [parse_cidr(part) for part in text.split(",")]
    return None if None in parts else parts


def parse_destination(text):
    """Return the network of a route's destination, which may be a single address, or None."""
    interface = parse_cidr(text) if "/" in text else parse_ip(text) and ipaddress.ip_interface(text)
    return interface and interface.network


def first_host(network):
    """Return the address that a gateway takes by default."""
    whole = network.prefixlen >= network.max_prefixlen - 1
    return network.network_address + (0 if whole else 1)


def last_host(network):
    """Return the last address that a pod may have."""
    whole = network.prefixlen >= network.max_prefixlen - 1
    return network.broadcast_address - (0 if whole else 1)


def is_inside(inner, outer):
    """Say whether a network is a part of another one, or the same."""
    return inner.version == outer.version and inner.subnet_of(outer)


def overlap(one, other):
    """Say whether two networks have addresses in common."""
    return one.version == other.version and one.overlaps(other)
