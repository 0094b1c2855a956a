#include "cloud/azure_rights.h"

#include <ctype.h>

#include "base/text.h"

#define VNET    "Microsoft.Network/virtualNetworks/"
#define ZONE    "Microsoft.Network/privateDnsZones/"
#define RULESET "Microsoft.Network/dnsForwardingRulesets/"

static const char *const needed[ARM_TYPES][AZURE_RIGHTS_MOST] = {
	[ARM_VNET] = {VNET "read", VNET "virtualNetworkPeerings/read",
		VNET "virtualNetworkPeerings/write", VNET "virtualNetworkPeerings/delete",
		VNET "peer/action"},
	[ARM_ZONE] = {ZONE "read", ZONE "virtualNetworkLinks/read",
		ZONE "virtualNetworkLinks/write", ZONE "virtualNetworkLinks/delete"},
	[ARM_RULESET] = {RULESET "read", RULESET "virtualNetworkLinks/read",
		RULESET "virtualNetworkLinks/write", RULESET "virtualNetworkLinks/delete"},
};

static const char *const *
read_patterns(struct azure_reader *reader, const struct json *entry, const char *name)
{
	const struct json *list = json_member(entry, name);
	const char **patterns = azure_read_room(reader, json_count(list), sizeof *patterns);
	size_t count = 0;

	if (!patterns)
		return NULL;
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		const char *pattern = json_text(item);

		if (pattern)
			patterns[count++] = pattern;
		else
			azure_read_fail(reader, ERROR_INVALID, name, "has what is no text");
	}
	patterns[count] = NULL;
	return patterns;
}

bool
azure_rights_read(struct arena *arena, const struct json *root,
	struct azure_permissions *permissions, struct error *error)
{
	struct azure_reader reader = {arena, error, false};
	const struct json *list = json_member(root, "value");
	struct azure_permission *items;

	*permissions = (struct azure_permissions){.next = ""};
	if (!json_is_array(list))
		return azure_read_fail(&reader, ERROR_INVALID, "value", "is missing in the answer");
	items = azure_read_room(&reader, json_count(list), sizeof *items);
	permissions->items = items;
	for (const struct json *item = json_first(list); item && !reader.failed;
		item = json_next(item))
		items[permissions->count++] =
			(struct azure_permission){read_patterns(&reader, item, "actions"),
				read_patterns(&reader, item, "notActions")};
	permissions->next = azure_read_text(root, "nextLink");
	return !reader.failed;
}

static bool
is_same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* The last star takes one character more each time that what follows it does not fit. */
static bool
fits(const char *pattern, const char *action)
{
	const char *behind = NULL; /* the last star */
	const char *taken = NULL;  /* what it has not taken yet */

	while (*action)
		if (*pattern == '*') {
			behind = ++pattern;
			taken = action;
		} else if (*pattern && is_same(*pattern, *action)) {
			pattern++;
			action++;
		} else if (behind) {
			pattern = behind;
			action = ++taken;
		} else {
			return false;
		}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static bool
any_fits(const char *const *patterns, const char *action)
{
	for (; *patterns; patterns++)
		if (fits(*patterns, action))
			return true;
	return false;
}

bool
azure_rights_allow(const struct azure_permissions *permissions, const char *action)
{
	for (size_t i = 0; i < permissions->count; i++)
		if (any_fits(permissions->items[i].actions, action) &&
			!any_fits(permissions->items[i].not_actions, action))
			return true;
	return false;
}

size_t
azure_rights_missing(const struct azure_permissions *permissions, enum arm_type type,
	const char *missing[AZURE_RIGHTS_MOST])
{
	size_t count = 0;

	for (size_t i = 0; i < AZURE_RIGHTS_MOST && needed[type][i]; i++)
		if (!azure_rights_allow(permissions, needed[type][i]))
			missing[count++] = needed[type][i];
	return count;
}
