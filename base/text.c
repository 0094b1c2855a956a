#include "base/text.h"

#include <string.h>

static const char blanks[] = " \t\r\n";

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
text_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool
text_equal_ignoring_case(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

bool
text_starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool
text_ends_with(const char *text, const char *suffix)
{
	size_t length = strlen(text);
	size_t tail = strlen(suffix);

	return tail <= length && memcmp(text + length - tail, suffix, tail) == 0;
}

bool
text_is_blank(const char *text)
{
	return !text || text[strspn(text, blanks)] == '\0';
}

static bool
is_in_set(char c, const char *set)
{
	for (; *set; set++) {
		if (set[1] == '-' && set[2]) {
			if (c >= set[0] && c <= set[2])
				return true;
			set += 2;
		} else if (c == *set) {
			return true;
		}
	}
	return false;
}

bool
text_only_has(const char *text, const char *allowed)
{
	if (!*text)
		return false;
	while (*text && is_in_set(*text, allowed))
		text++;
	return *text == '\0';
}

const char *
text_trim(const char *text, size_t *length)
{
	size_t end;

	text += strspn(text, blanks);
	end = strlen(text);
	while (end > 0 && strchr(blanks, text[end - 1]))
		end--;
	*length = end;
	return text;
}

bool
text_to_number(const char *text, uint64_t maximum, uint64_t *number)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned digit = (unsigned)(*text - '0');

		if (*text < '0' || *text > '9' || digit > maximum)
			return false;
		if (value > (maximum - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*number = value;
	return true;
}

static bool
is_continuation(unsigned char byte)
{
	return (byte & 0xC0) == 0x80;
}

/* The length of the well-formed character at `at` (Unicode table 3-7: no overlong forms, no
 * surrogates, nothing above U+10FFFF), or 0. */
static size_t
character_length(const unsigned char *at, size_t left)
{
	unsigned char low = 0x80, high = 0xBF;
	size_t length;

	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xC2 || at[0] > 0xF4)
		return 0;
	length = at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
	if (at[0] == 0xE0)
		low = 0xA0;
	else if (at[0] == 0xED)
		high = 0x9F;
	else if (at[0] == 0xF0)
		low = 0x90;
	else if (at[0] == 0xF4)
		high = 0x8F;
	if (length > left || at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if (!is_continuation(at[i]))
			return 0;
	return length;
}

/* Most text is plain ASCII: eight bytes at a time while no top bit is set. */
static size_t
ascii_run(const char *text, size_t length)
{
	size_t run = 0;

	while (length - run >= sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, text + run, sizeof word);
		if (word & UINT64_C(0x8080808080808080))
			break;
		run += sizeof word;
	}
	return run;
}

size_t
text_valid_utf8(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length) {
		size_t step = ascii_run(text + at, length - at);

		if (step == 0)
			step = character_length((const unsigned char *)text + at, length - at);
		if (step == 0)
			break;
		at += step;
	}
	return at;
}
