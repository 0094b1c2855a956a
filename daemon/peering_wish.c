#include "daemon/peering_wish.h"

#include <string.h>

#include "base/text.h"

static const struct shoot *
shoot_copy(struct arena *arena, const struct shoot *shoot)
{
	struct shoot *copy;

	if (!shoot)
		return NULL;
	copy = ARENA_NEW(arena, struct shoot);
	*copy = (struct shoot){
		.name = arena_text(arena, shoot->name ? shoot->name : ""),
		.project = arena_text(arena, shoot->project ? shoot->project : ""),
		.region = arena_text(arena, shoot->region ? shoot->region : ""),
		.provider = shoot->provider,
	};
	return copy;
}

/* Of Google Cloud a tag's key is written behind its owner: "123456789012/blue". */
static const char *
name_of_tag(enum provider provider, const char *key)
{
	const char *slash = provider == PROVIDER_GCP ? strrchr(key, '/') : NULL;

	return slash ? slash + 1 : key;
}

static bool
carries(const struct declaration *network, enum provider provider, const char *tag)
{
	if (!network || !network->tags_known)
		return false;
	for (int i = 0; i < network->tag_count; i++)
		if (text_equal(name_of_tag(provider, network->tags[i].key), tag))
			return true;
	return false;
}

static const char *
needed_tag(const struct shoot *shoot, bool has_bypass, const char *bypass)
{
	if (has_bypass)
		return bypass;
	if (shoot && !text_is_blank(shoot->name))
		return shoot->name;
	return text_is_blank(bypass) ? NULL : bypass;
}

const char *
peering_wish_id(const struct cloud *cloud, const struct peering_object *peering)
{
	const char *id = condition_id(peering->object);

	return text_starts_with(id, cloud->id_prefix) ? id : "";
}

static void
take_peering(struct cloud_wish *wish, const struct peering *peering)
{
	wish->remote = peering->remote;
	wish->name = peering->name ? peering->name : "";
	wish->routes = peering->route_selection;
	wish->imports_routes = peering->imports_routes;
	wish->uses_remote_gateway = peering->uses_remote_gateway;
	wish->deletes_remote = peering->deletes_remote;
}

/* What the declaration leads to, as a domain; NULL, and nothing is taken, where it leads nowhere.
 */
static const char *
take_target(struct cloud_wish *wish, const struct declaration *declaration)
{
	const struct peering *peering = declaration->peerings;
	const struct dns_link *link = declaration->dns_links;

	if (declaration->peering_count > 0 && peering->remote) {
		take_peering(wish, peering);
		return peering->to;
	}
	if (declaration->dns_link_count == 0 || !link->remote)
		return NULL;
	wish->remote = link->remote;
	wish->name = link->name;
	return link->zone;
}

bool
peering_wish_of(struct inventory *inventory, const struct cloud *cloud,
	const struct peering_object *peering, const struct declaration *declaration,
	const char *tag_bypass, struct cloud_wish *wish)
{
	const char *target;
	bool has_bypass = false;

	*wish = (struct cloud_wish){
		.object = declaration->object,
		.uid = peering->uid,
		.id = peering_wish_id(cloud, peering),
		.deleting = peering->deleting,
		.operation = peering_object_operation(peering),
	};
	target = take_target(wish, declaration);
	if (!target)
		return false;
	inventory_lock(inventory);
	wish->shoot = shoot_copy(peering->worker->arena, inventory_shoot(inventory));
	if (!text_is_blank(tag_bypass))
		has_bypass = carries(inventory_definition(inventory, target, NULL),
			wish->remote->provider, tag_bypass);
	inventory_unlock(inventory);
	wish->tag = needed_tag(wish->shoot, has_bypass, tag_bypass);
	return true;
}
