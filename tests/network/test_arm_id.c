#include "network/arm_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define GUID  "00000000-aaaa-BBBB-0000-000000000000"
#define GROUP "/subscriptions/" GUID "/resourceGroups/g(1)/providers/Microsoft.Network/"

enum { MEMORY = 1 << 16 };

static int
set_up(void **state)
{
	*state = arena_new(MEMORY);
	return 0;
}

static int
tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static void
each_resource_and_what_stands_in_it_is_read_and_written(void **state)
{
	static const struct {
		const char *text;
		enum arm_type type;
		const char *name, *child;
	} rows[] = {
		{GROUP "virtualNetworks/v.1", ARM_VNET, "v.1", ""},
		{GROUP "virtualNetworks/v/virtualNetworkPeerings/p_1", ARM_VNET, "v", "p_1"},
		{GROUP "privateDnsZones/a.b", ARM_ZONE, "a.b", ""},
		{GROUP "privateDnsZones/a.b/virtualNetworkLinks/l", ARM_ZONE, "a.b", "l"},
		{GROUP "dnsForwardingRulesets/r/virtualNetworkLinks/l", ARM_RULESET, "r", "l"},
	};
	struct arm_id id;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(arm_id_parse(*state, rows[i].text, &id));
		assert_int_equal(id.type, rows[i].type);
		assert_string_equal(id.subscription, GUID);
		assert_string_equal(id.group, "g(1)");
		assert_string_equal(id.name, rows[i].name);
		assert_string_equal(id.child, rows[i].child);
		assert_string_equal(arm_id_write(*state, &id), rows[i].text);
	}
}

static void
the_fixed_parts_are_known_in_any_case_and_written_in_the_usual_one(void **state)
{
	struct arm_id id;

	assert_true(arm_id_parse(*state,
		"/SUBSCRIPTIONS/" GUID "/resourcegroups/G/Providers/microsoft.network/"
		"VIRTUALNETWORKS/V/virtualnetworkpeerings/P",
		&id));
	assert_string_equal(arm_id_write(*state, &id),
		"/subscriptions/" GUID "/resourceGroups/G/providers/Microsoft.Network/"
		"virtualNetworks/V/virtualNetworkPeerings/P");
}

static void
what_is_no_such_id_is_not_read(void **state)
{
	static const char *const rows[] = {"", "/", "v", GROUP, GROUP "virtualNetworks",
		GROUP "virtualNetworks/", GROUP "virtualNetworks/v/",
		GROUP "virtualNetworks/v/subnets/s",
		GROUP "virtualNetworks/v/virtualNetworkPeerings",
		GROUP "virtualNetworks/v/virtualNetworkPeerings/",
		GROUP "virtualNetworks/v/virtualNetworkPeerings/p/x",
		GROUP "virtualNetworks/v/virtualNetworkLinks/l",
		GROUP "privateDnsZones/a.b/virtualNetworkPeerings/p", GROUP "dnsZones/a.b",
		GROUP "virtualNetworks/a?b", "subscriptions" GROUP "virtualNetworks/v",
		"/subscriptions/1/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v"};
	struct arm_id id;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (arm_id_parse(*state, rows[i], &id))
			fail_msg("%s was read", rows[i]);
	assert_false(arm_id_parse(*state, NULL, &id));
}

static void
an_id_beyond_the_limit_is_not_even_copied(void **state)
{
	static char text[ARM_ID_LONGEST + 2];
	struct arm_id id;
	size_t used = arena_used(*state);

	memset(text, 'x', sizeof text - 1);
	*text = '/';
	assert_false(arm_id_parse(*state, text, &id));
	assert_int_equal(arena_used(*state), used);
}

static void
ids_are_compared_without_case(void **state)
{
	(void)state;
	assert_true(arm_id_equal(GROUP "virtualNetworks/V", GROUP "virtualnetworks/v"));
	assert_false(arm_id_equal(GROUP "virtualNetworks/v", GROUP "virtualNetworks/w"));
	assert_false(arm_id_equal(NULL, NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_resource_and_what_stands_in_it_is_read_and_written),
		TEST(the_fixed_parts_are_known_in_any_case_and_written_in_the_usual_one),
		TEST(what_is_no_such_id_is_not_read),
		TEST(an_id_beyond_the_limit_is_not_even_copied),
		TEST(ids_are_compared_without_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
