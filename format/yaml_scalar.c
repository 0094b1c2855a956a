#include "format/yaml_scalar.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define TAG_PREFIX "tag:yaml.org,2002:"

enum { LONGEST_NUMBER = 350 }; /* no float needs more characters */

static bool
is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

static bool
resolve_word(const char *text, struct yaml_scalar *scalar)
{
	static const char *const yes[] = {
		"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", NULL};
	static const char *const no[] = {
		"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", NULL};
	static const char *const null[] = {"", "~", "null", "Null", "NULL", NULL};

	scalar->boolean = is_one_of(text, yes);
	if (scalar->boolean || is_one_of(text, no))
		scalar->type = YAML_SCALAR_BOOLEAN;
	else if (is_one_of(text, null))
		scalar->type = YAML_SCALAR_NULL;
	else
		return false;
	return true;
}

/* The value of a digit in any base up to 16, or 16. */
static unsigned
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (unsigned)((c | 0x20) - 'a' + 10);
	return 16;
}

/* The base that the prefix of `*digits` tells, and the prefix skipped. */
static unsigned
skip_base(const char **digits)
{
	const char *at = *digits;
	char letter = (char)(at[0] == '0' && at[1] && at[2] ? at[1] | 0x20 : 0);

	if (at[0] != '0')
		return 10;
	*digits = at + 2;
	if (letter == 'x')
		return 16;
	if (letter == 'o')
		return 8;
	if (letter == 'b')
		return 2;
	*digits = at + 1;
	return 8;
}

/* As Go's ParseInt and ParseUint with base 0: a signed number must fit int64, another uint64. */
static bool
resolve_integer(const char *text, struct yaml_scalar *scalar)
{
	bool is_signed = *text == '-' || *text == '+';
	bool is_negative = *text == '-';
	const char *digits = text + is_signed;
	uint64_t limit = is_negative ? (uint64_t)INT64_MAX + 1 : is_signed ? INT64_MAX : UINT64_MAX;
	uint64_t number = 0;
	unsigned base;

	if (*digits == '\0')
		return false;
	base = skip_base(&digits);
	for (; *digits; digits++) {
		unsigned digit = digit_value(*digits);

		if (digit >= base || number > (limit - digit) / base)
			return false;
		number = number * base + digit;
	}
	scalar->type = YAML_SCALAR_NUMBER;
	scalar->number = is_negative ? -(double)number : (double)number;
	snprintf(scalar->number_text, sizeof scalar->number_text, "%s%" PRIu64,
		is_negative && number ? "-" : "", number);
	return true;
}

static const char *
skip_digits(const char *at)
{
	return at + strspn(at, "0123456789");
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool
looks_like_float(const char *at)
{
	const char *start;

	at += *at == '-' || *at == '+';
	start = at;
	at = skip_digits(at);
	if (at == start && !(at[0] == '.' && digit_value(at[1]) < 10))
		return false;
	if (*at == '.')
		at = skip_digits(at + 1);
	if ((*at | 0x20) == 'e') {
		at += at[1] == '-' || at[1] == '+' ? 2 : 1;
		start = at;
		at = skip_digits(at);
		if (at == start)
			return false;
	}
	return *at == '\0';
}

/* The digits of a number in scientific form, and zeros up to its last place. */
static void
write_round_number(const char *scientific, int zeros, char text[40])
{
	char *at = text;

	for (; *scientific != 'e'; scientific++)
		if (*scientific != '.')
			*at++ = *scientific;
	memset(at, '0', (size_t)zeros);
	at[zeros] = '\0';
}

/* The shortest text that reads back as the same number, laid out as Go's encoding/json does: with
 * an exponent below 1e-6 and from 1e21 on. */
static void
write_float(double number, char text[40])
{
	char scientific[32];
	int precision = 0;
	int exponent;

	do
		snprintf(scientific, sizeof scientific, "%.*e", precision, number);
	while (strtod(scientific, NULL) != number && ++precision < 17);
	exponent = (int)strtol(strchr(scientific, 'e') + 1, NULL, 10);
	if (number != 0 && (exponent < -6 || exponent >= 21)) {
		*strchr(scientific, 'e') = '\0';
		snprintf(text, 40, "%se%+d", scientific, exponent);
		return;
	}
	if (precision < exponent)
		write_round_number(scientific, exponent - precision, text);
	else
		snprintf(text, 40, "%.*f", precision - exponent, number);
}

static bool
resolve_float(const char *text, struct yaml_scalar *scalar)
{
	double number;

	if (!looks_like_float(text))
		return false;
	number = strtod(text, NULL);
	if (isinf(number))
		return false;
	scalar->type = YAML_SCALAR_NUMBER;
	scalar->number = number;
	write_float(number, scalar->number_text);
	return true;
}

static bool
resolve_number(const char *text, struct yaml_scalar *scalar)
{
	char digits[LONGEST_NUMBER + 1];
	size_t length = 0;

	if (*text == '.')
		return resolve_float(text, scalar);
	if (!strchr("+-0123456789", *text))
		return false;
	for (; *text; text++) {
		if (*text == '_')
			continue;
		if (length == LONGEST_NUMBER)
			return false;
		digits[length++] = *text;
	}
	digits[length] = '\0';
	return resolve_integer(digits, scalar) || resolve_float(digits, scalar);
}

static bool
is_beyond_json(const char *text)
{
	static const char *const words[] = {".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf",
		"+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", NULL};

	return is_one_of(text, words);
}

/* The type that a tag asks for; text for tags without a meaning here. */
static enum yaml_scalar_type
wanted_type(const char *tag)
{
	static const struct {
		const char *name;
		enum yaml_scalar_type type;
	} tags[] = {
		{TAG_PREFIX "null", YAML_SCALAR_NULL},
		{TAG_PREFIX "bool", YAML_SCALAR_BOOLEAN},
		{TAG_PREFIX "int", YAML_SCALAR_NUMBER},
		{TAG_PREFIX "float", YAML_SCALAR_NUMBER},
	};

	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
		if (strcmp(tag, tags[i].name) == 0)
			return tags[i].type;
	return YAML_SCALAR_TEXT;
}

bool
yaml_scalar_resolve(const char *text, const char *tag, bool plain, struct yaml_scalar *scalar,
	struct error *error)
{
	enum yaml_scalar_type wanted = tag ? wanted_type(tag) : YAML_SCALAR_TEXT;

	*scalar = (struct yaml_scalar){.type = YAML_SCALAR_TEXT};
	if (tag ? wanted == YAML_SCALAR_TEXT : !plain)
		return true;
	if (is_beyond_json(text))
		return error_set(
			error, ERROR_INVALID, "%s is a number that JSON does not have", text);
	if (!resolve_word(text, scalar))
		resolve_number(text, scalar);
	if (!tag)
		return true;
	if (scalar->type != wanted ||
		(text_ends_with(tag, ":int") && strpbrk(scalar->number_text, ".e")))
		return error_set(
			error, ERROR_INVALID, "\"%.100s\" does not fit its tag %.100s", text, tag);
	return true;
}
