/* Random VPCs, Subnets and their peerings. */
#include <string.h>

#include "tests/validators/topology_plan.h"

#define KUBE_OVN "apiVersion: kubeovn.io/v1"

static const char *
vpc_name(const struct plan *plan, int vpc)
{
	if (vpc == 0)
		return "ovn-cluster";
	return vpc == 3 && plan->has_short_name ? "vpc" : plan_write(plan, "vpc-%d", vpc);
}

/* --- Subnets --- */

static const char *
subnet_options(struct plan *plan, const struct planned_subnet *subnet)
{
	static const char *const wrong[] = {
		", vlan: v1",
		", vlan: v1, logicalGateway: true",
		", vlan: v1, u2oInterconnection: true",
		", provider: a.b.ovn",
		", provider: net.kube-system",
	};
	static const char *const allowances[] = {
		"", "10.0.0.0/8", "10.11.0.0/16, \"fd00::/16\"", "10.12.0.0/17, \"fd00:11::/64\""};
	const char *options =
		*subnet->table ? plan_write(plan, ", routeTable: %s", subnet->table) : "";

	if (plan_chance(12))
		options = plan_write(
			plan, "%s, private: true, allowSubnets: [%s]", options, PICK(allowances));
	return plan_astray(plan) ? plan_write(plan, "%s%s", options, PICK(wrong)) : options;
}

/* The others are made to meet a VPC, or the ports of two routers each other. */
static const char *
subnet_name(const struct plan *plan)
{
	static const char *const wrong[] = {"1-vpc-2", "vpc-1", "1-external", "2-vpc-1", "1-net0",
		"vpc-2", "2-net1", "vpc-none"};
	const char *name = plan_write(plan, "net%d", plan->subnet_count);

	return plan->subnet_count < 8 && plan_astray(plan) && plan_chance(30)
		       ? wrong[plan->subnet_count]
		       : name;
}

static void
plan_subnet(struct plan *plan, int vpc)
{
	struct planned_subnet *subnet = &plan->subnets[plan->subnet_count];
	const char *status = plan_astray(plan) ? ", status: {u2oInterconnectionIP: 10.9.9.9}" : "";

	subnet->vpc = vpc;
	subnet->table = plan_chance(12) ? "rtb1" : "";
	for (enum family family = 0; family < FAMILIES; family++)
		subnet->networks[family] = plan->has[family] ? plan_network(plan, family) : "";
	if (plan->has[FAMILY_4] && plan->has[FAMILY_6] && plan_chance(30))
		subnet->networks[plan_below(FAMILIES)] = "";
	plan_add(plan, plan_write(plan,
			       "{" KUBE_OVN ", kind: Subnet, metadata: {name: %s}, spec: {vpc: %s, "
			       "cidrBlock: \"%s\"%s}%s}",
			       subnet_name(plan),
			       plan_chance(50) && vpc == 0 ? "\"\"" : vpc_name(plan, vpc),
			       plan_join(plan, subnet->networks[FAMILY_4], ",",
				       subnet->networks[FAMILY_6]),
			       subnet_options(plan, subnet), status));
	plan->subnet_count++;
}

static void
plan_subnets(struct plan *plan)
{
	for (int vpc = 1; vpc < plan->vpc_count; vpc++)
		for (int i = plan->vpc_count > FEW_VPCS ? 1 : plan_below(3);
			i > 0 && plan->subnet_count < MOST_SUBNETS; i--)
			plan_subnet(plan, vpc);
	if (plan_chance(30) && plan->subnet_count < MOST_SUBNETS)
		plan_subnet(plan, 0);
}

/* So many in one VPC that lists of them are cut. */
static void
add_crowd(struct plan *plan)
{
	for (int i = 0; i < CROWD; i++)
		plan_add(plan, plan_write(plan,
				       "{" KUBE_OVN ", kind: Subnet, metadata: {name: crowd%d}, "
				       "spec: {vpc: vpc-%d, cidrBlock: \"%s\"}}",
				       i, plan_chance(95) ? 1 : 2,
				       plan_astray(plan) && plan_chance(20)
					       ? plan_network(plan, FAMILY_4)
					       : plan_write(plan, "10.200.%d.0/24", i)));
}

/* The networks outside to which a router may be attached. */
static void
add_segments(struct plan *plan)
{
	static const char *const networks[] = {
		"172.16.0.0/16", "fd16::/64", "10.10.0.0/16", "172.16.0.0/24,fd69::/48"};

	for (int i = 0; i < 2; i++)
		if (plan_chance(60))
			plan_add(plan,
				plan_write(plan,
					"{" KUBE_OVN ", kind: Subnet, metadata: {name: %s}, spec: "
					"{vlan: v%d, cidrBlock: \"%s\"}}",
					i ? "external" : "ext-1", i, PICK(networks)));
}

