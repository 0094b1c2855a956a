#include "format/yaml_scalar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct yaml_scalar
resolve(const char *text, const char *tag, bool plain)
{
	struct yaml_scalar scalar;
	struct error error = {0};

	if (!yaml_scalar_resolve(text, tag, plain, &scalar, &error))
		fail_msg("%s", error.message);
	return scalar;
}

static void
words_are_booleans_only_in_their_usual_spellings(void **state)
{
	static const char *const yes[] = {
		"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", NULL};
	static const char *const no[] = {
		"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", NULL};
	static const char *const neither[] = {"yEs", "tRue", "oN", "yess", "nO", "t", "f", NULL};

	(void)state;
	for (size_t i = 0; yes[i]; i++) {
		assert_int_equal(resolve(yes[i], NULL, true).type, YAML_SCALAR_BOOLEAN);
		assert_true(resolve(yes[i], NULL, true).boolean);
		assert_int_equal(resolve(yes[i], NULL, false).type, YAML_SCALAR_TEXT);
	}
	for (size_t i = 0; no[i]; i++) {
		assert_int_equal(resolve(no[i], NULL, true).type, YAML_SCALAR_BOOLEAN);
		assert_false(resolve(no[i], NULL, true).boolean);
	}
	for (size_t i = 0; neither[i]; i++)
		assert_int_equal(resolve(neither[i], NULL, true).type, YAML_SCALAR_TEXT);
}

static void
nothing_and_null_are_null(void **state)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL", NULL};

	(void)state;
	for (size_t i = 0; words[i]; i++)
		assert_int_equal(resolve(words[i], NULL, true).type, YAML_SCALAR_NULL);
	assert_int_equal(resolve("nULL", NULL, true).type, YAML_SCALAR_TEXT);
	assert_int_equal(resolve("", NULL, false).type, YAML_SCALAR_TEXT);
}

/* Checked against sigs.k8s.io/yaml 1.4.0. */
static void
numbers_are_those_of_go(void **state)
{
	static const struct {
		const char *text;
		const char *number;
	} table[] = {
		{"0", "0"},
		{"-0", "0"},
		{"+1", "1"},
		{"00", "0"},
		{"017", "15"},
		{"0o17", "15"},
		{"0O17", "15"},
		{"0x1f", "31"},
		{"-0x1F", "-31"},
		{"+0x1f", "31"},
		{"0b101", "5"},
		{"-0b11", "-3"},
		{"1_000", "1000"},
		{"1_", "1"},
		{"0_7", "7"},
		{"0x_f", "15"},
		{"08", "8"},
		{"012345678901", "12345678901"},
		{"012345670123", "1402433619"},
		{"123456789012", "123456789012"},
		{"9007199254740993", "9007199254740993"},
		{"9223372036854775807", "9223372036854775807"},
		{"-9223372036854775808", "-9223372036854775808"},
		{"18446744073709551615", "18446744073709551615"},
		{"18446744073709551616", "18446744073709552000"},
		{"-9223372036854775809", "-9223372036854776000"},
		{"+9223372036854775808", "9223372036854776000"},
		{"0xffffffffffffffff", "18446744073709551615"},
		{".5", "0.5"},
		{"-.5", "-0.5"},
		{"+.5", "0.5"},
		{"1.", "1"},
		{"1.e3", "1000"},
		{"1E+5", "100000"},
		{"0.1", "0.1"},
		{"-0.0", "-0"},
		{"1.10", "1.1"},
		{"1e20", "100000000000000000000"},
		{"1e21", "1e+21"},
		{"1e-6", "0.000001"},
		{"1.5e-7", "1.5e-7"},
		{"1e-400", "0"},
		{"1.7976931348623157e308", "1.7976931348623157e+308"},
		{"5e-324", "5e-324"},
		{"0.30000000000000004", "0.30000000000000004"},
		{"1_0.5", "10.5"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct yaml_scalar scalar = resolve(table[i].text, NULL, true);

		if (scalar.type != YAML_SCALAR_NUMBER)
			fail_msg("%s is no number", table[i].text);
		assert_string_equal(scalar.number_text, table[i].number);
	}
}

static void
what_only_resembles_a_number_is_text(void **state)
{
	static const char *const texts[] = {"-", "+", "--1", "+-1", ".", "..", ".e3", "1e", "1e+",
		"0x", "0xG", "0b", "0b2", "_1", "12:30", "190:20:30", "2001-01-01",
		"2001-01-01T00:00:00Z", "10.0.0.0/8", "10.0.0.1", "fd00::1", "1e400", "0x1p3", "1d",
		"nan", "inf", "Infinity", "0o8x", "vpc-1", "=", "<<", NULL};

	(void)state;
	for (size_t i = 0; texts[i]; i++)
		if (resolve(texts[i], NULL, true).type != YAML_SCALAR_TEXT)
			fail_msg("%s is not text", texts[i]);
}

static void
a_very_long_number_is_text(void **state)
{
	char text[1001] = "";

	(void)state;
	memset(text, '1', 1000);
	assert_int_equal(resolve(text, NULL, true).type, YAML_SCALAR_TEXT);
}

static void
tags_decide_over_quotes(void **state)
{
	(void)state;
	assert_int_equal(resolve("12", "tag:yaml.org,2002:str", true).type, YAML_SCALAR_TEXT);
	assert_int_equal(resolve("12", "!mine", true).type, YAML_SCALAR_TEXT);
	assert_int_equal(resolve("12", "tag:yaml.org,2002:int", false).type, YAML_SCALAR_NUMBER);
	assert_int_equal(resolve("3", "tag:yaml.org,2002:float", true).type, YAML_SCALAR_NUMBER);
	assert_int_equal(resolve("yes", "tag:yaml.org,2002:bool", false).type, YAML_SCALAR_BOOLEAN);
	assert_int_equal(resolve("", "tag:yaml.org,2002:null", false).type, YAML_SCALAR_NULL);
}

static void
what_does_not_fit_its_tag_is_refused(void **state)
{
	static const struct {
		const char *text;
		const char *tag;
	} table[] = {
		{"x", "tag:yaml.org,2002:int"},
		{"1.5", "tag:yaml.org,2002:int"},
		{"", "tag:yaml.org,2002:int"},
		{"yes", "tag:yaml.org,2002:float"},
		{"1", "tag:yaml.org,2002:bool"},
		{"x", "tag:yaml.org,2002:null"},
		{".inf", NULL},
		{"-.INF", NULL},
		{".NaN", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct yaml_scalar scalar;
		struct error error = {0};

		assert_false(
			yaml_scalar_resolve(table[i].text, table[i].tag, true, &scalar, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_booleans_only_in_their_usual_spellings),
		cmocka_unit_test(nothing_and_null_are_null),
		cmocka_unit_test(numbers_are_those_of_go),
		cmocka_unit_test(what_only_resembles_a_number_is_text),
		cmocka_unit_test(a_very_long_number_is_text),
		cmocka_unit_test(tags_decide_over_quotes),
		cmocka_unit_test(what_does_not_fit_its_tag_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
