/* The readers of virtual networks and peerings: whatever comes in, it is a whole answer or a
 * failure with words. */
#include "base/cleanup.h"
#include "cloud/azure_network.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 1 << 20 };

static void
check_failure(const struct error *error)
{
	fuzz_check_error(error);
	FUZZ_CHECK(error->kind == ERROR_INVALID || error->kind == ERROR_EXHAUSTED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct error error = FUZZ_ERROR;
	const struct json *root = azure_read_object(arena, text, size, &error);
	struct azure_vnet vnet;
	struct azure_peering peering;
	struct azure_peerings peerings;

	if (!root) {
		check_failure(&error);
		return 0;
	}
	if (!azure_network_read_vnet(arena, root, &vnet, &error))
		check_failure(&error);
	else
		FUZZ_CHECK(*vnet.id && *vnet.name && vnet.ranges.count > 0);
	if (!azure_network_read_peering(arena, root, &peering, &error))
		check_failure(&error);
	else
		FUZZ_CHECK(*peering.id && *peering.name && *peering.remote && peering.etag);
	if (!azure_network_read_peerings(arena, root, &peerings, &error))
		check_failure(&error);
	for (size_t i = 0; i < peerings.count; i++)
		FUZZ_CHECK(peerings.items[i].id && peerings.items[i].state_text);
	FUZZ_CHECK(peerings.next);
	return 0;
}
