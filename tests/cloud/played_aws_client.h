/* AWS played: answers that a test has laid out, a line for each call that was made, and faults for
 * the calls whose line has some text. Link with
 *     played(... aws_client_vpcs aws_client_peerings aws_client_route_tables
 *         aws_client_create_peering aws_client_accept_peering aws_client_do)
 * It applies no filter: what a real server would leave out has to be left out by the caller. */
#pragma once

#include <stdio.h>

#include "cloud/aws_client.h"
#include "tests/cloud/aws_facts_sample.h"

enum { PLAYED_FAULTS = 8, PLAYED_LOG = 8192, PLAYED_LINE = 1024 };

static struct played {
	struct aws_vpcs local, remote;
	struct aws_peerings peerings;
	struct aws_peerings far; /* what the remote side sees; without any: the same */
	struct aws_route_tables local_tables, remote_tables;
	const char *created; /* the id of the next connection */
	struct {
		const char *call;
		const char *code;
		const char *message; /* or NULL */
		int status;
		enum cloud_failure failure; /* CLOUD_NONE: by the code */
	} faults[PLAYED_FAULTS];
	char log[PLAYED_LOG];
	size_t length;
} played;

static inline void
played_fail(const char *call, const char *code, int status)
{
	size_t i = 0;

	while (played.faults[i].call)
		i++;
	assert_true(i < PLAYED_FAULTS - 1);
	played.faults[i].call = call;
	played.faults[i].code = code;
	played.faults[i].status = status;
}

static inline bool
played_call(const struct aws_place *place, const char *what, struct aws_error *fault)
{
	char line[PLAYED_LINE];

	snprintf(line, sizeof line, "%s %s %s", place->region,
		place->role ? place->role->arn : "own", what);
	played.length += (size_t)snprintf(
		played.log + played.length, PLAYED_LOG - played.length, "%s\n", line);
	assert_true(played.length < PLAYED_LOG);
	for (size_t i = 0; played.faults[i].call; i++) {
		if (!strstr(line, played.faults[i].call))
			continue;
		*fault = (struct aws_error){.status = played.faults[i].status,
			.code = played.faults[i].code,
			.message =
				played.faults[i].message ? played.faults[i].message : "said by AWS",
			.request_id = ""};
		fault->failure = played.faults[i].failure
					 ? played.faults[i].failure
					 : aws_error_class(fault->code, fault->status);
		return fault->failure == CLOUD_WOULD_WORK;
	}
	return true;
}

static inline bool
played_list(struct arena *arena, const struct aws_place *place, const char *what,
	const struct aws_listing *listing, struct aws_error *fault)
{
	const char *line = what;

	for (size_t i = 0; listing->ids && listing->ids[i]; i++)
		line = arena_printf(arena, "%s %s", line, listing->ids[i]);
	for (const struct aws_filter *f = listing->filters; f && f->name; f++)
		for (size_t i = 0; f->values[i]; i++)
			line = arena_printf(arena, "%s %s=%s", line, f->name, f->values[i]);
	return played_call(place, line, fault);
}

static inline bool
played_is_local(const struct aws_place *place)
{
	return text_equal(place->region, "eu-central-1");
}

bool __wrap_aws_client_vpcs(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const struct aws_listing *listing, struct aws_vpcs *vpcs,
	struct aws_error *fault);
bool
__wrap_aws_client_vpcs(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const struct aws_listing *listing, struct aws_vpcs *vpcs,
	struct aws_error *fault)
{
	(void)client;
	*vpcs = played_is_local(place) ? played.local : played.remote;
	return played_list(arena, place, "DescribeVpcs", listing, fault);
}

bool __wrap_aws_client_peerings(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const struct aws_listing *listing,
	struct aws_peerings *peerings, struct aws_error *fault);
bool
__wrap_aws_client_peerings(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const struct aws_listing *listing,
	struct aws_peerings *peerings, struct aws_error *fault)
{
	(void)client;
	*peerings = played_is_local(place) || played.far.count == 0 ? played.peerings : played.far;
	return played_list(arena, place, "DescribeVpcPeeringConnections", listing, fault);
}

bool __wrap_aws_client_route_tables(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const struct aws_listing *listing,
	struct aws_route_tables *tables, struct aws_error *fault);
bool
__wrap_aws_client_route_tables(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const struct aws_listing *listing,
	struct aws_route_tables *tables, struct aws_error *fault)
{
	(void)client;
	*tables = played_is_local(place) ? played.local_tables : played.remote_tables;
	return played_list(arena, place, "DescribeRouteTables", listing, fault);
}

bool __wrap_aws_client_create_peering(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const struct aws_new_peering *wanted,
	struct aws_peering *peering, struct aws_error *fault);
bool
__wrap_aws_client_create_peering(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const struct aws_new_peering *wanted,
	struct aws_peering *peering, struct aws_error *fault)
{
	const char *line = arena_printf(arena, "CreateVpcPeeringConnection %s %s %s %s",
		wanted->vpc, wanted->peer_owner, wanted->peer_region, wanted->peer_vpc);

	(void)client;
	for (size_t i = 0; i < wanted->tags.count; i++)
		line = arena_printf(arena, "%s %s=%s", line, wanted->tags.items[i].key,
			wanted->tags.items[i].value);
	*peering = (struct aws_peering){.id = played.created, .state = AWS_PEERING_INITIATING};
	return played_call(place, line, fault);
}

bool __wrap_aws_client_accept_peering(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const char *id, struct aws_peering *peering,
	struct aws_error *fault);
bool
__wrap_aws_client_accept_peering(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const char *id, struct aws_peering *peering,
	struct aws_error *fault)
{
	(void)client;
	*peering = (struct aws_peering){.id = id, .state = AWS_PEERING_PROVISIONING};
	return played_call(place, arena_printf(arena, "AcceptVpcPeeringConnection %s", id), fault);
}

bool __wrap_aws_client_do(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const struct buffer *form, bool dry_run,
	struct aws_error *fault);
bool
__wrap_aws_client_do(struct arena *arena, struct aws_client *client, const struct aws_place *place,
	const struct buffer *form, bool dry_run, struct aws_error *fault)
{
	(void)client;
	return played_call(place,
		arena_printf(arena, "%s%s", dry_run ? "dry run of " : "", buffer_text(form)),
		fault);
}
