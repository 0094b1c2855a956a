#include "kube/event.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jitter.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/percent.h"
#include "base/text.h"
#include "base/thread.h"
#include "kube/event_filter.h"
#include "kube/kube_client.h"

#define LONGEST_CALL   (5 * CLOCK_SECOND)
#define LONGEST_FINISH (2 * CLOCK_SECOND)
#define FIRST_WAIT     (100 * CLOCK_MILLISECOND)
#define LONGEST_WAIT   (2 * CLOCK_SECOND)
enum {
	TRIES = 3,
	KEY_SIZE = 8 * 1024,
	BODY_SIZE = 64 * 1024,
	PATH_SIZE = 2 * 1024,
	ARENA_SIZE = 16 * 1024 * 1024,
	NAME_LENGTH = 220, /* of the object, in the name of an event */
};

static struct metric events = METRIC_COUNTER(
	"peerwarden_events_total", "Kubernetes Events by what became of them.", "result");

/* What is to be sent. */
struct letter {
	char *collection;
	char *name;
	char *body;
	bool continues;
};

struct event_recorder {
	struct kube_client *client;
	char *controller;
	char *instance;
	pthread_t thread;
	bool started;

	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct event_filter *filter; /* under the mutex, as what follows */
	struct letter queue[EVENT_QUEUE];
	size_t first;
	size_t count;
	int64_t last_name; /* clock_wall; no two events have the same */
	bool finishing;
	bool interrupted;
	bool finished;

	/* Used by the thread only. */
	struct arena *arena;
	bool troubled;
};

/* --- the text --- */

/* At most `size` bytes, cut between two characters; what is no UTF-8 becomes '?'. */
static void
append_cut(struct buffer *out, const char *text, size_t size)
{
	CLEANUP(buffer_dispose) struct buffer clean;
	size_t length = text ? strlen(text) : 0, cut;

	buffer_init(&clean, size + 1); /* one more: a character may be cut */
	for (size_t at = 0; at < length && clean.length < size; at++) {
		size_t valid = text_valid_utf8(text + at, length - at);
		size_t room = size - clean.length;

		cut = valid < room ? valid : room;
		while (cut > 0 && cut < valid && ((unsigned char)text[at + cut] & 0xc0) == 0x80)
			cut--;
		buffer_append(&clean, text + at, cut);
		at += valid;
		if (valid > cut)
			break;
		if (at < length && clean.length < size)
			buffer_append_char(&clean, '?');
	}
	buffer_append_json(out, buffer_text(&clean));
}

static void
append_member(struct buffer *out, const char *name, const char *value, size_t size)
{
	buffer_printf(out, ",\"%s\":", name);
	append_cut(out, value, size);
}

static const char *
namespace_of(const struct event *event)
{
	const char *namespace = event->regarding.namespace;

	return namespace && *namespace ? namespace : "default";
}

static void
append_object(struct buffer *out, const struct event_object *object)
{
	buffer_append_text(out, ",\"regarding\":{\"apiVersion\":");
	buffer_append_json(out, object->api_version);
	buffer_append_text(out, ",\"kind\":");
	buffer_append_json(out, object->kind);
	buffer_append_text(out, ",\"name\":");
	buffer_append_json(out, object->name);
	if (object->namespace && *object->namespace) {
		buffer_append_text(out, ",\"namespace\":");
		buffer_append_json(out, object->namespace);
	}
	if (object->uid && *object->uid) {
		buffer_append_text(out, ",\"uid\":");
		buffer_append_json(out, object->uid);
	}
	buffer_append_char(out, '}');
}

/* All that is the same in the events of a series. */
static void
append_content(const struct event_recorder *recorder, const struct event *event, struct buffer *out)
{
	append_object(out, &event->regarding);
	append_member(out, "type", event->type == EVENT_WARNING ? "Warning" : "Normal", 16);
	append_member(out, "reason", event->reason, EVENT_TEXT_SIZE);
	append_member(out, "action", event->action, EVENT_TEXT_SIZE);
	append_member(out, "note", event->note, EVENT_NOTE_SIZE);
	append_member(out, "reportingController", recorder->controller, EVENT_TEXT_SIZE);
	append_member(out, "reportingInstance", recorder->instance, EVENT_TEXT_SIZE);
}

static void
append_event(const struct event *event, const char *content, const struct event_series *series,
	int64_t now, struct buffer *out)
{
	char time[CLOCK_MICRO_TEXT_SIZE];

	clock_format_micro(*series->began, time);
	buffer_append_text(out,
		"{\"apiVersion\":\"events.k8s.io/v1\",\"kind\":\"Event\",\"metadata\":{\"name\":");
	buffer_append_json(out, series->name);
	buffer_append_text(out, ",\"namespace\":");
	buffer_append_json(out, namespace_of(event));
	buffer_printf(out, "},\"eventTime\":\"%s\"%s", time, content);
	clock_format_micro(now, time);
	if (series->count > 1)
		buffer_printf(out, ",\"series\":{\"count\":%lld,\"lastObservedTime\":\"%s\"}",
			(long long)series->count, time);
	buffer_append_char(out, '}');
}

