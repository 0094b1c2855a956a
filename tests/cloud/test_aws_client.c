#include "cloud/aws_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/thread.h"
#include "tests/cloud/sts_server.h"

enum { MEMORY = 4 << 20, THREADS = 8, CALLS = 4 };
#define SECRET "wJalrXUtnFEMI/K7MDENG"
#define TOKEN  "FwoGZXIvYXdzEXAMPLE"

#define VPC(id)                                                                                    \
	"<item><vpcId>" id "</vpcId><ownerId>111122223333</ownerId><cidrBlock>10.1.0.0/16"         \
	"</cidrBlock></item>"
#define VPCS(items, more)                                                                          \
	FAKE_OK "<DescribeVpcsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"        \
		"<vpcSet>" items "</vpcSet>" more "</DescribeVpcsResponse>"
#define PEERING_ITEM                                                                               \
	"<vpcPeeringConnectionId>pcx-1</vpcPeeringConnectionId><status><code>provisioning</code>"  \
	"</status><requesterVpcInfo><ownerId>111122223333</ownerId><vpcId>vpc-1</vpcId>"           \
	"</requesterVpcInfo><accepterVpcInfo><ownerId>444455556666</ownerId><vpcId>vpc-2</vpcId>"  \
	"</accepterVpcInfo>"
#define PEERING(action)                                                                            \
	FAKE_OK "<" action "VpcPeeringConnectionResponse><vpcPeeringConnection>" PEERING_ITEM      \
		"</vpcPeeringConnection></" action "VpcPeeringConnectionResponse>"
#define REFUSAL(status, headers, code, message)                                                    \
	FAKE_HEAD(status)                                                                          \
	headers "\r\n<Response><Errors><Error><Code>" code "</Code><Message>" message              \
		"</Message></Error></Errors><RequestID>r-1</RequestID></Response>"
#define DONE                                                                                       \
	FAKE_OK "<DeleteVpcPeeringConnectionResponse><return>true</return></DeleteVpcPeering"      \
		"ConnectionResponse>"

struct setup {
	struct fake_server server;
	size_t steps;
	char endpoint[128];
	const char *environment[5];
	struct aws_credentials *credentials;
	struct aws_client_settings settings;
	struct aws_client *client;
	struct aws_place place;
	struct arena *arena;
	struct aws_error fault;
};

static void
start(struct setup *setup, const struct fake_step *steps)
{
	struct error error;

	*setup = (struct setup){.arena = arena_new(MEMORY), .place = {.region = "eu-west-1"}};
	while (steps[setup->steps].expects)
		setup->steps++;
	fake_server_start(&setup->server, steps);
	snprintf(
		setup->endpoint, sizeof setup->endpoint, "AWS_ENDPOINT_URL=%s/", setup->server.url);
	setup->environment[0] = setup->endpoint;
	setup->environment[1] = "AWS_ACCESS_KEY_ID=AKIAEXAMPLE";
	setup->environment[2] = "AWS_SECRET_ACCESS_KEY=" SECRET;
	setup->environment[3] = "AWS_SESSION_TOKEN=" TOKEN;
	setup->credentials = aws_credentials_new(setup->environment);
	setup->settings.environment = setup->environment;
	setup->settings.credentials = setup->credentials;
	setup->settings.timeout = 60 * CLOCK_SECOND;
	setup->client = aws_client_new(&setup->settings, &error);
	assert_non_null(setup->client);
}

/* Every step was asked for, and nothing else. */
static void
stop(struct setup *setup)
{
	aws_client_free(setup->client);
	aws_credentials_free(setup->credentials);
	fake_server_stop(&setup->server);
	assert_int_equal(setup->server.unexpected, 0);
	assert_int_equal(setup->server.served, setup->steps);
	arena_free(setup->arena);
}

static bool
list_vpcs(struct setup *setup, struct aws_vpcs *vpcs)
{
	const struct aws_listing all = {0};

	return aws_client_vpcs(
		setup->arena, setup->client, &setup->place, &all, vpcs, &setup->fault);
}

