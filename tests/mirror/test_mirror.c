#include "mirror/mirror.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/metrics.h"
#include "tests/http/fake_server.h"

static void
a_configuration_that_cannot_be_used_is_said_at_once(void **state)
{
	struct kube_config config = {.server.url = "http://not-loopback.example.com"};
	struct inventory *inventory = inventory_new();
	struct error error = {0};

	(void)state;
	assert_null(mirror_start(inventory, &config, NULL, NULL, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	inventory_free(inventory);
}

static void
a_mirror_that_has_heard_nothing_is_not_synced_and_grows_old(void **state)
{
	static const struct fake_step silent[] = {{"GET", "", FAKE_HOLD, false}, {0}};
	struct inventory *inventory = inventory_new();
	struct kube_config config = {0};
	struct fake_server server;
	struct mirror *mirror;

	(void)state;
	fake_server_start(&server, silent);
	config.server.url = server.url;
	mirror = mirror_start(inventory, &config, NULL, NULL, NULL);
	assert_non_null(mirror);
	assert_true(FAKE_EVENTUALLY(atomic_load(&server.served) == 1));
	assert_true(FAKE_EVENTUALLY(mirror_age(mirror) > 20 * CLOCK_MILLISECOND));
	assert_false(mirror_is_synced(mirror));
	mirror_stop(mirror);
	fake_server_stop(&server);
	inventory_free(inventory);
}

/* The metrics say what is known of every kind, without a call from outside. */
static bool
metrics_show_all_synced(void)
{
	struct buffer text;
	int count = 0;

	buffer_init(&text, 1000000);
	metrics_write(&text);
	for (int kind = 0; kind < KINDS; kind++) {
		char line[200];

		snprintf(line, sizeof line, "peerwarden_mirror_synced{kind=\"%s\"} 1\n",
			kind_name((enum kind)kind));
		count += strstr(buffer_text(&text), line) != NULL;
	}
	buffer_dispose(&text);
	return count == KINDS;
}

static void
a_cluster_without_any_of_the_kinds_is_synced(void **state)
{
	struct fake_step steps[1000] = {{0}};
	struct inventory *inventory = inventory_new();
	struct kube_config config = {0};
	struct fake_server server;
	struct mirror *mirror;

	(void)state;
	for (int i = 0; i < 999; i++)
		steps[i] = (struct fake_step){
			"limit=500 HTTP", FAKE_HEAD("404 Not Found") "\r\n", FAKE_CLOSE, false};
	fake_server_start(&server, steps);
	config.server.url = server.url;
	mirror = mirror_start(inventory, &config, NULL, NULL, NULL);
	assert_non_null(mirror);
	assert_true(FAKE_EVENTUALLY(mirror_is_synced(mirror)));
	assert_true(FAKE_EVENTUALLY(metrics_show_all_synced()));
	mirror_stop(mirror);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
	inventory_free(inventory);
}

static void
on_reached(void *context, enum kind kind, uint64_t version)
{
	atomic_int *kinds = context;

	if (version == 5)
		atomic_fetch_or(kinds, 1 << kind);
}

static void
an_observer_is_told_of_every_kind(void **state)
{
	struct fake_step steps[1000] = {{0}};
	struct inventory *inventory = inventory_new();
	atomic_int kinds = 0;
	struct mirror_observer observer = {.reached = on_reached, .context = &kinds};
	struct kube_config config = {0};
	struct fake_server server;
	struct mirror *mirror;

	(void)state;
	for (int i = 0; i < 999; i++)
		steps[i] = (struct fake_step){"GET /api",
			FAKE_OK "{\"metadata\":{\"resourceVersion\":\"5\"}}", FAKE_CLOSE, false};
	fake_server_start(&server, steps);
	config.server.url = server.url;
	mirror = mirror_start(inventory, &config, NULL, &observer, NULL);
	assert_non_null(mirror);
	assert_true(FAKE_EVENTUALLY(atomic_load(&kinds) == (1 << KINDS) - 1));
	mirror_stop(mirror);
	fake_server_stop(&server);
	inventory_free(inventory);
}

struct told {
	uint64_t reached[KINDS];
};

static void
note_reached(void *context, enum kind kind, uint64_t version)
{
	((struct told *)context)->reached[kind] = version;
}

static bool
was_told(struct inventory *inventory, const struct told *told, enum kind kind, uint64_t version)
{
	bool is;

	inventory_lock(inventory);
	is = told->reached[kind] == version;
	inventory_unlock(inventory);
	return is;
}

/* The server has an answer for whatever it is asked. */
static void
what_is_not_selected_is_never_asked_for_and_holds_up_nothing(void **state)
{
	struct fake_step steps[1000] = {{0}};
	struct inventory *inventory = inventory_new();
	struct told told = {{0}};
	struct mirror_observer observer = {.reached = note_reached, .context = &told};
	struct kind_selection selection;
	struct kube_config config = {0};
	struct fake_server server;
	struct mirror *mirror;

	(void)state;
	assert_true(kind_selection_read("kube-ovn", &selection, NULL));
	for (int i = 0; i < 999; i++)
		steps[i] = (struct fake_step){"GET /api",
			FAKE_OK "{\"metadata\":{\"resourceVersion\":\"5\"}}", FAKE_CLOSE, false};
	fake_server_start(&server, steps);
	config.server.url = server.url;
	mirror = mirror_start(inventory, &config, &selection, &observer, NULL);
	assert_non_null(mirror);
	assert_true(FAKE_EVENTUALLY(mirror_is_synced(mirror)));
	for (enum kind kind = 0; kind < KINDS; kind++)
		assert_true(FAKE_EVENTUALLY(was_told(inventory, &told, kind,
			kind_selection_has(&selection, kind) ? 5 : MIRROR_LEFT_OUT)));
	mirror_stop(mirror);
	fake_server_stop(&server);
	inventory_free(inventory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_configuration_that_cannot_be_used_is_said_at_once),
		cmocka_unit_test(a_mirror_that_has_heard_nothing_is_not_synced_and_grows_old),
		cmocka_unit_test(an_observer_is_told_of_every_kind),
		cmocka_unit_test(a_cluster_without_any_of_the_kinds_is_synced),
		cmocka_unit_test(what_is_not_selected_is_never_asked_for_and_holds_up_nothing),
	};

	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
