#include "daemon/mode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ID         "\"labels\":{\"cloud-resources.kyma-project.io/id\":\"\"}"
#define KYMA       "\"finalizers\":[\"x\",\"cloud-manager.kyma-project.io/deletion-hook\"]"
#define WORD(word) "\"annotations\":{\"peerwarden.io/mode\":" word "}"

static void
an_object_has_the_mode_that_is_asked_for_unless_another_manages_it(void **state)
{
	static const struct {
		const char *metadata;
		enum mode usual;
		enum mode mode;
		const char *problem; /* a part of it; NULL: none */
	} rows[] = {
		{"", MODE_OBSERVE, MODE_OBSERVE, NULL},
		{"", MODE_MANAGE, MODE_MANAGE, NULL},
		{WORD("null"), MODE_MANAGE, MODE_MANAGE, NULL},
		{WORD("\"manage\""), MODE_OBSERVE, MODE_MANAGE, NULL},
		{WORD("\"observe\""), MODE_MANAGE, MODE_OBSERVE, NULL},
		{WORD("\"Manage\""), MODE_MANAGE, MODE_OBSERVE, "\"Manage\""},
		{WORD("\"\""), MODE_MANAGE, MODE_OBSERVE, "\"\""},
		{WORD("true"), MODE_MANAGE, MODE_OBSERVE, "boolean"},
		{ID, MODE_MANAGE, MODE_OBSERVE, NULL},
		{ID "," WORD("\"manage\""), MODE_OBSERVE, MODE_OBSERVE, "Cloud Manager"},
		{ID "," WORD("\"observe\""), MODE_OBSERVE, MODE_OBSERVE, NULL},
		{KYMA, MODE_MANAGE, MODE_OBSERVE, NULL},
		{KYMA "," WORD("\"manage\""), MODE_MANAGE, MODE_OBSERVE, "Cloud Manager"},
		{"\"finalizers\":[\"x\"],\"labels\":{\"id\":\"1\"}", MODE_MANAGE, MODE_MANAGE,
			NULL},
	};
	struct arena *arena = arena_new(1000000);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *text = arena_printf(arena, "{\"metadata\":{%s}}", rows[i].metadata);
		const struct json *object =
			json_parse(arena, text, strlen(text), &json_request_limits, NULL);
		struct mode_choice choice;

		assert_non_null(object);
		choice = mode_of(arena, object, rows[i].usual);
		if (choice.mode != rows[i].mode || !choice.problem != !rows[i].problem ||
			!choice.hint != !rows[i].problem ||
			(choice.problem && !strstr(choice.problem, rows[i].problem)))
			fail_msg("row %zu: %s %s", i, mode_name(choice.mode),
				choice.problem ? choice.problem : "");
	}
	arena_free(arena);
}

static void
a_mode_is_read_by_its_name(void **state)
{
	enum mode mode = MODE_OBSERVE;

	(void)state;
	assert_true(mode_parse("manage", &mode));
	assert_int_equal(mode, MODE_MANAGE);
	assert_false(mode_parse("managed", &mode));
	assert_false(mode_parse(NULL, &mode));
	assert_int_equal(mode, MODE_MANAGE);
	assert_true(mode_parse(mode_name(MODE_OBSERVE), &mode));
	assert_int_equal(mode, MODE_OBSERVE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_object_has_the_mode_that_is_asked_for_unless_another_manages_it),
		cmocka_unit_test(a_mode_is_read_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
