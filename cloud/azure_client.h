/* The calls of the Azure Resource Manager that concern virtual networks, their peerings, and the
 * links of private DNS zones and resolver rulesets to them: sent with the tokens of their tenants,
 * repeated where that helps (cloud/azure_call.h), followed to the end of the operation that they
 * begin (cloud/azure_operation.h), and read.
 *
 * Follows the versions 2024-05-01 of Microsoft.Network, 2020-06-01 of private DNS, 2022-07-01 of
 * the DNS resolver and 2022-04-01 of Microsoft.Authorization. Ids are as cloud-side users write
 * them, in any case of letters (network/arm_id.h); an id of another kind is CLOUD_PERMANENT, and
 * nothing is sent.
 *
 * A token that Azure refuses, and the new one too, is CLOUD_WAIT_FOR_USER. Something that a PUT
 * builds on and that is not there is CLOUD_WAIT_FOR_USER. TLS is always verified. An answer has 8
 * MiB at most and a list 64 pages; more is CLOUD_BACK_OFF.
 *
 * Thread-safe: each thread's call has a channel of its own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "cloud/azure_call.h"
#include "cloud/azure_dns.h"
#include "cloud/azure_error.h"
#include "cloud/azure_network.h"
#include "cloud/azure_operation.h"
#include "cloud/azure_rights.h"
#include "cloud/azure_sovereign.h"
#include "cloud/azure_token.h"

struct azure_client;

struct azure_client_settings {
	const char *const *environment; /* "NAME=value" texts ended by NULL: SSL_CERT_FILE */
	struct azure_token *tokens;     /* lent */
	const struct azure_sovereign *sovereign; /* NULL: the public cloud */
	const char *manager; /* URL of the Resource Manager; NULL: that of the sovereign */
	int64_t timeout;     /* of one attempt, nanoseconds; 0: 20 s */
	int64_t pace;        /* the first wait between attempts or polls; 0: 1 s */
	/* Asked before tokens are fetched and right before each attempt, in any thread; NULL:
	 * always. Where it says no, the call ends as CLOUD_BACK_OFF with the code "NotLeader", and
	 * nothing is sent. */
	bool (*may_call)(void *context);
	void *context;
};

/* Texts are lent as long as it lives. Nothing is sent yet. NULL for a URL that is not allowed
 * (ERROR_INVALID) and for an SSL_CERT_FILE that cannot be read. */
struct azure_client *azure_client_new(
	const struct azure_client_settings *settings, struct error *error);
/* Ends every call that is under way and every later one, within 100 ms; from any thread. A token
 * that is just being fetched is waited for: azure_token_abort ends that. */
void azure_client_abort(struct azure_client *client);
void azure_client_free(struct azure_client *client); /* no call may be under way */

/* All of them: true, or false with the fault. What is read lives in the arena, and so do the texts
 * of the fault; a fault without an answer of Azure has status 0, code "" and a message of ours. */
bool azure_client_vnet(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_vnet *vnet,
	struct azure_error *fault);
bool azure_client_peering(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_peering *peering,
	struct azure_error *fault);
/* Of the VNet with that id, all pages; next is "". */
bool azure_client_peerings(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_peerings *peerings,
	struct azure_error *fault);
bool azure_client_zone(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_zone *zone,
	struct azure_error *fault);
bool azure_client_ruleset(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_ruleset *ruleset,
	struct azure_error *fault);
bool azure_client_link(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_link *link,
	struct azure_error *fault);
/* Of the zone or ruleset with that id, all pages; next is "". */
bool azure_client_links(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_links *links,
	struct azure_error *fault);

/* What this program may do to a VNet, zone or ruleset, all pages; next is "". */
bool azure_client_permissions(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_permissions *permissions,
	struct azure_error *fault);

/* What a change brings: while `progress` is running, the rest is empty. */
struct azure_put_peering {
	struct azure_progress progress;
	struct azure_peering peering;
};
struct azure_put_link {
	struct azure_progress progress;
	struct azure_link link;
};

/* `id` is that of the peering or link itself, which is made or replaced. */
bool azure_client_put_peering(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, const struct azure_peering_wish *wish,
	struct azure_put_peering *put, struct azure_error *fault);
bool azure_client_put_link(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, const struct azure_link_wish *wish,
	struct azure_put_link *put, struct azure_error *fault);

/* Of a peering or link, and of nothing else. True also where it is not there. With an etag other
 * than NULL, only while it has that one. */
bool azure_client_delete(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, const char *etag,
	struct azure_progress *progress, struct azure_error *fault);