static bool
create(struct setup *setup, struct aws_peering *peering)
{
	const struct aws_new_peering wanted = {
		.vpc = "vpc-1", .peer_vpc = "vpc-2", .peer_owner = "444455556666"};

	return aws_client_create_peering(
		setup->arena, setup->client, &setup->place, &wanted, peering, &setup->fault);
}

static bool
remove_peering(struct setup *setup, bool dry_run)
{
	struct buffer form;
	bool done;

	buffer_init(&form, 1024);
	aws_ec2_request_delete_peering(&form, "pcx-1");
	done = aws_client_do(
		setup->arena, setup->client, &setup->place, &form, dry_run, &setup->fault);
	buffer_dispose(&form);
	return done;
}

static void
a_call_is_signed_for_its_region_and_read(void **state)
{
	static const struct fake_step steps[] = {
		{"POST / HTTP/1.1\r\n", VPCS(VPC("vpc-1") VPC("vpc-2"), "<nextToken/>"), FAKE_CLOSE,
			false},
		{0}};
	static const char *const parts[] = {
		"\r\n\r\nAction=DescribeVpcs&Version=2016-11-15&MaxResults=1000",
		"\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\n",
		"\r\nAccept: text/xml\r\n", "\r\nX-Amz-Security-Token: " TOKEN "\r\n",
		"\r\nX-Amz-Date: ", "/eu-west-1/ec2/aws4_request",
		"SignedHeaders=content-type;host;x-amz-date;x-amz-security-token",
		"\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/"};
	struct aws_vpcs vpcs;
	struct setup setup;

	(void)state;
	start(&setup, steps);
	assert_true(list_vpcs(&setup, &vpcs));
	assert_int_equal(vpcs.count, 2);
	assert_string_equal(vpcs.items[1].id, "vpc-2");
	assert_string_equal(vpcs.next_token, "");
	stop(&setup);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (!strstr(setup.server.last, parts[i]))
			fail_msg("%s is not in %s", parts[i], setup.server.last);
	assert_null(strstr(setup.server.last, SECRET));
}

