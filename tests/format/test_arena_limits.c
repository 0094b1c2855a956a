#include "tests/support/arena_limit.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "format/json_edit.h"
#include "format/json_write.h"
#include "format/yaml.h"

#define OBJECT                                                                                     \
	"{\"metadata\":{\"name\":\"a\",\"managedFields\":[{\"a\":{\"b\":[1,2,3]}}]},"              \
	"\"spec\":{\"list\":[\"x\\u0041y\",1.5e3,null,true,{\"deep\":[[[]]]}]}}"
#define YAML "a: &x {b: 1, c: [y, 2.5]}\nd: {<<: *x, e: *x}\n---\nf: |\n  text\n"

static bool
parse(struct arena *arena, void *unused, struct error *error)
{
	(void)unused;
	return json_parse(arena, OBJECT, strlen(OBJECT), &json_request_limits, error);
}

static bool
parse_partly(struct arena *arena, void *unused, struct error *error)
{
	static const struct json_passed_over members[] = {{"metadata", "managedFields"}, {0}};

	(void)unused;
	return json_parse_partly(
		arena, OBJECT, strlen(OBJECT), &json_request_limits, members, error);
}

static bool
parse_yaml(struct arena *arena, void *unused, struct error *error)
{
	struct yaml_documents documents;

	(void)unused;
	if (!yaml_parse(arena, YAML, strlen(YAML), &json_file_limits, &documents, error))
		return false;
	assert_int_equal(documents.count, 2);
	return true;
}

static bool
edit(struct arena *arena, void *unused, struct error *error)
{
	const struct json *object =
		json_parse(arena, OBJECT, strlen(OBJECT), &json_request_limits, error);
	struct json_edit edit = {.arena = arena, .root = object};
	CLEANUP(buffer_dispose) struct buffer out;

	(void)unused;
	buffer_init(&out, SIZE_MAX);
	if (!object)
		return false;
	assert_true(json_edit_set(&edit, "metadata.labels[a.b/c]", "d"));
	assert_true(json_edit_remove(&edit, "spec.list[0]"));
	assert_string_equal(json_text(json_nearest(object, "metadata.labels[a.b/c]")), "d");
	json_write(arena, object, &out);
	assert_true(text_ends_with(buffer_text(&out), "\"labels\":{\"a.b/c\":\"d\"}},\"spec\":"
						      "{\"list\":[1.5e3,null,true,"
						      "{\"deep\":[[[]]]}]}}"));
	return true;
}

static void
every_shortage_of_memory_is_a_clean_failure(void **state)
{
	size_t whole = arena_limit_walk(parse, NULL);

	(void)state;
	assert_in_range(whole, 256, 16 * 1024);
	assert_in_range(arena_limit_walk(parse_partly, NULL), 256, whole - 1);
	assert_in_range(arena_limit_walk(parse_yaml, NULL), 1024, 16 * 1024);
}

static void
an_edit_is_whole_also_beyond_the_cap(void **state)
{
	(void)state;
	assert_in_range(arena_limit_walk(edit, NULL), 256, 16 * 1024);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shortage_of_memory_is_a_clean_failure),
		cmocka_unit_test(an_edit_is_whole_also_beyond_the_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
