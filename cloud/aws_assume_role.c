#include "cloud/aws_assume_role.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "cloud/aws_channel.h"
#include "cloud/aws_environment.h"
#include "cloud/aws_error.h"
#include "cloud/aws_query.h"
#include "format/xml.h"
#include "http/http_client.h"

enum { LARGEST_TOKEN = 20000, LARGEST_FORM = 4 * LARGEST_TOKEN, LARGEST_ANSWER = 256 * 1024 };
enum { MEMORY = 8 * 1024 * 1024 };
/* By how much the clocks may differ before a signature is refused for it (it is five minutes). */
enum { LARGEST_SKEW = 240 };
#define TIMEOUT      (10 * CLOCK_SECOND)
#define SESSION_NAME "peerwarden"

/* One question to STS. */
struct exchange {
	struct arena *arena;
	struct aws_sts *sts;
	const struct aws_role *role;
	const struct aws_keys *base; /* NULL: not signed */
	const char *action;
	const char *region;
	const char *url;
	struct buffer form;
	struct http_response response;
	struct error *error;
};

static void
end_exchange(struct exchange *exchange)
{
	secret_dispose_buffer(&exchange->form);
	secret_dispose_buffer(&exchange->response.body);
	http_response_dispose(&exchange->response);
	arena_free(exchange->arena);
}

/* Field `number`, from 1, of an ARN; NULL when it has none. */
static const char *
arn_field(struct arena *arena, const char *arn, int number)
{
	for (; number > 1 && arn; number--) {
		arn = strchr(arn, ':');
		arn = arn ? arn + 1 : NULL;
	}
	return arn ? arena_text_part(arena, arn, strcspn(arn, ":")) : NULL;
}

static bool
is_role_arn(struct arena *arena, const char *arn)
{
	size_t length = strlen(arn);
	const char *account = arn_field(arena, arn, 5);
	const char *name = arn_field(arena, arn, 6);

	return length >= 20 && length <= 2048 && text_starts_with(arn, "arn:aws") &&
	       text_only_has(arn, "!-~") && text_equal(arn_field(arena, arn, 3), "iam") &&
	       account && strlen(account) == 12 && text_only_has(account, "0-9") && name &&
	       text_starts_with(name, "role/") && name[strlen("role/")];
}

static bool
has_only(const char *text, const char *allowed, size_t shortest, size_t longest)
{
	return !text || (strlen(text) >= shortest && strlen(text) <= longest &&
				text_only_has(text, allowed));
}

bool
aws_assume_role_check(const struct aws_role *role, struct error *error)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	const char *partition;

	if (!role->arn || !is_role_arn(arena, role->arn))
		return error_set(error, ERROR_INVALID,
			"%.80s: not the ARN of a role (arn:aws:iam::<account>:role/<name>)",
			role->arn ? role->arn : "");
	if (!has_only(role->session_name, "a-zA-Z0-9_+=,.@-", 2, 64))
		return error_set(error, ERROR_INVALID,
			"%s: the session's name has to have 2 to 64 of the characters a-z A-Z 0-9 "
			"_+=,.@-",
			role->arn);
	if (!has_only(role->external_id, "a-zA-Z0-9_+=,.@:/-", 2, 1224))
		return error_set(error, ERROR_INVALID,
			"%s: the external id has to have 2 to 1224 of the characters a-z A-Z 0-9 "
			"_+=,.@:/-",
			role->arn);
	if (role->duration && (role->duration < 900 || role->duration > 43200))
		return error_set(error, ERROR_INVALID,
			"%s: the duration has to be 900 to 43200 seconds", role->arn);
	partition = arn_field(arena, role->arn, 2);
	return !role->region || text_equal(partition, aws_environment_partition(role->region)) ||
	       error_set(error, ERROR_INVALID, "%s: is not of the partition of region %.40s",
		       role->arn, role->region);
}

