#include "validators/policy_values.h"

#include "base/text.h"

enum { HIGHEST_QUOTA = 1000000 };

/* --- spec.pools --- */

/* The file's list takes the place of the default pools of both families. */
static bool
read_pools(struct policy_reading *reading, const struct json *list,
	struct policy_pools pools[FAMILIES])
{
	if (!policy_reading_is_list(reading, list, "a list of networks"))
		return false;
	pools[FAMILY_4] = (struct policy_pools){0};
	pools[FAMILY_6] = (struct policy_pools){0};
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		struct prefix network = {0};
		struct policy_pools *of_family;

		if (!policy_reading_network(reading, item, &network))
			return false;
		of_family = &pools[network.address.family];
		if (of_family->count == POLICY_POOLS)
			return policy_reading_fail(reading, item,
				"there are more than %d pools of one family", POLICY_POOLS);
		of_family->items[of_family->count++] = network;
	}
	return true;
}

static bool
read_network_pools(struct policy_reading *reading, const struct json *list)
{
	return read_pools(reading, list, reading->policy->networks);
}

static bool
read_link_pools(struct policy_reading *reading, const struct json *list)
{
	return read_pools(reading, list, reading->policy->links);
}

bool
policy_values_read_pools(struct policy_reading *reading, const struct json *value)
{
	static const struct policy_key keys[] = {
		{"networks", read_network_pools}, {"links", read_link_pools}, {NULL, NULL}};

	return policy_reading_keys(reading, value, keys);
}

/* --- spec.shoot --- */

/* Not as a shoot-info, which would hide the real one: like an IpRange, it adds to the shoot's
 * network. */
static bool
read_shoot_cidrs(struct policy_reading *reading, const struct json *list)
{
	struct declaration *declaration = ARENA_NEW(reading->arena, struct declaration);

	if (!policy_reading_is_list(reading, list, "a list of networks"))
		return false;
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
		if (!policy_reading_network(reading, item, &claim->prefix))
			return false;
	}
	reading->policy->declaration = declaration->claim_count ? declaration : NULL;
	return true;
}

bool
policy_values_read_shoot(struct policy_reading *reading, const struct json *value)
{
	static const struct policy_key keys[] = {{"cidrs", read_shoot_cidrs}, {NULL, NULL}};

	return policy_reading_keys(reading, value, keys);
}

/* --- spec.reserved --- */

static bool
read_range(struct policy_reading *reading, const struct json *item, struct reserved_range *range)
{
	static const struct policy_key keys[] = {
		{"cidr", NULL}, {"name", NULL}, {"kinds", NULL}, {NULL, NULL}};

	if (!policy_reading_is_object(reading, item, "a range with its name") ||
		!policy_reading_keys(reading, item, keys) ||
		!policy_reading_text(reading, item, "name", &range->name))
		return false;
	if (!json_member(item, "cidr"))
		return policy_reading_fail(reading, item, "cidr is missing");
	return policy_reading_network(reading, json_member(item, "cidr"), &range->prefix) &&
	       policy_reading_kinds(reading, item, &range->guards);
}

static size_t
count_ranges(const struct reserved_range *ranges)
{
	size_t count = 0;

	while (ranges[count].name)
		count++;
	return count;
}

/* The file's ranges come first. */
bool
policy_values_read_reserved(struct policy_reading *reading, const struct json *value)
{
	static const struct policy_key keys[] = {
		{"defaults", NULL}, {"ranges", NULL}, {NULL, NULL}};
	const struct json *with_defaults = json_member(value, "defaults");
	const struct json *list = json_member(value, "ranges");
	size_t default_count = count_ranges(policy_defaults.reserved), count = 0;
	struct reserved_range *ranges = ARENA_ARRAY(
		reading->arena, struct reserved_range, json_count(list) + default_count + 1);

	if (!policy_reading_keys(reading, value, keys))
		return false;
	if (with_defaults && !json_is_boolean(with_defaults))
		return policy_reading_fail(reading, with_defaults, "expected true or false");
	if (list && !policy_reading_is_list(reading, list, "a list of ranges"))
		return false;
	for (const struct json *item = json_first(list); item; item = json_next(item))
		if (!read_range(reading, item, &ranges[count++]))
			return false;
	for (size_t i = 0; json_boolean(with_defaults, true) && i < default_count; i++)
		ranges[count++] = policy_defaults.reserved[i];
	reading->policy->reserved = ranges;
	return true;
}

/* --- spec.limits --- */

static bool
read_length(struct policy_reading *reading, const struct json *value, enum family family)
{
	unsigned length;

	if (!policy_reading_number(reading, value, prefix_bits(family), &length))
		return false;
	reading->policy->shortest_prefix[family] = (uint8_t)length;
	return true;
}

