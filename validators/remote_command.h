/* Commands for the owner of the remote side, as the way out of a finding: of the cloud's own
 * command line, complete, to be pasted into a shell. */
#pragma once

#include "validators/case.h"

/* Deletes the peering of this name in a network, or the link of this name in a zone or ruleset:
 * "az network vnet peering delete --ids …". NULL where there is none by name (AWS), and for a name
 * that a shell would not take as it is. Lives in the arena of the case. */
const char *remote_command_delete(struct case_ *c, const struct remote *remote, const char *name);

/* Lists the links of a private DNS zone or a resolver ruleset; NULL for anything else. */
const char *remote_command_list_links(struct case_ *c, const struct remote *remote);
