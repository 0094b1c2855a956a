#include "cli/bundle.h"

#include "base/cleanup.h"
#include "base/map.h"
#include "kinds/manifest.h"
#include "network/inventory.h"
#include "validators/verdict.h"

/* One definition of one object. */
struct definition {
	const struct manifest *manifest;
	struct declaration declaration;
	struct changes changes;
	struct definition *earlier; /* of the same object, further up in the input */
	struct definition *later;
	struct definition *next;
};

struct bundle {
	struct arena *arena;
	struct definition *first;
	struct definition *last;
	struct map *by_object;
	struct inventory *inventory;
	const struct policy *policy;
	struct report *report;
};

static void
bundle_dispose(struct bundle *bundle)
{
	map_free(bundle->by_object);
	inventory_free(bundle->inventory);
}

static void
bundle_append(struct bundle *bundle, struct definition *definition)
{
	const struct object_id *object = &definition->declaration.object;
	const char *key = arena_printf(
		bundle->arena, "%d/%s/%s", (int)object->kind, object->namespace, object->name);

	if (bundle->last)
		bundle->last->next = definition;
	else
		bundle->first = definition;
	bundle->last = definition;
	definition->earlier = map_put(bundle->by_object, key, definition);
	if (definition->earlier)
		definition->earlier->later = definition;
}

static bool
bundle_read(struct bundle *bundle, const char *const *paths, struct error *error)
{
	struct manifests manifests = {0};

	for (; *paths; paths++)
		if (!manifests_read(bundle->arena, *paths, &manifests, error))
			return false;
	for (const struct manifest *manifest = manifests.first; manifest;
		manifest = manifest->next) {
		struct definition *definition;

		if (!manifest->definition)
			continue;
		definition = ARENA_NEW(bundle->arena, struct definition);
		definition->manifest = manifest;
		if (!manifest_decode(bundle->arena, manifest, &definition->changes,
			    &definition->declaration, error))
			return false;
		bundle_append(bundle, definition);
	}
	return true;
}

static void
bundle_store(struct bundle *bundle)
{
	const struct declaration *of_policy = policy_declaration(bundle->policy);

	if (of_policy)
		inventory_store(bundle->inventory, of_policy);
	for (struct definition *definition = bundle->first; definition;
		definition = definition->next)
		if (!definition->later)
			inventory_store(bundle->inventory, &definition->declaration);
}

static void
report_finding(
	struct bundle *bundle, const struct definition *definition, const struct finding *finding)
{
	const char *field = field_text(bundle->arena, finding->subject.field);
	struct json_location at = json_location(json_nearest(definition->manifest->object, field));

	report_add(bundle->report, finding, definition->manifest->file, at.line, at.column);
}

/* What the mutating webhook would write instead is worth knowing, and nothing more. */
static void
report_changes(struct bundle *bundle, const struct definition *definition)
{
	struct findings findings = {.arena = bundle->arena};

	for (const struct change *change = definition->changes.first; change;
		change = change->next) {
		struct field field = {change->field, 0};
		struct finding *finding = findings_add(&findings, "would-be-changed", ACTION_REPORT,
			&definition->declaration.object, field, change->before);

		finding->message =
			arena_printf(bundle->arena, "%s \"%s\" would be stored as \"%s\"",
				change->field, change->before, change->after);
		finding->hint = "";
		finding_seal(finding);
		report_finding(bundle, definition, finding);
	}
}

static void
judge(struct bundle *bundle, const struct definition *definition)
{
	const struct definition *earlier = definition->earlier;
	struct verdict verdict = verdict_reach(bundle->arena,
		&(struct verdict_request){
			.inventory = bundle->inventory,
			.policy = bundle->policy,
			.subject = &definition->declaration,
			.twin = earlier ? &earlier->declaration : NULL,
			.twin_differs = earlier && !json_equal(earlier->manifest->object,
							   definition->manifest->object),
		});

	bundle->report->objects++;
	for (const struct finding *finding = verdict.findings.first; finding;
		finding = finding->next)
		report_finding(bundle, definition, finding);
}

bool
bundle_judge(struct arena *arena, const char *const *paths, const struct policy *policy,
	struct report *report, struct error *error)
{
	struct bundle bundle CLEANUP(bundle_dispose) = {
		.arena = arena,
		.by_object = map_new(),
		.inventory = inventory_new(),
		.policy = policy,
		.report = report,
	};

	if (!bundle_read(&bundle, paths, error))
		return false;
	inventory_lock(bundle.inventory);
	bundle_store(&bundle);
	for (const struct definition *definition = bundle.first; definition;
		definition = definition->next) {
		report_changes(&bundle, definition);
		if (!definition->later)
			judge(&bundle, definition);
	}
	inventory_unlock(bundle.inventory);
	if (arena_exhausted(arena))
		return error_set(error, ERROR_EXHAUSTED, "the input is too large");
	return true;
}
