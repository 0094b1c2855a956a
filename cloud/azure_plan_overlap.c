#include "cloud/azure_plan_overlap.h"

#include "network/arm_id.h"

static bool
find(const struct azure_ranges *a, const struct azure_ranges *b, const struct prefix **one,
	const struct prefix **other)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++)
			if (prefix_overlaps(&a->items[i], &b->items[j])) {
				*one = &a->items[i];
				*other = &b->items[j];
				return true;
			}
	return false;
}

static void
report(struct azure_plan_steps *steps, const char *what, const char *hint)
{
	azure_plan_steps_stop(steps, "Warning", "FailedCreatingVpcPeeringConnection",
		CLOUD_WAIT_FOR_USER,
		arena_printf(steps->arena, "the address spaces overlap: %s", what), hint);
}

static bool
report_pair(struct azure_plan_steps *steps)
{
	const struct azure_facts *facts = steps->facts;
	const struct prefix *one, *other;
	char a[PREFIX_TEXT_SIZE], b[PREFIX_TEXT_SIZE];

	if (!find(&facts->local->ranges, &facts->remote->ranges, &one, &other))
		return false;
	report(steps,
		arena_printf(steps->arena, "%s of %s and %s of %s", prefix_format(one, a),
			facts->local->id, prefix_format(other, b), facts->remote->id),
		"Azure peers no VNets with common addresses: take one of the two prefixes away "
		"(az network vnet update --address-prefixes), or peer with another VNet");
	return true;
}

/* One VNet's address space against those that the other one is peered with. */
static bool
report_third(struct azure_plan_steps *steps, const struct azure_vnet *vnet,
	const struct azure_vnet *peered)
{
	const struct prefix *one, *other;
	char a[PREFIX_TEXT_SIZE], b[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < peered->peerings.count; i++) {
		const struct azure_peering *half = &peered->peerings.items[i];

		if (!half->covers_whole_vnets || half->state == AZURE_PEERING_DISCONNECTED ||
			arm_id_equal(half->remote, vnet->id) ||
			!find(&vnet->ranges, &half->remote_ranges, &one, &other))
			continue;
		report(steps,
			arena_printf(steps->arena,
				"%s of %s and %s of %s, which is peered with %s already",
				prefix_format(one, a), vnet->id, prefix_format(other, b),
				half->remote, peered->id),
			arena_printf(steps->arena,
				"take one of the two prefixes away, or that peering: %s",
				azure_plan_halves_command(steps->arena, "delete", half->id)));
		return true;
	}
	return false;
}

bool
azure_plan_overlap_report(struct azure_plan_steps *steps)
{
	const struct azure_facts *facts = steps->facts;

	return report_pair(steps) || report_third(steps, facts->remote, facts->local) ||
	       report_third(steps, facts->local, facts->remote);
}
