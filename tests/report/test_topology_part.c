/* Parts of a topology, numbers, names, and what controllers say. */
#include "report/topology.h"

#include "tests/report/sample.h"

static const struct field entry = {"spec.vpcPeerings[%d].remoteVpc", 0};

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

static void
add_chain(struct sample *sample)
{
	sample_vpc(sample, "a", "b");
	sample_vpc(sample, "b", "a c");
	sample_vpc(sample, "c", "b d");
	sample_vpc(sample, "d", "c");
}

static size_t
nodes_near(struct sample *sample, const char *name, size_t depth)
{
	const struct topology *part =
		topology_near(sample->arena, topology_made(sample), name, depth);

	return part ? part->node_count : 0;
}

static void
a_part_reaches_over_as_many_edges_as_asked_for(void **state)
{
	add_chain(*state);
	assert_int_equal(nodes_near(*state, "b", 0), 1);
	assert_int_equal(nodes_near(*state, "b", 1), 3);
	assert_int_equal(nodes_near(*state, "b", 2), 4);
	assert_int_equal(nodes_near(*state, "d", 2), 3);
}

static void
a_node_goes_by_its_key_its_name_and_the_end_of_it(void **state)
{
	add_chain(*state);
	assert_int_equal(nodes_near(*state, "vpc/a", 1), 2);
	assert_int_equal(nodes_near(*state, "VPC a", 1), 2);
	assert_int_equal(nodes_near(*state, "a", 1), 2);
	assert_null(topology_near(
		((struct sample *)*state)->arena, topology_made(*state), "nobody", 1));
}

static void
a_part_keeps_its_edges_with_what_is_known_of_them(void **state)
{
	struct sample *sample = *state;
	const struct topology *part;

	add_chain(sample);
	sample_finding(sample, "cidr-overlap", ACTION_DENY,
		(struct sample_party){KIND_VPC, "d", entry, ""}, (struct sample_party){0}, "");
	part = topology_near(sample->arena, topology_made(sample), "d", 1);
	assert_int_equal(part->edge_count, 1);
	assert_string_equal(part->nodes[part->edges[0].first].name, "VPC c");
	assert_string_equal(part->nodes[part->edges[0].second].name, "VPC d");
	assert_int_equal(part->edges[0].findings.state, TOPOLOGY_CONFLICT);
	assert_int_equal(part->edges[0].findings.number, 1);
	assert_int_equal(part->nodes[0].edge_count, 1);
}

static void
what_is_denied_is_numbered_before_what_is_warned_of(void **state)
{
	struct sample *sample = *state;
	const struct topology *topology;

	add_chain(sample);
	sample_finding(sample, "missing-route", ACTION_WARN,
		(struct sample_party){KIND_VPC, "a", entry, ""}, (struct sample_party){0}, "");
	sample_finding(sample, "quota", ACTION_DENY,
		(struct sample_party){KIND_VPC, "d", entry, ""}, (struct sample_party){0}, "");
	topology = topology_made(sample);
	assert_int_equal(topology->edges[0].findings.number, 2);
	assert_int_equal(topology->edges[1].findings.number, 0);
	assert_int_equal(topology->edges[2].findings.number, 1);
}

static void
rules_that_deny_are_named_first_and_each_once(void **state)
{
	struct sample *sample = *state;
	const struct topology_findings *findings;

	add_chain(sample);
	for (int i = 0; i < 12; i++)
		sample_finding(sample, i % 2 ? "missing-route" : "quota",
			i == 9 ? ACTION_DENY : ACTION_WARN,
			(struct sample_party){
				KIND_VPC, "a", entry, arena_printf(sample->arena, "%d", i)},
			(struct sample_party){0}, "");
	findings = &topology_made(sample)->edges[0].findings;
	assert_int_equal(findings->count, 12);
	assert_int_equal(findings->rule_count, 2);
	assert_string_equal(findings->rules[0], "missing-route");
	assert_string_equal(findings->rules[1], "quota");
}

static void
more_rules_than_are_kept_lose_the_mildest(void **state)
{
	struct sample *sample = *state;
	const struct topology_findings *findings;

	add_chain(sample);
	for (int i = 0; i < TOPOLOGY_RULES + 3; i++)
		sample_finding(sample, arena_printf(sample->arena, "rule-%d", i),
			i == TOPOLOGY_RULES + 2 ? ACTION_DENY : ACTION_WARN,
			(struct sample_party){KIND_VPC, "a", entry, ""}, (struct sample_party){0},
			"");
	findings = &topology_made(sample)->edges[0].findings;
	assert_int_equal(findings->rule_count, TOPOLOGY_RULES);
	assert_string_equal(findings->rules[0], "rule-8");
	assert_string_equal(findings->rules[1], "rule-0");
}

static void
only_vpcs_of_kube_ovn_can_be_peered_on_one_side(void **state)
{
	struct sample *sample = *state;
	const struct topology *topology;

	sample_vpc(sample, "a", "b c");
	sample_vpc(sample, "b", "a");
	sample_aws(sample, "remote", "vpc-1");
	topology = topology_made(sample);
	assert_int_equal(topology->edge_count, 3);
	assert_false(topology_is_one_sided(topology, &topology->edges[0]));
	assert_false(topology_is_one_sided(topology, &topology->edges[1]));
	assert_true(topology_is_one_sided(topology, &topology->edges[2]));
}

static void
a_bad_standing_warns_and_goes_before_a_good_one(void **state)
{
	static const struct topology_standing items[] = {
		{{KIND_AWS_VPC_PEERING, "", "one"}, "active", true},
		{{KIND_AWS_VPC_PEERING, "", "two"}, "Error: no such VPC", false},
		{{KIND_AWS_VPC_PEERING, "", "three"}, "Ready", true},
		{{KIND_AWS_VPC_PEERING, "", "four"}, "active", true},
		{{KIND_AWS_VPC_PEERING, "", "gone"}, "Error", false},
	};
	const struct topology_standings standings = {items, 5};
	struct sample *sample = *state;
	const struct topology *topology;

	sample_aws(sample, "one", "vpc-1");
	sample_aws(sample, "two", "vpc-1");
	sample_aws(sample, "three", "vpc-2");
	sample_aws(sample, "four", "vpc-2");
	topology = topology_with(sample->arena, sample->inventory, NULL, &standings);
	assert_string_equal(topology->edges[0].standing, "Error: no such VPC");
	assert_int_equal(topology->edges[0].findings.state, TOPOLOGY_WARNED);
	assert_int_equal(topology->edges[0].findings.number, 1);
	assert_string_equal(topology->edges[1].standing, "Ready");
	assert_int_equal(topology->edges[1].findings.state, TOPOLOGY_SOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_part_reaches_over_as_many_edges_as_asked_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_node_goes_by_its_key_its_name_and_the_end_of_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_part_keeps_its_edges_with_what_is_known_of_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_denied_is_numbered_before_what_is_warned_of, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			rules_that_deny_are_named_first_and_each_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			more_rules_than_are_kept_lose_the_mildest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			only_vpcs_of_kube_ovn_can_be_peered_on_one_side, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_bad_standing_warns_and_goes_before_a_good_one, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
