/* What this program may do to a resource, as the Azure Resource Manager lists it, and what of that
 * is missing for a peering or link.
 *
 * Follows Microsoft.Authorization/permissions, version 2022-04-01, and "Understand Azure role
 * definitions": a "*" stands for any text, case does not count, and an action is allowed when one
 * of the entries names it in `actions` and not in `notActions`, which take nothing from other
 * entries. The list is of role assignments at the resource and above; deny assignments are not in
 * it, and conditions, which concern data and role assignments, are not judged.
 */
#pragma once

#include "cloud/azure_read.h"
#include "network/arm_id.h"

struct azure_permission {
	const char *const *actions; /* ended by NULL */
	const char *const *not_actions;
};
struct azure_permissions {
	const struct azure_permission *items;
	size_t count;
	const char *next; /* the URL of the next page; or "" */
};

/* Texts are lent from `root`. False with ERROR_INVALID or ERROR_EXHAUSTED. */
bool azure_rights_read(struct arena *arena, const struct json *root,
	struct azure_permissions *permissions, struct error *error);

bool azure_rights_allow(const struct azure_permissions *permissions, const char *action);

enum { AZURE_RIGHTS_MOST = 5 };

/* Those that a peering of a VNet, or a link of a zone or ruleset, needs there and that are missing:
 * "Microsoft.Network/virtualNetworks/peer/action". Returns how many there are. */
size_t azure_rights_missing(const struct azure_permissions *permissions, enum arm_type type,
	const char *missing[AZURE_RIGHTS_MOST]);