/* --- links --- */

/* Both ends of a link in one family: the addresses and the length. */
struct planned_link {
	const char *hosts[2];
	int lengths[2];
};

static struct planned_link
sound_link(const struct plan *plan, enum family family, int number)
{
	if (family == FAMILY_4 && plan_chance(25))
		return (struct planned_link){{plan_write(plan, "169.254.%d.4", number),
						     plan_write(plan, "169.254.%d.5", number)},
			{31, 31}};
	if (family == FAMILY_4)
		return (struct planned_link){{plan_write(plan, "169.254.%d.1", number),
						     plan_write(plan, "169.254.%d.2", number)},
			{30, 30}};
	if (plan_chance(25))
		return (struct planned_link){{plan_write(plan, "fd69:%x::", number),
						     plan_write(plan, "fd69:%x::1", number)},
			{127, 127}};
	return (struct planned_link){
		{plan_write(plan, "fd69:%x::1", number), plan_write(plan, "fd69:%x::2", number)},
		{126, 126}};
}

/* The end is an address that is taken, reserved or elsewhere. */
static void
spoil(struct planned_link *link, enum family family, int end)
{
	static const char *const hosts[FAMILIES][8] = {
		{"169.254.1.0", "169.254.1.3", "169.254.1.5", "169.254.1.6", "10.10.0.5",
			"10.11.128.1", "172.16.0.1", "10.12.0.1"},
		{"fd69:1::", "fd69:1::3", "fd69:1::2", "fd69:1::5", "fd00:11::5", "fe80::2",
			"fd16::1", "fd00:10::9"},
	};
	static const int lengths[FAMILIES][4] = {{31, 30, 29, 24}, {127, 126, 125, 64}};

	if (plan_chance(50))
		link->hosts[end] = PICK(hosts[family]);
	if (plan_chance(50))
		link->lengths[end] = PICK(lengths[family]);
	if (plan_chance(20))
		link->hosts[end] = link->hosts[!end];
}

static void
add_end(const struct plan *plan, struct planned_end *end, enum family family, const char *host,
	int length)
{
	end->ends = plan_join(plan, end->ends, ",", plan_write(plan, "%s/%d", host, length));
	if (!*end->hosts[family])
		end->hosts[family] = host;
}

static void
plan_link(struct plan *plan, int a, int b, int number)
{
	struct planned_end *ends[2] = {&plan->ends[a][b], &plan->ends[b][a]};

	for (int end = 0; end < 2; end++)
		*ends[end] = (struct planned_end){!plan_chance(18), "", {"", ""}};
	for (enum family family = 0; family < FAMILIES; family++) {
		struct planned_link link = sound_link(plan, family, number);

		for (int end = 0; end < 2; end++) {
			if (plan_astray(plan))
				spoil(&link, family, end);
			if (plan->has[family] && (!plan_astray(plan) || !plan->has[!family]))
				add_end(plan, ends[end], family, link.hosts[end],
					link.lengths[end]);
			if (plan_astray(plan) && family == FAMILY_4 && plan_chance(20))
				add_end(plan, ends[end], family, "169.254.2.9", 30);
		}
	}
}

static void
plan_links(struct plan *plan)
{
	bool is_star = plan->vpc_count > FEW_VPCS || plan_chance(30);

	for (int a = plan_astray(plan) ? 0 : 1; a < plan->vpc_count; a++)
		for (int b = a + 1; b < plan->vpc_count; b++)
			if (is_star ? a < 2 && plan_chance(95) : plan_chance(45))
				plan_link(plan, a, b, plan_astray(plan) ? 1 : a * MOST_VPCS + b);
}

/* --- Vpcs --- */

static const char *
write_peering(const struct plan *plan, const char *remote, const char *ends)
{
	return *ends ? plan_write(plan, "{remoteVpc: %s, localConnectIP: \"%s\"}", remote, ends)
		     : "";
}

static const char *
write_peerings(const struct plan *plan, int vpc)
{
	const char *list = "";

	for (int far = 0; far < plan->vpc_count; far++) {
		const struct planned_end *end = &plan->ends[vpc][far];

		if (end->declared)
			list = plan_join(plan, list, ", ",
				write_peering(plan, vpc_name(plan, far), end->ends));
		if (end->declared && plan_astray(plan) && plan_chance(20))
			list = plan_join(plan, list, ", ",
				write_peering(plan, vpc_name(plan, far), "169.254.2.1/30"));
	}
	if (plan_astray(plan) && plan_chance(30))
		list = plan_join(plan, list, ", ",
			write_peering(plan, vpc_name(plan, vpc), "169.254.1.1/30,fd69:1::1/64"));
	if (plan_astray(plan) && plan_chance(50))
		list = plan_join(plan, list, ", ",
			write_peering(plan, "vpc-none", "169.254.2.1/30,fd69:1::5/64"));
	return list;
}

