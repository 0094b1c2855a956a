/* Judges a bundle as a whole: as if all of it were stored, or all of it deleted. */
#pragma once

#include "cli/state.h"
#include "report/report.h"
#include "validators/policy.h"

struct judge_request {
	struct bundle *bundle;
	struct state *state; /* its inventory ends as the bundle leaves it */
	const struct policy *policy;
	bool partial;  /* there may be more than the state knows: that is assumed */
	bool deleting; /* the bundle is deleted, not applied */
};

/* Fills the report, in the order of the input. ERROR_INVALID for an object without a name. */
bool judge_bundle(const struct judge_request *request, struct report *report, struct error *error);
