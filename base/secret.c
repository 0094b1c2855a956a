#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

/* The text is const for everybody else. */
static char *
writable(const char *text)
{
	char *same;

	memcpy(&same, &text, sizeof same);
	return same;
}

void
secret_wipe(const char *text)
{
	if (text && *text)
		explicit_bzero(writable(text), strlen(text));
}

void
secret_free(const char *text)
{
	secret_wipe(text);
	free(writable(text));
}

void
secret_dispose_buffer(struct buffer *buffer)
{
	if (buffer->data)
		explicit_bzero(buffer->data, buffer->capacity);
	buffer_dispose(buffer);
}