static bool
begin_exchange(struct exchange *exchange)
{
	const struct aws_role *role = exchange->role;

	exchange->arena = arena_new(MEMORY);
	buffer_init(&exchange->form, LARGEST_FORM);
	if (!aws_assume_role_check(role, exchange->error))
		return false;
	exchange->region = role->region ? role->region
					: aws_environment_main_region(
						  arn_field(exchange->arena, role->arn, 2));
	exchange->url = aws_environment_endpoint(exchange->arena, exchange->sts->environment, "sts",
		exchange->region, exchange->error);
	if (!exchange->url)
		return false;
	aws_query_begin(&exchange->form, exchange->action, "2011-06-15");
	aws_query_add(&exchange->form, role->arn, "RoleArn");
	aws_query_add(&exchange->form, role->session_name ? role->session_name : SESSION_NAME,
		"RoleSessionName");
	if (role->duration)
		aws_query_add(&exchange->form,
			arena_printf(exchange->arena, "%lld", (long long)role->duration),
			"DurationSeconds");
	return true;
}

static bool
call(struct exchange *exchange, struct http_client *client, int64_t time)
{
	const struct aws_post post = {
		.url = exchange->url,
		.region = exchange->region,
		.service = "sts",
		.keys = exchange->base,
		.time = time,
		.form = &exchange->form,
		.timeout = TIMEOUT,
		.limit = LARGEST_ANSWER,
	};

	return aws_channel_post(
		exchange->arena, client, &post, &exchange->response, exchange->error);
}

/* The same once more, by the server's clock, when it was our clock that spoilt the signature. */
static bool
call_in_time(struct exchange *exchange, struct http_client *client)
{
	int64_t now = clock_wall() / CLOCK_SECOND;
	int64_t date;

	if (!call(exchange, client, now))
		return false;
	date = exchange->response.date;
	if (!exchange->base || exchange->response.status / 100 != 4 || !date ||
		llabs(date - now) <= LARGEST_SKEW)
		return true;
	secret_dispose_buffer(&exchange->response.body);
	http_response_dispose(&exchange->response);
	return call(exchange, client, date);
}

static bool
ask(struct exchange *exchange)
{
	struct http_client *client = channel_open(aws_channel_trust(exchange->sts->environment),
		exchange->url, false, exchange->error);
	struct stop *stop = exchange->sts->stop;
	struct stop_entry entry;
	bool done = false;

	if (client && stop_enter(stop, &entry, client, exchange->error)) {
		done = call_in_time(exchange, client);
		stop_leave(stop, &entry);
	}
	http_client_free(client);
	return done;
}

static bool
is_among(const char *code, const char *const *list)
{
	for (; *list; list++)
		if (text_equal_ignoring_case(code, *list))
			return true;
	return false;
}

static enum error_kind
kind_of(int status, const char *code)
{
	static const char *const later[] = {"ExpiredToken", "ExpiredTokenException",
		"RequestExpired", "RequestTimeTooSkewed", "IDPCommunicationError",
		"IDPCommunicationErrorException", "RequestTimeout", "RequestTimeoutException",
		NULL};
	static const char *const refused[] = {"InvalidIdentityToken",
		"InvalidIdentityTokenException", "IDPRejectedClaim", "IDPRejectedClaimException",
		"InvalidClientTokenId", "SignatureDoesNotMatch", "OptInRequired", NULL};

	if (status >= 500 || status == 429 || aws_error_is_throttle(code, status) ||
		is_among(code, later))
		return ERROR_TRANSIENT;
	return status == 401 || status == 403 || is_among(code, refused) ? ERROR_DENIED
									 : ERROR_INVALID;
}

/* One line without what could disturb a log. Only of errors whose words are known to have none of
 * the request's secrets: that of SignatureDoesNotMatch has the token in it. */
