/* Vpc of Kube-OVN (kubeovn.io/v1): a router with peerings, static routes and ports on external
 * networks. */
#include <string.h>

#include "base/cleanup.h"
#include "base/map.h"
#include "base/text.h"
#include "kinds/address_list.h"
#include "kinds/canonical.h"
#include "kinds/definitions.h"
#include "kinds/domain_key.h"
#include "kinds/kube_ovn.h"
#include "kinds/read.h"
#include "kinds/vpc_policies.h"

#define PEERING     "spec.vpcPeerings[%d]"
#define REMOTE_VPC  PEERING ".remoteVpc"
#define CONNECT_IP  PEERING ".localConnectIP"
#define ROUTE       "spec.staticRoutes[%d]"
#define DESTINATION ROUTE ".cidr"
#define NEXT_HOP    ROUTE ".nextHopIP"
#define POLICY      ROUTE ".policy"

static const struct field peerings_field = {"spec.vpcPeerings", 0};
static const struct field routes_field = {"spec.staticRoutes", 0};
static const struct field external_field = {"spec.enableExternal", 0};
static const struct field segments_field = {"spec.extraExternalSubnets", 0};
static const struct field bfd_port_field = {"spec.bfdPort", 0};
static const struct field bfd_enabled_field = {"spec.bfdPort.enabled", 0};
static const struct field bfd_address_field = {"spec.bfdPort.ip", 0};

/* The switch that enableExternal connects when no other is named. */
static const char default_segment[] = "external";

/* A link address that is to be chosen. The mutation writes one before the verdict, unless no link
 * network is free. */
static void
want_link(const struct draft *draft, struct field field, struct peering *peering)
{
	if (draft->declaration->auto_links) {
		draft_flaw(draft, FLAW_ADDRESS, field, "auto", "no link network was chosen",
			"write this VPC's address on the link, for example 169.254.0.1/30");
		if (peering)
			peering->wants_link = true;
		return;
	}
	draft_flaw(draft, FLAW_ADDRESS, field, "auto",
		"a link network is chosen only for a Vpc with the annotation peerwarden.io/auto",
		"annotate the Vpc with `peerwarden.io/auto: links`, or write an address such as "
		"169.254.0.1/30");
}

/* `peering` is NULL when the peering itself is flawed: then the text is only checked. */
static void
read_links(const struct draft *draft, const struct json *entry, int index, struct peering *peering)
{
	struct field field = {CONNECT_IP, index};
	struct address_list_prefixes list;
	const char *text;

	if (!read_text(draft, FLAW_ADDRESS, entry, field, &text))
		return;
	if (!text || !*text) {
		draft_flaw(draft, FLAW_ADDRESS, field, "", "the link address is missing",
			"write this VPC's address on the link, for example 169.254.0.1/30");
		return;
	}
	if (text_equal(text, "auto")) {
		want_link(draft, field, peering);
		return;
	}
	list = address_list_read_prefixes(draft, text, field, ADDRESS_LIST_LINK);
	for (size_t i = 0; peering && i < list.count; i++, peering->link_count++)
		draft_link(draft, (struct claim){
					  .domain = peering->from,
					  .prefix = prefix_network(&list.items[i]),
					  .role = CLAIM_LINK,
					  .field = field,
					  .far = peering->to,
					  .host = list.items[i].address,
					  .peering = draft->declaration->peering_count,
				  });
}

static void
read_peering(const struct draft *draft, const struct json *entry, int index)
{
	struct field field = {REMOTE_VPC, index};
	const char *remote;

	if (!read_is_entry(draft, FLAW_ID, entry, (struct field){PEERING, index}))
		return;
	remote = read_id(draft, entry, field, &id_form_vpc_name);
	if (remote) {
		struct peering peering = {
			.from = draft->declaration->home,
			.to = domain_key_of_vpc(draft->arena, remote),
			.target = remote,
			.name = "",
			.field = field,
			.first_link = draft->declaration->link_count,
		};

		read_links(draft, entry, index, &peering);
		draft_peering(draft, peering);
	} else {
		read_links(draft, entry, index, NULL);
	}
}

/* A route may lead to any wide range, but to none that is never routed. */
static bool
is_destination(const char *text, struct prefix *prefix, const char **reason)
{
	enum { WIDE = 8 };
	struct address address;
	bool wide;

	if (strchr(text, '/')) {
		if (!prefix_parse(text, prefix, reason))
			return false;
	} else {
		if (!address_parse(text, &address, reason))
			return false;
		*prefix = prefix_of_address(&address);
	}
	wide = prefix->length < WIDE && !address_is_mapped(&prefix->address);
	*prefix = prefix_network(prefix);
	return wide || address_is_unicast(&prefix->address, reason);
}

/* One address or prefix, not a list. NULL, with a flaw, when it is missing or a list. */
static const char *
read_single(const struct draft *draft, const struct json *entry, struct field field,
	const char *missing, const char *hint)
{
	const char *text;

	if (!read_text(draft, FLAW_ADDRESS, entry, field, &text))
		return NULL;
	if (text && *text && !strchr(text, ','))
		return text;
	if (text && *text)
		draft_flaw(draft, FLAW_ADDRESS, field, text, "a route has only one",
			"write one route for each family");
	else
		draft_flaw(draft, FLAW_ADDRESS, field, "", missing, hint);
	return NULL;
}

