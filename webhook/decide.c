#include "webhook/decide.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/text.h"
#include "kube/kube_client.h"
#include "webhook/cluster.h"
#include "webhook/live_objects.h"
#include "webhook/remote_facts.h"

/* A replica whose API server does not answer must not keep what another replica could decide. */
#define WRITE_PATIENCE (1500 * CLOCK_MILLISECOND)
#define READ_PATIENCE  (1500 * CLOCK_MILLISECOND)

enum wait {
	WAIT_FOR_NOTHING,
	WAIT_FOR_WRITE,  /* the own reservation has to come back */
	WAIT_FOR_OTHERS, /* a reservation stands against it */
	WAIT_FOR_READ,
	WAIT_FOR_ANSWER, /* of a cloud, through the daemon */
};

struct deciding {
	struct arena *arena;
	struct source *source;
	struct cluster *cluster; /* NULL for a folder */
	const struct review *review;
	int64_t deadline;
	int64_t write_deadline;  /* for the answer to the write of its reservation */
	int64_t others_deadline; /* for those that stand against it: what is refused after that
				    still leaves time for what waits for it in turn */
	struct change_of change;
	struct decision early; /* made before anything was judged */
	bool is_early;

	struct remote_facts facts;
	struct entry *entry; /* in the ledger, until it is kept or given back */
	struct verdict verdict;
	enum wait wait;
	uint64_t departures; /* when it began to wait for others */
	struct live_objects live;
	struct live_read *read; /* that it waits for */
	struct waiter waiter;
	void (*resume)(void *context);
	void *context;
};

static struct metric waits =
	METRIC_COUNTER("peerwarden_admission_waits_total", "Times that a request waited.", "for");
static struct metric in_flight = METRIC_COUNTER("peerwarden_ledger_conflicts_total",
	"Requests that met a reservation of another request, by how that ended.", "result");

static struct inventory *
inventory(const struct deciding *d)
{
	return source_inventory(d->source);
}

static struct book *
book(const struct deciding *d)
{
	return cluster_book(d->cluster);
}

