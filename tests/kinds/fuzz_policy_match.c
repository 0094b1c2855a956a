/* The match of a policy route: each part is a pair of networks of one family, and what is taken
 * away from itself leaves nothing that is sure. */
#include <stdint.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "kinds/policy_match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CAP = 64 * 1024 * 1024 };

static void
check(const struct policy_match *match)
{
	if (match->count > POLICY_MATCH_PARTS)
		abort();
	for (size_t i = 0; i < match->count; i++)
		if (match->parts[i].source.address.family !=
				match->parts[i].destination.address.family ||
			prefix_has_host_bits(&match->parts[i].source) ||
			prefix_has_host_bits(&match->parts[i].destination))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(CAP);
	const char *text = arena_text_part(arena, (const char *)data, size);
	struct policy_match match = policy_match_read(arena, text), rest;

	check(&match);
	rest = policy_match_without(arena, match, match);
	check(&rest);
	for (size_t i = 0; i < rest.count; i++)
		if (!rest.parts[i].partial)
			abort();
	return 0;
}
