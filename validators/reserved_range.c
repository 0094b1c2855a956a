/* reserved-range: a network takes addresses that something else uses already: the metadata service
 * of the cloud, Gardener, Kyma, the cluster itself. One of the two can then not be reached. */
#include "base/text.h"
#include "validators/case.h"

#define DEFAULT_DOMAIN "vpc/" DEFAULT_VPC

/* With room for two hosts beside the network's own address. */
#define LONGEST_LINK(claim) ((claim)->prefix.address.family == FAMILY_4 ? 30 : 126)

static const struct reserved_range *
range_of(struct case_ *c, const struct prefix *prefix)
{
	const struct reserved_range *range = policy_reserved_ranges(c->policy);

	for (; range->name; range++)
		if ((range->guards & KIND_BIT(c->subject->object.kind)) &&
			prefix_overlaps(&range->prefix, prefix))
			return range;
	return NULL;
}

/* "is in 10.64.0.0/11, reserved for ..." or, when it is the wider one, "takes in ...". */
static const char *
relation(struct case_ *c, const struct prefix *prefix, const struct reserved_range *range)
{
	return arena_printf(c->arena, "%s %s, reserved for %s",
		prefix->length < range->prefix.length ? "takes in" : "is in",
		case_prefix(c, &range->prefix), range->name);
}

static void
hint(struct case_ *c, struct finding *finding, const struct claim *claim)
{
	if (claim->role == CLAIM_LINK && claim->prefix.length < LONGEST_LINK(claim))
		case_hint(c, finding, "a link needs no more than /%d", LONGEST_LINK(claim));
	if (claim->role == CLAIM_LINK)
		case_hint_free_link(c, finding, claim);
	else if (claim->role == CLAIM_SUBNET || claim->role == CLAIM_IP_RANGE)
		case_hint_free_networks(c, finding, claim->domain, NULL, &claim->prefix);
	case_hint(c, finding, "where nothing uses it, say so in spec.reserved of the policy");
}

/* The default VPC is what some of the ranges are reserved for. */
static bool
is_exempt(struct case_ *c, const struct claim *claim)
{
	return domain_type(claim->domain) == DOMAIN_VPC && case_is_default_vpc(c, claim->domain);
}

/* Says whether something was found. */
static bool
check_claim(struct case_ *c, const struct claim *claim)
{
	const struct reserved_range *range = range_of(c, &claim->prefix);
	struct finding *finding;

	if (!range || is_exempt(c, claim))
		return false;
	finding = case_finding(c, claim->field,
		claim->role == CLAIM_LINK ? case_end(c, claim) : case_prefix(c, &claim->prefix));
	case_message(c, finding, "%s", relation(c, &claim->prefix, range));
	hint(c, finding, claim);
	return true;
}

/* The networks of the default VPC hold the pods and the nodes of the cluster. */
static void
check_cluster(struct case_ *c, const struct claim *link)
{
	struct occupants subnets =
		case_overlaps(c, DEFAULT_DOMAIN, &link->prefix, ROLE_BIT(CLAIM_SUBNET));
	struct finding *finding;

	if (subnets.count == 0 || is_exempt(c, link))
		return;
	finding = case_finding(c, link->field, case_end(c, link));
	case_message(c, finding, "overlaps %s, a network of the cluster itself",
		case_claim(c, &subnets.items[0]));
	case_against_claim(c, finding, &subnets.items[0]);
	case_hint_free_link(c, finding, link);
}

/* The peering only brings the range near; the remote network is what lies in it. */
static void
check_remote(struct case_ *c, const struct peering *peering)
{
	struct occupants networks = case_claims(c, peering->to);

	for (size_t i = 0; i < networks.count; i++) {
		const struct occupant *network = &networks.items[i];
		const struct reserved_range *range = range_of(c, &network->claim->prefix);
		struct finding *finding;

		if (!range)
			continue;
		finding = case_finding(c, peering->field, peering->target);
		finding->between_others = true;
		case_message(c, finding, ": %s %s", case_claim(c, network),
			relation(c, &network->claim->prefix, range));
		case_against_claim(c, finding, network);
		hint(c, finding, network->claim);
	}
}

static void
check(struct case_ *c)
{
	each_claim(c, claim)
		check_claim(c, claim);
	each_link(c, link)
		if (!check_claim(c, link))
			check_cluster(c, link);
	each_peering(c, peering)
		if (peering->remote)
			check_remote(c, peering);
}

const struct rule reserved_range = {
	.id = "reserved-range",
	.summary = "warns when a network or link takes addresses of a range that is reserved",
	.action = ACTION_WARN,
	.guards = GUARDS_PEERINGS | KIND_BIT(KIND_SUBNET) | KIND_BIT(KIND_IP_RANGE) |
		  KIND_BIT(KIND_REMOTE_NETWORK),
	.check = check,
};
