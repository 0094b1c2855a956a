/* Keeps the live webhook configurations as the file of --registration says, in a thread of its own,
 * while this replica leads (registration/activation_round.h). Looks every `every`, at once after a
 * step and after a wake, and each second while what was changed settles. The file is read again at
 * each look; while it cannot be used, what it last said counts on.
 *
 * Metrics: peerwarden_registration_state, peerwarden_registration_writes_total,
 * peerwarden_registration_probe_answered, peerwarden_registration_probe_timestamp_seconds
 * (docs/metrics.md). One log line for each step, and for each change of what is found.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kube/kube_config.h"
#include "kube/leader.h"
#include "registration/activation.h"

struct registration_keeper;

struct registration_keeper_settings {
	const struct kube_config *config;
	struct leader *leader; /* NULL: always leads */
	const char *file;
	int64_t every;    /* nanoseconds, as the next */
	int64_t settling; /* registration/activation_round.h */
	/* A configuration was written, by the keeper's thread; may be NULL. */
	void (*wrote)(void *context);
	void *context;
};

/* All is lent until registration_keeper_stop. ERROR_INVALID or ERROR_NOT_FOUND when the file or the
 * cluster's address cannot be used. */
struct registration_keeper *registration_keeper_start(
	const struct registration_keeper_settings *settings, struct error *error);
/* Looks now. NULL is allowed; from any thread. */
void registration_keeper_wake(struct registration_keeper *keeper);
/* A call that is under way may go on for so long. NULL is allowed. */
void registration_keeper_stop(struct registration_keeper *keeper, int64_t patience);

struct registration_keeper_view {
	bool is_wanted; /* there is a keeper at all */
	struct {
		char name[256]; /* "" where the file has none of that type, or nothing was read */
		enum activation_state state;
		char problem[256]; /* "" for none */
	} configurations[REGISTRATION_TYPES];
	int64_t probed; /* clock_wall of the last probe, 0 for none */
	enum probe_answer answers[REGISTRATION_TYPES];
};
/* What was found last; a replica that has never led has found nothing. NULL is allowed. */
void registration_keeper_look(
	struct registration_keeper *keeper, struct registration_keeper_view *view);
