/* The readers of what Google Cloud answers: whatever comes in, it is a whole answer or a failure
 * with words. */
#include "base/cleanup.h"
#include "base/text.h"
#include "cloud/gcp_compute.h"
#include "cloud/gcp_rights.h"
#include "cloud/gcp_tags.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 1 << 20 };

static void
check_outcome(bool good, const struct error *error)
{
	if (good)
		return;
	fuzz_check_error(error);
	FUZZ_CHECK(error->kind == ERROR_INVALID || error->kind == ERROR_EXHAUSTED);
}

static void
check_error(const struct gcp_error *error)
{
	FUZZ_CHECK(error->failure > CLOUD_NONE && error->failure < CLOUD_FAILURES);
	FUZZ_CHECK(strlen(error->code) <= 128 && strlen(error->message) <= 1024);
	FUZZ_CHECK(!strpbrk(error->message, "\r\n\t") && !strpbrk(error->hint, "\r\n`$;"));
	FUZZ_CHECK(!error->busy || error->failure == CLOUD_RETRY_NOW);
}

static void
read_single(struct arena *arena, const struct json *root)
{
	struct error error = FUZZ_ERROR;
	struct gcp_network network;
	struct gcp_operation operation;
	struct gcp_rights rights;
	bool good = gcp_compute_read_network(arena, root, &network, &error);

	check_outcome(good, &error);
	for (size_t i = 0; good && i < network.peering_count; i++)
		FUZZ_CHECK(text_starts_with(network.peerings[i].network, "projects/") &&
			   *network.peerings[i].name);
	check_outcome(gcp_rights_read(arena, root, &rights, &error), &error);
	good = gcp_compute_read_operation(arena, root, &operation, &error);
	check_outcome(good, &error);
	if (good && operation.failed)
		check_error(&operation.error);
}

static void
read_lists(struct arena *arena, const struct json *root)
{
	struct error error = FUZZ_ERROR;
	struct gcp_subnetworks subnetworks = {0};
	struct gcp_routes routes = {0};
	struct gcp_tags tags = {0};
	const char *next;

	/* twice, as two pages */
	for (int page = 0; page < 2; page++) {
		check_outcome(
			gcp_compute_read_subnetworks(arena, root, &subnetworks, &next, &error),
			&error);
		check_outcome(gcp_compute_read_routes(arena, root, &routes, &next, &error), &error);
		check_outcome(gcp_tags_read(arena, root, &tags, &next, &error), &error);
	}
	FUZZ_CHECK(!gcp_tags_find(&tags, ""));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct error error = FUZZ_ERROR;
	const struct json *root = gcp_compute_parse(arena, text, size, &error);
	struct gcp_error read = gcp_error_read(arena, 400, text, size);

	check_error(&read);
	check_outcome(root, &error);
	if (!root)
		return 0;
	read_single(arena, root);
	read_lists(arena, root);
	return 0;
}
