#include "serving/connection.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/thread.h"
#include "serving/tls_transport.h"

enum { REAPER_MILLISECONDS = 100, ENDING_SECONDS = 120, SPARE_PART = 8 };

#define LEFT_ALONE CLOCK_SECOND /* a connection is not sent away for lack of room before */

enum state { NEW, WORKING, RESTING, ENDING };

struct connection {
	struct connection *next, *previous;
	struct connection_list *list;
	struct tls_generation *generation;
	struct tls_transport *transport; /* NULL without TLS */
	int fd;
	_Atomic int64_t deadline;
	_Atomic int64_t since; /* when the state began; of NEW and RESTING only */
	_Atomic enum state state;
	bool silent; /* the reaper's: NEW and idle, its handshake is over */
};

struct connection_list {
	struct tls_identity *identity;
	size_t comfortable; /* with more of them, some are sent away */
	int64_t idle;
	pthread_t reaper;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct connection *oldest, *newest; /* under the mutex, as all below */
	size_t count;
	bool draining;
	bool closing;
};

#define LONGEST_ROUND CLOCK_SECOND /* of the reaper, when it is not kept from running */

static struct metric cut = METRIC_COUNTER("peerwarden_http_connections_cut_total",
	"Connections that were ended from here: slow in a request or handshake, idle for long, "
	"draining, or crowded.",
	"reason");
static struct metric taken =
	METRIC_COUNTER("peerwarden_http_connections_total", "Connections that were taken.", NULL);

static int64_t
deadline_of(const struct connection *connection)
{
	return atomic_load_explicit(&connection->deadline, memory_order_relaxed);
}

static void
set_state(struct connection *connection, enum state state)
{
	atomic_store_explicit(&connection->state, state, memory_order_release);
}

static bool
is_in(const struct connection *connection, enum state state)
{
	return atomic_load_explicit(&connection->state, memory_order_acquire) == state;
}

/* False when it has got another one meanwhile. */
static bool
replace_deadline(struct connection *connection, int64_t deadline, int64_t by)
{
	return atomic_compare_exchange_strong(&connection->deadline, &deadline, by);
}

void
connection_work_until(struct connection *connection, int64_t deadline)
{
	atomic_store_explicit(&connection->deadline, deadline, memory_order_relaxed);
	set_state(connection, WORKING);
}

void
connection_work(struct connection *connection, int64_t time)
{
	connection_work_until(connection, clock_monotonic() + time);
}

static void
begin_state(struct connection *connection, enum state state, int64_t time)
{
	int64_t now = clock_monotonic();

	atomic_store_explicit(&connection->deadline, now + time, memory_order_relaxed);
	atomic_store_explicit(&connection->since, now, memory_order_relaxed);
	set_state(connection, state);
}

void
connection_rest(struct connection *connection)
{
	begin_state(connection, RESTING, connection->list->idle);
}

void
connection_hold(struct connection *connection)
{
	if (connection->transport)
		tls_transport_hold(connection->transport);
}

static bool
set_identity(struct connection *connection, gnutls_session_t session)
{
	struct tls_identity *identity = connection->list->identity;

	if (!identity)
		return true;
	if (!session)
		return false;
	connection->generation = tls_identity_acquire(identity, session);
	connection->transport = tls_transport_new(session, connection->fd);
	return connection->generation != NULL;
}

static void
insert(struct connection_list *list, struct connection *connection)
{
	pthread_mutex_lock(&list->mutex);
	connection->previous = list->newest;
	if (list->newest)
		list->newest->next = connection;
	else
		list->oldest = connection;
	list->newest = connection;
	list->count++;
	pthread_mutex_unlock(&list->mutex);
}

static void
take_out(struct connection_list *list, struct connection *connection)
{
	pthread_mutex_lock(&list->mutex);
	if (connection->next)
		connection->next->previous = connection->previous;
	else
		list->newest = connection->previous;
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		list->oldest = connection->next;
	list->count--;
	if (list->count == 0)
		pthread_cond_broadcast(&list->changed);
	pthread_mutex_unlock(&list->mutex);
}

struct connection *
connection_start(struct connection_list *list, int fd, gnutls_session_t session, int64_t time)
{
	struct connection *connection = memory_alloc(sizeof *connection);

	connection->list = list;
	connection->fd = fd;
	begin_state(connection, NEW, time);
	if (!set_identity(connection, session))
		shutdown(fd, SHUT_RDWR);
	insert(list, connection);
	metric_add(&taken, 1);
	return connection;
}

void
connection_end(struct connection *connection)
{
	take_out(connection->list, connection);
	if (connection->generation)
		tls_identity_release(connection->list->identity, connection->generation);
	tls_transport_free(connection->transport);
	free(connection);
}

/* Whoever serves it notices and ends it. */
static void
end(struct connection *connection, const char *reason, int64_t now)
{
	shutdown(connection->fd, SHUT_RDWR);
	set_state(connection, ENDING);
	atomic_store_explicit(&connection->deadline, now + ENDING_SECONDS * CLOCK_SECOND,
		memory_order_relaxed); /* once is enough */
	metric_add(&cut, 1, reason);
}

