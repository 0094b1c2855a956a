/* What the daemon answers on its plain port: the status page at `/`, /statusz, /metrics, /livez and
 * /readyz. */
#pragma once

#include <stdbool.h>

#include "daemon/status.h"
#include "serving/exchange.h"

/* The functions may be called from many threads at once. */
struct handlers {
	void (*look)(void *context, struct arena *arena, struct status *status);
	void (*measure)(void *context); /* brings metrics up to date that grow by themselves */
	bool (*is_synced)(void *context);
	void *context;
};

/* The context is a struct handlers. */
extern const struct endpoint handlers_plain[];
