#include "cli/judge.h"

#include <time.h>

#include "cli/assumptions.h"
#include "cli/merge.h"
#include "cli/preview.h"
#include "validators/verdict.h"

/* A definition, ready to be judged. */
struct candidate {
	const struct definition *definition;
	struct changes changes;
	struct preview preview;
};

struct judging {
	const struct judge_request *request;
	struct arena *arena;
	struct inventory *inventory;
	struct candidate *candidates; /* by the definition's number */
	struct report *report;
	int64_t now;
};

static bool
prepare(struct judging *judging, struct candidate *candidate, struct error *error)
{
	const struct definition *definition = candidate->definition;
	const struct json *stored = state_object(judging->request->state, definition);
	const struct json *last = merge_last_applied(judging->arena, stored);

	candidate->changes = preview_mend(judging->arena, definition, stored, last);
	if (!judging->request->deleting)
		return preview_make(
			judging->arena, definition, stored, last, &candidate->preview, error);
	candidate->changes = (struct changes){0};
	return preview_decode(judging->arena, definition,
		stored ? stored : definition->manifest->object, &candidate->preview.declaration,
		error);
}

static bool
prepare_all(struct judging *judging, struct error *error)
{
	const struct bundle *bundle = judging->request->bundle;

	judging->candidates = ARENA_ARRAY(judging->arena, struct candidate, bundle->count);
	for (const struct definition *definition = bundle->first; definition;
		definition = definition->next) {
		struct candidate *candidate = &judging->candidates[definition->number];

		candidate->definition = definition;
		if (!prepare(judging, candidate, error))
			return false;
	}
	return true;
}

/* Of several definitions of one object the last one stays. */
static void
settle(struct judging *judging, const struct candidate *candidate)
{
	const struct declaration *declaration = &candidate->preview.declaration;

	if (candidate->definition->later)
		return;
	if (judging->request->deleting)
		inventory_remove(judging->inventory, &declaration->object);
	else
		inventory_store(judging->inventory, declaration);
}

/* Once everything else is known. */
static void
supplement(struct judging *judging, struct candidate *candidate)
{
	struct changes more;

	if (candidate->definition->later || judging->request->deleting)
		return;
	more = preview_supplement(judging->arena, candidate->definition, judging->inventory,
		judging->request->policy, &candidate->preview);
	if (more.first)
		inventory_store(judging->inventory, &candidate->preview.declaration);
	changes_append(&candidate->changes, &more);
}

static void
report_finding(
	struct judging *judging, const struct candidate *candidate, const struct finding *finding)
{
	const struct definition *definition = candidate->definition;
	struct json_location at = bundle_location(judging->arena, definition, finding);

	report_add(judging->report, finding, definition->manifest->file, at.line, at.column);
}

/* What the mutating webhook would write instead is worth knowing, and nothing more. */
static void
report_changes(struct judging *judging, const struct candidate *candidate)
{
	struct findings findings = {.arena = judging->arena};

	for (const struct change *change = candidate->changes.first; change;
		change = change->next) {
		struct field field = {change->field, 0};
		struct finding *finding = findings_add(&findings, "would-be-changed", ACTION_REPORT,
			&candidate->definition->object, field,
			change->before ? change->before : change->after);

		finding->message = preview_change_text(judging->arena, change);
		finding->hint = "";
		finding_seal(finding);
		report_finding(judging, candidate, finding);
	}
}

static void
judge(struct judging *judging, const struct candidate *candidate)
{
	const struct definition *earlier = candidate->definition->earlier;
	const struct candidate *twin = earlier ? &judging->candidates[earlier->number] : NULL;
	struct verdict verdict = verdict_reach(judging->arena,
		&(struct verdict_request){
			.inventory = judging->inventory,
			.policy = judging->request->policy,
			.subject = &candidate->preview.declaration,
			.before = candidate->preview.is_update ? &candidate->preview.before : NULL,
			.twin = twin ? &twin->preview.declaration : NULL,
			.twin_differs = twin && !json_equal(twin->preview.object,
							candidate->preview.object),
			.deleting = judging->request->deleting,
			.partial = judging->request->partial,
			.now = judging->now,
		});

	report_judged(judging->report, &candidate->definition->object);
	for (const struct finding *finding = verdict.findings.first; finding;
		finding = finding->next)
		report_finding(judging, candidate, finding);
}

static void
judge_all(struct judging *judging)
{
	const struct judge_request *request = judging->request;
	const struct declaration *of_policy = policy_declaration(request->policy);

	if (of_policy)
		inventory_store(judging->inventory, of_policy);
	for (size_t i = 0; i < request->bundle->count; i++)
		settle(judging, &judging->candidates[i]);
	for (size_t i = 0; i < request->bundle->count; i++)
		supplement(judging, &judging->candidates[i]);
	for (size_t i = 0; i < request->bundle->count; i++) {
		const struct candidate *candidate = &judging->candidates[i];

		report_changes(judging, candidate);
		if (candidate->definition->later)
			continue;
		judge(judging, candidate);
		if (request->partial && !request->deleting)
			assumptions_add(judging->report, judging->inventory,
				&candidate->preview.declaration);
	}
}

bool
judge_bundle(const struct judge_request *request, struct report *report, struct error *error)
{
	struct judging judging = {
		.request = request,
		.arena = report->arena,
		.inventory = request->state->inventory,
		.report = report,
		.now = time(NULL),
	};

	report->foreign = bundle_foreign(request->bundle);
	if (!prepare_all(&judging, error))
		return false;
	inventory_lock(judging.inventory);
	judge_all(&judging);
	inventory_unlock(judging.inventory);
	if (arena_exhausted(judging.arena))
		return error_set(error, ERROR_EXHAUSTED, "the input is too large");
	return true;
}
