/* IPv4 and IPv6 prefixes as values.
 *
 * Text is accepted exactly where Go's net.ParseCIDR accepts it; canonical text follows RFC 5952 and
 * RFC 4632.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "network/address.h"

struct prefix {
	struct address address; /* host bits may be set: see prefix_network */
	uint8_t length;
};

/* *reason as for address_parse ("the prefix length is missing"). */
bool prefix_parse(const char *text, struct prefix *prefix, const char **reason);

/* Canonical text; returns `text`. */
const char *prefix_format(const struct prefix *prefix, char text[PREFIX_TEXT_SIZE]);

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