static void
all_pages_of_a_list_come_as_one(void **state)
{
	static const struct fake_step steps[] = {
		{"MaxResults=1000", VPCS(VPC("vpc-1"), "<nextToken>a/b</nextToken>"), FAKE_CLOSE,
			false},
		{"&NextToken=a%2Fb", VPCS("", "<nextToken>c</nextToken>"), FAKE_CLOSE, false},
		{"&NextToken=c", VPCS(VPC("vpc-2") VPC("vpc-3"), ""), FAKE_CLOSE, false}, {0}};
	static const char *const names[] = {"vpc-1", "vpc-2", "vpc-3"};
	struct aws_vpcs vpcs;
	struct setup setup;

	(void)state;
	start(&setup, steps);
	assert_true(list_vpcs(&setup, &vpcs));
	assert_int_equal(vpcs.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(vpcs.items[i].id, names[i]);
	assert_string_equal(vpcs.next_token, "");
	stop(&setup);
}

static void
a_list_by_ids_has_one_page(void **state)
{
	static const struct fake_step steps[] = {
		{"&VpcPeeringConnectionId.1=pcx-1",
			FAKE_OK "<DescribeVpcPeeringConnectionsResponse><vpcPeeringConnectionSet>"
				"<item>" PEERING_ITEM "</item></vpcPeeringConnectionSet><nextToken>"
				"a</nextToken></DescribeVpcPeeringConnectionsResponse>",
			FAKE_CLOSE, false},
		{"&RouteTableId.1=rtb-1",
			FAKE_OK
			"<DescribeRouteTablesResponse><routeTableSet><item><routeTableId>rtb-1"
			"</routeTableId><vpcId>vpc-1</vpcId></item></routeTableSet>"
			"</DescribeRouteTablesResponse>",
			FAKE_CLOSE, false},
		{0}};
	const struct aws_listing one = {.ids = (const char *const[]){"pcx-1", NULL}};
	const struct aws_listing table = {.ids = (const char *const[]){"rtb-1", NULL}};
	struct aws_peerings peerings;
	struct aws_route_tables tables;
	struct setup setup;

	(void)state;
	start(&setup, steps);
	assert_true(aws_client_peerings(
		setup.arena, setup.client, &setup.place, &one, &peerings, &setup.fault));
	assert_int_equal(peerings.count, 1);
	assert_true(aws_client_route_tables(
		setup.arena, setup.client, &setup.place, &table, &tables, &setup.fault));
	assert_int_equal(tables.count, 1);
	stop(&setup);
	assert_null(strstr(setup.server.last, "MaxResults"));
}

static void
a_list_that_does_not_end_is_given_up(void **state)
{
	struct fake_step steps[65] = {{0}};
	struct aws_vpcs vpcs;
	struct setup setup;

	(void)state;
	for (size_t i = 0; i < 64; i++)
		steps[i] = (struct fake_step){"Action=DescribeVpcs",
			VPCS(VPC("vpc-1"), "<nextToken>a</nextToken>"), FAKE_CLOSE, false};
	start(&setup, steps);
	assert_false(list_vpcs(&setup, &vpcs));
	assert_int_equal(setup.fault.failure, CLOUD_BACK_OFF);
	assert_int_equal(setup.fault.status, 0);
	assert_string_equal(setup.fault.code, "");
	assert_non_null(strstr(setup.fault.message, "pages"));
	stop(&setup);
}

static void
a_list_that_is_too_large_for_its_arena_is_a_fault(void **state)
{
	static const struct fake_step steps[] = {
		{"DescribeVpcs", VPCS(VPC("vpc-1"), "<nextToken>a</nextToken>"), FAKE_CLOSE, false},
		{"DescribeVpcs", VPCS(VPC("vpc-1") VPC("vpc-2"), "<nextToken>a</nextToken>"),
			FAKE_CLOSE, false},
		{"&NextToken=a", VPCS(VPC("vpc-3"), ""), FAKE_CLOSE, false}, {0}};
	struct aws_vpcs vpcs;
	struct setup setup;

	(void)state;
	start(&setup, steps);
	arena_set_cap(setup.arena, 64);
	assert_false(list_vpcs(&setup, &vpcs));
	assert_int_equal(setup.fault.failure, CLOUD_BACK_OFF);
	assert_non_null(strstr(setup.fault.message, "DescribeVpcs"));
	arena_set_cap(setup.arena, MEMORY);
	assert_true(list_vpcs(&setup, &vpcs));
	assert_int_equal(vpcs.count, 3);
	stop(&setup);
}

static void
reading_is_repeated_after_a_fault_of_aws_and_after_a_lost_answer(void **state)
{
	static const struct fake_step steps[] = {
		{"DescribeVpcs", REFUSAL("503 Busy", "", "Unavailable", "later"), FAKE_CLOSE,
			false},
		{"DescribeVpcs", "", FAKE_CLOSE, false},
		{"DescribeVpcs", VPCS(VPC("vpc-1"), ""), FAKE_CLOSE, false},
		{"DescribeVpcs", REFUSAL("500 Oops", "", "InternalError", "a"), FAKE_CLOSE, false},
		{"DescribeVpcs", REFUSAL("500 Oops", "", "InternalError", "b"), FAKE_CLOSE, false},
		{"DescribeVpcs", REFUSAL("500 Oops", "", "InternalError", "c"), FAKE_CLOSE, false},
		{0}};
	struct aws_vpcs vpcs;
	struct setup setup;

	(void)state;
	start(&setup, steps);
	assert_true(list_vpcs(&setup, &vpcs));
	assert_int_equal(vpcs.count, 1);
	assert_false(list_vpcs(&setup, &vpcs));
	assert_int_equal(vpcs.count, 0);
	assert_int_equal(setup.fault.failure, CLOUD_BACK_OFF);
	assert_int_equal(setup.fault.status, 500);
	assert_string_equal(setup.fault.code, "InternalError");
	assert_string_equal(setup.fault.message, "c");
	assert_string_equal(setup.fault.request_id, "r-1");
	stop(&setup);
}

static void
a_peering_is_never_created_twice(void **state)
{
	static const char *const replies[] = {
		"",
		"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<CreateVpcPeering",
		FAKE_OK "not XML",
		FAKE_OK "<CreateVpcPeeringConnectionResponse/>",
		REFUSAL("500 Oops", "", "InternalError", "x"),
		REFUSAL("503 Busy", "", "Unavailable", "x"),
		FAKE_HEAD("502 Bad Gateway") "\r\n<html>a proxy's page</html>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		const struct fake_step steps[] = {
			{"Action=CreateVpcPeeringConnection&", replies[i], FAKE_CLOSE, false}, {0}};
		struct aws_peering peering;
		struct setup setup;

		start(&setup, steps);
		if (create(&setup, &peering) || setup.fault.failure != CLOUD_CONFLICT)
			fail_msg(
				"row %zu: %d %s", i, (int)setup.fault.failure, setup.fault.message);
		stop(&setup);
	}
}

