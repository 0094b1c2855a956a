#include "cloud/aws_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void
taken_keys_are_wiped_where_they_were(void **state)
{
	struct arena *arena = arena_new(10000);
	const struct aws_keys from = {.id = arena_text(arena, "AKIA1"),
		.secret = arena_text(arena, "secret"),
		.token = arena_text(arena, "token"),
		.expires = 7,
		.account = "111122223333"};
	struct aws_keys to;

	(void)state;
	aws_keys_take(&to, &from);
	assert_string_equal(to.id, "AKIA1");
	assert_string_equal(to.secret, "secret");
	assert_string_equal(to.token, "token");
	assert_string_equal(to.account, "111122223333");
	assert_int_equal(to.expires, 7);
	assert_memory_equal(from.secret, "\0\0\0\0\0\0", 7);
	assert_memory_equal(from.token, "\0\0\0\0\0", 6);
	aws_keys_dispose(&to);
	assert_null(to.secret);
	aws_keys_dispose(&to);
	arena_free(arena);
}

static void
keys_that_could_break_a_header_are_not_sound(void **state)
{
	static const struct {
		struct aws_keys keys;
		bool sound;
	} rows[] = {
		{{.id = "AKIA1", .secret = "a/b+c="}, true},
		{{.id = "AKIA1", .secret = "s", .token = "a/b+c=="}, true},
		{{.id = "AKIA1"}, false},
		{{.secret = "s"}, false},
		{{.id = "", .secret = "s"}, false},
		{{.id = "AK/IA", .secret = "s"}, false},
		{{.id = "AKIA1", .secret = "s\r\n"}, false},
		{{.id = "AKIA1", .secret = "s", .token = ""}, false},
		{{.id = "AKIA1", .secret = "s", .token = "a\nb"}, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (aws_keys_are_sound(&rows[i].keys) != rows[i].sound)
			fail_msg("row %zu", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken_keys_are_wiped_where_they_were),
		cmocka_unit_test(keys_that_could_break_a_header_are_not_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
