#include "serving/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

enum { PIECE = 16 * 1024, MOST = 64 };

static struct exchange_pool *pool;
static char piece[PIECE];

static void
answer(struct exchange *exchange, void *context)
{
	(void)context;
	exchange_reply(exchange, 200, "text/plain", "ok");
}

/* Takes as much of the arena as the context says, and waits when there is room. */
static void
answer_later(struct exchange *exchange, void *context)
{
	const size_t *size = context;

	if (exchange->work) {
		answer(exchange, NULL);
		return;
	}
	exchange->work = arena_alloc(exchange->arena, *size);
	if (exchange_may_suspend(exchange))
		exchange_suspend(exchange);
	else
		exchange_refuse(exchange, 503, "full", "full");
}

static void
answer_without_end(struct exchange *exchange, void *context)
{
	(void)context;
	exchange->status = 200;
	exchange->type = "application/json";
	while (buffer_append(&exchange->answer, piece, PIECE))
		;
}

static void answer_meanwhile(struct exchange *exchange, void *context);

static const struct endpoint endpoints[] = {{"/", "POST", answer}, {"/later", "POST", answer_later},
	{"/meanwhile", "POST", answer_meanwhile}, {"/endless", "POST", answer_without_end}, {0}};

static struct exchange *
begin(const char *path, const char *timeout)
{
	struct exchange_head head = {.method = "POST",
		.path = path,
		.content_type = "application/json",
		.timeout = timeout};
	struct exchange *exchange = exchange_acquire(pool);

	assert_true(exchange_begin(exchange, endpoints, &head));
	return exchange;
}

static void
receive(struct exchange *exchange, size_t size)
{
	for (; size > PIECE; size -= PIECE)
		exchange_receive(exchange, piece, PIECE);
	exchange_receive(exchange, piece, size);
}

static int
setup(void **state)
{
	(void)state;
	memset(piece, ' ', sizeof piece);
	pool = exchange_pool_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	exchange_pool_free(pool);
	return 0;
}

static void
the_deadline_is_the_callers_less_a_margin(void **state)
{
	static const struct {
		const char *timeout;
		int64_t left;
	} cases[] = {
		{NULL, 9000},
		{"", 9000},
		{"nonsense", 9000},
		{"10s", 9000},
		{"1s", 900},
		{"500ms", 400},
		{"5s", 4500},
		{"30s", 29000},
		{"1m30s", 29000},
		{"50ms", -50},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t before = clock_monotonic();
		struct exchange *exchange = begin("/", cases[i].timeout);
		int64_t after = clock_monotonic();
		int64_t left = cases[i].left * CLOCK_MILLISECOND;

		assert_true(exchange->deadline >= before + left);
		assert_true(exchange->deadline <= after + left);
		exchange_release(exchange);
	}
}

static void
what_comes_after_its_deadline_is_sent_away(void **state)
{
	struct exchange *exchange = begin("/", "50ms");

	(void)state;
	receive(exchange, 100);
	assert_true(exchange_finish(exchange, NULL));
	assert_int_equal(exchange->status, 503);
	assert_string_equal(exchange->retry_after, "1");
	exchange_release(exchange);
}

/* Fills the budget with bodies of full size, and returns how many have found room. */
static size_t
fill(struct exchange *held[MOST])
{
	size_t room = 0;

	for (size_t i = 0; i < MOST; i++) {
		held[i] = begin("/", NULL);
		receive(held[i], EXCHANGE_BODY);
		room += !held[i]->crowded;
	}
	return room;
}

static void
large_bodies_find_room_within_their_budget_only(void **state)
{
	struct exchange *held[MOST];
	size_t bytes = 0;

	(void)state;
	assert_int_equal(fill(held), EXCHANGE_ALL_BODIES / EXCHANGE_BODY);
	for (size_t i = 0; i < MOST; i++)
		bytes += held[i]->body.length;
	assert_true(bytes <= EXCHANGE_ALL_BODIES);
	assert_true(exchange_finish(held[MOST - 1], NULL));
	assert_int_equal(held[MOST - 1]->status, 503);
	assert_string_equal(held[MOST - 1]->retry_after, "1");
	for (size_t i = 0; i < MOST; i++)
		exchange_release(held[i]);
	assert_int_equal(fill(held), EXCHANGE_ALL_BODIES / EXCHANGE_BODY);
	for (size_t i = 0; i < MOST; i++)
		exchange_release(held[i]);
}

