#include "cloud/gcp_token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/thread.h"
#include "tests/cloud/gcp_key.h"
#include "tests/http/fake_server.h"

enum { HOUR = 3600 };

static atomic_llong milliseconds;

static int64_t
monotonic(void)
{
	return atomic_load(&milliseconds) * CLOCK_MILLISECOND;
}

static void
wait_seconds(int64_t seconds)
{
	atomic_fetch_add(&milliseconds, seconds * 1000);
}

/* Gives tokens that are numbered, or fails. */
struct giver {
	atomic_int calls;
	int64_t life;
	int64_t delay; /* seconds that an answer takes */
	enum error_kind failure;
	atomic_bool closed; /* calls wait until it opens */
	atomic_int inside;
};

static bool
fetch(void *context, struct grant *grant, struct error *error)
{
	struct giver *giver = context;
	char text[16];

	snprintf(text, sizeof text, "%d", atomic_fetch_add(&giver->calls, 1) + 1);
	atomic_fetch_add(&giver->inside, 1);
	if (!FAKE_EVENTUALLY(!atomic_load(&giver->closed)))
		abort();
	atomic_fetch_sub(&giver->inside, 1);
	wait_seconds(giver->delay);
	if (giver->failure)
		return error_set(error, giver->failure, "refused");
	*grant = (struct grant){memory_text(text), giver->life};
	return true;
}

static struct gcp_token *
token_of(struct giver *giver)
{
	const struct gcp_token_settings settings = {
		.fetch = fetch, .context = giver, .monotonic = monotonic};

	atomic_store(&milliseconds, 0);
	return gcp_token_new(&settings);
}

/* The number of the token, or minus the kind of the error. */
static int
get(struct gcp_token *token)
{
	CLEANUP(gcp_token_release) char *text = NULL;
	struct error error = {0};

	text = gcp_token_acquire(token, &error);
	return text ? (int)strtol(text, NULL, 10) : -(int)error.kind;
}

static void
a_token_is_renewed_before_it_expires(void **state)
{
	static const struct {
		int64_t life;
		int64_t kept; /* seconds for which it is */
	} rows[] = {{HOUR, HOUR - 225}, {400, 300}, {40, 30}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct giver giver = {.life = rows[i].life};
		struct gcp_token *token = token_of(&giver);

		assert_int_equal(get(token), 1);
		wait_seconds(rows[i].kept - 1);
		assert_int_equal(get(token), 1);
		wait_seconds(1);
		assert_int_equal(get(token), 2);
		gcp_token_free(token);
	}
}

static void
a_token_that_cannot_be_renewed_is_used_until_a_minute_before_its_end(void **state)
{
	struct giver giver = {.life = HOUR};
	struct gcp_token *token = token_of(&giver);

	(void)state;
	assert_int_equal(get(token), 1);
	giver.failure = ERROR_TRANSIENT;
	wait_seconds(HOUR - 200);
	assert_int_equal(get(token), 1);
	assert_int_equal(giver.calls, 2);
	wait_seconds(139);
	assert_int_equal(get(token), 1);
	assert_int_equal(giver.calls, 3);
	wait_seconds(2);
	assert_int_equal(get(token), -ERROR_TRANSIENT);
	giver.failure = ERROR_NONE;
	wait_seconds(4);
	assert_int_equal(get(token), 5);
	gcp_token_free(token);
}

static void
a_failure_stands_for_longer_each_time(void **state)
{
	struct giver giver = {.life = HOUR, .failure = ERROR_DENIED};
	struct gcp_token *token = token_of(&giver);
	int64_t hold = 1;

	(void)state;
	assert_int_equal(get(token), -ERROR_DENIED);
	for (int call = 1; call < 10; call++) {
		assert_int_equal(get(token), -ERROR_DENIED);
		assert_int_equal(giver.calls, call);
		wait_seconds(hold);
		assert_int_equal(get(token), -ERROR_DENIED);
		assert_int_equal(giver.calls, call + 1);
		hold = hold < 30 ? 2 * hold : 60;
	}
	gcp_token_free(token);
}

