/* The parts of a policy file that hold networks, numbers and who may read what: spec.pools,
 * spec.shoot, spec.reserved, spec.limits, spec.quotas and spec.messages.
 */
#pragma once

#include "validators/policy_reading.h"

bool policy_values_read_pools(struct policy_reading *reading, const struct json *value);
bool policy_values_read_shoot(struct policy_reading *reading, const struct json *value);
bool policy_values_read_reserved(struct policy_reading *reading, const struct json *value);
bool policy_values_read_limits(struct policy_reading *reading, const struct json *value);
bool policy_values_read_quotas(struct policy_reading *reading, const struct json *value);
bool policy_values_read_messages(struct policy_reading *reading, const struct json *value);
