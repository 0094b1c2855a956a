#include "daemon/daemon.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/text.h"
#include "daemon/auditor.h"
#include "daemon/clouds.h"
#include "daemon/dispatch.h"
#include "daemon/handlers.h"
#include "daemon/keepers.h"
#include "daemon/network_controller.h"
#include "daemon/peering_controller.h"
#include "daemon/work_line.h"
#include "kube/event.h"
#include "kube/kube_config.h"
#include "kube/leader.h"
#include "mirror/mirror.h"
#include "serving/server.h"

#define LEASE           "peerwarden-daemon"
#define CONTROLLER      "peerwarden.io/daemon"
#define REQUEST_TIMEOUT (10 * CLOCK_SECOND)
#define CLOUD_PATIENCE  (1 * CLOCK_SECOND)
#define KEEPER_PATIENCE (1 * CLOCK_SECOND)
enum { CONFIG_SIZE = 64 * 1024 * 1024, SCRATCH_SIZE = 1024 * 1024 };
enum { MOST_CONNECTIONS = 64 };

static struct metric object_gauge =
	METRIC_GAUGE("peerwarden_inventory_objects", "Objects that decisions are made against.");

struct daemon {
	const struct settings *settings;
	struct arena *arena; /* holds the configuration */
	struct kube_config config;
	struct inventory *inventory;
	struct arena *scratch; /* with the inventory's lock */
	struct leader *leader;
	struct event_recorder *events;
	struct clouds *clouds;
	struct peering_controller *peering_controller;
	struct network_controller *network_controller;
	struct work_line peerings;
	struct work_line networks;
	struct keepers keepers;
	struct auditor *auditor;
	struct mirror_observer observer;
	struct mirror *mirror;
	struct handlers handlers;
	struct server *server; /* NULL when not wanted */
	pthread_mutex_t mutex; /* of what the leader's thread wakes, which goes before it does */
	bool wakes;
	atomic_bool began;
	atomic_bool ending;
};

static struct dispatch
dispatch_of(const struct daemon *daemon)
{
	return (struct dispatch){
		.clouds = daemon->clouds,
		.inventory = daemon->inventory,
		.scratch = daemon->scratch,
		.controller = daemon->peering_controller,
		.peerings = daemon->peerings.queue,
		.networks = daemon->networks.queue,
	};
}

/* Called with the inventory locked. */
static void
on_saw(void *context, const struct sighting *sighting)
{
	struct daemon *daemon = context;
	struct dispatch dispatch = dispatch_of(daemon);

	dispatch_seen(&dispatch, &sighting->object);
	auditor_saw(daemon->auditor, sighting);
}

/* What a new list has no more is in no sighting. */
static void
on_reached(void *context, enum kind kind, uint64_t version)
{
	struct daemon *daemon = context;

	(void)kind;
	(void)version;
	auditor_reached(daemon->auditor);
}

static void
on_lead_changed(void *context, bool leads)
{
	struct daemon *daemon = context;
	struct dispatch dispatch = dispatch_of(daemon);

	if (leads) {
		inventory_lock(daemon->inventory);
		dispatch_everything(&dispatch);
		inventory_unlock(daemon->inventory);
	}
	pthread_mutex_lock(&daemon->mutex);
	if (daemon->wakes) {
		workers_wake(daemon->peerings.workers);
		workers_wake(daemon->networks.workers);
		auditor_wake(daemon->auditor);
		keepers_wake(&daemon->keepers);
	}
	pthread_mutex_unlock(&daemon->mutex);
}

static bool
judge_peering(void *context, struct arena *arena, const struct object_id *object,
	struct findings *findings)
{
	struct daemon *daemon = context;

	return auditor_judge(daemon->auditor, arena, object, findings);
}

static void
on_network_left(void *context, const char *key)
{
	struct daemon *daemon = context;

	network_controller_touch(daemon->network_controller, key);
	work_queue_add(daemon->networks.queue, key);
}

static void
on_network_doubted(void *context, const char *key)
{
	struct daemon *daemon = context;

	if (network_controller_ask(daemon->network_controller, key))
		work_queue_add(daemon->networks.queue, key);
}

static bool
may_call_clouds(void *context)
{
	struct daemon *daemon = context;

	return !atomic_load(&daemon->ending) && leader_is_sure(daemon->leader);
}

