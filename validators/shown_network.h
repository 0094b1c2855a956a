/* A network that a cloud names in what it shows of a peering. */
#pragma once

#include "validators/case.h"

/* The domain of a network, by the full resource id of Azure, or by the URL of Google Cloud or its
 * part from projects/ on. NULL for any other text, and for other clouds. Lives in the arena of the
 * case. */
const char *shown_network_domain(struct case_ *c, enum provider provider, const char *id);

/* Does what is known of the network show a peering that leads to this domain? */
bool shown_network_leads_to(struct case_ *c, const struct declaration *network, const char *domain);
