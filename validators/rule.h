/* A rule: its name, what it guards, and the check. Each has a file of its own; rules.h lists them.
 */
#pragma once

#include "validators/finding.h"

struct case_;

struct rule {
	const char *id;
	const char *summary; /* one sentence: fails when … */
	enum action action;  /* default */
	unsigned guards;     /* KIND_BIT()s */
	bool forbids;   /* a refusal is for want of a right (403), not for what the object says */
	bool on_delete; /* asked when the subject is deleted, and only then */
	void (*check)(struct case_ *c);
};

#define GUARDS_PEERING_REQUESTS                                                                    \
	(KIND_BIT(KIND_AWS_VPC_PEERING) | KIND_BIT(KIND_GCP_VPC_PEERING) |                         \
		KIND_BIT(KIND_AZURE_VPC_PEERING))
#define GUARDS_PEERINGS (KIND_BIT(KIND_VPC) | GUARDS_PEERING_REQUESTS)
#define GUARDS_KYMA                                                                                \
	(GUARDS_PEERING_REQUESTS | KIND_BIT(KIND_AZURE_VPC_DNS_LINK) | KIND_BIT(KIND_IP_RANGE))
#define GUARDS_GATEWAYS   (KIND_BIT(KIND_VPC_NAT_GATEWAY) | KIND_BIT(KIND_VPC_EGRESS_GATEWAY))
#define GUARDS_EVERYTHING ((1u << KINDS) - 1)
