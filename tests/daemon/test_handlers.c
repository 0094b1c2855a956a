#include "daemon/handlers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/daemon/status_fixture.h"

static struct exchange_pool *pool;
static bool synced;
static unsigned measured;

static void
look(void *context, struct arena *arena, struct status *status)
{
	(void)context;
	(void)arena;
	*status = status_fixture();
}

static void
measure(void *context)
{
	(void)context;
	measured++;
}

static bool
is_synced(void *context)
{
	(void)context;
	return synced;
}

static struct handlers handlers = {look, measure, is_synced, NULL};

static int
setup(void **state)
{
	(void)state;
	pool = exchange_pool_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	exchange_pool_free(pool);
	return 0;
}

static void
assert_answer(const char *path, int status, const char *type, const char *part)
{
	struct exchange *exchange = exchange_acquire(pool);
	struct exchange_head head = {.method = "GET", .path = path};

	if (exchange_begin(exchange, handlers_plain, &head))
		exchange_finish(exchange, &handlers);
	assert_int_equal(exchange->status, status);
	assert_non_null(strstr(exchange->type, type));
	assert_non_null(strstr(buffer_text(&exchange->answer), part));
	exchange_release(exchange);
}

static void
it_is_ready_once_the_mirror_is_synced_and_alive_before(void **state)
{
	(void)state;
	synced = false;
	assert_answer("/livez", 200, "text/plain", "ok");
	assert_answer("/readyz", 503, "text/plain", "not all known");
	synced = true;
	assert_answer("/readyz", 200, "text/plain", "ok");
}

static void
the_page_is_for_people_and_statusz_for_programs(void **state)
{
	(void)state;
	assert_answer("/", 200, "text/html", "<!DOCTYPE html>");
	assert_answer("/statusz", 200, "application/json", "\"phase\":\"running\"");
	assert_answer("/other", 404, "text/plain", "");
}

static void
metrics_are_measured_before_they_are_shown(void **state)
{
	(void)state;
	measured = 0;
	assert_answer("/metrics", 200, "version=0.0.4", "process_start_time_seconds");
	assert_int_equal(measured, 1);
	assert_answer("/statusz", 200, "application/json", "metrics");
	assert_int_equal(measured, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_ready_once_the_mirror_is_synced_and_alive_before),
		cmocka_unit_test(the_page_is_for_people_and_statusz_for_programs),
		cmocka_unit_test(metrics_are_measured_before_they_are_shown),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
