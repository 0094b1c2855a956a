/* Any answers of Google's token endpoints and metadata server: what is handed on is a token that
 * can stand in a header, with a life; what is not is a failure in words without the secret.
 *
 * Input: a byte for the kind of credential, then answers with NUL between them; each begins with a
 * byte for its status. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "cloud/gcp_grant.h"
#include "http/http_client.h"
#include "tests/cloud/gcp_key.h"
#include "tests/support/fuzz.h"

#define SUBJECT "secret-subject-token"

static struct {
	const char *next; /* the next answer */
	const char *end;
	int calls;
} script;

bool __wrap_file_read(const char *path, struct buffer *buffer, struct error *error);
struct http_client *__wrap_http_client_new(const struct http_server *server, struct error *error);
void __wrap_http_client_free(struct http_client *client);
bool __wrap_http_client_call(struct http_client *client, const struct http_request *request,
	struct http_response *response, struct error *error);

bool
__wrap_file_read(const char *path, struct buffer *buffer, struct error *error)
{
	(void)path;
	(void)error;
	return buffer_append_text(buffer, SUBJECT);
}

struct http_client *
__wrap_http_client_new(const struct http_server *server, struct error *error)
{
	static char client;

	(void)server;
	(void)error;
	return (void *)&client;
}

void
__wrap_http_client_free(struct http_client *client)
{
	(void)client;
}

bool
__wrap_http_client_call(struct http_client *client, const struct http_request *request,
	struct http_response *response, struct error *error)
{
	static const int statuses[] = {200, 400, 401, 403, 404, 429, 500, 302};
	const char *text = script.next;
	size_t length = strnlen(text, (size_t)(script.end - text));

	(void)client;
	script.calls++;
	*response = (struct http_response){0};
	buffer_init(&response->body, request->limit);
	if (length == 0)
		return error_set(error, ERROR_TRANSIENT, "cut");
	script.next += length + (text + length < script.end);
	response->status = statuses[(unsigned char)*text % 8];
	response->date = (unsigned char)*text & 8 ? 1767323045 : 0;
	if (request->wanted)
		response->headers[0] = strdup("Google");
	return buffer_append(&response->body, text + 1, length - 1) ||
	       error_set(error, ERROR_EXHAUSTED, "too large");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	CLEANUP(grant_dispose) struct grant grant = {0};
	struct error error = FUZZ_ERROR;
	int64_t skew = 0;
	const struct gcp_credential credential = {
		.kind = (enum gcp_credential_kind)((unsigned char)*text % 3),
		.token_url = "https://x/token",
		.email = GCP_EMAIL,
		.private_key = GCP_KEY,
		.audience = "//iam/pool",
		.subject_type = "urn:ietf:params:oauth:token-type:jwt",
		.subject_path = "token",
		.impersonation_url = (unsigned char)*text & 8 ? "https://y/i" : NULL,
		.lifetime = 3600,
	};
	const struct gcp_grant_source source = {.credential = &credential, .skew = &skew};

	script.next = size > 0 ? text + 1 : text;
	script.end = text + size;
	script.calls = 0;
	if (gcp_grant_fetch(&source, &grant, &error)) {
		FUZZ_CHECK(text_only_has(grant.token, "!-~"));
		FUZZ_CHECK(grant.lifetime > 0 && grant.lifetime <= 86400);
	} else {
		bool told = memmem(data, size, SUBJECT, strlen(SUBJECT));

		fuzz_check_error(&error);
		FUZZ_CHECK(!grant.token && (told || !strstr(error.message, SUBJECT)));
	}
	FUZZ_CHECK(script.calls <= 2);
	return 0;
}
