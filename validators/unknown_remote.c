/* unknown-remote: the far side is not there yet, or nothing is known of it, so that what other
 * rules would find stays unseen. Where only a part of everything is known, as in a bundle without a
 * cluster, that says nothing: the far side may well be there. */
#include <string.h>

#include "base/text.h"
#include "validators/case.h"

static void
check_vpc(struct case_ *c, const struct peering *peering)
{
	struct finding *finding;

	if (c->partial || case_definition(c, peering->to) || text_equal(peering->to, peering->from))
		return;
	finding = case_finding(c, peering->field, peering->target);
	case_message(
		c, finding, "does not exist (yet): no traffic flows until it does and peers back");
	case_hint(c, finding, "create Vpc %s, or correct the name", peering->target);
}

static const char *
network_manifest(struct case_ *c, const struct remote *remote)
{
	switch (remote->provider) {
	case PROVIDER_AWS:
		return arena_printf(c->arena, "aws: {accountId: \"%s\", region: %s, vpcId: %s}",
			remote->account, remote->region, remote->id);
	case PROVIDER_GCP:
		return arena_printf(
			c->arena, "gcp: {project: %s, network: %s}", remote->account, remote->id);
	default:
		return arena_printf(c->arena, "azure: {id: %s}", remote->id);
	}
}

/* What is there, but without addresses. */
static void
say_what_is_missing(struct case_ *c, struct finding *finding, const struct declaration *network)
{
	if (network->lookup_problem) {
		case_message(c, finding,
			"could not be looked up, so that overlaps cannot be seen: %s",
			network->lookup_problem);
		case_hint(c, finding, "mend that, or write its addresses in spec.cidrs of %s",
			case_object(c, network));
	} else {
		case_message(c, finding, "has no known addresses: overlaps cannot be seen");
		case_hint(c, finding, "write them in spec.cidrs of %s", case_object(c, network));
	}
}

static void
check_network(struct case_ *c, const struct peering *peering)
{
	const struct declaration *network = case_definition(c, peering->to);
	struct finding *finding;

	if (network ? network->addresses_known : c->partial)
		return;
	finding = case_finding(c, peering->field, peering->target);
	if (network) {
		case_against(c, finding, network, (struct field){"spec.cidrs", 0}, "");
		say_what_is_missing(c, finding, network);
	} else {
		case_message(c, finding,
			"has no RemoteNetwork: neither overlaps nor its tag can be checked");
		case_hint(c, finding,
			"create a RemoteNetwork (peerwarden.io/v1alpha1) with spec: {%s, cidrs: "
			"[...], tags: {...}}",
			network_manifest(c, peering->remote));
	}
}

static void
check_zone(struct case_ *c, const struct dns_link *link)
{
	const struct declaration *zone = case_definition(c, link->zone);
	struct finding *finding;

	if (zone ? zone->tags_known || !zone->lookup_problem : c->partial)
		return;
	finding = case_finding(c, link->field, link->remote->id);
	if (zone) {
		case_against(c, finding, zone, (struct field){"spec.tags", 0}, "");
		case_message(c, finding,
			"could not be looked up, so that its tag and links cannot be checked: %s",
			zone->lookup_problem);
		case_hint(c, finding, "mend that, or write its tags in spec.tags of %s",
			case_object(c, zone));
		return;
	}
	case_message(c, finding, "has no RemoteZone: its tag cannot be checked");
	case_hint(c, finding,
		"create a RemoteZone (peerwarden.io/v1alpha1) with spec: {id: %s, tags: {...}}",
		link->remote->id);
}

static void
check(struct case_ *c)
{
	each_peering(c, peering)
		if (peering->remote)
			check_network(c, peering);
		else
			check_vpc(c, peering);
	each_dns_link(c, link)
		check_zone(c, link);
}

const struct rule unknown_remote = {
	.id = "unknown-remote",
	.summary = "warns when the remote VPC does not exist yet, or a remote network or zone is "
		   "not known",
	.action = ACTION_WARN,
	.guards = GUARDS_PEERINGS | KIND_BIT(KIND_AZURE_VPC_DNS_LINK),
	.check = check,
};
