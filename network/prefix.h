/* IPv4 and IPv6 addresses and prefixes as values.
 *
 * Text is accepted exactly where Go's net.ParseIP and net.ParseCIDR accept it, because Kube-OVN and
 * the clouds' controllers read the same text with those; canonical text follows RFC 5952 and RFC
 * 4632. IPv4-mapped IPv6 text
 * ("::ffff:10.0.0.1") is parsed as the IPv6 address that it spells, and address_is_mapped() tells.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum family { FAMILY_4, FAMILY_6, FAMILIES };

/* Bits count from the most significant bit of `high`; an IPv4 address fills the upper half of
 * `high`. */
struct address {
	uint64_t high;
	uint64_t low;
	enum family family;
};

struct prefix {
	struct address address; /* host bits may be set: see prefix_network */
	uint8_t length;
};

enum { PREFIX_TEXT_SIZE = 50 };

/* On failure false, and *reason is a short lower-case phrase of static storage ("a number of the
 * address has a leading zero", "a zone is not allowed", "the prefix length is missing"). */
bool address_parse(const char *text, struct address *address, const char **reason);
bool prefix_parse(const char *text, struct prefix *prefix, const char **reason);

/* Canonical text; returns `text`. */
const char *address_format(const struct address *address, char text[PREFIX_TEXT_SIZE]);
const char *prefix_format(const struct prefix *prefix, char text[PREFIX_TEXT_SIZE]);

bool address_equal(const struct address *a, const struct address *b);
int address_compare(const struct address *a, const struct address *b); /* family first */
bool address_is_mapped(const struct address *address);                 /* ::ffff:0:0/96 */
bool address_is_link_local(const struct address *address); /* 169.254.0.0/16, fe80::/10 */

/* Usable as the address of a host or network: not unspecified or 0.0.0.0/8, loopback, multicast,
 * broadcast or mapped. 240.0.0.0/4 is unicast here, as for Go. *reason as above. */
bool address_is_unicast(const struct address *address, const char **reason);

unsigned prefix_bits(enum family family);                       /* 32 or 128 */
struct prefix prefix_of_address(const struct address *address); /* the /32 or /128 */
struct prefix prefix_network(const struct prefix *prefix);      /* host bits zero */
bool prefix_has_host_bits(const struct prefix *prefix);
/* The n-th address of the network, which must be large enough. */
struct address prefix_nth(const struct prefix *prefix, unsigned n);
struct address prefix_last(const struct prefix *prefix); /* the broadcast address, for IPv4 */
bool prefix_equal(const struct prefix *a, const struct prefix *b); /* networks and lengths */
bool prefix_contains(const struct prefix *prefix, const struct address *address);
bool prefix_covers(const struct prefix *outer, const struct prefix *inner); /* also when equal */
bool prefix_overlaps(const struct prefix *a, const struct prefix *b);

/* The next network of the same length, or false at the end of the address space. */
bool prefix_next(const struct prefix *prefix, struct prefix *next);
