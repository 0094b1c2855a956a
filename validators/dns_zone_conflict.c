/* dns-zone-conflict: Azure links a network to one zone of a name at most, and to one resolver
 * ruleset at most; some zones cannot exist at all. The Cloud Manager does not look whether an id is
 * that of a zone or of a ruleset, and calls the wrong API. */
#include "base/text.h"
#include "validators/case.h"

static void
check_flaws(struct case_ *c)
{
	for (int i = 0; i < c->subject->flaw_count; i++) {
		const struct flaw *flaw = &c->subject->flaws[i];
		struct finding *finding;

		if (flaw->type != FLAW_ZONE)
			continue;
		finding = case_finding(c, flaw->field, flaw->value);
		case_message(c, finding, ": %s", flaw->reason);
		case_hint(c, finding, "%s", flaw->hint);
	}
}

static void
say_what_meets(struct case_ *c, struct finding *finding, const struct dns_link *link,
	const struct dns_link *theirs, const char *other)
{
	if (text_equal(link->zone, theirs->zone))
		case_message(c, finding, "is linked by %s already", other);
	else if (text_equal(link->exclusive, "ruleset"))
		case_message(c, finding,
			"is a second ruleset: %s links one already, and a network can have only "
			"one",
			other);
	else
		case_message(c, finding,
			"has the name of another zone, which %s links: a network can have only one",
			other);
}

static void
check_link(struct case_ *c, const struct dns_link *link, const struct declaration *other,
	const struct dns_link *theirs)
{
	struct finding *finding;

	/* One link name in one zone is one and the same link: duplicate-peering says so. */
	if (text_equal(link->zone, theirs->zone) && text_equal(link->name, theirs->name))
		return;
	finding = case_finding(c, link->field, link->remote->id);
	say_what_meets(c, finding, link, theirs, case_object(c, other));
	case_against(c, finding, other, theirs->field, theirs->remote->id);
	case_hint(c, finding, "use %s, or delete it first", case_object(c, other));
	case_refuse_dns_link(c, finding, link);
}

static void
check_links(struct case_ *c, const struct dns_link *link)
{
	struct declarations others = inventory_dns_links_sharing(
		c->arena, c->inventory, link->exclusive, &c->subject->object);

	for (size_t i = 0; i < others.count; i++)
		for (int k = 0; k < others.items[i]->dns_link_count; k++)
			if (text_equal(others.items[i]->dns_links[k].exclusive, link->exclusive))
				check_link(
					c, link, others.items[i], &others.items[i]->dns_links[k]);
}

static void
check(struct case_ *c)
{
	check_flaws(c);
	each_dns_link(c, link)
		check_links(c, link);
}

const struct rule dns_zone_conflict = {
	.id = "dns-zone-conflict",
	.summary = "fails when a network is linked twice to a zone, to two zones of one name or to "
		   "two rulesets, or when the zone cannot be linked at all",
	.action = ACTION_DENY,
	.guards = KIND_BIT(KIND_AZURE_VPC_DNS_LINK),
	.check = check,
};
