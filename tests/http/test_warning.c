#include "http/warning.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"

enum { MOST = 3 };

static void
the_texts_come_unquoted_and_in_order(void **state)
{
	static const struct {
		const char *header;
		const char *texts[MOST + 1];
	} rows[] = {
		{"", {NULL}},
		{"299 - \"one\"", {"one"}},
		{"299 - \"\"", {""}},
		{"299 - \"one, two\", 299 - \"three\"", {"one, two", "three"}},
		{"299 - \"a \\\"b\\\" \\\\\"", {"a \"b\" \\"}},
		{"299 - \"a\" \"Sat, 25 Aug 2012 23:34:45 GMT\", 199 x:1 \"b\"", {"a", "b"}},
		{"299 - \"open", {NULL}},
		{"299 - \"open\\\"", {NULL}},
		{"299 - \"a\" \"open", {"a"}},
		{"299 - a", {NULL}},
		{"\"", {NULL}},
		{"\"\"\"\"", {"", ""}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(SIZE_MAX);
		const char *const *texts = warning_texts(arena, rows[i].header);
		size_t count = 0;

		for (; rows[i].texts[count]; count++) {
			if (!texts[count])
				fail_msg("row %zu has only %zu", i, count);
			assert_string_equal(texts[count], rows[i].texts[count]);
		}
		if (texts[count])
			fail_msg("row %zu has %s, too", i, texts[count]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_texts_come_unquoted_and_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
