#include "cloud/aws_metadata.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/secret.h"
#include "base/text.h"
#include "cloud/environment.h"
#include "format/json.h"
#include "http/http_client.h"

enum { LARGEST_ANSWER = 64 * 1024, LARGEST_TOKEN = 64 * 1024, MEMORY = 1024 * 1024 };
#define INSTANCE_TIMEOUT  CLOCK_SECOND
#define CONTAINER_TIMEOUT (5 * CLOCK_SECOND)
/* What we ask for, and how long before its end we ask anew. */
#define TOKEN_LIFETIME "21600"
#define TOKEN_USE      (21000 * CLOCK_SECOND)
#define ROLES          "/latest/meta-data/iam/security-credentials/"
#define BLANKS         " \t\r\n"

static const struct json_limits limits = {
	.bytes = LARGEST_ANSWER, .depth = 4, .values = 100, .refuse_duplicates = true};

/* One conversation with such a service. */
struct talk {
	struct arena *arena;
	struct http_client *client;
	struct stop *stop; /* or NULL */
	struct stop_entry entry;
	const char *service; /* for messages */
	int64_t timeout;
	struct http_response response;
	struct error *error;
};

static void
clear_response(struct talk *talk)
{
	secret_dispose_buffer(&talk->response.body);
	http_response_dispose(&talk->response);
	talk->response = (struct http_response){0};
}

static void
end_talk(struct talk *talk)
{
	clear_response(talk);
	stop_leave(talk->stop, &talk->entry);
	http_client_free(talk->client);
	arena_free(talk->arena);
}

static bool
begin_talk(struct talk *talk, const char *url)
{
	struct http_server server = {.url = url, .metadata = true};

	talk->client = http_client_new(&server, talk->error);
	return (talk->client && stop_enter(talk->stop, &talk->entry, talk->client, talk->error)) ||
	       error_wrap(talk->error, "%s", talk->service);
}

/* With one header, or none when its value is NULL. */
static bool
call(struct talk *talk, enum http_method method, const char *target, const char *name,
	const char *value)
{
	const char *line = value ? arena_printf(talk->arena, "%s: %s", name, value) : NULL;
	const char *const lines[] = {line, NULL};
	struct http_request request = {.method = method,
		.target = target,
		.headers = lines,
		.timeout = talk->timeout,
		.stall = talk->timeout,
		.limit = LARGEST_ANSWER};
	bool done;

	clear_response(talk);
	done = http_client_call(talk->client, &request, &talk->response, talk->error);
	secret_wipe(line);
	return done || error_wrap(talk->error, "%s", talk->service);
}

static bool
check_status(const struct talk *talk)
{
	int status = talk->response.status;
	enum error_kind kind = ERROR_INVALID;

	if (status == 200)
		return true;
	if (status >= 500 || status == 429 || status == 408)
		kind = ERROR_TRANSIENT;
	else if (status == 404)
		kind = ERROR_NOT_FOUND;
	else if (status == 401 || status == 403)
		kind = ERROR_DENIED;
	return error_set(talk->error, kind, "%s: answers with status %d%s", talk->service, status,
		status == 404 ? ": it has no role" : "");
}

static bool
read_keys(struct talk *talk, struct aws_keys *keys)
{
	const struct buffer *body = &talk->response.body;
	const struct json *answer =
		json_parse(talk->arena, buffer_text(body), body->length, &limits, NULL);
	const char *code = json_member_text(answer, "Code");
	struct aws_keys found = {
		.id = json_member_text(answer, "AccessKeyId"),
		.secret = json_member_text(answer, "SecretAccessKey"),
		.token = json_member_text(answer, "Token"),
	};

	if (code && !text_equal(code, "Success"))
		return error_set(talk->error, ERROR_TRANSIENT, "%s: answers with the code %s",
			talk->service, text_only_has(code, "a-zA-Z") ? code : "of an error");
	if (!found.token || !aws_keys_are_sound(&found) ||
		!clock_read(json_member_text(answer, "Expiration"), &found.expires))
		return error_set(
			talk->error, ERROR_TRANSIENT, "%s: answers without keys", talk->service);
	aws_keys_take(keys, &found);
	return true;
}

