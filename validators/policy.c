#include "validators/policy.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "format/yaml.h"
#include "validators/rules.h"

enum { POOLS = 16 };

/* Pools of one family, ended by a length of 0. */
struct pools {
	struct prefix items[POOLS + 1];
	size_t count;
};

struct policy {
	unsigned char actions[RULES_LIMIT][KINDS]; /* 1 + the action; 0 is the rule's own */
	struct pools networks[FAMILIES];
	struct pools links[FAMILIES];
	const struct declaration *declaration;
};

#define V4(a, b, length_)                                                                          \
	{                                                                                          \
		{((uint64_t)(a) << 56) | ((uint64_t)(b) << 48), 0, FAMILY_4}, (length_)            \
	}
#define V6(a, length_)                                                                             \
	{                                                                                          \
		{(uint64_t)(a) << 48, 0, FAMILY_6}, (length_)                                      \
	}

static const struct policy defaults = {
	.networks[FAMILY_4] = {{V4(10, 0, 8), V4(172, 16, 12), V4(192, 168, 16)}, 3},
	.networks[FAMILY_6] = {{V6(0xfd00, 8)}, 1},
	.links[FAMILY_4] = {{V4(169, 254, 16)}, 1},
	.links[FAMILY_6] = {{V6(0xfd69, 64)}, 1},
};

const struct policy *
policy_default(void)
{
	return &defaults;
}

enum action
policy_action_of(const struct policy *policy, size_t rule, enum kind kind)
{
	unsigned char action = policy->actions[rule][kind];

	return action ? (enum action)(action - 1) : rules[rule]->action;
}

enum action
policy_action(const struct policy *policy, const char *rule, enum kind kind)
{
	for (size_t i = 0; rules[i]; i++)
		if (text_equal(rules[i]->id, rule))
			return policy_action_of(policy, i, kind);
	return ACTION_OFF;
}

const struct prefix *
policy_network_pools(const struct policy *policy, enum family family)
{
	return policy->networks[family].items;
}

const struct prefix *
policy_link_pools(const struct policy *policy, enum family family)
{
	return policy->links[family].items;
}

const struct declaration *
policy_declaration(const struct policy *policy)
{
	return policy->declaration;
}

/* Reading. Every reader takes a member of the file and fails with its line. */

struct reading {
	struct arena *arena;
	struct policy *policy;
	struct error *error;
};

struct key {
	const char *name;
	bool (*read)(struct reading *reading, const struct json *value);
};

#define FAIL(reading, value, ...)                                                                  \
	fail((reading), (value), arena_printf((reading)->arena, __VA_ARGS__))

static bool
fail(struct reading *reading, const struct json *value, const char *what)
{
	return error_set(
		reading->error, ERROR_INVALID, "line %zu: %s", json_location(value).line, what);
}

/* An object whose members are all among `keys`, ended by a NULL name; null is an empty object. */
static bool
read_keys(struct reading *reading, const struct json *object, const struct key *keys)
{
	if (!json_is_object(object) && !json_is_null(object))
		return FAIL(reading, object, "expected keys and values, not %s",
			json_type_name(object));
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		const struct key *key = keys;

		while (key->name && !text_equal(key->name, json_name(member)))
			key++;
		if (!key->name)
			return FAIL(
				reading, member, "there is no key \"%s\" here", json_name(member));
		if (!key->read(reading, member))
			return false;
	}
	return true;
}

static bool
read_action(struct reading *reading, const struct json *value, unsigned char *stored)
{
	enum action action = ACTION_OFF;
	bool is_false = json_is_boolean(value) && !json_boolean(value, true);

	if (!is_false && !(json_text(value) && action_parse(json_text(value), &action)))
		return FAIL(reading, value, "expected deny, warn, report or off");
	*stored = (unsigned char)(action + 1);
	return true;
}

static bool
find_kind(const char *name, enum kind *kind)
{
	for (int i = 0; i < KINDS; i++)
		if (text_equal(kind_name((enum kind)i), name)) {
			*kind = (enum kind)i;
			return true;
		}
	return false;
}

static bool
read_actions_by_kind(
	struct reading *reading, const struct json *object, unsigned char actions[KINDS])
{
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		enum kind kind;

		if (!find_kind(json_name(member), &kind))
			return FAIL(reading, member, "there is no kind \"%s\"", json_name(member));
		if (!read_action(reading, member, &actions[kind]))
			return false;
	}
	return true;
}

static bool
read_rule(struct reading *reading, const struct json *value, unsigned char actions[KINDS])
{
	if (json_is_object(value))
		return read_actions_by_kind(reading, value, actions);
	if (!read_action(reading, value, &actions[0]))
		return false;
	for (int kind = 1; kind < KINDS; kind++)
		actions[kind] = actions[0];
	return true;
}

static bool
read_rules(struct reading *reading, const struct json *object)
{
	if (!json_is_object(object) && !json_is_null(object))
		return FAIL(reading, object, "expected rules and their actions, not %s",
			json_type_name(object));
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		size_t rule = 0;

		while (rules[rule] && !text_equal(rules[rule]->id, json_name(member)))
			rule++;
		if (!rules[rule])
			return FAIL(reading, member, "there is no rule \"%s\"", json_name(member));
		if (!read_rule(reading, member, reading->policy->actions[rule]))
			return false;
	}
	return true;
}

