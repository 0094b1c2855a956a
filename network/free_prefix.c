/* The search for free networks: try one, and jump behind what stands in its way. */
#include "network/inventory_layers.h"

enum { SEARCH_STEPS = 4096 };

struct place {
	const struct domain *domains[2]; /* NULL where the inventory knows nothing */
};

static bool
take_first(const struct prefix *prefix, const void *value, void *context)
{
	struct prefix *obstacle = context;

	(void)value;
	*obstacle = *prefix;
	return false;
}

/* Is something in the way of `candidate`? The widest on a tree's path comes first, so the jump is
 * as long as can be. */
static bool
find_obstacle(const struct place *place, const struct prefix *candidate, struct prefix *obstacle)
{
	for (int i = 0; i < 2; i++) {
		const struct domain *domain = place->domains[i];

		if (domain && (!claim_set_overlaps(&domain->own, candidate, take_first, obstacle) ||
				      !claim_set_overlaps(
					      &domain->links, candidate, take_first, obstacle) ||
				      !domain_overlaps_next_door(
					      domain, candidate, take_first, obstacle)))
			return true;
	}
	return false;
}

size_t
inventory_free_prefixes(struct arena *arena, const struct inventory *inventory, const char *domain,
	const char *other, const struct prefix *pool, uint8_t length, struct prefix *found,
	size_t wanted)
{
	struct place place = {{domains_find(&inventory->domains, domain),
		other ? domains_find(&inventory->domains, other) : NULL}};
	struct prefix candidate = prefix_network(pool);
	struct prefix obstacle;
	size_t count = 0;

	(void)arena;
	if (length < pool->length || length > prefix_bits(pool->address.family))
		return 0;
	candidate.length = length;
	for (int step = 0; step < SEARCH_STEPS && count < wanted; step++) {
		struct prefix behind = candidate;

		inventory->domains.recent->steps += DOMAINS_STEPS_OF_A_QUESTION;
		if (!find_obstacle(&place, &candidate, &obstacle))
			found[count++] = candidate;
		else if (obstacle.length < length)
			behind = obstacle;
		if (!prefix_next(&behind, &candidate) || !prefix_contains(pool, &candidate.address))
			break;
		candidate.length = length;
	}
	return count;
}
