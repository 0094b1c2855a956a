#include "cloud/aws_channel.h"

#include "base/secret.h"
#include "cloud/aws_environment.h"

#define FORM_TYPE "application/x-www-form-urlencoded; charset=utf-8"

struct channel_trust
aws_channel_trust(const char *const *environment)
{
	return (struct channel_trust){environment, "AWS_CA_BUNDLE"};
}

static struct aws_signature
sign(struct arena *arena, const struct aws_post *post)
{
	const struct aws_header headers[] = {
		{"Host", aws_environment_host(arena, post->url)},
		{"Content-Type", FORM_TYPE},
	};
	const struct aws_request request = {
		.method = "POST",
		.path = "/",
		.headers = headers,
		.header_count = sizeof headers / sizeof *headers,
		.body = buffer_text(post->form),
		.body_length = post->form->length,
		.region = post->region,
		.service = post->service,
		.time = post->time,
	};

	return aws_signature_make(arena, &request, post->keys);
}

bool
aws_channel_post(struct arena *arena, struct http_client *channel, const struct aws_post *post,
	struct http_response *response, struct error *error)
{
	const char *lines[5] = {"Accept: text/xml"};
	const struct http_request request = {
		.method = HTTP_POST,
		.target = "/",
		.body = buffer_text(post->form),
		.body_length = post->form->length,
		.content_type = FORM_TYPE,
		.headers = lines,
		.wanted = post->wanted,
		.timeout = post->timeout,
		.stall = post->timeout,
		.limit = post->limit,
	};
	struct aws_signature signature = {0};
	bool done;

	*response = (struct http_response){0};
	if (post->form->overflowed)
		return error_set(error, ERROR_EXHAUSTED, "the request is too large");
	if (post->keys) {
		signature = sign(arena, post);
		lines[1] = arena_printf(arena, "X-Amz-Date: %s", signature.date);
		lines[2] = arena_printf(arena, "Authorization: %s", signature.authorization);
		if (signature.token)
			lines[3] = arena_printf(arena, "X-Amz-Security-Token: %s", signature.token);
	}
	done = http_client_call(channel, &request, response, error);
	secret_wipe(lines[3]);
	secret_wipe(signature.canonical);
	return done;
}
