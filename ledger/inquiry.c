#include "ledger/inquiry.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/text.h"
#include "base/thread.h"
#include "kube/kube_client.h"
#include "mirror/object_path.h"

#define EVERY        CLOCK_SECOND
#define LONGEST_CALL (5 * CLOCK_SECOND)
enum { ANSWER_SIZE = 64 * 1024 * 1024 };

static struct metric questions_metric = METRIC_COUNTER("peerwarden_ledger_inquiries_total",
	"Objects that were read because nothing was seen of their reservation.", "result");
static struct metric takeovers = METRIC_COUNTER("peerwarden_ledger_takeovers_total",
	"Pages of replicas that are gone, deleted by this one.", NULL);

struct inquiry {
	struct book *book;
	struct inventory *inventory;
	struct page_place place;
	struct ending *ending;
	struct kube_client *client;
	struct arena *arena;
	pthread_t thread;
	bool started;
};

struct inquiry *
inquiry_new(struct book *book, struct inventory *inventory, const struct kube_config *config,
	const struct page_place *place, struct ending *ending, struct error *error)
{
	struct kube_client *client = kube_client_new(config, error);
	struct inquiry *inquiry;

	if (!client)
		return NULL;
	inquiry = memory_alloc(sizeof *inquiry);
	inquiry->book = book;
	inquiry->inventory = inventory;
	inquiry->place = *place;
	inquiry->ending = ending;
	inquiry->client = client;
	inquiry->arena = arena_new(ANSWER_SIZE);
	return inquiry;
}

static int64_t
lifetime(const struct inquiry *inquiry)
{
	return inquiry->place.lifetime / CLOCK_SECOND;
}

/* False when the API server said nothing that counts. A kind that it does not serve may be one that
 * it does not know yet; when all time is over, it has no objects. */
static bool
look(struct inquiry *inquiry, const struct book_question *question, struct book_answer *answer)
{
	const char *target = object_path_of(inquiry->arena, &question->object);
	struct kube_call call = {.method = HTTP_GET, .target = target, .timeout = LONGEST_CALL};
	const struct json *object =
		target ? kube_client_call(inquiry->arena, inquiry->client, &call, NULL) : NULL;
	bool served = !text_equal(kube_client_reason(inquiry->client), "");

	*answer = (struct book_answer){.found = object != NULL};
	if (!target)
		return false;
	answer->date = kube_client_date(inquiry->client);
	if (!object)
		return kube_client_status(inquiry->client) == 404 && (served || question->last);
	answer->uid = json_member_text(json_member(object, "metadata"), "uid");
	return kube_version_number(object, &answer->version);
}

static void
ask(struct inquiry *inquiry, const struct book_question *question)
{
	int64_t began = clock_monotonic();
	struct book_answer answer;
	bool known = look(inquiry, question, &answer);

	inventory_lock(inquiry->inventory);
	if (answer.date)
		book_dated(inquiry->book, began, answer.date);
	if (known)
		book_answered(inquiry->book, question, &answer, lifetime(inquiry));
	inventory_unlock(inquiry->inventory);
	metric_add(&questions_metric, 1, !known ? "failed" : answer.found ? "found" : "absent");
}

static void
ask_all(struct inquiry *inquiry)
{
	struct book_questions questions;

	inventory_lock(inquiry->inventory);
	questions =
		book_questions(inquiry->book, inquiry->arena, clock_monotonic(), lifetime(inquiry));
	inventory_unlock(inquiry->inventory);
	for (size_t i = 0; i < questions.count && !ending_is_announced(inquiry->ending); i++)
		ask(inquiry, &questions.items[i]);
}

static void
delete_orphan(struct inquiry *inquiry, const struct book_orphan *orphan)
{
	CLEANUP(buffer_dispose) struct buffer body;
	struct kube_call call = {.method = HTTP_DELETE, .timeout = LONGEST_CALL};

	buffer_init(&body, SIZE_MAX);
	buffer_printf(&body,
		"{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\","
		"\"preconditions\":{\"resourceVersion\":\"%s\"}}",
		orphan->version_text);
	call.body = buffer_text(&body);
	call.target = arena_printf(inquiry->arena, "%s/%s",
		page_collection(inquiry->arena, inquiry->place.namespace), orphan->name);
	if (!kube_client_call(inquiry->arena, inquiry->client, &call, NULL))
		return;
	metric_add(&takeovers, 1);
	log_info("took over the page of a replica that is gone", LOG_TEXT("page", orphan->name));
}

static void
clear_orphan(struct inquiry *inquiry)
{
	struct book_orphan orphan;
	bool found;

	inventory_lock(inquiry->inventory);
	found = book_orphan(inquiry->book, inquiry->arena, lifetime(inquiry), &orphan);
	inventory_unlock(inquiry->inventory);
	if (found)
		delete_orphan(inquiry, &orphan);
}

static void *
run(void *context)
{
	struct inquiry *inquiry = context;

	while (!ending_wait(inquiry->ending, EVERY)) {
		ask_all(inquiry);
		clear_orphan(inquiry);
		arena_reset(inquiry->arena);
	}
	return NULL;
}

void
inquiry_start(struct inquiry *inquiry)
{
	thread_start(&inquiry->thread, run, inquiry);
	inquiry->started = true;
}

void
inquiry_interrupt(struct inquiry *inquiry)
{
	kube_client_abort(inquiry->client);
}

void
inquiry_free(struct inquiry *inquiry)
{
	if (!inquiry)
		return;
	if (inquiry->started)
		pthread_join(inquiry->thread, NULL);
	kube_client_free(inquiry->client);
	arena_free(inquiry->arena);
	free(inquiry);
}
