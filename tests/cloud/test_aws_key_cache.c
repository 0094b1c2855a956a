#include "cloud/aws_key_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/thread.h"
#include "tests/http/fake_server.h"

enum { HOUR = 3600, NOW = 1000000 };

static atomic_llong wall_seconds, monotonic_milliseconds;

static int64_t
wall(void)
{
	return atomic_load(&wall_seconds) * CLOCK_SECOND;
}

static int64_t
monotonic(void)
{
	return atomic_load(&monotonic_milliseconds) * CLOCK_MILLISECOND;
}

/* Gives keys that are numbered, or fails. */
struct giver {
	atomic_int calls;
	int64_t life; /* 0: for ever */
	enum error_kind failure;
	atomic_bool closed; /* calls wait until it opens */
	atomic_int inside;
};

static bool
fetch(void *context, const struct aws_role *role, struct aws_keys *keys, struct error *error)
{
	struct giver *giver = context;
	struct aws_keys made = {.secret = role && role->external_id ? role->external_id : "own"};
	char id[16];

	snprintf(id, sizeof id, "ID%d", atomic_fetch_add(&giver->calls, 1) + 1);
	atomic_fetch_add(&giver->inside, 1);
	if (!FAKE_EVENTUALLY(!atomic_load(&giver->closed)))
		abort();
	atomic_fetch_sub(&giver->inside, 1);
	if (giver->failure)
		return error_set(error, giver->failure, "refused");
	made.id = id;
	made.expires = giver->life ? atomic_load(&wall_seconds) + giver->life : 0;
	aws_keys_copy(keys, &made);
	return true;
}

static struct aws_key_cache *
cache_of(struct giver *giver)
{
	const struct aws_key_source source = {fetch, giver, wall, monotonic};

	atomic_store(&wall_seconds, NOW);
	atomic_store(&monotonic_milliseconds, 0);
	return aws_key_cache_new(&source);
}

/* The number of the keys, or minus the kind of the error. */
static int
get(struct aws_key_cache *cache, const struct aws_role *role)
{
	struct aws_keys keys;
	struct error error = {0};
	int number;

	if (!aws_key_cache_get(cache, role, &keys, &error)) {
		assert_null(keys.id);
		return -(int)error.kind;
	}
	number = (int)strtol(keys.id + 2, NULL, 10);
	aws_keys_dispose(&keys);
	return number;
}

static void
roles_that_differ_in_anything_have_their_own_keys(void **state)
{
	static const struct aws_role roles[] = {
		{.arn = "a"},
		{.arn = "b"},
		{.arn = "a", .external_id = "e"},
		{.arn = "a", .region = "e"},
		{.arn = "a", .session_name = "e"},
		{.arn = "a", .duration = 900},
	};
	enum { ROLES = sizeof roles / sizeof *roles };
	struct giver giver = {.life = HOUR};
	struct aws_key_cache *cache = cache_of(&giver);

	(void)state;
	assert_int_equal(get(cache, NULL), 1);
	for (int turn = 0; turn < 2; turn++)
		for (int i = 0; i < ROLES; i++)
			assert_int_equal(get(cache, &roles[i]), i + 2);
	assert_int_equal(giver.calls, ROLES + 1);
	aws_key_cache_free(cache);
}

static void
keys_are_renewed_by_15_and_must_be_by_10_minutes_before_the_end(void **state)
{
	static const struct {
		int64_t life;
		int64_t kept;  /* seconds after which they still are */
		int64_t asked; /* after which they are to be renewed */
		int64_t must;  /* after which they must */
	} rows[] = {
		{HOUR, 45 * 60 - 1, 50 * 60 - 150, 50 * 60},
		{6 * HOUR, 345 * 60 - 1, 350 * 60 - 150, 350 * 60},
		{900, 674, 749, 750},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct giver giver = {.life = rows[i].life};
		struct aws_key_cache *cache = cache_of(&giver);

		assert_int_equal(get(cache, NULL), 1);
		atomic_store(&wall_seconds, NOW + rows[i].kept);
		assert_int_equal(get(cache, NULL), 1);
		giver.failure = ERROR_DENIED;
		atomic_store(&wall_seconds, NOW + rows[i].asked);
		assert_int_equal(get(cache, NULL), 1); /* the old ones, though it was asked */
		assert_int_equal(giver.calls, 2);
		atomic_store(&monotonic_milliseconds, 10000);
		atomic_store(&wall_seconds, NOW + rows[i].must);
		assert_int_equal(get(cache, NULL), -ERROR_DENIED);
		atomic_store(&monotonic_milliseconds, 20000);
		giver.failure = ERROR_NONE;
		assert_int_equal(get(cache, NULL), 4);
		aws_key_cache_free(cache);
	}
}

static void
keys_without_an_end_are_kept(void **state)
{
	struct giver giver = {.life = 0};
	struct aws_key_cache *cache = cache_of(&giver);

	(void)state;
	assert_int_equal(get(cache, NULL), 1);
	atomic_store(&wall_seconds, NOW * 1000LL);
	assert_int_equal(get(cache, NULL), 1);
	aws_key_cache_free(cache);
}

