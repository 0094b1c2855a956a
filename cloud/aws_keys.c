#include "cloud/aws_keys.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static const char *
copy_text(const char *text)
{
	return text ? memory_text(text) : NULL;
}

void
aws_keys_copy(struct aws_keys *to, const struct aws_keys *from)
{
	*to = (struct aws_keys){
		.id = copy_text(from->id),
		.secret = copy_text(from->secret),
		.token = copy_text(from->token),
		.expires = from->expires,
		.account = copy_text(from->account),
	};
}

/* The text is const for everybody else. */
static char *
writable(const char *text)
{
	char *same;

	memcpy(&same, &text, sizeof same);
	return same;
}

void
aws_keys_wipe_text(const char *text)
{
	if (text && *text)
		OPENSSL_cleanse(writable(text), strlen(text));
}

void
aws_keys_take(struct aws_keys *to, const struct aws_keys *from)
{
	aws_keys_copy(to, from);
	aws_keys_wipe_text(from->secret);
	aws_keys_wipe_text(from->token);
}

static void
free_text(const char *text)
{
	aws_keys_wipe_text(text);
	free(writable(text));
}

void
aws_keys_dispose(struct aws_keys *keys)
{
	free_text(keys->id);
	free_text(keys->secret);
	free_text(keys->token);
	free_text(keys->account);
	*keys = (struct aws_keys){0};
}

bool
aws_keys_are_sound(const struct aws_keys *keys)
{
	return keys->id && text_only_has(keys->id, "A-Za-z0-9_") && keys->secret &&
	       text_only_has(keys->secret, "!-~") &&
	       (!keys->token || text_only_has(keys->token, "!-~"));
}

void
aws_keys_dispose_buffer(struct buffer *buffer)
{
	if (buffer->data)
		OPENSSL_cleanse(buffer->data, buffer->capacity);
	buffer_dispose(buffer);
}
