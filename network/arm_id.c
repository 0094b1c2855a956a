#include "network/arm_id.h"

#include <string.h>

#include "base/text.h"

enum { SUBSCRIPTIONS, SUBSCRIPTION, GROUPS, GROUP, PROVIDERS, PROVIDER, TYPE, NAME, PARTS };
enum { CHILD_TYPE = PARTS, CHILD, PARTS_OF_CHILD };

static const char *const fixed_parts[PARTS] = {
	[SUBSCRIPTIONS] = "subscriptions",
	[GROUPS] = "resourceGroups",
	[PROVIDERS] = "providers",
	[PROVIDER] = "Microsoft.Network",
};

static const struct {
	const char *segment;
	const char *child;
	const char *noun;
	const char *command;
} types[ARM_TYPES] = {
	[ARM_VNET] = {"virtualNetworks", "virtualNetworkPeerings", "virtual network",
		"az network vnet show --query id"},
	[ARM_ZONE] = {"privateDnsZones", "virtualNetworkLinks", "private DNS zone",
		"az network private-dns zone show --query id"},
	[ARM_RULESET] = {"dnsForwardingRulesets", "virtualNetworkLinks", "resolver ruleset",
		"az dns-resolver forwarding-ruleset show --query id"},
};

const char *
arm_id_name(const char *text)
{
	const char *slash = strrchr(text, '/');

	return slash ? slash + 1 : text;
}

bool
arm_id_is_guid(const char *text)
{
	static const char pattern[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < sizeof pattern - 1; i++)
		if (pattern[i] == '-' ? text[i] != '-'
				      : !text[i] || !strchr("0123456789abcdefABCDEF", text[i]))
			return false;
	return !text[sizeof pattern - 1];
}

/* The parts after the leading slash; more than `most` are counted as one more. */
static size_t
split(struct arena *arena, const char *text, const char *parts[], size_t most)
{
	size_t count = 0;

	for (const char *at = text; at && *at == '/'; count++) {
		size_t length = strcspn(at + 1, "/");

		if (count == most)
			return most + 1;
		parts[count] = arena_text_part(arena, at + 1, length);
		at += 1 + length;
	}
	return count;
}

static enum arm_type
type_of(const char *segment)
{
	size_t type = 0;

	while (type < ARM_TYPES && !text_equal_ignoring_case(types[type].segment, segment))
		type++;
	return (enum arm_type)type;
}

/* The Azure naming rules of groups and resources allow more letters than ASCII, but no separators.
 */
static bool
is_name(const char *text)
{
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c <= ' ' || strchr("<>%&?#\\\"'`;:,*|", *c) || *c == 0x7F)
			return false;
	return *text && strlen(text) <= 253;
}

static const char *
wrong_part(const char *const parts[PARTS])
{
	if (!text_equal_ignoring_case(parts[SUBSCRIPTIONS], fixed_parts[SUBSCRIPTIONS]))
		return "the id does not begin with /subscriptions/";
	if (!arm_id_is_guid(parts[SUBSCRIPTION]))
		return "the subscription is no GUID";
	if (!text_equal_ignoring_case(parts[GROUPS], fixed_parts[GROUPS]))
		return "resourceGroups is not where it belongs";
	if (!is_name(parts[GROUP]))
		return "the resource group is empty or has a character that no name has";
	if (!text_equal_ignoring_case(parts[PROVIDERS], fixed_parts[PROVIDERS]))
		return "providers is not where it belongs";
	if (!text_equal_ignoring_case(parts[PROVIDER], fixed_parts[PROVIDER]))
		return "the provider is not Microsoft.Network";
	if (!is_name(parts[NAME]))
		return "the resource's name is empty or has a character that no name has";
	return NULL;
}

/* Why `text` has not the form of an id at all, or NULL. */
static const char *
wrong_form(const char *text, const char *const parts[PARTS], size_t count)
{
	if (!*text)
		return "the id is empty";
	if (!strchr(text, '/'))
		return "this is a name, not a full resource id";
	if (*text != '/')
		return "the id does not begin with a slash";
	if (count > PARTS)
		return "nothing may follow the resource's name";
	if (count < PARTS)
		return "the id is not complete";
	return wrong_part(parts);
}

static enum arm_type
first_of(unsigned wanted)
{
	size_t type = 0;

	while (type + 1 < ARM_TYPES && !(wanted & ARM_BIT(type)))
		type++;
	return (enum arm_type)type;
}

