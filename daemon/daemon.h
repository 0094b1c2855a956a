/* The daemon assembled: mirror, leader, queues, workers, controllers, auditor and the plain port,
 * started and ended in order.
 *
 * A replica that has not listed everything yet does not stand for leader. What the mirror sees is
 * put into the queues at once, by whoever leads or not; a key waits there for the lead. With the
 * lead everything is put in once, since what another leader has done is not known here.
 *
 * Ending: no cloud call is begun any more, what is under way has DAEMON_PATIENCE, and the Lease is
 * given back when nothing of ours can write any more.
 *
 * Metric: peerwarden_inventory_objects.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "daemon/settings.h"

#define DAEMON_PATIENCE (5 * CLOCK_SECOND)

struct daemon;

/* The settings are lent until daemon_close. ERROR_INVALID for what cannot be used. */
struct daemon *daemon_open(const struct settings *settings, struct error *error);
/* Goes on to what waits for the mirror: to be called often until it says true, once. */
bool daemon_begin(struct daemon *daemon);
uint16_t daemon_port(const struct daemon *daemon); /* 0 for nowhere */
void daemon_close(struct daemon *daemon);
