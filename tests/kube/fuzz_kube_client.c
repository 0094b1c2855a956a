/* Any answers of an API server: objects, pages of a list, the lines of a watch. What is handed on
 * is whole, and what is not is a failure in words; the resourceVersion to go on from is always one.
 *
 * Input: a byte for the call (get, list, watch), then answers with NUL between them; each begins
 * with a byte for its status and, in a watch, one for the size of the pieces it comes in. */
#include "base/cleanup.h"
#include "base/text.h"
#include "http/http_client.h"
#include "kube/kube_client.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 16 << 20 };

static struct {
	const char *next; /* the next answer */
	const char *end;
	int calls;
} script;

struct http_client *__wrap_http_client_new(const struct http_server *server, struct error *error);
void __wrap_http_client_free(struct http_client *client);
bool __wrap_http_client_call(struct http_client *client, const struct http_request *request,
	struct http_response *response, struct error *error);

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

static bool
feed(const struct http_request *request, const char *text, size_t length, struct error *error)
{
	size_t piece = length ? (unsigned char)*text % 16 + 1u : 1;
	struct lines lines;
	bool good = true;

	request->opened(request->line.context);
	lines_init(&lines, request->line, request->limit);
	for (size_t at = 1; good && at < length; at += piece)
		good = lines_feed(
			&lines, text + at, piece < length - at ? piece : length - at, error);
	lines_dispose(&lines);
	return good;
}

bool
__wrap_http_client_call(struct http_client *client, const struct http_request *request,
	struct http_response *response, struct error *error)
{
	static const int statuses[] = {200, 404, 410, 409, 429, 500, 403, 200};
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
	if (response->status == 200 && request->line.read)
		return feed(request, text + 1, length - 1, error);
	return buffer_append(&response->body, text + 1, length - 1) ||
	       error_set(error, ERROR_EXHAUSTED, "too large");
}

static void
note_opened(void *context)
{
	(void)context;
}

static void
note_item(void *context, const struct json *object)
{
	(void)context;
	FUZZ_CHECK(object);
}

static void
note_event(void *context, enum kube_event event, const struct json *object)
{
	uint64_t version = 0;

	(void)context;
	FUZZ_CHECK(event <= KUBE_BOOKMARK);
	FUZZ_CHECK(kube_version_number(object, &version) && version > 0);
}

static bool
call(struct arena *arena, struct kube_client *client, char what, struct error *error)
{
	static const struct kube_collection collection = {"/apis/kubeovn.io/v1/subnets", NULL};
	static const struct kube_watcher watcher = {note_opened, note_event, NULL};
	uint64_t version = 1;
	bool good;

	if (what % 3 == 0)
		return kube_client_get(arena, client, "/api", error) != NULL;
	if (what % 3 == 1)
		good = kube_client_list(client, &collection, note_item, NULL, &version, error);
	else
		good = kube_client_watch(client, &collection, &watcher, &version, error);
	FUZZ_CHECK(version > 0);
	return good;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct kube_config config = {.server.url = "http://127.0.0.1"};
	struct kube_client *client;
	struct error error = FUZZ_ERROR;

	if (size == 0)
		return 0;
	script.next = text + 1;
	script.end = text + size;
	script.calls = 0;
	client = kube_client_new(&config, NULL);
	if (!call(arena, client, *text, &error))
		fuzz_check_error(&error);
	FUZZ_CHECK(kube_client_retry_after(client) >= 0 && kube_client_date(client) >= 0);
	FUZZ_CHECK(kube_client_reason(client) && kube_client_outcome(client) <= KUBE_REFUSED);
	FUZZ_CHECK((size_t)script.calls <= size + 16);
	kube_client_free(client);
	return 0;
}
