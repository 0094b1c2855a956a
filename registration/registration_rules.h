/* Which kinds and operations one rule of a webhook configuration takes in, wildcards included.
 *
 * Source: admissionregistration.k8s.io/v1 RuleWithOperations. A star among the resources is all of
 * them without their subresources. A rule of another version counts for nothing, since the objects
 * would arrive in that version.
 */
#pragma once

#include <stdbool.h>

#include "format/json.h"
#include "kinds/kind.h"

bool registration_list_has(const struct json *list, const char *wanted);

/* All of it: group, version, resource, scope and operation. */
bool registration_rule_covers(
	const struct json *rule, const struct kind_definition *kind, const char *operation);

/* Rules that come near; the operation is not looked at. */
bool registration_rule_has_resource(
	const struct json *rule, const struct kind_definition *kind, const char *operation);
bool registration_rule_has_group(
	const struct json *rule, const struct kind_definition *kind, const char *operation);
