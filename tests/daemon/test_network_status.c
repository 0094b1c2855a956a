#include "daemon/network_status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "format/json_limits.h"
#include "tests/daemon/crowded_network.h"

#define NOW (INT64_C(1767323045) * CLOCK_SECOND) /* 2026-01-02T03:04:05Z */

static int
setup(void **state)
{
	*state = arena_new(64 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* JSON with ' in place of ". */
static const struct json *
json_of(struct arena *arena, const char *text)
{
	char *copy = arena_text(arena, text);
	const struct json *value;

	for (char *at = copy; *at; at++)
		if (*at == '\'')
			*at = '"';
	value = json_parse(arena, copy, strlen(copy), &json_file_limits, NULL);
	assert_non_null(value);
	return value;
}

static const struct json *
object_of(struct arena *arena, const char *annotations, const char *status)
{
	return json_of(
		arena, arena_printf(arena,
			       "{'metadata':{'name':'n','generation':3,'resourceVersion':'77',"
			       "'annotations':%s},'status':%s}",
			       annotations, status));
}

/* What is told, as JSON with ' in place of "; "" for nothing. */
static const char *
told(struct arena *arena, const struct network_answer *answer)
{
	struct buffer patch;
	char *text;

	buffer_init(&patch, NETWORK_STATUS_SIZE);
	text = arena_text(
		arena, network_status_write(arena, answer, &patch) ? buffer_text(&patch) : "");
	assert_false(patch.overflowed);
	buffer_dispose(&patch);
	for (char *at = text; *at; at++)
		if (*at == '"')
			*at = '\'';
	return text;
}

static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix;
	const char *reason;

	assert_true(prefix_parse(text, &prefix, &reason));
	return prefix;
}

/* A network with something of each. */
static struct cloud_network
sample(struct arena *arena)
{
	static const struct tag tags[] = {{"c-1", ""}, {"Name", "a \"b\""}};
	static const struct tag table_tags[] = {{"z", "1"}, {"a", "2"}};
	static const struct cloud_table tables[] = {
		{"rtb-2", table_tags, 2}, {"rtb-1", NULL, 0}, {"", NULL, 0}};
	static const struct cloud_peering peerings[] = {
		{"pcx-2", "123456789012/eu-west-1/vpc-2", "active"},
		{"pcx-1", "123456789012/eu-west-1/vpc-1", ""}, {"pcx-3", "", "failed"}};
	static const char *const rights[] = {"ec2:DeleteRoute", "ec2:CreateRoute"};
	struct prefix *ranges = ARENA_ARRAY(arena, struct prefix, 2);

	ranges[0] = prefix_of("10.3.0.0/16");
	ranges[1] = prefix_of("10.10.0.0/16");
	return (struct cloud_network){
		.owner = "123456789012",
		.region = "eu-west-1",
		.ranges = ranges,
		.range_count = 2,
		.tags = tags,
		.tag_count = 2,
		.peerings = peerings,
		.peering_count = 3,
		.tables_known = true,
		.tables = tables,
		.table_count = 3,
		.rights_known = true,
		.missing_rights = rights,
		.missing_right_count = 2,
	};
}

#define FACTS                                                                                      \
	"'owner':'123456789012','region':'eu-west-1','cidrs':['10.3.0.0/16','10.10.0.0/16'],"      \
	"'tags':{'Name':'a \\'b\\'','c-1':''},'peerings':[{'name':'pcx-1',"                        \
	"'network':'123456789012/eu-west-1/vpc-1'},{'name':'pcx-2',"                               \
	"'network':'123456789012/eu-west-1/vpc-2','state':'active'}],"                             \
	"'routeTables':[{'id':'rtb-1','tags':{}},{'id':'rtb-2','tags':{'a':'2','z':'1'}}],"        \
	"'missingRights':['ec2:CreateRoute','ec2:DeleteRoute']"
#define READY(status, since, reason, message)                                                      \
	"{'type':'Ready','status':'" status                                                        \
	"','observedGeneration':3,'lastTransitionTime':'" since "','reason':'" reason              \
	"','message':'" message "'}"
#define FOUND_SINCE(since) READY("True", since, "Found", "The network was found.")
#define EARLIER            "2026-01-01T00:00:00.000Z"
#define TIME               "2026-01-02T03:04:05.000Z"

/* As it stands after a good answer; its texts have no quotes in them. */
#define PLAIN                                                                                      \
	"'cidrs':['10.3.0.0/16'],'tags':{'a':'1','b':'2'},'peerings':[],'observedVersion':'7',"    \
	"'lastSeen':'" EARLIER "','conditions':[" FOUND_SINCE(EARLIER) "]"

static void
a_first_answer_is_told_in_full(void **state)
{
	struct cloud_network network = sample(*state);
	struct network_answer answer = {
		.object = object_of(*state, "{'peerwarden.io/refresh':'r-1'}", "null"),
		.network = &network,
		.now = NOW,
	};

	assert_string_equal(told(*state, &answer),
		"{'status':{" FACTS ",'conditions':[" FOUND_SINCE(
			TIME) "],'lastSeen':'" TIME
			      "','observedVersion':'77','observedRefresh':'r-1'}}");
}

static struct cloud_network
plain(struct arena *arena)
{
	static const struct tag tags[] = {{"b", "2"}, {"a", "1"}};
	struct prefix *range = ARENA_NEW(arena, struct prefix);

	*range = prefix_of("10.3.0.0/16");
	return (struct cloud_network){.owner = "",
		.region = "",
		.ranges = range,
		.range_count = 1,
		.tags = tags,
		.tag_count = 2};
}

static void
the_same_answer_in_another_order_is_not_told_again_until_the_last_one_is_old(void **state)
{
	struct cloud_network network = plain(*state);
	struct network_answer answer = {
		.object = object_of(*state, "{}", "{" PLAIN "}"),
		.network = &network,
		.now = NOW,
		.stale = 48 * 3600 * CLOCK_SECOND,
	};

	assert_string_equal(told(*state, &answer), "");
	answer.stale = 24 * 3600 * CLOCK_SECOND;
	assert_string_equal(
		told(*state, &answer), "{'status':{'lastSeen':'" TIME "','observedVersion':'77'}}");
	answer.now = 0; /* the last one is of a time to come */
	assert_string_equal(told(*state, &answer),
		"{'status':{'lastSeen':'1970-01-01T00:00:00.000Z','observedVersion':'77'}}");
}

static void
what_was_asked_for_is_told_even_if_nothing_has_changed(void **state)
{
	struct cloud_network network = plain(*state);
	struct network_answer answer = {
		.object = object_of(*state, "{'peerwarden.io/refresh':'r-2'}", "{" PLAIN "}"),
		.network = &network,
		.now = NOW,
		.stale = 48 * 3600 * CLOCK_SECOND,
	};

	assert_string_equal(told(*state, &answer),
		"{'status':{'lastSeen':'" TIME
		"','observedVersion':'77','observedRefresh':'r-2'}}");
}

static void
that_no_right_is_missing_is_told_where_all_were_judged(void **state)
{
	struct cloud_network network = plain(*state);
	struct network_answer answer = {
		.object =
			object_of(*state, "{}", "{" PLAIN ",'missingRights':['ec2:DeleteRoute']}"),
		.network = &network,
		.now = NOW,
	};

	network.rights_known = true;
	assert_string_equal(told(*state, &answer),
		"{'status':{'missingRights':[],'lastSeen':'" TIME "','observedVersion':'77'}}");
	network.rights_known = false;
	assert_string_equal(told(*state, &answer),
		"{'status':{'missingRights':null,'lastSeen':'" TIME "','observedVersion':'77'}}");
}

static void
rights_are_listed_only_where_all_were_judged_and_said_where_not(void **state)
{
	static const char *const many[] = {"ec2:A", "ec2:B", "ec2:C", "ec2:D", "ec2:E", "ec2:F",
		"ec2:G", "ec2:H", "", "ec2:J"};
	struct cloud_network network = plain(*state);
	struct network_answer answer = {
		.object =
			object_of(*state, "{}", "{" PLAIN ",'missingRights':['ec2:DeleteRoute']}"),
		.network = &network,
		.now = NOW,
	};
	const char *text;

	network.missing_rights = many;
	network.missing_right_count = 2;
	network.rights_known = true;
	assert_non_null(strstr(told(*state, &answer), "'missingRights':['ec2:A','ec2:B']"));
	network.rights_known = false;
	text = told(*state, &answer);
	assert_non_null(strstr(text, "'missingRights':null"));
	assert_non_null(strstr(text,
		"'The network was found. Not all rights could be judged; missing are at least "
		"ec2:A, ec2:B.'"));
	network.missing_right_count = 10;
	assert_non_null(strstr(told(*state, &answer), ", ec2:G, ec2:H and others.'"));
	network.missing_right_count = 8;
	assert_non_null(strstr(told(*state, &answer), ", ec2:G, ec2:H.'"));
}

static void
what_may_not_be_seen_is_not_told_as_none(void **state)
{
	struct cloud_network network = plain(*state);
	struct network_answer answer = {
		.object = object_of(*state, "{}", "{" PLAIN "}"),
		.network = &network,
		.now = NOW,
	};

	network.range_count = network.tag_count = 0;
	network.ranges_hidden = true;
	assert_non_null(strstr(
		told(*state, &answer), "'cidrs':null,'tags':{'a':null,'b':null},'lastSeen'"));
	network.tags_hidden = true;
	assert_string_equal(told(*state, &answer),
		"{'status':{'cidrs':null,'tags':null,'lastSeen':'" TIME
		"','observedVersion':'77'}}");
}

static void
tags_that_are_no_longer_there_are_taken_away(void **state)
{
	static const struct tag tags[] = {{"a", "3"}};
	struct cloud_network network = plain(*state);
	struct network_answer answer = {
		.object = object_of(*state, "{}", "{" PLAIN "}"),
		.network = &network,
		.now = NOW,
	};

	network.tags = tags;
	network.tag_count = 1;
	assert_string_equal(told(*state, &answer),
		"{'status':{'tags':{'a':'3','b':null},'lastSeen':'" TIME
		"','observedVersion':'77'}}");
	network.tag_count = 0;
	assert_string_equal(told(*state, &answer),
		"{'status':{'tags':{'a':null,'b':null},'lastSeen':'" TIME
		"','observedVersion':'77'}}");
}

static void
a_failure_keeps_what_was_seen_and_says_why_and_what_to_do(void **state)
{
	static const struct cloud_fault fault = {CLOUD_WAIT_FOR_USER, "ec2:DescribeVpcs",
		"UnauthorizedOperation", "the role may not call ec2:DescribeVpcs",
		"allow it in its policy"};
	struct network_answer answer = {
		.object = object_of(*state, "{}",
			"{'cidrs':['10.3.0.0/16'],'lastSeen':'" EARLIER
			"','conditions':[{'type':'Other','status':'True'}," FOUND_SINCE(
				EARLIER) "]}"),
		.fault = &fault,
		.now = NOW,
	};

	assert_string_equal(told(*state, &answer),
		"{'status':{'conditions':[{'type':'Other','status':'True'}," READY("False", TIME,
			"Unauthorized",
			"the role may not call ec2:DescribeVpcs. What to do: allow it in its "
			"policy. What stands here was seen at " EARLIER
			".") "],'observedVersion':'77'}}");
}

static void
the_same_failure_is_told_once(void **state)
{
	static const struct cloud_fault fault = {CLOUD_BACK_OFF, "", "Throttling", "too fast.", ""};
	struct network_answer answer = {
		.object = object_of(*state, "{}",
			"{'observedVersion':'7','conditions':[" READY(
				"False", EARLIER, "Throttled", "too fast.") "]}"),
		.fault = &fault,
		.now = NOW,
	};

	assert_string_equal(told(*state, &answer), "");
}

static void
what_is_gone_leaves_nothing_behind(void **state)
{
	static const struct cloud_fault fault = {CLOUD_GONE, "ec2:DescribeVpcs",
		"InvalidVpcID.NotFound", "there is no VPC vpc-1 in eu-west-1", ""};
	struct network_answer answer = {
		.object = object_of(*state, "{}", "{" PLAIN ",'owner':'1','region':'eu'}"),
		.fault = &fault,
		.now = NOW,
	};

	assert_string_equal(told(*state, &answer),
		"{'status':{'owner':null,'region':null,'cidrs':null,'tags':null,'peerings':null,"
		"'conditions':[" READY("False", TIME, "VpcNotFound",
			"there is no VPC vpc-1 in eu-west-1.") "],'lastSeen':'" TIME
							       "','observedVersion':'77'}}");
}

/* A zone with something of what a network has too. */
static struct cloud_network
zone(void)
{
	static const struct tag tag = {"c-1", ""};
	static const struct cloud_peering link = {"to-kyma", "/subscriptions/s/vnet", "Completed"};
	static const char *const rights[] = {"r"};

	return (struct cloud_network){
		.owner = "s",
		.region = "global",
		.tags = &tag,
		.tag_count = 1,
		.peerings = &link,
		.peering_count = 1,
		.tables_known = true,
		.rights_known = true,
		.missing_rights = rights,
		.missing_right_count = 1,
		.most_peerings = 1000,
	};
}

#define ZONE_FOUND READY("True", TIME, "Found", "The zone or ruleset was found.")

static void
a_zone_has_links_and_their_limit_in_place_of_addresses_and_tables(void **state)
{
	struct cloud_network found = zone();
	struct network_answer answer = {
		.kind = KIND_REMOTE_ZONE,
		.object = object_of(*state, "{}", "{'maxLinks':500}"),
		.network = &found,
		.now = NOW,
	};

	assert_string_equal(told(*state, &answer),
		"{'status':{'owner':'s','region':'global','tags':{'c-1':''},'links':[{'name':"
		"'to-kyma','network':'/subscriptions/s/vnet','state':'Completed'}],'maxLinks':1000,"
		"'missingRights':['r'],'conditions':[" ZONE_FOUND "],'lastSeen':'" TIME
		"','observedVersion':'77'}}");
	found.most_peerings = 0; /* of a ruleset Azure does not say it */
	assert_non_null(strstr(told(*state, &answer), "'maxLinks':null"));
}

static void
a_zone_that_is_gone_leaves_nothing_behind(void **state)
{
	static const struct cloud_fault fault = {
		CLOUD_GONE, "", "ResourceNotFound", "there is no zone", ""};
	struct network_answer answer = {
		.kind = KIND_REMOTE_ZONE,
		.object = object_of(*state, "{}",
			"{'owner':'s','region':'global','tags':{},'links':[],'maxLinks':7,"
			"'lastSeen':'" EARLIER "'}"),
		.fault = &fault,
		.now = NOW,
	};

	assert_string_equal(told(*state, &answer),
		"{'status':{'owner':null,'region':null,'tags':null,'links':null,'maxLinks':null,"
		"'conditions':[" READY("False", TIME, "FailedLoadingPrivateDnzZone",
			"there is no zone.") "],'lastSeen':'" TIME "','observedVersion':'77'}}");
}

static void
a_failed_look_up_of_a_zone_says_when_its_facts_were_seen(void **state)
{
	static const struct cloud_fault fault = {
		CLOUD_BACK_OFF, "", "TooManyRequests", "too fast", ""};
	struct network_answer answer = {
		.kind = KIND_REMOTE_ZONE,
		.object = object_of(*state, "{}", "{'tags':{},'lastSeen':'" EARLIER "'}"),
		.fault = &fault,
		.now = NOW,
	};

	assert_non_null(strstr(
		told(*state, &answer), "'too fast. What stands here was seen at " EARLIER ".'"));
}

static void
a_condition_keeps_its_time_while_it_stays_false(void **state)
{
	static const struct cloud_fault fault = {CLOUD_PERMANENT, "", "Odd", "it is odd", ""};
	struct network_answer answer = {
		.object = object_of(*state, "{}",
			"{'conditions':[" READY("False", EARLIER, "Throttled", "too fast.") "]}"),
		.fault = &fault,
		.now = NOW,
	};

	assert_non_null(strstr(told(*state, &answer),
		READY("False", EARLIER, "CloudProviderError", "it is odd.")));
}

static void
a_problem_is_a_line_without_what_only_the_owner_can_read(void **state)
{
	static const struct {
		const char *message, *problem;
	} rows[] = {
		{"it is gone", "it is gone"},
		{"it is gone. ", "it is gone"},
		{"", "the look-up has failed"},
		{NULL, "the look-up has failed"},
		{"...", "the look-up has failed"},
		{"no\n\tway", "no  way"},
		{"You are not authorized. Encoded authorization failure message: AbC-_",
			"You are not authorized"},
		{"Encoded authorization failure message: AbC", "the look-up has failed"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(
			network_status_problem(*state, &(struct cloud_fault){CLOUD_PERMANENT, "",
							       "", rows[i].message, ""}),
			rows[i].problem);
}

static void
reasons_are_those_of_kyma(void **state)
{
	static const struct {
		enum cloud_failure failure;
		const char *code, *reason;
		enum kind kind;
	} rows[] = {
		{CLOUD_GONE, "InvalidVpcID.NotFound", "VpcNotFound", KIND_REMOTE_NETWORK},
		{CLOUD_GONE, "", "VpcNotFound", KIND_REMOTE_NETWORK},
		{CLOUD_WAIT_FOR_USER, "UnauthorizedOperation", "Unauthorized", KIND_REMOTE_NETWORK},
		{CLOUD_WAIT_FOR_USER, "AccessDenied", "Unauthorized", KIND_REMOTE_NETWORK},
		{CLOUD_WAIT_FOR_USER, "AuthFailure", "Unauthenticated", KIND_REMOTE_NETWORK},
		{CLOUD_WAIT_FOR_USER, "VpcPeeringConnectionLimitExceeded", "QuotaExceeded",
			KIND_REMOTE_NETWORK},
		{CLOUD_BACK_OFF, "RequestLimitExceeded", "Throttled", KIND_REMOTE_NETWORK},
		{CLOUD_BACK_OFF, "Throttling", "Throttled", KIND_REMOTE_NETWORK},
		{CLOUD_BACK_OFF, "InternalError", "CloudProviderError", KIND_REMOTE_NETWORK},
		{CLOUD_CREDENTIALS, "", "Unauthenticated", KIND_REMOTE_NETWORK},
		{CLOUD_PERMANENT, "InvalidParameterValue", "CloudProviderError",
			KIND_REMOTE_NETWORK},
		{CLOUD_GONE, "", "FailedLoadingPrivateDnzZone", KIND_REMOTE_ZONE},
		{CLOUD_WAIT_FOR_USER, "forbidden", "Unauthorized", KIND_REMOTE_NETWORK},
		{CLOUD_WAIT_FOR_USER, "IAM_PERMISSION_DENIED", "Unauthorized", KIND_REMOTE_NETWORK},
		{CLOUD_BACK_OFF, "rateLimitExceeded", "Throttled", KIND_REMOTE_NETWORK},
		{CLOUD_BACK_OFF, "userRateLimitExceeded", "Throttled", KIND_REMOTE_NETWORK},
		{CLOUD_BACK_OFF, "RATE_LIMIT_EXCEEDED", "Throttled", KIND_REMOTE_NETWORK},
		{CLOUD_WAIT_FOR_USER, "QUOTA_EXCEEDED", "QuotaExceeded", KIND_REMOTE_NETWORK},
		{CLOUD_WAIT_FOR_USER, "UNAUTHENTICATED", "Unauthenticated", KIND_REMOTE_NETWORK},
		{CLOUD_WAIT_FOR_USER, "AuthorizationFailed", "Unauthorized", KIND_REMOTE_ZONE},
		{CLOUD_WAIT_FOR_USER, "InvalidAuthenticationTokenTenant", "Unauthenticated",
			KIND_REMOTE_ZONE},
		{CLOUD_BACK_OFF, "SubscriptionRequestsThrottled", "Throttled", KIND_REMOTE_ZONE},
		{CLOUD_WAIT_FOR_USER, "VirtualNetworkPeeringCountLimitReached", "QuotaExceeded",
			KIND_REMOTE_NETWORK},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(
			network_status_reason(rows[i].kind,
				&(struct cloud_fault){rows[i].failure, "", rows[i].code, "", ""}),
			rows[i].reason);
}

static void
a_status_says_whether_somebody_waits(void **state)
{
	static const char *const good = "{'observedVersion':'7','conditions':[" FOUND_SINCE(
		EARLIER) "],'observedRefresh':'r-1','lastSeen':'" EARLIER "'}";
	static const struct {
		const char *annotations, *status;
		bool asked;
	} rows[] = {
		{"{}", "null", true},
		{"{}", "{'conditions':[" FOUND_SINCE(EARLIER) "]}", true},
		{"{}", "{'observedVersion':'7'}", true},
		{"{}",
			"{'observedVersion':'7','conditions':[{'type':'Ready','status':'True',"
			"'observedGeneration':2}]}",
			true},
		{"{}", NULL, false},
		{"{'peerwarden.io/refresh':''}", NULL, false},
		{"{'peerwarden.io/refresh':'r-1'}", NULL, false},
		{"{'peerwarden.io/refresh':'r-2'}", NULL, true},
		{"{'peerwarden.io/refresh':'r-'}", NULL, true},
		{"{'peerwarden.io/refresh':'r-11'}", NULL, true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *status = rows[i].status ? rows[i].status : good;

		if (network_status_read(object_of(*state, rows[i].annotations, status)).asked !=
			rows[i].asked)
			fail_msg("row %zu", i);
	}
	assert_true(network_status_read(object_of(*state, "{}", good)).answered);
	assert_int_equal(network_status_read(object_of(*state, "{}", good)).seen,
		INT64_C(1767225600) * CLOCK_SECOND);
}

static void
only_the_beginning_of_a_long_question_counts(void **state)
{
	struct cloud_network network = plain(*state);
	char refresh[71];
	struct network_answer answer = {.network = &network, .now = NOW};
	const char *cut;

	memset(refresh, 'x', sizeof refresh);
	refresh[70] = '\0';
	answer.object = object_of(*state,
		arena_printf(*state, "{'peerwarden.io/refresh':'%s'}", refresh), "{" PLAIN "}");
	cut = arena_printf(*state, "'observedRefresh':'%.64s'}}", refresh);
	assert_non_null(strstr(told(*state, &answer), cut));
	assert_false(network_status_read(
		object_of(*state, arena_printf(*state, "{'peerwarden.io/refresh':'%s'}", refresh),
			arena_printf(*state, "{" PLAIN ",'observedRefresh':'%.64s'}", refresh)))
			     .asked);
}

static void
a_failed_look_up_is_no_answer_but_that_nothing_is_there_is_one(void **state)
{
	assert_false(network_status_read(
		object_of(*state, "{}",
			"{'conditions':[" READY("False", EARLIER, "Throttled", "x") "]}"))
			     .answered);
	assert_true(network_status_read(
		object_of(*state, "{}",
			"{'conditions':[" READY("False", EARLIER, "VpcNotFound", "x") "]}"))
			    .answered);
	assert_true(network_status_read(object_of(*state, "{}",
						"{'conditions':[" READY("False", EARLIER,
							"FailedLoadingPrivateDnzZone", "x") "]}"))
			    .answered);
}

static const struct json *
status_of_crowded(struct arena *arena)
{
	struct cloud_network network = crowded_network(arena);
	struct network_answer answer = {
		.object = object_of(arena, "{}", "null"), .network = &network, .now = NOW};
	struct buffer patch;
	const struct json *all;

	buffer_init(&patch, NETWORK_STATUS_SIZE);
	assert_true(network_status_write(arena, &answer, &patch));
	assert_false(patch.overflowed);
	all = json_parse(arena, buffer_text(&patch), patch.length, &json_file_limits, NULL);
	assert_non_null(all);
	buffer_dispose(&patch);
	return json_member(all, "status");
}

static void
what_the_kind_has_no_room_for_is_left_out_and_counted(void **state)
{
	const struct json *status = status_of_crowded(*state);
	const struct json *tables = json_member(status, "routeTables");
	const struct json *ready = json_first(json_member(status, "conditions"));

	assert_int_equal(json_count(json_member(status, "cidrs")), 1024);
	assert_int_equal(json_count(json_member(status, "tags")), 512);
	assert_int_equal(json_count(json_member(status, "peerings")), 1024);
	assert_int_equal(json_count(tables), 512);
	assert_int_equal(json_count(json_member(json_first(tables), "tags")), 64);
	assert_int_equal(json_count(json_member(status, "missingRights")), 64);
	assert_int_equal(strlen(json_member_text(status, "owner")), 128);
	assert_int_equal(strlen(json_member_text(json_first(tables), "id")), 64);
	assert_null(json_member(status, "region"));
	assert_string_equal(json_member_text(ready, "message"),
		"The network was found. There is no room here for all of it, and this is left "
		"out: cidrs (976 of 2000), tags (1488 of 2000), peerings (976 of 2000), "
		"routeTables (1488 of 2000), tags of routeTables (36 of 2099), missingRights "
		"(1936 of 2000).");
}

static void
what_is_too_large_together_is_left_out_too(void **state)
{
	struct cloud_network network = crowded_network(*state);
	struct tag *tags = ARENA_ARRAY(*state, struct tag, 500);
	struct network_answer answer = {
		.object = object_of(*state, "{}", "null"), .network = &network, .now = NOW};

	for (int i = 0; i < 500; i++)
		tags[i] = (struct tag){
			arena_printf(*state, "%d", i), arena_printf(*state, "%01000d", i)};
	network.tags = tags;
	network.tag_count = 500;
	assert_non_null(strstr(told(*state, &answer), "tags (241 of 500), peerings"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_first_answer_is_told_in_full),
		cmocka_unit_test(
			the_same_answer_in_another_order_is_not_told_again_until_the_last_one_is_old),
		cmocka_unit_test(what_was_asked_for_is_told_even_if_nothing_has_changed),
		cmocka_unit_test(that_no_right_is_missing_is_told_where_all_were_judged),
		cmocka_unit_test(rights_are_listed_only_where_all_were_judged_and_said_where_not),
		cmocka_unit_test(what_may_not_be_seen_is_not_told_as_none),
		cmocka_unit_test(tags_that_are_no_longer_there_are_taken_away),
		cmocka_unit_test(a_failure_keeps_what_was_seen_and_says_why_and_what_to_do),
		cmocka_unit_test(the_same_failure_is_told_once),
		cmocka_unit_test(what_is_gone_leaves_nothing_behind),
		cmocka_unit_test(a_zone_has_links_and_their_limit_in_place_of_addresses_and_tables),
		cmocka_unit_test(a_zone_that_is_gone_leaves_nothing_behind),
		cmocka_unit_test(a_failed_look_up_of_a_zone_says_when_its_facts_were_seen),
		cmocka_unit_test(a_condition_keeps_its_time_while_it_stays_false),
		cmocka_unit_test(a_problem_is_a_line_without_what_only_the_owner_can_read),
		cmocka_unit_test(reasons_are_those_of_kyma),
		cmocka_unit_test(a_status_says_whether_somebody_waits),
		cmocka_unit_test(only_the_beginning_of_a_long_question_counts),
		cmocka_unit_test(a_failed_look_up_is_no_answer_but_that_nothing_is_there_is_one),
		cmocka_unit_test(what_the_kind_has_no_room_for_is_left_out_and_counted),
		cmocka_unit_test(what_is_too_large_together_is_left_out_too),
	};
	struct CMUnitTest fresh[sizeof tests / sizeof *tests];

	memcpy(fresh, tests, sizeof tests);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
		fresh[i].setup_func = setup;
		fresh[i].teardown_func = teardown;
	}
	return cmocka_run_group_tests(fresh, NULL, NULL);
}
