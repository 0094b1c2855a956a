#include "webhook/cluster.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/memory.h"
#include "kube/kube_config.h"
#include "mirror/mirror.h"

enum { CONFIG_SIZE = 64 * 1024 * 1024, LIVE_READ_THREADS = 2 };

struct cluster {
	struct inventory *inventory;
	struct arena *arena; /* holds the configuration */
	struct kube_config config;
	struct mirror_observer observer;
	struct mirror *mirror;
	struct ledger *ledger;
	struct live_reads *reads;
	struct remote_lookup *lookup;
	struct waiting_room *room;
	atomic_bool released;
};

static void
on_saw(void *context, const struct sighting *sighting)
{
	const struct cluster *cluster = context;

	book_saw(ledger_book(cluster->ledger), sighting);
}

static void
on_reached(void *context, enum kind kind, uint64_t version)
{
	const struct cluster *cluster = context;

	book_reached(ledger_book(cluster->ledger), kind, version);
}

static void
on_changed(void *context)
{
	const struct cluster *cluster = context;

	waiting_room_changed(cluster->room);
}

static bool
start_lookup(struct cluster *cluster, const struct cluster_settings *settings, struct error *error)
{
	struct remote_lookup_settings lookup = {
		.inventory = cluster->inventory,
		.config = &cluster->config,
		.changed = on_changed,
		.context = cluster,
		.wait = settings->lookup_wait,
		.author_limit = settings->lookup_author_limit,
		.limit = settings->lookup_limit,
	};

	if (settings->lookup_wait > 0)
		cluster->lookup = remote_lookup_start(&lookup, error);
	return settings->lookup_wait == 0 || cluster->lookup;
}

static bool
open_parts(struct cluster *cluster, const struct cluster_settings *settings,
	const struct kind_selection *selection, struct error *error)
{
	struct ledger_settings ledger = {
		.inventory = cluster->inventory,
		.config = &cluster->config,
		.namespace = settings->namespace,
		.replica = settings->replica,
		.lifetime = settings->reservation_time,
		.changed = on_changed,
		.context = cluster,
	};

	if (!kube_config_of(cluster->arena, settings->kubeconfig, &cluster->config, error) ||
		!start_lookup(cluster, settings, error))
		return false;
	cluster->reads = live_reads_start(&cluster->config, LIVE_READ_THREADS, error);
	cluster->ledger = cluster->reads ? ledger_open(&ledger, error) : NULL;
	cluster->mirror = cluster->ledger ? mirror_start(cluster->inventory, &cluster->config,
						    selection, &cluster->observer, error)
					  : NULL;
	return cluster->mirror != NULL;
}

struct cluster *
cluster_open(struct inventory *inventory, const struct cluster_settings *settings,
	const struct kind_selection *selection, struct error *error)
{
	struct cluster *cluster = memory_alloc(sizeof *cluster);

	cluster->inventory = inventory;
	cluster->arena = arena_new(CONFIG_SIZE);
	cluster->observer = (struct mirror_observer){on_saw, on_reached, cluster};
	cluster->room = waiting_room_new(inventory);
	if (open_parts(cluster, settings, selection, error))
		return cluster;
	cluster_close(cluster);
	return NULL;
}

void
cluster_release(struct cluster *cluster)
{
	if (atomic_exchange(&cluster->released, true))
		return;
	waiting_room_close(cluster->room);
	if (cluster->reads)
		live_reads_end(cluster->reads);
}

bool
cluster_is_released(const struct cluster *cluster)
{
	return atomic_load(&cluster->released);
}

void
cluster_close(struct cluster *cluster)
{
	cluster_release(cluster);
	if (cluster->mirror)
		mirror_stop(cluster->mirror);
	if (cluster->ledger)
		ledger_close(cluster->ledger);
	if (cluster->reads)
		live_reads_stop(cluster->reads);
	remote_lookup_stop(cluster->lookup);
	waiting_room_free(cluster->room);
	arena_free(cluster->arena);
	free(cluster);
}

bool
cluster_is_synced(const struct cluster *cluster)
{
	return mirror_is_synced(cluster->mirror);
}

int64_t
cluster_age(const struct cluster *cluster)
{
	int64_t mirror = mirror_age(cluster->mirror), ledger = ledger_age(cluster->ledger);

	return mirror > ledger ? mirror : ledger;
}

enum ledger_state
cluster_ledger_state(const struct cluster *cluster)
{
	return ledger_state(cluster->ledger);
}

void
cluster_measure(struct cluster *cluster)
{
	ledger_measure(cluster->ledger);
}

struct book *
cluster_book(const struct cluster *cluster)
{
	return ledger_book(cluster->ledger);
}

struct waiting_room *
cluster_room(const struct cluster *cluster)
{
	return cluster->room;
}

struct live_reads *
cluster_live_reads(const struct cluster *cluster)
{
	return cluster->reads;
}

struct remote_lookup *
cluster_remote_lookup(const struct cluster *cluster)
{
	return cluster->lookup;
}
