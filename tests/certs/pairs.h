/* Key pairs for the tests of certs/: made with the code under test, at a fixed time. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "certs/key_pair.h"

#define PAIRS_DAY INT64_C(86400)
#define PAIRS_NOW INT64_C(1800000000)

static const char *const pairs_hosts[] = {
	"peerwarden-webhook.network.svc", "peerwarden-webhook", "10.0.0.7", "fd00::7", NULL};

static inline struct key_pair
pairs_authority_for(struct arena *arena, int64_t validity)
{
	struct key_pair pair;
	struct error error = {0};

	if (!key_pair_new_authority(arena,
		    &(struct key_pair_order){
			    .subject = "Peerwarden CA", .now = PAIRS_NOW, .validity = validity},
		    &pair, &error))
		fail_msg("%s", error.message);
	return pair;
}

static inline struct key_pair
pairs_authority(struct arena *arena)
{
	return pairs_authority_for(arena, 730 * PAIRS_DAY);
}

static inline struct key_pair
pairs_leaf(struct arena *arena, const struct key_pair *authority)
{
	struct key_pair pair;
	struct error error = {0};

	if (!key_pair_new_leaf(arena,
		    &(struct key_pair_order){.subject = "peerwarden-webhook",
			    .hosts = pairs_hosts,
			    .now = PAIRS_NOW,
			    .validity = 90 * PAIRS_DAY},
		    authority, &pair, &error))
		fail_msg("%s", error.message);
	return pair;
}
