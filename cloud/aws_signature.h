/* AWS Signature Version 4, in headers: what a request of EC2 or STS is signed with.
 *
 * Follows "Signature Version 4 signing process" of the AWS General Reference.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Credentials as AWS gives them. Secret: never logged, never in an error. */
struct aws_keys {
	const char *id; /* AKIA... or ASIA... */
	const char *secret;
	const char *token;   /* of temporary ones; NULL otherwise */
	int64_t expires;     /* seconds since 1970; 0 for never */
	const char *account; /* whose they are, 12 digits; NULL when unknown */
};

struct aws_header {
	const char *name;
	const char *value;
};

struct aws_request {
	const char *method; /* "POST" */
	const char *path;   /* "/", not encoded, without "." and ".." */
	const char *query;  /* encoded or not (a "+" is one), in any order, without "?"; NULL for
			       none */
	const struct aws_header *headers; /* to be signed, each name once: Host, Content-Type and so
					     on, but none of those in aws_signature */
	size_t header_count;
	const char *body;
	size_t body_length;
	const char *region;
	const char *service; /* "ec2", "sts" */
	int64_t time;        /* seconds since 1970, by the server's clock, before the year 10000 */
};

/* What has to be sent beside the request's own headers, in the arena. */
struct aws_signature {
	const char *date;          /* X-Amz-Date; it is signed, and so is the token */
	const char *token;         /* X-Amz-Security-Token; NULL for none */
	const char *authorization; /* Authorization */
	const char *canonical;     /* the canonical request, for tests; it holds the token */
	const char *to_sign;
};
/* Fails only where the process has no memory, and ends it then. Beyond the arena's cap it still
 * serves (see arena_alloc). */
struct aws_signature aws_signature_make(
	struct arena *arena, const struct aws_request *request, const struct aws_keys *keys);
