/* An AdmissionReview from anybody: decoded, changed, judged and answered. The answer stays one JSON
 * value, a refusal has a message and a code, and no finding is without words. */
#include "base/cleanup.h"
#include "base/text.h"
#include "format/json_write.h"
#include "tests/support/fuzz.h"
#include "validators/verdict.h"
#include "webhook/decide.h"
#include "webhook/mutate.h"
#include "webhook/review.h"

enum { MEMORY = 64 << 20 };

/* A small shoot, so that there is something to supply and to conflict with. */
static struct source *
source(void)
{
	static struct source *opened;
	struct source_settings settings = {.folder = "docs/examples/inventory"};

	if (!opened)
		opened = source_open(&settings, NULL);
	FUZZ_CHECK(opened);
	return opened;
}

static void
check_finding(struct arena *arena, const struct finding *finding)
{
	FUZZ_CHECK(finding->action > ACTION_OFF && finding->action < ACTIONS);
	FUZZ_CHECK(*finding->rule && finding->message && !text_is_blank(finding->message));
	FUZZ_CHECK(!strchr(finding_warning(arena, finding), '\n'));
}

static void
check_verdict(struct arena *arena, const struct verdict *verdict)
{
	enum action strongest = ACTION_OFF;
	int code;

	for (const struct finding *finding = verdict->findings.first; finding;
		finding = finding->next) {
		check_finding(arena, finding);
		strongest = finding->action > strongest ? finding->action : strongest;
	}
	FUZZ_CHECK(verdict->action == strongest);
	if (verdict->action != ACTION_DENY)
		return;
	code = verdict_code(verdict);
	FUZZ_CHECK(code == 403 || code == 409 || code == 422);
	FUZZ_CHECK(!text_is_blank(verdict_message(arena, verdict)));
}

/* False when there is nothing that can be judged. */
static bool
decode(struct arena *arena, const struct review *review, struct verdict_request *request)
{
	struct declaration *subject = ARENA_NEW(arena, struct declaration);
	struct declaration *before = ARENA_NEW(arena, struct declaration);
	const char *name = *review->name ? review->name : NULL;
	struct error error = FUZZ_ERROR;

	request->deleting = review->operation == REVIEW_DELETE;
	if (!kind_decode(arena, review->definition,
		    request->deleting ? review->old_object : review->object, name, subject,
		    &error)) {
		fuzz_check_error(&error);
		return false;
	}
	request->subject = subject;
	if (review->operation == REVIEW_UPDATE && review->old_object &&
		kind_decode(arena, review->definition, review->old_object, name, before, NULL))
		request->before = before;
	return true;
}

static struct verdict
judge(struct arena *arena, const struct review *review)
{
	struct verdict_request request = {.inventory = source_inventory(source())};
	struct verdict verdict = {.findings = {.arena = arena}};

	if (!review->definition || !decode(arena, review, &request))
		return verdict;
	inventory_lock(source_inventory(source()));
	request.policy = source_policy(source());
	verdict = verdict_reach(arena, &request);
	inventory_release(source_inventory(source()), &request.subject->object);
	inventory_unlock(source_inventory(source()));
	check_verdict(arena, &verdict);
	return verdict;
}

/* Nothing is kept, so that each input finds the same. */
static void
check_decision(struct arena *arena, const struct review *review)
{
	struct review dry = *review;
	struct decision decision;

	dry.dry_run = true;
	decision = decide(arena, source(), &dry);
	FUZZ_CHECK(decision.action < ACTIONS);
	if (decision.action != ACTION_DENY)
		return;
	FUZZ_CHECK(decision.code >= 400 && decision.code < 600);
	FUZZ_CHECK(!text_is_blank(decision.message));
}

static void
answer(struct arena *arena, const struct review *review)
{
	CLEANUP(buffer_dispose) struct buffer out, patch;
	const char *warnings[] = {review->name, review->user};
	struct review_answer answer = {.code = 409,
		.warnings = warnings,
		.warning_count = 2,
		.verdict = "deny",
		.rules = review->subresource};
	struct verdict verdict;

	buffer_init(&out, SIZE_MAX);
	buffer_init(&patch, SIZE_MAX);
	answer.changes = mutate(arena, source(), review, &patch).changes;
	answer.patch = &patch;
	verdict = judge(arena, review);
	check_decision(arena, review);
	answer.message = verdict.findings.count ? verdict_message(arena, &verdict) : review->kind;
	review_write(&out, review->uid, &answer);
	FUZZ_CHECK(json_parse(arena, out.data, out.length, &json_file_limits, NULL));
	FUZZ_CHECK(json_parse(arena, patch.data, patch.length, &json_file_limits, NULL));
	review_groups(arena, review);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct review review;
	struct error error = FUZZ_ERROR;

	if (review_decode(arena, text, size, &review, &error)) {
		answer(arena, &review);
	} else {
		fuzz_check_error(&error);
		FUZZ_CHECK(error.kind == ERROR_INVALID || error.kind == ERROR_EXHAUSTED);
	}
	return 0;
}
