/* How the two sides are reached, and what a refusal means. */
#include "cloud/gcp_access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

enum { MEMORY = 1 << 16 };

#define REFUSED(reason, message)                                                                   \
	"{\"error\":{\"code\":1,\"message\":\"" message "\",\"errors\":[{\"reason\":\"" reason     \
	"\"}]}}"

static const struct gcp_access set = {NULL, "home", "own", 7 * CLOCK_SECOND};
static const struct gcp_access unset = {NULL, "", "", 0};
static const struct gcp_place there = {.project = "away", .network = "default"};

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

static struct cloud_fault
fault_of(void **state, int status, const char *body)
{
	struct gcp_error error = gcp_error_read(*state, status, body, strlen(body));

	return gcp_access_fault(*state, &there, "compute.networks.addPeering", &error);
}

static void
the_network_that_is_set_counts_before_the_shoots(void **state)
{
	const struct shoot shoot = {"c-1", "kyma", "europe-west3", PROVIDER_GCP};
	int64_t now = clock_monotonic();
	struct gcp_place place = gcp_access_local(*state, &set, &shoot);

	assert_string_equal(place.project, "home");
	assert_string_equal(place.network, "own");
	assert_true(place.deadline >= now + 7 * CLOCK_SECOND);
	place = gcp_access_local(*state, &unset, &shoot);
	assert_string_equal(place.project, "");
	assert_string_equal(place.network, "shoot--kyma--c-1");
	assert_int_equal(place.deadline, 0);
}

static void
without_a_shoot_that_has_a_name_nothing_says_which_network_it_is(void **state)
{
	const struct shoot nameless = {"", "kyma", "", PROVIDER_GCP};
	const struct shoot homeless = {"c-1", "", "", PROVIDER_GCP};

	assert_string_equal(gcp_access_local(*state, &unset, NULL).network, "");
	assert_string_equal(gcp_access_local(*state, &unset, &nameless).network, "");
	assert_string_equal(gcp_access_local(*state, &unset, &homeless).network, "");
}

static void
the_remote_network_is_of_its_own_project(void **state)
{
	const struct remote remote = {.provider = PROVIDER_GCP, .account = "p", .id = "n"};
	struct gcp_place place = gcp_access_remote(&set, &remote);

	(void)state;
	assert_string_equal(place.project, "p");
	assert_string_equal(place.network, "n");
	assert_true(place.deadline > 0);
}

static void
a_right_that_is_missing_is_named_with_the_command_that_gives_it(void **state)
{
	struct cloud_fault fault = fault_of(state, 403,
		REFUSED("forbidden", "Required 'compute.networks.peer' permission for "
				     "'projects/other/global/networks/n'"));

	assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
	assert_string_equal(fault.code, "forbidden");
	assert_string_equal(fault.message,
		"in project away: Required 'compute.networks.peer' permission for "
		"'projects/other/global/networks/n'");
	assert_string_equal(fault.hint,
		"gcloud iam roles update ROLE --project=other "
		"--add-permissions=compute.networks.peer, of the role that the daemon's account "
		"has there; where it has none, gcloud projects add-iam-policy-binding other "
		"--member=serviceAccount:EMAIL --role=ROLE");
}

static void
what_a_refusal_does_not_name_is_what_was_asked(void **state)
{
	struct cloud_fault fault =
		fault_of(state, 403, REFUSED("forbidden", "The caller does not have permission"));

	assert_non_null(strstr(
		fault.hint, "--project=away --add-permissions=compute.networks.addPeering,"));
}

/* A message is text of another's; a command that a person copies has nothing of its signs. */
static void
no_sign_of_the_shell_comes_from_a_message_into_a_command(void **state)
{
	struct cloud_fault fault = fault_of(state, 403,
		REFUSED("forbidden", "Required 'a;rm -r' permission for 'projects/$(b)'"));

	assert_non_null(strstr(fault.hint, "--project=away --add-permissions=a,"));
}

static void
a_denial_is_told_from_other_refusals(void **state)
{
	static const struct {
		int status;
		const char *reason;
		bool denied;
	} table[] = {
		{403, "forbidden", true},
		{403, "PERMISSION_DENIED", true},
		{403, "IAM_PERMISSION_DENIED", true},
		{403, "accessNotConfigured", false},
		{403, "quotaExceeded", false},
		{403, "rateLimitExceeded", false},
		{429, "forbidden", false},
		{404, "notFound", false},
		{400, "badRequest", false},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct gcp_error error = {.status = table[i].status,
			.code = table[i].reason,
			.message = "",
			.failure = table[i].status == 429 ? CLOUD_BACK_OFF : CLOUD_WAIT_FOR_USER};

		assert_int_equal(gcp_access_is_denied(&error), table[i].denied);
	}
	(void)state;
}

static void
a_service_that_is_switched_off_is_named_with_the_command_that_enables_it(void **state)
{
	struct cloud_fault fault = fault_of(state, 403,
		"{\"error\":{\"code\":403,\"message\":\"off\",\"details\":[{\"@type\":"
		"\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"SERVICE_DISABLED\","
		"\"metadata\":{\"service\":\"cloudresourcemanager.googleapis.com\",\"consumer\":"
		"\"projects/12\"}}]}}");

	assert_string_equal(fault.hint, "enable the API: gcloud services enable "
					"cloudresourcemanager.googleapis.com --project=12");
}

