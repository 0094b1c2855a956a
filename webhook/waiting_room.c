#include "webhook/waiting_room.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/thread.h"

TAILQ_HEAD(waiters, waiter);

struct waiting_room {
	struct inventory *inventory;
	struct waiters waiters; /* under the inventory's lock, as is `count` */
	size_t count;
	bool closed;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	int64_t next; /* when the thread has to look; under the mutex, as is `ending` */
	bool ending;
};

static struct metric waiting_gauge = METRIC_GAUGE("peerwarden_admission_waiting",
	"Requests that wait: for a write of the ledger, a reservation's end, or the mirror.", NULL);

static void
let_go(struct waiting_room *room, struct waiter *waiter)
{
	TAILQ_REMOVE(&room->waiters, waiter, waiters);
	metric_set(&waiting_gauge, (double)--room->count);
	waiter->resume(waiter->context);
}

void
waiting_room_changed(struct waiting_room *room)
{
	struct waiter *waiter, *next;

	for (waiter = TAILQ_FIRST(&room->waiters); waiter; waiter = next) {
		next = TAILQ_NEXT(waiter, waiters);
		if (room->closed || waiter->is_over(waiter->context))
			let_go(room, waiter);
	}
}

/* Returns the earliest deadline of those that stay. */
static int64_t
let_late_ones_go(struct waiting_room *room)
{
	int64_t now = clock_monotonic(), earliest = INT64_MAX;
	struct waiter *waiter, *next;

	inventory_lock(room->inventory);
	for (waiter = TAILQ_FIRST(&room->waiters); waiter; waiter = next) {
		next = TAILQ_NEXT(waiter, waiters);
		if (waiter->deadline <= now)
			let_go(room, waiter);
		else if (waiter->deadline < earliest)
			earliest = waiter->deadline;
	}
	inventory_unlock(room->inventory);
	return earliest;
}

static void
sleep_until_next(struct waiting_room *room)
{
	while (!room->ending && clock_monotonic() < room->next)
		if (room->next == INT64_MAX)
			pthread_cond_wait(&room->changed, &room->mutex);
		else
			thread_wait_until(&room->changed, &room->mutex, room->next);
}

static void *
run(void *context)
{
	struct waiting_room *room = context;

	pthread_mutex_lock(&room->mutex);
	while (!room->ending) {
		int64_t earliest;

		room->next = INT64_MAX;
		pthread_mutex_unlock(&room->mutex);
		earliest = let_late_ones_go(room);
		pthread_mutex_lock(&room->mutex);
		if (earliest < room->next)
			room->next = earliest;
		sleep_until_next(room);
	}
	pthread_mutex_unlock(&room->mutex);
	return NULL;
}

static void
wake_by(struct waiting_room *room, int64_t deadline)
{
	pthread_mutex_lock(&room->mutex);
	if (deadline < room->next) {
		room->next = deadline;
		pthread_cond_signal(&room->changed);
	}
	pthread_mutex_unlock(&room->mutex);
}

void
waiting_room_wait(struct waiting_room *room, struct waiter *waiter)
{
	TAILQ_INSERT_TAIL(&room->waiters, waiter, waiters);
	room->count++;
	wake_by(room, waiter->deadline);
	if (room->closed || waiter->is_over(waiter->context))
		let_go(room, waiter);
	else
		metric_set(&waiting_gauge, (double)room->count);
}

struct waiting_room *
waiting_room_new(struct inventory *inventory)
{
	struct waiting_room *room = memory_alloc(sizeof *room);

	room->inventory = inventory;
	TAILQ_INIT(&room->waiters);
	pthread_mutex_init(&room->mutex, NULL);
	thread_condition_init(&room->changed);
	thread_start(&room->thread, run, room);
	return room;
}

void
waiting_room_close(struct waiting_room *room)
{
	inventory_lock(room->inventory);
	room->closed = true;
	waiting_room_changed(room);
	inventory_unlock(room->inventory);
}

void
waiting_room_free(struct waiting_room *room)
{
	pthread_mutex_lock(&room->mutex);
	room->ending = true;
	pthread_cond_signal(&room->changed);
	pthread_mutex_unlock(&room->mutex);
	pthread_join(room->thread, NULL);
	pthread_cond_destroy(&room->changed);
	pthread_mutex_destroy(&room->mutex);
	free(room);
}
