/* The calls of EC2 that concern VPCs, peerings and routes: signed, sent, repeated where that helps,
 * and read, with all pages of a list.
 *
 * Follows the Amazon EC2 API Reference, version 2016-11-15, and the standard retry mode of the AWS
 * SDKs (cloud/retry.h). Keys that AWS refuses before their time are fetched anew once per call;
 * a clock that is wrong is seen by the answers' dates and corrected. TLS is always verified.
 *
 * A call that changes something is sent again where AWS has refused it, and after a fault of AWS's
 * own where doing it twice is harmless; when nobody knows what came of it, the failure is
 * CLOUD_CONFLICT: what is there has to be read again (the table is in cloud/aws_call.h). Keys that
 * AWS refuses, and the new ones too, are CLOUD_WAIT_FOR_USER; no fault is CLOUD_CREDENTIALS.
 *
 * An answer has 8 MiB at most and a list 64 pages; more is CLOUD_BACK_OFF. Thread-safe: each
 * thread's call has a channel of its own, of a pool that grows to the number of threads
 * (cloud/channel_pool.h).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "cloud/aws_credentials.h"
#include "cloud/aws_ec2.h"
#include "cloud/aws_ec2_request.h"
#include "cloud/aws_error.h"

struct aws_client;

struct aws_client_settings {
	const char *const *environment; /* "NAME=value" texts ended by NULL; lent: endpoints, CAs */
	struct aws_credentials *credentials; /* lent */
	int64_t timeout;                     /* of one attempt, nanoseconds; 0: 4 s */
	/* Asked before keys are fetched and right before each attempt, in any thread; NULL: always.
	 * Where it says no, the call ends as CLOUD_BACK_OFF with the code "NotLeader", and nothing
	 * is sent. */
	bool (*may_call)(void *context);
	void *context;
};

/* Texts are lent as long as it lives. Nothing is sent yet. NULL for an endpoint that is not allowed
 * (ERROR_INVALID) and for an AWS_CA_BUNDLE that cannot be read. */
struct aws_client *aws_client_new(const struct aws_client_settings *settings, struct error *error);
/* Ends every call that is under way and every later one, within 100 ms; from any thread. Only keys
 * that are just being fetched are waited for: aws_credentials_abort ends that. */
void aws_client_abort(struct aws_client *client);
void aws_client_free(struct aws_client *client); /* no call may be under way */

/* Where a call goes, and as whom. */
struct aws_place {
	const char *region;
	const struct aws_role *role; /* NULL: the program's own keys */
};

/* All of them: true, or false with the fault. What is read lives in the arena, and so do the texts
 * of the fault; a fault without an answer of AWS has status 0, code "" and a message of ours.
 * Credentials that cannot be had are CLOUD_WAIT_FOR_USER or CLOUD_BACK_OFF. A list has all pages,
 * and next_token ""; a page_size of 0 is the largest. */
bool aws_client_vpcs(struct arena *arena, struct aws_client *client, const struct aws_place *place,
	const struct aws_listing *listing, struct aws_vpcs *vpcs, struct aws_error *fault);
bool aws_client_peerings(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const struct aws_listing *listing,
	struct aws_peerings *peerings, struct aws_error *fault);
bool aws_client_route_tables(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const struct aws_listing *listing,
	struct aws_route_tables *tables, struct aws_error *fault);

bool aws_client_create_peering(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const struct aws_new_peering *wanted,
	struct aws_peering *peering, struct aws_error *fault);
bool aws_client_accept_peering(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const char *id, struct aws_peering *peering,
	struct aws_error *fault);

/* The rest answers with yes alone: `form` as an aws_ec2_request_ function has made it. With
 * `dry_run` nothing is changed, and true means that the permission is there; but a server that
 * knows none, as moto of routes, does what is asked. */
bool aws_client_do(struct arena *arena, struct aws_client *client, const struct aws_place *place,
	const struct buffer *form, bool dry_run, struct aws_error *fault);