/* --- the queue --- */

struct event_recorder *
event_recorder_new(const struct kube_config *config, const char *controller, const char *instance,
	struct error *error)
{
	struct kube_client *client = kube_client_new(config, error);
	struct event_recorder *recorder;

	if (!client)
		return NULL;
	recorder = memory_alloc(sizeof *recorder);
	recorder->client = client;
	recorder->controller = memory_text(controller);
	recorder->instance = memory_text(instance);
	recorder->filter = event_filter_new();
	recorder->arena = arena_new(ARENA_SIZE);
	pthread_mutex_init(&recorder->mutex, NULL);
	thread_condition_init(&recorder->changed);
	return recorder;
}

/* As client-go names them: the object's name and a time that no other event has. */
static void
name_event(struct event_recorder *recorder, const struct event *event, int64_t now, char *name)
{
	size_t length = strnlen(event->regarding.name, NAME_LENGTH);

	while (length > 0 && strchr("-.", event->regarding.name[length - 1]))
		length--;
	recorder->last_name = now > recorder->last_name ? now : recorder->last_name + 1;
	snprintf(name, EVENT_NAME_SIZE, "%.*s.%llx", (int)length, event->regarding.name,
		(unsigned long long)recorder->last_name);
}

static char *
path_of(const struct event *event)
{
	struct buffer path;

	buffer_init(&path, PATH_SIZE);
	buffer_append_text(&path, "/apis/events.k8s.io/v1/namespaces/");
	percent_append(&path, namespace_of(event));
	buffer_append_text(&path, "/events");
	return buffer_take(&path);
}

static void
put_into_queue(struct event_recorder *recorder, const struct event *event, const char *content,
	const struct event_series *series, bool continues)
{
	struct letter *letter =
		&recorder->queue[(recorder->first + recorder->count++) % EVENT_QUEUE];
	struct buffer body;

	buffer_init(&body, BODY_SIZE);
	append_event(event, content, series, clock_wall(), &body);
	*letter = (struct letter){
		.collection = path_of(event),
		.name = memory_text(series->name),
		.body = buffer_take(&body),
		.continues = continues,
	};
	pthread_cond_broadcast(&recorder->changed);
}

static const char *
record(struct event_recorder *recorder, const struct event *event, const char *object,
	const char *content)
{
	struct event_series series;
	enum event_verdict verdict =
		event_filter_ask(recorder->filter, object, content, clock_monotonic(), &series);
	int64_t now = clock_wall();

	if (verdict == EVENT_DROP)
		return "filtered";
	if (recorder->count == EVENT_QUEUE)
		return "lost";
	if (verdict == EVENT_CREATE) {
		name_event(recorder, event, now, series.name);
		*series.began = now;
	}
	put_into_queue(recorder, event, content, &series, verdict == EVENT_CONTINUE);
	return NULL;
}

void
event_record(struct event_recorder *recorder, const struct event *event)
{
	CLEANUP(buffer_dispose) struct buffer object;
	CLEANUP(buffer_dispose) struct buffer content;
	const char *result = "lost";

	buffer_init(&object, KEY_SIZE);
	buffer_init(&content, BODY_SIZE / 2);
	if (recorder) {
		append_object(&object, &event->regarding);
		append_content(recorder, event, &content);
	}
	if (recorder && !object.overflowed && !content.overflowed) {
		pthread_mutex_lock(&recorder->mutex);
		result = record(recorder, event, buffer_text(&object), buffer_text(&content));
		pthread_mutex_unlock(&recorder->mutex);
	}
	if (result)
		metric_add(&events, 1, result);
}

/* --- the thread --- */

static bool
send_once(struct event_recorder *recorder, struct letter *letter, struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer target;
	struct kube_call call = {.method = HTTP_POST,
		.target = letter->collection,
		.body = letter->body,
		.timeout = LONGEST_CALL};
	const struct json *answer;

	buffer_init(&target, PATH_SIZE);
	if (letter->continues) {
		buffer_printf(&target, "%s/", letter->collection);
		percent_append(&target, letter->name);
		call.method = HTTP_PUT;
		call.target = buffer_text(&target);
	}
	answer = kube_client_call(recorder->arena, recorder->client, &call, error);
	arena_reset(recorder->arena);
	return answer || kube_client_outcome(recorder->client) == KUBE_DONE;
}

