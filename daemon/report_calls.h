/* The calls of the API server that do the steps of daemon/report_plan.h, one at a time.
 *
 * Each write asks for the lead right before it is sent (daemon/workers.h). Nothing is changed or
 * deleted that was not read before and found to be ours, and only as it was then.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "daemon/report_plan.h"
#include "kube/kube_config.h"
#include "kube/leader.h"
#include "report/policy_report.h"

struct report_calls;

struct report_calls_settings {
	const struct kube_config *config;
	struct leader *leader; /* NULL: always leads */
	enum policy_report_form form;
	/* As in daemon/report_writer.h. */
	bool (*make)(void *context, struct arena *arena, const char *uid, const struct json *stored,
		struct buffer *out, uint64_t *content);
	void *context;
};

/* The settings are copied, what they point to is lent. ERROR_INVALID when the configuration cannot
 * be used. */
struct report_calls *report_calls_new(
	const struct report_calls_settings *settings, struct error *error);
void report_calls_free(struct report_calls *calls);      /* NULL is allowed */
void report_calls_interrupt(struct report_calls *calls); /* from another thread, for good */

enum report_call_how {
	REPORT_CALL_DONE,    /* and `content` stands now, unless it was to be deleted */
	REPORT_CALL_FAILED,  /* without words when there is nothing to report any more */
	REPORT_CALL_FOREIGN, /* something that is not ours is in the place */
	REPORT_CALL_STANDS,  /* one of ours was there already: `content` in `namespace` */
	REPORT_CALL_GONE,    /* it was not there any more */
};
struct report_call_end {
	enum report_call_how how;
	uint64_t content;
	const char *namespace; /* lives in the arena */
};
struct report_call_end report_calls_do(struct report_calls *calls, struct arena *arena,
	const struct report_step *step, struct error *error);

/* Deletes all reports of ours in the other form; there are none where it is not installed.
 * `deleted` says how many, also on failure. */
bool report_calls_delete_other_form(
	struct report_calls *calls, struct arena *arena, size_t *deleted, struct error *error);
