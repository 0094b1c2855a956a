/* Overlaps among several domains in one sweep: two prefixes are apart or one covers the other, so
 * that in address order all that cover a claim stand on one stack. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "network/answer.h"
#include "network/inventory_layers.h"

struct sweep {
	struct arena *arena;
	const struct object_id *except;
	unsigned roles;
	struct occupant *claims;
	size_t count, room;
	size_t *covering; /* a stack of indexes into `claims` */
	size_t depth;
	struct overlaps found;
	size_t found_room;
};

/* Room for one more item of a list that has `count`. */
static void *
with_room(struct arena *arena, void *items, size_t count, size_t *room, size_t size)
{
	void *larger;

	if (count < *room)
		return items;
	*room = *room ? 2 * *room : INVENTORY_ANSWERS;
	larger = arena_alloc(arena, *room * size);
	if (count)
		memcpy(larger, items, count * size);
	return larger;
}

static bool
collect(const struct prefix *prefix, const void *value, void *context)
{
	const struct occupant *occupant = value;
	struct sweep *sweep = context;

	(void)prefix;
	if (!(sweep->roles & 1u << occupant->claim->role) ||
		answer_leaves_out(occupant->declaration, sweep->except))
		return true;
	sweep->claims = with_room(
		sweep->arena, sweep->claims, sweep->count, &sweep->room, sizeof *sweep->claims);
	sweep->claims[sweep->count++] = *occupant;
	return true;
}

static int
compare(const void *left, const void *right)
{
	const struct occupant *a = left, *b = right;
	int order = answer_compare_claims(a, b);

	return order ? order : strcmp(a->claim->domain, b->claim->domain);
}

static void
tell(struct sweep *sweep, const struct occupant *outer, const struct occupant *inner)
{
	sweep->found.items = with_room(sweep->arena, sweep->found.items, sweep->found.count,
		&sweep->found_room, sizeof *sweep->found.items);
	sweep->found.items[sweep->found.count++] = (struct overlap){*outer, *inner};
}

static void
meet(struct sweep *sweep, const struct occupant *claim)
{
	size_t told = 0;

	while (sweep->depth > 0 &&
		!prefix_covers(&sweep->claims[sweep->covering[sweep->depth - 1]].claim->prefix,
			&claim->claim->prefix))
		sweep->depth--;
	for (size_t i = sweep->depth; i > 0 && told < INVENTORY_ANSWERS; i--) {
		const struct occupant *outer = &sweep->claims[sweep->covering[i - 1]];

		if (text_equal(outer->claim->domain, claim->claim->domain))
			continue;
		tell(sweep, outer, claim);
		told++;
	}
}

struct overlaps
inventory_overlaps_among(struct arena *arena, const struct inventory *inventory,
	const char *const *domains, unsigned roles, const struct object_id *except)
{
	struct sweep sweep = {.arena = arena, .except = except, .roles = roles};

	for (; *domains; domains++) {
		const struct domain *domain = domains_find(&inventory->domains, *domains);

		if (domain)
			claim_set_all(&domain->own, collect, &sweep);
	}
	inventory->domains.recent->steps += sweep.count;
	if (sweep.count < 2)
		return sweep.found;
	qsort(sweep.claims, sweep.count, sizeof *sweep.claims, compare);
	sweep.covering = ARENA_ARRAY(arena, size_t, sweep.count);
	for (size_t i = 0; i < sweep.count; i++) {
		meet(&sweep, &sweep.claims[i]);
		sweep.covering[sweep.depth++] = i;
	}
	return sweep.found;
}
