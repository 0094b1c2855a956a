/* IPv4 and IPv6 addresses as values.
 *
 * Text is accepted exactly where Go's net.ParseIP accepts it, because Kube-OVN and the clouds'
 * controllers read the same text with it; canonical text follows RFC 5952. IPv4-mapped IPv6 text
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

enum { PREFIX_TEXT_SIZE = 50 }; /* room for an address with a prefix length */

/* On failure false, and *reason is a short lower-case phrase of static storage ("a number of the
 * address has a leading zero", "a zone is not allowed"). */
bool address_parse(const char *text, struct address *address, const char **reason);

/* Canonical text; returns `text`. */
const char *address_format(const struct address *address, char text[PREFIX_TEXT_SIZE]);

bool address_equal(const struct address *a, const struct address *b);
int address_compare(const struct address *a, const struct address *b); /* family first */
bool address_is_mapped(const struct address *address);                 /* ::ffff:0:0/96 */
bool address_is_link_local(const struct address *address); /* 169.254.0.0/16, fe80::/10 */

/* Usable as the address of a host or network: not unspecified or 0.0.0.0/8, loopback, multicast,
 * broadcast or mapped. 240.0.0.0/4 is unicast here, as for Go. *reason as above. */
bool address_is_unicast(const struct address *address, const char **reason);
