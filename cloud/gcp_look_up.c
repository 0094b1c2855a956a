#include "cloud/gcp_look_up.h"

#include <string.h>

#include "base/text.h"

/* One look. */
struct look {
	struct arena *arena;
	struct gcp_client *client;
	struct gcp_place place;
	struct cloud_network *network;
	struct cloud_fault *fault;
	struct gcp_network seen;
	const char **missing;
};

static void
miss(struct look *look, const char *right)
{
	struct cloud_network *network = look->network;

	for (size_t i = 0; i < network->missing_right_count; i++)
		if (text_equal(look->missing[i], right))
			return;
	look->missing[network->missing_right_count++] = right;
}

static bool
fail(struct look *look, const char *right, const struct gcp_error *error)
{
	*look->fault = gcp_access_fault(look->arena, &look->place, right, error);
	return false;
}

/* Hides what may not be read; false when it is another failure. */
static bool
hide(struct look *look, const char *right, const struct gcp_error *error, bool *hidden)
{
	if (!gcp_access_is_denied(error))
		return fail(look, right, error);
	*hidden = true;
	miss(look, right);
	return true;
}

/* The project's id, also where the place has its number. */
static const char *
owner_of(struct arena *arena, const char *path, const char *otherwise)
{
	static const char before[] = "projects/";

	if (!text_starts_with(path, before))
		return otherwise;
	path += strlen(before);
	return arena_text_part(arena, path, strcspn(path, "/"));
}

static void
copy_peerings(struct look *look)
{
	const struct gcp_network *seen = &look->seen;
	struct cloud_peering *made =
		ARENA_ARRAY(look->arena, struct cloud_peering, seen->peering_count + 1);

	for (size_t i = 0; i < seen->peering_count; i++) {
		const struct gcp_peering *peering = &seen->peerings[i];

		made[i] = (struct cloud_peering){peering->name, peering->network, peering->state};
	}
	look->network->peerings = made;
	look->network->peering_count = seen->peering_count;
}

static bool
look_at_network(struct look *look)
{
	struct gcp_error error;

	if (!gcp_client_network(look->arena, look->client, &look->place, &look->seen, &error))
		return fail(look, "compute.networks.get", &error);
	look->network->owner = owner_of(look->arena, look->seen.path, look->place.project);
	look->network->region = "";
	copy_peerings(look);
	return true;
}

static void
copy_ranges(struct look *look, const struct gcp_subnetworks *subnetworks)
{
	struct cloud_network *network = look->network;
	struct prefix *ranges;
	size_t most = 0;

	for (size_t i = 0; i < subnetworks->count; i++)
		most += subnetworks->items[i].range_count;
	ranges = ARENA_ARRAY(look->arena, struct prefix, most + 1);
	for (size_t i = 0; i < subnetworks->count; i++)
		for (size_t j = 0; j < subnetworks->items[i].range_count; j++)
			ranges[network->range_count++] = subnetworks->items[i].ranges[j].prefix;
	network->ranges = ranges;
}

static bool
look_at_ranges(struct look *look)
{
	struct gcp_subnetworks subnetworks;
	struct gcp_error error;

	if (!gcp_client_subnetworks(look->arena, look->client, &look->place, &subnetworks, &error))
		return hide(
			look, "compute.subnetworks.list", &error, &look->network->ranges_hidden);
	copy_ranges(look, &subnetworks);
	return true;
}

static void
copy_tags(struct look *look, const struct gcp_tags *tags)
{
	struct tag *made = ARENA_ARRAY(look->arena, struct tag, tags->count + 1);

	for (size_t i = 0; i < tags->count; i++)
		made[i] = (struct tag){tags->items[i].key, tags->items[i].value};
	look->network->tags = made;
	look->network->tag_count = tags->count;
}

static bool
look_at_tags(struct look *look)
{
	struct gcp_tags tags;
	struct gcp_error error;

	if (!gcp_client_tags(look->arena, look->client, &look->place, look->seen.path_with_id,
		    &tags, &error))
		return hide(look, "compute.networks.listEffectiveTags", &error,
			&look->network->tags_hidden);
	copy_tags(look, &tags);
	return true;
}

/* That this cannot be told is no failure: what is refused later says so itself. */
static void
look_at_rights(struct look *look)
{
	struct gcp_rights granted;
	struct gcp_error error;

	if (!gcp_client_rights(
		    look->arena, look->client, &look->place, gcp_rights_needed, &granted, &error))
		return;
	for (const char *const *right = gcp_rights_needed; *right; right++)
		if (!gcp_rights_has(&granted, *right))
			miss(look, *right);
	look->network->rights_known = true;
}

bool
gcp_look_up(struct arena *arena, const struct gcp_access *access, const struct remote *remote,
	struct cloud_network *network, struct cloud_fault *fault)
{
	struct look look = {.arena = arena,
		.client = access->client,
		.place = gcp_access_remote(access, remote),
		.network = network,
		.fault = fault,
		.seen = {.path = ""},
		.missing = ARENA_ARRAY(arena, const char *, GCP_RIGHTS_NEEDED)};

	look.place.deadline = 0; /* to read is never to wait for a busy network */
	*network = (struct cloud_network){.missing_rights = look.missing};
	if (!look_at_network(&look) || !look_at_ranges(&look) || !look_at_tags(&look))
		return false;
	look_at_rights(&look);
	if (!arena_exhausted(arena))
		return true;
	*fault = (struct cloud_fault){CLOUD_BACK_OFF, "", "",
		"what Google Cloud says of the network needs more memory than it may have", ""};
	return false;
}
