/* duplicate-peering: two peerings between the same two networks share one port (Kube-OVN, where the
 * last entry wins) or are refused by the cloud, which may also show that there is one of another
 * name. Two objects with one link name in one DNS zone mean the same link. */
#include "base/text.h"
#include "validators/case.h"
#include "validators/remote_command.h"
#include "validators/shoot_network.h"

static void
check_own_entries(struct case_ *c, const struct peering *peering)
{
	case_spend(c, (size_t)(peering - c->subject->peerings));
	for (const struct peering *first = c->subject->peerings; first < peering; first++) {
		struct finding *finding;

		if (!text_equal(first->to, peering->to))
			continue;
		finding = case_finding(c, peering->field, peering->target);
		case_message(
			c, finding, "is peered by %s already", field_text(c->arena, first->field));
		case_hint(c, finding,
			"remove one of the two entries; one link may carry both families: "
			"\"169.254.0.1/30,fd69::1/126\"");
		case_refuse_peering(c, finding, peering);
		return;
	}
}

static void
check_other_objects(struct case_ *c, const struct peering *peering)
{
	struct declared_peerings others = inventory_peerings_between(
		c->arena, c->inventory, peering->from, peering->to, &c->subject->object);

	for (size_t i = 0; i < others.count; i++) {
		const struct declared_peering *other = &others.items[i];
		struct finding *finding = case_finding(c, peering->field, peering->target);

		case_message(
			c, finding, "is peered by %s already", case_object(c, other->declaration));
		case_against(c, finding, other->declaration, other->peering->field,
			other->peering->target);
		case_hint(c, finding, "use %s, or delete it first",
			case_object(c, other->declaration));
		case_refuse_peering(c, finding, peering);
	}
}

/* What is left of an earlier object, or was made by hand. */
static void
check_shown(struct case_ *c, const struct peering *peering)
{
	static const struct field name_field = {"spec.remotePeeringName", 0};
	const struct declaration *remote = case_definition(c, peering->to);
	const struct taken_name *shown = remote ? shoot_network_taken(c, remote) : NULL;
	struct finding *finding;
	const char *command;

	if (!shown || text_equal_ignoring_case(shown->name, peering->name))
		return;
	command = remote_command_delete(c, remote->remote, shown->name);
	finding = case_softer_finding(c, name_field, peering->name);
	case_message(c, finding,
		"is a second name: %s is peered with the shoot's network already, as %s",
		case_domain(c, peering->to), shown->name);
	case_against(c, finding, remote, (struct field){"spec.peerings", 0}, shown->name);
	case_hint(c, finding, "write %s instead, or delete that peering first%s%s", shown->name,
		command ? ": " : "", command ? command : "");
}

/* Cloud Manager finds its link by name alone, so both objects would take the same link for theirs,
 * and the first to go takes it away from the other. */
static void
check_dns_link(struct case_ *c, const struct dns_link *link)
{
	struct declarations others =
		inventory_dns_links_to(c->arena, c->inventory, link->zone, &c->subject->object);

	for (size_t i = 0; i < others.count; i++)
		for (int k = 0; k < others.items[i]->dns_link_count; k++) {
			const struct dns_link *theirs = &others.items[i]->dns_links[k];
			struct finding *finding;

			if (!text_equal(theirs->zone, link->zone) ||
				!text_equal(theirs->name, link->name))
				continue;
			finding = case_finding(c, link->name_field, link->name);
			case_message(c, finding, "is the link of %s to %s already",
				case_object(c, others.items[i]), case_domain(c, link->zone));
			case_against(c, finding, others.items[i], theirs->name_field, theirs->name);
			case_hint(c, finding, "use %s, or delete it first",
				case_object(c, others.items[i]));
			case_refuse_dns_link(c, finding, link);
		}
}

static void
check(struct case_ *c)
{
	each_peering(c, peering)
		check_own_entries(c, peering);
	each_peering(c, peering)
		if (peering->remote)
			check_other_objects(c, peering);
	each_peering(c, peering)
		if (peering->remote)
			check_shown(c, peering);
	each_dns_link(c, link)
		check_dns_link(c, link);
}

const struct rule duplicate_peering = {
	.id = "duplicate-peering",
	.summary = "fails when one side peers twice with the same network, or two objects name the "
		   "same link of a DNS zone; warns when the cloud shows a peering of another name",
	.action = ACTION_DENY,
	.guards = GUARDS_PEERINGS | KIND_BIT(KIND_AZURE_VPC_DNS_LINK),
	.check = check,
};
