#include "format/json_patch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "format/json.h"

static void
no_operation_is_an_empty_array(void **state)
{
	CLEANUP(buffer_dispose) struct buffer out;
	struct json_patch patch;

	(void)state;
	buffer_init(&out, 1024);
	patch = json_patch_open(&out);
	json_patch_close(&patch);
	assert_string_equal(buffer_text(&out), "[]");
	assert_int_equal(patch.operations, 0);
}

static void
operations_are_written_in_order(void **state)
{
	CLEANUP(buffer_dispose) struct buffer out;
	struct json_patch patch;

	(void)state;
	buffer_init(&out, 1024);
	patch = json_patch_open(&out);
	json_patch_replace_text(&patch, "spec.vpcPeerings[0].localConnectIP", "10.0.0.1/30");
	json_patch_remove(&patch, "spec.staticRoutes[2]");
	json_patch_add_object(&patch, "metadata.labels");
	json_patch_add_text(&patch, "metadata.labels[peerwarden.io/shoot]", "c-1");
	json_patch_add_list(&patch, "spec.staticRoutes");
	json_patch_close(&patch);
	assert_int_equal(patch.operations, 5);
	assert_string_equal(buffer_text(&out),
		"[{\"op\":\"replace\",\"path\":\"/spec/vpcPeerings/0/localConnectIP\","
		"\"value\":\"10.0.0.1/30\"},"
		"{\"op\":\"remove\",\"path\":\"/spec/staticRoutes/2\"},"
		"{\"op\":\"add\",\"path\":\"/metadata/labels\",\"value\":{}},"
		"{\"op\":\"add\",\"path\":\"/metadata/labels/peerwarden.io~1shoot\","
		"\"value\":\"c-1\"},"
		"{\"op\":\"add\",\"path\":\"/spec/staticRoutes\",\"value\":[]}]");
}

static void
names_and_values_are_escaped(void **state)
{
	CLEANUP(buffer_dispose) struct buffer out;
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(64 * 1024);
	struct json_patch patch;
	const struct json *operation;

	(void)state;
	buffer_init(&out, 1024);
	patch = json_patch_open(&out);
	json_patch_add_text(&patch, "a~b[\"/]", "x\"\n\\\xff");
	json_patch_close(&patch);
	operation = json_first(json_parse(arena, out.data, out.length, &json_request_limits, NULL));
	assert_string_equal(json_member_text(operation, "path"), "/a~0b/\"~1");
	assert_string_equal(json_member_text(operation, "value"), "x\"\n\\\xef\xbf\xbd");
}

static void
the_whole_document_has_the_empty_pointer(void **state)
{
	CLEANUP(buffer_dispose) struct buffer out;
	struct json_patch patch;

	(void)state;
	buffer_init(&out, 1024);
	patch = json_patch_open(&out);
	json_patch_remove(&patch, "");
	json_patch_close(&patch);
	assert_string_equal(buffer_text(&out), "[{\"op\":\"remove\",\"path\":\"\"}]");
}

static void
a_patch_beyond_the_maximum_is_marked_as_overflowed(void **state)
{
	static const char field[] = "spec.a_rather_long_name.of_a_field";
	size_t whole = strlen("[{'op':'remove','path':'/'}]") + strlen(field);

	(void)state;
	for (size_t maximum = 1; maximum <= whole; maximum++) {
		CLEANUP(buffer_dispose) struct buffer out;
		struct json_patch patch;

		buffer_init(&out, maximum);
		patch = json_patch_open(&out);
		json_patch_remove(&patch, field);
		json_patch_close(&patch);
		assert_int_equal(out.overflowed, maximum < whole);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_operation_is_an_empty_array),
		cmocka_unit_test(operations_are_written_in_order),
		cmocka_unit_test(names_and_values_are_escaped),
		cmocka_unit_test(the_whole_document_has_the_empty_pointer),
		cmocka_unit_test(a_patch_beyond_the_maximum_is_marked_as_overflowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
