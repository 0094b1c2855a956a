#include "cli/plan_output.h"

#include "report/report.h"

static const char *const words[OUTCOMES] = {
	[OUTCOME_CREATED] = "create",
	[OUTCOME_CHANGED] = "change",
	[OUTCOME_UNCHANGED] = "unchanged",
	[OUTCOME_DELETED] = "delete",
	[OUTCOME_ABSENT] = "not there",
	[OUTCOME_REFUSED] = "refused",
};

/* --- text --- */

static const char *
painted(struct arena *arena, bool colour, const char *code, const char *word)
{
	return colour ? arena_printf(arena, "\033[%sm%s\033[0m", code, word) : word;
}

static const char *
colour_of(enum action action)
{
	return action == ACTION_DENY ? "31;1" : action == ACTION_WARN ? "33" : "36";
}

static const char *
name_of(const struct plan *plan, const struct definition *definition)
{
	return report_plain(plan->arena, object_text(plan->arena, &definition->object));
}

/* "kube-ovn.yaml:12" */
static const char *
place_of(const struct plan *plan, const struct manifest *manifest)
{
	return arena_printf(plan->arena, "%s:%zu", report_plain(plan->arena, manifest->file),
		json_location(manifest->object).line);
}

static void
write_finding(const struct plan *plan, const struct finding *finding,
	const struct definition *put_right, bool colour, struct buffer *out)
{
	buffer_printf(out, "       %s: %s [%s]\n",
		painted(plan->arena, colour, colour_of(finding->action),
			action_name(finding->action)),
		report_plain(plan->arena, finding->message), finding->rule);
	if (put_right)
		buffer_printf(out, "         put right by %s\n", name_of(plan, put_right));
	else
		report_write_hint(plan->arena, finding->hint, "         ", out);
}

static void
write_step(const struct plan *plan, const struct step *step, size_t number, bool colour,
	struct buffer *out)
{
	const struct definition *const *put_right = step->put_right;
	const char *word = arena_printf(plan->arena, "%-10s", words[step->outcome]);

	if (step->outcome == OUTCOME_REFUSED)
		word = painted(plan->arena, colour, colour_of(ACTION_DENY), word);
	buffer_printf(out, "%4zu  %s  %s (%s)\n", number, word, name_of(plan, step->definition),
		place_of(plan, step->definition->manifest));
	for (const struct change *change = step->changes.first; change; change = change->next)
		buffer_printf(out, "       %s\n",
			report_plain(plan->arena, preview_change_text(plan->arena, change)));
	for (const struct finding *finding = step->verdict.findings.first; finding;
		finding = finding->next)
		write_finding(plan, finding, *put_right++, colour, out);
}

static const char *
foreign_name(const struct json *object)
{
	const char *name = json_member_text(json_member(object, "metadata"), "name");

	return name ? name : "";
}

/* In the order of the input, with the foreign objects at their places. */
static void
write_given(const struct plan *plan, bool colour, struct buffer *out)
{
	const struct manifest *manifest = plan->bundle->manifests.first;

	for (size_t next = 0; manifest; manifest = manifest->next)
		if (manifest->definition) {
			write_step(plan, &plan->given.steps[next], next + 1, colour, out);
			next++;
		} else {
			buffer_printf(out, "   -  not judged  %s %s (%s)\n",
				report_plain(
					plan->arena, json_member_text(manifest->object, "kind")),
				report_plain(plan->arena, foreign_name(manifest->object)),
				place_of(plan, manifest));
		}
}

static void
write_better(const struct plan *plan, bool colour, struct buffer *out)
{
	const struct trial *better = plan->better;
	const struct cost *given = &plan->given.cost;
	bool fewer_refusals;

	if (!better) {
		buffer_append_text(out, plan->certain ? "the given order is the best one\n"
						      : "no better order was found\n");
		return;
	}
	fewer_refusals = better->cost.refused < given->refused;
	buffer_printf(out, "in %s order, with fewer %s (%zu instead of %zu):\n",
		plan->certain ? "the best" : "a better", fewer_refusals ? "refusals" : "warnings",
		fewer_refusals ? better->cost.refused : better->cost.warnings,
		fewer_refusals ? given->refused : given->warnings);
	for (size_t i = 0; i < better->count; i++)
		write_step(plan, &better->steps[i], i + 1, colour, out);
}

static const char *
plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void
write_summary(const struct plan *plan, struct buffer *out)
{
	static const char *const counted[OUTCOMES] = {
		[OUTCOME_CREATED] = "to create",
		[OUTCOME_CHANGED] = "to change",
		[OUTCOME_UNCHANGED] = "unchanged",
		[OUTCOME_DELETED] = "to delete",
		[OUTCOME_ABSENT] = "not there",
		[OUTCOME_REFUSED] = "refused",
	};
	const struct trial *given = &plan->given;
	size_t foreign = bundle_foreign(plan->bundle);

	buffer_printf(out, "%zu object%s:", given->count, plural(given->count));
	for (int outcome = 0; outcome < OUTCOMES; outcome++)
		if (given->outcomes[outcome] || outcome == OUTCOME_REFUSED)
			buffer_printf(out, " %zu %s,", given->outcomes[outcome], counted[outcome]);
	buffer_printf(out, " %zu warning%s", given->cost.warnings, plural(given->cost.warnings));
	if (given->put_right)
		buffer_printf(out, " (%zu put right)", given->put_right);
	if (foreign)
		buffer_printf(out, "; %zu foreign object%s not judged", foreign, plural(foreign));
	buffer_append_char(out, '\n');
}

