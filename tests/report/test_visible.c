/* What others have written: no markup, and nothing hidden. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "report/visible.h"

static void
what_is_written(void **state)
{
	static const struct {
		const char *text, *written;
	} cases[] = {
		{"", ""},
		{"plain 10.0.0.0/16", "plain 10.0.0.0/16"},
		{"two\nlines\tand a tab", "two\nlines\tand a tab"},
		{"<script>&\"", "&lt;script&gt;&amp;&quot;"},
		{"a\033[31mb\rc\x7f", "a[U+001B][31mb[U+000D]c[U+007F]"},
		{"a\xc2\x85", "a[U+0085]"},
		{"a\xe2\x80\xae\xe2\x81\xa6z", "a[U+202E][U+2066]z"},
		{"a\xe2\x80\x8bz\xef\xbb\xbf", "a[U+200B]z[U+FEFF]"},
		{"a\xf3\xa0\x81\xa1z", "a[U+E0061]z"},
		{"\xc3\xa4\xe4\xb8\xad\xf0\x9f\x98\x80", "\xc3\xa4\xe4\xb8\xad\xf0\x9f\x98\x80"},
		{"a\xffz\xe2\x80", "a\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buffer out CLEANUP(buffer_dispose);

		buffer_init(&out, 1000);
		visible_write(&out, cases[i].text);
		assert_string_equal(buffer_text(&out), cases[i].written);
	}
}

static void
a_long_text_is_whole_wherever_it_is_cut(void **state)
{
	char text[1200];

	(void)state;
	for (size_t start = 0; start < 4; start++) {
		struct buffer out CLEANUP(buffer_dispose);
		size_t length = start;

		memset(text, 'x', start);
		for (; length + 4 < sizeof text; length += 4)
			memcpy(text + length, "\xf0\x9f\x98\x80", 4);
		text[length] = '\0';
		buffer_init(&out, 10000);
		visible_write(&out, text);
		assert_string_equal(buffer_text(&out), text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written),
		cmocka_unit_test(a_long_text_is_whole_wherever_it_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
