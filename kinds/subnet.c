/* Subnet of Kube-OVN (kubeovn.io/v1): the addresses of a VPC, or of a network outside that only
 * borrows the kind. */
#include <string.h>

#include "base/text.h"
#include "kinds/address_list.h"
#include "kinds/canonical.h"
#include "kinds/definitions.h"
#include "kinds/domain_key.h"
#include "kinds/kube_ovn.h"
#include "kinds/read.h"

static const struct field vpc_field = {"spec.vpc", 0};
static const struct field cidr_field = {"spec.cidrBlock", 0};
static const struct field gateway_field = {"spec.gateway", 0};
static const struct field vlan_field = {"spec.vlan", 0};
static const struct field logical_gateway_field = {"spec.logicalGateway", 0};
static const struct field underlay_to_overlay_field = {"spec.u2oInterconnection", 0};
static const struct field private_field = {"spec.private", 0};
static const struct field allowed_field = {"spec.allowSubnets", 0};

static bool
has_text(const struct json *parent, const char *name)
{
	const char *text = json_member_text(parent, name);

	return text && *text;
}

/* "", "ovn", or "<attachment>.<namespace>.ovn". */
static bool
is_of_ovn(const struct json *spec)
{
	const char *provider = json_member_text(spec, "provider");
	const char *first, *second;

	if (!provider || !*provider || strcmp(provider, "ovn") == 0)
		return true;
	first = strchr(provider, '.');
	second = first ? strchr(first + 1, '.') : NULL;
	return second && strcmp(second, ".ovn") == 0;
}

/* Has the VPC's router a port on this subnet? */
static bool
is_routed(const struct json *object, const struct json *spec)
{
	return !has_text(spec, "vlan") || read_flag(spec, logical_gateway_field) ||
	       (read_flag(spec, underlay_to_overlay_field) &&
		       has_text(json_member(object, "status"), "u2oInterconnectionIP"));
}

static void
check_families(
	const struct draft *draft, const struct address_list_prefixes *list, const char *text)
{
	const struct prefix *first = &list->items[0], *second = &list->items[1];

	if (list->parts > 2)
		draft_flaw(draft, FLAW_ADDRESS, cidr_field, text,
			"a Subnet has at most two networks", "write one of each family");
	else if (list->count == 2 && first->address.family == second->address.family)
		draft_flaw(draft, FLAW_ADDRESS, cidr_field, text, "both networks are of one family",
			"write one of each family");
	else if (list->count == 2 && first->address.family == FAMILY_6)
		draft_soft_flaw(draft, FLAW_ADDRESS, cidr_field, text, "IPv4 comes first",
			"change the order of the two networks");
}

/* False, with a flaw, unless there is a block to read. A network with a VLAN may do without
 * addresses. */
static bool
read_block(const struct draft *draft, const struct json *spec, const char **text)
{
	if (!read_text(draft, FLAW_ADDRESS, spec, cidr_field, text))
		return false;
	if (*text && **text)
		return true;
	if (!has_text(spec, "vlan"))
		draft_flaw(draft, FLAW_ADDRESS, cidr_field, "", "the network is missing",
			"write a network, for example 10.0.0.0/16");
	return false;
}

static void
claim_in_vpc(const struct draft *draft, const struct json *spec, const struct prefix *network,
	bool routed)
{
	const char *table = json_member_text(spec, "routeTable");

	draft_claim(draft, (struct claim){
				   .domain = draft->declaration->home,
				   .prefix = *network,
				   .role = CLAIM_SUBNET,
				   .unrouted = !routed,
				   .field = cidr_field,
				   .route_table = table ? table : "",
			   });
}

static void
claim_in_segment(const struct draft *draft, const char *segment, const struct prefix *network)
{
	draft_claim(draft, (struct claim){
				   .domain = segment,
				   .prefix = *network,
				   .role = CLAIM_SEGMENT,
				   .field = cidr_field,
				   .route_table = "",
			   });
}