bool
aws_metadata_has_container(const char *const *environment)
{
	return environment_get(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") ||
	       environment_get(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
}

/* The value of the Authorization header; it stays NULL when none is asked for. */
static bool
read_authorization(struct arena *arena, const char *const *environment, const char **value,
	struct error *error)
{
	CLEANUP(secret_dispose_buffer) struct buffer content;
	const char *path = environment_get(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *text;
	size_t length;

	buffer_init(&content, LARGEST_TOKEN);
	*value = environment_get(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
	if (!path)
		return true;
	if (!file_read(path, &content, error))
		return false;
	text = text_trim(buffer_text(&content), &length);
	*value = arena_text_part(arena, text, length);
	return text_only_has(*value, " -~") ||
	       error_set(error, ERROR_INVALID, "%s: not a token", path);
}

/* Splits the address of the container's endpoint into the server's URL and the target. */
static bool
find_container(struct arena *arena, const char *const *environment, const char **url,
	const char **target, struct error *error)
{
	const char *relative =
		environment_get(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = environment_get(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
	const char *host, *slash;

	if (relative)
		full = arena_printf(
			arena, "http://169.254.170.2%s%s", *relative == '/' ? "" : "/", relative);
	host = strstr(full, "://");
	slash = host ? strchr(host + strlen("://"), '/') : NULL;
	*url = slash ? arena_text_part(arena, full, (size_t)(slash - full)) : full;
	*target = slash ? slash : "/";
	return text_only_has(*target, "!-~") ||
	       error_set(error, ERROR_INVALID, "AWS_CONTAINER_CREDENTIALS_*_URI: not an address");
}

bool
aws_metadata_ask_container(const char *const *environment, struct stop *stop, struct aws_keys *keys,
	struct error *error)
{
	CLEANUP(end_talk)
	struct talk talk = {.arena = arena_new(MEMORY),
		.stop = stop,
		.service = "the container's credentials",
		.timeout = CONTAINER_TIMEOUT,
		.error = error};
	const char *url, *target, *authorization;
	bool done;

	*keys = (struct aws_keys){0};
	if (!find_container(talk.arena, environment, &url, &target, error) ||
		!begin_talk(&talk, url) ||
		!read_authorization(talk.arena, environment, &authorization, error))
		return false;
	done = call(&talk, HTTP_GET, target, "Authorization", authorization);
	if (!environment_get(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN"))
		secret_wipe(authorization);
	return done && check_status(&talk) && read_keys(&talk, keys);
}

void
aws_metadata_dispose(struct aws_metadata *metadata)
{
	secret_free(metadata->token);
	*metadata = (struct aws_metadata){0};
}

/* Makes sure of a token that is still good. */
static bool
open_session(struct aws_metadata *metadata, struct talk *talk)
{
	const struct buffer *body = &talk->response.body;

	if (metadata->token && clock_monotonic() < metadata->until)
		return true;
	aws_metadata_dispose(metadata);
	if (!call(talk, HTTP_PUT, "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds",
		    TOKEN_LIFETIME))
		return error_wrap(talk->error, "in a pod, a hop limit of 1 or a network policy "
					       "keeps it away");
	if (!check_status(talk))
		return false;
	if (!text_only_has(buffer_text(body), "!-~"))
		return error_set(
			talk->error, ERROR_TRANSIENT, "%s: answers without a token", talk->service);
	metadata->token = memory_text(buffer_text(body));
	metadata->until = clock_monotonic() + TOKEN_USE;
	return true;
}

/* Once more with a new token when the old one is refused. */
static bool
get(struct aws_metadata *metadata, struct talk *talk, const char *target)
{
	for (int attempt = 0; attempt < 2; attempt++) {
		if (!open_session(metadata, talk) ||
			!call(talk, HTTP_GET, target, "X-aws-ec2-metadata-token", metadata->token))
			return false;
		if (talk->response.status != 401)
			break;
		aws_metadata_dispose(metadata);
	}
	return check_status(talk);
}

bool
aws_metadata_ask_instance(struct aws_metadata *metadata, const char *const *environment,
	struct stop *stop, struct aws_keys *keys, struct error *error)
{
	CLEANUP(end_talk)
	struct talk talk = {.arena = arena_new(MEMORY),
		.stop = stop,
		.service = "the instance's metadata",
		.timeout = INSTANCE_TIMEOUT,
		.error = error};
	const char *disabled = environment_get(environment, "AWS_EC2_METADATA_DISABLED");
	const char *url = environment_get(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
	const char *name;

	*keys = (struct aws_keys){0};
	if (disabled && text_equal_ignoring_case(disabled, "true"))
		return error_set(error, ERROR_NOT_FOUND, "%s: is disabled", talk.service);
	if (!begin_talk(&talk, url ? url : "http://169.254.169.254") ||
		!get(metadata, &talk, ROLES))
		return false;
	name = buffer_text(&talk.response.body);
	name += strspn(name, BLANKS);
	name = arena_text_part(talk.arena, name, strcspn(name, BLANKS));
	if (!text_only_has(name, "a-zA-Z0-9_+=,.@-"))
		return error_set(error, ERROR_NOT_FOUND, "%s: has no role", talk.service);
	return get(metadata, &talk, arena_printf(talk.arena, ROLES "%s", name)) &&
	       read_keys(&talk, keys);
}
