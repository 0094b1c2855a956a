#include "cloud/gcp_tags.h"

#include <string.h>

#include "base/cleanup.h"
#include "cloud/gcp_compute.h"
#include "tests/support/cloud_examples.h"

enum { MEMORY = 1 << 20 };

#define TAG(key, value) "{\"namespacedTagKey\":\"" key "\",\"namespacedTagValue\":\"" value "\"}"

static bool
read_text(struct arena *arena, const char *text, struct gcp_tags *tags, const char **next,
	struct error *error)
{
	return gcp_tags_read(
		arena, gcp_compute_parse(arena, text, strlen(text), NULL), tags, next, error);
}

static void
a_tag_is_found_by_its_exact_name_alone(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_tags tags = {0};
	struct error error = {0};
	const char *next;

	(void)state;
	assert_true(read_text(arena,
		"{\"effectiveTags\":[" TAG("1/c-123", "1/c-123/None") "," TAG(
			"c-9/env", "x") "],"
					"\"nextPageToken\":\"t\"}",
		&tags, &next, &error));
	assert_string_equal(next, "t");
	assert_true(read_text(arena, "{\"effectiveTags\":[" TAG("my-project/last", "") "]}", &tags,
		&next, &error));
	assert_string_equal(next, "");
	assert_int_equal(tags.count, 3);
	assert_string_equal(gcp_tags_find(&tags, "c-123")->value, "None");
	assert_string_equal(gcp_tags_find(&tags, "last")->key, "my-project/last");
	assert_null(gcp_tags_find(&tags, "c-12"));
	assert_null(gcp_tags_find(&tags, "c-9"));
	assert_null(gcp_tags_find(&tags, "C-123"));
	assert_null(gcp_tags_find(&tags, ""));
	assert_null(gcp_tags_find(&tags, NULL));
}

static void
a_tag_that_kyma_would_take_for_it_is_found_for_a_note(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_tags tags = {0};
	struct error error = {0};
	const char *next;

	(void)state;
	assert_true(read_text(
		arena, "{\"effectiveTags\":[" TAG("1/c-123", "") "]}", &tags, &next, &error));
	assert_string_equal(gcp_tags_find_like(&tags, "c-12")->name, "c-123");
	assert_null(gcp_tags_find_like(&tags, "c-2"));
	assert_null(gcp_tags_find_like(&tags, ""));
	assert_null(gcp_tags_find_like(&tags, NULL));
}

static void
what_is_no_list_of_tags_is_refused(void **state)
{
	static const char *const texts[] = {"[]", "{\"effectiveTags\":{}}",
		"{\"effectiveTags\":[{}]}", "{\"effectiveTags\":[" TAG("1/", "") "]}"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
		struct gcp_tags tags = {0};
		struct error error = {0};
		const char *next;

		assert_false(read_text(arena, texts[i], &tags, &next, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
	}
}

static void
a_network_without_tags_has_none(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_tags tags = {0};
	struct error error = {0};
	const char *next;

	(void)state;
	assert_true(read_text(arena, "{}", &tags, &next, &error));
	assert_int_equal(tags.count, 0);
	assert_null(gcp_tags_find(&tags, "a"));
}

static void
the_example_is_read(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(buffer_dispose) struct buffer text;
	struct gcp_tags tags = {0};
	struct error error = {0};
	const char *next;

	(void)state;
	buffer_init(&text, MEMORY);
	cloud_examples_read("gcp/constructed/effectiveTags.json", &text);
	assert_true(read_text(arena, buffer_text(&text), &tags, &next, &error));
	assert_int_equal(tags.count, 1);
	assert_string_equal(gcp_tags_find(&tags, "shoot--kyma--c-123")->value, "true");
	assert_false(tags.items[0].inherited);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tag_is_found_by_its_exact_name_alone),
		cmocka_unit_test(a_tag_that_kyma_would_take_for_it_is_found_for_a_note),
		cmocka_unit_test(what_is_no_list_of_tags_is_refused),
		cmocka_unit_test(a_network_without_tags_has_none),
		cmocka_unit_test(the_example_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
