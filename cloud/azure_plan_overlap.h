/* Address spaces that Azure connects to no other: those of the two VNets that overlap, and those
 * that overlap with a VNet which is peered with the other one already. Pure.
 *
 * Of the peerings with others, those of some subnets alone and those that are disconnected are left
 * to Azure to judge.
 */
#pragma once

#include "cloud/azure_plan_steps.h"

/* True, and the plan says which, where some overlap. */
bool azure_plan_overlap_report(struct azure_plan_steps *steps);
