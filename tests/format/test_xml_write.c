/* Text for XML: whatever comes in, what goes out is well-formed and says the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "format/xml_write.h"

#define REPLACED "\xef\xbf\xbd"

struct row {
	const char *text;
	const char *written;
};

static void
text_comes_out_escaped(void **state)
{
	static const struct row rows[] = {
		{"", ""},
		{"plain, ünïcödé \xf0\x9f\x98\x80", "plain, ünïcödé \xf0\x9f\x98\x80"},
		{"a < b && \"c\" > d", "a &lt; b &amp;&amp; &quot;c&quot; &gt; d"},
		{"]]>", "]]&gt;"},
		{"one\n\ttwo\r\n", "one\n\ttwo&#13;\n"},
		{"\x01\x1b[31m\x1f", REPLACED REPLACED "[31m" REPLACED},
		{"\x7f\xc2\x80", "\x7f\xc2\x80"},
		{"\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbc", REPLACED REPLACED "\xef\xbf\xbc"},
		{"\xff"
		 "a\x80",
			REPLACED "a" REPLACED},
		{"\xed\xa0\x80", REPLACED REPLACED REPLACED},
		{"cut \xe2\x82", "cut " REPLACED REPLACED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buffer out CLEANUP(buffer_dispose);

		buffer_init(&out, 1024);
		xml_write_text(&out, rows[i].text);
		assert_string_equal(buffer_text(&out), rows[i].written);
	}
}

static void
line_ends_in_an_attribute_are_references(void **state)
{
	struct buffer out CLEANUP(buffer_dispose);

	(void)state;
	buffer_init(&out, 1024);
	xml_write_attribute(&out, "name", "a\nb\tc\rd\"e'<\x02");
	assert_string_equal(
		buffer_text(&out), " name=\"a&#10;b&#9;c&#13;d&quot;e'&lt;" REPLACED "\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_comes_out_escaped),
		cmocka_unit_test(line_ends_in_an_attribute_are_references),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
