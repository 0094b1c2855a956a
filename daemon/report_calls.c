#include "daemon/report_calls.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json_members.h"
#include "base/memory.h"
#include "base/text.h"
#include "daemon/report_watch.h"
#include "daemon/workers.h"
#include "kube/kube_client.h"

enum { LARGEST_REPORT = 2 * 1024 * 1024 };

struct report_calls {
	struct report_calls_settings settings;
	struct kube_client *client;
};

struct report_calls *
report_calls_new(const struct report_calls_settings *settings, struct error *error)
{
	struct kube_client *client = kube_client_new(settings->config, error);
	struct report_calls *calls;

	if (!client)
		return NULL;
	calls = memory_alloc(sizeof *calls);
	calls->settings = *settings;
	calls->client = client;
	return calls;
}

void
report_calls_free(struct report_calls *calls)
{
	if (!calls)
		return;
	kube_client_free(calls->client);
	free(calls);
}

void
report_calls_interrupt(struct report_calls *calls)
{
	kube_client_abort(calls->client);
}

/* One report, and what is done with it. */
struct errand {
	struct report_calls *calls;
	struct arena *arena;
	enum policy_report_form form;
	const char *namespace;
	const char *name;
	struct error *error;
};

static const char *
collection_of(const struct errand *errand)
{
	return report_watch_path(
		errand->arena, errand->form, *errand->namespace != '\0', errand->namespace);
}

static const char *
target_of(const struct errand *errand)
{
	return arena_printf(errand->arena, "%s/%s", collection_of(errand), errand->name);
}

/* True when it is done, whatever the answer looks like. What was not sent leaves the client with
 * the outcome of the call before. */
static bool
send(const struct errand *errand, enum http_method method, const char *target, const char *body)
{
	struct worker worker = {.arena = errand->arena,
		.client = errand->calls->client,
		.leader = errand->calls->settings.leader};
	const struct kube_call call = {.method = method, .target = target, .body = body};

	return worker_write(&worker, &call, errand->error) ||
	       (errand->error->kind != ERROR_TRANSIENT &&
		       kube_client_outcome(errand->calls->client) == KUBE_DONE);
}

static bool
was_not_there(const struct errand *errand)
{
	return errand->error->kind == ERROR_NOT_FOUND;
}

/* What stands in the place, when it is ours; else `end` says why not. */
static const struct json *
read_ours(const struct errand *errand, const char *uid, struct report_call_end *end)
{
	const struct json *stored = kube_client_get(
		errand->arena, errand->calls->client, target_of(errand), errand->error);

	if (stored && text_equal(policy_report_uid(stored), uid))
		return stored;
	if (stored)
		end->how = REPORT_CALL_FOREIGN;
	else if (was_not_there(errand))
		end->how = REPORT_CALL_GONE;
	return NULL;
}

static bool
make(const struct errand *errand, const char *uid, const struct json *stored, struct buffer *out,
	uint64_t *content)
{
	const struct report_calls_settings *settings = &errand->calls->settings;

	buffer_init(out, LARGEST_REPORT);
	return settings->make(settings->context, errand->arena, uid, stored, out, content);
}

static struct report_call_end
create(const struct errand *errand, const char *uid)
{
	struct report_call_end end = {.how = REPORT_CALL_FAILED};
	struct buffer body CLEANUP(buffer_dispose);
	const struct json *stored;

	if (!make(errand, uid, NULL, &body, &end.content))
		return end;
	if (send(errand, HTTP_POST, collection_of(errand), buffer_text(&body))) {
		end.how = REPORT_CALL_DONE;
		return end;
	}
	if (errand->error->kind != ERROR_CONFLICT)
		return end;
	stored = read_ours(errand, uid, &end);
	if (stored) {
		end.how = REPORT_CALL_STANDS;
		end.content = policy_report_content(errand->arena, stored);
		end.namespace = errand->namespace;
	}
	return end;
}

