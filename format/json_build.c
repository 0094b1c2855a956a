#include "format/json_build.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/json_plain.h"

enum { EXACT_DIGITS = 15 };

/* The texts of the tree are parts of the copy, ended by a NUL in place of what stood behind them.
 */
struct build {
	unsigned char *at;
	const unsigned char *end;
	cJSON *next; /* of as many nodes as there are values */
};

static void build_value(struct build *build, cJSON *value);

/* A copy with null in place of what is cut. A byte in front of it is free. */
static unsigned char *
copy_text(struct arena *arena, const char *text, size_t *length, const struct json_scan *scan)
{
	char *copy = arena_try_raw(arena, *length + 2);
	char *out = copy + 1;
	size_t from = 0;

	if (!copy)
		return NULL;
	for (size_t i = 0; i < scan->cut_count; i++) {
		size_t kept = scan->cuts[i].start - from;

		memcpy(out, text + from, kept);
		memcpy(out + kept, "null", 4);
		out += kept + 4;
		from = scan->cuts[i].end;
	}
	memcpy(out, text + from, *length - from + 1);
	*length = (size_t)(out - (copy + 1)) + *length - from;
	return (unsigned char *)copy + 1;
}

static void
skip_blanks(struct build *build)
{
	while (*build->at == ' ' || *build->at == '\n' || *build->at == '\r' || *build->at == '\t')
		build->at++;
}

static unsigned
hexadecimal(const unsigned char *at)
{
	unsigned code = 0;

	for (int i = 0; i < 4; i++)
		code = code * 16 + (at[i] & 0xfu) +
		       (at[i] > '9' ? 9u : 0u); /* 'A' is 0x41, 'a' 0x61 */
	return code;
}

/* RFC 3629 section 3. */
static unsigned char *
write_character(unsigned char *out, unsigned code)
{
	static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
	int length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (int i = length - 1; i > 0; i--) {
		out[i] = (unsigned char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	out[0] = (unsigned char)(leads[length] | code);
	return out + length;
}

/* Reads the escape sequence at *from, RFC 8259 section 7, and writes what it stands for. */
static unsigned char *
unescape(const unsigned char **from, unsigned char *out)
{
	static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
	const unsigned char *at = *from;
	const char *letter;
	unsigned code;

	*from = at + 2;
	if (at[1] != 'u') {
		letter = strchr(letters, at[1]);
		*out = letter ? (unsigned char)meanings[letter - letters] : at[1];
		return out + 1;
	}
	*from = at + 6;
	code = hexadecimal(at + 2);
	if (code >= 0xd800 && code <= 0xdfff) {
		code = 0x10000 + ((code & 0x3ff) << 10) + (hexadecimal(at + 8) & 0x3ff);
		*from = at + 12;
	}
	return write_character(out, code);
}

/* The rest of a string from its first escape sequence on; returns the end of its text. */
static unsigned char *
build_escaped(struct build *build, unsigned char *out)
{
	const unsigned char *from = out;

	while (*from != '"') {
		if (*from == '\\')
			out = unescape(&from, out);
		else
			*out++ = *from++;
	}
	build->at = (unsigned char *)(uintptr_t)from + 1;
	return out;
}

static char *
build_text(struct build *build)
{
	unsigned char *start = build->at + 1;
	unsigned char *end = start;

	for (;;) {
		end = (unsigned char *)(uintptr_t)json_plain_end(end, build->end);
		if (*end < 0x80)
			break;
		end++;
	}
	if (*end == '"')
		build->at = end + 1;
	else
		end = build_escaped(build, end);
	*end = '\0';
	return (char *)start;
}

/* A number that is no short integer keeps its text: one byte to the left of where it stood, where
 * there is room for the NUL. */
static void
build_long_number(struct build *build, cJSON *value)
{
	char *start = (char *)build->at - 1;
	size_t length = strspn(start + 1, "+-.0123456789eE");

	memmove(start, start + 1, length);
	build->at += length;
	start[length] = '\0';
	value->valuestring = start;
	value->valuedouble = strtod(start, NULL);
}

static void
build_number(struct build *build, cJSON *value)
{
	bool is_negative = *build->at == '-';
	const unsigned char *start = build->at + is_negative;
	const unsigned char *at = start;
	int64_t number = 0;

	value->type = cJSON_Number;
	while (*at >= '0' && *at <= '9' && at - start <= EXACT_DIGITS)
		number = number * 10 + (*at++ - '0');
	if (at - start > EXACT_DIGITS || *at == '.' || (*at | 0x20) == 'e' ||
		(is_negative && number == 0)) {
		build_long_number(build, value);
		return;
	}
	value->valuedouble = (double)(is_negative ? -number : number);
	build->at += (at - start) + is_negative;
}

/* What stands between the brackets of an array or object, and the closing one. */
static void
build_list(struct build *build, cJSON *list, unsigned char closing)
{
	cJSON *last = NULL;

	build->at++;
	skip_blanks(build);
	while (*build->at != closing) {
		cJSON *child = build->next++;

		*child = (cJSON){.prev = last};
		if (closing == '}') {
			child->string = build_text(build);
			skip_blanks(build);
			build->at++; /* the colon */
		}
		build_value(build, child);
		if (last)
			last->next = child;
		else
			list->child = child;
		last = child;
		skip_blanks(build);
		build->at += *build->at == ',';
		skip_blanks(build);
	}
	build->at++;
	if (last)
		list->child->prev = last; /* as cJSON does */
}

static void
build_word(struct build *build, cJSON *value, int type, size_t length)
{
	value->type = type;
	build->at += length;
}

static void
build_value(struct build *build, cJSON *value)
{
	skip_blanks(build);
	switch (*build->at) {
	case '"':
		value->type = cJSON_String;
		value->valuestring = build_text(build);
		break;
	case '{':
		value->type = cJSON_Object;
		build_list(build, value, '}');
		break;
	case '[':
		value->type = cJSON_Array;
		build_list(build, value, ']');
		break;
	case 't':
		build_word(build, value, cJSON_True, 4);
		break;
	case 'f':
		build_word(build, value, cJSON_False, 5);
		break;
	case 'n':
		build_word(build, value, cJSON_NULL, 4);
		break;
	default:
		build_number(build, value);
	}
}

cJSON *
json_build(struct arena *arena, const char *text, size_t length, const struct json_scan *scan)
{
	unsigned char *copy = copy_text(arena, text, &length, scan);
	cJSON *root = arena_try_raw(arena, scan->values_kept * sizeof *root);
	struct build build = {.at = copy, .end = copy + length, .next = root};

	if (!copy || !root)
		return NULL;
	*build.next++ = (cJSON){0};
	build_value(&build, root);
	return root;
}
