/* The live cluster, as the webhook keeps it: the mirror that fills the inventory, the ledger that
 * it shares with the other replicas, reads of single objects, questions about remote networks, and
 * the requests that wait for one of them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kinds/kind_selection.h"
#include "ledger/ledger.h"
#include "mirror/live_reads.h"
#include "network/inventory.h"
#include "webhook/remote_lookup.h"
#include "webhook/waiting_room.h"

struct cluster;

struct cluster_settings {
	const char *kubeconfig;      /* or NULL for the pod's ServiceAccount */
	const char *namespace;       /* of the ledger's pages */
	const char *replica;         /* names the own page */
	int64_t reservation_time;    /* nanoseconds */
	int64_t lookup_wait;         /* nanoseconds; 0: no cloud is ever asked */
	int64_t lookup_author_limit; /* questions a minute (remote_lookup.h) */
	int64_t lookup_limit;
};

/* The inventory and the texts are lent until cluster_close. A NULL selection has all kinds. */
struct cluster *cluster_open(struct inventory *inventory, const struct cluster_settings *settings,
	const struct kind_selection *selection, struct error *error);
/* Nobody waits from now on: every request goes on, without what it waited for. */
void cluster_release(struct cluster *cluster);
bool cluster_is_released(const struct cluster *cluster);
void cluster_close(struct cluster *cluster);

bool cluster_is_synced(const struct cluster *cluster);
int64_t cluster_age(const struct cluster *cluster); /* since the slowest part was heard of */
enum ledger_state cluster_ledger_state(const struct cluster *cluster);
void cluster_measure(struct cluster *cluster);

struct book *cluster_book(const struct cluster *cluster); /* with the inventory locked */
struct waiting_room *cluster_room(const struct cluster *cluster);
struct live_reads *cluster_live_reads(const struct cluster *cluster);
/* NULL when no cloud is ever asked. */
struct remote_lookup *cluster_remote_lookup(const struct cluster *cluster);
