/* A policy is read in whole, or refused with a line or for want of room; what is read answers every
 * question, and its matches end. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "validators/policy_remarks.h"
#include "validators/policy_summary.h"
#include "validators/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEMORY = 4 << 20, NOW = 1800000000 };

static void
ask(struct arena *arena, const struct policy *policy)
{
	const struct object_id object = {KIND_SUBNET, "", "lab-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

	for (size_t i = 0; rules[i]; i++) {
		const struct exemption *exemption = policy_exemption(policy, i, &object, NOW);

		if (policy_action_for(policy, i, &object) >= ACTIONS)
			abort();
		if (exemption && (!*exemption->reason || !*exemption->owner))
			abort();
		policy_summary_rule(arena, policy, i);
	}
	for (const struct reserved_range *range = policy_reserved_ranges(policy); range->name;
		range++)
		if (range->prefix.length == 0 || range->guards == 0)
			abort();
	for (enum provider provider = PROVIDER_NONE; provider <= PROVIDER_OTHER; provider++)
		policy_quota(policy, QUOTA_PEERINGS, provider);
	policy_remarks(arena, policy);
	policy_remarks_of_expired(arena, policy, NOW);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(MEMORY);
	struct error error = {0};
	const struct policy *policy;
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	policy = policy_parse(arena, text, size, &error);
	if (policy)
		ask(arena, policy);
	else if (error.kind != ERROR_EXHAUSTED && strncmp(error.message, "line ", 5) != 0)
		abort();
	free(text);
	return 0;
}