static void
a_change_that_aws_refused_for_now_is_sent_again(void **state)
{
	static const struct fake_step steps[] = {
		{"CreateVpcPeeringConnection",
			REFUSAL("503 Busy", "x-amz-retry-after: 1\r\n", "RequestLimitExceeded",
				"slow"),
			FAKE_CLOSE, false},
		{"CreateVpcPeeringConnection", PEERING("Create"), FAKE_CLOSE, false},
		{"AcceptVpcPeeringConnection", REFUSAL("500 Oops", "", "InternalError", ""),
			FAKE_CLOSE, false},
		{"AcceptVpcPeeringConnection", PEERING("Accept"), FAKE_CLOSE, false},
		{"DeleteVpcPeeringConnection", "", FAKE_CLOSE, false}, {0}};
	struct aws_peering peering;
	struct setup setup;

	(void)state;
	start(&setup, steps);
	assert_true(create(&setup, &peering));
	assert_string_equal(peering.id, "pcx-1");
	assert_true(aws_client_accept_peering(
		setup.arena, setup.client, &setup.place, "pcx-1", &peering, &setup.fault));
	assert_int_equal(peering.state, AWS_PEERING_PROVISIONING);
	assert_false(remove_peering(&setup, false));
	assert_int_equal(setup.fault.failure, CLOUD_CONFLICT);
	stop(&setup);
}

static void
keys_that_are_refused_are_renewed_once(void **state)
{
	static const struct fake_step steps[] = {
		{"Action=AssumeRole", STS_ANSWER("AssumeRole", "ASIA1", STS_LATER), FAKE_CLOSE,
			false},
		{"Credential=ASIA1/", REFUSAL("400 Bad", "", "RequestExpired", "x"), FAKE_CLOSE,
			false},
		{"Action=AssumeRole", STS_ANSWER("AssumeRole", "ASIA2", STS_LATER), FAKE_CLOSE,
			false},
		{"Credential=ASIA2/", VPCS(VPC("vpc-1"), ""), FAKE_CLOSE, false},
		{"Credential=ASIA2/",
			REFUSAL("403 No", "", "SignatureDoesNotMatch", "token:t0ken/of+ASIA2"),
			FAKE_CLOSE, false},
		{"Action=AssumeRole", STS_ANSWER("AssumeRole", "ASIA3", STS_LATER), FAKE_CLOSE,
			false},
		{"Credential=ASIA3/",
			REFUSAL("403 No", "", "SignatureDoesNotMatch", "token:t0ken/of+ASIA3"),
			FAKE_CLOSE, false},
		{0}};
	static const struct aws_role role = {.arn = STS_ARN};
	struct aws_vpcs vpcs;
	struct setup setup;

	(void)state;
	start(&setup, steps);
	setup.place.role = &role;
	assert_true(list_vpcs(&setup, &vpcs));
	assert_false(list_vpcs(&setup, &vpcs));
	assert_int_equal(setup.fault.failure, CLOUD_WAIT_FOR_USER);
	assert_string_equal(setup.fault.code, "SignatureDoesNotMatch");
	assert_null(strstr(setup.fault.message, "t0ken"));
	stop(&setup);
}

