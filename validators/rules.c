#include "validators/rules.h"

#include <stddef.h>

#include "base/text.h"

const struct rule *const rules[] = {
	/* The object by itself. */
	&defined_twice,
	&immutable_field,
	&malformed_address,
	&malformed_id,
	&shoot_mismatch,
	&provider_mismatch,
	&self_peering,
	&default_vpc,
	&name_collision,
	&duplicate_peering,
	/* Against everything else. */
	&remote_gateway,
	&cidr_overlap,
	&link_address_conflict,
	&dns_zone_conflict,
	&missing_shoot_tag,
	&name_taken,
	/* What may still come. */
	&unknown_remote,
	&one_sided_peering,
	&external_router,
	&route_conflict,
	&route_shadowed,
	&unreachable_next_hop,
	&missing_route,
	&policy_override,
	&private_subnet,
	&partial_dual_stack,
	&not_transitive,
	&missing_permission,
	&route_table_selection,
	&cross_region,
	&reserved_range,
	&broad_prefix,
	&quota_rule,
	/* When it goes. */
	&delete_in_use,
	NULL,
};

_Static_assert(sizeof rules / sizeof *rules <= RULES_LIMIT, "RULES_LIMIT is too small");

const struct rule *
rule_find(const char *id)
{
	for (const struct rule *const *rule = rules; *rule; rule++)
		if (text_equal((*rule)->id, id))
			return *rule;
	return NULL;
}
