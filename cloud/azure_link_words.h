/* What is said about links: names, and commands of the Azure CLI as the way out. A command is
 * whole and to be pasted into a shell; what a shell would not take as it is stands in quotes, or
 * is left out for "<id>".
 *
 * Texts live in the arena. `target` is the zone or ruleset.
 */
#pragma once

#include "cloud/cloud.h"
#include "network/arm_id.h"

/* "private DNS zone a.example" */
const char *azure_link_words_target(struct arena *arena, const struct arm_id *target);
/* Of a link: `verb` is "delete", or "update" with its options. */
const char *azure_link_words_command(
	struct arena *arena, const struct arm_id *target, const char *verb, const char *id);
/* Lists the links. */
const char *azure_link_words_list(struct arena *arena, const struct arm_id *target);
/* Lists the zones or rulesets that its subscription has. */
const char *azure_link_words_others(struct arena *arena, const struct arm_id *target);
/* Gives the zone or ruleset with that id a tag without a value. */
const char *azure_link_words_tag(struct arena *arena, const char *id, const char *tag);

/* Of a link that was not made because of another link of the VNet: it waits for the user, with the
 * way out. Other faults stay as they are. `own` is the VNet's id. */
void azure_link_words_explain(struct arena *arena, const struct arm_id *target, const char *own,
	struct cloud_fault *fault);
