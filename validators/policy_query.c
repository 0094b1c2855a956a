#include "validators/policy.h"

#include "base/text.h"
#include "validators/policy_parts.h"
#include "validators/policy_pattern.h"

#define V4(a, b, c, d)                                                                             \
	{                                                                                          \
		((uint64_t)(a) << 56) | ((uint64_t)(b) << 48) | ((uint64_t)(c) << 40) |            \
			((uint64_t)(d) << 32),                                                     \
			0, FAMILY_4                                                                \
	}
#define V6(a, b, c, d, low)                                                                        \
	{                                                                                          \
		((uint64_t)(a) << 48) | ((uint64_t)(b) << 32) | ((uint64_t)(c) << 16) | (d),       \
			(low), FAMILY_6                                                            \
	}

#define BROKER     "Kyma's environment broker"
#define METADATA   "the cloud's metadata service"
#define GARDENER   "Gardener's VPN"
#define OF_KYMA    (GUARDS_KYMA | KIND_BIT(KIND_REMOTE_NETWORK))
#define OF_KUBEOVN (KIND_BIT(KIND_VPC) | KIND_BIT(KIND_SUBNET))

/* Gardener maps the addresses of kube-apiserver to 240.0.0.0/8, and networks of seed and shoot that
 * overlap to 241.0.0.0/8 to 244.0.0.0/8. Kube-OVN's are the defaults of --node-switch-cidr (Subnet
 * join) and --service-cluster-ip-range. */
static const struct reserved_range default_ranges[] = {
	{{V4(240, 0, 0, 0), 4}, GARDENER, GUARDS_EVERYTHING},
	{{V6(0xfd8f, 0x6d53, 0xb97a, 1, 0), 96}, GARDENER, GUARDS_EVERYTHING},
	{{V4(169, 254, 169, 254), 32}, METADATA, GUARDS_EVERYTHING},
	{{V6(0xfd00, 0xec2, 0, 0, 0x254), 128}, METADATA, GUARDS_EVERYTHING},
	{{V4(10, 242, 0, 0), 16}, BROKER, OF_KYMA},
	{{V4(10, 243, 0, 0), 16}, BROKER, OF_KYMA},
	{{V4(10, 254, 0, 0), 16}, BROKER, OF_KYMA},
	{{V4(10, 64, 0, 0), 11}, BROKER, OF_KYMA},
	{{V4(100, 64, 0, 0), 16}, "Kube-OVN's join network", OF_KUBEOVN},
	{{V4(10, 96, 0, 0), 12}, "the cluster's services", OF_KUBEOVN},
	{.name = NULL},
};

/* Quotas that a provider raises on request are here as it first grants them: AWS 50 active peerings
 * for a VPC and 500 routes in a table; Azure 500 peerings for a VNet, 1000 links for a private
 * zone, 500 for a ruleset; GCP 25 peerings for a network. */
const struct policy policy_defaults = {
	.networks[FAMILY_4] = {{{V4(10, 0, 0, 0), 8}, {V4(172, 16, 0, 0), 12},
				       {V4(192, 168, 0, 0), 16}},
		3},
	.networks[FAMILY_6] = {{{V6(0xfd00, 0, 0, 0, 0), 8}}, 1},
	.links[FAMILY_4] = {{{V4(169, 254, 0, 0), 16}}, 1},
	.links[FAMILY_6] = {{{V6(0xfd69, 0, 0, 0, 0), 64}}, 1},
	.reserved = default_ranges,
	.shortest_prefix = {[FAMILY_4] = 12, [FAMILY_6] = 48},
	.quotas =
		{
			[QUOTA_PEERINGS] =
				{[PROVIDER_AWS] = 50, [PROVIDER_GCP] = 25, [PROVIDER_AZURE] = 500},
			[QUOTA_ROUTES] = {[PROVIDER_AWS] = 500},
			[QUOTA_LINKS] = {[PROVIDER_AZURE] = 1000},
			[QUOTA_RULESET_LINKS] = {[PROVIDER_AZURE] = 500},
		},
};

const struct policy *
policy_default(void)
{
	return &policy_defaults;
}

/* The first entry that fits; without a name, the first that fits every name. */
static enum action
action_by_name(const struct policy *policy, size_t rule, enum kind kind, const char *name)
{
	const struct policy_entry *entry = policy->entries[rule];

	for (; entry; entry = entry->next)
		if ((entry->guards & KIND_BIT(kind)) &&
			(!entry->names || (name && policy_pattern_matches(entry->names, name))))
			return entry->action;
	return rules[rule]->action;
}

static enum action
action_of(const struct policy *policy, size_t rule, enum kind kind, const char *name)
{
	unsigned char action = policy->actions[rule][kind];

	if (action == POLICY_ACTION_BY_NAME)
		return action_by_name(policy, rule, kind, name);
	return action ? (enum action)(action - 1) : rules[rule]->action;
}

enum action
policy_action_for(const struct policy *policy, size_t rule, const struct object_id *object)
{
	return action_of(policy, rule, object->kind, object->name);
}

enum action
policy_action(const struct policy *policy, const char *rule, enum kind kind)
{
	for (size_t i = 0; rules[i]; i++)
		if (text_equal(rules[i]->id, rule))
			return action_of(policy, i, kind, NULL);
	return ACTION_OFF;
}

bool
policy_exemption_holds(const struct exemption *exemption, int64_t now)
{
	return now < exemption->end;
}

const struct exemption *
policy_exemptions(const struct policy *policy)
{
	return policy->exemptions;
}

const struct exemption *
policy_exemption(
	const struct policy *policy, size_t rule, const struct object_id *object, int64_t now)
{
	uint64_t bit = UINT64_C(1) << rule;
	const struct exemption *expired = NULL, *exemption;

	if (!(policy->exempted & bit))
		return NULL;
	for (exemption = policy->exemptions; exemption; exemption = exemption->next) {
		bool holds = policy_exemption_holds(exemption, now);

		if (!(exemption->rules & bit) || !(exemption->guards & KIND_BIT(object->kind)) ||
			(!holds && expired) ||
			!policy_pattern_matches(exemption->names, object->name))
			continue;
		if (holds)
			return exemption;
		expired = exemption;
	}
	return expired;
}

size_t
policy_expired_exemptions(const struct policy *policy, int64_t now)
{
	size_t count = 0;

	for (const struct exemption *exemption = policy->exemptions; exemption;
		exemption = exemption->next)
		count += !policy_exemption_holds(exemption, now);
	return count;
}

unsigned
policy_given_up(const struct policy *policy)
{
	return policy_patterns_given_up(policy->patterns);
}

const struct reserved_range *
policy_reserved_ranges(const struct policy *policy)
{
	return policy->reserved;
}

uint8_t
policy_shortest_prefix(const struct policy *policy, enum family family)
{
	return policy->shortest_prefix[family];
}

unsigned
policy_quota(const struct policy *policy, enum quota quota, enum provider provider)
{
	return provider == PROVIDER_OTHER ? 0 : policy->quotas[quota][provider];
}

enum disclosure
policy_disclosure(const struct policy *policy)
{
	return policy->disclosure;
}

static bool
is_among(const char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (text_equal(*names, name))
			return true;
	return false;
}

enum disclosure
policy_disclosure_to(const struct policy *policy, const char *user, const char *const *groups)
{
	if (is_among(policy->reader_users, user))
		return DISCLOSE_ALL;
	for (; *groups; groups++)
		if (text_equal(*groups, "system:masters") ||
			is_among(policy->reader_groups, *groups))
			return DISCLOSE_ALL;
	return policy->disclosure;
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
