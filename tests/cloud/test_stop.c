#include "cloud/stop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct http_client *
new_client(void)
{
	static const struct http_server server = {.url = "http://127.0.0.1:1"};
	struct http_client *client = http_client_new(&server, NULL);

	assert_non_null(client);
	return client;
}

static void
who_has_left_in_whatever_order_is_in_it_no_more(void **state)
{
	struct http_client *client = new_client();
	struct stop_entry entries[3];
	struct stop stop;

	(void)state;
	stop_init(&stop);
	for (int i = 0; i < 3; i++)
		assert_true(stop_enter(&stop, &entries[i], client, NULL));
	stop_leave(&stop, &entries[1]);
	stop_leave(&stop, &entries[1]);
	stop_leave(&stop, &entries[2]);
	assert_ptr_equal(stop.entries, &entries[0]);
	assert_null(entries[0].next);
	stop_leave(&stop, &entries[0]);
	assert_null(stop.entries);
	stop_dispose(&stop);
	http_client_free(client);
}

static void
once_stopped_nobody_enters(void **state)
{
	struct http_client *client = new_client();
	struct stop_entry entry;
	struct error error = {0};
	struct stop stop;

	(void)state;
	stop_init(&stop);
	stop_now(&stop);
	assert_false(stop_enter(&stop, &entry, client, &error));
	assert_int_equal(error.kind, ERROR_TRANSIENT);
	assert_null(stop.entries);
	stop_leave(&stop, &entry);
	stop_dispose(&stop);
	assert_true(stop_enter(NULL, &entry, client, &error));
	stop_leave(NULL, &entry);
	http_client_free(client);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_has_left_in_whatever_order_is_in_it_no_more),
		cmocka_unit_test(once_stopped_nobody_enters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