static bool
open_leader(struct daemon *daemon, struct error *error)
{
	const struct settings *settings = daemon->settings;
	struct leader_place place = {
		.namespace = settings->pod_namespace,
		.name = LEASE,
		.instance = settings->pod_name,
		.rules = settings_election(settings),
		.changed = on_lead_changed,
		.context = daemon,
	};

	daemon->leader = leader_new(&daemon->config, &place, error);
	if (daemon->leader)
		daemon->events =
			event_recorder_new(&daemon->config, CONTROLLER, settings->pod_name, error);
	if (daemon->events)
		event_recorder_start(daemon->events);
	return daemon->events != NULL;
}

static bool
open_clouds(struct daemon *daemon, struct error *error)
{
	struct clouds_settings wanted = {
		.settings = daemon->settings,
		.longest = leader_longest_call(daemon->leader),
		.may_call = may_call_clouds,
		.context = daemon,
	};

	daemon->clouds = clouds_open(&wanted, error);
	return daemon->clouds != NULL;
}

static void
open_controllers(struct daemon *daemon)
{
	const struct settings *settings = daemon->settings;
	struct peering_controller_settings peerings = {
		.clouds = clouds_rows(daemon->clouds),
		.inventory = daemon->inventory,
		.events = daemon->events,
		.default_mode = settings->mode,
		.dns_resolution = settings->dns_resolution,
		.tag_bypass = settings->tag_bypass,
		.resync = settings->resync,
		.judge = judge_peering,
		.left = on_network_left,
		.doubt = on_network_doubted,
		.context = daemon,
	};
	struct network_controller_settings networks = {
		.clouds = clouds_rows(daemon->clouds),
		.inventory = daemon->inventory,
		.refresh = settings->refresh,
		.idle = settings->idle,
	};

	daemon->peering_controller = peering_controller_new(&peerings);
	daemon->network_controller = network_controller_new(&networks);
}

static bool
open_workers(struct daemon *daemon, struct error *error)
{
	struct workers_settings peerings = {
		.config = &daemon->config,
		.leader = daemon->leader,
		.threads = (unsigned)daemon->settings->workers,
		.work = peering_controller_work,
		.context = daemon->peering_controller,
	};
	struct workers_settings networks = peerings;

	networks.work = network_controller_work;
	networks.context = daemon->network_controller;
	return work_line_start(&daemon->peerings, "peering", &peerings, error) &&
	       work_line_start(&daemon->networks, "remote-network", &networks, error);
}

static bool
open_auditor(struct daemon *daemon, struct error *error)
{
	const struct settings *settings = daemon->settings;
	struct auditor_settings wanted = {
		.inventory = daemon->inventory,
		.config = &daemon->config,
		.leader = daemon->leader,
		.policy = settings->policy,
		.reports = !text_equal(settings->reports, "none"),
		.form = text_equal(settings->reports, "openreports") ? POLICY_REPORT_OPENREPORTS
								     : POLICY_REPORT_WGPOLICY,
		.all_results = settings->report_passed,
		.maximum = (size_t)settings->report_limit,
		.interval = settings->report_interval,
	};

	daemon->auditor = auditor_start(&wanted, error);
	return daemon->auditor != NULL;
}

static void
look(void *context, struct arena *arena, struct status *status)
{
	struct daemon *daemon = context;

	*status = (struct status){
		.settings = daemon->settings,
		.phase = atomic_load(&daemon->ending)  ? "ending"
			 : atomic_load(&daemon->began) ? "running"
						       : "starting",
		.now = clock_wall(),
		.synced = mirror_is_synced(daemon->mirror),
		.mirror_age = mirror_age(daemon->mirror),
		.queues = {{"peering", work_queue_size(daemon->peerings.queue)},
			{"remote-network", work_queue_size(daemon->networks.queue)}},
		.peerings = peering_controller_look(arena, daemon->peering_controller),
		.clouds = network_controller_look(arena, daemon->network_controller),
	};
	inventory_lock(daemon->inventory);
	status->inventory = inventory_size(daemon->inventory);
	inventory_unlock(daemon->inventory);
	leader_look(daemon->leader, &status->leader);
	auditor_look(daemon->auditor, &status->audit);
	status->picture = auditor_picture(daemon->auditor, arena);
	registration_keeper_look(daemon->keepers.registration, &status->registration);
	certificate_keeper_look(daemon->keepers.certificates, &status->certificates);
}

static void
measure(void *context)
{
	struct daemon *daemon = context;
	struct inventory_size size;

	work_queue_measure(daemon->peerings.queue);
	work_queue_measure(daemon->networks.queue);
	inventory_lock(daemon->inventory);
	size = inventory_size(daemon->inventory);
	inventory_unlock(daemon->inventory);
	metric_set(&object_gauge, (double)size.objects);
}

