/* What a policy is made of: for the files that read one and those that answer from it.
 */
#pragma once

#include "validators/policy.h"
#include "validators/policy_pattern.h"
#include "validators/rules.h"

enum { POLICY_POOLS = 16, POLICY_ACTION_BY_NAME = 0xff };

/* Networks of one family, ended by a length of 0. */
struct policy_pools {
	struct prefix items[POLICY_POOLS + 1];
	size_t count;
};

/* One entry of a rule's list of actions: the first that fits an object counts. */
struct policy_entry {
	unsigned guards;                    /* KIND_BIT()s */
	const struct policy_pattern *names; /* NULL is every name */
	enum action action;
	size_t line;
	struct policy_entry *next;
};

struct policy {
	/* 1 + the action; 0 is the rule's own; POLICY_ACTION_BY_NAME sends to the entries. */
	unsigned char actions[RULES_LIMIT][KINDS];
	struct policy_entry *entries[RULES_LIMIT];
	struct policy_pools networks[FAMILIES];
	struct policy_pools links[FAMILIES];
	const struct declaration *declaration;
	const struct reserved_range *reserved; /* ended by a NULL name */
	uint8_t shortest_prefix[FAMILIES];
	unsigned quotas[QUOTAS][PROVIDER_OTHER];
	const struct exemption *exemptions; /* in the order of the file */
	uint64_t exempted;                  /* a bit for each rule that has an exemption */
	enum disclosure disclosure;
	const char *const *reader_groups; /* ended by NULL; NULL is none */
	const char *const *reader_users;
	size_t readers_line;
	struct policy_patterns *patterns; /* NULL: there are none */
};

extern const struct policy policy_defaults;
