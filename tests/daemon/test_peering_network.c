/* What describes the far end of a peering or link, between an inventory and a scripted API server.
 */
#include "daemon/peering_network.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/http/fake_server.h"

#define ZONE_ID                                                                                    \
	"/subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourceGroups/group"                 \
	"/providers/Microsoft.Network/privateDnsZones/example.com"
#define ZONE_HOME                                                                                  \
	"zone/subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourcegroups/group"             \
	"/providers/microsoft.network/privatednszones/example.com"
#define NETWORK_HOME "aws/123456789012/eu-west-1/vpc-0123456789abcdef0"
#define TENANT       "0f0f0f0f-1111-4222-8333-444444444444"
#define CREATES(plural)                                                                            \
	{                                                                                          \
		"POST /apis/peerwarden.io/v1alpha1/" plural " HTTP", FAKE_OK "{}", FAKE_CLOSE,     \
			false                                                                      \
	}

static const struct remote zone = {PROVIDER_AZURE, "", "", ZONE_ID, TENANT};
static const struct remote network = {
	PROVIDER_AWS, "123456789012", "eu-west-1", "vpc-0123456789abcdef0", NULL};

struct fixture {
	struct fake_server server;
	struct kube_config config;
	struct worker worker;
	struct peering_pass pass;
	struct peering peering;
	struct dns_link link;
};

static void
begin(struct fixture *fixture, const struct fake_step *steps)
{
	memset(fixture, 0, sizeof *fixture);
	fake_server_start(&fixture->server, steps);
	fixture->config.server.url = fixture->server.url;
	fixture->worker.arena = arena_new(1 << 20);
	fixture->worker.client = kube_client_new(&fixture->config, NULL);
	assert_non_null(fixture->worker.client);
	fixture->pass = (struct peering_pass){
		.inventory = inventory_new(),
		.memory = peering_views_new(),
		.worker = &fixture->worker,
		.key = "azurevpcdnslinks/blue",
	};
}

static void
lead_to_zone(struct fixture *fixture)
{
	fixture->link = (struct dns_link){.zone = ZONE_HOME, .name = "to-kyma", .remote = &zone};
	fixture->pass.declaration.dns_links = &fixture->link;
	fixture->pass.declaration.dns_link_count = 1;
	fixture->pass.wish.remote = &zone;
}

static void
lead_to_network(struct fixture *fixture)
{
	fixture->peering = (struct peering){.to = NETWORK_HOME, .remote = &network};
	fixture->pass.declaration.dns_link_count = 0;
	fixture->pass.declaration.peerings = &fixture->peering;
	fixture->pass.declaration.peering_count = 1;
	fixture->pass.wish.remote = &network;
}

static void
store(struct fixture *fixture, const struct declaration *declaration)
{
	inventory_lock(fixture->pass.inventory);
	inventory_store(fixture->pass.inventory, declaration);
	inventory_unlock(fixture->pass.inventory);
}

static void
end(struct fixture *fixture)
{
	inventory_free(fixture->pass.inventory);
	peering_views_free(fixture->pass.memory);
	kube_client_free(fixture->worker.client);
	arena_free(fixture->worker.arena);
	fake_server_stop(&fixture->server);
	assert_int_equal(fixture->server.unexpected, 0);
	assert_null(fixture->server.steps[fixture->server.served].expects);
}

static void
assert_left(struct fixture *fixture, const char *key)
{
	char *left = peering_network_ensure(&fixture->pass);

	assert_true(text_equal(left, key));
	free(left);
}

static void
a_link_to_a_zone_that_nothing_describes_gets_a_remote_zone(void **state)
{
	static const struct fake_step steps[] = {CREATES("remotezones"), {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	lead_to_zone(&fixture);
	assert_left(&fixture, NULL);
	assert_non_null(strstr(fixture.server.last, "\"kind\":\"RemoteZone\""));
	assert_non_null(strstr(fixture.server.last,
		"\"spec\":{\"id\":\"" ZONE_ID "\",\"tenant\":\"" TENANT "\"}"));
	end(&fixture);
}

static void
a_zone_that_somebody_describes_gets_no_other(void **state)
{
	static const struct fake_step steps[] = {{0}};
	static const struct declaration described = {.object = {KIND_REMOTE_ZONE, "", "by-hand"},
		.home = ZONE_HOME,
		.defines_home = true};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	lead_to_zone(&fixture);
	store(&fixture, &described);
	assert_left(&fixture, NULL);
	end(&fixture);
}

static void
what_an_object_led_to_before_is_told_by_its_key(void **state)
{
	static const struct fake_step steps[] = {CREATES("remotenetworks"), {0}};
	static const struct declaration described = {.object = {KIND_REMOTE_ZONE, "", "by-hand"},
		.home = ZONE_HOME,
		.defines_home = true};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	lead_to_zone(&fixture);
	store(&fixture, &described);
	assert_left(&fixture, NULL);
	lead_to_network(&fixture);
	assert_left(&fixture, "remotezones/by-hand");
	end(&fixture);
}

static void
a_zone_is_known_by_its_tags_or_by_what_became_of_its_look_up(void **state)
{
	static const struct {
		struct declaration zone;
		bool known;
	} rows[] = {
		{{.tags_known = false}, false},
		{{.addresses_known = true}, false},
		{{.tags_known = true}, true},
		{{.observed_version = 7}, true},
		{{.lookup_problem = "no such role"}, true},
	};
	static const struct fake_step steps[] = {{0}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct declaration described = rows[i].zone;
		struct fixture fixture;

		begin(&fixture, steps);
		lead_to_zone(&fixture);
		assert_false(peering_network_is_known(&fixture.pass));
		described.object = (struct object_id){KIND_REMOTE_ZONE, "", "by-hand"};
		described.home = ZONE_HOME;
		described.defines_home = true;
		store(&fixture, &described);
		if (peering_network_is_known(&fixture.pass) != rows[i].known)
			fail_msg("row %zu", i);
		end(&fixture);
	}
}

static void
a_network_is_known_by_its_addresses_not_by_its_tags(void **state)
{
	static const struct fake_step steps[] = {{0}};
	struct declaration described = {.object = {KIND_REMOTE_NETWORK, "", "far"},
		.home = NETWORK_HOME,
		.defines_home = true};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	lead_to_network(&fixture);
	described.tags_known = true;
	store(&fixture, &described);
	assert_false(peering_network_is_known(&fixture.pass));
	described.addresses_known = true;
	store(&fixture, &described);
	assert_true(peering_network_is_known(&fixture.pass));
	end(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_to_a_zone_that_nothing_describes_gets_a_remote_zone),
		cmocka_unit_test(a_zone_that_somebody_describes_gets_no_other),
		cmocka_unit_test(what_an_object_led_to_before_is_told_by_its_key),
		cmocka_unit_test(a_zone_is_known_by_its_tags_or_by_what_became_of_its_look_up),
		cmocka_unit_test(a_network_is_known_by_its_addresses_not_by_its_tags),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
