/* Which rights the credential has, as Google answers it. */
#include "cloud/gcp_rights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "cloud/gcp_compute.h"

enum { MEMORY = 1 << 16 };

static bool
read_text(struct arena *arena, const char *text, struct gcp_rights *granted, struct error *error)
{
	return gcp_rights_read(
		arena, gcp_compute_parse(arena, text, strlen(text), NULL), granted, error);
}

static void
rights_that_were_granted_are_found_by_their_whole_name(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_rights granted;
	struct error error = {0};

	(void)state;
	assert_true(read_text(arena,
		"{\"permissions\":[\"compute.networks.get\",\"compute.networks.addPeering\"]}",
		&granted, &error));
	assert_int_equal(granted.count, 2);
	assert_true(gcp_rights_has(&granted, "compute.networks.get"));
	assert_true(gcp_rights_has(&granted, "compute.networks.addPeering"));
	assert_false(gcp_rights_has(&granted, "compute.networks.getAll"));
	assert_false(gcp_rights_has(&granted, "compute.networks"));
}

static void
an_answer_without_the_list_grants_nothing(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_rights granted;
	struct error error = {0};

	(void)state;
	assert_true(read_text(arena, "{}", &granted, &error));
	assert_int_equal(granted.count, 0);
	assert_false(gcp_rights_has(&granted, "compute.networks.get"));
}

static void
what_is_no_list_of_permissions_is_refused(void **state)
{
	static const char *const table[] = {"", "[]", "{\"permissions\":1}",
		"{\"permissions\":{\"a\":\"b\"}}", "{\"permissions\":[1]}",
		"{\"permissions\":[\"a\",null]}"};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
		struct gcp_rights granted;
		struct error error = {0};

		assert_false(read_text(arena, table[i], &granted, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
	}
}

static void
without_memory_for_it_nothing_is_granted(void **state)
{
	static const char text[] = "{\"permissions\":[\"a\"]}";
	CLEANUP(arena_cleanup) struct arena *memory = arena_new(MEMORY);
	CLEANUP(arena_cleanup) struct arena *none = arena_new(MEMORY);
	const struct json *root = gcp_compute_parse(memory, text, sizeof text - 1, NULL);
	struct gcp_rights granted;
	struct error error = {0};

	(void)state;
	arena_set_cap(none, 1);
	assert_false(gcp_rights_read(none, root, &granted, &error));
	assert_int_equal(error.kind, ERROR_EXHAUSTED);
	assert_int_equal(granted.count, 0);
}

static void
the_rights_that_are_needed_have_an_end(void **state)
{
	(void)state;
	for (int i = 0; i < GCP_RIGHTS_NEEDED; i++)
		assert_non_null(gcp_rights_needed[i]);
	assert_null(gcp_rights_needed[GCP_RIGHTS_NEEDED]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rights_that_were_granted_are_found_by_their_whole_name),
		cmocka_unit_test(an_answer_without_the_list_grants_nothing),
		cmocka_unit_test(what_is_no_list_of_permissions_is_refused),
		cmocka_unit_test(without_memory_for_it_nothing_is_granted),
		cmocka_unit_test(the_rights_that_are_needed_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
