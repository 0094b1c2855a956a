/* What `kubectl apply` makes of a stored object and a manifest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "cli/merge.h"

static const struct json *
parse(struct arena *arena, const char *text)
{
	const struct json *value =
		text ? json_parse(arena, text, strlen(text), &json_file_limits, NULL) : NULL;

	assert_true(!text || value);
	return value;
}

static void
a_manifest_is_merged_as_kubectl_does(void **state)
{
	static const struct {
		const char *stored, *last, *manifest, *merged;
	} rows[] = {
		/* members of the manifest go before stored ones, and the others stay */
		{"{\"a\":1,\"b\":2}", NULL, "{\"a\":3,\"c\":4}", "{\"a\":3,\"b\":2,\"c\":4}"},
		{"{\"s\":{\"a\":1,\"b\":2}}", NULL, "{\"s\":{\"a\":3}}",
			"{\"s\":{\"a\":3,\"b\":2}}"},
		/* lists are replaced whole */
		{"{\"l\":[1,2,{\"x\":1}]}", NULL, "{\"l\":[{\"y\":1}]}", "{\"l\":[{\"y\":1}]}"},
		/* null takes away */
		{"{\"a\":1,\"b\":2}", NULL, "{\"a\":null,\"c\":null}", "{\"b\":2}"},
		/* what the last manifest had, and this one has not, goes */
		{"{\"a\":1,\"b\":2}", "{\"a\":1}", "{}", "{\"b\":2}"},
		{"{\"s\":{\"a\":1,\"b\":2}}", "{\"s\":{\"b\":9}}", "{\"s\":{}}",
			"{\"s\":{\"a\":1}}"},
		/* another type takes the place of a stored one */
		{"{\"a\":{\"x\":1}}", NULL, "{\"a\":\"t\"}", "{\"a\":\"t\"}"},
		{"{\"a\":\"t\"}", NULL, "{\"a\":{\"x\":true}}", "{\"a\":{\"x\":true}}"},
		/* the status is not applied */
		{"{\"status\":{\"x\":1}}", "{\"status\":{}}", "{\"status\":{\"x\":2}}",
			"{\"status\":{\"x\":1}}"},
		{"{}", NULL, "{\"status\":{\"x\":2}}", "{}"},
		/* annotations are always in a manifest of kubectl */
		{"{\"metadata\":{\"annotations\":{\"k\":\"v\"},\"labels\":{\"l\":\"v\"}}}",
			"{\"metadata\":{\"annotations\":{},\"labels\":{\"l\":\"v\"}}}",
			"{\"metadata\":{}}", "{\"metadata\":{\"annotations\":{\"k\":\"v\"}}}"},
		{"{\"metadata\":{\"annotations\":{\"k\":\"v\",\"o\":\"v\"}}}",
			"{\"metadata\":{\"annotations\":{\"o\":\"v\"}}}", "{\"metadata\":{}}",
			"{\"metadata\":{\"annotations\":{\"k\":\"v\"}}}"},
		/* numbers keep their text */
		{"{}", NULL, "{\"n\":123456789012345678901234567890,\"f\":1.50}",
			"{\"n\":123456789012345678901234567890,\"f\":1.50}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
		const struct json *merged = merge_apply(arena, parse(arena, rows[i].stored),
			parse(arena, rows[i].last), parse(arena, rows[i].manifest));

		if (!json_equal(merged, parse(arena, rows[i].merged)))
			fail_msg("row %zu is not %s", i, rows[i].merged);
	}
}

static void
a_copy_is_equal_and_escapes_what_has_to_be(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	const struct json *value =
		parse(arena, "{\"\\\"\":[\"\\n\\u0001\\\\\",null,true,false,-1.5e3,{},[]]}");

	(void)state;
	assert_true(json_equal(merge_copy(arena, value), value));
}

static void
the_last_manifest_is_found_in_its_annotation(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	const struct json *stored =
		parse(arena, "{\"metadata\":{\"annotations\":{\"kubectl.kubernetes.io/"
			     "last-applied-configuration\":\"{\\\"spec\\\":{\\\"a\\\":1}}\\n\"}}}");

	(void)state;
	assert_true(json_equal(
		merge_last_applied(arena, stored), parse(arena, "{\"spec\":{\"a\":1}}")));
	assert_null(merge_last_applied(arena, parse(arena, "{\"metadata\":{}}")));
	assert_null(merge_last_applied(arena, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manifest_is_merged_as_kubectl_does),
		cmocka_unit_test(a_copy_is_equal_and_escapes_what_has_to_be),
		cmocka_unit_test(the_last_manifest_is_found_in_its_annotation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
