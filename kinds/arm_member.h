/* Members that hold an ARM id. */
#pragma once

#include "kinds/read.h"
#include "network/arm_id.h"

/* The id of a resource whose type is in `wanted`; NULL, with a flaw, when it is missing, empty or
 * another. `elsewhere` names, for a type that belongs into another field, that field's path by
 * type, and the flaw is then of type FLAW_ZONE; may be NULL. */
const char *arm_member_read(const struct draft *draft, const struct json *parent,
	struct field field, unsigned wanted, const char *const elsewhere[ARM_TYPES]);
