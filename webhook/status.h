/* What the webhook knows of itself: /statusz as JSON, whether its certificate counts, and the
 * counter of findings.
 *
 * /statusz names files, certificates and configurations and holds every metric with the value that
 * /metrics shows, read from the same place; it says nothing of objects but how many there are. It
 * stands on the plain port alone. A new section is a function and a row in the table of status.c;
 * new numbers come by themselves with their metric.
 *
 * Metric: peerwarden_findings_total.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "serving/tls_identity.h"
#include "validators/finding.h"
#include "webhook/registration_watch.h"
#include "webhook/settings.h"
#include "webhook/source.h"

/* All of it is lent as long as servers run. */
struct status {
	const struct settings *settings;
	const struct source *source;
	struct tls_identity *identity;
	struct registration_watch *registration; /* NULL with a folder */
};

/* Appends one JSON object; `phase` is "serving", "leaving" or "draining". The arena is for what is
 * needed on the way. */
void status_write(
	const struct status *status, const char *phase, struct arena *arena, struct buffer *buffer);

/* False, with the reason, when the certificate that is served does not count yet or any more by the
 * wall clock. */
bool status_certificate_is_valid(
	const struct status *status, struct arena *arena, struct error *error);

/* Counts the findings of an answered review by rule and action. */
void status_count_findings(const struct findings *findings);