static void
a_usual_body_is_taken_while_the_budget_is_used_up(void **state)
{
	struct exchange *held[MOST];
	struct exchange *rest = begin("/", NULL), *usual = begin("/", NULL);

	(void)state;
	fill(held);
	receive(rest, EXCHANGE_ALL_BODIES % EXCHANGE_BODY);
	assert_false(rest->crowded);
	receive(usual, EXCHANGE_SMALL);
	assert_true(exchange_finish(usual, NULL));
	assert_int_equal(usual->status, 200);
	exchange_release(usual);
	exchange_release(rest);
	for (size_t i = 0; i < MOST; i++)
		exchange_release(held[i]);
}

static void
a_body_that_is_dropped_makes_room(void **state)
{
	struct exchange *held[MOST];
	struct exchange *next = begin("/", NULL);

	(void)state;
	fill(held);
	exchange_drop_body(held[0]);
	receive(next, EXCHANGE_BODY);
	assert_false(next->crowded);
	exchange_release(next);
	for (size_t i = 0; i < MOST; i++)
		exchange_release(held[i]);
}

/* A second one comes to be worked on while the first is. */
static void
answer_meanwhile(struct exchange *exchange, void *context)
{
	exchange_finish(context, NULL);
	answer(exchange, NULL);
}

static void
what_takes_much_once_parsed_finds_room_within_its_budget_only(void **state)
{
	struct exchange *first = begin("/meanwhile", NULL), *second = begin("/", NULL);
	struct exchange *third = begin("/meanwhile", NULL), *fourth = begin("/", NULL);

	(void)state;
	memset(piece, ',', sizeof piece);
	receive(first, EXCHANGE_BODY);
	receive(second, EXCHANGE_BODY);
	receive(third, EXCHANGE_BODY);
	memset(piece, ' ', sizeof piece);
	receive(fourth, EXCHANGE_BODY);
	assert_true(exchange_finish(first, second));
	assert_int_equal(first->status, 200);
	assert_int_equal(second->status, 503);
	assert_string_equal(second->retry_after, "1");
	exchange_release(first);
	exchange_release(second);
	assert_true(exchange_finish(third, fourth)); /* blanks become nothing */
	assert_int_equal(fourth->status, 200);
	exchange_release(third);
	exchange_release(fourth);
}

static void
those_that_wait_keep_to_the_budget_of_arenas(void **state)
{
	size_t size = EXCHANGE_ARENA / 2, count = 0;
	struct exchange *held[MOST];

	(void)state;
	for (size_t i = 0; i < MOST; i++) {
		held[i] = begin("/later", NULL);
		count += !exchange_finish(held[i], &size);
	}
	assert_int_equal(count, EXCHANGE_ALL_ARENAS / (EXCHANGE_ARENA / 2));
	assert_int_equal(exchange_pool_suspended(pool), count);
	for (size_t i = 0; i < MOST; i++) {
		if (held[i]->status == 0) {
			exchange_resume(held[i]);
			assert_true(exchange_finish(held[i], &size));
			assert_int_equal(held[i]->status, 200);
		}
		exchange_release(held[i]);
	}
	exchange_pool_wait(pool);
}

static void
no_more_wait_than_were_allowed(void **state)
{
	size_t size = 16;
	struct exchange *first = begin("/later", NULL), *second = begin("/later", NULL);

	(void)state;
	exchange_pool_set_waiting(pool, 1);
	assert_false(exchange_finish(first, &size));
	assert_true(exchange_finish(second, &size));
	assert_int_equal(second->status, 503);
	exchange_resume(first);
	exchange_release(first);
	exchange_release(second);
}

/* Half of it would look whole to who reads it. */
static void
an_answer_that_is_too_large_is_not_given_in_part(void **state)
{
	struct exchange *exchange = begin("/endless", NULL);

	(void)state;
	assert_true(exchange_finish(exchange, NULL));
	assert_int_equal(exchange->status, 500);
	assert_string_equal(exchange->type, "text/plain; charset=utf-8");
	assert_string_equal(buffer_text(&exchange->answer), "the answer is too large\n");
	exchange_release(exchange);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_deadline_is_the_callers_less_a_margin, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_comes_after_its_deadline_is_sent_away, setup, teardown),
		cmocka_unit_test_setup_teardown(
			large_bodies_find_room_within_their_budget_only, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_usual_body_is_taken_while_the_budget_is_used_up, setup, teardown),
		cmocka_unit_test_setup_teardown(a_body_that_is_dropped_makes_room, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_takes_much_once_parsed_finds_room_within_its_budget_only, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			those_that_wait_keep_to_the_budget_of_arenas, setup, teardown),
		cmocka_unit_test_setup_teardown(no_more_wait_than_were_allowed, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_answer_that_is_too_large_is_not_given_in_part, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
