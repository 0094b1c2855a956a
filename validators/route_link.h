/* The links of the subject that its static routes lead over. Found once for a case: a hub has a
 * thousand links and ten routes over each. */
#pragma once

#include "validators/case.h"

struct route_link {
	const struct claim *own; /* the first link whose own address is the next hop, or NULL */
	const struct claim *on;  /* the first link network that holds the next hop, or NULL */
};

/* Lives in the arena of the case. */
const struct route_link *route_link_of(struct case_ *c, const struct route *route);