static bool
is_interrupted(struct event_recorder *recorder)
{
	bool interrupted;

	pthread_mutex_lock(&recorder->mutex);
	interrupted = recorder->interrupted;
	pthread_mutex_unlock(&recorder->mutex);
	return interrupted;
}

static void
wait_before_next_try(struct event_recorder *recorder, unsigned failures)
{
	int64_t wait = jitter_back_off(FIRST_WAIT, LONGEST_WAIT, failures);
	int64_t asked = kube_client_retry_after(recorder->client), end;

	if (asked > wait)
		wait = asked < LONGEST_WAIT ? asked : LONGEST_WAIT;
	end = clock_monotonic() + wait;
	pthread_mutex_lock(&recorder->mutex);
	while (!recorder->interrupted && clock_monotonic() < end)
		thread_wait_until(&recorder->changed, &recorder->mutex, end);
	pthread_mutex_unlock(&recorder->mutex);
}

/* The API server forgets events after an hour: then the series goes on in a new one. One that is
 * there already was made by an earlier try. */
static const char *
send_letter(struct event_recorder *recorder, struct letter *letter, struct error *error)
{
	for (unsigned tries = 0; tries < TRIES && !is_interrupted(recorder); tries++) {
		int status;

		if (send_once(recorder, letter, error))
			return letter->continues ? "continued" : "created";
		status = kube_client_status(recorder->client);
		if (status == 409 && !letter->continues)
			return "created";
		if (status == 404 && letter->continues)
			letter->continues = false;
		else if (!error_is_worth_retrying(error->kind))
			break;
		else if (tries + 1 < TRIES)
			wait_before_next_try(recorder, tries);
	}
	return "failed";
}

static void
note_trouble(struct event_recorder *recorder, bool good, const struct error *error)
{
	if (!good && !recorder->troubled)
		log_warn("events cannot be written for now", LOG_TEXT("error", error->message));
	recorder->troubled = !good;
}

static void
letter_dispose(struct letter *letter)
{
	free(letter->collection);
	free(letter->name);
	free(letter->body);
}

static bool
take_letter(struct event_recorder *recorder, struct letter *letter)
{
	bool taken;

	pthread_mutex_lock(&recorder->mutex);
	while (recorder->count == 0 && !recorder->finishing && !recorder->interrupted)
		pthread_cond_wait(&recorder->changed, &recorder->mutex);
	taken = recorder->count > 0 && !recorder->interrupted;
	if (taken) {
		*letter = recorder->queue[recorder->first];
		recorder->first = (recorder->first + 1) % EVENT_QUEUE;
		recorder->count--;
	}
	pthread_mutex_unlock(&recorder->mutex);
	return taken;
}

static void *
run(void *context)
{
	struct event_recorder *recorder = context;
	struct letter letter;

	while (take_letter(recorder, &letter)) {
		struct error error = {0};
		const char *result = send_letter(recorder, &letter, &error);

		metric_add(&events, 1, result);
		if (!is_interrupted(recorder))
			note_trouble(recorder, !text_equal(result, "failed"), &error);
		letter_dispose(&letter);
	}
	pthread_mutex_lock(&recorder->mutex);
	recorder->finished = true;
	pthread_cond_broadcast(&recorder->changed);
	pthread_mutex_unlock(&recorder->mutex);
	return NULL;
}

void
event_recorder_start(struct event_recorder *recorder)
{
	thread_start(&recorder->thread, run, recorder);
	recorder->started = true;
}

void
event_recorder_finish(struct event_recorder *recorder)
{
	int64_t end = clock_monotonic() + LONGEST_FINISH;

	pthread_mutex_lock(&recorder->mutex);
	recorder->finishing = true;
	pthread_cond_broadcast(&recorder->changed);
	while (recorder->started && !recorder->finished && clock_monotonic() < end)
		thread_wait_until(&recorder->changed, &recorder->mutex, end);
	pthread_mutex_unlock(&recorder->mutex);
}

void
event_recorder_free(struct event_recorder *recorder)
{
	if (!recorder)
		return;
	pthread_mutex_lock(&recorder->mutex);
	recorder->interrupted = true;
	pthread_cond_broadcast(&recorder->changed);
	pthread_mutex_unlock(&recorder->mutex);
	kube_client_abort(recorder->client);
	if (recorder->started)
		pthread_join(recorder->thread, NULL);
	for (; recorder->count > 0; recorder->count--) {
		letter_dispose(&recorder->queue[recorder->first]);
		recorder->first = (recorder->first + 1) % EVENT_QUEUE;
		metric_add(&events, 1, "lost");
	}
	event_filter_free(recorder->filter);
	kube_client_free(recorder->client);
	arena_free(recorder->arena);
	free(recorder->controller);
	free(recorder->instance);
	pthread_cond_destroy(&recorder->changed);
	pthread_mutex_destroy(&recorder->mutex);
	free(recorder);
}
