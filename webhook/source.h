/* The source of truth: the inventory that decisions are made against, with its policy, and whether
 * it can be trusted now.
 *
 * Either a folder of manifests, where an admitted object counts as applied, or the live cluster
 * (webhook/cluster.h). SIGHUP reads folder and policy again: all of it
 * takes effect under one lock, or, when any part is broken, nothing does. The policy is also read
 * when its file changes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kinds/kind_selection.h"
#include "network/inventory.h"
#include "validators/policy.h"
#include "webhook/cluster.h"

struct source;

struct source_settings {
	const char *folder; /* of manifests, or NULL for the live cluster */
	struct cluster_settings cluster;
	const struct kind_selection *selection; /* lent; NULL: all kinds */
	const char *policy;                     /* a file, or NULL for the defaults */
	int64_t stale_after;                    /* nanoseconds */
};

enum source_state {
	SOURCE_READY,
	SOURCE_NOT_SYNCED,
	SOURCE_STALE,
	SOURCE_UNREADABLE, /* there is a page of the ledger that cannot be read */
};

/* Texts of the settings are lent until source_close. */
struct source *source_open(const struct source_settings *settings, struct error *error);
void source_close(struct source *source);

bool source_reload(struct source *source, struct error *error);
enum source_state source_state(const struct source *source);
const char *source_state_text(enum source_state state); /* for an answer */

/* An object of a kind that is not guarded is none of ours. */
bool source_guards(const struct source *source, enum kind kind);

struct inventory *source_inventory(const struct source *source);
/* NULL for a folder, where what is admitted counts as applied. */
struct cluster *source_cluster(const struct source *source);

/* These need inventory_lock(). The policy is lent until the lock is given back. */
const struct policy *source_policy(const struct source *source);
/* For a folder: this is stored, or gone, from now on. */
void source_admit(struct source *source, const struct declaration *declaration);
void source_forget(struct source *source, const struct object_id *object);
/* Every reservation that is known counts, whatever the last decision has looked at. */
void source_count_all(struct source *source);

/* To be called about once a second: reads a changed policy, takes back what /mutate has given out
 * to nobody, sets the gauges. */
void source_tick(struct source *source, int64_t now);