static const char *
words_of(struct arena *arena, const char *code, const char *message)
{
	static const char *const harmless[] = {
		"AccessDenied", "AccessDeniedException", "RegionDisabledException", NULL};
	char *words;

	if (!is_among(code, harmless) || !*message)
		return "";
	words = arena_printf(arena, ": %s", message);
	for (char *at = words; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = ' ';
	return words;
}

static bool
explain(const struct exchange *exchange, const struct xml *root)
{
	static const char *const base_is_wrong[] = {"ExpiredToken", "ExpiredTokenException",
		"InvalidClientTokenId", "SignatureDoesNotMatch", NULL};
	const char *code = root ? xml_text(root, "Error/Code") : "";
	int status = exchange->response.status;

	if (!text_only_has(code, "a-zA-Z0-9._"))
		code = "an error";
	exchange->sts->refuses_base = exchange->base && is_among(code, base_is_wrong);
	return error_set(exchange->error, kind_of(status, code),
		"%s: STS of %s answers %s (status %d) to %s%s", exchange->role->arn,
		exchange->region, code, status, exchange->action,
		words_of(exchange->arena, code, root ? xml_text(root, "Error/Message") : ""));
}

/* "" becomes NULL. */
static const char *
text_at(const struct xml *element, const char *path)
{
	const char *text = xml_text(element, path);

	return *text ? text : NULL;
}

static bool
read_answer(struct exchange *exchange, struct aws_keys *keys)
{
	struct arena *arena = exchange->arena;
	const struct buffer *body = &exchange->response.body;
	const struct xml *root = xml_parse(arena, buffer_text(body), body->length, NULL);
	struct aws_keys found = {.account = arn_field(arena, exchange->role->arn, 5)};
	const struct xml *given;

	if (exchange->response.status != 200)
		return explain(exchange, root);
	given = root ? xml_find(root, arena_printf(arena, "%sResult/Credentials", exchange->action))
		     : NULL;
	if (given) {
		found.id = text_at(given, "AccessKeyId");
		found.secret = text_at(given, "SecretAccessKey");
		found.token = text_at(given, "SessionToken");
	}
	if (!given || !found.token || !aws_keys_are_sound(&found) ||
		!clock_read(xml_text(given, "Expiration"), &found.expires))
		return error_set(exchange->error, ERROR_TRANSIENT,
			"%s: STS of %s answers %s without keys", exchange->role->arn,
			exchange->region, exchange->action);
	aws_keys_take(keys, &found);
	return true;
}

bool
aws_assume_role(struct aws_sts *sts, const struct aws_role *role, const struct aws_keys *base,
	struct aws_keys *keys, struct error *error)
{
	CLEANUP(end_exchange)
	struct exchange exchange = {
		.sts = sts, .role = role, .base = base, .action = "AssumeRole", .error = error};

	*keys = (struct aws_keys){0};
	if (!begin_exchange(&exchange))
		return false;
	aws_query_add(&exchange.form, role->external_id, "ExternalId");
	return ask(&exchange) && read_answer(&exchange, keys);
}

bool
aws_assume_role_by_token_file(struct aws_sts *sts, const struct aws_role *role, const char *path,
	struct aws_keys *keys, struct error *error)
{
	CLEANUP(secret_dispose_buffer) struct buffer token;
	CLEANUP(end_exchange)
	struct exchange exchange = {
		.sts = sts, .role = role, .action = "AssumeRoleWithWebIdentity", .error = error};
	const char *text;
	size_t length;

	*keys = (struct aws_keys){0};
	buffer_init(&token, LARGEST_TOKEN);
	if (!begin_exchange(&exchange))
		return false;
	if (!file_read(path, &token, error))
		return error_wrap(error, "the web identity token");
	text = text_trim(buffer_text(&token), &length);
	text = arena_text_part(exchange.arena, text, length);
	if (!text_only_has(text, "!-~"))
		return error_set(error, ERROR_INVALID, "%s: not a web identity token", path);
	aws_query_add(&exchange.form, text, "WebIdentityToken");
	secret_wipe(text);
	return ask(&exchange) && read_answer(&exchange, keys);
}
