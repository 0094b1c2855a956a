/* The matchConditions that an entry of ours may have. Each leaves out only what need not be
 * decided: updates of nothing that decisions are made of, and what somebody who may declares an
 * emergency (docs/registration.md).
 *
 * Source: KEP-3716. One that fails to evaluate is a refusal where failurePolicy is Fail.
 */
#pragma once

#include <stdbool.h>

#include "format/json.h"

struct registration_condition {
	const char *name;
	const char *expression; /* CEL, as manifests/webhook-configurations.yaml has it */
};
enum { REGISTRATION_CONDITIONS = 2 };
extern const struct registration_condition registration_conditions[REGISTRATION_CONDITIONS];

/* True when an entry's list, or NULL, has no other ones. */
bool registration_conditions_are_ours(const struct json *conditions);
