#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void
error_set_fills_kind_and_message_and_returns_false(void **state)
{
	struct error error = {0};

	(void)state;
	assert_false(error_set(&error, ERROR_CONFLICT, "%s overlaps %d", "a", 7));
	assert_int_equal(error.kind, ERROR_CONFLICT);
	assert_string_equal(error.message, "a overlaps 7");
}

static void
error_wrap_puts_context_before_the_message_and_keeps_the_kind(void **state)
{
	struct error error = {0};

	(void)state;
	error_set(&error, ERROR_NOT_FOUND, "no such file");
	assert_false(error_wrap(&error, "policy %s", "p.yaml"));
	assert_string_equal(error.message, "policy p.yaml: no such file");
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
}

static void
error_message_is_cut_at_its_end(void **state)
{
	char longest[2 * sizeof((struct error *)0)->message];
	struct error error = {0};

	(void)state;
	memset(longest, 'x', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	error_set(&error, ERROR_INVALID, "%s", longest);
	assert_int_equal(strlen(error.message), sizeof error.message - 1);
	error_wrap(&error, "here");
	assert_memory_equal(error.message, "here: xxx", 9);
	assert_int_equal(strlen(error.message), sizeof error.message - 1);
	error_wrap(&error, "%s", longest);
	assert_int_equal(strlen(error.message), sizeof error.message - 1);
}

static void
error_may_be_null(void **state)
{
	(void)state;
	assert_false(error_set(NULL, ERROR_BUG, "x"));
	assert_false(error_wrap(NULL, "x"));
}

static void
every_kind_says_what_it_means_to_the_outside(void **state)
{
	static const struct {
		enum error_kind kind;
		const char *name;
		int http;
		int exit;
		bool retry;
	} rows[] = {
		{ERROR_NONE, "none", 200, 0, false},
		{ERROR_INVALID, "invalid", 422, 2, false},
		{ERROR_CONFLICT, "conflict", 409, 1, false},
		{ERROR_DENIED, "denied", 403, 2, false},
		{ERROR_NOT_FOUND, "not-found", 404, 2, false},
		{ERROR_TRANSIENT, "transient", 503, 2, true},
		{ERROR_EXHAUSTED, "exhausted", 413, 2, false},
		{ERROR_BUG, "bug", 500, 2, false},
	};

	(void)state;
	assert_int_equal(sizeof rows / sizeof *rows, ERROR_KINDS);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_string_equal(error_kind_name(rows[i].kind), rows[i].name);
		assert_int_equal(error_http_status(rows[i].kind), rows[i].http);
		assert_int_equal(error_exit_status(rows[i].kind), rows[i].exit);
		assert_int_equal(error_is_worth_retrying(rows[i].kind), rows[i].retry);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_set_fills_kind_and_message_and_returns_false),
		cmocka_unit_test(error_wrap_puts_context_before_the_message_and_keeps_the_kind),
		cmocka_unit_test(error_message_is_cut_at_its_end),
		cmocka_unit_test(error_may_be_null),
		cmocka_unit_test(every_kind_says_what_it_means_to_the_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
