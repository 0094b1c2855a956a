#include "daemon/work_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
a_key_says_kind_and_name_and_is_read_again(void **state)
{
	static const struct {
		struct object_id object;
		const char *key;
	} rows[] = {
		{{KIND_REMOTE_NETWORK, "", "hub"}, "remotenetworks/hub"},
		{{KIND_REMOTE_ZONE, "", "example.com"}, "remotezones/example.com"},
	};
	char key[WORK_KEY_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct object_id object;

		assert_string_equal(work_key_write(key, &rows[i].object), rows[i].key);
		assert_true(work_key_read(rows[i].key, WORK_KEY_REMOTES, &object));
		assert_true(object_equal(&object, &rows[i].object));
	}
}

static void
what_is_no_key_of_these_kinds_is_not_read(void **state)
{
	static const char *const keys[] = {"", "hub", "/hub", "remotezones", "remotezones/",
		"remotezone/hub", "remotezonesx/hub", "azurevpcdnslinks/hub"};
	struct object_id object;

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		assert_false(work_key_read(keys[i], WORK_KEY_REMOTES, &object));
	assert_false(work_key_read("remotezones/x", KIND_BIT(KIND_REMOTE_NETWORK), &object));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_says_kind_and_name_and_is_read_again),
		cmocka_unit_test(what_is_no_key_of_these_kinds_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
