/* An address is accepted exactly where the C library's inet_pton, which reads as Go does, accepts
 * it, with the same bits; its canonical text reads back as the same address. */
#include <arpa/inet.h>

#include "base/cleanup.h"
#include "network/address.h"
#include "tests/support/fuzz.h"

static uint64_t
from_bytes(const unsigned char *bytes, size_t count)
{
	uint64_t number = 0;

	for (size_t i = 0; i < 8; i++)
		number = number << 8 | (i < count ? bytes[i] : 0);
	return number;
}

static bool
read_otherwise(const char *text, struct address *address)
{
	unsigned char bytes[16] = {0};

	if (inet_pton(AF_INET, text, bytes) == 1) {
		*address = (struct address){from_bytes(bytes, 4), 0, FAMILY_4};
		return true;
	}
	if (inet_pton(AF_INET6, text, bytes) != 1)
		return false;
	*address = (struct address){from_bytes(bytes, 8), from_bytes(bytes + 8, 8), FAMILY_6};
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct address address, other, again;
	char canonical[PREFIX_TEXT_SIZE];
	const char *reason = NULL;

	if (!address_parse(text, &address, &reason)) {
		FUZZ_CHECK(reason && *reason);
		FUZZ_CHECK(!read_otherwise(text, &other));
		return 0;
	}
	FUZZ_CHECK(read_otherwise(text, &other) && address_equal(&address, &other));
	address_format(&address, canonical);
	FUZZ_CHECK(address_parse(canonical, &again, &reason) && address_equal(&address, &again));
	FUZZ_CHECK(address_compare(&address, &again) == 0);
	reason = NULL;
	FUZZ_CHECK(address_is_unicast(&address, &reason) || (reason && *reason));
	return 0;
}
