#include "daemon/delay_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/network/random.h"

enum { MANY = 5000 };

static struct delay delays[MANY];

static void
an_empty_heap_has_nothing(void **state)
{
	struct delay_heap heap = {0};

	(void)state;
	assert_null(delay_heap_first(&heap));
	assert_null(delay_heap_take(&heap));
	delay_heap_dispose(&heap);
}

static void
entries_of_the_same_time_come_as_they_were_put(void **state)
{
	struct delay_heap heap = {0};

	(void)state;
	for (int i = 0; i < MANY; i++)
		delay_heap_put(&heap, &delays[i], 9 - i % 3);
	for (int64_t due = 7; due <= 9; due++)
		for (int i = (int)(9 - due); i < MANY; i += 3)
			assert_ptr_equal(delay_heap_take(&heap), &delays[i]);
	assert_null(delay_heap_take(&heap));
	delay_heap_dispose(&heap);
}

static void
random_entries_come_in_the_order_of_their_times(void **state)
{
	struct delay_heap heap = {0};
	int64_t before = 0;

	(void)state;
	for (int i = 0; i < MANY; i++)
		delay_heap_put(&heap, &delays[i], (int64_t)random_below(1000000) + 1000);
	for (int i = 0; i < MANY; i += 3)
		delay_heap_hasten(&heap, &delays[i],
			delays[i].due - (int64_t)random_below((uint64_t)delays[i].due));
	assert_int_equal(heap.count, MANY);
	for (int i = 0; i < MANY; i++) {
		struct delay *first = delay_heap_first(&heap);

		assert_true(first->due >= before);
		before = first->due;
		assert_true(first->place == 1);
		assert_ptr_equal(delay_heap_take(&heap), first);
		assert_true(first->place == 0);
	}
	assert_null(delay_heap_first(&heap));
	delay_heap_dispose(&heap);
}

static void
what_was_taken_can_be_put_again(void **state)
{
	struct delay_heap heap = {0};

	(void)state;
	delay_heap_put(&heap, &delays[0], 5);
	delay_heap_put(&heap, &delays[1], 6);
	assert_ptr_equal(delay_heap_take(&heap), &delays[0]);
	delay_heap_put(&heap, &delays[0], 7);
	assert_ptr_equal(delay_heap_take(&heap), &delays[1]);
	assert_ptr_equal(delay_heap_take(&heap), &delays[0]);
	delay_heap_dispose(&heap);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_heap_has_nothing),
		cmocka_unit_test(entries_of_the_same_time_come_as_they_were_put),
		cmocka_unit_test(random_entries_come_in_the_order_of_their_times),
		cmocka_unit_test(what_was_taken_can_be_put_again),
	};

	random_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
