/* defined-twice: of two definitions of one object in the same files, the last one silently wins.
 * kubectl only prints "configured" twice. */
#include "base/text.h"
#include "validators/case.h"

static const struct claim *
matching_end(const struct declaration *twin, const struct claim *link)
{
	for (int i = 0; i < twin->link_count; i++)
		if (prefix_equal(&twin->links[i].prefix, &link->prefix) &&
			!address_equal(&twin->links[i].host, &link->host) &&
			text_equal(twin->links[i].far, link->far))
			return &twin->links[i];
	return NULL;
}

static bool
leads_into(struct case_ *c, const struct declaration *vpc, const char *domain)
{
	for (int i = 0; i < vpc->route_count; i++)
		if (case_overlaps(c, domain, &vpc->routes[i].destination, ROLES_OF_HOSTS).count)
			return true;
	return false;
}

/* The two ends of one link under one name: the second definition was meant to be the other VPC.
 * Kube-OVN's own documentation had that once. */
static void
hint_other_side(struct case_ *c, struct finding *finding)
{
	const struct declaration *twin = c->twin;

	each_link(c, link) {
		if (!matching_end(twin, link) || text_equal(link->far, link->domain))
			continue;
		case_hint(c, finding,
			"the two definitions use the two hosts of %s%s: probably this one "
			"should be `name: %s`, `remoteVpc: %s`",
			case_prefix(c, &link->prefix),
			leads_into(c, c->subject, link->domain) && leads_into(c, twin, link->far)
				? " and name each other's subnets"
				: "",
			case_short_domain(c, link->far), case_short_domain(c, link->domain));
		return;
	}
}

static void
check(struct case_ *c)
{
	static const struct field name = {"metadata.name", 0};
	struct finding *finding;

	if (!c->twin)
		return;
	finding = c->twin_differs ? case_finding(c, name, c->subject->object.name)
				  : case_softer_finding(c, name, c->subject->object.name);
	if (c->twin_differs)
		case_message(c, finding,
			"is defined more than once: this definition takes the place of an earlier "
			"one");
	else
		case_message(c, finding, "is defined more than once, each time alike");
	case_against(c, finding, c->twin, name, c->twin->object.name);
	hint_other_side(c, finding);
	case_hint(c, finding, "%s",
		c->twin_differs ? "give each object a name of its own, or leave one definition"
				: "leave one of them");
}

const struct rule defined_twice = {
	.id = "defined-twice",
	.summary = "fails when the input defines one object more than once; only lint can see it",
	.action = ACTION_DENY,
	.guards = GUARDS_EVERYTHING,
	.check = check,
};