static bool
read_destination(const struct draft *draft, const struct json *entry, struct field field,
	struct prefix *destination)
{
	static const char hint[] = "write the peer's network, for example 172.31.0.0/16";
	const char *text = read_single(draft, entry, field, "the destination is missing", hint);
	const char *reason;

	if (!text)
		return false;
	if (is_destination(text, destination, &reason))
		return true;
	draft_flaw(draft, FLAW_ADDRESS, field, text, reason, hint);
	return false;
}

static bool
read_next_hop(const struct draft *draft, const struct json *entry, struct field field,
	struct address *next_hop)
{
	static const char hint[] = "write the peer's address on the link, for example 169.254.0.2";
	const char *text = read_single(draft, entry, field, "the next hop is missing", hint);
	const char *reason;

	if (!text)
		return false;
	if (address_parse(text, next_hop, &reason) && address_is_unicast(next_hop, &reason))
		return true;
	draft_flaw(draft, FLAW_ADDRESS, field, text, reason, hint);
	return false;
}

/* Written by the controller, which finds its own text again. */
static bool
is_managed(const struct json *entry)
{
	const char *bfd = json_member_text(entry, "bfdId");
	const char *ecmp = json_member_text(entry, "ecmpMode");

	return (bfd && *bfd) || (ecmp && *ecmp);
}

/* Kube-OVN stops at a word that it does not know; no word means policyDst. */
static void
check_policy(const struct draft *draft, const struct json *entry, struct field field)
{
	const char *policy;

	if (!read_text(draft, FLAW_ROUTE, entry, field, &policy) || !policy || !*policy ||
		text_equal(policy, "policyDst") || text_equal(policy, "policySrc"))
		return;
	draft_flaw(draft, FLAW_ROUTE, field, policy,
		"Kube-OVN knows only policyDst and policySrc, and sets up nothing of this VPC",
		"write `policy: policyDst`");
}

static void
read_route(const struct draft *draft, const struct json *entry, int index)
{
	const char *table = json_member_text(entry, "routeTable");
	struct route route = {
		.table = table ? table : "",
		.by_source = text_equal(json_member_text(entry, "policy"), "policySrc"),
		.managed = is_managed(entry),
		.field = {DESTINATION, index},
		.next_hop_field = {NEXT_HOP, index},
	};
	bool good;

	if (!read_is_entry(draft, FLAW_ADDRESS, entry, (struct field){ROUTE, index}))
		return;
	check_policy(draft, entry, (struct field){POLICY, index});
	good = read_destination(draft, entry, route.field, &route.destination);
	good = read_next_hop(draft, entry, route.next_hop_field, &route.next_hop) && good;
	if (good)
		draft_route(draft, route);
}

static void
attach(const struct draft *draft, const char *segment, struct field field)
{
	draft_attachment(
		draft, (struct attachment){domain_key_of_segment(draft->arena, segment), field});
}

static void
read_attachments(const struct draft *draft, const struct json *spec)
{
	const struct json *list = read_list(draft, FLAW_ID, spec, segments_field);
	int index = 0;

	if (!read_flag(spec, external_field))
		return;
	if (json_count(list) == 0)
		attach(draft, default_segment, external_field);
	for (const struct json *item = json_first(list); item; item = json_next(item), index++)
		if (json_text(item))
			attach(draft, json_text(item),
				(struct field){"spec.extraExternalSubnets[%d]", index});
}

static void
read_bfd_port(const struct draft *draft, const struct json *spec)
{
	const struct json *port = read_object(draft, FLAW_ADDRESS, spec, bfd_port_field);
	struct address_list_addresses list;
	const char *text;

	if (!read_flag(port, bfd_enabled_field) ||
		!read_text(draft, FLAW_ADDRESS, port, bfd_address_field, &text) || !text || !*text)
		return;
	list = address_list_read_addresses(draft, text, bfd_address_field);
	for (size_t i = 0; i < list.count; i++)
		draft_claim(draft, (struct claim){
					   .domain = draft->declaration->home,
					   .prefix = prefix_of_address(&list.items[i]),
					   .role = CLAIM_BFD,
					   .field = bfd_address_field,
				   });
}

/* Is `word` one of the words with commas between them? */
static bool
has_word(struct arena *arena, const char *list, const char *word)
{
	const char *part;

	while (list && (part = address_list_next(arena, &list))) {
		size_t length;
		const char *start = text_trim(part, &length);

		if (length == strlen(word) && text_starts_with(start, word))
			return true;
	}
	return false;
}

static void
read_metadata(struct arena *arena, const struct json *metadata, struct declaration *declaration)
{
	const char *wanted =
		json_member_text(json_member(metadata, "annotations"), "peerwarden.io/auto");

	declaration->auto_links = has_word(arena, wanted, "links");
	declaration->auto_routes = has_word(arena, wanted, "routes");
	declaration->foreign_router = text_equal(
		json_member_text(json_member(metadata, "labels"), "ovn.kubernetes.io/vpc_external"),
		"true");
}

