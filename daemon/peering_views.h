/* What the last pass over each peering found, for the status page and so that nothing is said
 * twice. At most PEERING_VIEWS are remembered. Thread-safe.
 *
 * Metric: peerwarden_peering_drift.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum { PEERING_VIEWS = 10000 };

struct peering_view {
	const char *key;
	const char *name;
	const char *mode;
	const char *state;       /* of the connection */
	const char *problem;     /* reason and message, or "" */
	size_t drift;            /* steps that are to be done */
	const char *first_drift; /* the first one's text, or "" */
	int64_t looked;          /* clock_wall */
};
struct peering_views {
	struct peering_view *items;
	size_t count;
};

struct peering_memory;

struct peering_memory *peering_views_new(void);
void peering_views_free(struct peering_memory *memory);

/* Takes the place of what was noted for its key; texts are copied, NULL is "". */
void peering_views_note(struct peering_memory *memory, const struct peering_view *view);
void peering_views_forget(struct peering_memory *memory, const char *key);

/* Which RemoteNetwork or RemoteZone the object leads to from now on, by its key
 * (daemon/work_key.h); NULL for none. Returns the key of the one before where that is another, or
 * NULL; owned. */
char *peering_views_lead(struct peering_memory *memory, const char *key, const char *network);

/* True when `said` is not what was last said of the object; remembers it. What was never said is
 * 0. An object that there is no room for has said nothing yet. */
bool peering_views_is_news(struct peering_memory *memory, const char *key, uint64_t said);
/* How many passes in a row, before this one, found that it has to look again soon. */
unsigned peering_views_count_look(struct peering_memory *memory, const char *key, bool soon);

/* Whether one more wait is allowed, of `most` in the object's life; counts it. Never where there is
 * no room to count. */
bool peering_views_may_wait(struct peering_memory *memory, const char *key, unsigned most);

/* How many passes in a row, before this one, found this problem (0: none) of an object with this
 * mark (daemon/peering_pass.h), and no change of its network came between. */
unsigned peering_views_count_problem(
	struct peering_memory *memory, const char *key, uint64_t mark, uint64_t problem);

/* A pass over the object with this mark is not worth its calls before `until` (clock_monotonic):
 * what its own write makes the watch tell is no news, nor is a label of its author's. Without
 * effect when it was woken since that pass began. */
void peering_views_rest(
	struct peering_memory *memory, const char *key, uint64_t mark, int64_t until);
/* The nanoseconds until then; 0, and a pass begins, when the object has changed since, or its time
 * has come. */
int64_t peering_views_rests(
	struct peering_memory *memory, const char *key, uint64_t mark, int64_t now);
/* No object rests any more: something else has changed that concerns them all. */
void peering_views_wake(struct peering_memory *memory);
/* One object does not rest any more, unless its last pass found that all is well. False where it
 * goes on to rest. */
bool peering_views_wake_one(struct peering_memory *memory, const char *key);

/* What is known of these speaks against the object: keys of RemoteNetworks and RemoteZones
 * (daemon/work_key.h), one line each; NULL for none. */
void peering_views_doubt(struct peering_memory *memory, const char *key, const char *doubted);
/* Objects that one of these speaks against do not rest any more; `wake` is told of each, with the
 * memory locked. */
void peering_views_wake_doubters(struct peering_memory *memory, const char *doubted,
	void (*wake)(void *context, const char *key), void *context);

/* In the order of their keys; copies in the arena. */
struct peering_views peering_views_look(struct arena *arena, struct peering_memory *memory);
