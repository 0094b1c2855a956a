/* The mirror: a live copy of what the cluster says, kept in an inventory by list and watch.
 *
 * One reflector per kind. A kind whose CRD is not installed counts as synced and empty, and is
 * tried again with back-off, so that it is guarded soon after it appears; one that was there before
 * keeps its objects until it was not found for 10 s. A kind that is not selected is never asked for
 * and counts in nothing. Watches carry bookmarks; a 410 Gone lists again; errors back off with full
 * jitter. Sources: Kubernetes API concepts (efficient detection of changes), KEP-956 (watch
 * bookmarks).
 *
 * The mirror locks the inventory for each event, for microseconds, or for a page of a list.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kinds/kind_selection.h"
#include "kube/kube_config.h"
#include "mirror/observer.h"
#include "network/inventory.h"

struct mirror;

/* Returns at once; the first list goes on in the background. ERROR_INVALID when the configuration
 * cannot be used. All arguments but the selection are lent until mirror_stop; there may be no
 * observer (NULL), and no selection (NULL: all kinds). Tells the observer what is left out. */
struct mirror *mirror_start(struct inventory *inventory, const struct kube_config *config,
	const struct kind_selection *selection, const struct mirror_observer *observer,
	struct error *error);
void mirror_stop(struct mirror *mirror); /* waits for the threads; at most a second */

/* True once every selected kind has been listed (or is known not to be installed). */
bool mirror_is_synced(const struct mirror *mirror);

/* The time since the slowest kind was last heard of (an event, a bookmark, a list, the beginning or
 * end of a watch, or a successful look for its CRD), in nanoseconds. Below 40 s while the API
 * server answers, however quiet the cluster is. */
int64_t mirror_age(const struct mirror *mirror);
