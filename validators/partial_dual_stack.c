/* partial-dual-stack: both VPCs have subnets of a family that their link has no addresses of. The
 * other family works, so that the fault shows late. (A link that fits at one end only is
 * link-address-conflict's, a family without routes missing-route's.) */
#include "base/text.h"
#include "validators/case.h"

static const char *const family_names[FAMILIES] = {"IPv4", "IPv6"};

static bool
has_family(const struct declared_peering *side, enum family family)
{
	for (int i = 0; i < side->peering->link_count; i++)
		if (side->declaration->links[side->peering->first_link + i].host.family == family)
			return true;
	return false;
}

/* What has no good address at all is another rule's business. */
static bool
lacks_family(const struct declared_peering *side, enum family family)
{
	return side->peering->link_count > 0 && !has_family(side, family);
}

static bool
has_subnet(struct case_ *c, const char *domain, enum family family)
{
	const struct prefix all = {.address = {.family = family}};
	struct occupants subnets = case_overlaps(c, domain, &all, ROLE_BIT(CLAIM_SUBNET));

	for (size_t i = 0; i < subnets.count; i++)
		if (!subnets.items[i].claim->unrouted)
			return true;
	return false;
}

/* The ends that are declared, and the family that the near one lacks. */
struct link {
	struct declared_peering near;
	struct declared_peering far; /* .peering is NULL until the other side peers back */
	enum family missing;
};

static void
add_end(struct case_ *c, struct finding *finding, const struct declared_peering *end)
{
	const struct claim *link;

	if (!end->peering || end->peering->link_count == 0)
		return;
	link = &end->declaration->links[end->peering->first_link];
	case_against(c, finding, end->declaration, link->field, case_end(c, link));
}

/* The parties are the ends of the link; a Subnet only shows what is missing. */
static struct finding *
link_finding(struct case_ *c, const struct link *link, const struct claim *claim)
{
	const struct claim *near = &link->near.declaration->links[link->near.peering->first_link];
	struct finding *finding =
		claim ? case_finding(c, claim->field, case_prefix(c, &claim->prefix))
		      : case_finding(c, near->field, case_end(c, near));

	if (claim)
		add_end(c, finding, &link->near);
	add_end(c, finding, &link->far);
	finding->between_others = claim != NULL;
	return finding;
}

/* A second entry to one VPC is refused for itself. */
static bool
is_second_entry(struct case_ *c, const struct declared_peering *side)
{
	const struct peering *peering = side->peering;

	return side->declaration != c->subject &&
	       case_answer(c, peering->to, peering->from).peering != peering;
}

static void
check_link(struct case_ *c, const struct link *link, const struct claim *claim)
{
	const char *from = link->near.peering->from, *to = link->near.peering->to;
	const char *family = family_names[link->missing];
	struct finding *finding;

	if ((link->far.peering && has_family(&link->far, link->missing)) ||
		is_second_entry(c, &link->near))
		return;
	finding = link_finding(c, link, claim);
	case_statement(c, finding,
		"the link between %s and %s has no %s addresses, but both have %s subnets",
		case_short_domain(c, from), case_short_domain(c, to), family, family);
	case_hint(c, finding, "add an %s link to localConnectIP of both, after a comma, and routes",
		family);
}

static void
check_vpc(struct case_ *c)
{
	each_peering(c, peering)
		for (enum family family = 0; family < FAMILIES; family++) {
			const struct declared_peering near = {c->subject, peering};

			if (lacks_family(&near, family) && has_subnet(c, peering->from, family) &&
				has_subnet(c, peering->to, family))
				check_link(c,
					&(const struct link){near,
						case_answer(c, peering->from, peering->to), family},
					NULL);
		}
}

static void
check_subnet(struct case_ *c, const struct claim *claim)
{
	enum family family = claim->prefix.address.family;
	struct declared_peerings from =
		inventory_peerings_from(c->arena, c->inventory, claim->domain, &c->subject->object);
	struct declared_peerings to =
		inventory_peerings_to(c->arena, c->inventory, claim->domain, &c->subject->object);

	for (size_t i = 0; i < from.count; i++)
		if (lacks_family(&from.items[i], family) &&
			has_subnet(c, from.items[i].peering->to, family))
			check_link(c,
				&(const struct link){from.items[i],
					case_answer(c, claim->domain, from.items[i].peering->to),
					family},
				claim);
	for (size_t i = 0; i < to.count; i++)
		if (lacks_family(&to.items[i], family) &&
			!case_answer(c, to.items[i].peering->from, claim->domain).peering &&
			has_subnet(c, to.items[i].peering->from, family))
			check_link(c, &(const struct link){.near = to.items[i], .missing = family},
				claim);
}

static void
check(struct case_ *c)
{
	if (c->subject->object.kind == KIND_VPC)
		check_vpc(c);
	else
		each_claim(c, claim)
			if (claim->role == CLAIM_SUBNET && !claim->unrouted)
				check_subnet(c, claim);
}

const struct rule partial_dual_stack = {
	.id = "partial-dual-stack",
	.summary = "warns when both VPCs have subnets of a family that their link lacks",
	.action = ACTION_WARN,
	.guards = KIND_BIT(KIND_VPC) | KIND_BIT(KIND_SUBNET),
	.check = check,
};
