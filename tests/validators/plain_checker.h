/* The catalogue of rules, in executable form: one object judged among all others with plain loops
 * over flat arrays, without an index and without the engine's rules.
 *
 * Slow and simple on purpose. It was written from the catalogue, so that a difference to the engine
 * is a mistake in one of the two, or in the catalogue.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "network/declaration.h"
#include "validators/finding.h"

/* An entry of the subject that a finding stands on. Once the entry is refused for another reason,
 * what follows from it need not be said again. */
enum plain_part { PLAIN_PEERING, PLAIN_CLAIM, PLAIN_ROUTE, PLAIN_DNS_LINK };
struct plain_entry {
	enum plain_part part;
	int index;
};

enum { PLAIN_PARTIES = 64, PLAIN_ENTRIES = 64 };

/* The limits of rule quota, small enough to be met: of peerings of any network and of routes in a
 * table of a VPC; of routes of the shoot; of links of a zone or ruleset. */
enum { PLAIN_QUOTA = 3, PLAIN_ROUTE_QUOTA = 4, PLAIN_LINK_QUOTA = 2 };

struct plain_finding {
	const char *rule;
	enum action action;
	const char *path;  /* of the field at fault, as in struct field; "" when the subject only */
	const char *value; /* brings others together */
	const struct declaration *against[PLAIN_PARTIES];
	int against_count;
	struct plain_entry entries[PLAIN_ENTRIES];
	int entry_count;
	const void *one_of; /* of several with the same mark, any will do; NULL for no mark */
	struct plain_finding *next;
};

/* All declarations there are, the subject among them. */
struct plain_finding *plain_check(struct arena *arena, const struct declaration *const *all,
	size_t count, const struct declaration *subject);

/* The same for its deletion. */
struct plain_finding *plain_check_deletion(struct arena *arena,
	const struct declaration *const *all, size_t count, const struct declaration *subject);

/* Does the plain checker know this rule? */
bool plain_knows(const char *rule);