static bool
is_synced(void *context)
{
	const struct daemon *daemon = context;

	return mirror_is_synced(daemon->mirror);
}

static bool
open_server(struct daemon *daemon, struct error *error)
{
	struct server_settings wanted = {
		.listen = daemon->settings->listen,
		.endpoints = handlers_plain,
		.context = &daemon->handlers,
		.threads = 1,
		.max_connections = MOST_CONNECTIONS,
		.header_timeout = REQUEST_TIMEOUT,
		.body_timeout = REQUEST_TIMEOUT,
	};

	daemon->handlers = (struct handlers){look, measure, is_synced, daemon};
	if (wanted.listen[0] == '\0')
		return true;
	daemon->server = server_open(&wanted, error);
	return daemon->server != NULL;
}

static bool
open_parts(struct daemon *daemon, struct error *error)
{
	const struct settings *settings = daemon->settings;

	if (!kube_config_of(daemon->arena, settings->kubeconfig, &daemon->config, error) ||
		!open_leader(daemon, error))
		return false;
	if (!open_clouds(daemon, error))
		return false;
	open_controllers(daemon);
	if (!open_workers(daemon, error) || !open_auditor(daemon, error) ||
		!keepers_start(&daemon->keepers, settings, &daemon->config, daemon->leader, error))
		return false;
	daemon->wakes = true;
	daemon->mirror = mirror_start(
		daemon->inventory, &daemon->config, &settings->selection, &daemon->observer, error);
	return daemon->mirror && open_server(daemon, error);
}

struct daemon *
daemon_open(const struct settings *settings, struct error *error)
{
	struct daemon *daemon = memory_alloc(sizeof *daemon);

	daemon->settings = settings;
	daemon->arena = arena_new(CONFIG_SIZE);
	daemon->inventory = inventory_new();
	daemon->scratch = arena_new(SCRATCH_SIZE);
	daemon->observer = (struct mirror_observer){on_saw, on_reached, daemon};
	pthread_mutex_init(&daemon->mutex, NULL);
	if (open_parts(daemon, error))
		return daemon;
	daemon_close(daemon);
	return NULL;
}

bool
daemon_begin(struct daemon *daemon)
{
	if (!mirror_is_synced(daemon->mirror))
		return false;
	atomic_store(&daemon->began, true);
	auditor_begin(daemon->auditor);
	leader_start(daemon->leader);
	return true;
}

uint16_t
daemon_port(const struct daemon *daemon)
{
	return daemon->server ? server_port(daemon->server) : 0;
}

static void
cut_clouds(void *context)
{
	struct daemon *daemon = context;

	clouds_abort(daemon->clouds);
}

/* Calls of the clouds that go on for too long are cut: no write waits for them. */
static void
stop_workers(struct daemon *daemon)
{
	struct work_line *const lines[] = {&daemon->peerings, &daemon->networks};
	const struct work_line_end end = {CLOUD_PATIENCE, DAEMON_PATIENCE, cut_clouds, daemon};

	work_line_stop_all(lines, sizeof lines / sizeof *lines, &end);
}

/* What writes and calls ends while the lead is still ours. */
static void
stop_work(struct daemon *daemon)
{
	pthread_mutex_lock(&daemon->mutex);
	daemon->wakes = false;
	pthread_mutex_unlock(&daemon->mutex);
	stop_workers(daemon);
	keepers_stop(&daemon->keepers, KEEPER_PATIENCE);
	if (daemon->server)
		server_close(daemon->server);
	if (daemon->mirror)
		mirror_stop(daemon->mirror);
	auditor_stop(daemon->auditor);
	if (daemon->events)
		event_recorder_finish(daemon->events);
	if (daemon->leader && atomic_load(&daemon->began))
		leader_finish(daemon->leader);
}

void
daemon_close(struct daemon *daemon)
{
	atomic_store(&daemon->ending, true);
	stop_work(daemon);
	leader_free(daemon->leader);
	if (daemon->peering_controller)
		peering_controller_free(daemon->peering_controller);
	if (daemon->network_controller)
		network_controller_free(daemon->network_controller);
	work_line_free(&daemon->peerings);
	work_line_free(&daemon->networks);
	clouds_close(daemon->clouds);
	event_recorder_free(daemon->events);
	inventory_free(daemon->inventory);
	arena_free(daemon->scratch);
	arena_free(daemon->arena);
	pthread_mutex_destroy(&daemon->mutex);
	free(daemon);
}
