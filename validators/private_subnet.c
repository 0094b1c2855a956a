/* private-subnet: a private Subnet drops what comes from other networks, peered ones too, unless
 * its allowSubnets lists them. */
#include "base/text.h"
#include "validators/case.h"

static const struct field allowed_field = {"spec.allowSubnets", 0};

/* Two Subnets of peered VPCs; the first one may be private. */
struct pair {
	struct occupant guarded;
	struct occupant other;
};

static bool
lets_in(const struct pair *pair)
{
	const struct declaration *subnet = pair->guarded.declaration;
	const struct claim *guarded = pair->guarded.claim, *other = pair->other.claim;

	if (!subnet->private_subnet || guarded->role != CLAIM_SUBNET ||
		other->role != CLAIM_SUBNET || guarded->unrouted || other->unrouted ||
		guarded->prefix.address.family != other->prefix.address.family)
		return true;
	for (int i = 0; i < subnet->allowance_count; i++)
		if (prefix_covers(&subnet->allowances[i].prefix, &other->prefix))
			return true;
	return false;
}

/* The parties are the two Subnets, also when a Vpc's new peering brings them together. */
static void
check_pair(struct case_ *c, const struct pair *pair, const struct peering *peering)
{
	const struct declaration *subnet = pair->guarded.declaration;
	struct finding *finding;

	if (lets_in(pair))
		return;
	if (subnet == c->subject)
		finding = case_finding(c, allowed_field, "");
	else if (peering)
		finding = case_finding(c, peering->field, peering->target);
	else
		finding = case_finding(
			c, pair->other.claim->field, case_prefix(c, &pair->other.claim->prefix));
	case_statement(c, finding, "private %s drops what comes from %s", case_object(c, subnet),
		case_claim(c, &pair->other));
	if (subnet != c->subject)
		case_against(c, finding, subnet, allowed_field, "");
	if (pair->other.declaration != c->subject)
		case_against_claim(c, finding, &pair->other);
	finding->between_others = peering != NULL;
	case_hint(c, finding, "add %s to spec.allowSubnets of %s",
		case_prefix(c, &pair->other.claim->prefix), case_object(c, subnet));
}

/* In both directions. */
static void
check_both(struct case_ *c, const struct occupant *one, const struct occupant *other,
	const struct peering *peering)
{
	check_pair(c, &(const struct pair){*one, *other}, peering);
	check_pair(c, &(const struct pair){*other, *one}, peering);
}

static void
check_networks(struct case_ *c, const struct occupants *ones, const struct occupants *others,
	const struct peering *peering)
{
	for (size_t i = 0; i < ones->count; i++)
		for (size_t k = 0; k < others->count; k++)
			check_both(c, &ones->items[i], &others->items[k], peering);
}

static void
check_vpc(struct case_ *c)
{
	struct occupants own = case_claims(c, c->subject->home);

	each_peering(c, peering) {
		struct occupants others = case_claims(c, peering->to);

		check_networks(c, &own, &others, peering);
	}
}

static void
check_claim(struct case_ *c, const struct claim *claim, const char *neighbour)
{
	struct occupant item = {c->subject, claim};
	struct occupants own = {.items = &item, .count = 1};
	struct occupants others = case_claims(c, neighbour);

	if (!text_equal(neighbour, claim->domain))
		check_networks(c, &own, &others, NULL);
}

/* A peering that both declare gives the same pairs twice, and each is told once. */
static void
check_subnet(struct case_ *c, const struct claim *claim)
{
	struct declared_peerings from =
		inventory_peerings_from(c->arena, c->inventory, claim->domain, &c->subject->object);
	struct declared_peerings to =
		inventory_peerings_to(c->arena, c->inventory, claim->domain, &c->subject->object);

	for (size_t i = 0; i < from.count; i++)
		check_claim(c, claim, from.items[i].peering->to);
	for (size_t i = 0; i < to.count; i++)
		check_claim(c, claim, to.items[i].peering->from);
}

static void
check(struct case_ *c)
{
	if (c->subject->object.kind == KIND_VPC)
		check_vpc(c);
	else
		each_claim(c, claim)
			if (claim->role == CLAIM_SUBNET)
				check_subnet(c, claim);
}

const struct rule private_subnet = {
	.id = "private-subnet",
	.summary = "warns when a private Subnet does not let a peer's networks in",
	.action = ACTION_WARN,
	.guards = KIND_BIT(KIND_VPC) | KIND_BIT(KIND_SUBNET),
	.check = check,
};
