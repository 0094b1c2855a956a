/* The decoders of EC2: whatever comes in, it is a whole answer or a failure with words. */
#include "base/cleanup.h"
#include "cloud/aws_ec2.h"
#include "cloud/aws_error.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 1 << 20 };

static void
check_outcome(bool good, const struct error *error)
{
	if (good)
		return;
	fuzz_check_error(error);
	FUZZ_CHECK(error->kind == ERROR_INVALID || error->kind == ERROR_EXHAUSTED ||
		   error->kind == ERROR_CONFLICT);
}

static void
read_lists(struct arena *arena, const struct xml *root)
{
	struct error error = FUZZ_ERROR;
	struct aws_vpcs vpcs = {0};
	struct aws_peerings peerings = {0};
	struct aws_route_tables tables = {0};
	bool good = aws_ec2_read_vpcs(arena, root, &vpcs, &error);

	check_outcome(good, &error);
	for (size_t i = 0; good && i < vpcs.count; i++)
		FUZZ_CHECK(*vpcs.items[i].id && !aws_ec2_tag(&vpcs.items[i].tags, "\n"));
	good = aws_ec2_read_peerings(arena, root, &peerings, &error);
	check_outcome(good, &error);
	for (size_t i = 0; good && i < peerings.count; i++)
		FUZZ_CHECK(*peerings.items[i].id && *peerings.items[i].accepter.vpc);
	good = aws_ec2_read_route_tables(arena, root, &tables, &error);
	check_outcome(good, &error);
	for (size_t i = 0; good && i < tables.count; i++)
		for (size_t j = 0; j < tables.items[i].route_count; j++)
			FUZZ_CHECK(!tables.items[i].routes[j].target ==
				   !*tables.items[i].routes[j].target_id);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct error error = FUZZ_ERROR;
	const struct xml *root = xml_parse(arena, text, size, NULL);
	struct aws_error read = aws_error_read(arena, 400, text, size);
	struct aws_peering peering;

	FUZZ_CHECK(read.code && read.message && read.request_id && read.failure != CLOUD_NONE);
	read_lists(arena, root);
	check_outcome(aws_ec2_read_peering(arena, root, &peering, &error), &error);
	check_outcome(aws_ec2_read_done(root, &error), &error);
	return 0;
}
