#include "format/json_scan.h"

#include <stdint.h>
#include <string.h>

#include "format/json_plain.h"

enum {
	DEEPEST = 1000,      /* whatever the limits: the functions here call themselves */
	LONGEST_NUMBER = 63, /* Kubernetes writes no longer ones */
	NARROW = 32,         /* up to here, every pair of names is compared */
	NAMES = 256,         /* of all objects that are open */
	SHORTEST_CUT = 4,
};

/* A member name between its quotes, as it is written. */
struct name {
	const char *text;
	size_t length;
};

/* The text ends with a NUL, which no class below allows: so no loop here needs to look for the end.
 */
struct scan {
	const char *text;
	const char *end;
	const char *at;
	const struct json_limits *limits;
	const struct json_passed_over *passed_over;
	size_t depth;
	struct name member; /* the last one that was read */
	bool passing;       /* within a value that is passed over */
	bool doubtful;      /* an object may hold two members of one name */
	bool escaped;       /* the last text has an escape sequence */
	struct name *names; /* of the open objects */
	size_t name_count;
	struct json_scan *result;
	struct error *error;
};

static const struct name nameless = {"", 0};

/* What a byte means within a string. */
enum string_class { CONTROL, PLAIN, QUOTE, ESCAPE, LEAD_2, LEAD_3, LEAD_4, WRONG };

/* clang-format off */
static const unsigned char string_classes[256] = {
	[0x00 ... 0x1f] = CONTROL,
	[0x20 ... 0x21] = PLAIN,
	['"'] = QUOTE,
	[0x23 ... 0x5b] = PLAIN,
	['\\'] = ESCAPE,
	[0x5d ... 0x7f] = PLAIN,
	[0x80 ... 0xc1] = WRONG,
	[0xc2 ... 0xdf] = LEAD_2,
	[0xe0 ... 0xef] = LEAD_3,
	[0xf0 ... 0xf4] = LEAD_4,
	[0xf5 ... 0xff] = WRONG,
};
/* clang-format on */

static bool scan_value(struct scan *scan);

