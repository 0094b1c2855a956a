/* The calls of Google Cloud that concern networks, peerings and the tags of networks: sent,
 * repeated where that helps, and read, with all pages of a list.
 *
 * Follows the REST references of Compute Engine v1 and of the Resource Manager API v3. Each change
 * is an operation that goes on in the cloud: that the call was accepted says nothing about success.
 * One peering operation at a time may run per network, on both ends; a caller keeps its own changes
 * of one network apart, and meets those of others as an answer that is busy, which is waited out up
 * to the deadline. TLS is always verified.
 *
 * A change carries a requestId, the same for each attempt, so that it is done once. An id stands
 * for one intent: who wants the same again after it has failed takes a new one. When nobody knows
 * what came of a change, the failure is CLOUD_CONFLICT: what is there has to be read again. A token
 * that Google refuses, and the new one too, is CLOUD_WAIT_FOR_USER; no fault is CLOUD_CREDENTIALS.
 *
 * An answer has 8 MiB at most and a list 64 pages; more is CLOUD_BACK_OFF. Thread-safe: each
 * thread's call has a channel of its own (cloud/channel_pool.h).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "cloud/gcp_compute.h"
#include "cloud/gcp_error.h"
#include "cloud/gcp_request.h"
#include "cloud/gcp_rights.h"
#include "cloud/gcp_tags.h"
#include "cloud/gcp_token.h"

struct gcp_client;

struct gcp_client_settings {
	struct gcp_token *token; /* lent */
	const char *compute_url; /* NULL: https://compute.googleapis.com */
	const char *tags_url;    /* NULL: https://cloudresourcemanager.googleapis.com */
	int64_t timeout;         /* of one attempt, nanoseconds; 0: 10 s */
	int64_t busy_wait;       /* until a busy network is asked again; 0: 5 s */
	int64_t poll_wait;       /* until an operation is looked at again; 0: 1 s */
	/* Asked before a token is fetched and right before each attempt, in any thread; NULL:
	 * always. Where it says no, the call ends as CLOUD_BACK_OFF with the code "NotLeader", and
	 * nothing is sent. */
	bool (*may_call)(void *context);
	void *context;
};

/* Texts are lent as long as it lives. Nothing is sent yet; a URL that is not allowed is told by the
 * first call (CLOUD_WAIT_FOR_USER). */
struct gcp_client *gcp_client_new(const struct gcp_client_settings *settings);
/* Ends every call that is under way and every later one, within 100 ms; from any thread. Only a
 * token that is just being fetched is waited for: gcp_token_abort ends that. */
void gcp_client_abort(struct gcp_client *client);
void gcp_client_free(struct gcp_client *client); /* no call may be under way */

/* Where a call goes, and how long it may take. */
struct gcp_place {
	const char *project;    /* its id or number */
	const char *network;    /* its name */
	int64_t deadline;       /* monotonic; 0: nothing is waited for, but up to 5 seconds between
				   attempts */
	const char *request_id; /* of a change, as gcp_request_id makes it; NULL: one is made */
};

/* All of them: true, or false with the fault. What is read lives in the arena, and so do the texts
 * of the fault; a fault without an answer of Google's has status 0, code "" and a message of ours.
 * CLOUD_GONE: the network, peering or operation that was named is not there; of a peering that is
 * added or changed that is CLOUD_WAIT_FOR_USER. */
bool gcp_client_network(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, struct gcp_network *network, struct gcp_error *fault);

/* The ranges of the network in all regions. One region that does not answer is CLOUD_BACK_OFF. */
bool gcp_client_subnetworks(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, struct gcp_subnetworks *subnetworks,
	struct gcp_error *fault);
/* The routes of one peering in one region. */
bool gcp_client_routes(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const struct gcp_route_question *question,
	struct gcp_routes *routes, struct gcp_error *fault);
/* The tags that hold for a network that was read: its path_with_id; the place's network is not
 * used. */
bool gcp_client_tags(struct arena *arena, struct gcp_client *client, const struct gcp_place *place,
	const char *path_with_id, struct gcp_tags *tags, struct gcp_error *fault);
/* Which of these rights, NULL at their end, the credential has in the place's project. Changes
 * nothing. */
bool gcp_client_rights(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const char *const *asked, struct gcp_rights *granted,
	struct gcp_error *fault);

/* Half of a peering. The operation that was begun is to be stored by its name, and looked after
 * with the same project. One that is DONE already, and failed, is false with its error as the
 * fault; so it is with gcp_client_operation and gcp_client_wait. */
bool gcp_client_add_peering(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const struct gcp_peering_wish *wish,
	struct gcp_operation *operation, struct gcp_error *fault);
bool gcp_client_update_peering(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const struct gcp_peering_wish *wish,
	struct gcp_operation *operation, struct gcp_error *fault);
bool gcp_client_remove_peering(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const char *name, struct gcp_operation *operation,
	struct gcp_error *fault);

/* Looks once. Google forgets an operation after two weeks: CLOUD_GONE. */
bool gcp_client_operation(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const char *name, struct gcp_operation *operation,
	struct gcp_error *fault);
/* Looks until it is DONE or the deadline comes, first after a second, then less and less often, up
 * to 10 seconds; Retry-After is kept to. True with `done` false: it goes on. */
bool gcp_client_wait(struct arena *arena, struct gcp_client *client, const struct gcp_place *place,
	const char *name, struct gcp_operation *operation, struct gcp_error *fault);
