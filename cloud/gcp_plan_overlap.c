#include "cloud/gcp_plan_overlap.h"

#include "base/text.h"
#include "cloud/gcp_plan_path.h"

/* Ranges of these leave their network by no peering. */
#define NOT_EXCHANGED "PRIVATE_NAT"

struct overlap {
	const struct gcp_subnetwork *one, *other;
	const struct prefix *first, *second;
};

static bool
compare_subnetworks(
	const struct gcp_subnetwork *one, const struct gcp_subnetwork *other, struct overlap *found)
{
	for (size_t i = 0; i < one->range_count; i++)
		for (size_t j = 0; j < other->range_count; j++)
			if (prefix_overlaps(&one->ranges[i].prefix, &other->ranges[j].prefix)) {
				*found = (struct overlap){one, other, &one->ranges[i].prefix,
					&other->ranges[j].prefix};
				return true;
			}
	return false;
}

static bool
is_exchanged(const struct gcp_subnetwork *subnetwork)
{
	return !text_equal(subnetwork->purpose, NOT_EXCHANGED);
}

static bool
compare_members(const struct gcp_member *one, const struct gcp_member *other, struct overlap *found)
{
	for (size_t i = 0; i < one->subnetworks.count; i++)
		for (size_t j = 0; j < other->subnetworks.count; j++)
			if (is_exchanged(&one->subnetworks.items[i]) &&
				is_exchanged(&other->subnetworks.items[j]) &&
				compare_subnetworks(&one->subnetworks.items[i],
					&other->subnetworks.items[j], found))
				return true;
	return false;
}

static const char *
range_text(struct arena *arena, const struct prefix *prefix,
	const struct gcp_subnetwork *subnetwork, const struct gcp_member *member)
{
	char text[PREFIX_TEXT_SIZE];

	return arena_printf(arena, "%s of subnetwork %s in %s of %s", prefix_format(prefix, text),
		subnetwork->name, subnetwork->region, gcp_plan_path_text(arena, member->path));
}

/* The first of `one` against all of `other`. */
static const char *
compare_groups(struct arena *arena, const struct gcp_group *one, const struct gcp_group *other)
{
	struct overlap found;

	for (size_t i = 0; i < other->count; i++) {
		if (!compare_members(&one->members[0], &other->members[i], &found))
			continue;
		return arena_printf(arena, "%s and %s%s%s",
			range_text(arena, found.first, found.one, &one->members[0]),
			range_text(arena, found.second, found.other, &other->members[i]),
			i > 0 ? ", which is peered with " : "",
			i > 0 ? gcp_plan_path_text(arena, other->members[0].path) : "");
	}
	return NULL;
}

const char *
gcp_plan_overlap_find(struct arena *arena, const struct gcp_facts *facts)
{
	const struct gcp_group *local = &facts->local_group, *remote = &facts->remote_group;
	const char *found;

	if (local->count == 0 || remote->count == 0)
		return NULL;
	found = compare_groups(arena, local, remote);
	return found ? found : compare_groups(arena, remote, local);
}
