/* The plan of a peering that is connected: an operation that has failed is made anew, an address
 * space that has changed is taken over by the half that does not know it, and options are put
 * right. Pure.
 *
 * A gateway is used only by a local half whose remote half lets it: so the remote half comes first
 * where use begins, and the local one where it ends. A remote half is changed where it has the name
 * that the spec gives it, or with the tag; another one that works is left as it is.
 */
#pragma once

#include "cloud/azure_plan_steps.h"

void azure_plan_connected_make(struct azure_plan_steps *steps);
