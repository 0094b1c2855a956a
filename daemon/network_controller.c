#include "daemon/network_controller.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jitter.h"
#include "base/log.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/text.h"
#include "daemon/network_status.h"
#include "daemon/work_key.h"
#include "kinds/kind.h"

#define MANAGED_BY "app.kubernetes.io/managed-by"
#define OURS       "peerwarden"

/* After a failure: what waits for a user, and what is slowed down. */
#define USER_PAUSE    (60 * CLOCK_SECOND)
#define BACK_OFF      (4 * CLOCK_SECOND)
#define LONGEST_PAUSE (300 * CLOCK_SECOND)
#define NEVER         INT64_MAX
/* Between two looks that were asked for. */
#define ASK_PAUSE (60 * CLOCK_SECOND)

static struct metric look_ups = METRIC_COUNTER("peerwarden_cloud_lookups_total",
	"Questions to a cloud about a network or zone, by how they ended.", "cloud", "result");
static struct metric deleted = METRIC_COUNTER("peerwarden_remote_networks_deleted_total",
	"RemoteNetworks and RemoteZones deleted because nothing has led to them for long.", NULL);

/* What is remembered of an object; times are clock_monotonic, 0 for none. Losing it costs no more
 * than a question too many, or a deletion that comes later. */
struct known {
	char uid[64];
	int64_t unused_since;
	int64_t next_look; /* after a failure */
	unsigned failures;
	bool asked;       /* with the mutex */
	int64_t asked_at; /* likewise */
	char key[];
};

struct record {
	struct cloud_view view;
	char error[512];
};

struct network_controller {
	struct network_controller_settings settings;
	pthread_mutex_t mutex; /* over all below; a `known` belongs to who works its key */
	struct map *known;
	struct record *records; /* one for each cloud */
	size_t cloud_count;
};

/* One object at work. */
struct pass {
	struct network_controller *controller;
	struct worker *worker;
	const char *key;
	const char *target;
	const struct json *object;
	struct declaration declaration;
	struct network_status status;
	struct known *known;
};

struct network_controller *
network_controller_new(const struct network_controller_settings *settings)
{
	struct network_controller *controller = memory_alloc(sizeof *controller);

	controller->settings = *settings;
	pthread_mutex_init(&controller->mutex, NULL);
	controller->known = map_new();
	while (settings->clouds[controller->cloud_count].name)
		controller->cloud_count++;
	controller->records =
		memory_alloc((controller->cloud_count + 1) * sizeof *controller->records);
	for (size_t i = 0; i < controller->cloud_count; i++)
		controller->records[i].view.name = settings->clouds[i].name;
	return controller;
}

void
network_controller_free(struct network_controller *controller)
{
	if (!controller)
		return;
	for (struct map_cursor at = {0}; map_next(controller->known, &at);)
		free(at.value);
	map_free(controller->known);
	free(controller->records);
	pthread_mutex_destroy(&controller->mutex);
	free(controller);
}

struct cloud_views
network_controller_look(struct arena *arena, struct network_controller *controller)
{
	struct cloud_views views = {
		ARENA_ARRAY(arena, struct cloud_view, controller->cloud_count + 1),
		controller->cloud_count};

	pthread_mutex_lock(&controller->mutex);
	for (size_t i = 0; i < views.count; i++) {
		views.items[i] = controller->records[i].view;
		views.items[i].error = arena_text(arena, controller->records[i].error);
	}
	pthread_mutex_unlock(&controller->mutex);
	return views;
}

/* Of what was cut, because the program ends or the lead is lost, nothing is said. */
static void
complain(const struct worker *worker, const char *what, const char *key, const struct error *error)
{
	if (worker_goes_on(worker))
		log_warn(what, LOG_TEXT("name", key), LOG_TEXT("error", error->message));
}

/* --- what is remembered --- */

