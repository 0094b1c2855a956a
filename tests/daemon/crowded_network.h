/* A network with more of everything than a RemoteNetwork has room for: its texts are too long too.
 */
#pragma once

#include <stdlib.h>

#include "base/arena.h"
#include "cloud/cloud.h"

enum { CROWD = 2000 };

static inline struct cloud_network
crowded_network(struct arena *arena)
{
	struct prefix *ranges = ARENA_ARRAY(arena, struct prefix, CROWD);
	struct tag *tags = ARENA_ARRAY(arena, struct tag, CROWD);
	struct cloud_peering *peerings = ARENA_ARRAY(arena, struct cloud_peering, CROWD);
	struct cloud_table *tables = ARENA_ARRAY(arena, struct cloud_table, CROWD);
	const char **rights = ARENA_ARRAY(arena, const char *, CROWD);
	const char *end = arena_printf(arena, "%0*d", 3000, 0);

	for (int i = 0; i < CROWD; i++) {
		const char *reason;

		if (!prefix_parse(arena_printf(arena, "10.%d.%d.0/24", i / 256, i % 256),
			    &ranges[i], &reason))
			abort();
		tags[i] = (struct tag){arena_printf(arena, "tag-%d", i), "v"};
		peerings[i] = (struct cloud_peering){
			arena_printf(arena, "pcx-%d", i), "1/eu-west-1/vpc-1", "active"};
		tables[i] = (struct cloud_table){arena_printf(arena, "rtb-%d", i),
			i == 0 ? tags : tags + 1, i == 0 ? 100 : 1};
		rights[i] = arena_printf(arena, "ec2:%d", i);
	}
	tags[0].value = peerings[0].network = rights[0] = tables[0].id = end;
	return (struct cloud_network){
		.owner = end,
		.region = end,
		.ranges = ranges,
		.range_count = CROWD,
		.tags = tags,
		.tag_count = CROWD,
		.peerings = peerings,
		.peering_count = CROWD,
		.most_peerings = 1000,
		.tables_known = true,
		.tables = tables,
		.table_count = CROWD,
		.rights_known = true,
		.missing_rights = rights,
		.missing_right_count = CROWD,
	};
}