static void
read_networks(const struct draft *draft, const struct json *object, const struct json *spec)
{
	bool of_ovn = is_of_ovn(spec), routed = of_ovn && is_routed(object, spec);
	const char *segment = NULL, *text;
	struct address_list_prefixes list;

	if (!read_block(draft, spec, &text))
		return;
	list = address_list_read_prefixes(draft, text, cidr_field, ADDRESS_LIST_NETWORK);
	check_families(draft, &list, text);
	if (!routed)
		segment = domain_key_of_segment(draft->arena, draft->declaration->object.name);
	for (size_t i = 0; i < list.count; i++) {
		struct prefix network = prefix_network(&list.items[i]);

		if (of_ovn)
			claim_in_vpc(draft, spec, &network, routed);
		if (segment)
			claim_in_segment(draft, segment, &network);
	}
}

/* Any network may be let in, also all addresses. */
static void
read_allowances(const struct draft *draft, const struct json *spec)
{
	struct field field = {"spec.allowSubnets[%d]", 0};

	draft->declaration->private_subnet = read_flag(spec, private_field);
	for (const struct json *item =
			json_first(read_list(draft, FLAW_ADDRESS, spec, allowed_field));
		item; item = json_next(item), field.index++) {
		const char *text = json_text(item), *reason = "must be text";
		struct prefix network;

		if (text && prefix_parse(text, &network, &reason))
			draft_allowance(draft, (struct allowance){prefix_network(&network), field});
		else
			draft_flaw(draft, FLAW_ADDRESS, field, text ? text : "", reason,
				"write a network, for example 10.0.0.0/16");
	}
}

static void
decode(struct arena *arena, const struct json *object, struct declaration *declaration)
{
	struct draft draft = {arena, declaration};
	const struct json *spec = read_spec(&draft, object);
	const char *vpc = json_text(read_member(spec, vpc_field));
	const char *vlan, *gateway;

	if (vpc && *vpc)
		read_id(&draft, spec, vpc_field, &id_form_vpc_name);
	else if (!read_text(&draft, FLAW_ID, spec, vpc_field, &vpc) || !vpc || !*vpc)
		vpc = DEFAULT_VPC;
	declaration->home = domain_key_of_vpc(arena, vpc);
	draft_fixed(&draft, vpc_field, vpc);
	read_text(&draft, FLAW_ID, spec, vlan_field, &vlan);
	read_networks(&draft, object, spec);
	read_allowances(&draft, spec);
	if (read_text(&draft, FLAW_ADDRESS, spec, gateway_field, &gateway) && gateway && *gateway)
		address_list_read_addresses(&draft, gateway, gateway_field);
}

/* "fd00::/64,10.0.0.0/16" the other way round; NULL when the order is right. */
static const char *
with_ipv4_first(struct arena *arena, const char *list)
{
	const char *comma = strchr(list, ',');

	if (!comma || strchr(comma + 1, ',') || strchr(comma, ':') ||
		!memchr(list, ':', (size_t)(comma - list)))
		return NULL;
	return arena_printf(arena, "%s,%.*s", comma + 1, (int)(comma - list), list);
}

static const char *
new_networks(struct arena *arena, const char *text)
{
	const char *list = canonical_networks(arena, text);
	const char *ordered = list ? with_ipv4_first(arena, list) : NULL;

	return ordered ? ordered : list;
}

static const char *
new_addresses(struct arena *arena, const char *text)
{
	const char *list = canonical_addresses(arena, text);
	const char *ordered = list ? with_ipv4_first(arena, list) : NULL;

	return ordered ? ordered : list;
}

/* Only a new object may change its order: what runs was set up in the old one. */
static void
canonicalise(struct arena *arena, const struct json *object, struct changes *changes)
{
	const struct json *spec = json_member(object, "spec");
	bool is_new = !json_present(object, "status") &&
		      !json_present(json_member(object, "metadata"), "uid");

	canonical_id(arena, changes, spec, vpc_field, &id_form_vpc_name);
	canonical_member(
		arena, changes, spec, cidr_field, is_new ? new_networks : canonical_networks);
	canonical_member(
		arena, changes, spec, gateway_field, is_new ? new_addresses : canonical_addresses);
}

const struct kind_definition subnet_definition = {
	.kind = KIND_SUBNET,
	.group = KUBE_OVN_GROUP,
	.version = "v1",
	.plural = "subnets",
	.guarded = true,
	.decode = decode,
	.canonicalise = canonicalise,
};
