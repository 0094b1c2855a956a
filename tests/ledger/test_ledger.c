#include "ledger/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "tests/http/fake_server.h"

static void
on_changed(void *context)
{
	(void)context;
}

static struct ledger_settings
settings_of(struct inventory *inventory, const struct kube_config *config)
{
	return (struct ledger_settings){.inventory = inventory,
		.config = config,
		.namespace = "peerwarden",
		.replica = "a",
		.lifetime = 75 * CLOCK_SECOND,
		.changed = on_changed};
}

static void
a_configuration_that_cannot_be_used_is_said_at_once(void **state)
{
	struct kube_config config = {.server.url = "http://not-loopback.example.com"};
	struct inventory *inventory = inventory_new();
	struct ledger_settings settings = settings_of(inventory, &config);
	struct error error = {0};

	(void)state;
	assert_null(ledger_open(&settings, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	inventory_free(inventory);
}

static void
a_ledger_that_hears_nothing_is_not_ready_and_closes(void **state)
{
	static const struct fake_step silent[] = {{"GET", "", FAKE_HOLD, false}, {0}};
	struct inventory *inventory = inventory_new();
	struct kube_config config = {0};
	struct ledger_settings settings = settings_of(inventory, &config);
	struct fake_server server;
	struct ledger *ledger;

	(void)state;
	fake_server_start(&server, silent);
	config.server.url = server.url;
	ledger = ledger_open(&settings, NULL);
	assert_non_null(ledger);
	assert_true(FAKE_EVENTUALLY(atomic_load(&server.served) == 1));
	ledger_measure(ledger);
	assert_int_equal(ledger_state(ledger), LEDGER_NOT_SYNCED);
	assert_true(FAKE_EVENTUALLY(ledger_age(ledger) > 20 * CLOCK_MILLISECOND));
	ledger_close(ledger);
	fake_server_stop(&server);
	inventory_free(inventory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_configuration_that_cannot_be_used_is_said_at_once),
		cmocka_unit_test(a_ledger_that_hears_nothing_is_not_ready_and_closes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
