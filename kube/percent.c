#include "kube/percent.h"

#include "base/text.h"

bool
percent_append(struct buffer *buffer, const char *text)
{
	for (; *text; text++) {
		char one[2] = {*text, '\0'};

		if (text_only_has(one, "a-zA-Z0-9._~-"))
			buffer_append_char(buffer, *text);
		else
			buffer_printf(buffer, "%%%02X", (unsigned char)*text);
	}
	return !buffer->overflowed;
}
