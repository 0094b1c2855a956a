#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/map.h"

enum { MANY = 20000 };

static char names[MANY][24];
static int values[MANY];

static int
name_many(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		snprintf(names[i], sizeof names[i], "subnet-%0*d", i % 12, i);
	return 0;
}

static void
an_empty_map_has_nothing(void **state)
{
	struct map *map = map_new();
	struct map_cursor at = {0};

	(void)state;
	assert_null(map_get(map, "a"));
	assert_null(map_remove(map, "a"));
	assert_int_equal(map_count(map), 0);
	assert_false(map_next(map, &at));
	map_free(map);
	map_free(NULL);
}

static void
map_put_returns_what_it_replaces_and_keeps_the_new_key(void **state)
{
	struct map *map = map_new();
	struct map_cursor at = {0};
	char first[] = "key", second[] = "key";
	int one, two;

	(void)state;
	assert_null(map_put(map, first, &one));
	assert_ptr_equal(map_put(map, second, &two), &one);
	assert_int_equal(map_count(map), 1);
	assert_ptr_equal(map_get(map, "key"), &two);
	assert_true(map_next(map, &at));
	assert_ptr_equal(at.key, second);
	map_free(map);
}

static void
keys_of_every_length_are_told_apart(void **state)
{
	static const char text[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
	struct map *map = map_new();

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		assert_null(map_put(map, text + i, &values[i]));
	for (size_t i = 0; i < sizeof text; i++)
		assert_ptr_equal(map_get(map, text + i), &values[i]);
	map_free(map);
}

static void
many_entries_are_found_again_and_removed_ones_are_not(void **state)
{
	struct map *map = map_new();

	(void)state;
	for (int i = 0; i < MANY; i++)
		assert_null(map_put(map, names[i], &values[i]));
	assert_int_equal(map_count(map), MANY);
	for (int i = 0; i < MANY; i += 3)
		assert_ptr_equal(map_remove(map, names[i]), &values[i]);
	assert_int_equal(map_count(map), MANY - (MANY + 2) / 3);
	for (int i = 0; i < MANY; i++)
		assert_ptr_equal(map_get(map, names[i]), i % 3 ? &values[i] : NULL);
	map_free(map);
}

/* A small full map makes long runs that wrap round its end: the hard case for removal. */
static void
removal_never_hides_an_entry_behind_it(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct map *map = map_new();

		for (int i = 0; i < 12; i++)
			map_put(map, names[i], &values[i]);
		for (int gone = 0; gone < 12; gone++) {
			assert_ptr_equal(map_remove(map, names[gone]), &values[gone]);
			for (int i = 0; i < 12; i++)
				assert_ptr_equal(
					map_get(map, names[i]), i > gone ? &values[i] : NULL);
		}
		map_free(map);
	}
}

static void
map_next_visits_each_entry_once(void **state)
{
	struct map *map = map_new();
	size_t visits = 0;

	(void)state;
	memset(values, 0, sizeof values);
	for (int i = 0; i < 1000; i++)
		map_put(map, names[i], &values[i]);
	for (struct map_cursor at = {0}; map_next(map, &at); visits++)
		++*(int *)at.value;
	assert_int_equal(visits, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(values[i], 1);
	map_free(map);
}

/* Two maps with one order for the same keys would mean that the seed plays no part. */
static void
each_map_has_an_order_of_its_own(void **state)
{
	struct map *one = map_new(), *two = map_new();
	struct map_cursor left = {0}, right = {0};
	int same = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		map_put(one, names[i], &values[i]);
		map_put(two, names[i], &values[i]);
	}
	while (map_next(one, &left) && map_next(two, &right))
		same += left.value == right.value;
	assert_in_range(same, 0, 100);
	map_free(one);
	map_free(two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_map_has_nothing),
		cmocka_unit_test(map_put_returns_what_it_replaces_and_keeps_the_new_key),
		cmocka_unit_test(keys_of_every_length_are_told_apart),
		cmocka_unit_test(many_entries_are_found_again_and_removed_ones_are_not),
		cmocka_unit_test(removal_never_hides_an_entry_behind_it),
		cmocka_unit_test(map_next_visits_each_entry_once),
		cmocka_unit_test(each_map_has_an_order_of_its_own),
	};

	return cmocka_run_group_tests(tests, name_many, NULL);
}