static const char *
next_hop(const struct plan *plan, int vpc, int far, enum family family)
{
	static const char *const wrong[] = {"169.254.1.3", "169.254.99.9", "10.10.0.254",
		"fd69:1::3", "fd00:10::fe", "172.16.0.254"};

	if (!plan_astray(plan))
		return plan->ends[far][vpc].hosts[family];
	return plan_chance(30) ? plan->ends[vpc][far].hosts[family] : PICK(wrong);
}

static const char *
destination(const struct plan *plan, const char *right)
{
	static const char *const wrong[] = {"10.0.0.0/8", "10.10.0.0/16", "10.11.128.0/17",
		"192.168.0.0/24", "10.12.0.9", "fd00:10::/48", "fd00::/16", "0.0.0.0/0", "::/0"};

	return plan_astray(plan) ? PICK(wrong) : right;
}

static const char *
write_route(const struct plan *plan, const char *to, const char *hop, const char *table)
{
	const char *options = *table ? plan_write(plan, ", routeTable: %s", table) : "";

	if (!*hop || !*to)
		return "";
	if (plan_astray(plan) && plan_chance(20))
		options = plan_write(plan, "%s, bfdId: b1", options);
	if (plan_astray(plan) && plan_chance(30))
		options = ", routeTable: rtb1";
	return plan_write(plan, "{cidr: \"%s\", nextHopIP: \"%s\", policy: %s%s}", to, hop,
		plan_astray(plan) && plan_chance(40) ? "policySrc" : "policyDst", options);
}

static bool
uses_table(const struct plan *plan, int vpc, const char *table)
{
	for (int i = 0; i < plan->subnet_count; i++)
		if (plan->subnets[i].vpc == vpc && strcmp(plan->subnets[i].table, table) == 0)
			return true;
	return !*table;
}

static const char *
write_routes(const struct plan *plan, int vpc)
{
	static const char *const tables[] = {"", "rtb1"};
	const char *list = "";

	for (int i = 0; i < plan->subnet_count; i++) {
		const struct planned_subnet *subnet = &plan->subnets[i];

		if (!plan->ends[vpc][subnet->vpc].declared)
			continue;
		for (enum family family = 0; family < FAMILIES; family++)
			for (size_t k = 0; k < 2; k++)
				if (uses_table(plan, vpc, tables[k]) && !plan_chance(7))
					list = plan_join(plan, list, ", ",
						write_route(plan,
							destination(plan, subnet->networks[family]),
							next_hop(plan, vpc, subnet->vpc, family),
							tables[k]));
	}
	if (plan_astray(plan))
		list = plan_join(plan, list, ", ",
			write_route(plan, destination(plan, "10.0.0.0/8"), "10.10.0.254", ""));
	return list;
}

static const char *
vpc_options(const struct plan *plan)
{
	static const char *const ports[] = {
		"10.250.0.1", "169.254.1.2", "10.10.0.9", "fd69:1::2", "10.250.0.1,fd00:10::9"};
	static const char *const segments[] = {"", ", extraExternalSubnets: [ext-1]"};
	const char *options = "";

	if (plan_chance(25))
		options = plan_write(plan, ", enableExternal: true%s", PICK(segments));
	if (plan_chance(15))
		options = plan_write(plan, "%s, bfdPort: {enabled: %s, ip: \"%s\"}", options,
			plan_chance(80) ? "true" : "false", PICK(ports));
	return options;
}

static void
add_vpcs(struct plan *plan)
{
	for (int vpc = plan_chance(50) ? 0 : 1; vpc < plan->vpc_count; vpc++) {
		if (plan_chance(4))
			continue;
		plan_add(plan,
			plan_write(plan,
				"{" KUBE_OVN ", kind: Vpc, metadata: {name: %s%s}, spec: "
				"{vpcPeerings: [%s], staticRoutes: [%s]%s}%s}",
				vpc_name(plan, vpc),
				plan_astray(plan) && plan_chance(20)
					? ", labels: {ovn.kubernetes.io/vpc_external: \"true\"}"
					: "",
				write_peerings(plan, vpc), write_routes(plan, vpc),
				vpc_options(plan),
				plan_astray(plan) && plan_chance(15) ? ", status: {default: true}"
								     : ""));
	}
}

void
plan_kube_ovn(struct plan *plan)
{
	plan->has_short_name = plan_chance(20);
	plan->vpc_count = plan_chance(5) ? MOST_VPCS - plan_below(5) : 3 + plan_below(FEW_VPCS - 2);
	add_segments(plan);
	plan_subnets(plan);
	plan_links(plan);
	add_vpcs(plan);
	if (plan_chance(1))
		add_crowd(plan);
}
