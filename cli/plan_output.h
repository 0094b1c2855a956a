/* What `peerwarden plan` prints. The JSON form is a contract with its readers (docs/report.md):
 * names and meanings only ever gain members.
 */
#pragma once

#include "base/buffer.h"
#include "cli/trial.h"

struct plan {
	struct arena *arena;
	const struct bundle *bundle;
	struct trial given;
	const struct trial *better;     /* NULL when no better order is known */
	bool certain;                   /* that there is none better still */
	const char *const *assumptions; /* sentences, ended by NULL */
};

/* With `colour` by SGR codes (ECMA-48). */
void plan_output_text(const struct plan *plan, bool colour, struct buffer *out);
void plan_output_json(const struct plan *plan, struct buffer *out);
