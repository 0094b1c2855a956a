/* Random clusters for the property tests: objects as manifests, right and wrong, but never
 * malformed.
 *
 * Everything that two objects may fight for comes from small pools, so that they meet often; how
 * often is drawn once for each topology, so that some are sound throughout. One seed gives one
 * topology.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "network/declaration.h"

enum { TOPOLOGY_OBJECTS = 288 };

/* How many a test run asks about. Sanitizers take several times as long. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { TOPOLOGY_CASES = 600 };
#else
enum { TOPOLOGY_CASES = 3000 };
#endif

struct topology {
	struct arena *arena;
	const char *texts[TOPOLOGY_OBJECTS]; /* one object each, in YAML's flow style */
	size_t count;
};

/* Lives in the arena. */
struct topology topology_generate(struct arena *arena, uint64_t seed);

/* The declaration of one object, as the API server would store it. */
const struct declaration *topology_decode(struct arena *arena, const char *text);
