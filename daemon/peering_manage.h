/* A pass over a peering that is managed: the finalizer first, then the steps in their order, a new
 * connection's id and a begun operation stored before the next one.
 *
 * What leads to a network whose ranges nobody has asked for yet waits for them, 5 s at most. What
 * the policy denies is given no step: a connection that is there stays as it is, and its id is
 * stored; and a RemoteNetwork that is a party to it is doubted. The shoot's tag is left to the
 * plan, which has just read it in the cloud.
 *
 * A route that cannot be made keeps no other route from being made; what else is to be done waits,
 * and the first such fault is told. Steps that were done and that the cloud does not show yet are
 * looked at after 1 s, then ever more seldom.
 *
 * Metric: peerwarden_peering_steps_total.
 */
#pragma once

#include "daemon/peering_pass.h"
#include "daemon/workers.h"

struct work_result peering_manage(struct peering_pass *pass);
