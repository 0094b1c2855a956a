#include "http/http_client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "http/header.h"
#include "http/plain_host.h"

enum { CONNECT_MILLISECONDS = 10000, KEEPALIVE_SECONDS = 30, LONGEST_POLL = 60000 };
enum { SETTINGS_SIZE = 16 * 1024, CALL_SIZE = 64 * 1024, HEADERS_SIZE = 64 * 1024 };

struct http_client {
	CURLM *multi;
	CURL *easy; /* one for all calls: it keeps the TLS session */
	atomic_bool aborted;
	struct arena *settings;        /* holds the text below */
	struct arena *call;            /* for the call that is under way */
	const char *url;               /* without a slash at its end */
	struct curl_slist *connect_to; /* where the host of the URL is found, with a server_name */
	const char *host_header;       /* likewise */
	int refused;                   /* not 0 when libcurl did not take an option */
	char words[CURL_ERROR_SIZE];
};

/* One call. */
struct transfer {
	struct http_client *client;
	const struct http_request *request;
	struct http_response *response;
	struct error *error;
	struct lines lines;
	int64_t heard;
	unsigned attempts;
	bool opened; /* the answer is read by lines */
	bool failed; /* in a callback, which has filled the error */
};

/* libcurl checks the type of each option's value, so this cannot be a function. */
#define SET(client, option, value)                                                                 \
	((client)->refused |= (int)curl_easy_setopt((client)->easy, (option), (value)))

static bool backend_is_openssl;

static void
start_library(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
	backend_is_openssl =
		text_starts_with(curl_version_info(CURLVERSION_NOW)->ssl_version, "OpenSSL");
}

static bool
library_is_usable(struct error *error)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, start_library);
	if (backend_is_openssl)
		return true;
	return error_set(error, ERROR_INVALID,
		"libcurl has to be the one that is built with OpenSSL, not with %s",
		curl_version_info(CURLVERSION_NOW)->ssl_version);
}

static void
free_url(CURLU **url)
{
	curl_url_cleanup(*url);
}

/* "" when the URL has none. */
static const char *
url_part(struct http_client *client, CURLU *url, CURLUPart part, unsigned flags)
{
	char *text = NULL;
	const char *copy = "";

	if (curl_url_get(url, part, &text, flags) == CURLUE_OK)
		copy = arena_text(client->settings, text);
	curl_free(text);
	return copy;
}

static bool
check_url(struct http_client *client, CURLU *url, const struct http_server *server,
	struct error *error)
{
	const char *scheme = url_part(client, url, CURLUPART_SCHEME, 0);
	const char *host = url_part(client, url, CURLUPART_HOST, 0);
	const char *user = url_part(client, url, CURLUPART_USER, 0);
	const char *query = url_part(client, url, CURLUPART_QUERY, 0);

	if (*user || *query)
		return error_set(error, ERROR_INVALID,
			"the URL of the server must not have a user or a query");
	if (text_equal(scheme, "https") ||
		(text_equal(scheme, "http") && plain_host_is_allowed(host, server->metadata)))
		return true;
	return error_set(error, ERROR_INVALID,
		"%s: has to begin with https:// (http:// only for localhost)", server->url);
}

/* Puts the name that the certificate has in place of the host, and tells libcurl where to connect.
 */
