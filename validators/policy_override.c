/* policy-override: policies run after the static routes and overrule them. A policy route of the
 * Vpc, a VpcNatGateway or a VpcEgressGateway that takes all packets of a subnet takes those for a
 * peer as well, and they never reach it. */
#include "base/text.h"
#include "validators/case.h"

/* Kube-OVN's own policy for each subnet: what goes to it is let through. Only what comes before
 * that can divert packets that arrive from a peer. */
enum { OWN_SUBNET_PRIORITY = 31000 };

/* One peering of a VPC before the policies of its router. */
struct side {
	const struct declaration *vpc;
	const struct peering *peering;
	const struct claim *claim; /* of the subject, when that is a Subnet of either VPC */
};

struct loss {
	const struct declaration *owner;
	const struct diversion *diversion;
	struct occupant remote; /* the peer's network */
	bool arriving;          /* from there, instead of going there */
};

/* An own policy that allows the peer's networks was seen to before; a gateway asks no one. */
static bool
is_let_pass(const struct side *side, const struct declaration *owner, const struct prefix *remote)
{
	if (owner == side->vpc)
		return false;
	for (int i = 0; i < side->vpc->allowance_count; i++)
		if (prefix_covers(&side->vpc->allowances[i].prefix, remote))
			return true;
	return false;
}

/* The Subnets of a domain that meet `prefix`; of the subject's own domain only the subject, when it
 * is a Subnet: what others have is not its doing. */
static struct occupants
subnets_at(
	struct case_ *c, const struct side *side, const char *domain, const struct prefix *prefix)
{
	struct occupant *own;

	if (!side->claim || !text_equal(side->claim->domain, domain))
		return case_overlaps(c, domain, prefix, ROLE_BIT(CLAIM_SUBNET));
	if (!prefix_overlaps(&side->claim->prefix, prefix))
		return (struct occupants){0};
	own = ARENA_NEW(c->arena, struct occupant);
	*own = (struct occupant){c->subject, side->claim};
	return (struct occupants){.items = own, .count = 1};
}

static bool
has_routed(const struct occupants *subnets)
{
	for (size_t i = 0; i < subnets->count; i++)
		if (!subnets->items[i].claim->unrouted)
			return true;
	return false;
}

/* Packets between a local and a remote prefix. */
static bool
loses(struct case_ *c, const struct side *side, struct loss *loss, const struct prefix *local,
	const struct prefix *remote)
{
	struct occupants here = subnets_at(c, side, side->peering->from, local);
	struct occupants there = {0};

	case_spend(c, (size_t)side->vpc->allowance_count);
	if (has_routed(&here))
		there = subnets_at(c, side, side->peering->to, remote);
	for (size_t i = 0; i < there.count; i++) {
		loss->remote = there.items[i];
		if (!loss->remote.claim->unrouted &&
			!is_let_pass(side, loss->owner, &loss->remote.claim->prefix))
			return true;
	}
	return false;
}

static bool
is_loss(struct case_ *c, const struct side *side, struct loss *loss)
{
	const struct diversion *diversion = loss->diversion;

	loss->arriving = false;
	if (loses(c, side, loss, &diversion->source, &diversion->destination))
		return true;
	loss->arriving = diversion->priority > OWN_SUBNET_PRIORITY;
	return loss->arriving && loses(c, side, loss, &diversion->destination, &diversion->source);
}

/* The parts of one policy stand together and have one field. */
static bool
of_one_policy(const struct diversion *a, const struct diversion *b)
{
	return text_equal(a->field.path, b->field.path) && a->field.index == b->field.index;
}

/* The first part stands for all of them. */
static const struct diversion *
first_part(const struct declaration *owner, const struct diversion *part)
{
	while (part > owner->diversions && of_one_policy(part - 1, part))
		part--;
	return part;
}

static const char *
text_of(struct case_ *c, const struct loss *loss)
{
	const struct diversion *first = first_part(loss->owner, loss->diversion);

	return arena_printf(c->arena, "%s > %s at %d", case_prefix(c, &first->source),
		case_prefix(c, &first->destination), first->priority);
}

static void
hint(struct case_ *c, struct finding *finding, const struct side *side, const struct loss *loss)
{
	const struct prefix *remote = &loss->remote.claim->prefix;
	const char *family = remote->address.family == FAMILY_4 ? "ip4" : "ip6";

	if (loss->owner == side->vpc)
		case_hint(c, finding, "add `&& %s.%s != %s` to the match", family,
			loss->arriving ? "src" : "dst", case_prefix(c, remote));
	else
		case_hint(c, finding,
			"add {priority: 30000, match: \"%s.dst == %s\", action: allow} to "
			"spec.policyRoutes of %s",
			family, case_prefix(c, remote), case_object(c, side->vpc));
}

