#include "kube/kube_client.h"

#include <inttypes.h>
#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "tests/http/fake_server.h"

struct fixture {
	struct fake_server server;
	struct kube_config config;
	struct kube_client *client;
	struct arena *arena;
	struct error error;
	struct buffer told; /* what the callbacks were told */
};

static void
begin(struct fixture *fixture, const struct fake_step *steps)
{
	*fixture = (struct fixture){.arena = arena_new(1000000)};
	fake_server_start(&fixture->server, steps);
	fixture->config.server.url = fixture->server.url;
	fixture->client = kube_client_new(&fixture->config, NULL);
	buffer_init(&fixture->told, 100000);
}

static void
end(struct fixture *fixture)
{
	kube_client_free(fixture->client);
	fake_server_stop(&fixture->server);
	assert_int_equal(fixture->server.unexpected, 0);
	assert_null(fixture->server.steps[fixture->server.served].expects);
	buffer_dispose(&fixture->told);
	arena_free(fixture->arena);
}

static void
an_object_comes_as_its_tree(void **state)
{
	static const struct fake_step steps[] = {
		{"GET /api/v1/x HTTP", FAKE_OK "{\"kind\":\"X\"}", FAKE_CLOSE, true}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_string_equal(
		json_member_text(
			kube_client_get(fixture.arena, fixture.client, "/api/v1/x", NULL), "kind"),
		"X");
	assert_int_equal(kube_client_status(fixture.client), 200);
	end(&fixture);
}

static void
answers_other_than_200_become_errors_of_their_kind(void **state)
{
	static const struct {
		const char *reply;
		int status;
		enum error_kind kind;
		int64_t retry_after;
		const char *words;
	} rows[] = {
		{FAKE_STATUS("401 Unauthorized", "401", "Unauthorized"), 401, ERROR_DENIED, 0,
			"Unauthorized"},
		{FAKE_STATUS("403 Forbidden", "403", "may not list"), 403, ERROR_DENIED, 0,
			"may not list"},
		{FAKE_STATUS("404 Not Found", "404", "no vpcs"), 404, ERROR_NOT_FOUND, 0,
			"no vpcs"},
		{FAKE_HEAD("404 Not Found") "\r\n404 page not found\n", 404, ERROR_NOT_FOUND, 0,
			"404"},
		{FAKE_STATUS("409 Conflict", "409", "changed"), 409, ERROR_CONFLICT, 0, "changed"},
		{FAKE_STATUS("410 Gone", "410", "too old"), 410, ERROR_NOT_FOUND, 0, "too old"},
		{FAKE_STATUS("422 Unprocessable", "422", "wrong"), 422, ERROR_INVALID, 0, "wrong"},
		{FAKE_HEAD("429 Too Many") "Retry-After: 3\r\n\r\n{}", 429, ERROR_TRANSIENT,
			3 * CLOCK_SECOND, "429"},
		{FAKE_HEAD("500 Error") "\r\n{\"details\":{\"retryAfterSeconds\":4}}", 500,
			ERROR_TRANSIENT, 4 * CLOCK_SECOND, "500"},
		{FAKE_HEAD("503 Away") "\r\n", 503, ERROR_TRANSIENT, 0, "503"},
		{FAKE_HEAD("302 Found") "Location: /x\r\n\r\n", 302, ERROR_INVALID, 0, "302"},
		{FAKE_OK "<html>", 200, ERROR_INVALID, 0, "answer of the API server"},
		{FAKE_OK, 200, ERROR_INVALID, 0, "answer of the API server"},
		{"", 0, ERROR_TRANSIENT, 0, "127.0.0.1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct fake_step steps[] = {{"GET", rows[i].reply, FAKE_CLOSE, false}, {0}};
		struct fixture fixture;

		begin(&fixture, steps);
		assert_null(kube_client_get(fixture.arena, fixture.client, "/x", &fixture.error));
		if (kube_client_status(fixture.client) != rows[i].status ||
			fixture.error.kind != rows[i].kind ||
			kube_client_retry_after(fixture.client) != rows[i].retry_after ||
			!strstr(fixture.error.message, rows[i].words))
			fail_msg("row %zu: %d %s", i, kube_client_status(fixture.client),
				fixture.error.message);
		end(&fixture);
	}
}

static void
a_write_tells_what_is_known_of_its_outcome(void **state)
{
	static const struct {
		const char *name;
		const char *reply;
		int status;
		enum kube_outcome outcome;
		enum error_kind kind;
		enum fake_end end;
	} rows[] = {
		{"done", FAKE_OK "{}", 200, KUBE_DONE, ERROR_NONE, FAKE_CLOSE},
		{"created", FAKE_HEAD("201 Created") "\r\n{}", 201, KUBE_DONE, ERROR_NONE,
			FAKE_CLOSE},
		{"accepted", FAKE_HEAD("202 Accepted") "\r\n{}", 202, KUBE_DONE, ERROR_NONE,
			FAKE_CLOSE},
		{"done, in other words", FAKE_OK "<html>", 200, KUBE_DONE, ERROR_INVALID,
			FAKE_CLOSE},
		{"not found", FAKE_STATUS("404 Not Found", "404", "no"), 404, KUBE_REFUSED,
			ERROR_NOT_FOUND, FAKE_CLOSE},
		{"conflict", FAKE_STATUS("409 Conflict", "409", "changed"), 409, KUBE_REFUSED,
			ERROR_CONFLICT, FAKE_CLOSE},
		{"invalid", FAKE_STATUS("422 Invalid", "422", "no"), 422, KUBE_REFUSED,
			ERROR_INVALID, FAKE_CLOSE},
		{"throttled", FAKE_STATUS("429 Too Many", "429", "slow"), 429, KUBE_REFUSED,
			ERROR_TRANSIENT, FAKE_CLOSE},
		{"etcd timed out", FAKE_STATUS("500 Error", "500", "etcd"), 500, KUBE_UNKNOWN,
			ERROR_TRANSIENT, FAKE_CLOSE},
		{"timed out", FAKE_STATUS("504 Timeout", "504", "oh"), 504, KUBE_UNKNOWN,
			ERROR_TRANSIENT, FAKE_CLOSE},
		{"out of time", FAKE_STATUS("408 Timeout", "408", "oh"), 408, KUBE_UNKNOWN,
			ERROR_TRANSIENT, FAKE_CLOSE},
		{"cut before the answer", "", 0, KUBE_UNKNOWN, ERROR_TRANSIENT, FAKE_CLOSE},
		{"reset before the answer", "", 0, KUBE_UNKNOWN, ERROR_TRANSIENT, FAKE_RESET},
		{"silent", "", 0, KUBE_UNKNOWN, ERROR_TRANSIENT, FAKE_HOLD},
		{"cut in the status line", "HTTP/1.1 2", 0, KUBE_UNKNOWN, ERROR_TRANSIENT,
			FAKE_CLOSE},
		{"cut in the headers", "HTTP/1.1 200 OK\r\nContent-", 0, KUBE_UNKNOWN,
			ERROR_TRANSIENT, FAKE_RESET},
		{"cut in the body", FAKE_KEPT("99") "{", 0, KUBE_UNKNOWN, ERROR_TRANSIENT,
			FAKE_CLOSE},
		{"silent in the body", FAKE_KEPT("99") "{", 0, KUBE_UNKNOWN, ERROR_TRANSIENT,
			FAKE_HOLD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct fake_step steps[] = {
			{"PUT /x HTTP", rows[i].reply, rows[i].end, false}, {0}};
		struct kube_call call = {.method = HTTP_PUT,
			.target = "/x",
			.body = "{\"a\":1}",
			.timeout = 300 * CLOCK_MILLISECOND};
		struct fixture fixture;
		bool done;

		begin(&fixture, steps);
		done = kube_client_call(fixture.arena, fixture.client, &call, &fixture.error);
		if (done != (rows[i].kind == ERROR_NONE) || fixture.error.kind != rows[i].kind ||
			kube_client_status(fixture.client) != rows[i].status ||
			kube_client_outcome(fixture.client) != rows[i].outcome)
			fail_msg("%s: %d %d %s", rows[i].name, kube_client_status(fixture.client),
				(int)kube_client_outcome(fixture.client), fixture.error.message);
		if (rows[i].end == FAKE_HOLD)
			assert_non_null(strstr(fixture.error.message, "timed out"));
		end(&fixture);
		assert_non_null(strstr(fixture.server.last, "\r\n\r\n{\"a\":1}"));
	}
}

static void
a_patch_is_a_merge_or_an_apply(void **state)
{
	static const struct fake_step steps[] = {
		{"PATCH /x HTTP", FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	static const char *const types[] = {"Content-Type: application/merge-patch+json\r\n",
		"Content-Type: application/apply-patch+yaml\r\n"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct kube_call call = {
			.method = HTTP_PATCH, .target = "/x", .body = "{}", .apply = i == 1};
		struct fixture fixture;

		begin(&fixture, steps);
		assert_non_null(
			kube_client_call(fixture.arena, fixture.client, &call, &fixture.error));
		end(&fixture);
		assert_non_null(strstr(fixture.server.last, types[i]));
	}
}

/* Each call says what belongs to its own answer. */
static void
date_and_reason_are_those_of_the_last_call(void **state)
{
	static const struct fake_step steps[] = {
		{"POST /x HTTP",
			FAKE_HEAD("404 Not Found") "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n"
						   "{\"reason\":\"NotFound\"}",
			FAKE_CLOSE, false},
		{"DELETE /x HTTP", "", FAKE_CLOSE, false},
		{"GET /x HTTP", FAKE_HEAD("404 Not Found") "\r\n404 page not found", FAKE_CLOSE,
			false},
		{0},
	};
	static const struct {
		struct kube_call call;
		int64_t date;
		const char *reason;
	} rows[] = {
		{{.method = HTTP_POST, .target = "/x", .body = "{}"}, 784111777, "NotFound"},
		{{.method = HTTP_DELETE, .target = "/x"}, 0, ""},
		{{.method = HTTP_GET, .target = "/x"}, 0, ""},
	};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_null(kube_client_call(
			fixture.arena, fixture.client, &rows[i].call, &fixture.error));
		assert_int_equal(kube_client_date(fixture.client), rows[i].date);
		assert_string_equal(kube_client_reason(fixture.client), rows[i].reason);
	}
	end(&fixture);
}

static void
warnings_are_those_of_the_last_answer(void **state)
{
	static const struct fake_step steps[] = {
		{"GET /a",
			FAKE_HEAD("200 OK") "Warning: 299 - \"one, \\\"two\\\" \\\\\"\r\n"
					    "X-Other: \"no\"\r\nwarning: 299 - \"three\" "
					    "\"Sat, 25 Aug 2012 23:34:45 GMT\", 299 a \"\"\r\n"
					    "\r\n{}",
			FAKE_CLOSE, false},
		{"GET /b", FAKE_HEAD("403 No") "Warning: 299 - \"denied\"\r\n\r\n{}", FAKE_CLOSE,
			false},
		{"GET /c", FAKE_HEAD("200 OK") "Warning: 299 - \"open\r\n\r\n{}", FAKE_CLOSE,
			false},
		{"GET /d", FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	static const char *const expected[][4] = {
		{"one, \"two\" \\", "three", "", NULL}, {"denied", NULL}, {NULL}, {NULL}};
	static const char *const targets[] = {"/a", "/b", "/c", "/d"};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		const char *const *warnings;

		kube_client_get(fixture.arena, fixture.client, targets[i], NULL);
		warnings = kube_client_warnings(fixture.arena, fixture.client);
		for (size_t k = 0; expected[i][k]; k++, warnings++) {
			assert_non_null(*warnings);
			assert_string_equal(*warnings, expected[i][k]);
		}
		assert_null(*warnings);
	}
	end(&fixture);
}

static void
a_version_is_a_number_without_leading_zeros(void **state)
{
	static const struct {
		const char *text;
		uint64_t version; /* 0: none */
	} rows[] = {
		{"{\"metadata\":{\"resourceVersion\":\"1\"}}", 1},
		{"{\"metadata\":{\"resourceVersion\":\"18446744073709551614\"}}", UINT64_MAX - 1},
		{"{\"metadata\":{\"resourceVersion\":\"18446744073709551615\"}}", 0},
		{"{\"metadata\":{\"resourceVersion\":\"99999999999999999999\"}}", 0},
		{"{\"metadata\":{\"resourceVersion\":\"0\"}}", 0},
		{"{\"metadata\":{\"resourceVersion\":\"01\"}}", 0},
		{"{\"metadata\":{\"resourceVersion\":\"\"}}", 0},
		{"{\"metadata\":{\"resourceVersion\":\" 1\"}}", 0},
		{"{\"metadata\":{\"resourceVersion\":\"+1\"}}", 0},
		{"{\"metadata\":{\"resourceVersion\":\"1a\"}}", 0},
		{"{\"metadata\":{\"resourceVersion\":1}}", 0},
		{"{\"metadata\":{}}", 0},
		{"{}", 0},
		{"7", 0},
	};
	static const struct json_limits limits = {.bytes = 1000, .depth = 9, .values = 99};
	struct arena *arena = arena_new(100000);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct json *object =
			json_parse(arena, rows[i].text, strlen(rows[i].text), &limits, NULL);
		uint64_t version = 0;

		assert_non_null(object);
		if (kube_version_number(object, &version) != (rows[i].version != 0) ||
			version != rows[i].version)
			fail_msg("row %zu: %" PRIu64, i, version);
	}
	assert_false(kube_version_number(NULL, &(uint64_t){0}));
	arena_free(arena);
}

static void
write_token(const char *path, const char *token)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(token, file);
	fclose(file);
}

static void
a_token_file_is_read_again_after_the_lifetime(void **state)
{
	static const struct fake_step steps[] = {
		{"Authorization: Bearer first\r\n", FAKE_OK "{}", FAKE_CLOSE, false},
		{"Authorization: Bearer first\r\n", FAKE_OK "{}", FAKE_CLOSE, false},
		{"Authorization: Bearer second\r\n", FAKE_OK "{}", FAKE_CLOSE, false},
		{"Authorization: Bearer second\r\n", FAKE_OK "{}", FAKE_CLOSE, false},
		{0},
	};
	char path[] = "/tmp/test_kube_client.XXXXXX";
	struct fixture fixture;

	(void)state;
	close(mkstemp(path));
	begin(&fixture, steps);
	fixture.config.token = "not this";
	fixture.config.token_file = path;
	fixture.config.token_lifetime = 3600 * CLOCK_SECOND;
	assert_null(kube_client_get(fixture.arena, fixture.client, "/x", &fixture.error));
	assert_non_null(strstr(fixture.error.message, "empty"));
	write_token(path, " first\n");
	assert_non_null(kube_client_get(fixture.arena, fixture.client, "/x", NULL));
	write_token(path, "second");
	assert_non_null(kube_client_get(fixture.arena, fixture.client, "/x", NULL));
	fixture.config.token_lifetime = 0;
	assert_non_null(kube_client_get(fixture.arena, fixture.client, "/x", NULL));
	unlink(path); /* the token goes on until the server refuses it */
	assert_non_null(kube_client_get(fixture.arena, fixture.client, "/x", NULL));
	end(&fixture);
}

static const struct kube_collection collection = {
	"/apis/g/v1/things", "fieldSelector=metadata.name%3Da"};

static void
on_item(void *context, const struct json *object)
{
	struct fixture *fixture = context;

	buffer_printf(&fixture->told, "%s ", json_member_text(object, "id"));
}

static bool
list(struct fixture *fixture, uint64_t *version)
{
	fixture->error = (struct error){0};
	return kube_client_list(
		fixture->client, &collection, on_item, fixture, version, &fixture->error);
}

static void
a_list_comes_in_pages(void **state)
{
	static const struct fake_step steps[] = {
		{"GET /apis/g/v1/things?fieldSelector=metadata.name%3Da&limit=500 HTTP",
			FAKE_OK "{\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"a+b/"
				"c==\"},\"items\":[{\"id\":\"one\"},{\"id\":\"two\"}]}",
			FAKE_CLOSE, false},
		{"&limit=500&continue=a%2Bb%2Fc%3D%3D HTTP",
			FAKE_OK "{\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"\"},"
				"\"items\":[{\"id\":\"three\"}]}",
			FAKE_CLOSE, true},
		{"&limit=500 HTTP",
			FAKE_OK "{\"metadata\":{\"resourceVersion\":\"8\"},\"items\":null}",
			FAKE_CLOSE, false},
		{0},
	};
	uint64_t version;
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_true(list(&fixture, &version));
	assert_int_equal(version, 7);
	assert_string_equal(buffer_text(&fixture.told), "one two three ");
	assert_true(list(&fixture, &version));
	assert_int_equal(version, 8);
	end(&fixture);
}

static void
a_list_that_took_too_long_is_gone(void **state)
{
	static const struct fake_step steps[] = {
		{"limit",
			FAKE_OK "{\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"x\"},"
				"\"items\":[{\"id\":\"one\"}]}",
			FAKE_CLOSE, false},
		{"continue=x", FAKE_STATUS("410 Gone", "410", "expired"), FAKE_CLOSE, false},
		{0},
	};
	uint64_t version;
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_false(list(&fixture, &version));
	assert_int_equal(kube_client_status(fixture.client), 410);
	assert_non_null(strstr(fixture.error.message, "/apis/g/v1/things: "));
	end(&fixture);
}

static void
a_page_that_is_too_large_is_asked_for_in_halves(void **state)
{
	static const char end_of_page[] = "\"}]}";
	char *page = malloc(17 * 1024 * 1024);
	struct fake_step steps[] = {
		{"limit=500 HTTP", page, FAKE_CLOSE, false},
		{"limit=250 HTTP",
			FAKE_OK
			"{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[{\"id\":\"one\"}]}",
			FAKE_CLOSE, false},
		{0},
	};
	int length;
	uint64_t version;
	struct fixture fixture;

	(void)state;
	length = snprintf(page, 1000, "%s",
		FAKE_OK "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[{\"id\":\"");
	memset(page + length, 'x', 17 * 1024 * 1024 - (size_t)length);
	memcpy(page + 17 * 1024 * 1024 - sizeof end_of_page, end_of_page, sizeof end_of_page);
	begin(&fixture, steps);
	assert_true(list(&fixture, &version));
	assert_string_equal(buffer_text(&fixture.told), "one ");
	end(&fixture);
	free(page);
}

static void
a_list_without_a_version_is_refused(void **state)
{
	static const char *const replies[] = {"{}", "[]", "{\"metadata\":{}}",
		"{\"metadata\":{\"resourceVersion\":\"\"}}",
		"{\"metadata\":{\"resourceVersion\":\"a7\"}}",
		"{\"metadata\":{\"resourceVersion\":7}}",
		"{\"metadata\":{\"resourceVersion\":\"0\"}}",
		"{\"metadata\":{\"resourceVersion\":\"07\"}}",
		"{\"metadata\":{\"resourceVersion\":\"-7\"}}",
		"{\"metadata\":{\"resourceVersion\":\"18446744073709551615\"}}"};

	(void)state;
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		char reply[1000];
		const struct fake_step steps[] = {{"limit", reply, FAKE_CLOSE, false}, {0}};
		uint64_t version;
		struct fixture fixture;

		snprintf(reply, sizeof reply, "%s%s", FAKE_OK, replies[i]);
		begin(&fixture, steps);
		assert_false(list(&fixture, &version));
		assert_int_equal(fixture.error.kind, ERROR_INVALID);
		end(&fixture);
	}
}

enum { PAGES = 200, PAGE_OBJECTS = 500, OBJECT_TEXT = 200 };

struct memory {
	int objects;
	size_t first_page; /* the most that was allocated while it was read */
	size_t later_pages;
};

static void
on_measured_item(void *context, const struct json *object)
{
	struct memory *memory = context;
	struct mallinfo2 information = mallinfo2();
	size_t used = information.uordblks + information.hblkhd;
	size_t *most = memory->objects < PAGE_OBJECTS ? &memory->first_page : &memory->later_pages;

	assert_non_null(json_member_text(object, "text"));
	if (used > *most)
		*most = used;
	memory->objects++;
}

static char *
write_page(const char *next)
{
	size_t size = 1000 + (size_t)PAGE_OBJECTS * (OBJECT_TEXT + 100);
	char *page = malloc(size);
	int length = snprintf(page, size,
		FAKE_OK "{\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"%s\"},\"items\":[",
		next);

	for (int i = 0; i < PAGE_OBJECTS; i++)
		length += snprintf(page + length, size - (size_t)length, "%s{\"text\":\"%0*d\"}",
			i ? "," : "", OBJECT_TEXT, i);
	snprintf(page + length, size - (size_t)length, "]}");
	return page;
}

/* What is allocated while the later pages are read is what the first one took, however many there
 * are. (Sanitizers allocate elsewhere: then nothing is seen.) */
static void
the_memory_of_a_long_list_is_that_of_a_page(void **state)
{
	static struct fake_step steps[PAGES + 1];
	char *middle = write_page("next"), *last = write_page("");
	struct memory memory = {0};
	uint64_t version;
	struct fixture fixture;

	(void)state;
	for (int i = 0; i < PAGES; i++)
		steps[i] = (struct fake_step){i ? "&continue=next HTTP" : "limit=500 HTTP",
			i < PAGES - 1 ? middle : last, FAKE_CLOSE, false};
	begin(&fixture, steps);
	assert_true(kube_client_list(
		fixture.client, &collection, on_measured_item, &memory, &version, NULL));
	assert_int_equal(memory.objects, PAGES * PAGE_OBJECTS);
	assert_true(memory.later_pages <= memory.first_page + memory.first_page / 2);
	end(&fixture);
	free(middle);
	free(last);
}

static void
on_open(void *context)
{
	struct fixture *fixture = context;

	buffer_append_text(&fixture->told, "open ");
}

static void
on_event(void *context, enum kube_event event, const struct json *object)
{
	struct fixture *fixture = context;

	buffer_printf(&fixture->told, "%d:%s ", event, json_member_text(object, "id"));
}

#define EVENT(type, id, version)                                                                   \
	"{\"type\":\"" type "\",\"object\":{\"id\":\"" id                                          \
	"\",\"metadata\":{\"resourceVersion\":\"" version "\"}}}\n"
#define ERROR_EVENT                                                                                \
	"{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"message\":\"too "      \
	"old\"}}\n"

static void
a_watch_tells_events_and_moves_the_version(void **state)
{
	static const struct {
		const char *name;
		struct fake_step step;
		bool done;
		int status;
		enum error_kind kind;
		uint64_t version;
		const char *told;
	} rows[] = {
		{"peaceful end",
			{"&watch=true&allowWatchBookmarks=true&timeoutSeconds=",
				FAKE_OK EVENT("ADDED", "a", "6") EVENT("MODIFIED", "a", "7")
					EVENT("DELETED", "a", "8") EVENT("BOOKMARK", "", "9"),
				FAKE_CLOSE, true},
			true, 200, ERROR_NONE, 9, "open 0:a 1:a 2:a 3: "},
		{"nothing", {"&resourceVersion=5 HTTP", FAKE_OK, FAKE_CLOSE, false}, true, 200,
			ERROR_NONE, 5, "open "},
		{"cut",
			{"watch",
				FAKE_HEAD("200 OK") "Content-Length: 999\r\n\r\n" EVENT(
					"ADDED", "a", "6"),
				FAKE_CLOSE, false},
			false, 0, ERROR_TRANSIENT, 6, "open 0:a "},
		{"reset",
			{"watch", FAKE_HEAD("200 OK") "Content-Length: 999\r\n\r\n", FAKE_RESET,
				false},
			false, 0, ERROR_TRANSIENT, 5, "open "},
		{"unfinished",
			{"watch", FAKE_OK EVENT("ADDED", "a", "6") "{\"type\":\"ADD", FAKE_CLOSE,
				false},
			true, 200, ERROR_NONE, 6, "open 0:a "},
		{"gone", {"watch", FAKE_STATUS("410 Gone", "410", "too old"), FAKE_CLOSE, false},
			false, 410, ERROR_NOT_FOUND, 5, ""},
		{"gone by event",
			{"watch", FAKE_OK EVENT("ADDED", "a", "6") ERROR_EVENT, FAKE_HOLD, false},
			false, 410, ERROR_NOT_FOUND, 6, "open 0:a "},
		{"error without a code",
			{"watch", FAKE_OK "{\"type\":\"ERROR\"}\n", FAKE_HOLD, false}, false, 500,
			ERROR_TRANSIENT, 5, "open "},
		{"garbage",
			{"watch", FAKE_OK EVENT("ADDED", "a", "6") "<html>\n", FAKE_HOLD, false},
			false, 0, ERROR_INVALID, 6, "open 0:a "},
		{"unknown type", {"watch", FAKE_OK EVENT("SURPRISE", "a", "6"), FAKE_HOLD, false},
			false, 0, ERROR_INVALID, 5, "open "},
		{"no version",
			{"watch", FAKE_OK "{\"type\":\"ADDED\",\"object\":{}}\n", FAKE_HOLD, false},
			false, 0, ERROR_INVALID, 5, "open "},
		{"denied", {"watch", FAKE_STATUS("403 Forbidden", "403", "no"), FAKE_CLOSE, false},
			false, 403, ERROR_DENIED, 5, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct fake_step steps[] = {rows[i].step, {0}};
		uint64_t version = 5;
		struct kube_watcher watcher = {on_open, on_event, NULL};
		struct fixture fixture;
		bool done;

		begin(&fixture, steps);
		watcher.context = &fixture;
		done = kube_client_watch(
			fixture.client, &collection, &watcher, &version, &fixture.error);
		if (done != rows[i].done || kube_client_status(fixture.client) != rows[i].status ||
			fixture.error.kind != rows[i].kind || version != rows[i].version ||
			strcmp(buffer_text(&fixture.told), rows[i].told) != 0)
			fail_msg("%s: %d, version %" PRIu64 ", %s, '%s'", rows[i].name,
				kube_client_status(fixture.client), version, fixture.error.message,
				buffer_text(&fixture.told));
		end(&fixture);
	}
}

/* Of a kind that nothing happens to no bookmark comes: the end of the watch is the sign of life. */
static void
a_watch_asks_to_be_ended_in_good_time(void **state)
{
	const struct fake_step steps[] = {{"watch", FAKE_OK, FAKE_CLOSE, false}, {0}};
	struct kube_watcher watcher = {on_open, on_event, NULL};
	uint64_t version = 5;
	struct fixture fixture;
	const char *seconds;

	(void)state;
	begin(&fixture, steps);
	watcher.context = &fixture;
	assert_true(
		kube_client_watch(fixture.client, &collection, &watcher, &version, &fixture.error));
	end(&fixture);
	seconds = strstr(fixture.server.last, "timeoutSeconds=");
	assert_non_null(seconds);
	assert_in_range(strtol(seconds + strlen("timeoutSeconds="), NULL, 10), 20, 35);
}

static void
a_line_without_an_end_is_exhausted(void **state)
{
	static const size_t size = 9 * 1024 * 1024;
	char *stream = malloc(size + 1);
	const struct fake_step steps[] = {{"watch", stream, FAKE_HOLD, false}, {0}};
	struct kube_watcher watcher = {on_open, on_event, NULL};
	uint64_t version = 5;
	struct fixture fixture;

	(void)state;
	memset(stream, 'x', size);
	stream[size] = '\0';
	memcpy(stream, FAKE_OK, strlen(FAKE_OK));
	begin(&fixture, steps);
	watcher.context = &fixture;
	assert_false(
		kube_client_watch(fixture.client, &collection, &watcher, &version, &fixture.error));
	assert_int_equal(fixture.error.kind, ERROR_EXHAUSTED);
	end(&fixture);
	free(stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_comes_as_its_tree),
		cmocka_unit_test(answers_other_than_200_become_errors_of_their_kind),
		cmocka_unit_test(a_write_tells_what_is_known_of_its_outcome),
		cmocka_unit_test(a_patch_is_a_merge_or_an_apply),
		cmocka_unit_test(date_and_reason_are_those_of_the_last_call),
		cmocka_unit_test(warnings_are_those_of_the_last_answer),
		cmocka_unit_test(a_version_is_a_number_without_leading_zeros),
		cmocka_unit_test(a_token_file_is_read_again_after_the_lifetime),
		cmocka_unit_test(a_list_comes_in_pages),
		cmocka_unit_test(a_list_that_took_too_long_is_gone),
		cmocka_unit_test(a_page_that_is_too_large_is_asked_for_in_halves),
		cmocka_unit_test(the_memory_of_a_long_list_is_that_of_a_page),
		cmocka_unit_test(a_list_without_a_version_is_refused),
		cmocka_unit_test(a_watch_tells_events_and_moves_the_version),
		cmocka_unit_test(a_watch_asks_to_be_ended_in_good_time),
		cmocka_unit_test(a_line_without_an_end_is_exhausted),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
