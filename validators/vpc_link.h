/* Which of a VPC's links an address is on. */
#pragma once

#include "network/declaration.h"

/* The link network that holds the address, such as the next hop of a route to a peer; NULL when
 * none does. */
const struct claim *vpc_link_of(const struct declaration *vpc, const struct address *address);
