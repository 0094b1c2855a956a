#include "cloud/azure_call.h"

#include "base/clock.h"
#include "base/thread.h"
#include "tests/cloud/azure_setup.h"

#define VNET_ID    AZURE_VNET("v1")
#define PEERING_ID AZURE_PEERING_ID("p1")
#define LINK_ID    AZURE_ZONE_ID "/virtualNetworkLinks/l1"
#define GET_VNET   "GET " VNET_ID "?api-version=2024-05-01 HTTP/1.1\r\n"
#define VNET                                                                                       \
	"{\"id\":\"" VNET_ID "\",\"name\":\"v1\",\"properties\":{\"addressSpace\":"                \
	"{\"addressPrefixes\":[\"10.0.0.0/16\"]}}}"
#define CONNECTED            AZURE_PEERING_BODY("p1", "Succeeded", "Connected", "FullyInSync")
#define STEP(expects, reply) ENTRA_STEP(expects, reply)

static const struct azure_peering_wish peering_wish = {
	.remote = AZURE_VNET("v2"), .options = {true, true, false, false}};

static bool
get_vnet(struct azure_setup *setup, struct azure_vnet *vnet)
{
	return azure_client_vnet(
		setup->arena, setup->client, &setup->place, VNET_ID, vnet, &setup->fault);
}

static bool
put_peering(struct azure_setup *setup, struct azure_put_peering *put)
{
	return azure_client_put_peering(setup->arena, setup->client, &setup->place, PEERING_ID,
		&peering_wish, put, &setup->fault);
}

static bool
put_link(struct azure_setup *setup, const struct azure_link_wish *wish, struct azure_put_link *put)
{
	return azure_client_put_link(
		setup->arena, setup->client, &setup->place, LINK_ID, wish, put, &setup->fault);
}

static void
expect_sent(const struct azure_setup *setup, const char *part)
{
	if (!strstr(setup->server.last, part))
		fail_msg("%s is not in %s", part, setup->server.last);
}

static void
a_call_that_names_another_tenant_shows_its_token(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN, AZURE_OTHER,
		STEP("PUT ", FAKE_OK CONNECTED), STEP("GET ", FAKE_OK CONNECTED),
		STEP(GET_VNET, FAKE_OK VNET), {0}};
	static const char *const others[] = {ENTRA_OTHER, NULL};
	struct azure_setup setup;
	struct azure_put_peering put;
	struct azure_vnet vnet;

	(void)state;
	azure_setup_start(&setup, steps);
	setup.place.auxiliary = others;
	assert_true(put_peering(&setup, &put));
	setup.place = (struct azure_place){.tenant = ENTRA_OTHER, .deadline = INT64_MAX};
	assert_true(get_vnet(&setup, &vnet));
	azure_setup_stop(&setup);
	expect_sent(&setup, "\r\nAuthorization: Bearer other\r\n");
}

static void
the_auxiliary_token_goes_in_its_header(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN, AZURE_OTHER,
		STEP("\r\nx-ms-authorization-auxiliary: Bearer other\r\n", FAKE_OK VNET), {0}};
	static const char *const others[] = {ENTRA_OTHER, NULL};
	struct azure_setup setup;
	struct azure_vnet vnet;

	(void)state;
	azure_setup_start(&setup, steps);
	setup.place.auxiliary = others;
	assert_true(get_vnet(&setup, &vnet));
	azure_setup_stop(&setup);
	expect_sent(&setup, "\r\nAuthorization: Bearer own\r\n");
}

static void
a_token_that_is_refused_is_renewed_once(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN,
		STEP("Bearer own\r\n",
			AZURE_ERROR("401 No", "", "ExpiredAuthenticationToken", "old")),
		ENTRA_STEP(ENTRA_PATH(ENTRA_TENANT), ENTRA_GRANT("new")),
		STEP("Bearer new\r\n",
			AZURE_ERROR("401 No",
				"WWW-Authenticate: Bearer authorization_uri=\"https://login/"
				"abc\"\r\n",
				"InvalidAuthenticationTokenTenant", "wrong issuer")),
		{0}};
	struct azure_setup setup;
	struct azure_vnet vnet;

	(void)state;
	azure_setup_start(&setup, steps);
	assert_false(get_vnet(&setup, &vnet));
	assert_int_equal(setup.fault.failure, CLOUD_WAIT_FOR_USER);
	assert_string_equal(setup.fault.code, "InvalidAuthenticationTokenTenant");
	assert_string_equal(setup.fault.tenant, "abc");
	azure_setup_stop(&setup);
}

static void
the_tokens_of_other_tenants_are_renewed_too(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN, AZURE_OTHER,
		STEP(GET_VNET, AZURE_ERROR("401 No", "", "InvalidAuthenticationToken", "old")),
		AZURE_OWN, ENTRA_STEP(ENTRA_PATH(ENTRA_OTHER), ENTRA_GRANT("newer")),
		STEP("auxiliary: Bearer newer\r\n", FAKE_OK VNET), {0}};
	static const char *const others[] = {ENTRA_OTHER, NULL};
	struct azure_setup setup;
	struct azure_vnet vnet;

	(void)state;
	azure_setup_start(&setup, steps);
	setup.place.auxiliary = others;
	assert_true(get_vnet(&setup, &vnet));
	azure_setup_stop(&setup);
}

