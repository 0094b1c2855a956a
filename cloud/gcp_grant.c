#include "cloud/gcp_grant.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/percent.h"
#include "base/secret.h"
#include "base/text.h"
#include "cloud/gcp_jwt.h"
#include "format/json.h"
#include "http/http_client.h"

enum { LARGEST_ANSWER = 64 * 1024, LARGEST_SUBJECT = 64 * 1024, LARGEST_FORM = 256 * 1024 };
enum { MEMORY = 4 << 20, HOUR = 3600, DAY = 24 * HOUR, LARGEST_WORDS = 200, SHORTEST_SECRET = 16 };
/* A JWT is dated back a little; a refused one whose clock was off by more than this is repeated. */
enum { DATED_BACK = 10, LARGEST_SKEW = 30 };
#define TIMEOUT  (10 * CLOCK_SECOND)
#define SCOPE    "https://www.googleapis.com/auth/cloud-platform"
#define METADATA "/computeMetadata/v1/instance/service-accounts/default/token"

static const struct json_limits limits = {
	.bytes = LARGEST_ANSWER, .depth = 8, .values = 500, .refuse_duplicates = true};

/* One question to one service. */
struct talk {
	struct arena *arena;
	const struct gcp_grant_source *source;
	const char *service; /* for messages */
	struct buffer form;
	struct http_response response;
	const char *secret; /* that no message may repeat; or NULL */
	struct error *error;
};

static void
begin_talk(struct talk *talk)
{
	talk->arena = arena_new(MEMORY);
	buffer_init(&talk->form, LARGEST_FORM);
}

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
	secret_wipe(talk->secret);
	secret_dispose_buffer(&talk->form);
	arena_free(talk->arena);
}

/* The server's URL, and the path that follows it. */
static const char *
server_of(struct arena *arena, const char *url, const char **target)
{
	const char *host = strstr(url, "://");
	const char *slash = host ? strchr(host + strlen("://"), '/') : NULL;

	*target = slash ? slash : "/";
	return slash ? arena_text_part(arena, url, (size_t)(slash - url)) : url;
}

static bool
send(struct talk *talk, const char *url, struct http_request *request)
{
	struct http_server server = {
		.url = server_of(talk->arena, url, &request->target), .metadata = !request->body};
	struct stop *stop = talk->source->stop;
	struct http_client *client = http_client_new(&server, talk->error);
	struct stop_entry entry;
	bool done = false;

	request->timeout = request->stall = TIMEOUT;
	request->limit = LARGEST_ANSWER;
	clear_response(talk);
	if (client && stop_enter(stop, &entry, client, talk->error)) {
		done = http_client_call(client, request, &talk->response, talk->error);
		stop_leave(stop, &entry);
	}
	http_client_free(client);
	return done || error_wrap(talk->error, "%s", talk->service);
}

static bool
post(struct talk *talk, const char *url, const char *type, const char *bearer)
{
	struct http_request request = {
		.method = HTTP_POST,
		.token = bearer,
		.body = buffer_text(&talk->form),
		.body_length = talk->form.length,
		.content_type = type,
	};

	if (talk->form.overflowed)
		return error_set(talk->error, ERROR_EXHAUSTED, "%s: the request is too large",
			talk->service);
	return send(talk, url, &request);
}

static void
add(struct talk *talk, const char *name, const char *value)
{
	if (talk->form.length > 0)
		buffer_append_char(&talk->form, '&');
	buffer_printf(&talk->form, "%s=", name);
	percent_append(&talk->form, value);
}

static const struct json *
answer_of(const struct talk *talk)
{
	const struct buffer *body = &talk->response.body;

	return json_parse(talk->arena, buffer_text(body), body->length, &limits, NULL);
}

/* --- what is refused --- */

/* Short, in one line, and without the secret: what Google says for a person. */
static const char *
words_of(const struct talk *talk, const struct json *answer)
{
	const char *said = json_member_text(answer, "error_description");
	char *words;

	if (!said)
		said = json_member_text(json_member(answer, "error"), "message");
	if (!said ||
		(talk->secret && strlen(talk->secret) >= SHORTEST_SECRET &&
			strstr(said, arena_text_part(talk->arena, talk->secret, SHORTEST_SECRET))))
		return "";
	words = arena_text_part(talk->arena, said, strnlen(said, LARGEST_WORDS));
	for (char *at = words; *at; at++)
		if ((unsigned char)*at < ' ' || (unsigned char)*at > '~')
			*at = ' ';
	return words;
}

