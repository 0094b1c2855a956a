/* The readers of zones, rulesets and links: whatever comes in, it is a whole answer or a failure
 * with words; and a link that is written again with what was read is good JSON. */
#include "base/cleanup.h"
#include "cloud/azure_dns.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 1 << 20, LARGER = 64 << 20 };

static void
check_failure(const struct error *error)
{
	fuzz_check_error(error);
	FUZZ_CHECK(error->kind == ERROR_INVALID || error->kind == ERROR_EXHAUSTED);
}

static void
check_written(enum arm_type type, const struct azure_link *link)
{
	const struct azure_link_wish wish = {
		.network = link->network, .registers = link->registers, .tags = link->tags};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(LARGER);
	CLEANUP(buffer_dispose) struct buffer body;
	struct error error = {0};

	buffer_init(&body, MEMORY);
	azure_dns_write_link(&body, type, &wish);
	FUZZ_CHECK(body.overflowed ||
		   azure_read_object(arena, buffer_text(&body), body.length, &error) ||
		   error.kind == ERROR_EXHAUSTED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct error error = FUZZ_ERROR;
	const struct json *root = azure_read_object(arena, text, size, &error);
	struct azure_zone zone;
	struct azure_ruleset ruleset;
	struct azure_link link;
	struct azure_links links;

	if (!root) {
		check_failure(&error);
		return 0;
	}
	if (!azure_dns_read_zone(arena, root, &zone, &error))
		check_failure(&error);
	else
		FUZZ_CHECK(zone.links >= -1 && zone.most_links >= -1);
	if (!azure_dns_read_ruleset(arena, root, &ruleset, &error))
		check_failure(&error);
	if (!azure_dns_read_links(arena, root, &links, &error))
		check_failure(&error);
	else
		FUZZ_CHECK(links.next && (links.count == 0 || links.items));
	if (!azure_dns_read_link(arena, root, &link, &error)) {
		check_failure(&error);
		return 0;
	}
	check_written(ARM_ZONE, &link);
	check_written(ARM_RULESET, &link);
	return 0;
}
