#include "cloud/token_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"

#define LIFE (3600 * CLOCK_SECOND)

enum { THREADS = 8 };

static int64_t now;
static int64_t life;
static atomic_int fetched;
static bool fails;

static int64_t
play_clock(void)
{
	return now;
}

static bool
fetch(void *context, const char *name, struct grant *grant, struct error *error)
{
	char text[64];

	(void)context;
	snprintf(text, sizeof text, "%s-%d", name, atomic_fetch_add(&fetched, 1) + 1);
	if (fails)
		return error_set(error, ERROR_DENIED, "no %s", text);
	*grant = (struct grant){memory_text(text), life / CLOCK_SECOND};
	return true;
}

static struct token_cache *
start(void)
{
	const struct token_source source = {.fetch = fetch, .monotonic = play_clock};

	now = 5 * CLOCK_SECOND;
	life = LIFE;
	fails = false;
	atomic_store(&fetched, 0);
	return token_cache_new(&source);
}

static void
expect(struct token_cache *cache, const char *name, const char *text)
{
	struct token token;
	struct error error = {0};

	if (!token_cache_get(cache, name, &token, &error))
		fail_msg("%s", error.message);
	assert_string_equal(token.text, text);
	token_dispose(&token);
	assert_null(token.text);
}

static void
expect_failure(struct token_cache *cache, const char *name, const char *message)
{
	struct token token;
	struct error error = {0};

	assert_false(token_cache_get(cache, name, &token, &error));
	assert_null(token.text);
	assert_int_equal(error.kind, ERROR_DENIED);
	assert_string_equal(error.message, message);
}

static void
each_name_has_a_token_of_its_own_which_is_kept(void **state)
{
	struct token_cache *cache = start();

	(void)state;
	expect(cache, "", "-1");
	expect(cache, "a", "a-2");
	expect(cache, "", "-1");
	expect(cache, "a", "a-2");
	token_cache_free(cache);
}

static void
a_token_is_renewed_before_it_expires(void **state)
{
	struct token_cache *cache = start();

	(void)state;
	expect(cache, "a", "a-1");
	now += LIFE - 301 * CLOCK_SECOND;
	expect(cache, "a", "a-1");
	now += 2 * CLOCK_SECOND;
	expect(cache, "a", "a-2");
	token_cache_free(cache);
}

static void
a_failure_keeps_the_old_token_until_its_last_minutes(void **state)
{
	struct token_cache *cache = start();

	(void)state;
	expect(cache, "a", "a-1");
	now += LIFE - 300 * CLOCK_SECOND;
	fails = true;
	expect_failure(cache, "b", "no b-2");
	expect(cache, "a", "a-1"); /* after an attempt that failed */
	expect(cache, "a", "a-1"); /* and without another */
	assert_int_equal(fetched, 3);
	now += 181 * CLOCK_SECOND;
	expect_failure(cache, "a", "no a-4");
	token_cache_free(cache);
}

static void
a_cloud_may_have_margins_of_its_own(void **state)
{
	const struct token_source source = {.fetch = fetch,
		.monotonic = play_clock,
		.advised = {60 * CLOCK_SECOND, 2},
		.needed = {10 * CLOCK_SECOND, 10}};
	struct token_cache *cache;

	(void)state;
	token_cache_free(start());
	cache = token_cache_new(&source);
	expect(cache, "a", "a-1");
	now += LIFE - 61 * CLOCK_SECOND;
	expect(cache, "a", "a-1");
	now += CLOCK_SECOND;
	life = 20 * CLOCK_SECOND;
	expect(cache, "a", "a-2");
	now += 9 * CLOCK_SECOND;
	expect(cache, "a", "a-2");
	fails = true;
	now += 8 * CLOCK_SECOND;
	expect(cache, "a", "a-2"); /* in the second half, though not in the last tenth */
	now += CLOCK_SECOND;
	expect_failure(cache, "a", "no a-4");
	token_cache_free(cache);
}

static void
a_failure_is_remembered_for_a_while(void **state)
{
	struct token_cache *cache = start();

	(void)state;
	fails = true;
	expect_failure(cache, "a", "no a-1");
	expect_failure(cache, "a", "no a-1");
	fails = false;
	now += CLOCK_SECOND + 1;
	expect(cache, "a", "a-2");
	token_cache_free(cache);
}

static void
a_token_that_was_refused_is_fetched_anew_once(void **state)
{
	struct token_cache *cache = start();

	(void)state;
	expect(cache, "a", "a-1");
	token_cache_refuse(cache, "a", "a-0"); /* of another */
	expect(cache, "a", "a-1");
	token_cache_refuse(cache, "a", "a-1");
	token_cache_refuse(cache, "a", "a-1");
	expect(cache, "a", "a-2");
	token_cache_refuse(cache, "a", "a-1"); /* too late */
	expect(cache, "a", "a-2");
	token_cache_free(cache);
}

static void
a_token_without_any_life_left_is_a_failure(void **state)
{
	struct token_cache *cache = start();
	struct token token;
	struct error error = {0};

	(void)state;
	life = 0;
	assert_false(token_cache_get(cache, "a", &token, &error));
	assert_int_equal(error.kind, ERROR_TRANSIENT);
	token_cache_free(cache);
}

static void
the_number_of_tokens_is_bounded(void **state)
{
	struct token_cache *cache = start();
	char name[32];
	struct token token;

	(void)state;
	for (int i = 0; i <= TOKEN_CACHE_ENTRIES; i++) {
		snprintf(name, sizeof name, "n%d", i);
		assert_true(token_cache_get(cache, name, &token, NULL));
		token_dispose(&token);
	}
	expect(cache, "n1", "n1-2");
	expect(cache, "n0", "n0-258"); /* it had to go */
	token_cache_free(cache);
}

static void *
ask(void *context)
{
	struct token token;

	assert_true(token_cache_get(context, "a", &token, NULL));
	token_dispose(&token);
	return NULL;
}

static void
many_threads_fetch_one_token_once(void **state)
{
	struct token_cache *cache = start();
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		thread_start(&threads[i], ask, cache);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(fetched, 1);
	token_cache_free(cache);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_name_has_a_token_of_its_own_which_is_kept),
		cmocka_unit_test(a_token_is_renewed_before_it_expires),
		cmocka_unit_test(a_failure_keeps_the_old_token_until_its_last_minutes),
		cmocka_unit_test(a_cloud_may_have_margins_of_its_own),
		cmocka_unit_test(a_failure_is_remembered_for_a_while),
		cmocka_unit_test(a_token_that_was_refused_is_fetched_anew_once),
		cmocka_unit_test(a_token_without_any_life_left_is_a_failure),
		cmocka_unit_test(the_number_of_tokens_is_bounded),
		cmocka_unit_test(many_threads_fetch_one_token_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
