#include "cloud/azure_grant.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/percent.h"
#include "base/secret.h"
#include "base/text.h"
#include "cloud/channel.h"
#include "cloud/environment.h"
#include "format/json.h"
#include "http/http_client.h"

enum { LARGEST_ANSWER = 64 * 1024, LARGEST_ASSERTION = 64 * 1024, LARGEST_FORM = 256 * 1024 };
enum { MEMORY = 1 << 20, LONGEST_LIFE = 7 * 86400 };
enum { LARGEST_WORDS = 200, SHORTEST_SECRET = 8, LARGEST_URL = 1024 };
#define TIMEOUT   (10 * CLOCK_SECOND)
#define METADATA  "http://169.254.169.254"
#define ASSERTION "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define ENTRA     "Microsoft Entra"
#define IMDS      "the node's managed identity"

static const struct json_limits limits = {
	.bytes = LARGEST_ANSWER, .depth = 8, .values = 500, .refuse_duplicates = true};

/* One question to one service. */
struct talk {
	struct arena *arena;
	const struct azure_grant_source *source;
	const char *service; /* for messages */
	const char *tenant;
	const char *secret; /* of the environment, that no message may repeat; or NULL */
	struct buffer form;
	struct buffer assertion;
	struct http_response response;
	struct error *error;
};

static void
end_talk(struct talk *talk)
{
	secret_dispose_buffer(&talk->response.body);
	http_response_dispose(&talk->response);
	secret_dispose_buffer(&talk->form);
	secret_dispose_buffer(&talk->assertion);
	arena_free(talk->arena);
}

static const char *
setting(const struct talk *talk, const char *name)
{
	return environment_get(talk->source->environment, name);
}

/* --- the call --- */

static bool
send(struct talk *talk, const char *url, struct http_request *request)
{
	struct stop *stop = talk->source->stop;
	struct http_client *client =
		channel_open((struct channel_trust){talk->source->environment, "SSL_CERT_FILE"},
			url, request->method == HTTP_GET, talk->error);
	struct stop_entry entry;
	bool done = false;

	request->timeout = request->stall = TIMEOUT;
	request->limit = LARGEST_ANSWER;
	if (client && stop_enter(stop, &entry, client, talk->error)) {
		done = http_client_call(client, request, &talk->response, talk->error);
		stop_leave(stop, &entry);
	}
	http_client_free(client);
	return done || error_wrap(talk->error, "%s", talk->service);
}

static void
add(struct buffer *form, const char *name, const char *value)
{
	buffer_printf(form, "%s%s=", form->length > 0 ? "&" : "", name);
	percent_append(form, value);
}

/* A URL of the environment without the slashes at its end. */
static const char *
server_of(struct talk *talk, const char *name, const char *otherwise)
{
	const char *url = setting(talk, name);
	size_t length;

	if (!url)
		return otherwise;
	length = strnlen(url, LARGEST_URL);
	while (length > 0 && url[length - 1] == '/')
		length--;
	return arena_text_part(talk->arena, url, length);
}

/* --- what is refused --- */

