/* route-table-selection: the route back is written to those tables of the remote VPC that carry the
 * tag of the shoot (MATCHED), or to those that do not (UNMATCHED). When that is none of them, the
 * peering becomes active, but nothing comes back. */
#include "base/text.h"
#include "validators/case.h"

static const struct field strategy = {"spec.remoteRouteTableUpdateStrategy", 0};

static bool
is_tagged(const struct declaration *network, const struct route_table *table, const char *shoot)
{
	for (int i = 0; i < table->tag_count; i++)
		if (text_equal(network->table_tags[table->first_tag + i].key, shoot))
			return true;
	return false;
}

static int
count_tagged(const struct declaration *network, const char *shoot)
{
	int count = 0;

	for (int i = 0; i < network->route_table_count; i++)
		count += is_tagged(network, &network->route_tables[i], shoot);
	return count;
}

static void
report(struct case_ *c, const struct peering *peering, const struct declaration *network,
	const char *shoot)
{
	bool matched = peering->route_selection == ROUTES_MATCHED;
	const char *table = network->route_table_count ? network->route_tables[0].id : "TABLE";
	struct finding *finding = case_finding(c, strategy, matched ? "MATCHED" : "UNMATCHED");

	case_message(c, finding, "selects no route table of %s: %s tagged %s", peering->target,
		matched ? "none is" : "all are", shoot);
	case_against(c, finding, network, (struct field){"spec.routeTables", 0}, "");
	case_hint(c, finding, "aws ec2 %s-tags --region %s --resources %s --tags Key=%s%s",
		matched ? "create" : "delete", peering->remote->region, table, shoot,
		matched ? ",Value=" : "");
	case_hint(c, finding, "or select all tables with AUTO");
}

static void
check_selection(struct case_ *c, const struct peering *peering)
{
	const struct shoot *shoot = inventory_shoot(c->inventory);
	const struct declaration *network = case_definition(c, peering->to);
	int tagged;

	if (!network || !network->tables_known || !shoot || text_is_blank(shoot->name))
		return;
	tagged = count_tagged(network, shoot->name);
	if (peering->route_selection == ROUTES_MATCHED ? tagged == 0
						       : tagged == network->route_table_count)
		report(c, peering, network, shoot->name);
}

static void
check(struct case_ *c)
{
	each_peering(c, peering)
		if (peering->route_selection == ROUTES_MATCHED ||
			peering->route_selection == ROUTES_UNMATCHED)
			check_selection(c, peering);
}

const struct rule route_table_selection = {
	.id = "route-table-selection",
	.summary = "warns when the strategy for remote route tables selects none of them",
	.action = ACTION_WARN,
	.guards = KIND_BIT(KIND_AWS_VPC_PEERING),
	.check = check,
};