/* "invalid_grant" of OAuth, or "PERMISSION_DENIED" of an API. */
static const char *
code_of(const struct json *answer)
{
	const struct json *error = json_member(answer, "error");
	const char *code =
		json_is_object(error) ? json_member_text(error, "status") : json_text(error);

	return code && text_only_has(code, "a-zA-Z0-9_.-") ? code : "an error";
}

static const char *
way_out(const struct talk *talk, const char *code, const char *words)
{
	const struct gcp_credential *credential = talk->source->credential;

	if (credential->kind == GCP_CREDENTIAL_METADATA)
		return "give the node or the pod a service account (Workload Identity Federation "
		       "for GKE), or a file of credentials";
	if (credential->kind == GCP_CREDENTIAL_FEDERATION)
		return text_equal(code, "PERMISSION_DENIED")
			       ? "the identity needs roles/iam.workloadIdentityUser on the service "
				 "account, and iamcredentials.googleapis.com has to be enabled"
			       : "look at the pool's provider: its issuer, audience and attribute "
				 "condition (gcloud iam workload-identity-pools providers "
				 "describe)";
	if (strstr(words, "reasonable timeframe") || strstr(words, "iat"))
		return "look at this machine's clock";
	return "make a new key (gcloud iam service-accounts keys create) if this one or its "
	       "account was deleted or disabled";
}

static bool
refuse(struct talk *talk)
{
	int status = talk->response.status;
	const struct json *answer = answer_of(talk);
	const char *code = code_of(answer);
	const char *words = words_of(talk, answer);
	const char *colon = *words ? ": " : "";

	if (status >= 500 || status == 429 || status == 408)
		return error_set(talk->error, ERROR_TRANSIENT, "%s: answers with status %d%s%s",
			talk->service, status, colon, words);
	if (status != 400 && status != 401 && status != 403 && status != 404)
		return error_set(talk->error, ERROR_INVALID, "%s: answers with status %d%s%s",
			talk->service, status, colon, words);
	return error_set(talk->error, status == 404 ? ERROR_NOT_FOUND : ERROR_DENIED,
		"%s: answers %s (status %d)%s%s; %s", talk->service, code, status, colon, words,
		way_out(talk, code, words));
}

/* --- what is given --- */

static bool
give(struct talk *talk, const char *token, int64_t lifetime, struct grant *grant)
{
	if (!token || !text_only_has(token, "!-~") || lifetime <= 0)
		return error_set(
			talk->error, ERROR_TRANSIENT, "%s: answers without a token", talk->service);
	grant->token = memory_text(token);
	grant->lifetime = lifetime < DAY ? lifetime : DAY;
	secret_wipe(token);
	return true;
}

static bool
read_token(struct talk *talk, struct grant *grant)
{
	const struct json *answer;
	int64_t lifetime = HOUR; /* where STS does not say */
	const struct json *told;

	if (talk->response.status != 200)
		return refuse(talk);
	answer = answer_of(talk);
	told = json_present(answer, "expires_in");
	if (told && !json_integer(told, &lifetime))
		lifetime = 0;
	return give(talk, json_member_text(answer, "access_token"), lifetime, grant);
}

/* --- a service account's key --- */

