/* Answers that the clouds' users and moto have recorded, read by the decoders of EC2. */
#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cloud/aws_ec2.h"
#include "format/json.h"
#include "tests/cloud/aws_ec2_answers.h"
#include "tests/support/cloud_examples.h"

/* What an SDK made of an answer, back as EC2 had written it: names begin in lower case, and a list
 * is a set of items. */
static void
write_value(struct arena *arena, struct buffer *out, const struct json *value)
{
	const char *text = json_text(value);

	if (json_member(value, "__class__")) {
		buffer_append_text(out, "2017-07-04T15:40:53.000Z");
	} else if (json_is_boolean(value)) {
		buffer_append_text(out, json_boolean(value, false) ? "true" : "false");
	} else if (json_is_number(value)) {
		buffer_append_text(out, json_number_text(arena, value));
	}
	for (; text && *text; text++) {
		if (*text == '<' || *text == '&')
			buffer_printf(out, "&#%d;", *text);
		else
			buffer_append_char(out, *text);
	}
}

static void write_children(struct arena *arena, struct buffer *out, const struct json *value);

static void
write_member(struct arena *arena, struct buffer *out, const struct json *value)
{
	const char *given = json_name(value);
	char *name = arena_printf(arena, "%sSet", given ? given : "item");
	size_t length = strlen(name) - strlen("Set");

	name[0] = (char)tolower((unsigned char)name[0]);
	if (!json_is_array(value) || text_ends_with(given, "Set"))
		name[length] = '\0';
	else
		memcpy(name + length - 1, "Set", sizeof "Set"); /* instead of the plural's s */
	buffer_printf(out, "<%s>", name);
	write_children(arena, out, value);
	buffer_printf(out, "</%s>", name);
}

static void
write_children(struct arena *arena, struct buffer *out, const struct json *value)
{
	const struct json *child = json_first(value);

	if (!child || json_member(value, "__class__"))
		write_value(arena, out, value);
	else
		for (; child; child = json_next(child))
			write_member(arena, out, child);
}

static const struct xml *
parse_recorded(struct arena *arena, const char *name, const char *path, const char *root)
{
	CLEANUP(buffer_dispose) struct buffer text, out;
	struct error error = {0};
	const struct json *json;

	buffer_init(&text, MEMORY);
	buffer_init(&out, MEMORY);
	cloud_examples_read(name, &text);
	json = json_parse(arena, buffer_text(&text), text.length, &json_file_limits, &error);
	assert_non_null(json);
	buffer_printf(&out, "<%sResponse>", root);
	write_children(arena, &out, json_nearest(json, path));
	buffer_printf(&out, "</%sResponse>", root);
	return parse(arena, buffer_text(&out));
}

#define REAL     "aws/real/custodian_"
#define SNAPSHOT "aws/real/localemu_snapshot_cross_region_peering.json"
#define RECORDING                                                                                  \
	"[tests/aws/services/ec2/"                                                                 \
	"test_ec2.py::TestEc2Integrations::test_vcp_peering_difference_regions].recorded-content"

static void
real_peerings_in_each_step_are_read(void **state)
{
	struct aws_peering peering;
	struct aws_peerings peerings;

	assert_true(aws_ec2_read_peering(*state,
		parse_recorded(*state, REAL "stale_CreateVpcPeeringConnection.json", "data",
			"CreateVpcPeeringConnection"),
		&peering, NULL));
	assert_int_equal(peering.state, AWS_PEERING_INITIATING);
	assert_string_equal(peering.expires, "2017-07-04T15:40:53.000Z");
	check_ranges(&peering.requester.ranges, "10.4.0.0/16");
	check_ranges(&peering.accepter.ranges, "");
	assert_true(peering.requester.has_options && !peering.accepter.has_options);
	assert_true(aws_ec2_read_peering(*state,
		parse_recorded(*state, REAL "stale_AcceptVpcPeeringConnection.json", "data",
			"AcceptVpcPeeringConnection"),
		&peering, NULL));
	assert_int_equal(peering.state, AWS_PEERING_PROVISIONING);
	check_ranges(&peering.accepter.ranges, "10.5.0.0/16");
	assert_true(aws_ec2_read_done(
		parse_recorded(*state, REAL "stale_DeleteVpcPeeringConnection.json", "data",
			"DeleteVpcPeeringConnection"),
		NULL));
	assert_true(aws_ec2_read_peerings(*state,
		parse_recorded(*state,
			REAL "test_peer_cross_account_DescribeVpcPeeringConnections.json", "data",
			"DescribeVpcPeeringConnections"),
		&peerings, NULL));
	assert_int_equal(peerings.count, 1);
	assert_string_equal(peerings.items[0].accepter.owner, "644160558196");
	check_ranges(&peerings.items[0].requester.ranges, "172.31.0.0/16");
	assert_true(peerings.items[0].accepter.has_options);
	assert_false(peerings.items[0].requester.has_options);
}