static void
decode(struct arena *arena, const struct json *object, struct declaration *declaration)
{
	struct draft draft = {arena, declaration};
	const struct json *spec = read_spec(&draft, object);
	int index = 0;

	declaration->home = domain_key_of_vpc(arena, declaration->object.name);
	declaration->defines_home = true;
	declaration->default_vpc =
		text_equal(declaration->object.name, DEFAULT_VPC) ||
		json_boolean(json_member(json_member(object, "status"), "default"), false);
	read_metadata(arena, json_member(object, "metadata"), declaration);
	for (const struct json *entry =
			json_first(read_list(&draft, FLAW_ID, spec, peerings_field));
		entry; entry = json_next(entry))
		read_peering(&draft, entry, index++);
	index = 0;
	for (const struct json *entry =
			json_first(read_list(&draft, FLAW_ADDRESS, spec, routes_field));
		entry; entry = json_next(entry))
		read_route(&draft, entry, index++);
	vpc_policies_read(&draft, spec);
	read_attachments(&draft, spec);
	read_bfd_port(&draft, spec);
}

/* The text that a member of a route would have in canonical form; "" when it has none. */
static const char *
canonical_text(
	struct arena *arena, const struct json *entry, struct field field, canonical_form *form)
{
	struct changes changes = {0};
	const char *text = json_text(read_member(entry, field));

	canonical_member(arena, &changes, entry, field, form);
	return changes.first ? changes.first->after : text ? text : "";
}

static const char *
policy_of(const struct json *entry)
{
	const char *policy = json_member_text(entry, "policy");

	return policy && *policy ? policy : "policyDst";
}

/* Equal for two routes that say the same. */
static const char *
route_key(struct arena *arena, const struct json *entry)
{
	const char *table = json_member_text(entry, "routeTable");

	return arena_printf(arena, "%s %s>%s @%s", policy_of(entry),
		canonical_text(arena, entry, (struct field){DESTINATION, 0}, canonical_destination),
		canonical_text(arena, entry, (struct field){NEXT_HOP, 0}, canonical_address),
		table ? table : "");
}

static void
canonicalise_route(
	struct arena *arena, struct changes *changes, const struct json *entry, int index)
{
	struct field policy = {POLICY, index};

	canonical_member(
		arena, changes, entry, (struct field){DESTINATION, index}, canonical_destination);
	canonical_member(arena, changes, entry, (struct field){NEXT_HOP, index}, canonical_address);
	if (!read_member(entry, policy))
		changes_add(arena, changes, policy, NULL, policy_of(entry));
	else if (text_equal(json_member_text(entry, "policy"), ""))
		changes_add(arena, changes, policy, "", policy_of(entry));
}

/* The copies of a route go, the last one first, so that the places of the others stay true. */
static void
drop_copies(struct arena *arena, struct changes *changes, const struct json *routes,
	const bool *is_copy)
{
	for (int index = (int)json_count(routes) - 1; index >= 0; index--)
		if (is_copy[index])
			changes_add(arena, changes, (struct field){ROUTE, index},
				"a copy of another route", NULL);
}

static void
canonicalise_routes(struct arena *arena, struct changes *changes, const struct json *routes)
{
	struct map *seen CLEANUP(map_cleanup) = map_new();
	bool *is_copy = ARENA_ARRAY(arena, bool, json_count(routes) + 1);
	int index = 0;

	for (const struct json *entry = json_first(routes); entry;
		entry = json_next(entry), index++) {
		if (!json_is_object(entry) || is_managed(entry))
			continue;
		is_copy[index] = map_put(seen, route_key(arena, entry), seen) != NULL;
		if (!is_copy[index])
			canonicalise_route(arena, changes, entry, index);
	}
	drop_copies(arena, changes, routes, is_copy);
}

/* NULL for anything but a list, which the rules refuse. */
static const struct json *
list_of(const struct json *spec, struct field field)
{
	const struct json *list = read_member(spec, field);

	return json_is_array(list) ? list : NULL;
}

static void
canonicalise(struct arena *arena, const struct json *object, struct changes *changes)
{
	const struct json *spec = json_member(object, "spec");
	int index = 0;

	for (const struct json *entry = json_first(list_of(spec, peerings_field)); entry;
		entry = json_next(entry), index++) {
		canonical_id(arena, changes, entry, (struct field){REMOTE_VPC, index},
			&id_form_vpc_name);
		canonical_member(
			arena, changes, entry, (struct field){CONNECT_IP, index}, canonical_links);
	}
	canonicalise_routes(arena, changes, list_of(spec, routes_field));
	canonical_member(arena, changes, read_member(spec, bfd_port_field), bfd_address_field,
		canonical_addresses);
}

const struct kind_definition vpc_definition = {
	.kind = KIND_VPC,
	.group = KUBE_OVN_GROUP,
	.version = "v1",
	.plural = "vpcs",
	.guarded = true,
	.decode = decode,
	.canonicalise = canonicalise,
};
