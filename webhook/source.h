/* The source of truth: the inventory that decisions are made against, with its policy, and whether
 * it can be trusted now.
 *
 * Either a folder of manifests, where an admitted object counts as applied, or the live cluster,
 * where it is reserved until the watch shows it. SIGHUP reads folder and policy again: all of it
 * takes effect under one lock, or, when any part is broken, nothing does. The policy is also read
 * when its file changes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "network/inventory.h"
#include "validators/policy.h"

struct source;

struct source_settings {
	const char *folder;       /* of manifests, or NULL for the live cluster */
	const char *kubeconfig;   /* or NULL for the pod's ServiceAccount */
	const char *policy;       /* a file, or NULL for the defaults */
	int64_t reservation_time; /* nanoseconds */
	int64_t stale_after;
};

enum source_state { SOURCE_READY, SOURCE_NOT_SYNCED, SOURCE_STALE };

/* Texts of the settings are lent until source_close. */
struct source *source_open(const struct source_settings *settings, struct error *error);
void source_close(struct source *source);

bool source_reload(struct source *source, struct error *error);
enum source_state source_state(const struct source *source);
const char *source_state_text(enum source_state state); /* for an answer */

struct inventory *source_inventory(const struct source *source);
/* True for a folder: what is admitted counts as applied. */
bool source_applies(const struct source *source);

/* These need inventory_lock(). The policy is lent until the lock is given back. */
const struct policy *source_policy(const struct source *source);
void source_admit(struct source *source, const struct declaration *declaration);
void source_forget(struct source *source, const struct object_id *object);

/* To be called about once a second: reads a changed policy, ends old reservations, sets the gauges.
 */
void source_tick(struct source *source, int64_t now);
