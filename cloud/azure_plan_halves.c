#include "cloud/azure_plan_halves.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "network/arm_id.h"

#define NAME_OF_OURS "peerwarden-"

const char *
azure_plan_halves_name(struct arena *arena, const struct cloud_wish *wish)
{
	char *name = arena_printf(arena, NAME_OF_OURS "%s", wish->uid);

	for (char *at = name; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return name;
}

const char *
azure_plan_halves_id(struct arena *arena, const char *vnet, const char *name)
{
	struct arm_id id;

	if (!arm_id_parse(arena, vnet, &id))
		return vnet;
	id.child = name;
	return arm_id_write(arena, &id);
}

/* One of whole VNets before one of subnets. */
static const struct azure_peering *
leading_to(const struct azure_vnet *vnet, const char *id)
{
	const struct azure_peering *found = NULL;

	for (size_t i = 0; i < vnet->peerings.count; i++) {
		const struct azure_peering *half = &vnet->peerings.items[i];

		if (arm_id_equal(half->remote, id) &&
			(!found || (!found->covers_whole_vnets && half->covers_whole_vnets)))
			found = half;
	}
	return found;
}

static const struct azure_peering *
taken(const struct azure_vnet *vnet, const char *name, const char *id)
{
	for (size_t i = 0; i < vnet->peerings.count; i++) {
		const struct azure_peering *half = &vnet->peerings.items[i];

		if (text_equal_ignoring_case(half->name, name) && !arm_id_equal(half->remote, id))
			return half;
	}
	return NULL;
}

struct azure_plan_halves
azure_plan_halves_find(const struct cloud_wish *wish, const struct azure_facts *facts)
{
	struct azure_plan_halves halves = {0};

	if (facts->local) {
		halves.local = leading_to(facts->local, wish->remote->id);
		halves.local_taken = taken(facts->local, facts->half_name, wish->remote->id);
	}
	if (facts->remote) {
		halves.remote = leading_to(facts->remote, facts->local_id);
		halves.remote_taken = taken(facts->remote, wish->name, facts->local_id);
	}
	return halves;
}

bool
azure_plan_halves_agreed(const struct cloud_wish *wish, const struct azure_facts *facts)
{
	return wish->tag && facts->remote && azure_read_tag(&facts->remote->tags, wish->tag);
}

bool
azure_plan_halves_may_change(const struct cloud_wish *wish, const struct azure_facts *facts,
	const struct azure_peering *remote)
{
	return text_equal_ignoring_case(remote->name, wish->name) ||
	       azure_plan_halves_agreed(wish, facts);
}

const char *
azure_plan_halves_word(struct arena *arena, const char *text)
{
	if (text_only_has(text, "A-Za-z0-9/._=-"))
		return text;
	return strchr(text, '\'') ? "<id>" : arena_printf(arena, "'%s'", text);
}

const char *
azure_plan_halves_command(struct arena *arena, const char *verb, const char *id)
{
	return arena_printf(arena, "az network vnet peering %s --ids %s", verb,
		azure_plan_halves_word(arena, id));
}
