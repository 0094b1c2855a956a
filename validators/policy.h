/* The policy: which action each rule has for each kind, and the pools that suggestions come from.
 *
 * Read from a YAML file:
 *     apiVersion: peerwarden.io/v1alpha1
 *     kind: PeeringPolicy
 *     spec:
 *       rules:
 *         missing-route: "off"             # for every kind
 *         one-sided-peering: {Vpc: report}  # for one kind
 *       pools:
 *         networks: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fd00::/8]
 *         links: [169.254.0.0/16, fd69::/64]
 *       shoot:
 *         cidrs: [10.180.0.0/16]           # further ranges of the shoot's own network, such as its
 * VPC Unknown keys, rules and kinds are errors. off without quotes is false in YAML, and
 * understood. The action is an upper bound: the softer cases of a rule stay soft.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "network/declaration.h"
#include "validators/finding.h"

struct policy;

/* The defaults of all rules. Never NULL; static storage. */
const struct policy *policy_default(void);

/* From the file's text. Lives in the arena. ERROR_INVALID names the line. */
const struct policy *policy_parse(
	struct arena *arena, const char *text, size_t length, struct error *error);
/* From a file; the defaults when `path` is NULL. The message begins with the path. */
const struct policy *policy_read(struct arena *arena, const char *path, struct error *error);

enum action policy_action(const struct policy *policy, const char *rule,
	enum kind kind); /* ACTION_OFF for an unknown rule */
enum action policy_action_of(const struct policy *policy, size_t rule,
	enum kind kind); /* by its place in the table of rules.h */

/* Pools of one family, ended by a length-0 prefix. */
const struct prefix *policy_network_pools(const struct policy *policy, enum family family);
const struct prefix *policy_link_pools(const struct policy *policy, enum family family);

/* The further ranges of the shoot's own network, as the declaration of the policy itself; NULL when
 * there are none. To be stored in the inventory beside shoot-info. */
const struct declaration *policy_declaration(const struct policy *policy);
