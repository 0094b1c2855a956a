/* Forms sent to a service of AWS: where to, how they are signed, and by whose CAs the service is
 * known.
 *
 * Follows "Making API requests" of the Amazon EC2 API Reference: POST to "/", signed by Signature
 * Version 4 over Host, Content-Type, date, token and body.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "cloud/aws_signature.h"
#include "cloud/channel.h"
#include "http/http_client.h"

/* The CAs in the file that AWS_CA_BUNDLE names, or else the system's. */
struct channel_trust aws_channel_trust(const char *const *environment);

struct aws_post {
	const char *url; /* of the channel */
	const char *region;
	const char *service;         /* "ec2" */
	const struct aws_keys *keys; /* NULL: not signed */
	int64_t time;                /* seconds since 1970, by the service's clock */
	const struct buffer *form;
	const char *const *wanted; /* headers of the answer, as in http_request */
	int64_t timeout;           /* nanoseconds */
	size_t limit;              /* of the answer's body */
};

/* The errors and the answer are those of http_client_call; a form that overflowed is
 * ERROR_EXHAUSTED, and not sent. What of the signature lies in the arena is wiped. */
bool aws_channel_post(struct arena *arena, struct http_client *channel, const struct aws_post *post,
	struct http_response *response, struct error *error);
