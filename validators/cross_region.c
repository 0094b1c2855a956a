/* cross-region: traffic between two regions costs more and takes longer, and some things do not
 * work across them. Networks of Google Cloud are in no region. What cannot be in another region at
 * all, a resolver ruleset, is a matter of dns-zone-conflict. */
#include "base/text.h"
#include "validators/case.h"

/* Does `region` differ from the shoot's, as far as both are known? */
static bool
is_elsewhere(const char *region, const struct shoot *shoot)
{
	return !text_is_blank(region) && !text_is_blank(shoot->region) &&
	       !text_equal_ignoring_case(region, "global") &&
	       !text_equal_ignoring_case(region, shoot->region);
}

/* "" when nobody has said so. */
static const char *
known_region(struct case_ *c, const char *domain)
{
	const struct declaration *remote = case_definition(c, domain);

	return remote ? remote->remote->region : "";
}

static void
check_vpc(struct case_ *c, const struct peering *peering, const struct shoot *shoot)
{
	static const struct field field = {"spec.remoteRegion", 0};
	struct finding *finding;

	if (!is_elsewhere(peering->remote->region, shoot))
		return;
	finding = case_finding(c, field, peering->remote->region);
	case_message(c, finding,
		"is not the shoot's region %s: traffic costs more and takes longer", shoot->region);
	case_hint(c, finding,
		"let security groups name CIDRs: those of another region cannot be named");
}

static void
check_vnet(struct case_ *c, const struct peering *peering, const struct shoot *shoot)
{
	const char *region = known_region(c, peering->to);
	struct finding *finding;

	if (!is_elsewhere(region, shoot))
		return;
	finding = case_finding(c, peering->field, peering->target);
	case_message(c, finding, "is in %s, the shoot in %s: traffic costs more and takes longer",
		region, shoot->region);
	case_hint(c, finding, "prefer a VNet in %s where that matters", shoot->region);
}

static void
check(struct case_ *c)
{
	const struct shoot *shoot = inventory_shoot(c->inventory);

	if (!shoot)
		return;
	each_peering(c, peering)
		if (peering->remote->provider == PROVIDER_AWS)
			check_vpc(c, peering, shoot);
		else
			check_vnet(c, peering, shoot);
}

const struct rule cross_region = {
	.id = "cross-region",
	.summary = "reports a peering that leads to another region",
	.action = ACTION_REPORT,
	.guards = KIND_BIT(KIND_AWS_VPC_PEERING) | KIND_BIT(KIND_AZURE_VPC_PEERING),
	.check = check,
};
