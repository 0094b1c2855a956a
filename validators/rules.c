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
	&self_peering,
	&default_vpc,
	&duplicate_peering,
	/* Against everything else. */
	&cidr_overlap,
	&link_address_conflict,
	&missing_shoot_tag,
	/* What may still come. */
	&unknown_remote,
	&one_sided_peering,
	&route_shadowed,
	&unreachable_next_hop,
	&missing_route,
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
