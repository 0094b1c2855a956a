/* What is asked of Azure for a link, and what each refusal becomes. */
#include "cloud/azure_link_facts_read.h"

#include "base/clock.h"
#include "tests/cloud/played_azure_links.h"

#define HOME "11111111-1111-1111-1111-111111111111"
#define AWAY "22222222-2222-2222-2222-222222222222"
#define NOW  (INT64_C(1700000000) * CLOCK_SECOND)
#define KYMA "virtualNetworkLinks/kyma"

static struct sample *sample;
static struct azure_access access;
static struct cloud_fault fault;

static int
set_up(void **state)
{
	(void)state;
	sample = sample_new();
	sample->remote.tenant = AWAY;
	access = (struct azure_access){NULL, SAMPLE_OWN, "", HOME, CLOCK_SECOND};
	played = (struct played){.vnet = sample->vnet,
		.zone = {.links = 3, .most_links = 1000, .tags = {sample->tags, 1}},
		.ruleset = {.location = "westeurope", .tags = {sample->tags, 1}}};
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(sample->arena);
	return 0;
}

static bool
read_facts(void)
{
	played.length = 0;
	played.log[0] = '\0';
	return azure_link_facts_read(
		sample->arena, &access, &sample->wish, NOW, &sample->facts, &fault);
}

static void
expect_log(const char *log)
{
	if (!read_facts())
		fail_msg("%s", fault.message);
	assert_string_equal(played.log, log);
}

static void
a_link_that_is_there_takes_three_calls(void **state)
{
	(void)state;
	played.links[played.count++] = sample_link(SAMPLE_ZONE SAMPLE_LINK, SAMPLE_OWN_TOO);
	expect_log("GET " HOME " shoot\nGET " AWAY " a.example\nGET " AWAY " " KYMA "\n");
	assert_string_equal(sample->facts.link->name, "kyma");
	assert_true(azure_link_facts_leads_home(&sample->facts, sample->facts.link));
	assert_true(sample->facts.own_seen);
	assert_string_equal(sample->facts.vnet->guid, "guid-1");
	assert_int_equal(sample->facts.target->most_links, 1000);
	assert_string_equal(sample->facts.link_id, SAMPLE_ZONE SAMPLE_LINK);
}

static void
of_a_ruleset_there_is_a_region_and_no_count(void **state)
{
	(void)state;
	sample->remote.id = SAMPLE_RULESET;
	played.links[played.count++] = sample_link(SAMPLE_RULESET SAMPLE_LINK, SAMPLE_OWN);
	expect_log("GET " HOME " shoot\nGET " AWAY " rules\nGET " AWAY " " KYMA "\n");
	assert_string_equal(sample->facts.target->location, "westeurope");
	assert_int_equal(sample->facts.target->most_links, -1);
}

static void
all_links_are_looked_at_where_the_wanted_one_does_not_lead_home(void **state)
{
	(void)state;
	played.links[played.count++] = sample_link(SAMPLE_ZONE SAMPLE_LINK, SAMPLE_FAR);
	played.links[played.count++] =
		sample_link(SAMPLE_ZONE "/virtualNetworkLinks/b", SAMPLE_FAR);
	expect_log("GET " HOME " shoot\nGET " AWAY " a.example\nGET " AWAY " " KYMA "\nLIST " AWAY
		   " a.example\n");
	assert_null(sample->facts.other);
	played.links[played.count++] =
		sample_link(SAMPLE_ZONE "/virtualNetworkLinks/c", SAMPLE_OWN);
	assert_true(read_facts());
	assert_string_equal(sample->facts.other->name, "c");
	played.count = 0;
	assert_true(read_facts());
	assert_null(sample->facts.link);
	assert_non_null(strstr(played.log, "LIST"));
	played_fail("LIST", "ParentResourceNotFound", 404); /* gone meanwhile */
	assert_true(read_facts());
	played.faults[0].code = "AuthorizationFailed";
	played.faults[0].status = 403;
	assert_false(read_facts());
	assert_string_equal(
		fault.action, "Microsoft.Network/privateDnsZones/virtualNetworkLinks/read");
}

