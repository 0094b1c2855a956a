#include "cloud/aws_keys.h"

#include "base/memory.h"
#include "base/secret.h"
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

void
aws_keys_take(struct aws_keys *to, const struct aws_keys *from)
{
	aws_keys_copy(to, from);
	secret_wipe(from->secret);
	secret_wipe(from->token);
}

void
aws_keys_dispose(struct aws_keys *keys)
{
	secret_free(keys->id);
	secret_free(keys->secret);
	secret_free(keys->token);
	secret_free(keys->account);
	*keys = (struct aws_keys){0};
}

bool
aws_keys_are_sound(const struct aws_keys *keys)
{
	return keys->id && text_only_has(keys->id, "A-Za-z0-9_") && keys->secret &&
	       text_only_has(keys->secret, "!-~") &&
	       (!keys->token || text_only_has(keys->token, "!-~"));
}
