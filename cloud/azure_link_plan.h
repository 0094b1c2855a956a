/* The plan of one link of the cluster's VNet to a private DNS zone or a resolver ruleset: what is
 * wanted and what is there, into steps. Pure: it asks nobody.
 *
 * A link is asked for where the zone or ruleset carries the tag by which its owner agrees, awaited,
 * watched and repaired; in the end it goes, if it is ours. Ours is the link of the wanted name that
 * leads to the own VNet, or that carries the mark of this object (cloud/azure_link_mark.h): who
 * wrote the name into the object meant it. One that leads to the own VNet under another name is
 * used, since Azure allows no second, and neither changed nor deleted. One of the wanted name that
 * leads to another VNet is left alone.
 *
 * A stale link, of a VNet that was deleted and made again, is deleted and made anew where our mark
 * shows it. A link that registers the names of virtual machines is put back to what Kyma wants, but
 * in a privatelink zone told alone: a PUT would reset its resolution policy, which this version of
 * the API does not show. Links to other zones are not visible from here; that two zones of one name
 * are in each other's way is found when the link is made, and explained by
 * azure_link_words_explain.
 *
 * States, reasons and conditions are those of Kyma's Cloud Manager (v1beta1), its spelling
 * included.
 */
#pragma once

#include "cloud/azure_link_facts.h"

/* Texts live in the arena, or as long as the wish and the facts. */
void azure_link_plan_make(struct arena *arena, const struct cloud_wish *wish,
	const struct azure_link_facts *facts, struct cloud_plan *plan);
