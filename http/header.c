#include "http/header.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

bool
header_is_sound(const char *line)
{
	static const char letters[] = "!#$%&'*+.^_`|~0-9A-Za-z-";
	const char *at = line;

	for (char one[2] = {*at, '\0'}; *at && text_only_has(one, letters); one[0] = *at)
		at++;
	return at > line && *at == ':' && !text_is_blank(at + 1) && text_only_has(at, " -~");
}

bool
header_append_lines(struct curl_slist **list, const char *const *lines)
{
	const char *accept = "Accept: application/json";

	for (; lines && *lines; lines++) {
		if (!header_is_sound(*lines))
			return false;
		if (strncasecmp(*lines, "Accept:", strlen("Accept:")) == 0)
			accept = *lines;
		else
			*list = curl_slist_append(*list, *lines);
	}
	*list = curl_slist_append(*list, accept);
	return true;
}

bool
header_append_type(struct curl_slist **list, struct arena *arena, const char *type)
{
	const char *line = type ? arena_printf(arena, "Content-Type: %s", type) : "Content-Type:";

	if (type && !header_is_sound(line))
		return false;
	*list = curl_slist_append(*list, line);
	return true;
}
