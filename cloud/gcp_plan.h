/* The plan of one peering on Google Cloud: what is wanted and what is there, into steps. Pure: it
 * asks nobody.
 *
 * The remote half is made first and then the own one, each as one operation of the cloud's;
 * Google Cloud connects the two, and options that have drifted are set again. Nothing is made
 * without the tag that says that the remote network's owner agrees, matched exactly, unless he has
 * made a half himself; and nothing while ranges overlap, also with those of networks that either
 * end is peered with. A half that leads to the right network is used whatever its name; one of the
 * wanted name that leads elsewhere is somebody else's. A remote half that was removed is made again
 * as long as the tag stands. A connected peering is not broken by a tag that has gone.
 *
 * An operation that has failed is told, and what it was to do is tried again, as seldom as the
 * controller looks after such a problem.
 *
 * What the wish does not speak of stays as it is: the routes that the own network exports and the
 * remote one imports, and what the remote one exports to nobody.
 *
 * States are those of Kyma's Cloud Manager: Initiated, Connected, Disconnected, Deleting, Error;
 * so are the reasons (v1beta1).
 */
#pragma once

#include "cloud/gcp_facts.h"

/* Texts live in the arena, or as long as the wish and the facts. */
void gcp_plan_make(struct arena *arena, const struct cloud_wish *wish,
	const struct gcp_facts *facts, struct cloud_plan *plan);

/* Nothing can be done for so long; `state` is the last known, NULL for none. */
void gcp_plan_wait(
	const struct cloud_wish *wish, const char *state, int64_t wait, struct cloud_plan *plan);