/* A request has come that no thread has read yet. */
static bool
has_unread(const struct connection *connection)
{
	int bytes = 0;

	return ioctl(connection->fd, FIONREAD, &bytes) == 0 && bytes > 0;
}

static bool
is_idle(const struct connection *connection)
{
	return is_in(connection, RESTING) || (is_in(connection, NEW) && connection->silent);
}

/* A new one whose handshake is over has not been late, it has not been needed. */
static bool
turns_silent(const struct connection *connection)
{
	return is_in(connection, NEW) && !connection->silent && connection->transport &&
	       tls_transport_is_established(connection->transport);
}

/* A request that comes at this very moment sets another deadline before the state: then all stays
 * as it is. */
static void
end_if_late(struct connection *connection, int64_t now)
{
	int64_t deadline = deadline_of(connection);

	if (deadline >= now)
		return;
	if (turns_silent(connection)) {
		connection->silent = true;
		replace_deadline(connection, deadline, deadline + connection->list->idle);
	} else {
		const char *reason = is_idle(connection) ? "idle" : "slow";

		if (replace_deadline(connection, deadline, now))
			end(connection, reason, now);
	}
}

/* Ends the connections whose time is up, and while draining those that wait for nothing. */
static void
end_late_ones(struct connection_list *list, int64_t now)
{
	for (struct connection *each = list->oldest; each; each = each->next) {
		end_if_late(each, now);
		if (list->draining && is_idle(each) && !has_unread(each))
			end(each, "draining", now);
	}
}

static size_t
count_open_ones(const struct connection_list *list)
{
	size_t count = 0;

	for (const struct connection *each = list->oldest; each; each = each->next)
		count += !is_in(each, ENDING);
	return count;
}

/* Ends the oldest ones in a state, at most `most` of them; returns how many. */
static size_t
end_oldest(struct connection_list *list, enum state state, size_t most, int64_t now)
{
	size_t count = 0;

	for (struct connection *each = list->oldest; each && count < most; each = each->next) {
		int64_t since = atomic_load_explicit(&each->since, memory_order_relaxed);

		if (!is_in(each, state) || now - since < LEFT_ALONE || has_unread(each))
			continue;
		end(each, "crowded", now);
		count++;
	}
	return count;
}

static void
make_room(struct connection_list *list, int64_t now)
{
	size_t open = list->count > list->comfortable ? count_open_ones(list) : 0;

	if (open <= list->comfortable)
		return;
	open -= end_oldest(list, NEW, open - list->comfortable, now);
	if (open > list->comfortable)
		end_oldest(list, RESTING, open - list->comfortable, now);
}

/* Waits under the mutex for a change, at most for `time`. */
static void
wait_for_change(struct connection_list *list, int64_t time)
{
	thread_wait_until(&list->changed, &list->mutex, clock_monotonic() + time);
}

/* A process that was stopped for a while finds what its clients have sent meanwhile: they were not
 * late, it was. */
static void
make_up_for(struct connection_list *list, int64_t lost)
{
	for (struct connection *connection = list->oldest; connection;
		connection = connection->next)
		atomic_fetch_add_explicit(&connection->deadline, lost, memory_order_relaxed);
}

static void *
run_reaper(void *context)
{
	struct connection_list *list = context;
	int64_t before = clock_monotonic();

	pthread_mutex_lock(&list->mutex);
	while (!list->closing) {
		int64_t now = clock_monotonic();

		if (now - before > LONGEST_ROUND)
			make_up_for(list, now - before);
		before = now;
		end_late_ones(list, now);
		make_room(list, now);
		wait_for_change(list, REAPER_MILLISECONDS * CLOCK_MILLISECOND);
	}
	pthread_mutex_unlock(&list->mutex);
	return NULL;
}

struct connection_list *
connection_list_open(struct tls_identity *identity, unsigned most, int64_t idle)
{
	struct connection_list *list = memory_alloc(sizeof *list);

	list->identity = identity;
	list->comfortable = most - most / SPARE_PART;
	list->idle = idle;
	pthread_mutex_init(&list->mutex, NULL);
	thread_condition_init(&list->changed);
	thread_start(&list->reaper, run_reaper, list);
	return list;
}

void
connection_list_close(struct connection_list *list)
{
	pthread_mutex_lock(&list->mutex);
	list->closing = true;
	pthread_cond_broadcast(&list->changed);
	pthread_mutex_unlock(&list->mutex);
	pthread_join(list->reaper, NULL);
	pthread_cond_destroy(&list->changed);
	pthread_mutex_destroy(&list->mutex);
	free(list);
}

bool
connection_list_drain(struct connection_list *list, int64_t patience)
{
	int64_t until = clock_monotonic() + patience;
	bool ended;

	pthread_mutex_lock(&list->mutex);
	list->draining = true;
	while (list->count > 0 && clock_monotonic() < until)
		wait_for_change(list, until - clock_monotonic());
	ended = list->count == 0;
	pthread_mutex_unlock(&list->mutex);
	return ended;
}
