/* A policy in a few words, for people: what it changes, and what it exempts.
 */
#pragma once

#include "validators/policy.h"

/* What the file says of a rule, by its place in the table of rules.h, in the file's order:
 * "Subnet with names ^lab-: warn; deny". NULL when that is the rule's default. */
const char *policy_summary_rule(struct arena *arena, const struct policy *policy, size_t rule);

/* "cidr-overlap, missing-route" */
const char *policy_summary_rules(struct arena *arena, const struct exemption *exemption);
/* "Subnet, Vpc"; "" for all of them */
const char *policy_summary_kinds(struct arena *arena, unsigned guards);
const char *policy_summary_names(const struct exemption *exemption); /* the expression */
