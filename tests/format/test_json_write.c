/* JSON values as text again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "format/json_write.h"

static void
a_value_is_written_as_it_was_read(void **state)
{
	static const char *const texts[] = {"null", "true", "false", "\"\"", "[]", "{}",
		"[1,[2,{}]]", "123456789012345678901234567890", "1.50",
		"{\"a\":{\"b\":[null,\"c\"]},\"d\":false}",
		"{\"a\\\"b\":\"line\\nbreak, \xc3\xa4\"}"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct arena *arena CLEANUP(arena_cleanup) = arena_new(64 * 1024);
		struct buffer out CLEANUP(buffer_dispose);

		buffer_init(&out, 1024);
		json_write(arena,
			json_parse(arena, texts[i], strlen(texts[i]), &json_file_limits, NULL),
			&out);
		assert_string_equal(buffer_text(&out), texts[i]);
	}
}

static void
what_is_absent_is_null(void **state)
{
	struct buffer out CLEANUP(buffer_dispose);

	(void)state;
	buffer_init(&out, 1024);
	json_write(NULL, NULL, &out);
	assert_string_equal(buffer_text(&out), "null");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_written_as_it_was_read),
		cmocka_unit_test(what_is_absent_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
