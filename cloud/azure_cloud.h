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

#include "cloud/azure_client.h"
#include "cloud/cloud.h"
#include "cloud/network_turns.h"

struct azure_cloud_settings {
	struct azure_client *client;    /* lent */
	const char *local_vnet;         /* the own VNet's id, or "" for the shoot's */
	const char *local_subscription; /* of the shoot's VNet; or "" */
	const char *local_tenant;       /* or "" for the program's own */
	struct network_turns *turns;    /* lent; NULL: nobody is waited for */
	int64_t patience;               /* that an operation is followed by a step, nanoseconds */
};

struct azure_cloud;

/* Texts are copied. */
struct azure_cloud *azure_cloud_new(const struct azure_cloud_settings *settings);
void azure_cloud_free(struct azure_cloud *cloud); /* NULL is allowed */

struct cloud azure_cloud_row(struct azure_cloud *cloud);
