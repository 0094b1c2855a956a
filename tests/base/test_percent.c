#include "base/percent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
everything_but_unreserved_characters_is_encoded(void **state)
{
	static const struct {
		const char *text;
		const char *encoded;
	} rows[] = {
		{"", ""},
		{"net-1.example~_A9", "net-1.example~_A9"},
		{"a/b?c#d&e=f%g+h i", "a%2Fb%3Fc%23d%26e%3Df%25g%2Bh%20i"},
		{"\xc3\xa4\n", "%C3%A4%0A"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buffer buffer;

		buffer_init(&buffer, 100);
		percent_append(&buffer, rows[i].text);
		assert_false(buffer.overflowed);
		assert_string_equal(buffer_text(&buffer), rows[i].encoded);
		buffer_dispose(&buffer);
	}
}

static void
text_that_does_not_fit_is_said(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 4);
	percent_append(&buffer, "a//");
	assert_true(buffer.overflowed);
	buffer_dispose(&buffer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_but_unreserved_characters_is_encoded),
		cmocka_unit_test(text_that_does_not_fit_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
