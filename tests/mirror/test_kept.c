#include "mirror/kept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void
nothing_kept_is_an_end_mark(void **state)
{
	struct kept kept;

	(void)state;
	kept_init(&kept);
	assert_null(kept_items(&kept, KIND_SUBNET)->name);
	assert_int_equal(kept_items(&kept, KIND_SUBNET)->kind, KIND_SUBNET);
	assert_int_equal(kept.count, 0);
	kept_dispose(&kept);
}

static void
objects_are_copied_and_ended_whatever_their_number(void **state)
{
	enum { OBJECTS = 300 };
	char name[20] = "", expected[20];
	const struct object_id *items;
	struct kept kept;

	(void)state;
	kept_init(&kept);
	for (int i = 0; i < OBJECTS; i++) {
		snprintf(name, sizeof name, "name%d", i);
		kept_add(&kept, &(struct object_id){KIND_VPC, "space", name});
		assert_null(kept_items(&kept, KIND_VPC)[i + 1].name);
	}
	items = kept_items(&kept, KIND_VPC);
	for (int i = 0; i < OBJECTS; i++) {
		snprintf(expected, sizeof expected, "name%d", i);
		assert_string_equal(items[i].name, expected);
		assert_string_equal(items[i].namespace, "space");
		assert_int_equal(items[i].kind, KIND_VPC);
	}
	assert_int_equal(kept.count, OBJECTS);
	kept_dispose(&kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_kept_is_an_end_mark),
		cmocka_unit_test(objects_are_copied_and_ended_whatever_their_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
