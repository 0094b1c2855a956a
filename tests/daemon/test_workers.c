#include "daemon/workers.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/http/fake_server.h"

#define LONG_TIME (1000 * CLOCK_SECOND)

/* Without waits of the queue's own. */
static const struct key_queue_limits limits = {.burst = 1};

/* What the work of the next key comes to, and what has been seen of it. */
static struct {
	struct work_queue *queue;
	struct kube_config config;
	struct workers *workers;
	struct work_result result;
	bool calls; /* the API server, from within the work */
	atomic_bool leads;
	atomic_int asked; /* for the lead */
	atomic_int worked;
	atomic_int dirty;  /* keys whose arena was not empty */
	atomic_bool ended; /* after the work, as the worker knew */
	char last[32];     /* key that was worked; last_mutex guards it among workers */
} play;

static pthread_mutex_t last_mutex = PTHREAD_MUTEX_INITIALIZER;

bool __wrap_leader_is_sure(const struct leader *leader);
int64_t __wrap_leader_longest_call(const struct leader *leader);

bool
__wrap_leader_is_sure(const struct leader *leader)
{
	bool leads = atomic_load(&play.leads);

	(void)leader;
	atomic_fetch_add(&play.asked, 1);
	return leads;
}

int64_t
__wrap_leader_longest_call(const struct leader *leader)
{
	(void)leader;
	return 200 * CLOCK_MILLISECOND;
}

static struct work_result
work(void *context, struct worker *worker, const char *key)
{
	(void)context;
	if (arena_used(worker->arena) > 0)
		atomic_fetch_add(&play.dirty, 1);
	pthread_mutex_lock(&last_mutex);
	snprintf(play.last, sizeof play.last, "%s", arena_text(worker->arena, key));
	pthread_mutex_unlock(&last_mutex);
	atomic_fetch_add(&play.worked, 1);
	if (play.calls)
		kube_client_get(worker->arena, worker->client, "/x", NULL);
	atomic_store(&play.ended, !worker_goes_on(worker));
	return play.result;
}

static int
begin(void **state)
{
	(void)state;
	memset(&play, 0, sizeof play);
	atomic_store(&play.leads, true);
	play.config.server.url = "http://127.0.0.1:1";
	play.queue = work_queue_new("test", &limits);
	return 0;
}

static void
hire(unsigned threads)
{
	struct workers_settings settings = {
		.config = &play.config,
		.leader = (struct leader *)&play, /* never looked at */
		.queue = play.queue,
		.threads = threads,
		.work = work,
	};

	play.workers = workers_start(&settings, NULL);
	assert_non_null(play.workers);
}

static int
end(void **state)
{
	(void)state;
	workers_stop(play.workers, LONG_TIME);
	work_queue_free(play.queue);
	return 0;
}

static bool
is_idle(void)
{
	struct key_queue_size size = work_queue_size(play.queue);

	return size.waiting == 0 && size.worked == 0;
}

/* A question after one that began later than this call. */
static bool
lead_is_asked_for(void)
{
	int asked = atomic_load(&play.asked);

	return FAKE_EVENTUALLY(atomic_load(&play.asked) > asked + 1);
}

static void
keys_are_worked_with_an_empty_arena(void **state)
{
	(void)state;
	hire(2);
	work_queue_add(play.queue, "a");
	assert_true(FAKE_EVENTUALLY(atomic_load(&play.worked) == 1 && is_idle()));
	work_queue_add(play.queue, "b");
	work_queue_add(play.queue, "c");
	work_queue_add(play.queue, "d");
	assert_true(FAKE_EVENTUALLY(atomic_load(&play.worked) == 4 && is_idle()));
	assert_int_equal(atomic_load(&play.dirty), 0);
	assert_int_equal(work_queue_size(play.queue).known, 0);
}

static void
without_the_lead_a_key_waits_for_it(void **state)
{
	(void)state;
	atomic_store(&play.leads, false);
	work_queue_add(play.queue, "a");
	hire(1);
	assert_true(lead_is_asked_for());
	assert_int_equal(atomic_load(&play.worked), 0);
	atomic_store(&play.leads, true);
	workers_wake(play.workers);
	assert_true(FAKE_EVENTUALLY(atomic_load(&play.worked) == 1));
}

static void
a_key_that_comes_after_the_lead_was_lost_waits_too(void **state)
{
	(void)state;
	hire(1);
	assert_true(FAKE_EVENTUALLY(atomic_load(&play.asked) > 0));
	atomic_store(&play.leads, false);
	work_queue_add(play.queue, "a");
	assert_true(lead_is_asked_for());
	assert_int_equal(atomic_load(&play.worked), 0);
	atomic_store(&play.leads, true); /* and nobody says so */
	assert_true(FAKE_EVENTUALLY(atomic_load(&play.worked) == 1));
}