static void
a_failure_stands_for_longer_each_time_up_to_a_minute(void **state)
{
	struct giver giver = {.life = HOUR, .failure = ERROR_TRANSIENT};
	struct aws_key_cache *cache = cache_of(&giver);
	static const int holds[] = {1, 2, 4, 8, 16, 32, 60, 60};
	int64_t now = 0;

	(void)state;
	for (int i = 0; i < 8; i++) {
		assert_int_equal(get(cache, NULL), -ERROR_TRANSIENT);
		assert_int_equal(giver.calls, i + 1);
		atomic_store(&monotonic_milliseconds, now + holds[i] * 750 - 1);
		assert_int_equal(get(cache, NULL), -ERROR_TRANSIENT);
		assert_int_equal(giver.calls, i + 1);
		now += holds[i] * 1000;
		atomic_store(&monotonic_milliseconds, now);
	}
	giver.failure = ERROR_NONE;
	assert_int_equal(get(cache, NULL), 9);
	aws_key_cache_free(cache);
}

static void
keys_that_have_expired_already_are_a_failure(void **state)
{
	struct giver giver = {.life = -5};
	struct aws_key_cache *cache = cache_of(&giver);

	(void)state;
	assert_int_equal(get(cache, NULL), -ERROR_TRANSIENT);
	assert_int_equal(get(cache, NULL), -ERROR_TRANSIENT);
	assert_int_equal(giver.calls, 1);
	aws_key_cache_free(cache);
}

static void
keys_that_were_refused_are_fetched_anew_once(void **state)
{
	struct giver giver = {.life = HOUR};
	struct aws_key_cache *cache = cache_of(&giver);

	(void)state;
	assert_int_equal(get(cache, NULL), 1);
	aws_key_cache_refuse(cache, NULL, "ID1");
	assert_int_equal(get(cache, NULL), 2);
	aws_key_cache_refuse(cache, NULL, "ID1");
	assert_int_equal(get(cache, NULL), 2);
	aws_key_cache_free(cache);
}

struct asker {
	struct aws_key_cache *cache;
	int number;
};

static void *
run_asker(void *context)
{
	struct asker *asker = context;

	asker->number = get(asker->cache, NULL);
	return NULL;
}

static void
one_thread_renews_and_the_others_wait_or_take_the_old_ones(void **state)
{
	enum { THREADS = 4 };
	struct giver giver = {.life = HOUR, .closed = true};
	struct aws_key_cache *cache = cache_of(&giver);
	struct asker askers[THREADS];
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++) {
		askers[i].cache = cache;
		thread_start(&threads[i], run_asker, &askers[i]);
	}
	assert_true(FAKE_EVENTUALLY(atomic_load(&giver.inside) == 1));
	atomic_store(&giver.closed, false);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(askers[i].number, 1);
	}
	assert_int_equal(giver.calls, 1);
	atomic_store(&giver.closed, true);
	atomic_store(&wall_seconds, NOW + 50 * 60 - 1);
	thread_start(&threads[0], run_asker, &askers[0]);
	assert_true(FAKE_EVENTUALLY(atomic_load(&giver.inside) == 1));
	assert_int_equal(get(cache, NULL), 1);
	atomic_store(&giver.closed, false);
	pthread_join(threads[0], NULL);
	assert_int_equal(askers[0].number, 2);
	aws_key_cache_free(cache);
}

static void
the_role_that_was_used_longest_ago_goes_first(void **state)
{
	struct giver giver = {.life = HOUR};
	struct aws_key_cache *cache = cache_of(&giver);
	char name[16];
	struct aws_role role = {.arn = name}, first = {.arn = "0"}, second = {.arn = "1"};

	(void)state;
	for (int i = 0; i < AWS_KEY_CACHE_ENTRIES; i++) {
		snprintf(name, sizeof name, "%d", i);
		assert_int_equal(get(cache, &role), i + 1);
	}
	assert_int_equal(get(cache, &first), 1);
	snprintf(name, sizeof name, "more");
	assert_int_equal(get(cache, &role), AWS_KEY_CACHE_ENTRIES + 1);
	assert_int_equal(get(cache, &first), 1);
	assert_int_equal(get(cache, &second), AWS_KEY_CACHE_ENTRIES + 2);
	aws_key_cache_free(cache);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles_that_differ_in_anything_have_their_own_keys),
		cmocka_unit_test(keys_are_renewed_by_15_and_must_be_by_10_minutes_before_the_end),
		cmocka_unit_test(keys_without_an_end_are_kept),
		cmocka_unit_test(a_failure_stands_for_longer_each_time_up_to_a_minute),
		cmocka_unit_test(keys_that_have_expired_already_are_a_failure),
		cmocka_unit_test(keys_that_were_refused_are_fetched_anew_once),
		cmocka_unit_test(one_thread_renews_and_the_others_wait_or_take_the_old_ones),
		cmocka_unit_test(the_role_that_was_used_longest_ago_goes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
