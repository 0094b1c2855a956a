/* An AdmissionReview from anybody: decoded, and answered in a way that stays one JSON value. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "webhook/mutate.h"
#include "webhook/review.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A small shoot, so that there is something to supply. */
static struct source *
source(void)
{
	static struct source *opened;
	struct source_settings settings = {.folder = "docs/examples/inventory"};

	if (!opened)
		opened = source_open(&settings, NULL);
	if (!opened)
		abort();
	return opened;
}

static void
answer(struct arena *arena, const struct review *review)
{
	CLEANUP(buffer_dispose) struct buffer out, patch;
	const char *warnings[] = {review->name, review->user};
	struct review_answer answer = {.code = 409,
		.message = review->kind,
		.warnings = warnings,
		.warning_count = 2,
		.verdict = "deny",
		.rules = review->subresource};
	struct declaration declaration;

	buffer_init(&out, SIZE_MAX);
	buffer_init(&patch, SIZE_MAX);
	answer.changes = mutate(arena, source(), review, &patch).changes;
	answer.patch = &patch;
	review_write(&out, review->uid, &answer);
	if (!json_parse(arena, out.data, out.length, &json_file_limits, NULL) ||
		!json_parse(arena, patch.data, patch.length, &json_file_limits, NULL))
		abort();
	review_groups(arena, review);
	if (review->definition)
		kind_decode(arena, review->definition, review->object, NULL, &declaration, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(64 * 1024 * 1024);
	struct review review;
	char *text = malloc(size + 1);

	if (!text)
		abort();
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (review_decode(arena, text, size, &review, NULL))
		answer(arena, &review);
	free(text);
	return 0;
}