static void
keys_that_cannot_be_had_are_waited_for(void **state)
{
	static const struct fake_step steps[] = {
		{"Action=AssumeRole", STS_ERROR("403 No", "AccessDenied", "not allowed"),
			FAKE_CLOSE, false},
		{"Action=AssumeRole", STS_ERROR("500 Oops", "InternalFailure", ""), FAKE_CLOSE,
			false},
		{0}};
	static const struct aws_role denied = {.arn = STS_ARN};
	static const struct aws_role broken = {.arn = STS_ARN "2"};
	struct aws_vpcs vpcs;
	struct setup setup;

	(void)state;
	start(&setup, steps);
	setup.place.role = &denied;
	assert_false(list_vpcs(&setup, &vpcs));
	assert_int_equal(setup.fault.failure, CLOUD_WAIT_FOR_USER);
	assert_non_null(strstr(setup.fault.message, "not allowed"));
	setup.place.role = &broken;
	assert_false(list_vpcs(&setup, &vpcs));
	assert_int_equal(setup.fault.failure, CLOUD_BACK_OFF);
	stop(&setup);
}

static void
a_wrong_clock_is_put_right_for_this_call_and_the_next(void **state)
{
	static const struct fake_step steps[] = {
		{"DescribeVpcs",
			REFUSAL("401 No", "Date: Fri, 02 Jan 2099 03:04:05 GMT\r\n", "AuthFailure",
				""),
			FAKE_CLOSE, false},
		{"X-Amz-Date: 20990102T0304", VPCS(VPC("vpc-1"), ""), FAKE_CLOSE, false},
		{"X-Amz-Date: 20990102T0304", VPCS(VPC("vpc-1"), ""), FAKE_CLOSE, false},
		{"X-Amz-Date: 20990102T0304",
			REFUSAL("401 No", "Date: Fri, 02 Jan 2009 03:04:05 GMT\r\n", "AuthFailure",
				""),
			FAKE_CLOSE, false},
		{"X-Amz-Date: 20090102T0304",
			REFUSAL("401 No", "Date: Fri, 02 Jan 2099 03:04:05 GMT\r\n", "AuthFailure",
				""),
			FAKE_CLOSE, false},
		{0}};
	struct aws_vpcs vpcs;
	struct setup setup;

	(void)state;
	start(&setup, steps);
	assert_true(list_vpcs(&setup, &vpcs));
	assert_true(list_vpcs(&setup, &vpcs));
	assert_false(list_vpcs(&setup, &vpcs));
	assert_int_equal(setup.fault.failure, CLOUD_WAIT_FOR_USER);
	stop(&setup);
}

static bool
says_no(void *context)
{
	(void)context;
	return false;
}

static void
nothing_is_sent_by_one_who_may_not_call(void **state)
{
	static const struct fake_step steps[] = {{0}};
	static const struct aws_role role = {.arn = STS_ARN};
	struct aws_client *lent;
	struct aws_peering peering;
	struct setup setup;

	(void)state;
	start(&setup, steps);
	setup.place.role = &role;
	setup.settings.may_call = says_no;
	lent = setup.client;
	setup.client = aws_client_new(&setup.settings, NULL);
	assert_false(create(&setup, &peering));
	assert_int_equal(setup.fault.failure, CLOUD_BACK_OFF);
	assert_string_equal(setup.fault.code, "NotLeader");
	assert_int_equal(setup.fault.status, 0);
	aws_client_free(lent);
	stop(&setup);
}

static bool
says_yes_once(void *context)
{
	const struct fake_server *server = context;

	return atomic_load(&server->served) == 0;
}

