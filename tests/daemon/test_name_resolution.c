#include "daemon/name_resolution.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define WORD(word) "\"annotations\":{\"peerwarden.io/dns-resolution\":" word "}"

static void
the_annotation_goes_before_the_setting_and_what_is_no_word_keeps(void **state)
{
	static const struct {
		const char *metadata;
		enum cloud_names usual;
		enum cloud_names names;
		const char *problem; /* a part of it; NULL: none */
	} rows[] = {
		{"", CLOUD_NAMES_KEEP, CLOUD_NAMES_KEEP, NULL},
		{"", CLOUD_NAMES_ON, CLOUD_NAMES_ON, NULL},
		{WORD("null"), CLOUD_NAMES_OFF, CLOUD_NAMES_OFF, NULL},
		{WORD("\"on\""), CLOUD_NAMES_OFF, CLOUD_NAMES_ON, NULL},
		{WORD("\"off\""), CLOUD_NAMES_ON, CLOUD_NAMES_OFF, NULL},
		{WORD("\"keep\""), CLOUD_NAMES_ON, CLOUD_NAMES_KEEP, NULL},
		{WORD("\"On\""), CLOUD_NAMES_OFF, CLOUD_NAMES_KEEP, "\"On\""},
		{WORD("\"\""), CLOUD_NAMES_ON, CLOUD_NAMES_KEEP, "\"\""},
		{WORD("true"), CLOUD_NAMES_ON, CLOUD_NAMES_KEEP, "boolean"},
	};
	struct arena *arena = arena_new(1000000);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *text = arena_printf(arena, "{\"metadata\":{%s}}", rows[i].metadata);
		const struct json *object =
			json_parse(arena, text, strlen(text), &json_request_limits, NULL);
		struct name_choice choice;

		assert_non_null(object);
		choice = name_resolution_of(arena, object, rows[i].usual);
		if (choice.names != rows[i].names || !choice.problem != !rows[i].problem ||
			!choice.hint != !rows[i].problem ||
			(choice.problem && !strstr(choice.problem, rows[i].problem)))
			fail_msg("row %zu: %d, %s", i, choice.names,
				choice.problem ? choice.problem : "no problem");
	}
	arena_free(arena);
}

static void
a_choice_is_read_by_its_word(void **state)
{
	enum cloud_names names = CLOUD_NAMES_ON;

	(void)state;
	assert_false(name_resolution_parse(NULL, &names));
	assert_false(name_resolution_parse("ON", &names));
	assert_int_equal(names, CLOUD_NAMES_ON);
	assert_true(name_resolution_parse("off", &names));
	assert_int_equal(names, CLOUD_NAMES_OFF);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_annotation_goes_before_the_setting_and_what_is_no_word_keeps),
		cmocka_unit_test(a_choice_is_read_by_its_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