static void
real_peerings_across_regions_are_read(void **state)
{
	struct aws_peerings peerings;

	assert_true(aws_ec2_read_peerings(*state,
		parse_recorded(*state, SNAPSHOT, RECORDING ".pending-acceptance",
			"DescribeVpcPeeringConnections"),
		&peerings, NULL));
	assert_int_equal(peerings.count, 1);
	assert_int_equal(peerings.items[0].state, AWS_PEERING_PENDING);
	check_ranges(&peerings.items[0].accepter.ranges, "");
	assert_string_equal(peerings.items[0].accepter.region, "<region:2>");
	assert_true(aws_ec2_read_peerings(*state,
		parse_recorded(*state, SNAPSHOT, RECORDING ".requester-peer",
			"DescribeVpcPeeringConnections"),
		&peerings, NULL));
	assert_int_equal(peerings.items[0].state, AWS_PEERING_ACTIVE);
	check_ranges(&peerings.items[0].accepter.ranges, "192.168.2.0/24");
}

static void
real_route_tables_are_read(void **state)
{
	struct aws_route_tables tables;
	size_t mains = 0;
	size_t routes = 0;
	size_t peered = 0;

	assert_true(aws_ec2_read_route_tables(*state,
		parse_recorded(*state, REAL "test_peer_miss_route_filter_DescribeRouteTables.json",
			"data", "DescribeRouteTables"),
		&tables, NULL));
	for (size_t i = 0; i < tables.count; i++) {
		mains += tables.items[i].main;
		routes += tables.items[i].route_count;
		for (size_t j = 0; j < tables.items[i].route_count; j++)
			peered += tables.items[i].routes[j].target == AWS_TARGET_PEERING;
	}
	assert_int_equal(tables.count, 4);
	assert_int_equal(mains, 3);
	assert_int_equal(routes, 12);
	assert_int_equal(peered, 0);
}

static const struct xml *
parse_example(struct arena *arena, const char *name)
{
	CLEANUP(buffer_dispose) struct buffer text;
	char path[128];

	buffer_init(&text, MEMORY);
	snprintf(path, sizeof path, "aws/%s.xml", name);
	cloud_examples_read(path, &text);
	return parse(arena, buffer_text(&text));
}

static void
answers_of_moto_are_read(void **state)
{
	struct arena *arena = *state;
	struct aws_vpcs vpcs;
	struct aws_peering peering;
	struct aws_peerings peerings;
	struct aws_route_tables tables;

	assert_true(aws_ec2_read_vpcs(
		arena, parse_example(arena, "moto/DescribeVpcs_filter"), &vpcs, NULL));
	assert_int_equal(vpcs.count, 1);
	check_ranges(&vpcs.items[0].ranges, "10.180.0.0/16");
	assert_string_equal(aws_ec2_tag(&vpcs.items[0].tags, "Name"), "shoot--kyma--c-123");
	assert_true(aws_ec2_read_peering(arena,
		parse_example(arena, "constructed/CreateVpcPeeringConnection"), &peering, NULL));
	assert_string_equal(peering.accepter.region, "us-west-2");
	assert_true(aws_ec2_read_peerings(arena,
		parse_example(arena, "moto/DescribeVpcPeeringConnections_pending"), &peerings,
		NULL));
	assert_int_equal(peerings.items[0].state, AWS_PEERING_PENDING);
	assert_string_equal(aws_ec2_tag(&peerings.items[0].tags, "Name"), "x");
	assert_true(aws_ec2_read_peerings(arena,
		parse_example(arena, "moto/DescribeVpcPeeringConnections_unknown"), &peerings,
		NULL));
	assert_int_equal(peerings.count, 0);
	assert_true(aws_ec2_read_route_tables(
		arena, parse_example(arena, "moto/DescribeRouteTables_after"), &tables, NULL));
	assert_true(tables.items[0].main);
	check_route(&tables.items[0].routes[1], "10.200.0.0/16", AWS_TARGET_PEERING,
		"pcx-93ddfd993d79e0061");
	assert_true(aws_ec2_read_done(parse_example(arena, "moto/ReplaceRoute"), NULL));
	assert_true(aws_ec2_read_done(parse_example(arena, "moto/CreateTags"), NULL));
	assert_true(aws_ec2_read_done(parse_example(arena, "moto/DeleteRoute"), NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(real_peerings_in_each_step_are_read),
		TEST(real_peerings_across_regions_are_read),
		TEST(real_route_tables_are_read),
		TEST(answers_of_moto_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
