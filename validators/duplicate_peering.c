/* duplicate-peering: two peerings between the same two networks share one port (Kube-OVN, where the
 * last entry wins) or are refused by the cloud. Two links of the shoot to one DNS zone, likewise.
 */
#include "base/text.h"
#include "validators/case.h"

static void
check_own_entries(struct case_ *c, const struct peering *peering)
{
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

static void
check_dns_link(struct case_ *c, const struct dns_link *link)
{
	struct declarations others =
		inventory_dns_links_to(c->arena, c->inventory, link->zone, &c->subject->object);

	for (size_t i = 0; i < others.count; i++) {
		const struct declaration *other = others.items[i];
		struct finding *finding = case_finding(c, link->field, link->remote->id);

		case_message(c, finding, "is linked by %s already", case_object(c, other));
		for (int k = 0; k < other->dns_link_count; k++)
			if (text_equal(other->dns_links[k].zone, link->zone))
				case_against(c, finding, other, other->dns_links[k].field,
					other->dns_links[k].remote->id);
		case_hint(c, finding, "use %s, or delete it first", case_object(c, other));
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
	for (int i = 0; i < c->subject->dns_link_count; i++)
		check_dns_link(c, &c->subject->dns_links[i]);
}

const struct rule duplicate_peering = {
	.id = "duplicate-peering",
	.summary = "fails when one side peers twice with the same network, or links twice to the "
		   "same DNS zone",
	.action = ACTION_DENY,
	.guards = GUARDS_PEERINGS | KIND_BIT(KIND_AZURE_VPC_DNS_LINK),
	.check = check,
};
