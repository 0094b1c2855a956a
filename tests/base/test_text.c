#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void
text_equal_knows_null(void **state)
{
	(void)state;
	assert_true(text_equal("a", "a"));
	assert_false(text_equal("a", "A"));
	assert_false(text_equal("a", "ab"));
	assert_true(text_equal(NULL, NULL));
	assert_false(text_equal(NULL, ""));
	assert_false(text_equal("", NULL));
}

static void
text_equal_ignoring_case_folds_ascii_only(void **state)
{
	(void)state;
	assert_true(text_equal_ignoring_case("/Subscriptions/AZ", "/subscriptions/az"));
	assert_false(text_equal_ignoring_case("abc", "abd"));
	assert_false(text_equal_ignoring_case("abc", "ab"));
	assert_false(text_equal_ignoring_case("\xC3\xA4", "\xC3\x84"));
	assert_false(text_equal_ignoring_case("[", "{"));
	assert_true(text_equal_ignoring_case(NULL, NULL));
	assert_false(text_equal_ignoring_case("", NULL));
}

static void
text_starts_and_ends_with(void **state)
{
	(void)state;
	assert_true(text_starts_with("vpc-1", "vpc-"));
	assert_true(text_starts_with("vpc-1", ""));
	assert_false(text_starts_with("vpc", "vpc-"));
	assert_true(text_ends_with("a.yaml", ".yaml"));
	assert_true(text_ends_with("a.yaml", ""));
	assert_false(text_ends_with("yaml", ".yaml"));
}

static void
text_is_blank_when_null_empty_or_white(void **state)
{
	(void)state;
	assert_true(text_is_blank(NULL));
	assert_true(text_is_blank(""));
	assert_true(text_is_blank(" \t\r\n"));
	assert_false(text_is_blank(" x "));
}

static void
text_only_has_understands_ranges_and_a_last_hyphen(void **state)
{
	static const struct {
		const char *text;
		const char *allowed;
		bool expected;
	} rows[] = {
		{"vpc-0a1b", "a-z0-9-", true},
		{"-", "a-z0-9-", true},
		{"Vpc", "a-z0-9-", false},
		{"a_b", "a-z0-9-", false},
		{"", "a-z", false},
		{"abc", "abc", true},
		{"b", "a-", false},
		{"a-a", "a-", true},
		{"z", "a-z", true},
		{"{", "a-z", false},
		{"\xC3\xA4", "a-z", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(text_only_has(rows[i].text, rows[i].allowed), rows[i].expected);
}

static void
text_trim_lends_the_part_without_blanks(void **state)
{
	const char *text = " \t10.0.0.0/8 x\r\n ";
	size_t length;

	(void)state;
	assert_ptr_equal(text_trim(text, &length), text + 2);
	assert_int_equal(length, 12);
	text_trim("  ", &length);
	assert_int_equal(length, 0);
	text_trim("", &length);
	assert_int_equal(length, 0);
}

static void
text_to_number_takes_digits_up_to_the_maximum(void **state)
{
	static const struct {
		const char *text;
		uint64_t maximum;
		bool valid;
		uint64_t number;
	} rows[] = {
		{"0", 0, true, 0},
		{"007", 255, true, 7},
		{"255", 255, true, 255},
		{"256", 255, false, 0},
		{"5", 4, false, 0},
		{"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
		{"18446744073709551616", UINT64_MAX, false, 0},
		{"99999999999999999999999", UINT64_MAX, false, 0},
		{"", 10, false, 0},
		{"+1", 10, false, 0},
		{"-1", 10, false, 0},
		{" 1", 10, false, 0},
		{"1 ", 10, false, 0},
		{"0x1", 10, false, 0},
		{"/", 10, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t number = 0;

		assert_int_equal(
			text_to_number(rows[i].text, rows[i].maximum, &number), rows[i].valid);
		assert_int_equal(number, rows[i].number);
	}
}

static void
text_valid_utf8_stops_at_the_first_bad_byte(void **state)
{
	static const struct {
		const char *text;
		size_t valid;
	} rows[] = {
		{"", 0},
		{"plain", 5},
		{"twelve chars", 12},
		{"\x7F", 1},
		{"\xC2\x80", 2},
		{"\xDF\xBF", 2},
		{"\xE0\xA0\x80", 3},
		{"\xED\x9F\xBF", 3},
		{"\xEF\xBF\xBF", 3},
		{"\xF0\x90\x80\x80", 4},
		{"\xF4\x8F\xBF\xBF", 4},
		{"ab\x80", 2},
		{"\xC0\xAF", 0},         /* overlong */
		{"\xC1\xBF", 0},         /* overlong */
		{"\xE0\x9F\xBF", 0},     /* overlong */
		{"\xF0\x8F\xBF\xBF", 0}, /* overlong */
		{"\xED\xA0\x80", 0},     /* surrogate */
		{"\xF4\x90\x80\x80", 0}, /* above U+10FFFF */
		{"\xF5\x80\x80\x80", 0},
		{"abcdefgh\xC3", 8}, /* cut */
		{"\xE2\x82", 0},
		{"\xF0\x9F\x98", 0},
		{"\xE2\x82x", 0},
		{"\xF0\x9F\x98x", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(
			text_valid_utf8(rows[i].text, strlen(rows[i].text)), rows[i].valid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_equal_knows_null),
		cmocka_unit_test(text_equal_ignoring_case_folds_ascii_only),
		cmocka_unit_test(text_starts_and_ends_with),
		cmocka_unit_test(text_is_blank_when_null_empty_or_white),
		cmocka_unit_test(text_only_has_understands_ranges_and_a_last_hyphen),
		cmocka_unit_test(text_trim_lends_the_part_without_blanks),
		cmocka_unit_test(text_to_number_takes_digits_up_to_the_maximum),
		cmocka_unit_test(text_valid_utf8_stops_at_the_first_bad_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
