#include "daemon/report_shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"

static void
note(void *context, const char *uid)
{
	buffer_printf(context, "%s ", uid);
}

static void
a_list_tells_what_is_not_in_it(void **state)
{
	struct report_shelf *shelf = report_shelf_new();
	struct buffer gone CLEANUP(buffer_dispose);

	(void)state;
	buffer_init(&gone, 100);
	report_shelf_list_anew(shelf);
	report_shelf_put(shelf, "a");
	report_shelf_put(shelf, "b");
	report_shelf_put(shelf, "c");
	report_shelf_keep_listed(shelf, note, &gone);
	assert_string_equal(buffer_text(&gone), "");
	report_shelf_remove(shelf, "c");
	report_shelf_remove(shelf, "never");
	report_shelf_list_anew(shelf);
	report_shelf_put(shelf, "b");
	report_shelf_keep_listed(shelf, note, &gone);
	assert_string_equal(buffer_text(&gone), "a ");
	report_shelf_list_anew(shelf);
	report_shelf_keep_listed(shelf, note, &gone);
	assert_string_equal(buffer_text(&gone), "a b ");
	report_shelf_free(shelf);
}

static void
a_list_that_broke_off_tells_nothing(void **state)
{
	struct report_shelf *shelf = report_shelf_new();
	struct buffer gone CLEANUP(buffer_dispose);

	(void)state;
	buffer_init(&gone, 100);
	report_shelf_put(shelf, "a");
	report_shelf_put(shelf, "b");
	report_shelf_list_anew(shelf);
	report_shelf_put(shelf, "a");
	report_shelf_list_anew(shelf);
	report_shelf_put(shelf, "b");
	report_shelf_put(shelf, "a");
	report_shelf_keep_listed(shelf, note, &gone);
	assert_string_equal(buffer_text(&gone), "");
	report_shelf_free(shelf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_tells_what_is_not_in_it),
		cmocka_unit_test(a_list_that_broke_off_tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
