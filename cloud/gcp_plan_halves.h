/* The two halves of a peering, found among all of both networks: by where they lead, since Google
 * Cloud allows one per pair whatever its name, and by their names, which may be taken. Pure.
 */
#pragma once

#include "cloud/gcp_facts.h"

#define GCP_HALF_PREFIX "peerwarden-"

struct gcp_halves {
	const char *local_name;           /* that ours has, or is to have */
	const struct gcp_peering *local;  /* in the own network, and leads to the remote one */
	const struct gcp_peering *remote; /* in the remote network, and leads to the own one */
	bool local_is_ours;               /* made for this object */
	bool remote_is_ours; /* of the name that the object gives: made for it, or adopted by it */
	/* Of those names, and lead elsewhere: foreign. NULL where the half itself is there. */
	const struct gcp_peering *local_taken;
	const struct gcp_peering *remote_taken;
};

/* Names are lent, or live in the arena. */
struct gcp_halves gcp_plan_halves_find(
	struct arena *arena, const struct cloud_wish *wish, const struct gcp_facts *facts);

/* By name; NULL. */
const struct gcp_peering *gcp_plan_halves_named(
	const struct gcp_network *network, const char *name);
/* Does it lead to the network of that path? */
bool gcp_plan_halves_lead(const struct gcp_peering *half, const char *path);

static inline bool
gcp_plan_halves_are_complete(const struct gcp_halves *halves)
{
	return halves->local && halves->remote;
}
bool gcp_plan_halves_are_connected(const struct gcp_halves *halves);
/* Something is to be made, and the remote side has not agreed by a half of its own making. */
bool gcp_plan_halves_need_tag(const struct gcp_halves *halves);
