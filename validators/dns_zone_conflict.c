/* dns-zone-conflict: Azure links a network to one zone of a name at most, and to one resolver
 * ruleset at most, of the network's own region; some zones cannot exist at all. The Cloud Manager
 * does not look whether an id is that of a zone or of a ruleset, and calls the wrong API. */
#include "base/text.h"
#include "validators/case.h"
#include "validators/remote_command.h"
#include "validators/shoot_network.h"

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
check_declared(struct case_ *c, const struct dns_link *link, const struct declarations *others)
{
	for (size_t i = 0; i < others->count; i++)
		for (int k = 0; k < others->items[i]->dns_link_count; k++)
			if (text_equal(others->items[i]->dns_links[k].exclusive, link->exclusive))
				check_link(
					c, link, others->items[i], &others->items[i]->dns_links[k]);
}

/* --- links that a RemoteZone shows --- */

/* Azure would not have made it if anything were in its way. */
static bool
is_made(struct case_ *c, const struct dns_link *link, const struct declarations *zones)
{
	for (size_t i = 0; i < zones->count; i++) {
		const struct declaration *zone = zones->items[i];
		const struct taken_name *shown = shoot_network_taken(c, zone);

		if (shown && text_equal(zone->home, link->zone) &&
			text_equal_ignoring_case(shown->name, link->name))
			return true;
	}
	return false;
}

static bool
is_declared(const char *zone, const struct declarations *others)
{
	for (size_t i = 0; i < others->count; i++)
		for (int k = 0; k < others->items[i]->dns_link_count; k++)
			if (text_equal(others->items[i]->dns_links[k].zone, zone))
				return true;
	return false;
}

static void
say_what_is_shown(struct case_ *c, struct finding *finding, const struct dns_link *link,
	const struct declaration *zone, const char *name)
{
	const char *command = remote_command_delete(c, zone->remote, name);

	if (text_equal(link->zone, zone->home))
		case_message(c, finding, "is linked to the shoot's network already, as %s", name);
	else if (text_equal(link->exclusive, "ruleset"))
		case_message(c, finding,
			"is a second ruleset: the shoot's network is linked to %s as %s, and can "
			"have only one",
			case_domain(c, zone->home), name);
	else
		case_message(c, finding,
			"has the name of another zone, to which the shoot's network is linked as "
			"%s: it can have only one",
			name);
	if (text_equal(link->zone, zone->home))
		case_hint(c, finding, "write %s in %s, or delete that link first%s%s", name,
			field_text(c->arena, link->name_field), command ? ": " : "",
			command ? command : "");
	else
		case_hint(c, finding, "delete that link first%s%s", command ? ": " : "",
			command ? command : "");
}

/* Links of the cloud that no object stands for; what objects declare has been said. They may be
 * gone where the last look-up failed. */
static void
check_shown(struct case_ *c, const struct dns_link *link, const struct declarations *zones,
	const struct declarations *others)
{
	for (size_t i = 0; i < zones->count && !case_is_spent(c); i++) {
		const struct declaration *zone = zones->items[i];
		const struct taken_name *shown = shoot_network_taken(c, zone);
		struct finding *finding;

		if (!shown || is_declared(zone->home, others))
			continue;
		finding = zone->lookup_problem
				  ? case_softer_finding(c, link->field, link->remote->id)
				  : case_finding(c, link->field, link->remote->id);
		say_what_is_shown(c, finding, link, zone, shown->name);
		case_against(c, finding, zone, (struct field){"spec.links", 0}, shown->name);
		case_refuse_dns_link(c, finding, link);
	}
}

static void
check_region(struct case_ *c, const struct dns_link *link)
{
	const struct declaration *ruleset = case_definition(c, link->zone);
	const struct shoot *shoot = inventory_shoot(c->inventory);
	struct finding *finding;

	if (!text_equal(link->exclusive, "ruleset") || !ruleset || !shoot ||
		text_is_blank(ruleset->remote->region) || text_is_blank(shoot->region) ||
		text_equal_ignoring_case(ruleset->remote->region, shoot->region))
		return;
	finding = case_finding(c, link->field, link->remote->id);
	case_message(c, finding,
		"is in %s, the shoot in %s: Azure links a ruleset only to networks of its region",
		ruleset->remote->region, shoot->region);
	case_against(
		c, finding, ruleset, (struct field){"spec.region", 0}, ruleset->remote->region);
	case_hint(c, finding, "link a ruleset in %s", shoot->region);
	case_refuse_dns_link(c, finding, link);
}

static void
check_dns_link(struct case_ *c, const struct dns_link *link)
{
	struct declarations others = inventory_dns_links_sharing(
		c->arena, c->inventory, link->exclusive, &c->subject->object);
	struct declarations zones =
		inventory_rivals(c->arena, c->inventory, link->zone, &c->subject->object);

	check_declared(c, link, &others);
	if (is_made(c, link, &zones))
		return;
	check_shown(c, link, &zones, &others);
	check_region(c, link);
}

static void
check(struct case_ *c)
{
	check_flaws(c);
	each_dns_link(c, link)
		check_dns_link(c, link);
}

const struct rule dns_zone_conflict = {
	.id = "dns-zone-conflict",
	.summary = "fails when a network is linked twice to a zone, to two zones of one name or to "
		   "two rulesets, or when the zone or ruleset cannot be linked at all",
	.action = ACTION_DENY,
	.guards = KIND_BIT(KIND_AZURE_VPC_DNS_LINK),
	.check = check,
};
