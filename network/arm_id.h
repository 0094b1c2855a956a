/* Azure Resource Manager ids of the resources that a peering or link points at:
 *
 *     /subscriptions/<GUID>/resourceGroups/<group>/providers/Microsoft.Network/<type>/<name>
 *
 * and of what stands in them: a VNet's virtualNetworkPeerings/<name>, and the
 * virtualNetworkLinks/<name> of a zone or ruleset.
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

enum { ARM_ID_LONGEST = 2048 };

struct arm_id {
	enum arm_type type;
	const char *subscription;
	const char *group;
	const char *name;
	const char *child; /* the name of the peering or link in it; "" for the resource itself */
};

/* As Azure itself writes ids, in any case of letters, which keep it; false for any other text. */
bool arm_id_parse(struct arena *arena, const char *text, struct arm_id *id);
const char *arm_id_write(struct arena *arena, const struct arm_id *id);
/* "virtualNetworks"; and of what may stand in it: "virtualNetworkPeerings". */
const char *arm_id_segment(enum arm_type type);
const char *arm_id_child_segment(enum arm_type type);

/* Do both texts name one resource? NULL equals nothing. */
bool arm_id_equal(const char *a, const char *b);

bool arm_id_is_guid(const char *text); /* 8-4-4-4-12 hexadecimal digits of either case */