static const char *
whole_form(struct arena *arena, enum arm_type type)
{
	return arena_printf(arena,
		"write "
		"/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.Network/"
		"%s/<name>, as `%s` prints it",
		types[type].segment, types[type].command);
}

static const char *
join(struct arena *arena, const char *const parts[PARTS], enum arm_type type)
{
	return arena_printf(arena,
		"/subscriptions/%s/resourceGroups/%s/providers/Microsoft.Network/%s/%s",
		parts[SUBSCRIPTION], parts[GROUP], types[type].segment, parts[NAME]);
}

/* The three parts that Cloud Manager compares with case. */
static bool
has_exact_case(const char *const parts[PARTS])
{
	return text_equal(parts[SUBSCRIPTIONS], fixed_parts[SUBSCRIPTIONS]) &&
	       text_equal(parts[GROUPS], fixed_parts[GROUPS]) &&
	       text_equal(parts[PROVIDERS], fixed_parts[PROVIDERS]);
}

bool
arm_id_check(struct arena *arena, const char *text, unsigned wanted, enum arm_type *type,
	const char **reason, const char **hint)
{
	const char *parts[PARTS] = {0};
	size_t count = split(arena, text, parts, PARTS);

	*type = ARM_TYPES;
	*reason = wrong_form(text, parts, count);
	*hint = NULL;
	if (!*reason) {
		*type = type_of(parts[TYPE]);
		if (*type == ARM_TYPES)
			*reason = arena_printf(
				arena, "this is no id of a %s", types[first_of(wanted)].noun);
		else if (!(wanted & ARM_BIT(*type)))
			*reason = arena_printf(arena, "this is the id of a %s", types[*type].noun);
		else if (has_exact_case(parts))
			return true;
	}
	if (*reason) {
		*hint = whole_form(arena, first_of(wanted));
	} else {
		*reason = "subscriptions, resourceGroups and providers must be written in exactly "
			  "this case";
		*hint = arena_printf(arena, "write %s", join(arena, parts, *type));
	}
	return false;
}

const char *
arm_id_canonical(struct arena *arena, const char *text)
{
	const char *parts[PARTS] = {0};
	enum arm_type type;

	if (wrong_form(text, parts, split(arena, text, parts, PARTS)))
		return NULL;
	type = type_of(parts[TYPE]);
	return type == ARM_TYPES ? NULL : join(arena, parts, type);
}

bool
arm_id_parse(struct arena *arena, const char *text, struct arm_id *id)
{
	const char *parts[PARTS_OF_CHILD] = {0};
	size_t count;
	enum arm_type type;

	*id = (struct arm_id){.type = ARM_TYPES};
	if (!text || strnlen(text, ARM_ID_LONGEST + 1) > ARM_ID_LONGEST)
		return false;
	count = split(arena, text, parts, PARTS_OF_CHILD);
	if ((count != PARTS && count != PARTS_OF_CHILD) || wrong_part(parts))
		return false;
	type = type_of(parts[TYPE]);
	if (type == ARM_TYPES)
		return false;
	if (count == PARTS_OF_CHILD &&
		(!text_equal_ignoring_case(parts[CHILD_TYPE], types[type].child) ||
			!is_name(parts[CHILD])))
		return false;
	*id = (struct arm_id){.type = type,
		.subscription = parts[SUBSCRIPTION],
		.group = parts[GROUP],
		.name = parts[NAME],
		.child = count == PARTS_OF_CHILD ? parts[CHILD] : ""};
	return true;
}

const char *
arm_id_write(struct arena *arena, const struct arm_id *id)
{
	return arena_printf(arena,
		"/subscriptions/%s/resourceGroups/%s/providers/Microsoft.Network/%s/%s%s%s%s%s",
		id->subscription, id->group, types[id->type].segment, id->name,
		*id->child ? "/" : "", *id->child ? types[id->type].child : "",
		*id->child ? "/" : "", id->child);
}

const char *
arm_id_segment(enum arm_type type)
{
	return types[type].segment;
}

const char *
arm_id_child_segment(enum arm_type type)
{
	return types[type].child;
}

bool
arm_id_equal(const char *a, const char *b)
{
	return a && b && text_equal_ignoring_case(a, b);
}
