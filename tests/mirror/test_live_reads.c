#include "mirror/live_reads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "tests/http/fake_server.h"

#define RED       "GET /apis/kubeovn.io/v1/vpcs/red HTTP"
#define FOUND     FAKE_OK "{\"metadata\":{\"resourceVersion\":\"7\",\"uid\":\"u-1\"}}"
#define LONG_TEXT "0123456789012345678901234567890123456789012345678901234567890123456789"

struct fixture {
	struct fake_server server;
	struct kube_config config;
	struct live_reads *reads;
	atomic_int done;
	atomic_int failed;
};

static void
begin(struct fixture *fixture, const struct fake_step *steps, int threads)
{
	*fixture = (struct fixture){0};
	fake_server_start(&fixture->server, steps);
	fixture->config.server.url = fixture->server.url;
	fixture->reads = live_reads_start(&fixture->config, threads, NULL);
	assert_non_null(fixture->reads);
}

static void
end(struct fixture *fixture)
{
	live_reads_stop(fixture->reads);
	fake_server_stop(&fixture->server);
	assert_int_equal(fixture->server.unexpected, 0);
}

static void
on_done(struct live_read *read)
{
	struct fixture *fixture = read->context;

	if (read->state == LIVE_READ_FAILED)
		atomic_fetch_add(&fixture->failed, 1);
	atomic_fetch_add(&fixture->done, 1);
}

static struct live_read
read_of(struct fixture *fixture, const char *name, int64_t time)
{
	return (struct live_read){
		.object = {KIND_VPC, "", name},
		.deadline = clock_monotonic() + time,
		.done = on_done,
		.context = fixture,
		.state = (enum live_read_state)99,
		.version = 99,
		.uid = "old",
	};
}

static void
each_answer_of_the_api_server_has_its_state(void **state)
{
	static const struct {
		const char *name;
		const char *reply;
		enum live_read_state state;
		uint64_t version;
		const char *uid;
		enum fake_end end;
	} rows[] = {
		{"found", FOUND, LIVE_READ_FOUND, 7, "u-1", FAKE_CLOSE},
		{"absent",
			FAKE_HEAD("404 Not Found") "\r\n{\"kind\":\"Status\",\"reason\":"
						   "\"NotFound\",\"code\":404}",
			LIVE_READ_ABSENT, 0, "", FAKE_CLOSE},
		{"not served", FAKE_HEAD("404 Not Found") "\r\n404 page not found\n",
			LIVE_READ_NOT_SERVED, 0, "", FAKE_CLOSE},
		{"denied", FAKE_STATUS("403 Forbidden", "403", "may not get"), LIVE_READ_FAILED, 0,
			"", FAKE_CLOSE},
		{"throttled", FAKE_STATUS("429 Too Many", "429", "slow"), LIVE_READ_FAILED, 0, "",
			FAKE_CLOSE},
		{"error", FAKE_STATUS("500 Error", "500", "etcd"), LIVE_READ_FAILED, 0, "",
			FAKE_CLOSE},
		{"garbage", FAKE_OK "<html>", LIVE_READ_FAILED, 0, "", FAKE_CLOSE},
		{"no version", FAKE_OK "{\"metadata\":{\"uid\":\"u-1\"}}", LIVE_READ_FAILED, 0, "",
			FAKE_CLOSE},
		{"no uid", FAKE_OK "{\"metadata\":{\"resourceVersion\":\"7\"}}", LIVE_READ_FAILED,
			0, "", FAKE_CLOSE},
		{"a long uid",
			FAKE_OK "{\"metadata\":{\"resourceVersion\":\"7\",\"uid\":\"" LONG_TEXT
				"\"}}",
			LIVE_READ_FAILED, 0, "", FAKE_CLOSE},
		{"cut", FAKE_KEPT("99") "{", LIVE_READ_FAILED, 0, "", FAKE_RESET},
		{"silent", "", LIVE_READ_FAILED, 0, "", FAKE_HOLD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct fake_step steps[] = {{RED, rows[i].reply, rows[i].end, false}, {0}};
		struct fixture fixture;
		struct live_read read;

		begin(&fixture, steps, 1);
		read = read_of(&fixture, "red",
			rows[i].end == FAKE_HOLD ? 300 * CLOCK_MILLISECOND : 20 * CLOCK_SECOND);
		assert_true(live_reads_submit(fixture.reads, &read));
		assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.done) == 1));
		if (read.state != rows[i].state || strcmp(read.uid, rows[i].uid) != 0 ||
			read.version != rows[i].version)
			fail_msg("%s: %d, '%s'", rows[i].name, (int)read.state, read.uid);
		end(&fixture);
		assert_int_equal(fixture.server.served, 1);
	}
}