/* What a number of Entra means, and the way out. */
static const char *
way_out(const char *words)
{
	static const struct {
		const char *number;
		const char *hint;
	} rows[] = {
		{"AADSTS700016", "the application is not known in this tenant: give it a service "
				 "principal there (az ad sp create --id <application>)"},
		{"AADSTS7000229",
			"the application has no service principal in this tenant (az ad sp "
			"create --id <application>)"},
		{"AADSTS65001",
			"the application has no consent in this tenant (az ad sp create --id "
			"<application>)"},
		{"AADSTS500011",
			"the tenant does not know the Resource Manager of this cloud: look at "
			"the name of the sovereign cloud"},
		{"AADSTS90002", "there is no such tenant in this cloud"},
		{"AADSTS7000215",
			"the client secret is wrong: it is the secret's value, not its id"},
		{"AADSTS7000222", "the client secret has expired (az ad app credential reset)"},
		{"AADSTS70021",
			"no federated credential of the application fits the token's issuer, "
			"subject and audience (az ad app federated-credential list)"},
		{"AADSTS700211", "no federated credential of the application has this issuer"},
		{"AADSTS700213", "no federated credential of the application has this subject"},
		{"AADSTS700024", "look at this machine's clock"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t length = strlen(rows[i].number);

		if (strncmp(words, rows[i].number, length) == 0 &&
			!(words[length] >= '0' && words[length] <= '9'))
			return rows[i].hint;
	}
	return NULL;
}

/* In one line, without the trace that follows, and without the secret. */
static const char *
words_of(const struct talk *talk, const struct json *answer)
{
	const char *said = json_member_text(answer, "error_description");
	const char *trace;
	size_t length;
	char *words;

	if (!said || (talk->secret && strlen(talk->secret) >= SHORTEST_SECRET &&
			     strstr(said, talk->secret)))
		return "";
	length = strcspn(said, "\r\n");
	trace = strstr(said, " Trace ID:");
	if (trace && (size_t)(trace - said) < length)
		length = (size_t)(trace - said);
	words = arena_text_part(talk->arena, said, length < LARGEST_WORDS ? length : LARGEST_WORDS);
	for (char *at = words; *at; at++)
		if ((unsigned char)*at < ' ' || (unsigned char)*at > '~')
			*at = ' ';
	return words;
}

static bool
is_passing(const struct talk *talk, const char *code)
{
	int status = talk->response.status;

	return status >= 500 || status == 429 || status == 408 || status == 410 ||
	       (code && text_equal(code, "temporarily_unavailable"));
}

static bool
refuse(struct talk *talk)
{
	const struct buffer *body = &talk->response.body;
	const struct json *answer =
		json_parse(talk->arena, buffer_text(body), body->length, &limits, NULL);
	const char *code = json_member_text(answer, "error");
	const char *words = words_of(talk, answer);
	const char *hint = way_out(words);
	bool is_imds = text_equal(talk->service, IMDS);

	if (!code || !text_only_has(code, "a-zA-Z0-9_.-"))
		code = "";
	if (is_passing(talk, code))
		return error_set(talk->error, ERROR_TRANSIENT, "%s: answers with status %d",
			talk->service, talk->response.status);
	if (is_imds && talk->response.status == 404)
		return error_set(talk->error, ERROR_NOT_FOUND, "%s: there is none", talk->service);
	if (!hint)
		hint = is_imds ? "assign an identity to the node (az vm identity assign), or set "
				 "AZURE_CLIENT_ID to the one that it has"
			       : "look at AZURE_TENANT_ID and AZURE_CLIENT_ID";
	return error_set(talk->error, ERROR_DENIED, "%s: status %d%s%s%s%s: %s", talk->service,
		talk->response.status, *code ? ": " : "", code, *words ? ": " : "", words, hint);
}

/* --- what is granted --- */

/* IMDS writes the number as text. */
static bool
read_lifetime(const struct json *value, int64_t *lifetime)
{
	const char *text = json_text(value);
	uint64_t number = 0;

	if (!text)
		return json_integer(value, lifetime) && *lifetime > 0 && *lifetime <= LONGEST_LIFE;
	if (!text_to_number(text, LONGEST_LIFE, &number))
		return false;
	*lifetime = (int64_t)number;
	return number > 0;
}

static bool
read_grant(struct talk *talk, struct grant *grant)
{
	const struct buffer *body = &talk->response.body;
	const struct json *answer;
	const char *token;
	int64_t lifetime = 0;
	bool good;

	if (talk->response.status != 200)
		return refuse(talk);
	answer = json_parse(talk->arena, buffer_text(body), body->length, &limits, NULL);
	token = json_member_text(answer, "access_token");
	good = token && text_only_has(token, "!-~") &&
	       read_lifetime(json_member(answer, "expires_in"), &lifetime);
	if (good)
		*grant = (struct grant){memory_text(token), lifetime};
	secret_wipe(token);
	return good || error_set(talk->error, ERROR_TRANSIENT, "%s: answers without a token",
			       talk->service);
}

/* --- the ways --- */

static bool
ask_imds(struct talk *talk, struct grant *grant)
{
	static const char *const headers[] = {"Metadata: true", NULL};
	struct http_request request = {.method = HTTP_GET, .headers = headers};
	const char *client = setting(talk, "AZURE_CLIENT_ID");
	const char *own = setting(talk, "AZURE_TENANT_ID");

	talk->service = IMDS;
	if (*talk->tenant && !(own && text_equal_ignoring_case(own, talk->tenant)))
		return error_set(talk->error, ERROR_INVALID,
			"%s: has no token of the tenant %s: use a workload identity whose "
			"application both tenants know",
			talk->service, talk->tenant);
	buffer_append_text(&talk->form, "/metadata/identity/oauth2/token?api-version=2018-02-01");
	add(&talk->form, "resource",
		arena_printf(talk->arena, "%s/", talk->source->sovereign->manager));
	if (client)
		add(&talk->form, "client_id", client);
	request.target = buffer_text(&talk->form);
	return send(talk, server_of(talk, "AZURE_POD_IDENTITY_AUTHORITY_HOST", METADATA),
		       &request) &&
	       read_grant(talk, grant);
}

static bool
read_assertion(struct talk *talk, const char *path)
{
	const char *text;
	size_t length;

	if (!file_read(path, &talk->assertion, talk->error))
		return error_wrap(talk->error, "AZURE_FEDERATED_TOKEN_FILE");
	text = text_trim(buffer_text(&talk->assertion), &length);
	buffer_drop(&talk->assertion, (size_t)(text - buffer_text(&talk->assertion)));
	if (talk->assertion.data)
		talk->assertion.data[length] = '\0';
	return text_only_has(buffer_text(&talk->assertion), "!-~") ||
	       error_set(talk->error, ERROR_INVALID, "%s: not a token", path);
}

static bool
write_form(struct talk *talk, const char *path)
{
	if (path && !read_assertion(talk, path))
		return false;
	add(&talk->form, "grant_type", "client_credentials");
	add(&talk->form, "client_id", setting(talk, "AZURE_CLIENT_ID"));
	add(&talk->form, "scope",
		arena_printf(talk->arena, "%s/.default", talk->source->sovereign->manager));
	if (path) {
		add(&talk->form, "client_assertion_type", ASSERTION);
		add(&talk->form, "client_assertion", buffer_text(&talk->assertion));
	} else {
		add(&talk->form, "client_secret", talk->secret);
	}
	return !talk->form.overflowed || error_set(talk->error, ERROR_EXHAUSTED,
						 "%s: the request is too large", talk->service);
}

static bool
ask_entra(struct talk *talk, const char *path, struct grant *grant)
{
	const char *own = setting(talk, "AZURE_TENANT_ID");
	const char *tenant = *talk->tenant ? talk->tenant : own;
	const char *authority =
		server_of(talk, "AZURE_AUTHORITY_HOST", talk->source->sovereign->authority);
	struct http_request request = {
		.method = HTTP_POST, .content_type = "application/x-www-form-urlencoded"};

	if (!own || !setting(talk, "AZURE_CLIENT_ID"))
		return error_set(talk->error, ERROR_INVALID,
			"AZURE_TENANT_ID and AZURE_CLIENT_ID belong to %s",
			path ? "AZURE_FEDERATED_TOKEN_FILE" : "AZURE_CLIENT_SECRET");
	if (!text_only_has(tenant, "A-Za-z0-9.-"))
		return error_set(
			talk->error, ERROR_INVALID, "the tenant is neither a GUID nor a domain");
	talk->service = arena_printf(talk->arena, ENTRA ", tenant %s", tenant);
	if (!write_form(talk, path))
		return false;
	request.target = arena_printf(talk->arena, "/%s/oauth2/v2.0/token", tenant);
	request.body = buffer_text(&talk->form);
	request.body_length = talk->form.length;
	return send(talk, authority, &request) && read_grant(talk, grant);
}

bool
azure_grant_fetch(const struct azure_grant_source *source, const char *tenant, struct grant *grant,
	struct error *error)
{
	CLEANUP(end_talk)
	struct talk talk = {
		.arena = arena_new(MEMORY), .source = source, .tenant = tenant, .error = error};
	const char *path = environment_get(source->environment, "AZURE_FEDERATED_TOKEN_FILE");

	*grant = (struct grant){0};
	talk.service = ENTRA;
	buffer_init(&talk.form, LARGEST_FORM);
	buffer_init(&talk.assertion, LARGEST_ASSERTION);
	talk.secret = environment_get(source->environment, "AZURE_CLIENT_SECRET");
	if (talk.secret || path)
		return ask_entra(&talk, talk.secret ? NULL : path, grant);
	return ask_imds(&talk, grant);
}
