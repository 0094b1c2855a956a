/* external-router: a Vpc with the label ovn.kubernetes.io/vpc_external stands for a router that
 * something else owns, such as OpenStack. Kube-OVN ignores its spec, so that a peering from or to
 * it never comes about. */
#include "base/text.h"
#include "validators/case.h"

static const struct field label_field = {"metadata.labels[ovn.kubernetes.io/vpc_external]", 0};

static void
report(struct case_ *c, const struct declared_peering *side, const struct declaration *foreign)
{
	const struct peering *peering = side->peering;
	struct finding *finding = side->declaration == c->subject
					  ? case_finding(c, peering->field, peering->target)
					  : case_finding(c, label_field, "true");

	case_statement(c, finding,
		"the peering of %s with %s never comes about: %s is owned by "
		"another router",
		case_short_domain(c, peering->from), peering->target, case_object(c, foreign));
	if (side->declaration == c->subject)
		case_against(c, finding, foreign, label_field, "true");
	else
		case_against(c, finding, side->declaration, peering->field, peering->target);
	case_hint(c, finding, "connect the two where %s is managed", case_object(c, foreign));
}

static void
check(struct case_ *c)
{
	struct declared_peerings others = {0};

	each_peering(c, peering) {
		const struct declared_peering side = {c->subject, peering};
		const struct declaration *far = case_definition(c, peering->to);

		if (c->subject->foreign_router)
			report(c, &side, c->subject);
		if (far && far->foreign_router)
			report(c, &side, far);
	}
	if (c->subject->foreign_router)
		others = inventory_peerings_to(
			c->arena, c->inventory, c->subject->home, &c->subject->object);
	for (size_t i = 0; i < others.count; i++)
		report(c, &others.items[i], c->subject);
}

const struct rule external_router = {
	.id = "external-router",
	.summary = "warns when a VPC of a peering is owned by another router, so that Kube-OVN "
		   "ignores it",
	.action = ACTION_WARN,
	.guards = KIND_BIT(KIND_VPC),
	.check = check,
};
