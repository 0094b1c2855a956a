#include "tests/cloud/azure_link_sample.h"

static void
a_mark_says_for_whom_and_for_which_network_a_link_was_made(void **state)
{
	struct sample *sample = *state;
	struct azure_link link = sample_link(SAMPLE_ZONE SAMPLE_LINK, SAMPLE_OWN);

	assert_false(azure_link_mark_is_there(&link));
	assert_false(azure_link_mark_is_of(&link, "uid-1"));
	assert_false(azure_link_mark_is_stale(&link, "guid-1"));
	sample_mark(sample, &link, "guid-1");
	assert_true(azure_link_mark_is_there(&link));
	assert_true(azure_link_mark_is_of(&link, "uid-1"));
	assert_false(azure_link_mark_is_of(&link, "uid-12"));
	assert_false(azure_link_mark_is_stale(&link, "GUID-1"));
	assert_true(azure_link_mark_is_stale(&link, "guid-2"));
	assert_false(azure_link_mark_is_stale(&link, "")); /* nobody knows */
}

static void
marks_take_the_place_of_older_ones_and_of_nothing_else(void **state)
{
	static const struct tag there[] = {
		{"a", "1"}, {"PEERWARDEN.IO_UID", "uid-0"}, {AZURE_LINK_NETWORK, "guid-0"}};
	const struct azure_tags tags = {there, 3};
	struct sample *sample = *state;
	struct azure_tags marked = azure_link_mark_set(sample->arena, &tags, "uid-1", "guid-1");

	assert_int_equal(marked.count, 3);
	assert_string_equal(azure_read_tag(&marked, "a"), "1");
	assert_string_equal(azure_read_tag(&marked, AZURE_LINK_UID), "uid-1");
	assert_string_equal(azure_read_tag(&marked, AZURE_LINK_NETWORK), "guid-1");
	marked = azure_link_mark_set(sample->arena, &tags, "uid-1", "");
	assert_int_equal(marked.count, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		sample_test(a_mark_says_for_whom_and_for_which_network_a_link_was_made),
		sample_test(marks_take_the_place_of_older_ones_and_of_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
