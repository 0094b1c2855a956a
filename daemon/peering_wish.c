#include "daemon/peering_wish.h"

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

static bool
carries(const struct declaration *network, const char *tag)
{
	if (!network || !network->tags_known)
		return false;
	for (int i = 0; i < network->tag_count; i++)
		if (text_equal(network->tags[i].key, tag))
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
peering_wish_id(enum provider provider, const struct peering_object *peering)
{
	const char *id = condition_id(peering->object);

	return provider == PROVIDER_AWS && !text_starts_with(id, "pcx-") ? "" : id;
}

bool
peering_wish_of(struct inventory *inventory, const struct peering_object *peering,
	const struct declaration *declaration, const char *tag_bypass, struct cloud_wish *wish)
{
	const struct peering *wanted = declaration->peerings;
	const struct shoot *shoot;
	bool has_bypass = false;

	if (declaration->peering_count == 0 || !wanted->remote)
		return false;
	inventory_lock(inventory);
	shoot = shoot_copy(peering->worker->arena, inventory_shoot(inventory));
	if (!text_is_blank(tag_bypass))
		has_bypass = carries(inventory_definition(inventory, wanted->to, NULL), tag_bypass);
	inventory_unlock(inventory);
	*wish = (struct cloud_wish){
		.object = declaration->object,
		.uid = peering->uid,
		.remote = wanted->remote,
		.shoot = shoot,
		.id = peering_wish_id(wanted->remote->provider, peering),
		.routes = wanted->route_selection,
		.deletes_remote = wanted->deletes_remote,
		.deleting = peering->deleting,
		.tag = needed_tag(shoot, has_bypass, tag_bypass),
		.operation = peering_object_operation(peering),
	};
	return true;
}
