/* What is accepted comes out as canonical text that reads back as the same prefix, and the
 * arithmetic on it agrees with itself. */
#include "base/cleanup.h"
#include "network/prefix.h"
#include "tests/support/fuzz.h"

static void
reckon(const struct prefix *prefix)
{
	struct prefix network = prefix_network(prefix);
	struct address last = prefix_last(prefix);
	struct prefix next;

	FUZZ_CHECK(prefix->length <= prefix_bits(prefix->address.family));
	FUZZ_CHECK(!prefix_has_host_bits(&network));
	FUZZ_CHECK(
		prefix_has_host_bits(prefix) != address_equal(&prefix->address, &network.address));
	FUZZ_CHECK(prefix_contains(&network, &prefix->address) && prefix_contains(&network, &last));
	FUZZ_CHECK(prefix_covers(&network, prefix) && prefix_overlaps(prefix, &network));
	if (prefix_next(&network, &next)) {
		FUZZ_CHECK(!prefix_overlaps(&network, &next));
		FUZZ_CHECK(address_compare(&last, &next.address) < 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(fuzz_free) char *input = fuzz_text(data, size);
	char text[PREFIX_TEXT_SIZE], again_text[PREFIX_TEXT_SIZE];
	struct prefix prefix, again;
	const char *reason = NULL;

	if (!prefix_parse(input, &prefix, &reason)) {
		FUZZ_CHECK(reason && *reason);
		return 0;
	}
	prefix_format(&prefix, text);
	FUZZ_CHECK(prefix_parse(text, &again, &reason) && again.length == prefix.length);
	FUZZ_CHECK(address_equal(&again.address, &prefix.address));
	FUZZ_CHECK(strcmp(prefix_format(&again, again_text), text) == 0);
	reckon(&prefix);
	return 0;
}
