/* The topology: its order, what becomes a node or an edge, and where findings stand. */
#include "report/topology.h"

#include "tests/report/sample.h"

static const struct field cidr_block = {"spec.cidrBlock", 0};

static int
set_up(void **state)
{
	static struct sample sample;

	sample_init(&sample);
	*state = &sample;
	return 0;
}

static int
tear_down(void **state)
{
	sample_dispose(*state);
	return 0;
}

static const struct topology *
topology_made(struct sample *sample)
{
	return topology_of(sample->arena, sample->inventory, &sample->report);
}

static const struct topology_edge *
edge(const struct topology *topology, const char *first, const char *second)
{
	for (size_t i = 0; i < topology->edge_count; i++)
		if (strcmp(topology->nodes[topology->edges[i].first].name, first) == 0 &&
			strcmp(topology->nodes[topology->edges[i].second].name, second) == 0)
			return &topology->edges[i];
	fail_msg("no edge between %s and %s", first, second);
	return NULL;
}

static void
an_empty_inventory_has_an_empty_topology(void **state)
{
	const struct topology *topology = topology_made(*state);

	assert_int_equal(topology->node_count, 0);
	assert_int_equal(topology->edge_count, 0);
}

static void
both_directions_of_a_peering_are_one_edge(void **state)
{
	struct sample *sample = *state;
	const struct topology *topology;

	sample_vpc(sample, "b", "a c");
	sample_vpc(sample, "a", "b");
	topology = topology_made(sample);

	assert_int_equal(topology->node_count, 3);
	assert_int_equal(topology->edge_count, 2);
	assert_string_equal(topology->nodes[0].name, "VPC a");
	assert_string_equal(topology->nodes[2].name, "VPC c");
	assert_true(topology->nodes[0].defined);
	assert_false(topology->nodes[2].defined);
	assert_int_equal(topology->nodes[1].edge_count, 2);
	assert_true(edge(topology, "VPC a", "VPC b")->from_first);
	assert_true(edge(topology, "VPC a", "VPC b")->from_second);
	assert_false(edge(topology, "VPC b", "VPC c")->from_second);
}

static void
remote_networks_and_zones_hang_on_the_shoot(void **state)
{
	struct sample *sample = *state;
	const struct topology *topology;

	sample_aws(sample, "to-data", "vpc-1");
	sample_zone(sample, "to-zone", "example.com");
	topology = topology_made(sample);

	assert_int_equal(topology->node_count, 3);
	assert_int_equal(
		edge(topology, "AWS VPC vpc-1", "the shoot's network")->join, TOPOLOGY_PEERING);
	assert_int_equal(edge(topology, "the shoot's network", "DNS zone example.com")->join,
		TOPOLOGY_DNS_LINK);
}

static void
a_node_names_the_first_of_its_prefixes(void **state)
{
	struct sample *sample = *state;
	const struct topology *topology;

	sample_vpc(sample, "a", "");
	for (int i = 9; i >= 0; i--)
		sample_subnet(sample, arena_printf(sample->arena, "net-%d", i), "a",
			arena_printf(sample->arena, "10.%d.0.0/16", i));
	topology = topology_made(sample);

	assert_int_equal(topology->node_count, 1);
	assert_int_equal(topology->nodes[0].prefix_count, 10);
	assert_string_equal(topology->nodes[0].prefixes[0], "10.0.0.0/16");
	assert_string_equal(topology->nodes[0].prefixes[TOPOLOGY_PREFIXES - 1], "10.7.0.0/16");
}

static void
a_finding_about_an_entry_stands_at_its_peering_alone(void **state)
{
	struct sample *sample = *state;
	const struct finding *finding;
	const struct topology *topology;

	sample_vpc(sample, "a", "b c");
	finding = sample_finding(sample, "link-address-conflict", ACTION_WARN,
		(struct sample_party){
			KIND_VPC, "a", {"spec.vpcPeerings[%d].localConnectIP", 1}, "1"},
		(struct sample_party){0}, "");
	topology = topology_made(sample);

	assert_int_equal(edge(topology, "VPC a", "VPC b")->findings.state, TOPOLOGY_SOUND);
	assert_int_equal(edge(topology, "VPC a", "VPC c")->findings.state, TOPOLOGY_WARNED);
	assert_int_equal(edge(topology, "VPC a", "VPC c")->findings.count, 1);
	assert_string_equal(edge(topology, "VPC a", "VPC c")->findings.ids[0], finding->id);
	assert_int_equal(topology->nodes[0].findings.count, 0);
}

static void
overlapping_subnets_redden_the_peering_between_them(void **state)
{
	struct sample *sample = *state;
	const struct topology *topology;

	sample_vpc(sample, "a", "b");
	sample_subnet(sample, "net-a", "a", "10.0.0.0/16");
	sample_subnet(sample, "net-b", "b", "10.0.0.0/16");
	for (int i = 0; i < 9; i++)
		sample_finding(sample, "cidr-overlap", i ? ACTION_WARN : ACTION_DENY,
			(struct sample_party){KIND_SUBNET, "net-a", cidr_block,
				arena_printf(sample->arena, "%d", i)},
			(struct sample_party){KIND_SUBNET, "net-b", cidr_block, ""}, "");
	topology = topology_made(sample);

	assert_int_equal(edge(topology, "VPC a", "VPC b")->findings.state, TOPOLOGY_CONFLICT);
	assert_int_equal(edge(topology, "VPC a", "VPC b")->findings.count, 9);
	assert_int_equal(topology->nodes[0].findings.count, 0);
}

static void
without_a_peering_the_networks_themselves_are_marked(void **state)
{
	struct sample *sample = *state;
	const struct topology *topology;

	sample_vpc(sample, "a", "hub");
	sample_vpc(sample, "b", "hub");
	sample_subnet(sample, "net-a", "a", "10.0.0.0/16");
	sample_subnet(sample, "net-b", "b", "10.0.0.0/16");
	sample_finding(sample, "cidr-overlap", ACTION_DENY,
		(struct sample_party){KIND_SUBNET, "net-a", cidr_block, ""},
		(struct sample_party){KIND_SUBNET, "net-b", cidr_block, ""}, "");
	sample_finding(sample, "cidr-overlap", ACTION_DENY,
		(struct sample_party){KIND_SUBNET, "unknown", cidr_block, ""},
		(struct sample_party){0}, "");
	topology = topology_made(sample);

	assert_int_equal(topology->nodes[0].findings.state, TOPOLOGY_CONFLICT);
	assert_int_equal(topology->nodes[1].findings.count, 1);
	assert_int_equal(topology->nodes[2].findings.count, 0);
	assert_int_equal(edge(topology, "VPC a", "VPC hub")->findings.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_empty_inventory_has_an_empty_topology, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			both_directions_of_a_peering_are_one_edge, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			remote_networks_and_zones_hang_on_the_shoot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_node_names_the_first_of_its_prefixes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_finding_about_an_entry_stands_at_its_peering_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			overlapping_subnets_redden_the_peering_between_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			without_a_peering_the_networks_themselves_are_marked, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
