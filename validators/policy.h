/* The policy: which action each rule has for each object, who is exempt and until when, what is
 * reserved, how much is allowed, and what a message may tell.
 *
 * Read from a YAML file with one PeeringPolicy, or with one ConfigMap whose data has that text
 * under "policy.yaml". docs/policy.md describes all of it. Unknown keys, rules and kinds are
 * errors. The action is an upper bound: the softer cases of a rule stay soft.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "network/declaration.h"
#include "validators/finding.h"

struct policy;
struct policy_pattern;

/* The defaults of all rules. Never NULL; static storage. */
const struct policy *policy_default(void);

/* From the file's text. Lives in the arena, and needs no other release. ERROR_INVALID names the
 * line; ERROR_EXHAUSTED when the arena is full. */
const struct policy *policy_parse(
	struct arena *arena, const char *text, size_t length, struct error *error);
/* From a file; the defaults when `path` is NULL. The message begins with the path. */
const struct policy *policy_read(struct arena *arena, const char *path, struct error *error);

/* For objects of a kind whose name no pattern fits. ACTION_OFF for an unknown rule. */
enum action policy_action(const struct policy *policy, const char *rule, enum kind kind);

/* By the rule's place in the table of rules.h, and the object, whose name the policy may look at as
 * well. Without exemptions. */
enum action policy_action_for(
	const struct policy *policy, size_t rule, const struct object_id *object);

/* Findings of some rules about some objects are only reported, until a day. */
struct exemption {
	uint64_t rules;  /* a bit for each place in the table of rules.h */
	unsigned guards; /* KIND_BIT()s */
	const struct policy_pattern *names;
	const char *reason;
	const char *owner;
	const char *expires; /* the last day on which it holds, in UTC: "2027-01-31" */
	int64_t end;         /* the first second since 1970 at which it does not hold */
	size_t line;         /* in the file */
	const struct exemption *next;
};

/* The first exemption that covers findings of the rule about the object and still holds at `now`,
 * in seconds since 1970; else the first that has expired; else NULL. With 0 none has expired. */
const struct exemption *policy_exemption(
	const struct policy *policy, size_t rule, const struct object_id *object, int64_t now);
bool policy_exemption_holds(const struct exemption *exemption, int64_t now);
const struct exemption *policy_exemptions(const struct policy *policy); /* all of them */
size_t policy_expired_exemptions(const struct policy *policy, int64_t now);

/* How often matching a name was given up at a limit; such a name does not match. */
unsigned policy_given_up(const struct policy *policy);

/* A range that something else uses already, and that a claim should keep out of. */
struct reserved_range {
	struct prefix prefix;
	const char *name; /* "Kyma's environment broker", "cloud metadata" */
	unsigned guards;  /* of which kinds the claims are compared with it: KIND_BIT()s */
};
/* Those of the policy and, unless it leaves them out, the defaults; ended by a NULL name. */
const struct reserved_range *policy_reserved_ranges(const struct policy *policy);

/* A claim with a shorter prefix length than this is broad. */
uint8_t policy_shortest_prefix(const struct policy *policy, enum family family);

enum quota {
	QUOTA_PEERINGS,      /* of one network */
	QUOTA_ROUTES,        /* in one route table */
	QUOTA_LINKS,         /* of one DNS zone */
	QUOTA_RULESET_LINKS, /* of one resolver ruleset */
	QUOTAS
};
/* 0 when there is no limit, as for PROVIDER_OTHER. PROVIDER_NONE is Kube-OVN. */
unsigned policy_quota(const struct policy *policy, enum quota quota, enum provider provider);

/* What an answer to the API server may tell of objects other than the one it is about: to anyone,
 * and to this user, who is a reader when the policy or the group system:masters says so. `groups`
 * is ended by NULL. */
enum disclosure policy_disclosure(const struct policy *policy);
enum disclosure policy_disclosure_to(
	const struct policy *policy, const char *user, const char *const *groups);

/* Pools of one family, ended by a length-0 prefix. */
const struct prefix *policy_network_pools(const struct policy *policy, enum family family);
const struct prefix *policy_link_pools(const struct policy *policy, enum family family);

/* The further ranges of the shoot's own network, as the declaration of the policy itself; NULL when
 * there are none. To be stored in the inventory beside shoot-info. */
const struct declaration *policy_declaration(const struct policy *policy);
