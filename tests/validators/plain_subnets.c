/* The plain checker: private-subnet and partial-dual-stack. Both are about routed subnets of two
 * VPCs that are peered. */
#include "tests/validators/plain_world.h"

static bool
is_routed_subnet(const struct claim *claim)
{
	return claim->role == CLAIM_SUBNET && !claim->unrouted;
}

/* The subject's own peering between two domains; NULL when it declares none. */
static const struct peering *
own_peering(const struct plain_world *world, const char *a, const char *b)
{
	struct plain_peering there = plain_peering_between(world, a, b);
	struct plain_peering back = plain_peering_between(world, b, a);

	if (there.owner == world->subject)
		return there.peering;
	return back.owner == world->subject ? back.peering : NULL;
}

/* --- private-subnet: it does not list the peer's prefixes --- */

static bool
is_let_in(const struct declaration *subnet, const struct prefix *prefix)
{
	for (int i = 0; i < subnet->allowance_count; i++)
		if (prefix_covers(&subnet->allowances[i].prefix, prefix))
			return true;
	return false;
}

static void
report_private(struct plain_world *world, const struct plain_claim *guarded,
	const struct plain_claim *other)
{
	const struct peering *peering =
		own_peering(world, guarded->claim->domain, other->claim->domain);
	struct field field = {"", 0};
	const char *value = "";
	const struct claim *mine = NULL;
	struct plain_finding *finding;

	if (guarded->owner == world->subject) {
		field = (struct field){"spec.allowSubnets", 0};
		mine = guarded->claim;
	} else if (other->owner == world->subject) {
		field = other->claim->field;
		value = plain_prefix(world, &other->claim->prefix);
		mine = other->claim;
	} else if (!peering) {
		return;
	}
	finding = plain_add(world, "private-subnet", ACTION_WARN, field, value);
	if (guarded->owner != world->subject)
		plain_against(finding, guarded->owner);
	if (other->owner != world->subject)
		plain_against(finding, other->owner);
	if (mine)
		plain_stands_on_claim(world, finding, mine);
	else
		plain_stands_on_peering(world, finding, peering);
}

static void
check_private(struct plain_world *world, const struct plain_claim *guarded)
{
	for (size_t i = 0; i < world->claim_count; i++) {
		const struct plain_claim *other = &world->claims[i];

		if (is_routed_subnet(other->claim) &&
			other->claim->prefix.address.family ==
				guarded->claim->prefix.address.family &&
			plain_are_peered(world, guarded->claim->domain, other->claim->domain) &&
			!is_let_in(guarded->owner, &other->claim->prefix))
			report_private(world, guarded, other);
	}
}

/* --- partial-dual-stack: subnets have two families, the link has one --- */

static bool
has_link(const struct plain_peering *end, enum family family)
{
	for (int i = 0; end->peering && i < end->peering->link_count; i++)
		if (end->owner->links[end->peering->first_link + i].host.family == family)
			return true;
	return false;
}

static bool
has_subnet(const struct plain_world *world, const char *domain, enum family family)
{
	for (size_t i = 0; i < world->claim_count; i++)
		if (is_routed_subnet(world->claims[i].claim) &&
			same(world->claims[i].claim->domain, domain) &&
			world->claims[i].claim->prefix.address.family == family)
			return true;
	return false;
}

/* A subnet of the subject on either side. */
static const struct claim *
own_subnet(const struct plain_world *world, const struct peering *peering, enum family family)
{
	for (int i = 0; i < world->subject->claim_count; i++) {
		const struct claim *claim = &world->subject->claims[i];

		if (is_routed_subnet(claim) && claim->prefix.address.family == family &&
			(same(claim->domain, peering->from) || same(claim->domain, peering->to)))
			return claim;
	}
	return NULL;
}

static void
check_link(struct plain_world *world, const struct plain_peering *near, enum family family)
{
	const char *from = near->peering->from, *to = near->peering->to;
	struct plain_peering far = plain_peering_between(world, to, from);
	const struct claim *mine = own_subnet(world, near->peering, family);
	const struct claim *link = &near->owner->links[near->peering->first_link];
	struct plain_finding *finding;

	/* A second entry to one VPC is refused for itself. */
	if (plain_peering_between(world, from, to).peering != near->peering)
		return;
	if ((near->owner != world->subject && !mine) || near->peering->link_count == 0 ||
		has_link(near, family) || has_link(&far, family) ||
		!has_subnet(world, from, family) || !has_subnet(world, to, family))
		return;
	if (mine) {
		finding = plain_add(
			world, "partial-dual-stack", ACTION_WARN, (struct field){"", 0}, "");
		plain_against(finding, near->owner);
		plain_stands_on_claim(world, finding, mine);
	} else {
		finding = plain_add(world, "partial-dual-stack", ACTION_WARN, link->field,
			plain_end(world, link));
		plain_stands_on_peering(world, finding, near->peering);
	}
	if (far.peering)
		plain_against(finding, far.owner);
}

void
plain_check_subnets(struct plain_world *world)
{
	for (size_t i = 0; i < world->claim_count; i++)
		if (world->claims[i].owner->private_subnet &&
			is_routed_subnet(world->claims[i].claim))
			check_private(world, &world->claims[i]);
	for (size_t i = 0; i < world->peering_count; i++)
		for (enum family family = 0; family < FAMILIES; family++)
			if (!world->peerings[i].peering->remote)
				check_link(world, &world->peerings[i], family);
}
