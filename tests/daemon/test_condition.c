#include "daemon/condition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#define NOW (INT64_C(1767323045) * CLOCK_SECOND) /* 2026-01-02T03:04:05Z */
#define HEAD                                                                                       \
	"\"kind\":\"X\",\"metadata\":{\"name\":\"a\",\"generation\":3,\"resourceVersion\":\"9\"}," \
	"\"spec\":{\"n\":12345678901234567890},"
#define AT(time) "\"lastTransitionTime\":\"" time "\",\"observedGeneration\":3}"
#define READY(time)                                                                                \
	"{\"type\":\"Ready\",\"status\":\"True\",\"reason\":\"Ready\",\"message\":\"good\"," AT(   \
		time)
#define ERROR(time)                                                                                \
	"{\"type\":\"Error\",\"status\":\"True\",\"reason\":\"Bad\",\"message\":\"very\"," AT(time)
#define THEN "2025-01-01T00:00:00Z"
#define THIS "2026-01-02T03:04:05Z"

static const struct condition_status good = {"pcx-1", "active", "Ready", "Ready", "good"};
static const struct condition_status bad = {NULL, "Error", "Error", "Bad", "very"};
static const struct condition_status working = {"", "initiating-request", NULL, NULL, NULL};
static const struct condition_status only_id = {.id = "pcx-2"};

static void
a_status_is_written_where_it_differs_and_keeps_what_is_not_its_own(void **state)
{
	static const struct {
		const char *name;
		const char *before;
		const struct condition_status *wanted;
		const char *after; /* NULL: nothing is written */
	} rows[] = {
		{"first", "{}", &good,
			"{\"id\":\"pcx-1\",\"conditions\":[" READY(THIS) "],\"state\":\"active\"}"},
		{"the same",
			"{\"state\":\"active\",\"conditions\":[" READY(THEN) "],\"id\":\"pcx-1\"}",
			&good, NULL},
		{"an older generation",
			"{\"state\":\"active\",\"conditions\":[{\"type\":\"Ready\",\"status\":"
			"\"True\",\"reason\":\"Ready\",\"message\":\"good\",\"lastTransitionTime\":"
			"\"" THEN "\",\"observedGeneration\":2}],\"id\":\"pcx-1\"}",
			&good,
			"{\"id\":\"pcx-1\",\"conditions\":[" READY(THEN) "],\"state\":\"active\"}"},
		{"another type",
			"{\"conditions\":[" READY(THEN) "],\"id\":\"pcx-1\",\"state\":\"active\"}",
			&bad,
			"{\"id\":\"pcx-1\",\"conditions\":[" ERROR(THIS) "],\"state\":\"Error\"}"},
		{"both types, one too many",
			"{\"conditions\":[" READY(THEN) "," ERROR(THEN) "],\"state\":\"Error\"}",
			&bad, "{\"conditions\":[" ERROR(THEN) "],\"state\":\"Error\"}"},
		{"under way",
			"{\"conditions\":[" ERROR(
				THEN) ",{\"type\":\"Other\"}],\"state\":\"Error\",\"x\":1}",
			&working,
			"{\"x\":1,\"conditions\":[{\"type\":\"Other\"}],\"state\":"
			"\"initiating-request\"}"},
		{"still under way", "{\"state\":\"initiating-request\"}", &working, NULL},
		{"an id alone", "{\"conditions\":[" ERROR(THEN) "],\"state\":\"Error\"}", &only_id,
			"{\"conditions\":[" ERROR(THEN) "],\"state\":\"Error\",\"id\":\"pcx-2\"}"},
		{"the id that is there", "{\"id\":\"pcx-2\"}", &only_id, NULL},
	};
	struct arena *arena = arena_new(1000000);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *text = arena_printf(arena, "{" HEAD "\"status\":%s}", rows[i].before);
		const char *after = arena_printf(
			arena, "{" HEAD "\"status\":%s}", rows[i].after ? rows[i].after : "");
		struct buffer out;
		bool written;

		buffer_init(&out, 100000);
		written = condition_apply(arena,
			json_parse(arena, text, strlen(text), &json_request_limits, NULL),
			rows[i].wanted, NOW, &out);
		if (written != (rows[i].after != NULL) ||
			(written && strcmp(buffer_text(&out), after) != 0))
			fail_msg("%s: %s", rows[i].name, buffer_text(&out));
		buffer_dispose(&out);
	}
	arena_free(arena);
}

static void
a_message_that_is_too_long_is_cut_between_characters(void **state)
{
	enum { LIMIT = 32 * 1024, SIZE = LIMIT + 100 };
	struct arena *arena = arena_new(10000000);
	struct condition_status long_one = bad;
	const struct json *object = json_parse(arena, "{}", 2, &json_request_limits, NULL);
	const struct json *written;
	char message[SIZE] = "";
	struct buffer out;

	(void)state;
	memset(message, 'a', SIZE - 1);
	memcpy(message + LIMIT - 1, "\xc3\xa4", 2);
	long_one.message = message;
	buffer_init(&out, 100000);
	assert_true(condition_apply(arena, object, &long_one, NOW, &out));
	written = json_parse(arena, buffer_text(&out), out.length, &json_request_limits, NULL);
	assert_int_equal(strlen(json_text(json_nearest(written, "status.conditions[0].message"))),
		LIMIT - 1);
	buffer_clear(&out);
	assert_false(condition_apply(arena, written, &long_one, NOW, &out));
	buffer_dispose(&out);
	arena_free(arena);
}

static void
what_is_stored_is_told(void **state)
{
	static const char text[] = "{\"status\":{\"id\":\"i\",\"state\":\"s\",\"conditions\":["
				   "{\"type\":\"Error\",\"status\":\"True\"},"
				   "{\"type\":\"Ready\",\"status\":\"False\"}]}}";
	struct arena *arena = arena_new(1000000);
	const struct json *object =
		json_parse(arena, text, sizeof text - 1, &json_request_limits, NULL);

	(void)state;
	assert_string_equal(condition_id(object), "i");
	assert_string_equal(condition_state(object), "s");
	assert_true(condition_is(object, "Error"));
	assert_false(condition_is(object, "Ready"));
	assert_string_equal(condition_id(NULL), "");
	assert_string_equal(condition_state(NULL), "");
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_status_is_written_where_it_differs_and_keeps_what_is_not_its_own),
		cmocka_unit_test(a_message_that_is_too_long_is_cut_between_characters),
		cmocka_unit_test(what_is_stored_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