static struct report_call_end
update(const struct errand *errand, const char *uid)
{
	struct report_call_end end = {.how = REPORT_CALL_FAILED};
	struct buffer body CLEANUP(buffer_dispose) = {0};
	const struct json *stored = read_ours(errand, uid, &end);

	if (!stored || !make(errand, uid, stored, &body, &end.content))
		return end;
	if (end.content == policy_report_content(errand->arena, stored) ||
		send(errand, HTTP_PUT, target_of(errand), buffer_text(&body)))
		end.how = REPORT_CALL_DONE;
	else if (was_not_there(errand))
		end.how = REPORT_CALL_GONE;
	return end;
}

static const char *
version_of(const struct json *report)
{
	return json_member_text(json_member(report, "metadata"), "resourceVersion");
}

/* Only as it was read. */
static bool
delete_version(const struct errand *errand, const char *version)
{
	struct buffer body CLEANUP(buffer_dispose);

	buffer_init(&body, LARGEST_REPORT);
	json_members_open(&body, NULL);
	json_members_open(&body, "preconditions");
	json_members_text(&body, "resourceVersion", version);
	json_members_close(&body);
	json_members_close(&body);
	return send(errand, HTTP_DELETE, target_of(errand), buffer_text(&body)) ||
	       was_not_there(errand);
}

static struct report_call_end
delete_it(const struct errand *errand, const char *uid)
{
	struct report_call_end end = {.how = REPORT_CALL_FAILED};
	const struct json *stored = read_ours(errand, uid, &end);

	if (end.how == REPORT_CALL_GONE || (stored && delete_version(errand, version_of(stored))))
		end.how = REPORT_CALL_DONE;
	return end;
}

struct report_call_end
report_calls_do(struct report_calls *calls, struct arena *arena, const struct report_step *step,
	struct error *error)
{
	const char *uid = arena_text(arena, step->uid);
	const struct errand errand = {calls, arena, calls->settings.form,
		arena_text(arena, step->namespace), policy_report_name(arena, uid), error};

	if (step->verb == REPORT_CREATE)
		return create(&errand, uid);
	return step->verb == REPORT_UPDATE ? update(&errand, uid) : delete_it(&errand, uid);
}

/* A report that is to go. */
struct leftover {
	const char *namespace;
	const char *name;
	const char *version;
	struct leftover *next;
};
struct leftovers {
	struct arena *arena;
	struct leftover *first;
};

static void
gather(void *context, const struct json *report)
{
	struct leftovers *all = context;
	const struct json *metadata = json_member(report, "metadata");
	const char *namespace = json_member_text(metadata, "namespace");
	struct leftover *leftover;

	if (!policy_report_uid(report) || !version_of(report))
		return;
	leftover = ARENA_NEW(all->arena, struct leftover);
	leftover->namespace = arena_text(all->arena, namespace ? namespace : "");
	leftover->name = arena_text(all->arena, json_member_text(metadata, "name"));
	leftover->version = arena_text(all->arena, version_of(report));
	leftover->next = all->first;
	all->first = leftover;
}

/* True also when there is no such collection. */
static bool
list_leftovers(struct report_calls *calls, enum policy_report_form form, bool namespaced,
	struct leftovers *all, struct error *error)
{
	const struct kube_collection collection = {
		.path = report_watch_path(all->arena, form, namespaced, ""),
		.query = report_watch_query(all->arena)};
	uint64_t version;

	return kube_client_list(calls->client, &collection, gather, all, &version, error) ||
	       kube_client_status(calls->client) == 404;
}

bool
report_calls_delete_other_form(
	struct report_calls *calls, struct arena *arena, size_t *deleted, struct error *error)
{
	enum policy_report_form form = calls->settings.form == POLICY_REPORT_WGPOLICY
					       ? POLICY_REPORT_OPENREPORTS
					       : POLICY_REPORT_WGPOLICY;
	struct leftovers all = {.arena = arena};

	*deleted = 0;
	if (!list_leftovers(calls, form, false, &all, error) ||
		!list_leftovers(calls, form, true, &all, error))
		return false;
	for (const struct leftover *at = all.first; at; at = at->next) {
		const struct errand errand = {calls, arena, form, at->namespace, at->name, error};

		if (!delete_version(&errand, at->version))
			return false;
		++*deleted;
	}
	return true;
}
