/* Azure Resource Manager ids of the resources that a peering or link points at:
 *
 *     /subscriptions/<GUID>/resourceGroups/<group>/providers/Microsoft.Network/<type>/<name>
 *
 * Azure compares them without case. Kyma's Cloud Manager wants "subscriptions", "resourceGroups"
 * and "providers" in exactly this case, ignores provider and type, and silently drops what follows
 * the name; so the whole form is asked for here.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"

enum arm_type { ARM_VNET, ARM_ZONE, ARM_RULESET, ARM_TYPES };
#define ARM_BIT(type) (1u << (type))

/* True for the id of a resource whose type is in the set `wanted`. Otherwise *reason and *hint say
 * what to change. *type is the type that was found, also when it is not wanted, and ARM_TYPES when
 * there is none. */
bool arm_id_check(struct arena *arena, const char *text, unsigned wanted, enum arm_type *type,
	const char **reason, const char **hint);

/* The resource's name, which is the last part; lent from `text`. */
const char *arm_id_name(const char *text);

/* The id with the fixed parts in their usual case; NULL when it is no id of one of these types. */
const char *arm_id_canonical(struct arena *arena, const char *text);
