#include "report/visible.h"

#include <stdint.h>
#include <string.h>

#include "format/xml_write.h"

enum { CHUNK = 256, LONGEST = 4 };

/* The character at the start of the text and its bytes; a byte that starts none counts as itself.
 */
static uint32_t
character(const char *text, size_t *length)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t size = bytes[0] < 0xc2 ? 1 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : LONGEST;
	uint32_t value = size == 1 ? bytes[0] : bytes[0] & (0x7fu >> size);

	*length = 1;
	for (size_t i = 1; i < size; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return UINT32_MAX;
		value = value << 6 | (bytes[i] & 0x3fu);
	}
	*length = size;
	return size == 1 && value >= 0x80 ? UINT32_MAX : value;
}

static bool
is_hidden(uint32_t value)
{
	static const struct {
		uint32_t first, last;
	} hidden[] = {
		{0x0000, 0x0008},                                     /* controls */
		{0x000b, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad}, /* soft hyphen */
		{0x034f, 0x034f},                                     /* joiner without a shape */
		{0x061c, 0x061c},                                     /* mark of direction */
		{0x115f, 0x1160},                                     /* fillers */
		{0x17b4, 0x17b5}, {0x180b, 0x180f},
		{0x200b, 0x200f}, /* zero width, marks of direction */
		{0x2028, 0x202e}, /* line separators, bidirectional embeddings and overrides */
		{0x2060, 0x206f}, /* joiners, bidirectional isolates */
		{0x3164, 0x3164}, /* filler */
		{0xfe00, 0xfe0f}, /* variation selectors */
		{0xfeff, 0xfeff}, /* byte order mark */
		{0xffa0, 0xffa0}, /* filler */
		{0xfff0, 0xfffb}, {0xe0000, 0xe0fff}, /* tags */
	};

	for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
		if (value >= hidden[i].first && value <= hidden[i].last)
			return true;
	return false;
}

/* How many bytes from the start hide nothing, whole characters and at most a chunk of them. */
static size_t
plain_length(const char *text)
{
	size_t length = 0, step;

	while (text[length] && length + LONGEST < CHUNK &&
		!is_hidden(character(text + length, &step)))
		length += step;
	return length;
}

void
visible_write(struct buffer *out, const char *text)
{
	while (*text) {
		char chunk[CHUNK];
		size_t length = plain_length(text);

		if (length == 0) {
			buffer_printf(out, "[U+%04X]", character(text, &length));
			text += length;
			continue;
		}
		memcpy(chunk, text, length);
		chunk[length] = '\0';
		xml_write_text(out, chunk);
		text += length;
	}
}
