/* The clusters that the order tests ask about: random ones, and the objects of every scenario. */
#pragma once

#include "tests/validators/topology.h"

struct cluster {
	struct arena *arena;
	const struct declaration *items[TOPOLOGY_OBJECTS];
	size_t count;
	uint64_t seed;     /* for what the test draws itself */
	const char *name;  /* how to find it again */
	const char *texts; /* a random one as manifests; "" otherwise */
};

/* Calls `check` for so many random clusters, or as many as PEERWARDEN_CASES says; from the seed
 * that PEERWARDEN_SEED says. Fails the running test when an object does not decode. */
void clusters_random(unsigned cases, void (*check)(const struct cluster *cluster));

/* Calls `check` for every scenario under tests/scenarios: all that it speaks of, as one bundle. */
void clusters_of_scenarios(void (*check)(const struct cluster *cluster));

/* Fails with the cluster, which is too long for a message of cmocka. */
#define fail_about(cluster, ...)                                                                   \
	do {                                                                                       \
		fprintf(stderr, "%s\n%s\n", (cluster)->texts,                                      \
			arena_printf((cluster)->arena, __VA_ARGS__));                              \
		fail_msg("%s", (cluster)->name);                                                   \
	} while (0)
