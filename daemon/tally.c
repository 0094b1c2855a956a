#include "daemon/tally.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/metrics.h"
#include "base/text.h"
#include "validators/rules.h"

static struct metric findings_metric = METRIC_GAUGE("peerwarden_audit_findings",
	"Findings of the last audit, by the action that the policy gives them.", "rule", "action");

struct tally_mark {
	uint64_t id;
	uint16_t rule; /* its place in the table */
	uint16_t action;
};

static uint16_t
place_of(const char *rule)
{
	uint16_t place = 0;

	while (rules[place] && rules[place]->id != rule && !text_equal(rules[place]->id, rule))
		place++;
	return place;
}

void
tally_add(struct tally *tally, const struct findings *findings)
{
	for (const struct finding *finding = findings->first; finding; finding = finding->next) {
		if (tally->count == tally->room) {
			tally->room = tally->room ? 2 * tally->room : 256;
			tally->marks =
				memory_resize(tally->marks, tally->room * sizeof *tally->marks);
		}
		tally->marks[tally->count++] = (struct tally_mark){strtoull(finding->id, NULL, 16),
			place_of(finding->rule), (uint16_t)finding->action};
	}
}

/* By id, the most severe first. */
static int
compare_marks(const void *left, const void *right)
{
	const struct tally_mark *a = left, *b = right;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return (int)b->action - (int)a->action;
}

static void
measure(size_t counts[RULES_LIMIT][ACTIONS])
{
	for (size_t rule = 0; rules[rule]; rule++)
		for (size_t action = ACTION_REPORT; action < ACTIONS; action++)
			metric_set(&findings_metric, (double)counts[rule][action], rules[rule]->id,
				action_name((enum action)action));
}

void
tally_finish(struct tally *tally, size_t by_action[ACTIONS])
{
	size_t counts[RULES_LIMIT][ACTIONS] = {0};

	if (tally->count > 0)
		qsort(tally->marks, tally->count, sizeof *tally->marks, compare_marks);
	memset(by_action, 0, ACTIONS * sizeof *by_action);
	for (size_t i = 0; i < tally->count; i++) {
		const struct tally_mark *mark = &tally->marks[i];

		if (i > 0 && mark->id == mark[-1].id)
			continue;
		counts[mark->rule][mark->action]++;
		by_action[mark->action]++;
	}
	measure(counts);
	free(tally->marks);
	*tally = (struct tally){0};
}
