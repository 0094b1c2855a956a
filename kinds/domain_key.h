/* The keys of domains, as network/declaration.h describes them. */
#pragma once

#include "base/arena.h"
#include "network/declaration.h"

const char *domain_key_of_vpc(
	struct arena *arena, const char *name); /* "" and NULL mean the default VPC */
const char *domain_key_of_segment(struct arena *arena, const char *subnet);
/* A remote network whose account, region and id are well-formed. */
const char *domain_key_of_network(struct arena *arena, const struct remote *remote);
/* `id` is the well-formed ARM id of a private DNS zone or a resolver ruleset. */
const char *domain_key_of_zone(struct arena *arena, const char *id);