static void
each_result_has_its_consequence(void **state)
{
	static const struct {
		struct work_result result;
		unsigned retries;
		size_t delayed;
		size_t known;
	} rows[] = {
		{{WORK_DONE, 0}, 0, 0, 0},
		{{WORK_OVER, 0}, 0, 0, 0},
		{{WORK_AGAIN, LONG_TIME}, 0, 1, 1},
		{{WORK_FAILED, LONG_TIME}, 2, 1, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		work_queue_add_limited(play.queue, "a"); /* it has failed before */
		play.result = rows[i].result;
		hire(1);
		assert_true(
			FAKE_EVENTUALLY(atomic_load(&play.worked) == (int)i + 1 && is_idle() &&
					work_queue_retries(play.queue, "a") == rows[i].retries &&
					work_queue_size(play.queue).delayed == rows[i].delayed));
		assert_int_equal(work_queue_size(play.queue).known, rows[i].known);
		workers_stop(play.workers, LONG_TIME);
		play.workers = NULL;
		work_queue_free(play.queue);
		play.queue = work_queue_new("test", &limits);
	}
}

static void
a_key_that_failed_rests_even_when_it_is_added(void **state)
{
	(void)state;
	play.result = (struct work_result){WORK_FAILED, LONG_TIME};
	hire(1);
	work_queue_add(play.queue, "a");
	assert_true(FAKE_EVENTUALLY(atomic_load(&play.worked) == 1 && is_idle()));
	work_queue_add(play.queue, "a");
	work_queue_add(play.queue, "b");
	assert_true(FAKE_EVENTUALLY(atomic_load(&play.worked) == 2 && is_idle()));
	assert_string_equal(play.last, "b");
}

static void
a_key_that_failed_comes_again(void **state)
{
	(void)state;
	play.result = (struct work_result){WORK_FAILED, 10 * CLOCK_MILLISECOND};
	hire(1);
	work_queue_add(play.queue, "a");
	assert_true(FAKE_EVENTUALLY(atomic_load(&play.worked) >= 3));
}

static void
a_write_needs_the_lead_and_ends_in_time(void **state)
{
	static const struct fake_step steps[] = {{"PUT /x HTTP", "", FAKE_HOLD, false}, {0}};
	struct kube_call call = {.method = HTTP_PUT, .target = "/x", .body = "{}"};
	struct worker worker = {.leader = (struct leader *)&play};
	struct fake_server server;
	struct error error = {0};

	(void)state;
	fake_server_start(&server, steps);
	play.config.server.url = server.url;
	worker.arena = arena_new(1000000);
	worker.client = kube_client_new(&play.config, NULL);
	atomic_store(&play.leads, false);
	assert_null(worker_write(&worker, &call, &error));
	assert_int_equal(error.kind, ERROR_TRANSIENT);
	assert_int_equal(atomic_load(&server.served), 0);
	atomic_store(&play.leads, true);
	assert_null(worker_write(&worker, &call, &error));
	assert_int_equal(error.kind, ERROR_TRANSIENT);
	assert_non_null(strstr(error.message, "timed out"));
	kube_client_free(worker.client);
	arena_free(worker.arena);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
}

static void
a_call_under_way_is_cut_at_the_end(void **state)
{
	static const struct fake_step steps[] = {{"GET /x HTTP", "", FAKE_HOLD, false}, {0}};
	struct fake_server server;

	(void)state;
	fake_server_start(&server, steps);
	play.config.server.url = server.url;
	play.calls = true;
	hire(2);
	work_queue_add(play.queue, "a");
	assert_true(FAKE_EVENTUALLY(atomic_load(&server.served) == 1));
	workers_stop(play.workers, CLOCK_MILLISECOND);
	play.workers = NULL;
	assert_true(work_queue_is_shut_down(play.queue));
	fake_server_stop(&server);
}

static void
who_works_learns_that_the_end_has_begun(void **state)
{
	static const struct fake_step steps[] = {{"GET /x HTTP", "", FAKE_HOLD, false}, {0}};
	struct worker other = {.leader = (struct leader *)&play};
	struct fake_server server;

	(void)state;
	fake_server_start(&server, steps);
	play.config.server.url = server.url;
	play.calls = true;
	hire(2);
	work_queue_add(play.queue, "a");
	assert_true(FAKE_EVENTUALLY(atomic_load(&server.served) == 1));
	assert_false(atomic_load(&play.ended));
	assert_false(workers_end(play.workers, clock_monotonic()));
	assert_true(work_queue_is_shut_down(play.queue));
	fake_server_release(&server);
	assert_true(workers_end(play.workers, clock_monotonic() + LONG_TIME));
	assert_true(atomic_load(&play.ended));
	assert_true(workers_end(NULL, 0));
	assert_true(worker_goes_on(&other));
	atomic_store(&play.leads, false);
	assert_false(worker_goes_on(&other));
	fake_server_stop(&server);
}

static void
threads_that_wait_for_the_lead_end_too(void **state)
{
	(void)state;
	atomic_store(&play.leads, false);
	work_queue_add(play.queue, "a");
	hire(3);
	assert_true(FAKE_EVENTUALLY(atomic_load(&play.asked) >= 3));
	workers_stop(play.workers, LONG_TIME);
	play.workers = NULL;
	assert_int_equal(atomic_load(&play.worked), 0);
}

static void
a_configuration_that_cannot_be_used_is_refused(void **state)
{
	struct workers_settings settings = {
		.config = &play.config, .queue = play.queue, .threads = 2, .work = work};
	struct error error = {0};

	(void)state;
	play.config.server.url = "ftp://127.0.0.1";
	assert_null(workers_start(&settings, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
		TEST(keys_are_worked_with_an_empty_arena),
		TEST(without_the_lead_a_key_waits_for_it),
		TEST(a_key_that_comes_after_the_lead_was_lost_waits_too),
		TEST(each_result_has_its_consequence),
		TEST(a_key_that_failed_rests_even_when_it_is_added),
		TEST(a_key_that_failed_comes_again),
		TEST(a_write_needs_the_lead_and_ends_in_time),
		TEST(a_call_under_way_is_cut_at_the_end),
		TEST(who_works_learns_that_the_end_has_begun),
		TEST(threads_that_wait_for_the_lead_end_too),
		TEST(a_configuration_that_cannot_be_used_is_refused),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