static void
nothing_is_repeated_by_one_who_may_not_call_any_more(void **state)
{
	static const struct fake_step steps[] = {
		{"DescribeVpcs", REFUSAL("500 Oops", "", "InternalError", ""), FAKE_CLOSE, false},
		{0}};
	struct aws_client *lent;
	struct aws_vpcs vpcs;
	struct setup setup;

	(void)state;
	start(&setup, steps);
	setup.settings.may_call = says_yes_once;
	setup.settings.context = &setup.server;
	lent = setup.client;
	setup.client = aws_client_new(&setup.settings, NULL);
	assert_false(list_vpcs(&setup, &vpcs));
	assert_string_equal(setup.fault.code, "NotLeader");
	aws_client_free(lent);
	stop(&setup);
}

static void
a_dry_run_tells_the_permission(void **state)
{
	static const struct fake_step steps[] = {
		{"&DryRun=true",
			REFUSAL("412 Precondition Failed", "", "DryRunOperation",
				"would have succeeded"),
			FAKE_CLOSE, false},
		{"&DryRun=true",
			REFUSAL("403 Forbidden", "", "UnauthorizedOperation", "You are not"),
			FAKE_CLOSE, false},
		{"VpcPeeringConnectionId=pcx-1", DONE, FAKE_CLOSE, false},
		{"VpcPeeringConnectionId=pcx-1",
			REFUSAL("400 Bad", "", "InvalidVpcPeeringConnectionID.NotFound", "none"),
			FAKE_CLOSE, false},
		{0}};
	struct setup setup;

	(void)state;
	start(&setup, steps);
	assert_true(remove_peering(&setup, true));
	assert_false(remove_peering(&setup, true));
	assert_int_equal(setup.fault.failure, CLOUD_WAIT_FOR_USER);
	assert_string_equal(setup.fault.code, "UnauthorizedOperation");
	assert_string_equal(setup.fault.message, "You are not");
	assert_true(remove_peering(&setup, false));
	assert_false(remove_peering(&setup, false));
	assert_int_equal(setup.fault.failure, CLOUD_GONE);
	stop(&setup);
	assert_null(strstr(setup.server.last, "DryRun"));
}

static void
a_channel_is_kept_for_the_next_call(void **state)
{
	static const char kept[] =
		FAKE_KEPT("80") "<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>            "
				"              ";
	static const struct fake_step steps[] = {{"DescribeVpcs", kept, FAKE_KEEP, false},
		{"DescribeVpcs", kept, FAKE_KEEP, false}, {"DescribeVpcs", kept, FAKE_HOLD, false},
		{0}};
	struct aws_vpcs vpcs;
	struct setup setup;

	(void)state;
	start(&setup, steps);
	/* The server takes one connection at a time: a second one would wait for ever. */
	for (int i = 0; i < 3; i++)
		assert_true(list_vpcs(&setup, &vpcs));
	stop(&setup);
}

static void *
list_in_thread(void *context)
{
	struct setup *setup = context;
	struct aws_vpcs vpcs;

	return list_vpcs(setup, &vpcs) ? setup : NULL;
}

