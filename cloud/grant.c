#include "cloud/grant.h"

#include "base/secret.h"

void
grant_dispose(struct grant *grant)
{
	secret_free(grant->token);
	*grant = (struct grant){0};
}
