/* What the webhook answers: /validate and /mutate for the API server, /livez and /readyz for the
 * kubelet, /metrics and /statusz. */
#pragma once

#include <stdatomic.h>

#include "serving/exchange.h"
#include "webhook/source.h"
#include "webhook/status.h"

/* SERVING: as usual. LEAVING: decisions go on, but each answer ends its connection, so that the API
 * server turns to another replica. DRAINING: no new decisions, since a replica that is about to end
 * cannot keep a reservation: 503 with Retry-After 0, which the API server repeats at once on a new
 * connection. */
enum handlers_phase { HANDLERS_SERVING, HANDLERS_LEAVING, HANDLERS_DRAINING };

struct handlers {
	struct source *source;
	const struct status *status; /* NULL where nobody asks for it (tests) */
	_Atomic enum handlers_phase phase;
};

/* The context of both is a struct handlers. */
extern const struct endpoint handlers_admission[];
extern const struct endpoint handlers_metrics[];
