/* VNet peerings on Azure as one of the clouds: facts of both sides (cloud/azure_facts.h), the plan
 * made of them (cloud/azure_plan.h), and the calls that a step is.
 *
 * Before a step changes a half it reads it, and keeps of it what nobody has declared: its own
 * gateway's use on the own side, the use of ours on the remote one. An operation is followed for
 * `patience` and then left to go on: the next plan sees it in the half. One that mends what such an
 * operation has left as failed is followed for longer, to learn why. While Azure is busy with
 * one of the two VNets, or another peering's turn is not over, the step is put off and is no fault.
 */
#pragma once

#include "cloud/azure_access.h"
#include "cloud/cloud.h"
#include "cloud/network_turns.h"

struct azure_cloud;

/* What `access` leads to is lent, and so are the turns; NULL: nobody is waited for. A step follows
 * an operation for the access's patience. */
struct azure_cloud *azure_cloud_new(const struct azure_access *access, struct network_turns *turns);
void azure_cloud_free(struct azure_cloud *cloud); /* NULL is allowed */

struct cloud azure_cloud_row(struct azure_cloud *cloud);
