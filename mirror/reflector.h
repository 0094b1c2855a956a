/* One kind's list and watch, in a thread of its own: what the API server says goes into the
 * inventory.
 *
 * A kind that is not installed (404) counts as empty, or, if it was listed before, once it was not
 * found for 10 s. Failures wait as kube/list_watch.h says, up to 10 s.
 *
 * All functions but reflector_new and reflector_free may be called from any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ending.h"
#include "base/error.h"
#include "kinds/kind.h"
#include "kube/kube_config.h"
#include "mirror/observer.h"
#include "network/inventory.h"

struct reflector;

struct reflector_settings {
	const struct kube_config *config;
	const struct mirror_observer *observer; /* or NULL */
	struct ending *ending;
	int64_t absent_time; /* how long a kind must not be found before it is absent; 0: 10 s */
};

/* All arguments are lent as long as the reflector lives. ERROR_INVALID when the configuration
 * cannot be used. */
struct reflector *reflector_new(struct inventory *inventory,
	const struct kind_definition *definition, const struct reflector_settings *settings,
	struct error *error);

void reflector_start(struct reflector *reflector);

/* Wakes the thread from its call, after the ending was announced. */
void reflector_interrupt(struct reflector *reflector);
void reflector_free(struct reflector *reflector); /* waits for the thread; NULL is allowed */

bool reflector_is_synced(const struct reflector *reflector);
int64_t reflector_age(const struct reflector
		*reflector); /* since the server was last heard, or since the start */

/* Sets the metrics of age and state. */
void reflector_measure(const struct reflector *reflector);