static bool
read_length_4(struct policy_reading *reading, const struct json *value)
{
	return read_length(reading, value, FAMILY_4);
}

static bool
read_length_6(struct policy_reading *reading, const struct json *value)
{
	return read_length(reading, value, FAMILY_6);
}

static bool
read_prefix_length(struct policy_reading *reading, const struct json *value)
{
	static const struct policy_key keys[] = {
		{"ipv4", read_length_4}, {"ipv6", read_length_6}, {NULL, NULL}};

	return policy_reading_keys(reading, value, keys);
}

bool
policy_values_read_limits(struct policy_reading *reading, const struct json *value)
{
	static const struct policy_key keys[] = {
		{"prefixLength", read_prefix_length}, {NULL, NULL}};

	return policy_reading_keys(reading, value, keys);
}

/* --- spec.quotas --- */

static const struct {
	const char *name;
	enum provider provider;
} providers[] = {
	{"azure", PROVIDER_AZURE}, /* first: the only one with DNS links */
	{"aws", PROVIDER_AWS},
	{"gcp", PROVIDER_GCP},
	{"kubeOvn", PROVIDER_NONE},
};

/* By the first `count` of the providers. */
static bool
read_quota(
	struct policy_reading *reading, const struct json *object, enum quota quota, size_t count)
{
	if (!policy_reading_is_object(reading, object, "providers and their limits"))
		return false;
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		size_t i = 0;

		while (i < count && !text_equal(providers[i].name, json_name(member)))
			i++;
		if (i == count)
			return policy_reading_fail(
				reading, member, "there is no key \"%s\" here", json_name(member));
		if (!policy_reading_number(reading, member, HIGHEST_QUOTA,
			    &reading->policy->quotas[quota][providers[i].provider]))
			return false;
	}
	return true;
}

static bool
read_peerings(struct policy_reading *reading, const struct json *value)
{
	return read_quota(reading, value, QUOTA_PEERINGS, sizeof providers / sizeof *providers);
}

static bool
read_routes(struct policy_reading *reading, const struct json *value)
{
	return read_quota(reading, value, QUOTA_ROUTES, sizeof providers / sizeof *providers);
}

static bool
read_links(struct policy_reading *reading, const struct json *value)
{
	return read_quota(reading, value, QUOTA_LINKS, 1);
}

static bool
read_ruleset_links(struct policy_reading *reading, const struct json *value)
{
	return read_quota(reading, value, QUOTA_RULESET_LINKS, 1);
}

bool
policy_values_read_quotas(struct policy_reading *reading, const struct json *value)
{
	static const struct policy_key keys[] = {{"peerings", read_peerings},
		{"routes", read_routes}, {"links", read_links},
		{"rulesetLinks", read_ruleset_links}, {NULL, NULL}};

	return policy_reading_keys(reading, value, keys);
}

/* --- spec.messages --- */

static bool
read_other_side(struct policy_reading *reading, const struct json *value)
{
	for (enum disclosure i = 0; i < DISCLOSURES; i++)
		if (text_equal(disclosure_name(i), json_text(value))) {
			reading->policy->disclosure = i;
			return true;
		}
	return policy_reading_fail(reading, value, "expected all, names or rule");
}

static bool
read_readers(struct policy_reading *reading, const struct json *list, const char *const **readers)
{
	const char **names = ARENA_ARRAY(reading->arena, const char *, json_count(list) + 1);

	if (!policy_reading_is_list(reading, list, "a list of names"))
		return false;
	*readers = names;
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		if (text_is_blank(json_text(item)))
			return policy_reading_fail(reading, item, "expected a name");
		*names++ = json_text(item);
	}
	return true;
}

static bool
read_reader_groups(struct policy_reading *reading, const struct json *list)
{
	return read_readers(reading, list, &reading->policy->reader_groups);
}

static bool
read_reader_users(struct policy_reading *reading, const struct json *list)
{
	return read_readers(reading, list, &reading->policy->reader_users);
}

static bool
read_reader_keys(struct policy_reading *reading, const struct json *value)
{
	static const struct policy_key keys[] = {
		{"groups", read_reader_groups}, {"users", read_reader_users}, {NULL, NULL}};

	reading->policy->readers_line = json_location(value).line;
	return policy_reading_keys(reading, value, keys);
}

bool
policy_values_read_messages(struct policy_reading *reading, const struct json *value)
{
	static const struct policy_key keys[] = {
		{"otherSide", read_other_side}, {"readers", read_reader_keys}, {NULL, NULL}};

	return policy_reading_keys(reading, value, keys);
}