static bool
read_prefix(struct reading *reading, const struct json *item, struct prefix *prefix)
{
	const char *reason = "expected text";

	if (!json_text(item) || !prefix_parse(json_text(item), prefix, &reason))
		return FAIL(reading, item, "\"%s\" is no network: %s",
			json_text(item) ? json_text(item) : "", reason);
	*prefix = prefix_network(prefix);
	if (prefix->length == 0)
		return FAIL(reading, item, "\"%s\" is every address", json_text(item));
	return true;
}

/* The file's list takes the place of the default pools of both families. */
static bool
read_pools(struct reading *reading, const struct json *list, struct pools pools[FAMILIES])
{
	if (!json_is_array(list))
		return FAIL(reading, list, "expected a list of networks");
	pools[FAMILY_4] = (struct pools){0};
	pools[FAMILY_6] = (struct pools){0};
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		struct prefix prefix = {0};
		struct pools *of_family;

		if (!read_prefix(reading, item, &prefix))
			return false;
		of_family = &pools[prefix.address.family];
		if (of_family->count == POOLS)
			return FAIL(
				reading, item, "there are more than %d pools of one family", POOLS);
		of_family->items[of_family->count++] = prefix;
	}
	return true;
}

static bool
read_network_pools(struct reading *reading, const struct json *list)
{
	return read_pools(reading, list, reading->policy->networks);
}

static bool
read_link_pools(struct reading *reading, const struct json *list)
{
	return read_pools(reading, list, reading->policy->links);
}

static bool
read_pool_keys(struct reading *reading, const struct json *object)
{
	static const struct key keys[] = {
		{"networks", read_network_pools}, {"links", read_link_pools}, {NULL, NULL}};

	return read_keys(reading, object, keys);
}

static bool
read_shoot_cidrs(struct reading *reading, const struct json *list)
{
	struct declaration *declaration = ARENA_NEW(reading->arena, struct declaration);

	if (!json_is_array(list))
		return FAIL(reading, list, "expected a list of networks");
	/* Not as a shoot-info, which would hide the real one: like an IpRange, it adds to the
	 * shoot's network. */
	declaration->object = (struct object_id){KIND_PEERING_POLICY, "", "policy"};
	declaration->home = DOMAIN_OF_SHOOT;
	declaration->claims = ARENA_ARRAY(reading->arena, struct claim, json_count(list));
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		struct claim *claim = &declaration->claims[declaration->claim_count];

		*claim = (struct claim){
			.domain = DOMAIN_OF_SHOOT,
			.role = CLAIM_NODES,
			.field = {"spec.shoot.cidrs[%d]", declaration->claim_count++},
		};
		if (!read_prefix(reading, item, &claim->prefix))
			return false;
	}
	reading->policy->declaration = declaration->claim_count ? declaration : NULL;
	return true;
}

static bool
read_shoot(struct reading *reading, const struct json *object)
{
	static const struct key keys[] = {{"cidrs", read_shoot_cidrs}, {NULL, NULL}};

	return read_keys(reading, object, keys);
}

static bool
read_spec(struct reading *reading, const struct json *object)
{
	static const struct key keys[] = {{"rules", read_rules}, {"pools", read_pool_keys},
		{"shoot", read_shoot}, {NULL, NULL}};

	return read_keys(reading, object, keys);
}

static bool
read_api_version(struct reading *reading, const struct json *value)
{
	return text_equal(json_text(value), "peerwarden.io/v1alpha1") ||
	       FAIL(reading, value, "expected apiVersion peerwarden.io/v1alpha1");
}

static bool
read_kind(struct reading *reading, const struct json *value)
{
	return text_equal(json_text(value), "PeeringPolicy") ||
	       FAIL(reading, value, "expected kind PeeringPolicy");
}

static bool
read_nothing(struct reading *reading, const struct json *value)
{
	(void)reading;
	(void)value;
	return true;
}

const struct policy *
policy_parse(struct arena *arena, const char *text, size_t length, struct error *error)
{
	static const struct key keys[] = {{"apiVersion", read_api_version}, {"kind", read_kind},
		{"metadata", read_nothing}, {"spec", read_spec}, {NULL, NULL}};
	struct reading reading = {arena, ARENA_NEW(arena, struct policy), error};
	struct yaml_documents documents;

	if (!yaml_parse(arena, text, length, &json_file_limits, &documents, error))
		return NULL;
	*reading.policy = defaults;
	if (documents.count != 1) {
		error_set(error, ERROR_INVALID,
			"line 1: expected one PeeringPolicy, not %zu documents", documents.count);
		return NULL;
	}
	if (!json_text(json_member(documents.items[0], "kind")) ||
		!json_text(json_member(documents.items[0], "apiVersion"))) {
		fail(&reading, documents.items[0],
			"expected apiVersion peerwarden.io/v1alpha1 and kind PeeringPolicy");
		return NULL;
	}
	return read_keys(&reading, documents.items[0], keys) ? reading.policy : NULL;
}

const struct policy *
policy_read(struct arena *arena, const char *path, struct error *error)
{
	struct buffer text CLEANUP(buffer_dispose);
	const struct policy *policy;

	buffer_init(&text, json_file_limits.bytes);
	if (!path)
		return policy_default();
	if (!file_read(path, &text, error))
		return NULL;
	policy = policy_parse(arena, buffer_text(&text), text.length, error);
	if (!policy)
		error_wrap(error, "%s", path);
	return policy;
}
