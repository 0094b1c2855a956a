/* The clouds that the settings name, opened: their rows of the table in cloud/cloud.h, and what is
 * behind them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cloud/cloud.h"
#include "daemon/settings.h"

struct clouds;

struct clouds_settings {
	const struct settings *settings; /* lent */
	int64_t longest;                 /* that one call may take, nanoseconds */
	bool (*may_call)(void *context); /* asked right before each; from any thread */
	void *context;
};

/* Nothing is asked yet. ERROR_INVALID for an environment that cannot be used. */
struct clouds *clouds_open(const struct clouds_settings *settings, struct error *error);
void clouds_close(struct clouds *clouds); /* no call may be under way; NULL is allowed */

/* Ended by a row without a name. */
const struct cloud *clouds_rows(const struct clouds *clouds);
/* Does one of them manage objects of this kind? */
bool clouds_have(const struct clouds *clouds, enum kind kind);

/* Cuts what is under way, within 100 ms, and lets nothing begin any more; from any thread. NULL is
 * allowed. */
void clouds_abort(struct clouds *clouds);
