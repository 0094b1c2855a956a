/* The match of an OVN policy, as far as it tells which packets it takes: their source and
 * destination.
 *
 * The language is that of "Logical flow expressions" in ovn-sb(5): comparisons of fields with
 * constants or {sets}, joined by &&, || and !. Comparisons of addresses are understood exactly;
 * every other one ("tcp.dst == 80", "ip4.src == $set") may hold for some packets and not for
 * others, and makes a part `partial`.
 */
#pragma once

#include "base/arena.h"
#include "network/prefix.h"

/* Packets from `source` to `destination`, which are of one family; a length of 0 is any address. */
struct policy_match_part {
	struct prefix source;
	struct prefix destination;
	bool partial; /* only some of them */
};

struct policy_match {
	const struct policy_match_part *parts;
	size_t count;
};

/* More parts than these, or too many steps towards them, are not followed: then everything is
 * matched in part. */
enum { POLICY_MATCH_PARTS = 256 };

/* What the text matches is the union of the parts. Nothing for a text that does not parse: OVN
 * passes over such a policy. */
struct policy_match policy_match_read(struct arena *arena, const char *text);

/* What `match` takes and `other` does not take for sure. */
struct policy_match policy_match_without(
	struct arena *arena, struct policy_match match, struct policy_match other);
