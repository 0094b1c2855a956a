/* private-subnet: a private Subnet drops what comes from other networks, peered ones too, unless
 * its allowSubnets lists them. */
#include "base/text.h"
#include "validators/case.h"

static const struct field allowed_field = {"spec.allowSubnets", 0};

/* Two Subnets of peered VPCs, the first one private. */
struct pair {
	struct occupant guarded;
	struct occupant other;
};

static bool
lets_in(const struct pair *pair)
{
	const struct declaration *subnet = pair->guarded.declaration;
	const struct claim *guarded = pair->guarded.claim, *other = pair->other.claim;

	if (other->role != CLAIM_SUBNET || guarded->unrouted || other->unrouted ||
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

	case_spend(c, 1 + (size_t)subnet->allowance_count);
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

static void
check_pairs(struct case_ *c, const struct occupants *guarded, const struct occupants *others,
	const struct peering *peering)
{
	for (size_t i = 0; i < guarded->count; i++)
		for (size_t k = 0; k < others->count && !case_is_spent(c); k++)
			check_pair(c, &(const struct pair){guarded->items[i], others->items[k]},
				peering);
}

/* The private Subnets of one VPC, before all of its peer. */
static void
check_direction(
	struct case_ *c, const char *guarded, const char *other, const struct peering *peering)
{
	struct occupants subnets = case_private_subnets(c, guarded), others;

	if (subnets.count == 0)
		return;
	others = case_claims(c, other);
	check_pairs(c, &subnets, &others, peering);
}

static void
check_vpc(struct case_ *c)
{
	each_peering(c, peering) {
		check_direction(c, peering->from, peering->to, peering);
		check_direction(c, peering->to, peering->from, peering);
	}
}

static void
check_claim(struct case_ *c, const struct claim *claim, const char *neighbour)
{
	struct occupant item = {c->subject, claim};
	const struct occupants own = {.items = &item, .count = 1};
	struct occupants others;

	if (text_equal(neighbour, claim->domain))
		return;
	if (c->subject->private_subnet) {
		others = case_claims(c, neighbour);
		check_pairs(c, &own, &others, NULL);
	}
	others = case_private_subnets(c, neighbour);
	check_pairs(c, &others, &own, NULL);
}

/* A peering that both declare is looked at once: what is found twice would count twice against
 * what may be told. */
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
		if (!case_answer(c, to.items[i].peering->from, claim->domain).peering)
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
