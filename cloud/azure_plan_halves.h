/* The halves of one peering among all that stand in the two VNets: found by where they lead, since
 * Azure allows one for each pair, whatever its name. Names and ids are compared without case, as
 * Azure does.
 */
#pragma once

#include "cloud/azure_facts.h"

struct azure_plan_halves {
	const struct azure_peering *local;  /* leads to the remote VNet; NULL: there is none */
	const struct azure_peering *remote; /* leads to the own VNet; NULL: there is none */
	/* Those that have the name of ours, or the wanted name at the remote side, and lead
	 * elsewhere: somebody else's. */
	const struct azure_peering *local_taken;
	const struct azure_peering *remote_taken;
};

struct azure_plan_halves azure_plan_halves_find(
	const struct cloud_wish *wish, const struct azure_facts *facts);

/* The name of our half in the own VNet, in lower case. */
const char *azure_plan_halves_name(struct arena *arena, const struct cloud_wish *wish);
/* The id of the half of that name in a VNet. */
const char *azure_plan_halves_id(struct arena *arena, const char *vnet, const char *name);

/* The owner of the remote VNet agrees: it carries the tag. */
bool azure_plan_halves_agreed(const struct cloud_wish *wish, const struct azure_facts *facts);
/* A remote half that stands may be put right: it has the name that the spec gives it, or its owner
 * agrees. */
bool azure_plan_halves_may_change(const struct cloud_wish *wish, const struct azure_facts *facts,
	const struct azure_peering *remote);

/* A text as one word of a shell; "<id>" for one that cannot be that. */
const char *azure_plan_halves_word(struct arena *arena, const char *text);
/* "az network vnet peering delete --ids ..." */
const char *azure_plan_halves_command(struct arena *arena, const char *verb, const char *id);
