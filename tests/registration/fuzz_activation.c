/* Any object as a live webhook configuration, against what is shipped: what is to be written is
 * JSON that keeps everything but the entries, nothing binds without an answer, and with an answer
 * every way ends at what is wanted. */
#include "base/cleanup.h"
#include "base/text.h"
#include "format/json.h"
#include "registration/activation.h"
#include "registration/wanted.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 256 << 20, MOST_STEPS = 2 };

static const struct json *
wanted_of(enum registration_type type)
{
	static struct wanted wanted;
	static struct arena *arena;

	if (!arena) {
		arena = arena_new(MEMORY);
		FUZZ_CHECK(
			wanted_read(arena, "manifests/webhook-configurations.yaml", &wanted, NULL));
	}
	return wanted.configurations[type];
}

static const struct json *
written(struct arena *arena, const char *text, const struct json *live)
{
	const struct json *object = json_parse(arena, text, strlen(text), &json_file_limits, NULL);
	size_t had = json_member(live, "webhooks") ? 0 : 1;

	FUZZ_CHECK(object);
	FUZZ_CHECK(json_count(object) == json_count(live) + had);
	FUZZ_CHECK(json_equal(json_member(object, "metadata"), json_member(live, "metadata")));
	return object;
}

static bool
binds(const struct json *configuration, const char *name)
{
	const struct json *entry = json_first(json_member(configuration, "webhooks"));

	for (; entry; entry = json_next(entry))
		if (text_equal(json_member_text(entry, "name"), name))
			return text_equal(json_member_text(entry, "failurePolicy"), "Fail");
	return false;
}

static void
check_unanswered(struct arena *arena, const struct json *live, enum registration_type type)
{
	const struct activation_view view = {type, wanted_of(type), live, PROBE_SILENT};
	struct activation_step step = activation_plan(arena, &view);
	const char *name =
		json_member_text(json_first(json_member(view.wanted, "webhooks")), "name");

	FUZZ_CHECK(step.state < ACTIVATION_STATES && step.action < ACTIVATION_ACTIONS);
	FUZZ_CHECK(activation_writes(step.action) == (step.object != NULL));
	if (step.object && binds(written(arena, step.object, live), name))
		FUZZ_CHECK(binds(live, name));
}

static void
check_answered(struct arena *arena, const struct json *live, enum registration_type type)
{
	struct activation_view view = {type, wanted_of(type), live, PROBE_ANSWERED};
	struct activation_step step = activation_plan(arena, &view);

	for (int i = 0; i < MOST_STEPS && step.action != ACTIVATION_NOTHING; i++) {
		FUZZ_CHECK(step.object);
		view.live = written(arena, step.object, view.live);
		step = activation_plan(arena, &view);
	}
	FUZZ_CHECK(step.action == ACTIVATION_NOTHING);
	FUZZ_CHECK(step.state == ACTIVATION_ARMED || step.state == ACTIVATION_MANUAL);
}

/* Go knows only one member of a name. */
static bool
is_plain(const char *text, size_t size, struct arena *arena, const struct json **live)
{
	struct json_limits limits = json_file_limits;

	limits.refuse_duplicates = true;
	*live = json_parse(arena, text, size, &limits, NULL);
	return json_is_object(*live);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	const struct json *live;

	if (!is_plain(text, size, arena, &live))
		return 0;
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++) {
		check_unanswered(arena, live, type);
		check_answered(arena, live, type);
	}
	return 0;
}