static void
a_link_that_appears_while_it_is_looked_for_is_none_of_another_name(void **state)
{
	(void)state;
	played.links[played.count++] = sample_link(SAMPLE_ZONE SAMPLE_LINK, SAMPLE_OWN);
	played_fail("GET " AWAY " " KYMA, "ResourceNotFound", 404);
	assert_true(read_facts());
	assert_null(sample->facts.link);
	assert_null(sample->facts.other);
}

static void
an_own_network_that_is_gone_or_hidden_is_a_fact_and_throttling_a_fault(void **state)
{
	(void)state;
	played_fail("shoot", "ResourceNotFound", 404);
	assert_true(read_facts());
	assert_true(sample->facts.own_seen && !sample->facts.vnet);
	played.faults[0].code = "AuthorizationFailed";
	assert_true(read_facts());
	assert_true(!sample->facts.own_seen && !sample->facts.vnet);
	played.faults[0].code = "TooManyRequests";
	assert_false(read_facts());
	assert_int_equal(fault.failure, CLOUD_BACK_OFF);
	assert_string_equal(fault.action, "Microsoft.Network/virtualNetworks/read");
	access.local_vnet = "";
	assert_true(read_facts());
	assert_string_equal(sample->facts.own, "");
	assert_null(strstr(played.log, "shoot"));
}

static void
a_zone_that_is_gone_is_a_fact_and_nothing_in_it_is_read(void **state)
{
	(void)state;
	played_fail("a.example", "ResourceNotFound", 404);
	expect_log("GET " HOME " shoot\nGET " AWAY " a.example\n");
	assert_null(sample->facts.target);
	assert_int_equal(sample->facts.target_fault.failure, CLOUD_GONE);
	played.faults[0].code = "AuthorizationFailed";
	played.faults[0].status = 403;
	assert_false(read_facts());
	assert_string_equal(fault.action, "Microsoft.Network/privateDnsZones/read");
	assert_non_null(strstr(fault.hint, "az role assignment create"));
}

static void
an_id_of_no_zone_is_not_asked_for(void **state)
{
	static const char *const ids[] = {
		"", "a.example", SAMPLE_OWN, SAMPLE_ZONE SAMPLE_LINK, "/subscriptions/x"};

	(void)state;
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		sample->remote.id = ids[i];
		assert_false(read_facts());
		assert_int_equal(fault.failure, CLOUD_PERMANENT);
		assert_string_equal(played.log, "");
	}
}

static void
what_goes_on_is_remembered_for_a_minute(void **state)
{
	static const struct {
		const char *text;
		enum azure_link_motion motion;
		bool failed;
	} rows[] = {
		{"put until 1700000060", AZURE_LINK_IS_PUT, false},
		{"delete until 1700000001", AZURE_LINK_IS_DELETED, false},
		{"put until 1700000000", AZURE_LINK_RESTS, true},
		{"put until 1800000000", AZURE_LINK_RESTS, true}, /* the clock was wrong */
		{"put until ", AZURE_LINK_RESTS, false},
		{"put until 99999999999999", AZURE_LINK_RESTS, false},
		{"operation-123", AZURE_LINK_RESTS, false},
		{"", AZURE_LINK_RESTS, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		sample->wish.operation = rows[i].text;
		assert_true(read_facts());
		assert_int_equal(sample->facts.motion, rows[i].motion);
		assert_int_equal(sample->facts.motion_failed, rows[i].failed);
	}
	assert_string_equal(azure_link_facts_operation(sample->arena, AZURE_LINK_IS_PUT, NOW),
		"put until 1700000060");
	assert_string_equal(azure_link_facts_operation(sample->arena, AZURE_LINK_IS_DELETED, NOW),
		"delete until 1700000060");
}

/* --- of a wish that is deleting --- */

static void
the_end_looks_at_the_link_alone(void **state)
{
	(void)state;
	sample->wish.deleting = true;
	sample->wish.id = SAMPLE_ZONE SAMPLE_LINK;
	played.links[played.count++] = sample_link(SAMPLE_ZONE SAMPLE_LINK, SAMPLE_OWN);
	expect_log("GET " AWAY " " KYMA "\n");
	assert_non_null(sample->facts.link);
	played.count = 0;
	expect_log("GET " AWAY " " KYMA "\n");
	assert_null(sample->facts.link);
}

static void
the_end_looks_at_the_stored_link_too_where_that_is_another_of_the_same_zone(void **state)
{
	static const char *const strange[] = {"3c1b0f0e", SAMPLE_ZONE, SAMPLE_RULESET SAMPLE_LINK,
		SAMPLE_PRIVATE SAMPLE_LINK, "/subscriptions/"};

	(void)state;
	sample->wish.deleting = true;
	sample->wish.id = SAMPLE_ZONE "/virtualNetworkLinks/hand";
	played.links[played.count++] = sample_link(sample->wish.id, SAMPLE_OWN);
	expect_log("GET " AWAY " " KYMA "\nGET " AWAY " virtualNetworkLinks/hand\n");
	assert_string_equal(sample->facts.other->name, "hand");
	played_fail("hand", "AuthorizationFailed", 403);
	assert_true(read_facts());
	assert_int_equal(sample->facts.link_fault.failure, CLOUD_NONE);
	assert_null(sample->facts.other);
	played.faults[0].code = "TooManyRequests";
	assert_false(read_facts());
	played.faults[0].call = NULL;
	for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
		sample->wish.id = strange[i];
		expect_log("GET " AWAY " " KYMA "\n");
		assert_null(sample->facts.other);
	}
}

