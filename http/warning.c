#include "http/warning.h"

#include <string.h>

/* The quoted string (RFC 9110 section 5.6.4) at `*at`, which moves behind it; NULL where it has no
 * end. */
static const char *
quoted_string(struct arena *arena, const char **at)
{
	const char *from = *at + 1;
	char *text, *end;

	for (; *from && *from != '"'; from++)
		if (*from == '\\' && from[1])
			from++;
	if (!*from)
		return NULL;
	text = end = arena_text_part(arena, *at + 1, (size_t)(from - *at - 1));
	for (const char *c = text; *c; c++) {
		c += *c == '\\';
		*end++ = *c;
	}
	*end = '\0';
	*at = from + 1;
	return text;
}

const char *const *
warning_texts(struct arena *arena, const char *header)
{
	const char **list = ARENA_ARRAY(arena, const char *, strlen(header) / 2 + 1);
	const char *at = strchr(header, '"');

	for (size_t count = 0; at; at = strchr(at, '"')) {
		list[count] = quoted_string(arena, &at);
		if (!list[count++])
			break;
		if (at[0] == ' ' && at[1] == '"') { /* the date, if there is one */
			at++;
			if (!quoted_string(arena, &at))
				break;
		}
	}
	return list;
}
