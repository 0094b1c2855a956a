/* The policy routes of a Vpc: what they divert from its static routes, what they let pass before a
 * gateway diverts it (its allowances), and the words that stop Kube-OVN. */
#pragma once

#include "format/json.h"
#include "kinds/draft.h"

/* After the peerings: a policy that reroutes to an address on one of their links diverts nothing
 * from them. */
void vpc_policies_read(const struct draft *draft, const struct json *spec);
