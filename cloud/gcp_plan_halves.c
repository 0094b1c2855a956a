#include "cloud/gcp_plan_halves.h"

#include <ctype.h>

#include "base/text.h"

#define ACTIVE "ACTIVE"

static const char *
name_of_ours(struct arena *arena, const struct cloud_wish *wish)
{
	char *name = arena_printf(arena, GCP_HALF_PREFIX "%s", wish->uid);

	for (char *at = name; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return name;
}

const struct gcp_peering *
gcp_plan_halves_named(const struct gcp_network *network, const char *name)
{
	for (size_t i = 0; network && i < network->peering_count; i++)
		if (text_equal(network->peerings[i].name, name))
			return &network->peerings[i];
	return NULL;
}

bool
gcp_plan_halves_lead(const struct gcp_peering *half, const char *path)
{
	return half && !text_is_blank(path) && text_equal(half->network, path);
}

/* `other` is as it was read; it may be NULL, and then goes by the name it was looked for. */
static bool
leads_to(const struct gcp_peering *half, const struct gcp_network *other, const char *path)
{
	return gcp_plan_halves_lead(half, path) ||
	       (other && gcp_plan_halves_lead(half, other->path));
}

static const struct gcp_peering *
find_leading(const struct gcp_network *network, const struct gcp_network *other, const char *path)
{
	for (size_t i = 0; network && i < network->peering_count; i++)
		if (leads_to(&network->peerings[i], other, path))
			return &network->peerings[i];
	return NULL;
}

struct gcp_halves
gcp_plan_halves_find(
	struct arena *arena, const struct cloud_wish *wish, const struct gcp_facts *facts)
{
	struct gcp_halves halves = {
		.local_name = name_of_ours(arena, wish),
		.local = find_leading(facts->local, facts->remote, facts->remote_path),
		.remote = find_leading(facts->remote, facts->local, facts->local_path),
	};

	if (halves.local)
		halves.local_is_ours = text_equal(halves.local->name, halves.local_name);
	else
		halves.local_taken = gcp_plan_halves_named(facts->local, halves.local_name);
	if (halves.remote)
		halves.remote_is_ours = text_equal(halves.remote->name, wish->name);
	else
		halves.remote_taken = gcp_plan_halves_named(facts->remote, wish->name);
	return halves;
}

bool
gcp_plan_halves_are_connected(const struct gcp_halves *halves)
{
	return gcp_plan_halves_are_complete(halves) && text_equal(halves->local->state, ACTIVE) &&
	       text_equal(halves->remote->state, ACTIVE);
}

bool
gcp_plan_halves_need_tag(const struct gcp_halves *halves)
{
	return !halves->remote || (!halves->local && halves->remote_is_ours);
}