void
plan_output_text(const struct plan *plan, bool colour, struct buffer *out)
{
	buffer_append_text(out, "in the given order:\n");
	write_given(plan, colour, out);
	write_better(plan, colour, out);
	for (const char *const *assumption = plan->assumptions; *assumption; assumption++)
		buffer_printf(out, "assuming %s\n", *assumption);
	write_summary(plan, out);
}

/* --- JSON --- */

static void
write_text(struct buffer *out, const char *name, const char *text)
{
	buffer_printf(out, "\"%s\":", name);
	if (text)
		buffer_append_json(out, text);
	else
		buffer_append_text(out, "null");
}

static void
write_place(const struct manifest *manifest, struct buffer *out)
{
	struct json_location at = json_location(manifest->object);

	buffer_append_text(out, "\"location\":{");
	write_text(out, "file", manifest->file);
	buffer_printf(out, ",\"line\":%zu,\"column\":%zu}", at.line, at.column);
}

static void
write_object(const struct plan *plan, const char *name, const struct definition *definition,
	struct buffer *out)
{
	buffer_printf(out, "\"%s\":", name);
	if (!definition) {
		buffer_append_text(out, "null");
		return;
	}
	buffer_append_char(out, '{');
	report_write_object_json(plan->arena, &definition->object, out);
	buffer_append_char(out, '}');
}

static void
write_changes(const struct changes *changes, struct buffer *out)
{
	buffer_append_text(out, ",\"changes\":[");
	for (const struct change *change = changes->first; change; change = change->next) {
		buffer_append_char(out, '{');
		write_text(out, "field", change->field);
		buffer_append_char(out, ',');
		write_text(out, "before", change->before);
		buffer_append_char(out, ',');
		write_text(out, "after", change->after);
		buffer_append_text(out, change->next ? "}," : "}");
	}
	buffer_append_char(out, ']');
}

static void
write_findings(const struct plan *plan, const struct step *step, struct buffer *out)
{
	const struct definition *const *put_right = step->put_right;

	buffer_append_text(out, ",\"findings\":[");
	for (const struct finding *finding = step->verdict.findings.first; finding;
		finding = finding->next, put_right++) {
		struct json_location at = bundle_location(plan->arena, step->definition, finding);
		struct report_entry entry = {
			finding, step->definition->manifest->file, at.line, at.column, false, NULL};

		buffer_append_text(out, "{\"finding\":");
		report_write_entry_json(plan->arena, &entry, out);
		buffer_append_char(out, ',');
		write_object(plan, "putRightBy", *put_right, out);
		buffer_append_text(out, finding->next ? "}," : "}");
	}
	buffer_append_char(out, ']');
}

static void
write_trial(const struct plan *plan, const struct trial *trial, struct buffer *out)
{
	buffer_printf(out, "{\"refused\":%zu,\"warnings\":%zu,\"putRight\":%zu,\"steps\":[",
		trial->cost.refused, trial->cost.warnings, trial->put_right);
	for (size_t i = 0; i < trial->count; i++) {
		const struct step *step = &trial->steps[i];

		buffer_append_text(out, i ? ",{" : "{");
		write_object(plan, "object", step->definition, out);
		buffer_append_char(out, ',');
		write_text(out, "outcome", words[step->outcome]);
		buffer_append_char(out, ',');
		write_place(step->definition->manifest, out);
		write_changes(&step->changes, out);
		write_findings(plan, step, out);
		buffer_append_char(out, '}');
	}
	buffer_append_text(out, "]}");
}

static void
write_foreign(const struct plan *plan, struct buffer *out)
{
	bool follows = false;

	buffer_append_text(out, ",\"notJudged\":[");
	for (const struct manifest *manifest = plan->bundle->manifests.first; manifest;
		manifest = manifest->next) {
		if (manifest->definition)
			continue;
		buffer_append_text(out, follows ? ",{" : "{");
		write_text(out, "apiVersion", json_member_text(manifest->object, "apiVersion"));
		buffer_append_char(out, ',');
		write_text(out, "kind", json_member_text(manifest->object, "kind"));
		buffer_append_char(out, ',');
		write_text(out, "name", foreign_name(manifest->object));
		buffer_append_char(out, ',');
		write_place(manifest, out);
		buffer_append_char(out, '}');
		follows = true;
	}
	buffer_append_char(out, ']');
}

void
plan_output_json(const struct plan *plan, struct buffer *out)
{
	buffer_append_text(out, "{\"given\":");
	write_trial(plan, &plan->given, out);
	buffer_append_text(out, ",\"better\":");
	if (plan->better)
		write_trial(plan, plan->better, out);
	else
		buffer_append_text(out, "null");
	buffer_printf(out, ",\"certain\":%s", plan->certain ? "true" : "false");
	write_foreign(plan, out);
	buffer_append_text(out, ",\"assumptions\":[");
	for (const char *const *assumption = plan->assumptions; *assumption; assumption++) {
		buffer_append_text(out, "{");
		write_text(out, "message", *assumption);
		buffer_append_text(out, assumption[1] ? "}," : "}");
	}
	buffer_append_text(out, "]}\n");
}
