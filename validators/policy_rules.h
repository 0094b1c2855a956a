/* The parts of a policy file that are about rules: spec.rules and spec.exemptions.
 */
#pragma once

#include "validators/policy_reading.h"

bool policy_rules_read(struct policy_reading *reading, const struct json *value);
bool policy_rules_read_exemptions(struct policy_reading *reading, const struct json *value);