static void
at_the_end_an_owner_who_keeps_us_out_is_a_fact(void **state)
{
	static const struct {
		const char *code, *message;
		int status;
		enum cloud_failure failure;
		bool out;
	} rows[] = {
		{"AuthorizationFailed", NULL, 403, 0, true},
		{"SubscriptionNotFound", NULL, 404, 0, true},
		{"InvalidAuthenticationTokenTenant", NULL, 401, CLOUD_WAIT_FOR_USER, true},
		{"", "Microsoft Entra: AADSTS7000229: no principal", 0, CLOUD_WAIT_FOR_USER, true},
		{"", "Microsoft Entra: AADSTS7000222: expired", 0, CLOUD_WAIT_FOR_USER, false},
		{"InternalServerError", NULL, 500, 0, false},
		{"TooManyRequests", NULL, 429, 0, false},
	};

	(void)state;
	sample->wish.deleting = true;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		played.faults[0].call = "GET";
		played.faults[0].code = rows[i].code;
		played.faults[0].message = rows[i].message;
		played.faults[0].status = rows[i].status;
		played.faults[0].failure = rows[i].failure;
		assert_int_equal(read_facts(), rows[i].out);
		if (rows[i].out)
			assert_int_not_equal(sample->facts.link_fault.failure, CLOUD_NONE);
	}
	played.faults[0].message = "Microsoft Entra: AADSTS7000229: no principal";
	played.faults[0].code = "";
	played.faults[0].status = 0;
	played.faults[0].failure = CLOUD_WAIT_FOR_USER;
	sample->remote.tenant = ""; /* our own: the fault is on our side */
	assert_false(read_facts());
}

static void
facts_that_do_not_fit_into_memory_are_not_judged(void **state)
{
	(void)state;
	arena_set_cap(sample->arena, 1);
	assert_false(read_facts());
	assert_int_equal(fault.failure, CLOUD_BACK_OFF);
}

#define test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_link_that_is_there_takes_three_calls),
		test(of_a_ruleset_there_is_a_region_and_no_count),
		test(all_links_are_looked_at_where_the_wanted_one_does_not_lead_home),
		test(a_link_that_appears_while_it_is_looked_for_is_none_of_another_name),
		test(an_own_network_that_is_gone_or_hidden_is_a_fact_and_throttling_a_fault),
		test(a_zone_that_is_gone_is_a_fact_and_nothing_in_it_is_read),
		test(an_id_of_no_zone_is_not_asked_for),
		test(what_goes_on_is_remembered_for_a_minute),
		test(the_end_looks_at_the_link_alone),
		test(the_end_looks_at_the_stored_link_too_where_that_is_another_of_the_same_zone),
		test(at_the_end_an_owner_who_keeps_us_out_is_a_fact),
		test(facts_that_do_not_fit_into_memory_are_not_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
