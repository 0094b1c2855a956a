/* The table of all rules, in the order in which they run: what later rules take for granted comes
 * first. */
#pragma once

#include "validators/rule.h"

extern const struct rule defined_twice;
extern const struct rule immutable_field;
extern const struct rule malformed_address;
extern const struct rule malformed_id;
extern const struct rule shoot_mismatch;
extern const struct rule provider_mismatch;
extern const struct rule self_peering;
extern const struct rule default_vpc;
extern const struct rule name_collision;
extern const struct rule duplicate_peering;
extern const struct rule remote_gateway;
extern const struct rule link_address_conflict;
extern const struct rule cidr_overlap;
extern const struct rule missing_shoot_tag;
extern const struct rule dns_zone_conflict;
extern const struct rule name_taken;
extern const struct rule unknown_remote;
extern const struct rule one_sided_peering;
extern const struct rule external_router;
extern const struct rule route_conflict;
extern const struct rule route_shadowed;
extern const struct rule unreachable_next_hop;
extern const struct rule missing_route;
extern const struct rule policy_override;
extern const struct rule private_subnet;
extern const struct rule partial_dual_stack;
extern const struct rule not_transitive;
extern const struct rule missing_permission;
extern const struct rule route_table_selection;
extern const struct rule cross_region;
extern const struct rule reserved_range;
extern const struct rule broad_prefix;
extern const struct rule quota_rule;
extern const struct rule delete_in_use;

/* More than there are rules, for tables with a row for each. */
enum { RULES_LIMIT = 48 };

extern const struct rule *const rules[]; /* ended by NULL */

const struct rule *rule_find(const char *id); /* NULL when there is none */