static bool
send_assertion(struct talk *talk, int64_t now)
{
	const struct gcp_credential *credential = talk->source->credential;
	const struct gcp_claims claims = {
		.issuer = credential->email,
		.key_id = credential->key_id,
		.private_key = credential->private_key,
		.audience = credential->token_url,
		.scope = SCOPE,
		.issued = now - DATED_BACK,
		.lifetime = HOUR,
	};
	const char *assertion = gcp_jwt_sign(talk->arena, &claims, talk->error);

	if (!assertion)
		return false;
	secret_wipe(talk->secret);
	talk->secret = assertion;
	buffer_clear(&talk->form);
	add(talk, "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
	add(talk, "assertion", assertion);
	return post(talk, credential->token_url, "application/x-www-form-urlencoded", NULL);
}

static bool
fetch_by_key(const struct gcp_grant_source *source, struct grant *grant, struct error *error)
{
	CLEANUP(end_talk)
	struct talk talk = {.source = source, .service = "Google's token endpoint", .error = error};
	int64_t now = clock_wall() / CLOCK_SECOND + *source->skew;
	int64_t date;

	begin_talk(&talk);
	talk.service =
		arena_printf(talk.arena, "the access token of %.100s", source->credential->email);
	if (!send_assertion(&talk, now))
		return false;
	date = talk.response.date;
	if (talk.response.status / 100 == 4 && date && llabs(date - now) > LARGEST_SKEW) {
		*source->skew += date - now;
		if (!send_assertion(&talk, date))
			return false;
	}
	return read_token(&talk, grant);
}

/* --- workload identity federation --- */

/* The content of the file, or one member of it; it is read anew each time, since it changes. */
static const char *
read_subject(struct talk *talk)
{
	CLEANUP(secret_dispose_buffer) struct buffer content;
	const struct gcp_credential *credential = talk->source->credential;
	const char *text;
	size_t length;

	buffer_init(&content, LARGEST_SUBJECT);
	if (!file_read(credential->subject_path, &content, talk->error)) {
		error_wrap(talk->error, "the subject token");
		return NULL;
	}
	text = text_trim(buffer_text(&content), &length);
	if (credential->subject_field)
		text = json_member_text(json_parse(talk->arena, buffer_text(&content),
						content.length, &limits, NULL),
			credential->subject_field);
	else
		text = arena_text_part(talk->arena, text, length);
	if (!text || !text_only_has(text, "!-~")) {
		error_set(talk->error, ERROR_INVALID, "%s: has no subject token",
			credential->subject_path);
		return NULL;
	}
	return text;
}

static bool
exchange_subject(const struct gcp_grant_source *source, struct grant *grant, struct error *error)
{
	CLEANUP(end_talk)
	struct talk talk = {.source = source, .service = "Google's STS", .error = error};
	const struct gcp_credential *credential = source->credential;

	begin_talk(&talk);
	talk.secret = read_subject(&talk);
	if (!talk.secret)
		return false;
	add(&talk, "grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
	add(&talk, "audience", credential->audience);
	add(&talk, "scope", SCOPE);
	add(&talk, "requested_token_type", "urn:ietf:params:oauth:token-type:access_token");
	add(&talk, "subject_token_type", credential->subject_type);
	add(&talk, "subject_token", talk.secret);
	return post(&talk, credential->token_url, "application/x-www-form-urlencoded", NULL) &&
	       read_token(&talk, grant);
}

/* Its end is told as a time: by the clock of the one who says it, it is a duration. */
static bool
read_impersonated(struct talk *talk, struct grant *grant)
{
	const struct json *answer;
	int64_t now = talk->response.date ? talk->response.date : clock_wall() / CLOCK_SECOND;
	int64_t until;

	if (talk->response.status != 200)
		return refuse(talk);
	answer = answer_of(talk);
	if (!clock_read(json_member_text(answer, "expireTime"), &until))
		until = now;
	return give(talk, json_member_text(answer, "accessToken"), until - now, grant);
}

static bool
impersonate(const struct gcp_grant_source *source, const struct grant *own, struct grant *grant,
	struct error *error)
{
	CLEANUP(end_talk)
	struct talk talk = {
		.source = source, .service = "Google's IAM credentials", .error = error};

	begin_talk(&talk);
	buffer_printf(&talk.form, "{\"scope\":[\"" SCOPE "\"],\"lifetime\":\"%llds\"}",
		(long long)source->credential->lifetime);
	return post(&talk, source->credential->impersonation_url, "application/json", own->token) &&
	       read_impersonated(&talk, grant);
}

static bool
fetch_by_subject(const struct gcp_grant_source *source, struct grant *grant, struct error *error)
{
	CLEANUP(grant_dispose) struct grant own = {0};

	if (!source->credential->impersonation_url)
		return exchange_subject(source, grant, error);
	return exchange_subject(source, &own, error) && impersonate(source, &own, grant, error);
}

/* --- the metadata server --- */

static bool
fetch_by_metadata(const struct gcp_grant_source *source, struct grant *grant, struct error *error)
{
	static const char *const lines[] = {"Metadata-Flavor: Google", NULL};
	static const char *const wanted[] = {"Metadata-Flavor", NULL};
	CLEANUP(end_talk)
	struct talk talk = {
		.source = source, .service = "Google's metadata server", .error = error};
	struct http_request request = {.method = HTTP_GET, .headers = lines, .wanted = wanted};
	const char *url =
		source->metadata_url ? source->metadata_url : "http://metadata.google.internal";

	begin_talk(&talk);
	if (!send(&talk, arena_printf(talk.arena, "%s" METADATA, url), &request))
		return false;
	if (!text_equal(talk.response.headers[0], "Google"))
		return error_set(error, ERROR_DENIED,
			"what answers at %.100s is not %s: it does not say Metadata-Flavor", url,
			talk.service);
	return read_token(&talk, grant);
}

bool
gcp_grant_fetch(const struct gcp_grant_source *source, struct grant *grant, struct error *error)
{
	*grant = (struct grant){0};
	switch (source->credential->kind) {
	case GCP_CREDENTIAL_KEY:
		return fetch_by_key(source, grant, error);
	case GCP_CREDENTIAL_FEDERATION:
		return fetch_by_subject(source, grant, error);
	default:
		return fetch_by_metadata(source, grant, error);
	}
}
