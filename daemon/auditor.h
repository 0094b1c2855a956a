/* The auditor: every rule over everything that exists, at the start and after each change, and the
 * policy reports that say so.
 *
 * A thread judges all that is stored once the mirror is synced and then whenever something has
 * changed, so that what it says is what `peerwarden audit` says; between two rounds it rests ten
 * times as long as the last one took, but 4 s at most, so that a change is told within 5 s. Another
 * watches and writes the reports while this replica leads: what daemon/report_plan.h says is due.
 *
 * The mirror has to be stopped before the auditor. Reports that stand when they are no longer
 * wanted at all (`reports` false) stay until their objects go.
 *
 * Metrics: peerwarden_audit_..., peerwarden_report... (docs/metrics.md).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kube/kube_config.h"
#include "kube/leader.h"
#include "mirror/observer.h"
#include "network/inventory.h"
#include "report/policy_report.h"
#include "validators/policy_file.h"

struct auditor;

struct auditor_settings {
	struct inventory *inventory;
	const struct kube_config *config;
	struct leader *leader; /* NULL: always leads */
	const char *policy;    /* a file, or NULL for the defaults; read again when it changes */
	bool reports;          /* false: only metrics and the status page */
	enum policy_report_form form;
	bool all_results; /* what passes is told too */
	size_t maximum;   /* of reports */
	int64_t interval; /* between two writes of one report, nanoseconds */
};

/* All is lent until auditor_stop. ERROR_INVALID when configuration or policy cannot be used. */
struct auditor *auditor_start(const struct auditor_settings *settings, struct error *error);
void auditor_stop(struct auditor *auditor); /* NULL is allowed */

/* From the mirror, with the inventory locked: something was seen. */
void auditor_saw(struct auditor *auditor, const struct sighting *sighting);
/* From the mirror, with the inventory locked: a kind has come to some version. */
void auditor_reached(struct auditor *auditor);
/* The mirror is synced, once; from any thread. */
void auditor_begin(struct auditor *auditor);
/* The lead has come or gone. */
void auditor_wake(struct auditor *auditor);

/* What the policy in force has against one object as it is stored now, in the words that its author
 * may read. False when it is not stored; it may still be on its way. The findings live in the
 * arena. From any thread, without the inventory's lock. */
bool auditor_judge(struct auditor *auditor, struct arena *arena, const struct object_id *object,
	struct findings *findings);

struct auditor_view {
	bool began;
	size_t objects;
	size_t findings[ACTIONS]; /* by action */
	int64_t audited;          /* clock_wall of the last round; 0 for none */
	int64_t took;             /* nanoseconds */
	size_t reports;           /* stored */
	size_t wanted;
	size_t left_out;
	size_t blocked;
	size_t behind;
	char problem[256]; /* of watching or writing them; "" */
};
void auditor_look(struct auditor *auditor, struct auditor_view *view);

/* The picture of the last round as SVG (report/graph.h), which lives in the arena; NULL before the
 * first one, and when it was too large. */
const char *auditor_picture(struct auditor *auditor, struct arena *arena);
