/* The plan of one VNet peering on Azure: what is wanted and what is there, into steps. Pure: it
 * asks nobody.
 *
 * A peering is two halves, one in each VNet: the own one is made first, then the remote one, if
 * that VNet carries the tag; or is found there, made by somebody else, and used. What leads
 * elsewhere under a name that is wanted is never touched. A half that lost its partner is
 * Disconnected and is put anew itself before the other one; a remote one only with the tag. A tag
 * that goes later does not break what is connected. States, reasons and conditions are those of
 * Kyma's Cloud Manager (v1beta1), and Azure's Disconnected.
 */
#pragma once

#include "cloud/azure_facts.h"

/* Texts live in the arena, or as long as the wish and the facts. */
void azure_plan_make(struct arena *arena, const struct cloud_wish *wish,
	const struct azure_facts *facts, struct cloud_plan *plan);
