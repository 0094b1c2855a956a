#include "cloud/gcp_plan_path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "cloud/gcp_plan_hint.h"

enum { MEMORY = 1 << 16 };

static void
a_path_is_made_of_both_names_or_is_empty(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);

	(void)state;
	assert_string_equal(gcp_plan_path_make(arena, "p", "n"), "projects/p/global/networks/n");
	assert_string_equal(gcp_plan_path_make(arena, "", "n"), "");
	assert_string_equal(gcp_plan_path_make(arena, "p", ""), "");
	assert_string_equal(gcp_plan_path_make(arena, NULL, "n"), "");
}

static void
its_parts_are_those_of_a_path_alone(void **state)
{
	static const char *const wrong[] = {"", "p", "projects/", "projects/p/zones/z",
		"global/networks/n", "projects/p/regions/r/subnetworks/s"};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	const char *path = "projects/p/global/networks/n";

	(void)state;
	assert_string_equal(gcp_plan_path_project(arena, path), "p");
	assert_string_equal(gcp_plan_path_network(path), "n");
	assert_string_equal(gcp_plan_path_text(arena, path), "p/n");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_string_equal(gcp_plan_path_project(arena, wrong[i]), "");
		assert_string_equal(gcp_plan_path_network(wrong[i]), "");
		assert_string_equal(gcp_plan_path_text(arena, wrong[i]), wrong[i]);
	}
}

static void
a_command_has_words_alone_in_it(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);

	(void)state;
	assert_string_equal(
		gcp_plan_hint_delete(arena, "a; rm -rf /", "projects/$(p)/global/networks/n"),
		"gcloud compute networks peerings delete NAME --network=n --project=NAME");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_made_of_both_names_or_is_empty),
		cmocka_unit_test(its_parts_are_those_of_a_path_alone),
		cmocka_unit_test(a_command_has_words_alone_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