static void
a_quota_says_what_is_there_and_where_to_ask_for_more(void **state)
{
	struct cloud_fault fault = fault_of(
		state, 403, REFUSED("quotaExceeded", "Quota 'PEERINGS_PER_NETWORK' exceeded."));

	assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
	assert_non_null(
		strstr(fault.hint, "gcloud compute networks peerings list --network=default "
				   "--project=away"));
	assert_non_null(strstr(fault.hint, "gcloud compute project-info describe --project=away"));
	assert_non_null(strstr(fault.hint, "iam-admin/quotas?project=away"));
	fault = fault_of(state, 429, REFUSED("quotaExceeded", "slower"));
	assert_string_equal(fault.hint, "");
}

static void
of_a_network_that_is_not_there_those_of_its_project_are_to_be_listed(void **state)
{
	struct cloud_fault fault = fault_of(state, 404,
		REFUSED("notFound", "The resource 'projects/q/global/networks/m' was not found"));

	assert_int_equal(fault.failure, CLOUD_GONE);
	assert_string_equal(fault.hint, "see which networks there are: gcloud compute networks "
					"list --project=q");
	fault = fault_of(state, 404,
		REFUSED("notFound", "The resource 'projects/q/global/operations/o' was not found"));
	assert_string_equal(fault.hint, "");
}

static void
of_a_project_that_is_not_there_all_are_to_be_listed(void **state)
{
	struct cloud_fault fault = fault_of(
		state, 404, REFUSED("notFound", "The resource 'projects/away' was not found"));

	assert_int_equal(fault.failure, CLOUD_GONE);
	assert_string_equal(fault.hint, "see which projects there are: gcloud projects list");
}

static void
billing_that_is_off_is_named_with_the_command(void **state)
{
	struct cloud_fault fault = fault_of(state, 403, REFUSED("BILLING_DISABLED", "no"));

	assert_string_equal(
		fault.hint, "gcloud billing projects link away --billing-account=ACCOUNT");
}

static void
credentials_that_are_no_good_are_to_be_checked(void **state)
{
	const struct gcp_error ours = {
		.code = "", .message = "no key", .hint = "", .failure = CLOUD_WAIT_FOR_USER};
	struct cloud_fault fault = gcp_access_fault(*state, &there, "a", &ours);

	assert_string_equal(fault.message, "in project away: no key");
	assert_non_null(strstr(fault.hint, "check the daemon's credentials"));
	fault = fault_of(state, 401, REFUSED("authError", "Invalid Credentials"));
	assert_non_null(strstr(fault.hint, "check the daemon's credentials"));
}

static void
what_has_a_way_out_already_keeps_it(void **state)
{
	struct cloud_fault fault = fault_of(state, 400,
		REFUSED("badRequest", "An IP range in the peer network overlaps with one"));

	assert_non_null(strstr(fault.hint, "one of the two ranges has to go"));
	fault = fault_of(
		state, 400, REFUSED("badRequest", "There is a peering operation in progress"));
	assert_int_equal(fault.failure, CLOUD_RETRY_NOW);
	assert_string_equal(fault.hint, "");
}

static void
a_long_message_is_cut_between_characters_and_none_is_said(void **state)
{
	char message[1000];
	struct gcp_error error = {.status = 400,
		.code = "",
		.message = message,
		.hint = "",
		.failure = CLOUD_WAIT_FOR_USER};
	struct cloud_fault fault;

	memset(message, 'a', sizeof message);
	memcpy(message + 499, "\xc3\xa4", 2);
	message[sizeof message - 1] = '\0';
	fault = gcp_access_fault(*state, &there, "a", &error);
	assert_int_equal(strlen(fault.message), strlen("in project away: ") + 499);
	message[0] = '\0';
	fault = gcp_access_fault(*state, &there, "a", &error);
	assert_string_equal(fault.message, "in project away: Google Cloud answers with status 400");
}

#define test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_network_that_is_set_counts_before_the_shoots),
		test(without_a_shoot_that_has_a_name_nothing_says_which_network_it_is),
		test(the_remote_network_is_of_its_own_project),
		test(a_right_that_is_missing_is_named_with_the_command_that_gives_it),
		test(what_a_refusal_does_not_name_is_what_was_asked),
		test(no_sign_of_the_shell_comes_from_a_message_into_a_command),
		test(a_denial_is_told_from_other_refusals),
		test(a_service_that_is_switched_off_is_named_with_the_command_that_enables_it),
		test(a_quota_says_what_is_there_and_where_to_ask_for_more),
		test(of_a_network_that_is_not_there_those_of_its_project_are_to_be_listed),
		test(of_a_project_that_is_not_there_all_are_to_be_listed),
		test(billing_that_is_off_is_named_with_the_command),
		test(credentials_that_are_no_good_are_to_be_checked),
		test(what_has_a_way_out_already_keeps_it),
		test(a_long_message_is_cut_between_characters_and_none_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
