/* Any Lease: what is taken from it fits, and goes through an election without doing harm. */
#include "kube/leader.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 16 << 20 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct json_limits limits = {.bytes = 1 << 20, .depth = 32, .values = 10000};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	const struct json *object = json_parse(arena, text, size, &limits, NULL);
	struct election_rules rules = election_rules_usual();
	struct election election;
	struct election_lease lease, written;
	struct error error = FUZZ_ERROR;

	if (!leader_decode(object, &lease, &error)) {
		fuzz_check_error(&error);
		return 0;
	}
	FUZZ_CHECK(*lease.version && memchr(lease.version, '\0', sizeof lease.version));
	FUZZ_CHECK(memchr(lease.holder, '\0', sizeof lease.holder));
	FUZZ_CHECK(lease.duration >= 0 && lease.transitions >= 0);
	election_init(&election, &rules, "me");
	FUZZ_CHECK(election_next(&election, CLOCK_SECOND) == ELECTION_READ);
	election_answered(&election, ELECTION_READ_DONE, &lease, CLOCK_SECOND);
	FUZZ_CHECK(!election_is_sure(&election, CLOCK_SECOND));
	if (election_next(&election, CLOCK_SECOND) == ELECTION_WAIT)
		return 0;
	written = election_wanted(&election);
	FUZZ_CHECK(strcmp(written.holder, "me") == 0 && written.duration == 15 * CLOCK_SECOND);
	FUZZ_CHECK(written.transitions >= lease.transitions);
	return 0;
}
