/* Google Cloud as one of the clouds: facts of both sides of a peering (cloud/gcp_facts.h), the plan
 * made of them (cloud/gcp_plan.h), and the calls that a step is.
 *
 * Each change is an operation of the cloud's: its name is handed out as "local/operation-1" or
 * "remote/operation-1" to be stored, and looked at by the next plan. One that is lost harms
 * nothing: the halves show what came of it.
 *
 * Google Cloud lets one change of peerings run at a time on each network, on both ends. Who is to
 * make one asks for his turn on both (cloud/network_turns.h) before his first step, and keeps it
 * until his plan has nothing left to do or meets a problem; whose turn it is not is told when to
 * look again, and reads nothing until then. Changes of others are waited out within a call, as long
 * as `patience`, and then told as CLOUD_BACK_OFF.
 *
 * A remote half that we have no right to remove does not keep the object: it is left and told.
 */
#pragma once

#include "cloud/gcp_access.h"
#include "cloud/network_turns.h"

struct gcp_cloud;

/* What `access` leads to is lent, and so are the turns. */
struct gcp_cloud *gcp_cloud_new(const struct gcp_access *access, struct network_turns *turns);
void gcp_cloud_free(struct gcp_cloud *cloud); /* NULL is allowed */

struct cloud gcp_cloud_row(struct gcp_cloud *cloud);
