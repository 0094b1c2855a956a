#include "cloud/azure_look_up.h"

#include <ctype.h>

#include "base/text.h"
#include "network/arm_id.h"

enum { MOST_MISSING = AZURE_RIGHTS_MOST + 1 };

/* One look. */
struct look {
	struct arena *arena;
	const struct azure_access *access;
	struct azure_place place;
	const struct remote *remote;
	struct arm_id id;
	struct cloud_network *network;
	struct cloud_fault *fault;
	const char **missing;
};

static const char *
right_of(const struct look *look, const char *what)
{
	return arena_printf(
		look->arena, "Microsoft.Network/%s/%s", arm_id_segment(look->id.type), what);
}

/* That the subscription is not there says as much of what is in it. */
static bool
fail(struct look *look, const char *what, const struct azure_error *error)
{
	*look->fault =
		azure_access_fault(look->arena, look->remote->id, right_of(look, what), error);
	if (text_equal_ignoring_case(error->code, "SubscriptionNotFound"))
		look->fault->failure = CLOUD_GONE;
	return false;
}

/* As Azure names places: "westeurope", also where it says "West Europe". */
static const char *
region_of(struct arena *arena, const char *location)
{
	char *region = arena_text(arena, location);
	char *end = region;

	for (const char *at = location; *at; at++)
		if (*at != ' ')
			*end++ = (char)tolower((unsigned char)*at);
	*end = '\0';
	return text_equal(region, "global") ? "" : region;
}

static void
tell_tags(struct look *look, const struct azure_tags *tags)
{
	look->network->tags = tags->items;
	look->network->tag_count = tags->count;
}

static void
tell_peerings(struct look *look, const struct azure_peerings *peerings)
{
	struct cloud_peering *made =
		ARENA_ARRAY(look->arena, struct cloud_peering, peerings->count + 1);

	for (size_t i = 0; i < peerings->count; i++)
		made[i] = (struct cloud_peering){peerings->items[i].name, peerings->items[i].remote,
			peerings->items[i].state_text};
	look->network->peerings = made;
	look->network->peering_count = peerings->count;
}

static bool
look_at_vnet(struct look *look)
{
	struct azure_vnet vnet;
	struct azure_error error;

	if (!azure_client_vnet(look->arena, look->access->client, &look->place, look->remote->id,
		    &vnet, &error))
		return fail(look, "read", &error);
	look->network->region = region_of(look->arena, vnet.location);
	look->network->ranges = vnet.ranges.items;
	look->network->range_count = vnet.ranges.count;
	tell_tags(look, &vnet.tags);
	tell_peerings(look, &vnet.peerings);
	return true;
}

static bool
look_at_zone(struct look *look)
{
	struct azure_zone zone;
	struct azure_error error;

	if (!azure_client_zone(look->arena, look->access->client, &look->place, look->remote->id,
		    &zone, &error))
		return fail(look, "read", &error);
	look->network->most_peerings = zone.most_links > 0 ? zone.most_links : 0;
	tell_tags(look, &zone.tags);
	return true;
}

static bool
look_at_ruleset(struct look *look)
{
	struct azure_ruleset ruleset;
	struct azure_error error;

	if (!azure_client_ruleset(look->arena, look->access->client, &look->place, look->remote->id,
		    &ruleset, &error))
		return fail(look, "read", &error);
	look->network->region = region_of(look->arena, ruleset.location);
	tell_tags(look, &ruleset.tags);
	return true;
}

static void
tell_links(struct look *look, const struct azure_links *links)
{
	struct cloud_peering *made =
		ARENA_ARRAY(look->arena, struct cloud_peering, links->count + 1);

	for (size_t i = 0; i < links->count; i++)
		made[i] = (struct cloud_peering){
			links->items[i].name, links->items[i].network, links->items[i].state_text};
	look->network->peerings = made;
	look->network->peering_count = links->count;
}

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
look_at_links(struct look *look)
{
	struct azure_links links;
	struct azure_error error;

	if (azure_client_links(look->arena, look->access->client, &look->place, look->remote->id,
		    &links, &error)) {
		tell_links(look, &links);
		return true;
	}
	if (!azure_access_is_denied(&error))
		return fail(look, "virtualNetworkLinks/read", &error);
	miss(look, right_of(look, "virtualNetworkLinks/read"));
	return true;
}

/* Where Azure does not list them, they are not known, and nothing else is wrong. */
static void
look_at_rights(struct look *look)
{
	struct azure_permissions permissions;
	struct azure_error error;
	const char *missing[AZURE_RIGHTS_MOST];
	size_t count;

	if (!azure_client_permissions(look->arena, look->access->client, &look->place,
		    look->remote->id, &permissions, &error))
		return;
	count = azure_rights_missing(&permissions, look->id.type, missing);
	for (size_t i = 0; i < count; i++)
		miss(look, missing[i]);
	look->network->rights_known = true;
}

static struct look
begin(struct arena *arena, const struct azure_access *access, const struct remote *remote,
	struct cloud_network *network, struct cloud_fault *fault)
{
	struct look look = {arena, access, azure_access_remote(access, remote), remote, {0},
		network, fault, ARENA_ARRAY(arena, const char *, MOST_MISSING)};

	*network = (struct cloud_network){.region = "", .missing_rights = look.missing};
	return look;
}

/* Of which kind it is, the client checks. */
static bool
take_id(struct look *look)
{
	if (!arm_id_parse(look->arena, look->remote->id, &look->id)) {
		*look->fault = (struct cloud_fault){CLOUD_PERMANENT, "", "",
			arena_printf(look->arena, "this is no id that can be looked up: %.200s",
				look->remote->id),
			""};
		return false;
	}
	look->network->owner = look->id.subscription;
	return true;
}

static bool
end(struct look *look)
{
	look_at_rights(look);
	if (!arena_exhausted(look->arena))
		return true;
	*look->fault = (struct cloud_fault){
		CLOUD_BACK_OFF, "", "", "what Azure says needs more memory than it may have", ""};
	return false;
}

bool
azure_look_up(struct arena *arena, const struct azure_access *access, const struct remote *remote,
	struct cloud_network *network, struct cloud_fault *fault)
{
	struct look look = begin(arena, access, remote, network, fault);

	return take_id(&look) && look_at_vnet(&look) && end(&look);
}

bool
azure_look_up_zone(struct arena *arena, const struct azure_access *access,
	const struct remote *remote, struct cloud_network *network, struct cloud_fault *fault)
{
	struct look look = begin(arena, access, remote, network, fault);

	if (!take_id(&look))
		return false;
	return (look.id.type == ARM_ZONE ? look_at_zone(&look) : look_at_ruleset(&look)) &&
	       look_at_links(&look) && end(&look);
}