/* The parties are the policy and the peering; a Subnet only shows what is lost. */
static struct finding *
loss_finding(struct case_ *c, const struct side *side, const struct loss *loss)
{
	const struct peering *peering = side->peering;
	struct field field = loss->diversion->field;
	bool of_owner = loss->owner == c->subject, of_vpc = side->vpc == c->subject;
	struct finding *finding = side->claim ? case_finding(c, side->claim->field,
							case_prefix(c, &side->claim->prefix))
				  : of_owner  ? case_finding(c, field, text_of(c, loss))
					      : case_finding(c, peering->field, peering->target);

	if (!of_owner)
		case_against(c, finding, loss->owner, field, text_of(c, loss));
	if (of_owner || !of_vpc)
		case_against(c, finding, side->vpc, peering->field, peering->target);
	finding->between_others = side->claim != NULL;
	return finding;
}

static void
report(struct case_ *c, const struct side *side, const struct loss *loss)
{
	struct finding *finding = loss_finding(c, side, loss);
	const char *owner = loss->owner == c->subject
				    ? ""
				    : arena_printf(c->arena, " of %s", case_object(c, loss->owner));

	case_statement(c, finding, "%s%s %s %spackets %s peer %s, %s %s",
		field_text(c->arena, loss->diversion->field), owner,
		loss->diversion->drops ? "drops" : "diverts",
		loss->diversion->partial ? "some " : "", loss->arriving ? "from" : "to",
		side->peering->target, loss->arriving ? "from" : "to",
		case_claim(c, &loss->remote));
	hint(c, finding, side, loss);
}

/* One finding for a policy, however many parts it has. */
static void
check_owner(struct case_ *c, const struct side *side, const struct declaration *owner)
{
	const struct diversion *told = NULL;

	for (int i = 0; i < owner->diversion_count && !case_is_spent(c); i++) {
		struct loss loss = {.owner = owner, .diversion = &owner->diversions[i]};

		if ((told && of_one_policy(told, loss.diversion)) || !is_loss(c, side, &loss))
			continue;
		report(c, side, &loss);
		told = loss.diversion;
	}
}

static void
check_side(struct case_ *c, const struct side *side)
{
	struct declarations gateways = inventory_diverting(
		c->arena, c->inventory, side->peering->from, &c->subject->object);

	check_owner(c, side, side->vpc);
	for (size_t i = 0; i < gateways.count; i++)
		check_owner(c, side, gateways.items[i]);
}

static void
check_vpc(struct case_ *c)
{
	each_peering(c, peering)
		check_side(c, &(const struct side){c->subject, peering, NULL});
}

static void
check_gateway(struct case_ *c)
{
	struct declared_peerings peerings = inventory_peerings_from(
		c->arena, c->inventory, c->subject->home, &c->subject->object);

	for (size_t i = 0; i < peerings.count; i++)
		check_owner(c,
			&(const struct side){
				peerings.items[i].declaration, peerings.items[i].peering, NULL},
			c->subject);
}

static void
check_subnet(struct case_ *c, const struct claim *claim)
{
	struct declared_peerings lists[] = {
		inventory_peerings_from(c->arena, c->inventory, claim->domain, &c->subject->object),
		inventory_peerings_to(c->arena, c->inventory, claim->domain, &c->subject->object),
	};

	for (size_t list = 0; list < sizeof lists / sizeof *lists; list++)
		for (size_t i = 0; i < lists[list].count; i++)
			check_side(c, &(const struct side){lists[list].items[i].declaration,
					      lists[list].items[i].peering, claim});
}

static void
check(struct case_ *c)
{
	if (c->subject->object.kind == KIND_VPC)
		check_vpc(c);
	else if (c->subject->object.kind == KIND_SUBNET)
		each_claim(c, claim) {
			if (claim->role == CLAIM_SUBNET && !claim->unrouted)
				check_subnet(c, claim);
		}
	else
		check_gateway(c);
}

const struct rule policy_override = {
	.id = "policy-override",
	.summary = "warns when a policy route or a gateway takes packets that are meant for a peer",
	.action = ACTION_WARN,
	.guards = KIND_BIT(KIND_VPC) | KIND_BIT(KIND_SUBNET) | GUARDS_GATEWAYS,
	.check = check,
};
