/* Private DNS zones, resolver rulesets and their links to virtual networks, as the Azure Resource
 * Manager answers them, and the link that is asked of it.
 *
 * Follows Microsoft.Network/privateDnsZones, version 2020-06-01, and dnsForwardingRulesets, version
 * 2022-07-01. The etag of a link is kept with the quotes that are part of it.
 */
#pragma once

#include "base/buffer.h"
#include "cloud/azure_read.h"
#include "network/arm_id.h"

struct azure_zone {
	const char *id;
	const char *name;
	const char *etag;
	enum azure_provisioning provisioning;
	struct azure_tags tags;
	/* -1 where it is not told. */
	int64_t links, most_links;
	int64_t registering_links, most_registering_links;
};

struct azure_ruleset {
	const char *id;
	const char *name;
	const char *etag;
	const char *location;
	enum azure_provisioning provisioning;
	struct azure_tags tags;
};

/* Of a zone or a ruleset; the latter has neither registration nor resolution. */
struct azure_link {
	const char *id;
	const char *name;
	const char *etag;
	enum azure_provisioning provisioning;
	bool ready;             /* usable: Succeeded, and Completed where that is told */
	const char *state_text; /* in Azure's word; or "" */
	bool registers;
	const char *resolution; /* "Default", "NxDomainRedirect"; or "" */
	const char *network;    /* the VNet's id */
	struct azure_tags tags; /* of a ruleset's link, which has none, its metadata */
};
struct azure_links {
	const struct azure_link *items;
	size_t count;
	const char *next; /* the URL of the next page; or "" */
};

/* Texts are lent from `root`. False with ERROR_INVALID or ERROR_EXHAUSTED. */
bool azure_dns_read_zone(
	struct arena *arena, const struct json *root, struct azure_zone *zone, struct error *error);
bool azure_dns_read_ruleset(struct arena *arena, const struct json *root,
	struct azure_ruleset *ruleset, struct error *error);
bool azure_dns_read_link(
	struct arena *arena, const struct json *root, struct azure_link *link, struct error *error);
bool azure_dns_read_links(struct arena *arena, const struct json *root, struct azure_links *links,
	struct error *error);

struct azure_link_wish {
	const char *network; /* the VNet's id */
	bool registers;
	struct azure_tags tags; /* of a ruleset's link its metadata */
	/* On what condition; not in the body. */
	bool only_new;    /* there is none of this name yet (If-None-Match) */
	const char *etag; /* it is still this one (If-Match); or NULL */
};

/* The body of the PUT, for a link of a zone or a ruleset. A link is replaced as a whole. */
void azure_dns_write_link(
	struct buffer *body, enum arm_type type, const struct azure_link_wish *wish);
