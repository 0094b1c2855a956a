#include "base/percent.h"

#include "base/text.h"

void
percent_append_byte(struct buffer *buffer, unsigned char byte)
{
	char one[] = {(char)byte, '\0'};

	if (text_only_has(one, "a-zA-Z0-9._~-"))
		buffer_append_char(buffer, one[0]);
	else
		buffer_printf(buffer, "%%%02X", byte);
}

void
percent_append(struct buffer *buffer, const char *text)
{
	for (; *text; text++)
		percent_append_byte(buffer, (unsigned char)*text);
}
