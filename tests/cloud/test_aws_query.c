#include "cloud/aws_query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"

static void
a_form_begins_with_its_action_and_version(void **state)
{
	CLEANUP(buffer_dispose) struct buffer form;

	(void)state;
	buffer_init(&form, 1024);
	buffer_append_text(&form, "of the call before");
	aws_query_begin(&form, "DescribeVpcs", "2016-11-15");
	assert_string_equal(buffer_text(&form), "Action=DescribeVpcs&Version=2016-11-15");
}

static void
names_are_made_and_values_encoded(void **state)
{
	static const char *const table[][2] = {
		{"", "Tag.1.Key="},
		{"az-AZ_09.~", "Tag.1.Key=az-AZ_09.~"},
		{"a b+c", "Tag.1.Key=a%20b%2Bc"},
		{"tag:Name=x&y/z*", "Tag.1.Key=tag%3AName%3Dx%26y%2Fz%2A"},
		{"\xc3\xbc\x01%41", "Tag.1.Key=%C3%BC%01%2541"},
	};
	CLEANUP(buffer_dispose) struct buffer form;

	(void)state;
	buffer_init(&form, 1024);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		buffer_clear(&form);
		aws_query_add(&form, table[i][0], "Tag.%d.%s", 1, "Key");
		assert_string_equal(buffer_text(&form), table[i][1]);
	}
}

static void
no_value_adds_nothing(void **state)
{
	CLEANUP(buffer_dispose) struct buffer form;

	(void)state;
	buffer_init(&form, 1024);
	aws_query_add(&form, NULL, "A");
	aws_query_add(&form, "1", "B");
	aws_query_add(&form, NULL, "C");
	aws_query_add(&form, "2", "D");
	assert_string_equal(buffer_text(&form), "B=1&D=2");
}

static void
a_form_too_long_is_marked(void **state)
{
	CLEANUP(buffer_dispose) struct buffer form;

	(void)state;
	buffer_init(&form, 16);
	aws_query_begin(&form, "DescribeVpcs", "2016-11-15");
	assert_true(form.overflowed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_begins_with_its_action_and_version),
		cmocka_unit_test(names_are_made_and_values_encoded),
		cmocka_unit_test(no_value_adds_nothing),
		cmocka_unit_test(a_form_too_long_is_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