/* An object that has taken the place of another of the same name begins anew. */
static struct known *
recall(struct network_controller *controller, const char *key, const char *uid)
{
	size_t size = strlen(key) + 1;
	struct known *known;

	pthread_mutex_lock(&controller->mutex);
	known = map_get(controller->known, key);
	if (!known) {
		known = memory_alloc(sizeof *known + size);
		memcpy(known->key, key, size);
		map_put(controller->known, known->key, known);
	}
	pthread_mutex_unlock(&controller->mutex);
	if (!text_equal(known->uid, uid)) {
		known->unused_since = known->next_look = 0;
		known->failures = 0;
		snprintf(known->uid, sizeof known->uid, "%s", uid);
	}
	return known;
}

bool
network_controller_ask(struct network_controller *controller, const char *key)
{
	int64_t now = clock_monotonic();
	struct known *known;
	bool asks;

	pthread_mutex_lock(&controller->mutex);
	known = map_get(controller->known, key);
	asks = known && (known->asked_at == 0 || now - known->asked_at >= ASK_PAUSE);
	if (asks) {
		known->asked = true;
		known->asked_at = now;
	}
	pthread_mutex_unlock(&controller->mutex);
	return asks;
}

void
network_controller_touch(struct network_controller *controller, const char *key)
{
	struct known *known;

	pthread_mutex_lock(&controller->mutex);
	known = map_get(controller->known, key);
	if (known)
		known->asked = true;
	pthread_mutex_unlock(&controller->mutex);
}

static bool
take_question(const struct pass *pass)
{
	bool asked;

	pthread_mutex_lock(&pass->controller->mutex);
	asked = pass->known->asked;
	pass->known->asked = false;
	pthread_mutex_unlock(&pass->controller->mutex);
	return asked;
}

static struct work_result
is_over(struct network_controller *controller, const char *key)
{
	pthread_mutex_lock(&controller->mutex);
	free(map_remove(controller->known, key));
	pthread_mutex_unlock(&controller->mutex);
	return (struct work_result){WORK_OVER, 0};
}

static void
record_outcome(
	struct network_controller *controller, const struct cloud *cloud, const char *problem)
{
	struct record *record = &controller->records[cloud - controller->settings.clouds];
	int64_t now = clock_wall();

	pthread_mutex_lock(&controller->mutex);
	if (problem) {
		record->view.failed = now;
		record->view.errors++;
		snprintf(record->error, sizeof record->error, "%s", problem);
	} else {
		record->view.answered = now;
		record->view.answers++;
	}
	pthread_mutex_unlock(&controller->mutex);
}

/* --- when --- */

/* Between four and five fifths of the refresh time, always the same for one key, so that networks
 * do not come in step. */
