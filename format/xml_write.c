#include "format/xml_write.h"

#include <string.h>

#include "base/text.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* The bytes of the character at the start of a text that is not empty; 0 when it is no UTF-8. */
static size_t
character_length(const char *text)
{
	unsigned char first = (unsigned char)*text;
	size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

	return text_valid_utf8(text, strnlen(text, length)) == length ? length : 0;
}

/* Of the characters of one byte and of U+FFFE and U+FFFF. */
static bool
is_allowed(const char *character)
{
	unsigned char first = (unsigned char)*character;

	if (first < ' ')
		return first == '\t' || first == '\n' || first == '\r';
	return !text_starts_with(character, "\xef\xbf\xbe") &&
	       !text_starts_with(character, "\xef\xbf\xbf");
}

static const char *
reference(char character, bool in_attribute)
{
	switch (character) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\r':
		return "&#13;";
	case '\n':
		return in_attribute ? "&#10;" : NULL;
	case '\t':
		return in_attribute ? "&#9;" : NULL;
	default:
		return NULL;
	}
}

static void
write_escaped(struct buffer *out, const char *text, bool in_attribute)
{
	while (*text) {
		size_t length = character_length(text);
		const char *instead = reference(*text, in_attribute);

		if (length == 0 || !is_allowed(text))
			instead = REPLACEMENT;
		if (instead)
			buffer_append_text(out, instead);
		else
			buffer_append(out, text, length);
		text += length ? length : 1;
	}
}

void
xml_write_text(struct buffer *out, const char *text)
{
	write_escaped(out, text, false);
}

void
xml_write_attribute(struct buffer *out, const char *name, const char *value)
{
	buffer_printf(out, " %s=\"", name);
	write_escaped(out, value, true);
	buffer_append_char(out, '"');
}
