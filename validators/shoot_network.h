/* The shoot's own network in its cloud. Gardener calls it shoot--<project>--<shoot>, in Azure its
 * resource group too; in AWS that name is only a tag. */
#pragma once

#include "validators/case.h"

/* NULL outside Gardener. */
const char *shoot_network_name(struct case_ *c);

/* Is this the id of the shoot's network? A full resource id of Azure, a URL or the bare name of
 * Google Cloud. Always false for AWS, whose ids say nothing, and outside Gardener. */
bool shoot_network_is(struct case_ *c, enum provider provider, const char *id);

/* The peering or link of a RemoteNetwork or RemoteZone that leads to the shoot's network; NULL when
 * none is known. */
const struct taken_name *shoot_network_taken(struct case_ *c, const struct declaration *remote);