static int64_t
interval_of(const struct pass *pass)
{
	int64_t fifth = pass->controller->settings.refresh / 5;
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (const char *at = pass->key; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 16777619u;
	return 4 * fifth + (int64_t)((double)fifth * hash / UINT32_MAX);
}

/* Until the cloud is to be asked; 0: now. */
static int64_t
rest_of(const struct pass *pass)
{
	int64_t interval = interval_of(pass);
	int64_t rest;

	if (take_question(pass) || pass->status.asked)
		return 0;
	if (pass->status.answered)
		rest = pass->status.seen + interval - clock_wall();
	else
		rest = pass->known->next_look - clock_monotonic();
	if (pass->status.answered && rest > interval)
		return 0; /* a clock was wrong */
	return rest > 0 ? rest : 0;
}

/* --- garbage --- */

/* Made by webhook or daemon, and nobody has written anything into it since. */
static bool
is_ours(const struct json *object)
{
	const struct json *labels = json_member(json_member(object, "metadata"), "labels");
	const struct json *spec = json_member(object, "spec");
	size_t wanted = json_member(spec, "tenant") ? 2 : 1; /* what says which one it is */

	return text_equal(json_member_text(labels, MANAGED_BY), OURS) && json_count(spec) == wanted;
}

/* One that the inventory does not have says that it has not seen all yet. */
static bool
is_used(const struct pass *pass)
{
	struct inventory *inventory = pass->controller->settings.inventory;
	const struct declaration *declaration = &pass->declaration;
	struct arena *arena = pass->worker->arena;
	bool used;

	inventory_lock(inventory);
	used = !inventory_is_stored(inventory, &declaration->object) ||
	       inventory_needs_of(arena, inventory, declaration->home, NULL).total > 0 ||
	       inventory_peerings_to(arena, inventory, declaration->home, NULL).count > 0 ||
	       inventory_dns_links_to(arena, inventory, declaration->home, NULL).count > 0;
	inventory_unlock(inventory);
	return used;
}

/* Until it may be deleted, if nothing leads to it until then; NEVER for what is not ours. */
static int64_t
idle_left(const struct pass *pass)
{
	int64_t idle = pass->controller->settings.idle, now = clock_monotonic(), left;
	struct known *known = pass->known;

	if (!is_ours(pass->object))
		return NEVER;
	if (is_used(pass)) {
		known->unused_since = 0;
		return idle;
	}
	if (known->unused_since == 0 || pass->status.asked)
		known->unused_since = now;
	left = known->unused_since + idle - now;
	return left > 0 ? left : 0;
}

static struct work_result
delete_it(struct pass *pass)
{
	const struct json *metadata = json_member(pass->object, "metadata");
	struct kube_call call = {.method = HTTP_DELETE, .target = pass->target};
	CLEANUP(buffer_dispose) struct buffer body;
	struct error error;

	buffer_init(&body, SIZE_MAX);
	buffer_append_text(&body,
		"{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{"
		"\"uid\":");
	buffer_append_json(&body, json_member_text(metadata, "uid"));
	buffer_append_text(&body, ",\"resourceVersion\":");
	buffer_append_json(&body, json_member_text(metadata, "resourceVersion"));
	buffer_append_text(&body, "}}");
	call.body = buffer_text(&body);
	if (!worker_write(pass->worker, &call, &error) && error.kind != ERROR_NOT_FOUND) {
		complain(pass->worker,
			"a remote network or zone that nothing leads to cannot be deleted",
			pass->key, &error);
		return (struct work_result){WORK_FAILED, 0};
	}
	metric_add(&deleted, 1);
	log_info("deleted a remote network or zone that nothing leads to",
		LOG_TEXT("name", pass->key));
	return is_over(pass->controller, pass->key);
}

/* --- a look-up --- */

static const struct cloud *
cloud_of(const struct pass *pass)
{
	const struct cloud *cloud = pass->controller->settings.clouds;

	for (; cloud->name; cloud++)
		if (cloud->provider == pass->declaration.remote->provider &&
			cloud->describes == pass->declaration.object.kind)
			return cloud;
	return NULL;
}

/* How long the answer lasts. */
static int64_t
pause_after(const struct pass *pass, enum cloud_failure failure)
{
	struct known *known = pass->known;

	switch (failure) {
	case CLOUD_RETRY_NOW:
	case CLOUD_BACK_OFF:
	case CLOUD_CONFLICT:
		return CLOCK_SECOND + jitter_back_off(BACK_OFF, LONGEST_PAUSE, known->failures++);
	case CLOUD_WAIT_FOR_USER:
	case CLOUD_CREDENTIALS:
		return jitter_between(USER_PAUSE * 4 / 5, USER_PAUSE);
	default:
		known->failures = 0;
		return interval_of(pass);
	}
}

static const char *
result_name(enum cloud_failure failure)
{
	return failure == CLOUD_NONE ? "found" : failure_label(failure);
}

/* The status as it is to be now; true when it is. */
static bool
tell(struct pass *pass, const struct network_answer *answer, struct error *error)
{
	struct kube_call call = {.method = HTTP_PATCH};
	CLEANUP(buffer_dispose) struct buffer patch;

	buffer_init(&patch, NETWORK_STATUS_SIZE);
	if (!network_status_write(pass->worker->arena, answer, &patch))
		return true;
	if (patch.overflowed)
		return error_set(error, ERROR_EXHAUSTED, "the status is too large");
	call.target = arena_printf(pass->worker->arena, "%s/status", pass->target);
	call.body = buffer_text(&patch);
	if (!worker_write(pass->worker, &call, error))
		return false;
	if (!answer->network)
		log_warn("a network or zone could not be looked up", LOG_TEXT("name", pass->key),
			LOG_TEXT("code", answer->fault->code),
			LOG_TEXT("problem",
				network_status_problem(pass->worker->arena, answer->fault)));
	return true;
}

static struct work_result
look_up(struct pass *pass, const struct cloud *cloud, int64_t idle)
{
	struct arena *arena = pass->worker->arena;
	struct cloud_network network = {0};
	struct cloud_fault fault = {.action = "", .code = "", .message = "", .hint = ""};
	bool found =
		cloud->look_up(arena, cloud->context, pass->declaration.remote, &network, &fault);
	enum cloud_failure failure = found ? CLOUD_NONE : fault.failure;
	struct network_answer answer = {
		.kind = pass->declaration.object.kind,
		.object = pass->object,
		.network = found ? &network : NULL,
		.fault = &fault,
		.now = clock_wall(),
		.stale = pass->controller->settings.refresh / 2,
	};
	struct error error;
	int64_t pause;

	if (!worker_goes_on(pass->worker) || text_equal(fault.code, "NotLeader"))
		return (struct work_result){WORK_FAILED, 0}; /* nobody may have been asked */
	metric_add(&look_ups, 1, cloud->name, result_name(failure));
	record_outcome(pass->controller, cloud,
		found || failure == CLOUD_GONE ? NULL : network_status_problem(arena, &fault));
	if (!tell(pass, &answer, &error)) {
		if (error.kind == ERROR_NOT_FOUND)
			return is_over(pass->controller, pass->key);
		complain(pass->worker, "the status of a remote network or zone cannot be written",
			pass->key, &error);
		return (struct work_result){WORK_FAILED, 0};
	}
	pause = pause_after(pass, failure);
	pass->known->next_look = clock_monotonic() + pause;
	return (struct work_result){WORK_AGAIN, pause < idle ? pause : idle};
}

static struct work_result
work_on(struct pass *pass)
{
	const struct cloud *cloud = cloud_of(pass);
	int64_t idle = idle_left(pass), rest;

	if (idle == 0)
		return delete_it(pass);
	if (!cloud && idle == NEVER)
		return (struct work_result){WORK_DONE, 0};
	rest = cloud ? rest_of(pass) : idle;
	if (cloud && rest == 0)
		return look_up(pass, cloud, idle);
	return (struct work_result){WORK_AGAIN, rest < idle ? rest : idle};
}

struct work_result
network_controller_work(void *context, struct worker *worker, const char *key)
{
	struct network_controller *controller = context;
	struct pass pass = {.controller = controller, .worker = worker, .key = key};
	const struct kind_definition *kind;
	const struct json *metadata;
	struct object_id object;
	const char *uid;
	struct error error;

	if (!work_key_read(key, WORK_KEY_REMOTES, &object))
		return is_over(controller, key);
	kind = kind_definitions[object.kind];
	pass.target =
		arena_printf(worker->arena, "/apis/%s/%s/%s", kind->group, kind->version, key);
	pass.object = kube_client_get(worker->arena, worker->client, pass.target, &error);
	if (!pass.object && error.kind == ERROR_NOT_FOUND)
		return is_over(controller, key);
	if (!pass.object ||
		!kind_decode(worker->arena, kind, pass.object, NULL, &pass.declaration, &error)) {
		complain(worker, "a remote network or zone cannot be read", key, &error);
		return (struct work_result){WORK_FAILED, 0};
	}
	metadata = json_member(pass.object, "metadata");
	uid = json_member_text(metadata, "uid");
	if (!pass.declaration.remote || pass.declaration.deleting || !uid)
		return (struct work_result){WORK_DONE, 0};
	pass.status = network_status_read(pass.object);
	pass.known = recall(controller, key, uid);
	return work_on(&pass);
}