static void
a_refused_token_is_replaced_and_a_newer_one_is_not(void **state)
{
	struct giver giver = {.life = HOUR};
	struct gcp_token *token = token_of(&giver);

	(void)state;
	assert_int_equal(get(token), 1);
	gcp_token_refuse(token, "1");
	assert_int_equal(get(token), 2);
	gcp_token_refuse(token, "1");
	assert_int_equal(get(token), 2);
	gcp_token_free(token);
}

static void
a_token_that_took_its_life_to_come_is_a_failure_and_a_late_one_is_used(void **state)
{
	struct giver giver = {.life = 100, .delay = 100};
	struct gcp_token *token = token_of(&giver);

	(void)state;
	assert_int_equal(get(token), -ERROR_TRANSIENT);
	giver.delay = 95;
	wait_seconds(1);
	assert_int_equal(get(token), 2);
	gcp_token_free(token);
}

static void *
get_in_thread(void *token)
{
	if (get(token) != 1)
		abort();
	return NULL;
}

static void
many_threads_ask_once(void **state)
{
	enum { THREADS = 8 };
	struct giver giver = {.life = HOUR, .closed = true};
	struct gcp_token *token = token_of(&giver);
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		thread_start(&threads[i], get_in_thread, token);
	assert_true(FAKE_EVENTUALLY(atomic_load(&giver.inside) == 1));
	atomic_store(&giver.closed, false);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(giver.calls, 1);
	gcp_token_free(token);
}

/* A key that is exchanged at that server, in a file of its own. */
static void
write_key(char path[], const char *url)
{
	static const char text[] = GCP_KEY_FILE("@");
	const char *at = strrchr(text, '@');
	FILE *file = fdopen(mkstemp(path), "w");

	assert_non_null(file);
	fprintf(file, "%.*s%s/token%s", (int)(at - text), text, url, at + 1);
	fclose(file);
}

static void
the_file_of_the_key_is_read_when_a_token_is_needed(void **state)
{
	static const struct fake_step steps[] = {
		{"POST /token", FAKE_OK "{\"access_token\":\"1\",\"expires_in\":3600}", FAKE_CLOSE,
			false},
		{0}};
	char path[] = "/tmp/key-XXXXXX";
	const struct gcp_token_settings settings = {.path = path, .monotonic = monotonic};
	struct gcp_token *token = gcp_token_new(&settings);
	struct fake_server server;

	(void)state;
	atomic_store(&milliseconds, 0);
	assert_int_equal(get(token), -ERROR_NOT_FOUND);
	fake_server_start(&server, steps);
	write_key(path, server.url);
	assert_int_equal(get(token), -ERROR_NOT_FOUND);
	wait_seconds(1);
	assert_int_equal(get(token), 1);
	gcp_token_free(token);
	unlink(path);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
}

static void *
get_nothing(void *token)
{
	struct error error = {0};

	if (gcp_token_acquire(token, &error) || error.kind != ERROR_TRANSIENT ||
		!strstr(error.message, "given up"))
		abort();
	return NULL;
}

static void
an_abort_ends_what_is_being_asked(void **state)
{
	static const struct fake_step steps[] = {
		{"GET /computeMetadata", "", FAKE_HOLD, false}, {0}};
	struct gcp_token_settings settings = {0};
	struct fake_server server;
	struct gcp_token *token;
	pthread_t thread;

	(void)state;
	fake_server_start(&server, steps);
	settings.metadata_url = server.url;
	token = gcp_token_new(&settings);
	thread_start(&thread, get_nothing, token);
	assert_true(FAKE_EVENTUALLY(atomic_load(&server.served) == 1));
	gcp_token_abort(token);
	pthread_join(thread, NULL);
	gcp_token_free(token);
	fake_server_stop(&server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_renewed_before_it_expires),
		cmocka_unit_test(
			a_token_that_cannot_be_renewed_is_used_until_a_minute_before_its_end),
		cmocka_unit_test(a_failure_stands_for_longer_each_time),
		cmocka_unit_test(a_refused_token_is_replaced_and_a_newer_one_is_not),
		cmocka_unit_test(
			a_token_that_took_its_life_to_come_is_a_failure_and_a_late_one_is_used),
		cmocka_unit_test(many_threads_ask_once),
		cmocka_unit_test(the_file_of_the_key_is_read_when_a_token_is_needed),
		cmocka_unit_test(an_abort_ends_what_is_being_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