static bool
fail(struct scan *scan, const char *what)
{
	const char *reason = scan->at == scan->end ? "the text ends too early" : what;

	return error_set(scan->error, ERROR_INVALID, "byte %zu: %s",
		(size_t)(scan->at - scan->text), reason);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_continuation(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* The bytes of the character of three that begins here, or 0: neither overlong nor a surrogate. */
static size_t
length_3(const unsigned char *at)
{
	unsigned char lowest = at[0] == 0xe0 ? 0xa0 : 0x80;
	unsigned char highest = at[0] == 0xed ? 0x9f : 0xbf;

	return at[1] >= lowest && at[1] <= highest && is_continuation(at[2]) ? 3 : 0;
}

/* As length_3, for four: neither overlong nor beyond U+10FFFF. */
static size_t
length_4(const unsigned char *at)
{
	unsigned char lowest = at[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char highest = at[0] == 0xf4 ? 0x8f : 0xbf;

	return at[1] >= lowest && at[1] <= highest && is_continuation(at[2]) &&
			       is_continuation(at[3])
		       ? 4
		       : 0;
}

/* The number behind "\u", or UINT32_MAX unless four hexadecimal digits stand there. */
static uint32_t
hexadecimal(const char *at)
{
	uint32_t code = 0;

	for (int i = 0; i < 4; i++) {
		if (is_digit(at[i]))
			code = code * 16 + (uint32_t)(at[i] - '0');
		else if ((at[i] | 0x20) >= 'a' && (at[i] | 0x20) <= 'f')
			code = code * 16 + (uint32_t)((at[i] | 0x20) - 'a' + 10);
		else
			return UINT32_MAX;
	}
	return code;
}

/* The bytes of the escape sequence that begins here, or 0 with *wrong set. */
static size_t
escape_length(const char *at, const char **wrong)
{
	uint32_t code;

	*wrong = "an unknown escape sequence";
	if (at[1] != 'u')
		return at[1] && strchr("\"\\/bfnrt", at[1]) ? 2 : 0;
	code = hexadecimal(at + 2);
	if (code == UINT32_MAX)
		return 0;
	*wrong = "U+0000 is not allowed in text";
	if (code == 0)
		return 0;
	if (code < 0xd800 || code > 0xdfff)
		return 6;
	*wrong = "half of a surrogate pair";
	if (code > 0xdbff || at[6] != '\\' || at[7] != 'u')
		return 0;
	code = hexadecimal(at + 8);
	return code >= 0xdc00 && code <= 0xdfff ? 12 : 0;
}

/* The bytes of the character or sequence that begins here, or 0 with *wrong set. */
static size_t
special_length(const unsigned char *at, const char **wrong)
{
	*wrong = "invalid UTF-8";
	switch (string_classes[*at]) {
	case ESCAPE:
		return escape_length((const char *)at, wrong);
	case LEAD_2:
		return is_continuation(at[1]) ? 2 : 0;
	case LEAD_3:
		return length_3(at);
	case LEAD_4:
		return length_4(at);
	case CONTROL:
		*wrong = "a raw control character in a string";
		return 0;
	default:
		return 0;
	}
}

static bool
scan_string(struct scan *scan)
{
	const unsigned char *at = (const unsigned char *)scan->at + 1;
	const unsigned char *end = (const unsigned char *)scan->end;
	const char *wrong;
	size_t length;

	scan->escaped = false;
	for (;;) {
		at = json_plain_end(at, end);
		if (*at == '"')
			break;
		scan->escaped |= *at == '\\';
		if (*at == '\\' && (at[1] == '"' || at[1] == 'n')) { /* by far the most frequent */
			at += 2;
			continue;
		}
		length = special_length(at, &wrong);
		if (length == 0) {
			scan->at = (const char *)at;
			return fail(scan, wrong);
		}
		at += length;
	}
	scan->at = (const char *)at + 1;
	return true;
}

static bool
scan_digits(struct scan *scan)
{
	if (!is_digit(*scan->at))
		return fail(scan, "a digit is missing in a number");
	while (is_digit(*scan->at))
		scan->at++;
	return true;
}

static bool
scan_fraction_and_exponent(struct scan *scan)
{
	if (*scan->at == '.') {
		scan->at++;
		if (!scan_digits(scan))
			return false;
	}
	if (*scan->at == 'e' || *scan->at == 'E') {
		scan->at++;
		if (*scan->at == '+' || *scan->at == '-')
			scan->at++;
		return scan_digits(scan);
	}
	return true;
}

static bool
scan_number(struct scan *scan)
{
	const char *start = scan->at;
	const char *integer = *start == '-' ? start + 1 : start;

	scan->at = integer;
	if (*integer == '0' && is_digit(integer[1]))
		return fail(scan, "a number with a leading zero");
	if (!scan_digits(scan))
		return false;
	if (!scan_fraction_and_exponent(scan))
		return false;
	if (scan->at - start > LONGEST_NUMBER)
		return error_set(scan->error, ERROR_EXHAUSTED,
			"byte %zu: a number of more than %d characters",
			(size_t)(start - scan->text), LONGEST_NUMBER);
	return true;
}

static bool
scan_word(struct scan *scan, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(scan->at, word, length) != 0)
		return fail(scan, "an unknown word");
	scan->at += length;
	return true;
}

static void
skip_blanks(struct scan *scan)
{
	const char *at = scan->at;

	while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')
		at++;
	scan->at = at;
}

static bool
scan_member_name(struct scan *scan)
{
	const char *start;

	skip_blanks(scan);
	if (*scan->at != '"')
		return fail(scan, "a member name in quotes is missing");
	start = scan->at + 1;
	if (!scan_string(scan))
		return false;
	scan->member = (struct name){start, (size_t)(scan->at - 1 - start)};
	skip_blanks(scan);
	if (*scan->at != ':')
		return fail(scan, "a colon is missing after a member name");
	scan->at++;
	return true;
}

static bool
is_named(struct name name, const char *text)
{
	return text[0] == name.text[0] && strncmp(text, name.text, name.length) == 0 &&
	       text[name.length] == '\0';
}

/* The first row for the members of an object that is called so, or NULL. */
static const struct json_passed_over *
find_group(const struct scan *scan, struct name object)
{
	const struct json_passed_over *row = scan->passed_over;

	if (!row || scan->passing)
		return NULL;
	while (row->parent && !is_named(object, row->parent))
		row++;
	return row->parent ? row : NULL;
}

static bool
is_passed_over(const struct json_passed_over *group, struct name member)
{
	const char *parent = group->parent;

	for (; group->parent && strcmp(group->parent, parent) == 0; group++)
		if (is_named(member, group->name))
			return true;
	return false;
}

/* Notes a member's name; `first` is the first one of its object. Names that cannot be compared as
 * they are written raise a doubt, as equal ones do. */
static void
note_name(struct scan *scan, size_t first)
{
	struct name name = scan->member;

	if (scan->escaped || scan->name_count == NAMES || scan->name_count - first == NARROW)
		scan->doubtful = true;
	if (scan->doubtful)
		return;
	for (size_t i = first; i < scan->name_count; i++)
		if (scan->names[i].length == name.length &&
			memcmp(scan->names[i].text, name.text, name.length) == 0)
			scan->doubtful = true;
	scan->names[scan->name_count++] = name;
}

static bool
scan_passed_over(struct scan *scan)
{
	struct json_scan *result = scan->result;
	size_t values = result->values;
	bool doubtful = scan->doubtful;
	const char *start;
	bool good;

	skip_blanks(scan);
	start = scan->at;
	scan->passing = true;
	scan->doubtful = false;
	good = scan_value(scan);
	scan->passing = false;
	if (good && !scan->doubtful && scan->at - start >= SHORTEST_CUT &&
		result->cut_count < JSON_SCAN_CUTS) {
		result->values_kept -= result->values - values - 1;
		result->cuts[result->cut_count].start = (size_t)(start - scan->text);
		result->cuts[result->cut_count++].end = (size_t)(scan->at - scan->text);
	}
	scan->doubtful |= doubtful;
	return good;
}

/* A member of an object. `group` names those of its members that are passed over, if any. */
static bool
scan_member(struct scan *scan, const struct json_passed_over *group, size_t first_name)
{
	if (!scan_member_name(scan))
		return false;
	note_name(scan, first_name);
	return group && is_passed_over(group, scan->member) ? scan_passed_over(scan)
							    : scan_value(scan);
}

static bool
scan_item(struct scan *scan)
{
	scan->member = nameless;
	return scan_value(scan);
}

/* What stands between the brackets of an array or object, and the closing one. */
static bool
scan_list(struct scan *scan, char closing)
{
	bool is_object = closing == '}';
	const struct json_passed_over *group = is_object ? find_group(scan, scan->member) : NULL;
	size_t first_name = scan->name_count;

	scan->at++;
	skip_blanks(scan);
	if (*scan->at == closing) {
		scan->at++;
		return true;
	}
	for (;;) {
		if (!(is_object ? scan_member(scan, group, first_name) : scan_item(scan)))
			return false;
		skip_blanks(scan);
		if (*scan->at == closing)
			break;
		if (*scan->at != ',')
			return fail(scan, "a comma or a closing bracket is missing");
		scan->at++;
	}
	scan->name_count = first_name;
	scan->at++;
	return true;
}

static bool
scan_nested(struct scan *scan, char closing)
{
	size_t deepest = scan->limits->depth < DEEPEST ? scan->limits->depth : DEEPEST;
	bool good;

	if (scan->depth >= deepest)
		return error_set(scan->error, ERROR_EXHAUSTED,
			"byte %zu: nested deeper than %zu levels", (size_t)(scan->at - scan->text),
			deepest);
	scan->depth++;
	good = scan_list(scan, closing);
	scan->depth--;
	return good;
}

static bool
scan_value(struct scan *scan)
{
	skip_blanks(scan);
	if (++scan->result->values > scan->limits->values)
		return error_set(scan->error, ERROR_EXHAUSTED, "byte %zu: more than %zu values",
			(size_t)(scan->at - scan->text), scan->limits->values);
	switch (*scan->at) {
	case '"':
		return scan_string(scan);
	case '{':
		return scan_nested(scan, '}');
	case '[':
		return scan_nested(scan, ']');
	case 't':
		return scan_word(scan, "true");
	case 'f':
		return scan_word(scan, "false");
	case 'n':
		return scan_word(scan, "null");
	default:
		if (*scan->at != '-' && !is_digit(*scan->at))
			return fail(scan, "a value is missing");
		return scan_number(scan);
	}
}

bool
json_scan(const char *text, size_t length, const struct json_limits *limits,
	const struct json_passed_over *passed_over, struct json_scan *result, struct error *error)
{
	struct name names[NAMES];
	struct scan scan = {
		.text = text,
		.end = text + length,
		.at = text,
		.limits = limits,
		.passed_over = passed_over,
		.member = nameless,
		.names = names,
		.result = result,
		.error = error,
	};

	result->values = result->values_kept = result->cut_count = 0;
	if (length > limits->bytes)
		return error_set(error, ERROR_EXHAUSTED, "%zu bytes, more than the limit of %zu",
			length, limits->bytes);
	if (!scan_value(&scan))
		return false;
	skip_blanks(&scan);
	if (scan.at != scan.end)
		return fail(&scan, "more text after the value");
	result->values_kept += result->values;
	result->names_differ = !scan.doubtful;
	return true;
}
