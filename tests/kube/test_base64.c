#include "kube/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
texts_decode_as_in_rfc_4648(void **state)
{
	static const struct {
		const char *text;
		const char *bytes; /* NULL: refused */
	} rows[] = {
		{"", ""},
		{"Zg==", "f"},
		{"Zm8=", "fo"},
		{"Zm9v", "foo"},
		{"Zm9vYg==", "foob"},
		{"Zm9vYmE=", "fooba"},
		{"Zm9vYmFy", "foobar"},
		{"Zm9v\nYm\r\nFy\n", "foobar"},
		{"Pz8/", "???"},
		{"Pj4+", ">>>"},
		{"Zg", NULL},
		{"Zg=", NULL},
		{"Z", NULL},
		{"Z===", NULL},
		{"====", NULL},
		{"Zg=v", NULL},
		{"Zg==Zg==", NULL},
		{"Zm9v ", NULL},
		{"Zm-_", NULL},
		{"Zm9\xc3", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buffer bytes;
		bool done;

		buffer_init(&bytes, 100);
		done = base64_decode(rows[i].text, &bytes);
		if (done != (rows[i].bytes != NULL))
			fail_msg("'%s': %d", rows[i].text, done);
		if (done)
			assert_string_equal(buffer_text(&bytes), rows[i].bytes);
		buffer_dispose(&bytes);
	}
}

static void
zero_bytes_are_counted(void **state)
{
	struct buffer bytes;

	(void)state;
	buffer_init(&bytes, 3);
	assert_true(base64_decode("AAD/", &bytes));
	assert_int_equal(bytes.length, 3);
	assert_memory_equal(bytes.data, "\0\0\xff", 3);
	assert_false(base64_decode("AA==", &bytes));
	buffer_dispose(&bytes);
}

static void
bytes_encode_as_in_rfc_4648_and_decode_again(void **state)
{
	static const char *const rows[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
		{"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"}};
	unsigned char bytes[256];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buffer text;

		buffer_init(&text, strlen(rows[i][1]));
		assert_true(base64_encode(rows[i][0], strlen(rows[i][0]), &text));
		assert_string_equal(buffer_text(&text), rows[i][1]);
		buffer_dispose(&text);
	}
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(255 - i);
	for (size_t length = 0; length <= sizeof bytes; length++) {
		struct buffer text, again;

		buffer_init(&text, 1000);
		buffer_init(&again, length);
		assert_true(base64_encode(bytes, length, &text));
		assert_true(base64_decode(buffer_text(&text), &again));
		assert_int_equal(again.length, length);
		assert_memory_equal(buffer_text(&again), bytes, length);
		buffer_dispose(&text);
		buffer_dispose(&again);
	}
}

static void
a_text_that_does_not_fit_is_not_encoded(void **state)
{
	struct buffer text;

	(void)state;
	buffer_init(&text, 7);
	assert_false(base64_encode("foobar", 6, &text));
	assert_true(text.overflowed);
	buffer_dispose(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_encode_as_in_rfc_4648_and_decode_again),
		cmocka_unit_test(a_text_that_does_not_fit_is_not_encoded),
		cmocka_unit_test(texts_decode_as_in_rfc_4648),
		cmocka_unit_test(zero_bytes_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