static void
what_is_out_of_time_or_has_no_path_is_not_asked_for(void **state)
{
	static const struct fake_step none[] = {{0}};
	struct fixture fixture;
	struct live_read late, nameless;

	(void)state;
	begin(&fixture, none, 2);
	late = read_of(&fixture, "red", -1);
	nameless = read_of(&fixture, "..", CLOCK_SECOND);
	assert_true(live_reads_submit(fixture.reads, &late));
	assert_true(live_reads_submit(fixture.reads, &nameless));
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.done) == 2));
	assert_int_equal(late.state, LIVE_READ_FAILED);
	assert_int_equal(nameless.state, LIVE_READ_FAILED);
	assert_string_equal(late.uid, "");
	end(&fixture);
}

static void
an_api_server_that_is_away_is_a_failure(void **state)
{
	static const struct fake_step none[] = {{0}};
	struct fixture fixture;
	struct live_read read;

	(void)state;
	begin(&fixture, none, 1);
	fake_server_stop(&fixture.server);
	read = read_of(&fixture, "red", 10 * CLOCK_SECOND);
	assert_true(live_reads_submit(fixture.reads, &read));
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.done) == 1));
	assert_int_equal(read.state, LIVE_READ_FAILED);
	fake_server_resume(&fixture.server, none);
	end(&fixture);
}

/* One read is under way, the queue is full behind it; all end with the pool. */
static void
a_full_queue_takes_no_more_and_every_read_is_done_at_the_end(void **state)
{
	static const struct fake_step steps[] = {{RED, "", FAKE_HOLD, false}, {0}};
	static struct live_read reads[LIVE_READS_QUEUED + 2];
	enum { LAST = LIVE_READS_QUEUED + 1 };
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps, 1);
	for (int i = 0; i <= LAST; i++)
		reads[i] = read_of(&fixture, "red", 20 * CLOCK_SECOND);
	assert_true(live_reads_submit(fixture.reads, &reads[0]));
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.server.served) == 1));
	for (int i = 1; i < LAST; i++)
		assert_true(live_reads_submit(fixture.reads, &reads[i]));
	assert_false(live_reads_submit(fixture.reads, &reads[LAST]));
	assert_int_equal(fixture.done, 0);
	end(&fixture);
	assert_int_equal(fixture.done, LAST);
	assert_int_equal(fixture.failed, LAST);
	assert_int_equal(fixture.server.served, 1);
}

struct chain {
	struct fixture *fixture;
	struct live_read second;
	atomic_bool refused;
};

static void
on_first_done(struct live_read *read)
{
	struct chain *chain = read->context;

	if (!live_reads_submit(chain->fixture->reads, &chain->second))
		atomic_store(&chain->refused, true);
}

static void
a_read_that_is_done_may_submit_another(void **state)
{
	static const struct fake_step steps[] = {
		{RED, FOUND, FAKE_CLOSE, false},
		{"GET /apis/kubeovn.io/v1/vpcs/blue HTTP", FOUND, FAKE_CLOSE, false},
		{0},
	};
	struct fixture fixture;
	struct chain chain = {.fixture = &fixture};
	struct live_read first;

	(void)state;
	begin(&fixture, steps, 1);
	chain.second = read_of(&fixture, "blue", 20 * CLOCK_SECOND);
	first = read_of(&fixture, "red", 20 * CLOCK_SECOND);
	first.done = on_first_done;
	first.context = &chain;
	assert_true(live_reads_submit(fixture.reads, &first));
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.done) == 1));
	assert_int_equal(chain.second.state, LIVE_READ_FOUND);
	assert_false(chain.refused);
	end(&fixture);
}

static void
no_read_is_taken_while_the_pool_ends(void **state)
{
	static const struct fake_step steps[] = {{RED, "", FAKE_HOLD, false}, {0}};
	struct fixture fixture;
	struct chain chain = {.fixture = &fixture};
	struct live_read first;

	(void)state;
	begin(&fixture, steps, 1);
	chain.second = read_of(&fixture, "blue", 20 * CLOCK_SECOND);
	first = read_of(&fixture, "red", 20 * CLOCK_SECOND);
	first.done = on_first_done;
	first.context = &chain;
	assert_true(live_reads_submit(fixture.reads, &first));
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.server.served) == 1));
	end(&fixture);
	assert_true(chain.refused);
	assert_int_equal(fixture.done, 0);
}

static void
a_configuration_that_cannot_be_used_is_said_at_once(void **state)
{
	struct kube_config config = {.server.url = "http://not-loopback.example.com"};
	struct error error = {0};

	(void)state;
	assert_null(live_reads_start(&config, 2, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_of_the_api_server_has_its_state),
		cmocka_unit_test(what_is_out_of_time_or_has_no_path_is_not_asked_for),
		cmocka_unit_test(an_api_server_that_is_away_is_a_failure),
		cmocka_unit_test(a_full_queue_takes_no_more_and_every_read_is_done_at_the_end),
		cmocka_unit_test(a_read_that_is_done_may_submit_another),
		cmocka_unit_test(no_read_is_taken_while_the_pool_ends),
		cmocka_unit_test(a_configuration_that_cannot_be_used_is_said_at_once),
	};

	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
