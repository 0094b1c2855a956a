/* Whether two networks may be connected, by their ranges: each is compared with the other and with
 * what the other is actively peered with, as Google Cloud does it ("VPC Network Peering", subnet
 * routes). Pure.
 */
#pragma once

#include "cloud/gcp_facts.h"

/* "10.0.0.0/16 of subnetwork a of p/n and 10.0.1.0/24 of subnetwork b of q/m"; NULL when none
 * overlap, or nobody knows. */
const char *gcp_plan_overlap_find(struct arena *arena, const struct gcp_facts *facts);
