#include "validators/shown_network.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"

#define VNET_ID "/subscriptions/S/resourceGroups/Rg/providers/Microsoft.Network/virtualNetworks/Hub"
#define VNET_KEY                                                                                   \
	"azure/subscriptions/s/resourcegroups/rg/providers/microsoft.network/virtualnetworks/hub"

static void
a_network_has_one_key_however_its_cloud_writes_it(void **state)
{
	static const struct {
		enum provider provider;
		const char *id;
		const char *key;
	} rows[] = {
		{PROVIDER_GCP, "projects/p/global/networks/n", "gcp/p/n"},
		{PROVIDER_GCP, "https://www.googleapis.com/compute/v1/projects/p/global/networks/n",
			"gcp/p/n"},
		{PROVIDER_GCP,
			"https://compute.googleapis.com/compute/beta/projects/p/global/"
			"networks/n",
			"gcp/p/n"},
		{PROVIDER_AZURE, VNET_ID, VNET_KEY},
	};
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 16);
	struct case_ c = {.arena = arena};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(
			shown_network_domain(&c, rows[i].provider, rows[i].id), rows[i].key);
	assert_null(shown_network_domain(&c, PROVIDER_GCP, "n"));
	assert_null(shown_network_domain(&c, PROVIDER_GCP, "projects/p"));
	assert_null(shown_network_domain(&c, PROVIDER_AZURE, "hub"));
	assert_null(shown_network_domain(&c, PROVIDER_AWS, "/vpc-1"));
}

static void
a_network_leads_to_what_its_peerings_name(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 16);
	struct case_ c = {.arena = arena};
	struct remote remote = {.provider = PROVIDER_GCP};
	struct taken_name names[] = {{"a", "one"}, {"b", "projects/p/global/networks/n"}};
	struct declaration network = {
		.remote = &remote, .taken_names = names, .taken_name_count = 2};

	(void)state;
	assert_true(shown_network_leads_to(&c, &network, "gcp/p/n"));
	assert_false(shown_network_leads_to(&c, &network, "gcp/p/one"));
	network.taken_name_count = 1;
	assert_false(shown_network_leads_to(&c, &network, "gcp/p/n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_network_has_one_key_however_its_cloud_writes_it),
		cmocka_unit_test(a_network_leads_to_what_its_peerings_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
