/* What the two gateways of Kube-OVN have in common: each belongs to a VPC, and its router sends
 * them all packets from some sources, wherever these are going. */
#pragma once

#include "format/json.h"
#include "kinds/draft.h"

/* Kube-OVN's priorities of their policies. A Vpc's own policies compete with them. */
enum { GATEWAY_PRIORITY_EGRESS = 29100, GATEWAY_PRIORITY_NAT = 29200 };

/* Of one object; more than anyone writes by hand. What comes after them is checked, but diverts
 * nothing. */
enum { GATEWAY_DIVERSIONS = 1024 };

/* spec.vpc becomes the home; without one it is the default VPC. */
void gateway_read_home(const struct draft *draft, const struct json *spec);

/* A list of sources, networks or addresses, in `field`. */
void gateway_divert_networks(
	const struct draft *draft, const struct json *list, struct field field, int priority);
/* Sources that are named by other objects: some addresses of either family. */
void gateway_divert_some(const struct draft *draft, struct field field, int priority);
