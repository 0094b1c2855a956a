/* Lines that work, that are in the middle of something, and that were never started: all end. */
#include "daemon/work_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

/* What the workers of a test call: it begins, and ends when it is cut. */
struct cloud {
	atomic_bool begun;
	atomic_bool cut;
};

static struct work_result
call(void *context, struct worker *worker, const char *key)
{
	struct cloud *cloud = context;

	(void)worker;
	(void)key;
	cloud->begun = true;
	while (!cloud->cut)
		usleep(1000);
	return (struct work_result){.end = WORK_DONE};
}

static void
cut(void *context)
{
	((struct cloud *)context)->cut = true;
}

static void
start(struct work_line *line, const struct kube_config *config, struct cloud *cloud)
{
	struct workers_settings wanted = {
		.config = config, .threads = 1, .work = call, .context = cloud};

	assert_true(work_line_start(line, "test", &wanted, NULL));
}

static void
what_goes_on_for_too_long_is_cut(void **state)
{
	const struct kube_config config = {.server.url = "http://127.0.0.1:1"};
	struct work_line busy = {0}, idle = {0};
	struct work_line *const lines[] = {&idle, &busy};
	struct cloud cloud = {0};
	const struct work_line_end end = {CLOCK_MILLISECOND, 10 * CLOCK_SECOND, cut, &cloud};

	(void)state;
	start(&busy, &config, &cloud);
	start(&idle, &config, &cloud);
	work_queue_add(busy.queue, "key");
	while (!cloud.begun)
		usleep(1000);
	work_line_stop_all(lines, 2, &end);
	assert_true(cloud.cut);
	assert_null(busy.workers);
	work_line_free(&busy);
	work_line_free(&idle);
}

static void
nothing_is_cut_where_nobody_works(void **state)
{
	const struct kube_config config = {.server.url = "http://127.0.0.1:1"};
	struct work_line idle = {0}, never = {0};
	struct work_line *const lines[] = {&idle, &never};
	struct cloud cloud = {0};
	const struct work_line_end end = {10 * CLOCK_SECOND, 10 * CLOCK_SECOND, cut, &cloud};

	(void)state;
	start(&idle, &config, &cloud);
	work_line_stop_all(lines, 2, &end);
	assert_false(cloud.cut);
	work_line_free(&idle);
	work_line_free(&never);
	work_line_free(&never);
}

static void
a_cluster_that_cannot_be_spoken_to_starts_no_workers(void **state)
{
	const struct kube_config config = {.server.url = "http://example.com"};
	struct workers_settings wanted = {.config = &config, .threads = 1, .work = call};
	struct work_line line = {0};
	struct error error = {0};

	(void)state;
	assert_false(work_line_start(&line, "test", &wanted, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	assert_non_null(line.queue);
	work_line_free(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_on_for_too_long_is_cut),
		cmocka_unit_test(nothing_is_cut_where_nobody_works),
		cmocka_unit_test(a_cluster_that_cannot_be_spoken_to_starts_no_workers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
