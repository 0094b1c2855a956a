/* delete-in-use: what is deleted is still needed: nothing at the other side is told, so its ports
 * and routes stay and lead nowhere. Only a warning, since of two peers one has to go first. */
#include "base/text.h"
#include "validators/case.h"

static const struct field object_field = {"metadata.name", 0};

/* "Vpc vpc-1 and 3 more" */
static const char *
who(struct case_ *c, const struct needs *needs)
{
	const char *first = case_object(c, needs->items[0].declaration);

	if (needs->total == 1)
		return first;
	return arena_printf(c->arena, "%s and %zu more", first, needs->total - 1);
}

static void
against_all(struct case_ *c, struct finding *finding, const struct needs *needs)
{
	for (size_t i = 0; i < needs->count; i++)
		case_against(c, finding, needs->items[i].declaration, needs->items[i].field,
			needs->items[i].value);
}

static struct finding *
whole_object(struct case_ *c, const struct needs *needs)
{
	struct finding *finding = case_finding(c, object_field, c->subject->object.name);

	against_all(c, finding, needs);
	return finding;
}

static void
check_vpc(struct case_ *c, const struct needs *needs)
{
	struct finding *finding = whole_object(c, needs);

	case_statement(c, finding,
		"%s is still a peer of %s, whose port%s and routes will lead nowhere",
		case_object(c, c->subject), who(c, needs), needs->total > 1 ? "s" : "");
	case_hint(c, finding, "remove the peering and its routes from %s first", who(c, needs));
}

static void
check_remote(struct case_ *c, const struct needs *needs)
{
	struct finding *finding = whole_object(c, needs);
	bool zone = c->subject->object.kind == KIND_REMOTE_ZONE;

	case_statement(c, finding, "%s tells what %s %s: %s can no longer be checked",
		case_object(c, c->subject), who(c, needs), zone ? "links" : "peers with",
		zone ? "its tag" : "overlaps and its tag");
	case_hint(c, finding, "delete %s first", who(c, needs));
}

/* A Vpc, or the description of something remote; another object may still say the same. */
static void
check_definition(struct case_ *c)
{
	const struct declaration *subject = c->subject;
	struct needs needs = {0};

	if (!case_definition(c, subject->home))
		needs = inventory_needs_of(c->arena, c->inventory, subject->home, &subject->object);
	if (needs.total == 0)
		return;
	if (subject->object.kind == KIND_VPC)
		check_vpc(c, &needs);
	else
		check_remote(c, &needs);
}

static void
check_routes(struct case_ *c, const struct claim *subnet)
{
	struct needs needs = inventory_routes_only_for(
		c->arena, c->inventory, subnet->domain, &subnet->prefix, &c->subject->object);
	struct finding *finding;

	if (needs.total == 0)
		return;
	finding = case_finding(c, subnet->field, case_prefix(c, &subnet->prefix));
	case_message(c, finding, "still has a route to it in %s, which will lead nowhere",
		who(c, &needs));
	against_all(c, finding, &needs);
	case_hint(c, finding, "remove the route to %s from %s first", needs.items[0].value,
		who(c, &needs));
}

/* An external network: routers have ports on it. */
static void
check_segment(struct case_ *c, const char *segment)
{
	struct needs needs =
		inventory_needs_of(c->arena, c->inventory, segment, &c->subject->object);
	struct finding *finding;

	if (needs.total == 0)
		return;
	finding = whole_object(c, &needs);
	case_statement(c, finding, "%s is still an external network of %s",
		case_object(c, c->subject), who(c, &needs));
	case_hint(c, finding,
		"take it out of spec.extraExternalSubnets, or end spec.enableExternal, of %s first",
		who(c, &needs));
}

static void
check(struct case_ *c)
{
	const char *segment = NULL;

	if (c->subject->defines_home)
		check_definition(c);
	each_claim(c, claim) {
		if (claim->role == CLAIM_SUBNET && !claim->unrouted)
			check_routes(c, claim);
		if (claim->role == CLAIM_SEGMENT)
			segment = claim->domain;
	}
	if (segment)
		check_segment(c, segment);
}

const struct rule delete_in_use = {
	.id = "delete-in-use",
	.summary = "warns when a network or zone is deleted that a peering, route or link still "
		   "needs",
	.action = ACTION_WARN,
	.guards = KIND_BIT(KIND_VPC) | KIND_BIT(KIND_SUBNET) | KIND_BIT(KIND_REMOTE_NETWORK) |
		  KIND_BIT(KIND_REMOTE_ZONE),
	.on_delete = true,
	.check = check,
};
