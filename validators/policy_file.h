/* The policy file: read when the program starts, and again when it changes. A file that cannot be
 * used is counted and said once; what was known before stays.
 *
 * Metrics: peerwarden_policy_loaded_timestamp_seconds, peerwarden_policy_reload_failures_total,
 * peerwarden_policy_expired_exemptions, peerwarden_policy_matches_given_up_total.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/arena.h"
#include "base/error.h"
#include "network/inventory.h"
#include "validators/policy.h"

/* Which content a path leads to. A mounted ConfigMap changes by a link to another file. */
struct file_mark {
	uint64_t device;
	uint64_t inode;
	int64_t size;
	struct timespec changed; /* content, permissions or owner (st_ctim) */
};

/* One policy that was read, with the memory that it lives in. */
struct policy_file {
	const char *path; /* lent; NULL for the defaults */
	struct file_mark mark;
	struct arena *arena;
	const struct policy *policy;
	int64_t read;   /* when, in seconds since 1970 */
	int64_t looked; /* up to when ended exemptions were said; 0 before the policy is in force */
	unsigned given_up; /* matches that were counted */
};

/* Reads `path`. On failure nothing is to be disposed, and only the mark is set. */
bool policy_file_open(struct policy_file *file, const char *path, struct error *error);
void policy_file_dispose(struct policy_file *file);

/* Does the path lead to another content than the one that was read? */
bool policy_file_is_other(const struct policy_file *file);
/* `refused` could not be opened: it is counted, and left alone until it changes again. */
void policy_file_pass_over(struct policy_file *file, const struct policy_file *refused);

/* `newer` takes the place of what is in `file`, which may be all zero, and with it the ranges that
 * the policy adds to the shoot's network: they are known like those of any object. Needs
 * inventory_lock(). */
void policy_file_replace(
	struct policy_file *file, const struct policy_file *newer, struct inventory *inventory);
/* Reads the file again when it has changed; locks the inventory while the policy takes effect.
 * True when it did. */
bool policy_file_renew(struct policy_file *file, struct inventory *inventory);

/* To be called about once a second while the policy is in force; `now` in seconds since 1970, not
 * 0. Says which exemptions have ended since the last call, and sets the metrics. The first call
 * says all that have ended, and what in the policy has no effect. */
void policy_file_tick(struct policy_file *file, int64_t now);
