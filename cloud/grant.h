/* What an identity provider gives: an access token (RFC 6750), and for how long. */
#pragma once

#include <stdint.h>

struct grant {
	char *token;      /* printable ASCII; secret */
	int64_t lifetime; /* seconds from before it was asked for, above 0 */
};

void grant_dispose(struct grant *grant); /* wipes; usable with CLEANUP */
