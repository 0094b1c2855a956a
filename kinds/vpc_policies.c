#include "kinds/vpc_policies.h"

#include "base/text.h"
#include "kinds/address_list.h"
#include "kinds/gateway.h"
#include "kinds/policy_match.h"
#include "kinds/read.h"

#define POLICY_ROUTE "spec.policyRoutes[%d]"
#define PRIORITY     POLICY_ROUTE ".priority"
#define MATCH        POLICY_ROUTE ".match"
#define ACTION       POLICY_ROUTE ".action"
#define NEXT_HOP     POLICY_ROUTE ".nextHopIP"

enum { HIGHEST_PRIORITY = 32767 };

static const struct field policies_field = {"spec.policyRoutes", 0};

static bool
read_priority(
	const struct draft *draft, const struct json *entry, struct field field, int *priority)
{
	const struct json *value = read_member(entry, field);
	int64_t number = 0;

	if (!value || (json_integer(value, &number) && number >= 0 && number <= HIGHEST_PRIORITY)) {
		*priority = (int)number;
		return true;
	}
	draft_flaw(draft, FLAW_ROUTE, field, "", "must be a number from 0 to 32767",
		"write a priority, for example 30000");
	return false;
}

static bool
read_action(const struct draft *draft, const struct json *entry, struct field field,
	const char **action)
{
	if (!read_text(draft, FLAW_ROUTE, entry, field, action))
		return false;
	if (text_equal(*action, "allow") || text_equal(*action, "drop") ||
		text_equal(*action, "reroute"))
		return true;
	draft_flaw(draft, FLAW_ROUTE, field, *action ? *action : "",
		"Kube-OVN knows only allow, drop and reroute", "write one of these three words");
	return false;
}

static bool
read_next_hops(const struct draft *draft, const struct json *entry, struct field field,
	struct address_list_addresses *list)
{
	const char *text;

	if (!read_text(draft, FLAW_ADDRESS, entry, field, &text))
		return false;
	if (!text || !*text) {
		draft_flaw(draft, FLAW_ADDRESS, field, "", "the next hop is missing",
			"write the address to reroute to, for example 10.0.0.254");
		return false;
	}
	*list = address_list_read_addresses(draft, text, field);
	return list->count > 0;
}

static bool
is_on_link(const struct declaration *vpc, const struct address *address)
{
	for (int i = 0; i < vpc->link_count; i++)
		if (prefix_contains(&vpc->links[i].prefix, address))
			return true;
	return false;
}

/* What is rerouted to a peer is on its way there. */
static bool
leads_to_peers(const struct declaration *vpc, const struct address_list_addresses *next_hops)
{
	for (size_t i = 0; i < next_hops->count; i++)
		if (!is_on_link(vpc, &next_hops->items[i]))
			return false;
	return next_hops->count > 0;
}

struct policy {
	struct policy_match match;
	int priority;
	bool allows;
	bool drops;
	struct field field;
};

struct policies {
	struct policy *items;
	size_t count;
};

static void
read_policy(
	const struct draft *draft, const struct json *entry, int index, struct policies *policies)
{
	struct policy policy = {.field = {MATCH, index}};
	struct address_list_addresses next_hops = {.count = 0};
	const char *match, *action;
	bool good;

	if (!read_is_entry(draft, FLAW_ROUTE, entry, (struct field){POLICY_ROUTE, index}))
		return;
	good = read_priority(draft, entry, (struct field){PRIORITY, index}, &policy.priority);
	good = read_text(draft, FLAW_ROUTE, entry, policy.field, &match) && good;
	good = read_action(draft, entry, (struct field){ACTION, index}, &action) && good;
	if (text_equal(action, "reroute"))
		good = read_next_hops(draft, entry, (struct field){NEXT_HOP, index}, &next_hops) &&
		       good;
	if (!good || !match || policies->count == GATEWAY_DIVERSIONS ||
		leads_to_peers(draft->declaration, &next_hops))
		return;
	policy.match = policy_match_read(draft->arena, match);
	policy.allows = text_equal(action, "allow");
	policy.drops = text_equal(action, "drop");
	policies->items[policies->count++] = policy;
}

/* More than these are not followed: what they allow may be reported as diverted. */
enum { ALLOWING_POLICIES = 16, ALLOWED_PARTS = 16 };

/* What the policy takes once those with a higher priority have allowed theirs. */
static struct policy_match
taken_by(const struct draft *draft, const struct policies *policies, const struct policy *policy)
{
	struct policy_match taken = policy->match;
	unsigned followed = 0;

	for (size_t i = 0; i < policies->count && followed < ALLOWING_POLICIES; i++) {
		const struct policy *other = &policies->items[i];

		if (!other->allows || other->match.count > ALLOWED_PARTS)
			continue;
		followed++;
		if (other->priority > policy->priority)
			taken = policy_match_without(draft->arena, taken, other->match);
	}
	return taken;
}

static void
divert(const struct draft *draft, const struct policies *policies, const struct policy *policy)
{
	struct policy_match taken;

	if (draft->declaration->diversion_count >= GATEWAY_DIVERSIONS)
		return;
	taken = taken_by(draft, policies, policy);
	for (size_t i = 0;
		i < taken.count && draft->declaration->diversion_count < GATEWAY_DIVERSIONS; i++)
		draft_diversion(draft, (struct diversion){
					       .source = taken.parts[i].source,
					       .destination = taken.parts[i].destination,
					       .priority = policy->priority,
					       .partial = taken.parts[i].partial,
					       .drops = policy->drops,
					       .field = policy->field,
				       });
}

/* Whoever allows a destination before a gateway is asked means the sources that go there. */
static void
allow(const struct draft *draft, const struct policy *policy)
{
	for (size_t i = 0; i < policy->match.count; i++)
		if (policy->priority > GATEWAY_PRIORITY_NAT && !policy->match.parts[i].partial)
			draft_allowance(
				draft, (struct allowance){
					       policy->match.parts[i].destination, policy->field});
}

void
vpc_policies_read(const struct draft *draft, const struct json *spec)
{
	const struct json *list = read_list(draft, FLAW_ROUTE, spec, policies_field);
	struct policies policies = {
		.items = ARENA_ARRAY(draft->arena, struct policy, json_count(list) + 1)};
	int index = 0;

	for (const struct json *entry = json_first(list); entry; entry = json_next(entry))
		read_policy(draft, entry, index++, &policies);
	for (size_t i = 0; i < policies.count; i++)
		if (policies.items[i].allows)
			allow(draft, &policies.items[i]);
		else
			divert(draft, &policies, &policies.items[i]);
}
