/* One round of the audit: every rule over everything that exists, and from that which policy report
 * each object wishes; and the report of one object as it is at this moment.
 *
 * A round holds the inventory's lock from its beginning to its end, so that all findings are of one
 * state of the cluster.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "daemon/picture.h"
#include "daemon/report_writer.h"
#include "daemon/subjects.h"
#include "network/inventory.h"
#include "report/policy_report.h"
#include "validators/policy_file.h"

/* What rounds and reports are made from. */
struct audit_room {
	struct inventory *inventory;
	struct policy_file policy;    /* changed under the inventory's lock */
	struct subjects *subjects;    /* under the inventory's lock */
	struct report_writer *writer; /* NULL: nobody wants reports */
	enum policy_report_form form;
	bool all_results;
	struct picture *picture; /* NULL: nobody wants one */
	struct buffer *drawn;    /* each round fills it anew with the picture */
	uint64_t rounds;         /* that were begun; under the inventory's lock */
	size_t stored;           /* objects in the inventory at the last one; under its lock */
};

struct audit_outcome {
	size_t objects;
	size_t findings[ACTIONS]; /* by action, each once */
	size_t failed;            /* reports that are too large to be made */
	int64_t now;              /* wall clock */
	int64_t took;             /* nanoseconds with the lock */
};

void audit_round(struct audit_room *room, struct audit_outcome *outcome);

/* For report_writer_settings.make; the context is the room. */
bool audit_round_make_report(void *context, struct arena *arena, const char *uid,
	const struct json *stored, struct buffer *out, uint64_t *content);