static void
a_passing_fault_is_tried_again(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN,
		STEP(GET_VNET, FAKE_HEAD("503 No") "\r\n<html>"),
		STEP(GET_VNET, AZURE_ERROR("429 No", "", "AnotherOperationInProgress", "wait")),
		STEP(GET_VNET, FAKE_OK VNET), STEP("PUT ", ""),
		STEP("PUT ", AZURE_ERROR("400 No", "", "ReferencedResourceNotProvisioned", "w")),
		STEP("PUT ", AZURE_ERROR("500 No", "", "InternalServerError", "w")), {0}};
	struct azure_setup setup;
	struct azure_vnet vnet;
	struct azure_put_peering put;

	(void)state;
	azure_setup_start(&setup, steps);
	assert_true(get_vnet(&setup, &vnet));
	assert_false(put_peering(&setup, &put));
	assert_int_equal(setup.fault.failure, CLOUD_BACK_OFF);
	assert_int_equal(setup.fault.status, 500);
	azure_setup_stop(&setup);
}

static void
a_throttle_beyond_the_deadline_is_told_at_once(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN,
		STEP(GET_VNET,
			AZURE_ERROR("429 No", "Retry-After: 60\r\n", "TooManyRequests", "slow")),
		{0}};
	struct azure_setup setup;
	struct azure_vnet vnet;

	(void)state;
	azure_setup_start(&setup, steps);
	assert_false(get_vnet(&setup, &vnet));
	assert_int_equal(setup.fault.failure, CLOUD_BACK_OFF);
	assert_true(setup.fault.throttled);
	assert_int_equal(setup.fault.retry_after, 60 * CLOCK_SECOND);
	azure_setup_stop(&setup);
}

static void
a_new_link_whose_answer_was_lost_has_to_be_looked_at(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN, STEP("PUT ", ""), {0}};
	const struct azure_link_wish wish = {.network = VNET_ID, .only_new = true};
	struct azure_setup setup;
	struct azure_put_link put;

	(void)state;
	azure_setup_start(&setup, steps);
	assert_false(put_link(&setup, &wish, &put));
	assert_int_equal(setup.fault.failure, CLOUD_CONFLICT);
	azure_setup_stop(&setup);
}

static bool
say_no(void *context)
{
	(void)context;
	return false;
}

static void
a_replica_that_does_not_lead_sends_nothing(void **state)
{
	static const struct fake_step steps[] = {{0}};
	struct azure_setup setup;
	struct azure_vnet vnet;

	(void)state;
	azure_setup_start(&setup, steps);
	azure_client_free(setup.client);
	setup.settings.may_call = say_no;
	setup.client = azure_client_new(&setup.settings, NULL);
	assert_false(get_vnet(&setup, &vnet));
	assert_string_equal(setup.fault.code, "NotLeader");
	assert_int_equal(setup.fault.failure, CLOUD_BACK_OFF);
	azure_setup_stop(&setup);
}

static void *
call_in_a_thread(void *context)
{
	struct azure_setup *setup = context;
	struct azure_vnet vnet;

	assert_false(get_vnet(setup, &vnet));
	return NULL;
}

static void
an_abort_ends_the_call_that_is_under_way(void **state)
{
	static const struct fake_step steps[] = {
		AZURE_OWN, {GET_VNET, "HTTP/1.1 200 OK\r\n", FAKE_HOLD, false}, {0}};
	struct azure_setup setup;
	pthread_t thread;

	(void)state;
	azure_setup_start(&setup, steps);
	thread_start(&thread, call_in_a_thread, &setup);
	assert_true(FAKE_EVENTUALLY(atomic_load(&setup.server.served) == 2));
	azure_client_abort(setup.client);
	pthread_join(thread, NULL);
	assert_int_equal(setup.fault.failure, CLOUD_BACK_OFF);
	azure_setup_stop(&setup);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_that_names_another_tenant_shows_its_token),
		cmocka_unit_test(the_auxiliary_token_goes_in_its_header),
		cmocka_unit_test(a_token_that_is_refused_is_renewed_once),
		cmocka_unit_test(the_tokens_of_other_tenants_are_renewed_too),
		cmocka_unit_test(a_passing_fault_is_tried_again),
		cmocka_unit_test(a_throttle_beyond_the_deadline_is_told_at_once),
		cmocka_unit_test(a_new_link_whose_answer_was_lost_has_to_be_looked_at),
		cmocka_unit_test(a_replica_that_does_not_lead_sends_nothing),
		cmocka_unit_test(an_abort_ends_the_call_that_is_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