static void
rename_host(struct http_client *client, CURLU *url, const char *server_name)
{
	const char *host = url_part(client, url, CURLUPART_HOST, 0);
	const char *port = url_part(client, url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	const char *connect_to = arena_printf(client->settings, "::%s:%s", host, port);

	client->connect_to = curl_slist_append(NULL, connect_to);
	client->host_header = arena_printf(client->settings, "Host: %s:%s", host, port);
	client->refused |= curl_url_set(url, CURLUPART_HOST, server_name, 0) != CURLUE_OK;
}

static bool
take_url(struct http_client *client, const struct http_server *server, struct error *error)
{
	CLEANUP(free_url) CURLU *url = curl_url();
	size_t length;

	if (!url || curl_url_set(url, CURLUPART_URL, server->url, 0) != CURLUE_OK)
		return error_set(error, ERROR_INVALID, "%s: not the URL of a server", server->url);
	if (!check_url(client, url, server, error))
		return false;
	if (server->server_name)
		rename_host(client, url, server->server_name);
	client->url = url_part(client, url, CURLUPART_URL, 0);
	for (length = strlen(client->url); length > 0 && client->url[length - 1] == '/';)
		length--;
	client->url = arena_text_part(client->settings, client->url, length);
	return true;
}

static void
set_blob(struct http_client *client, CURLoption option, const char *text)
{
	struct curl_blob blob = {.len = strlen(text), .flags = CURL_BLOB_COPY};

	/* libcurl copies it, but its struct has no const. */
	memcpy(&blob.data, &text, sizeof blob.data);
	SET(client, option, &blob);
}

static void
set_identities(struct http_client *client, const struct http_server *server)
{
	if (server->authority) {
		set_blob(client, CURLOPT_CAINFO_BLOB, server->authority);
		SET(client, CURLOPT_CAPATH, NULL); /* or the system's CAs would count as well */
	}
	if (server->certificate)
		set_blob(client, CURLOPT_SSLCERT_BLOB, server->certificate);
	if (server->key)
		set_blob(client, CURLOPT_SSLKEY_BLOB, server->key);
	if (server->user) {
		SET(client, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		SET(client, CURLOPT_USERNAME, server->user);
		SET(client, CURLOPT_PASSWORD, server->password ? server->password : "");
	}
}

static void
set_habits(struct http_client *client)
{
	SET(client, CURLOPT_ERRORBUFFER, client->words);
	SET(client, CURLOPT_NOSIGNAL, 1L);
	SET(client, CURLOPT_QUICK_EXIT, 1L); /* an abort does not wait for a slow name server */
	SET(client, CURLOPT_PROTOCOLS_STR, "https,http");
	SET(client, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(client, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(client, CURLOPT_SSL_VERIFYHOST, 2L);
	SET(client, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(client, CURLOPT_FOLLOWLOCATION, 0L);
	SET(client, CURLOPT_PROXY, "");
	SET(client, CURLOPT_NOPROXY, "*");
	SET(client, CURLOPT_PATH_AS_IS, 1L);
	SET(client, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MILLISECONDS);
	SET(client, CURLOPT_TCP_KEEPALIVE, 1L);
	SET(client, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_SECONDS);
	SET(client, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_SECONDS);
	SET(client, CURLOPT_USERAGENT, "peerwarden/" PEERWARDEN_VERSION);
	if (client->connect_to)
		SET(client, CURLOPT_CONNECT_TO, client->connect_to);
}

/* Comes before each time that the request is sent. */
static int
on_attempt(void *context, char *peer_address, char *own_address, int peer_port, int own_port)
{
	struct transfer *transfer = context;

	(void)peer_address;
	(void)own_address;
	(void)peer_port;
	(void)own_port;
	if (transfer->attempts++ == 0 || transfer->request->method == HTTP_GET)
		return CURL_PREREQFUNC_OK;
	transfer->failed = !error_set(transfer->error, ERROR_TRANSIENT,
		"the connection was lost before there was an answer");
	return CURL_PREREQFUNC_ABORT;
}

static size_t
on_header(char *data, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	const struct http_request *request = transfer->request;
	size_t length = size * count;
	long status = 0;

	transfer->heard = clock_monotonic();
	curl_easy_getinfo(transfer->client->easy, CURLINFO_RESPONSE_CODE, &status);
	transfer->response->status = (int)status;
	if (length != 2 || memcmp(data, "\r\n", 2) != 0 || transfer->opened || status != 200 ||
		!request->line.read)
		return length;
	transfer->opened = true;
	if (request->opened)
		request->opened(request->line.context);
	return length;
}

static size_t
on_data(char *data, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	size_t length = size * count;

	transfer->heard = clock_monotonic();
	if (transfer->opened)
		transfer->failed = !lines_feed(&transfer->lines, data, length, transfer->error);
	else if (!buffer_append(&transfer->response->body, data, length))
		transfer->failed = !error_set(transfer->error, ERROR_EXHAUSTED,
			"the answer has more than %zu bytes", transfer->request->limit);
	return transfer->failed ? 0 : length;
}

static void
dispose_client(struct http_client **client)
{
	if (!*client)
		return;
	curl_easy_cleanup((*client)->easy);
	curl_multi_cleanup((*client)->multi);
	curl_slist_free_all((*client)->connect_to);
	arena_free((*client)->settings);
	arena_free((*client)->call);
	free(*client);
}

void
http_client_free(struct http_client *client)
{
	dispose_client(&client);
}

struct http_client *
http_client_new(const struct http_server *server, struct error *error)
{
	CLEANUP(dispose_client) struct http_client *client = memory_alloc(sizeof *client);
	struct http_client *made = client;

	client->settings = arena_new(SETTINGS_SIZE);
	client->call = arena_new(CALL_SIZE);
	if (!library_is_usable(error) || !take_url(client, server, error))
		return NULL;
	client->multi = curl_multi_init();
	client->easy = curl_easy_init();
	if (!client->multi || !client->easy)
		abort();
	set_habits(client);
	set_identities(client, server);
	SET(client, CURLOPT_PREREQFUNCTION, on_attempt);
	SET(client, CURLOPT_HEADERFUNCTION, on_header);
	SET(client, CURLOPT_WRITEFUNCTION, on_data);
	if (client->refused) {
		error_set(error, ERROR_INVALID, "libcurl does not take the settings for %s",
			server->url);
		return NULL;
	}
	client = NULL;
	return made;
}

void
http_client_abort(struct http_client *client)
{
	atomic_store(&client->aborted, true);
	curl_multi_wakeup(client->multi);
}

void
http_response_dispose(struct http_response *response)
{
	for (size_t i = 0; i < HTTP_WANTED; i++)
		free(response->headers[i]);
	buffer_dispose(&response->body);
}

static bool
set_headers(struct transfer *transfer, struct curl_slist **headers)
{
	const char *token = transfer->request->token;
	const char *type = transfer->request->content_type ? transfer->request->content_type
							   : "application/json";
	struct http_client *client = transfer->client;

	*headers = curl_slist_append(NULL, "Expect:"); /* no round trip for a 100 Continue */
	if (!header_append_lines(headers, transfer->request->headers) ||
		!header_append_type(headers, client->call, transfer->request->body ? type : NULL))
		return error_set(transfer->error, ERROR_INVALID,
			"%s: a header has characters that no header has", client->url);
	if (client->host_header)
		*headers = curl_slist_append(*headers, client->host_header);
	if (token && !text_only_has(token, "!-~"))
		return error_set(transfer->error, ERROR_INVALID,
			"%s: the token has characters that no token has", client->url);
	if (token)
		*headers = curl_slist_append(
			*headers, arena_printf(client->call, "Authorization: Bearer %s", token));
	SET(client, CURLOPT_HTTPHEADER, *headers);
	return true;
}

/* Every option is set each time: libcurl keeps those of the call before. */
static void
set_method(struct http_client *client, const struct http_request *request)
{
	static const char *const names[] = {[HTTP_POST] = "POST",
		[HTTP_PUT] = "PUT",
		[HTTP_PATCH] = "PATCH",
		[HTTP_DELETE] = "DELETE"};
	bool has_body =
		request->body || (request->method != HTTP_GET && request->method != HTTP_DELETE);

	SET(client, CURLOPT_POSTFIELDS, request->body ? request->body : "");
	SET(client, CURLOPT_POSTFIELDSIZE_LARGE,
		(curl_off_t)(request->body ? request->body_length : 0));
	if (!has_body)
		SET(client, CURLOPT_HTTPGET, 1L);
	SET(client, CURLOPT_CUSTOMREQUEST, names[request->method]);
}

static bool
set_request(struct transfer *transfer, struct curl_slist **headers)
{
	const struct http_request *request = transfer->request;
	struct http_client *client = transfer->client;

	if (!set_headers(transfer, headers))
		return false;
	set_method(client, request);
	SET(client, CURLOPT_URL, arena_printf(client->call, "%s%s", client->url, request->target));
	SET(client, CURLOPT_ACCEPT_ENCODING, request->line.read ? NULL : "");
	SET(client, CURLOPT_TIMEOUT_MS, (long)(request->timeout / CLOCK_MILLISECOND));
	SET(client, CURLOPT_PREREQDATA, transfer);
	SET(client, CURLOPT_HEADERDATA, transfer);
	SET(client, CURLOPT_WRITEDATA, transfer);
	return client->refused == 0 ||
	       error_set(transfer->error, ERROR_INVALID, "libcurl does not take the target %s",
		       request->target);
}

static bool
explain(const struct transfer *transfer, CURLcode code)
{
	const struct http_client *client = transfer->client;
	enum error_kind kind = ERROR_TRANSIENT;

	if (transfer->failed)
		return error_wrap(transfer->error, "%s", client->url);
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		kind = ERROR_DENIED;
	else if (code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CACERT_BADFILE ||
		 code == CURLE_URL_MALFORMAT)
		kind = ERROR_INVALID;
	return error_set(transfer->error, kind, "%s: %s", client->url,
		*client->words ? client->words : curl_easy_strerror(code));
}

/* Works on the call until it has come to its end. */
static bool
drive(const struct transfer *transfer)
{
	struct http_client *client = transfer->client;

	for (;;) {
		int64_t left;
		int count;
		const CURLMsg *message;

		if (atomic_load(&client->aborted))
			return error_set(transfer->error, ERROR_TRANSIENT,
				"%s: the call was given up", client->url);
		if (curl_multi_perform(client->multi, &count) != CURLM_OK)
			return error_set(
				transfer->error, ERROR_BUG, "%s: libcurl gave up", client->url);
		message = curl_multi_info_read(client->multi, &count);
		if (message)
			return message->data.result == CURLE_OK ||
			       explain(transfer, message->data.result);
		left = transfer->heard + transfer->request->stall - clock_monotonic();
		if (left <= 0)
			return error_set(transfer->error, ERROR_TRANSIENT,
				"%s: silent for too long", client->url);
		left = left / CLOCK_MILLISECOND + 1;
		curl_multi_poll(client->multi, NULL, 0,
			left < LONGEST_POLL ? (int)left : LONGEST_POLL, NULL);
	}
}

/* libcurl is content with what calls itself HTTP and has no status. */
static bool
has_answered(const struct transfer *transfer)
{
	return transfer->response->status >= 200 ||
	       error_set(transfer->error, ERROR_TRANSIENT, "%s: what came is no answer in HTTP",
		       transfer->client->url);
}

/* The values of all headers of one name, joined; NULL where there is none. */
static char *
values_of(const struct http_client *client, const char *name)
{
	CLEANUP(buffer_dispose) struct buffer values;
	struct curl_header *found;

	buffer_init(&values, HEADERS_SIZE);
	for (size_t i = 0;
		curl_easy_header(client->easy, name, i, CURLH_HEADER, -1, &found) == CURLHE_OK;
		i++) {
		buffer_append_text(&values, i > 0 ? ", " : "");
		buffer_append_text(&values, found->value);
		if (i + 1 >= found->amount)
			return buffer_take(&values);
	}
	return NULL;
}

static void
note_wanted(struct transfer *transfer)
{
	const char *const *wanted = transfer->request->wanted;

	for (size_t i = 0; wanted && wanted[i] && i < HTTP_WANTED; i++)
		transfer->response->headers[i] = values_of(transfer->client, wanted[i]);
}

static void
note_answer(struct http_client *client, struct http_response *response)
{
	curl_off_t seconds = 0;
	struct curl_header *date;

	curl_easy_getinfo(client->easy, CURLINFO_RETRY_AFTER, &seconds);
	if (seconds > 0 && seconds <= INT64_MAX / CLOCK_SECOND)
		response->retry_after = seconds * CLOCK_SECOND;
	if (curl_easy_header(client->easy, "Date", 0, CURLH_HEADER, -1, &date) != CURLHE_OK)
		return;
	response->date = curl_getdate(date->value, NULL);
	if (response->date < 0)
		response->date = 0;
}

bool
http_client_call(struct http_client *client, const struct http_request *request,
	struct http_response *response, struct error *error)
{
	struct transfer transfer = {client, request, response, error, .heard = clock_monotonic()};
	struct curl_slist *headers = NULL;
	bool done;

	*response = (struct http_response){0};
	buffer_init(&response->body, request->limit);
	lines_init(&transfer.lines, request->line, request->limit);
	client->words[0] = '\0';
	done = set_request(&transfer, &headers);
	if (done) {
		curl_multi_add_handle(client->multi, client->easy);
		done = drive(&transfer) && has_answered(&transfer);
		note_answer(client, response);
		note_wanted(&transfer);
		curl_multi_remove_handle(client->multi, client->easy);
	}
	curl_slist_free_all(headers);
	arena_reset(client->call);
	lines_dispose(&transfer.lines);
	return done;
}
