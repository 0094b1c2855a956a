/* The table of all rules, in the order in which they run: what later rules take for granted comes
 * first. */
#pragma once

#include "validators/rule.h"

extern const struct rule defined_twice;
extern const struct rule immutable_field;
extern const struct rule malformed_address;
extern const struct rule malformed_id;
extern const struct rule shoot_mismatch;
extern const struct rule self_peering;
extern const struct rule default_vpc;
extern const struct rule duplicate_peering;
extern const struct rule link_address_conflict;
extern const struct rule cidr_overlap;
extern const struct rule missing_shoot_tag;
extern const struct rule unknown_remote;
extern const struct rule one_sided_peering;
extern const struct rule route_shadowed;
extern const struct rule unreachable_next_hop;
extern const struct rule missing_route;

/* More than there are rules, for tables with a row for each. */
enum { RULES_LIMIT = 48 };

extern const struct rule *const rules[]; /* ended by NULL */

const struct rule *rule_find(const char *id); /* NULL when there is none */