static void
an_abort_ends_the_call_that_is_under_way_and_every_later_one(void **state)
{
	static const struct fake_step steps[] = {
		{"DescribeVpcs", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", FAKE_HOLD, false},
		{0}};
	struct aws_vpcs vpcs;
	struct setup setup;
	pthread_t thread;
	void *listed;

	(void)state;
	start(&setup, steps);
	thread_start(&thread, list_in_thread, &setup);
	assert_true(FAKE_EVENTUALLY(atomic_load(&setup.server.served) == 1));
	aws_client_abort(setup.client);
	pthread_join(thread, &listed);
	assert_null(listed);
	assert_int_equal(setup.fault.failure, CLOUD_BACK_OFF);
	assert_false(list_vpcs(&setup, &vpcs));
	assert_int_equal(setup.fault.failure, CLOUD_BACK_OFF);
	stop(&setup);
}

static void *
list_often(void *context)
{
	static const struct aws_listing all = {0};
	static const struct aws_place place = {.region = "eu-west-1"};
	struct arena *arena = arena_new(MEMORY);
	intptr_t listed = 0;

	for (int i = 0; i < CALLS; i++) {
		struct aws_error fault;
		struct aws_vpcs vpcs;

		listed += aws_client_vpcs(arena, context, &place, &all, &vpcs, &fault) &&
			  vpcs.count == 1;
	}
	arena_free(arena);
	return (void *)listed; // NOLINT(performance-no-int-to-ptr)
}

static void
many_threads_call_at_once(void **state)
{
	struct fake_step steps[THREADS * CALLS + 2] = {{0}};
	pthread_t threads[THREADS];
	intptr_t total = 0;
	struct setup setup;

	(void)state;
	for (size_t i = 0; i < THREADS * CALLS + 1; i++)
		steps[i] = (struct fake_step){"Action=DescribeVpcs",
			i == 5 ? REFUSAL("503 Busy", "", "Unavailable", "")
			       : VPCS(VPC("vpc-1"), ""),
			FAKE_CLOSE, false};
	start(&setup, steps);
	for (int i = 0; i < THREADS; i++)
		thread_start(&threads[i], list_often, setup.client);
	for (int i = 0; i < THREADS; i++) {
		void *listed;

		pthread_join(threads[i], &listed);
		total += (intptr_t)listed;
	}
	assert_int_equal(total, THREADS * CALLS);
	stop(&setup);
}

static void
requests_are_counted_by_what_came_of_them(void **state)
{
	static const char *const results[] = {"done", "lost", "throttled", "fault", "refused"};
	struct buffer text;

	/* By the tests before. */
	(void)state;
	buffer_init(&text, 64 * 1024);
	metrics_write(&text);
	for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
		char line[96];

		snprintf(line, sizeof line, "peerwarden_aws_requests_total{action=\"%s\",result",
			i == 2 ? "CreateVpcPeeringConnection" : "DescribeVpcs");
		assert_non_null(strstr(buffer_text(&text), line));
		snprintf(line, sizeof line, ",result=\"%s\"} ", results[i]);
		assert_non_null(strstr(buffer_text(&text), line));
	}
	assert_non_null(strstr(
		buffer_text(&text), "{action=\"DeleteVpcPeeringConnection\",result=\"done\"} 2\n"));
	buffer_dispose(&text);
}

static void
settings_that_cannot_work_are_refused_at_once(void **state)
{
	static const char *const rows[] = {
		"AWS_ENDPOINT_URL=http://example.com",
		"AWS_ENDPOINT_URL_EC2=https://example.com/path",
		"AWS_CA_BUNDLE=/nowhere/ca.pem",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *const environment[] = {rows[i], NULL};
		const struct aws_client_settings settings = {.environment = environment};
		struct error error = {0};

		assert_null(aws_client_new(&settings, &error));
		assert_int_not_equal(error.kind, ERROR_NONE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_signed_for_its_region_and_read),
		cmocka_unit_test(all_pages_of_a_list_come_as_one),
		cmocka_unit_test(a_list_by_ids_has_one_page),
		cmocka_unit_test(a_list_that_does_not_end_is_given_up),
		cmocka_unit_test(a_list_that_is_too_large_for_its_arena_is_a_fault),
		cmocka_unit_test(reading_is_repeated_after_a_fault_of_aws_and_after_a_lost_answer),
		cmocka_unit_test(a_peering_is_never_created_twice),
		cmocka_unit_test(a_change_that_aws_refused_for_now_is_sent_again),
		cmocka_unit_test(keys_that_are_refused_are_renewed_once),
		cmocka_unit_test(keys_that_cannot_be_had_are_waited_for),
		cmocka_unit_test(a_wrong_clock_is_put_right_for_this_call_and_the_next),
		cmocka_unit_test(nothing_is_sent_by_one_who_may_not_call),
		cmocka_unit_test(nothing_is_repeated_by_one_who_may_not_call_any_more),
		cmocka_unit_test(a_dry_run_tells_the_permission),
		cmocka_unit_test(a_channel_is_kept_for_the_next_call),
		cmocka_unit_test(an_abort_ends_the_call_that_is_under_way_and_every_later_one),
		cmocka_unit_test(many_threads_call_at_once),
		cmocka_unit_test(requests_are_counted_by_what_came_of_them),
		cmocka_unit_test(settings_that_cannot_work_are_refused_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
