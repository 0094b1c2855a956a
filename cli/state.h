/* What exists already: a live cluster, or a folder or file of manifests.
 *
 * Everything goes to the inventory. The objects themselves are kept only where a bundle speaks of
 * them, so that a cluster of any size fits into memory.
 */
#pragma once

#include "cli/bundle.h"
#include "kube/kube_config.h"
#include "network/inventory.h"

/* The help of the option --state. */
#define STATE_HELP                                                                                 \
	"what exists already: a file or folder of manifests, a kubeconfig file, or \"cluster\" "   \
	"for the one that kubectl would ask"

/* Is shown each object that exists, one after the other. Both are lent for the call only. */
struct state_viewer {
	void (*see)(void *context, const struct object_id *id, const struct json *object);
	void *context;
};

struct state {
	struct arena *arena;
	const struct bundle *wanted;
	const struct state_viewer *viewer; /* NULL for nobody */
	struct inventory *inventory;
	struct manifests manifests;        /* that were read; none of a cluster */
	struct map *objects;               /* const struct json * by bundle_key */
	const struct kube_config *cluster; /* that was read; NULL when it was files */
	unsigned hidden; /* KIND_BIT()s of kinds that only inform and that we may not read */
};

/* `source` is "cluster" (what KUBECONFIG or ~/.kube/config names, or the pod's own), a kubeconfig
 * file, or a file or folder of manifests; NULL for nothing. Kinds that the cluster does not know
 * are passed over. `wanted` may be NULL. The state is to be disposed of in any case. */
bool state_read(struct arena *arena, const char *source, const struct bundle *wanted,
	struct state *state, struct error *error);
bool state_read_shown(struct arena *arena, const char *source, const struct bundle *wanted,
	const struct state_viewer *viewer, struct state *state, struct error *error);
void state_dispose(struct state *state); /* usable with CLEANUP */

/* As it is stored; NULL when it does not exist, or is not wanted. */
const struct json *state_object(const struct state *state, const struct definition *definition);

/* What is taken for granted because it may not be read, as sentences, ended by NULL. */
const char *const *state_assumptions(const struct state *state);