static bool
is_over_at(int64_t deadline)
{
	return clock_monotonic() >= deadline;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* --- what an end looks like --- */

static void
give_back(struct deciding *d)
{
	if (d->entry)
		book_leave(book(d), d->entry);
	d->entry = NULL;
	remote_facts_release(&d->facts);
}

static bool
put_off(struct deciding *d, struct decision *decision, const char *retry_after, const char *why)
{
	give_back(d);
	*decision = judgement_put_off(d->arena, retry_after, why);
	return true;
}

/* With the lock; the decision is made without it. */
static bool
conclude(struct deciding *d, struct decision *decision)
{
	inventory_unlock(inventory(d));
	*decision = judgement_conclude(d->arena, d->source, d->review, &d->verdict);
	inventory_lock(inventory(d));
	return true;
}

static bool
refuse(struct deciding *d, struct decision *decision)
{
	give_back(d);
	return conclude(d, decision);
}

/* Where admitted objects count as applied. */
static void
apply(struct deciding *d)
{
	if (d->cluster || d->review->dry_run)
		return;
	if (d->review->operation == REVIEW_DELETE)
		source_forget(d->source, &d->change.subject.object);
	else
		source_admit(d->source, &d->change.subject);
}

static bool
admit(struct deciding *d, struct decision *decision)
{
	if (arena_exhausted(d->arena) || d->verdict.exceeded)
		return refuse(d, decision); /* with 413: not all was looked at */
	if (d->entry)
		book_keep(book(d), d->entry);
	else
		apply(d);
	d->entry = NULL;
	return conclude(d, decision);
}

static bool
wait_for(struct deciding *d, enum wait wait, struct decision *decision)
{
	static const char *const names[] = {[WAIT_FOR_WRITE] = "write",
		[WAIT_FOR_OTHERS] = "reservation",
		[WAIT_FOR_READ] = "read",
		[WAIT_FOR_ANSWER] = "lookup"};

	if (cluster_is_released(d->cluster))
		return put_off(d, decision, "0", "this replica is going away");
	metric_add(&waits, 1, names[wait]);
	d->wait = wait;
	d->departures = book_departures(book(d));
	return false;
}

/* --- reading once more what a refusal is for --- */

static void
resume(void *context)
{
	struct deciding *d = context;

	d->resume(d->context);
}

static void
on_read(struct live_read *read)
{
	resume(read->context);
}

static bool
read(struct deciding *d, const struct object_id *object, struct decision *decision)
{
	d->read = live_objects_add(&d->live, d->arena, inventory(d), object);
	d->read->deadline = earlier(d->deadline, clock_monotonic() + READ_PATIENCE);
	d->read->done = on_read;
	d->read->context = d;
	return wait_for(d, WAIT_FOR_READ, decision);
}

/* --- judging --- */

/* Against what the view of the book has put into the inventory. */
static struct verdict
judge_now(struct deciding *d)
{
	struct verdict verdict;

	if (d->cluster)
		live_objects_count(&d->live, inventory(d), book(d));
	verdict = judgement_reach(d->arena, d->source, d->review, &d->change);
	live_objects_end(&d->live, inventory(d));
	return verdict;
}

static struct verdict
judge(struct deciding *d, struct order end)
{
	if (d->cluster)
		book_view(book(d), end);
	return judge_now(d);
}

/* With what is stored and with what is reserved at once, and then with each reservation in place of
 * what is stored: a route that leads to what is stored may lead to nothing once it has moved. */
static struct verdict
judge_with_reservations(struct deciding *d)
{
	struct order end = d->entry ? book_order(d->entry) : BOOK_ALL;
	struct verdict verdict = judge(d, end);

	for (unsigned round = 0; d->cluster && verdict.action != ACTION_DENY &&
				 book_view_instead(book(d), end, round);
		round++) {
		struct verdict other = judge_now(d);

		if (other.action == ACTION_DENY || other.exceeded)
			return other;
	}
	return verdict;
}

/* Only a reservation stands against it. */
static bool
meet_reservation(struct deciding *d, struct decision *decision)
{
	if (is_over_at(d->others_deadline)) {
		metric_add(&in_flight, 1, "refused");
		return refuse(d, decision);
	}
	return wait_for(d, WAIT_FOR_OTHERS, decision);
}

/* Stored objects, or what /mutate holds, are enough to refuse. */
static bool
refuse_for_stored(struct deciding *d, struct decision *decision)
{
	const struct object_id *object = live_objects_next(&d->live, &d->verdict.findings);

	if (!object || is_over_at(d->deadline))
		return refuse(d, decision);
	if (!inventory_is_stored(inventory(d), object))
		return meet_reservation(d, decision);
	return read(d, object, decision);
}

/* Step 5, or all there is for what leaves no reservation. */
static bool
decide_finally(struct deciding *d, struct decision *decision)
{
	struct verdict with_others = judge_with_reservations(d);

	d->verdict = with_others;
	if (with_others.action != ACTION_DENY)
		return admit(d, decision);
	if (!d->cluster)
		return refuse(d, decision);
	d->verdict = judge(d, BOOK_STORED);
	if (d->verdict.action == ACTION_DENY)
		return refuse_for_stored(d, decision);
	d->verdict = with_others;
	return meet_reservation(d, decision);
}

/* Step 1: what counts at this moment, whatever that is, can only say that it has to be looked at
 * more closely. */
static bool
is_refused_at_first_sight(struct deciding *d)
{
	d->verdict = judge_now(d);
	if (d->verdict.action != ACTION_DENY)
		return false;
	d->verdict = judge(d, BOOK_STORED);
	return d->verdict.action == ACTION_DENY;
}

static bool
claims_nothing_new(const struct deciding *d)
{
	return d->change.is_update && declaration_is_part(&d->change.subject, &d->change.before);
}

/* Step 2. */
static bool
enter(struct deciding *d, struct decision *decision)
{
	const struct json *metadata = json_member(d->review->object, "metadata");
	const struct json *old = d->review->old_object;
	const char *uid = json_member_text(metadata, "uid");
	struct page_object object = {.object = d->review->object,
		.name = d->change.subject.object.name,
		.uid = uid ? uid : d->review->uid};
	struct error error;

	/* Without the version that it starts from, no sighting can settle it. */
	if (d->change.is_update && !kube_version_number(old, &object.from))
		object.from = UINT64_MAX;
	d->entry = book_enter(book(d), d->arena, &object, &d->change.subject, &error);
	d->write_deadline = earlier(d->deadline, clock_monotonic() + WRITE_PATIENCE);
	if (d->entry)
		return wait_for(d, WAIT_FOR_WRITE, decision);
	if (error.kind == ERROR_TRANSIENT)
		return put_off(d, decision, "1", error.message);
	*decision = judgement_refuse(d->arena, 413, error.message);
	return true;
}

static bool
leaves_reservation(const struct deciding *d)
{
	return d->cluster && !d->review->dry_run && d->review->operation != REVIEW_DELETE;
}

/* Before it has a reservation, so that nobody waits for one that waits for a cloud. */
static bool
look(struct deciding *d, struct decision *decision)
{
	bool refused;

	if (!leaves_reservation(d))
		return decide_finally(d, decision);
	refused = is_refused_at_first_sight(d);
	if (refused ? remote_facts_ask_again(&d->facts, &d->change, &d->verdict)
		    : remote_facts_ask_unknown(&d->facts, &d->change))
		return wait_for(d, WAIT_FOR_ANSWER, decision);
	if (refused)
		return refuse_for_stored(d, decision);
	return claims_nothing_new(d) ? admit(d, decision) : enter(d, decision);
}

/* Until when the own write is waited for: for its answer, and then for the watch to show it. */
static int64_t
write_deadline(const struct deciding *d)
{
	return book_order(d->entry).revision ? d->deadline : d->write_deadline;
}

static bool
wait_for_write(struct deciding *d, struct decision *decision)
{
	if (!is_over_at(write_deadline(d)))
		return wait_for(d, WAIT_FOR_WRITE, decision);
	return put_off(d, decision, "0", "the API server does not answer this replica in time");
}

static bool
go_on(struct deciding *d, struct decision *decision)
{
	d->wait = WAIT_FOR_NOTHING;
	remote_facts_release(&d->facts); /* what it was told is in the inventory */
	if (d->entry && !book_may_decide(book(d), d->entry))
		return wait_for_write(d, decision);
	return d->entry ? decide_finally(d, decision) : look(d, decision);
}

bool
decide_go_on(struct deciding *d, struct decision *decision)
{
	bool decided;

	if (d->is_early) {
		*decision = d->early;
		return true;
	}
	inventory_lock(inventory(d));
	decided = go_on(d, decision);
	if (decided && !decision->retry_after && !d->review->dry_run)
		inventory_release(inventory(d), &d->change.subject.object);
	inventory_unlock(inventory(d));
	return decided;
}

/* --- waiting --- */

static bool
is_over(void *context)
{
	const struct deciding *d = context;

	switch (d->wait) {
	case WAIT_FOR_WRITE:
		return book_may_decide(book(d), d->entry);
	case WAIT_FOR_OTHERS:
		return book_departures(book(d)) != d->departures;
	case WAIT_FOR_ANSWER:
		return remote_facts_are_there(&d->facts);
	default:
		return true;
	}
}

static int64_t
wait_deadline(const struct deciding *d)
{
	switch (d->wait) {
	case WAIT_FOR_WRITE:
		return write_deadline(d);
	case WAIT_FOR_ANSWER:
		return d->facts.deadline;
	default:
		return d->others_deadline;
	}
}

void
decide_wait(struct deciding *d, void (*wake)(void *context), void *context)
{
	struct inventory *locked = inventory(d);
	struct live_reads *reads = cluster_live_reads(d->cluster);

	d->resume = wake;
	d->context = context;
	if (d->wait == WAIT_FOR_READ) {
		if (!live_reads_submit(reads, d->read))
			resume(d);
		return;
	}
	inventory_lock(locked);
	d->waiter = (struct waiter){
		.is_over = is_over,
		.resume = resume,
		.context = d,
		.deadline = wait_deadline(d),
	};
	waiting_room_wait(cluster_room(d->cluster), &d->waiter);
	inventory_unlock(locked);
}

void
decide_abandon(struct deciding *d)
{
	if (!d->entry && d->facts.count == 0)
		return;
	inventory_lock(inventory(d));
	give_back(d);
	inventory_unlock(inventory(d));
}

/* --- the beginning --- */

static bool
is_about_the_object(const struct review *review)
{
	return review->definition && review->operation != REVIEW_CONNECT &&
	       (review->subresource[0] == '\0' || text_equal(review->subresource, "status"));
}

static struct decision
admit_unjudged(struct deciding *d)
{
	inventory_lock(inventory(d));
	apply(d);
	inventory_unlock(inventory(d));
	return judgement_allow(d->arena);
}

struct deciding *
decide_begin(
	struct arena *arena, struct source *source, const struct review *review, int64_t deadline)
{
	struct deciding *d = ARENA_NEW(arena, struct deciding);
	int64_t now = clock_monotonic(), third = (deadline - now) / 3;
	struct error error;

	d->arena = arena;
	d->source = source;
	d->cluster = source_cluster(source);
	d->review = review;
	d->deadline = deadline;
	d->others_deadline = deadline - third;
	d->facts = (struct remote_facts){
		.lookup = d->cluster ? cluster_remote_lookup(d->cluster) : NULL,
		.inventory = inventory(d),
		.author = review->user,
		.latest = now + third,
	};
	d->is_early = true;
	if (!is_about_the_object(review))
		d->early = judgement_allow(arena);
	else if (!judgement_decode(arena, review, &d->change, &error))
		d->early = judgement_refuse(arena, error_http_status(error.kind), error.message);
	else if (!judgement_is_needed(review, &d->change))
		d->early = admit_unjudged(d);
	else
		d->is_early = false;
	return d;
}

struct decision
decide(struct arena *arena, struct source *source, const struct review *review)
{
	struct deciding *d = decide_begin(arena, source, review, INT64_MAX);
	struct decision decision;

	if (!decide_go_on(d, &decision))
		abort(); /* a folder never waits */
	return decision;
}
