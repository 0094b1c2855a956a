/* one-sided-peering: Kube-OVN links two routers only when each VPC names the other. Until then
 * packets reach a port that is linked to nothing, and nobody says so. */
#include "base/text.h"
#include "validators/case.h"

static const struct field entries = {"spec.vpcPeerings", 0};

/* A router that something else owns never takes part: external-router says so. */
static bool
is_of_external_router(struct case_ *c, const struct declaration *other)
{
	return c->subject->foreign_router || other->foreign_router;
}

/* The far side may still come, so this can only warn. A VPC that does not exist is another rule's
 * business. */
static void
check_forth(struct case_ *c, const struct peering *peering)
{
	const struct declaration *far = case_definition(c, peering->to);
	struct finding *finding;

	if (!far || is_of_external_router(c, far) ||
		case_answer(c, peering->from, peering->to).peering)
		return;
	finding = case_finding(c, peering->field, peering->target);
	case_statement(c, finding,
		"%s does not peer back to %s yet: no traffic flows until it does", peering->target,
		case_short_domain(c, peering->from));
	case_against(c, finding, far, entries, "");
	case_hint(c, finding, "add {remoteVpc: %s, localConnectIP: %s} to spec.vpcPeerings of %s",
		case_short_domain(c, peering->from),
		case_yaml(c, case_other_end(c, c->subject, peering)), case_object(c, far));
}

static bool
peers_with(struct case_ *c, const char *domain)
{
	for (int i = 0; i < c->subject->peering_count; i++)
		if (text_equal(c->subject->peerings[i].to, domain))
			return true;
	return false;
}

/* What is refused at the other side for itself is not to be answered. */
static void
check_back(struct case_ *c, const struct declared_peering *other)
{
	const char *from = other->peering->from, *to = other->peering->to;
	struct finding *finding;

	if (text_equal(from, to) || peers_with(c, from) || case_is_default_vpc(c, from) ||
		case_is_default_vpc(c, to) || is_of_external_router(c, other->declaration))
		return;
	finding = case_finding(c, entries, "");
	case_statement(c, finding,
		"%s does not peer back to %s yet: no traffic flows until it does",
		case_short_domain(c, to), case_short_domain(c, from));
	case_against(c, finding, other->declaration, other->peering->field, other->peering->target);
	case_hint(c, finding, "add {remoteVpc: %s, localConnectIP: %s} to spec.vpcPeerings",
		case_short_domain(c, from),
		case_yaml(c, case_other_end(c, other->declaration, other->peering)));
}

static void
check(struct case_ *c)
{
	struct declared_peerings others = inventory_peerings_to(
		c->arena, c->inventory, c->subject->home, &c->subject->object);

	each_peering(c, peering)
		check_forth(c, peering);
	case_spend(c, others.count * (size_t)c->subject->peering_count);
	for (size_t i = 0; i < others.count; i++)
		check_back(c, &others.items[i]);
}

const struct rule one_sided_peering = {
	.id = "one-sided-peering",
	.summary = "warns when one VPC of a peering does not peer back",
	.action = ACTION_WARN,
	.guards = KIND_BIT(KIND_VPC),
	.check = check,
};
