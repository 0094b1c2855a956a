/* For the tests of the forms of the picture: a small cluster in which everything occurs, and one
 * whose names are hostile. */
#pragma once

#include "base/cleanup.h"
#include "report/graph.h"
#include "tests/report/sample.h"

enum { SAMPLE_GRAPH_LIMIT = 8 << 20 };

#define SAMPLE_HOSTILE "<g/>\"]\\n&#x;\xe2\x80\xae|`"

static const struct field sample_entry = {"spec.vpcPeerings[%d].remoteVpc", 0};

/* a <-> b to be denied, a -> c of one side, an AWS VPC in trouble, a zone. */
static inline const struct topology *
sample_graph(struct sample *sample)
{
	static const struct topology_standing trouble[] = {
		{{KIND_AWS_VPC_PEERING, "", "remote"}, "Error: no such VPC", false}};
	const struct topology_standings standings = {trouble, 1};

	sample_vpc(sample, "a", "b c");
	sample_vpc(sample, "b", "a");
	sample_subnet(sample, "net-a", "a", "10.1.0.0/16");
	sample_subnet(sample, "net-a2", "a", "10.2.0.0/16");
	sample_aws(sample, "remote", "vpc-1");
	sample_zone(sample, "link", "example.com");
	sample_finding(sample, "cidr-overlap", ACTION_DENY,
		(struct sample_party){KIND_VPC, "a", sample_entry, ""}, (struct sample_party){0},
		"");
	return topology_with(sample->arena, sample->inventory, &sample->report, &standings);
}

static inline const struct topology *
sample_hostile_graph(struct sample *sample)
{
	static const struct topology_standing trouble[] = {
		{{KIND_AWS_VPC_PEERING, "", "remote"}, SAMPLE_HOSTILE, false}};
	const struct topology_standings standings = {trouble, 1};

	sample_vpc(sample, SAMPLE_HOSTILE, "other");
	sample_aws(sample, "remote", "vpc-1");
	return topology_with(sample->arena, sample->inventory, &sample->report, &standings);
}

/* Many VPCs in pairs; with `stride`, each is peered with one that far away as well. */
static inline const struct topology *
sample_big_graph(struct sample *sample, int nodes, int stride)
{
	for (int i = 0; i < nodes; i++)
		sample_vpc(sample, arena_printf(sample->arena, "v%05d", i),
			arena_printf(sample->arena, "v%05d v%05d", i ^ 1,
				stride ? (i + stride) % nodes : i ^ 1));
	return topology_of(sample->arena, sample->inventory, &sample->report);
}
