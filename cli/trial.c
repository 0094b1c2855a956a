#include "cli/trial.h"

#include <string.h>

enum { SCRATCH_MEMORY = 64 * 1024 * 1024 };

/* A step with warnings, at one of the domains that it has to do with. */
struct mention {
	struct step *step;
	const struct step *seen_after; /* the step after which it was looked at last */
	struct mention *next;
};

/* Each step looks again at the earlier ones that have to do with the same domains. */
struct recheck {
	struct simulation *simulation;
	struct arena *scratch; /* for one look */
	struct map *by_domain; /* struct mention * */
};

static bool
holds(const struct verdict *verdict, const struct finding *finding)
{
	for (const struct finding *other = verdict->findings.first; other; other = other->next)
		if (strcmp(other->id, finding->id) == 0)
			return true;
	return false;
}

static void
look_again(struct recheck *recheck, struct step *step, const struct definition *after)
{
	const struct definition **put_right = step->put_right;
	struct verdict verdict;

	arena_reset(recheck->scratch);
	verdict = simulation_judge_again(recheck->simulation, recheck->scratch, step);
	for (const struct finding *finding = step->verdict.findings.first; finding;
		finding = finding->next, put_right++)
		if (holds(&verdict, finding))
			*put_right = NULL;
		else if (!*put_right)
			*put_right = after;
}

/* Calls `visit` for each domain that a declaration has to do with. */
static void
each_domain(struct recheck *recheck, struct step *step,
	void (*visit)(struct recheck *, struct step *, const char *domain))
{
	const struct declaration *declaration = &step->declaration;

	if (declaration->home)
		visit(recheck, step, declaration->home);
	for (int i = 0; i < declaration->peering_count; i++)
		visit(recheck, step, declaration->peerings[i].to);
	for (int i = 0; i < declaration->attachment_count; i++)
		visit(recheck, step, declaration->attachments[i].segment);
	for (int i = 0; i < declaration->dns_link_count; i++)
		visit(recheck, step, declaration->dns_links[i].zone);
}

static void
look_around(struct recheck *recheck, struct step *step, const char *domain)
{
	for (struct mention *mention = map_get(recheck->by_domain, domain); mention;
		mention = mention->next) {
		if (mention->seen_after == step)
			continue;
		mention->seen_after = step;
		look_again(recheck, mention->step, step->definition);
	}
}

static void
mention(struct recheck *recheck, struct step *step, const char *domain)
{
	struct mention *mention = ARENA_NEW(recheck->simulation->arena, struct mention);

	*mention = (struct mention){step, step, map_get(recheck->by_domain, domain)};
	map_put(recheck->by_domain, domain, mention);
}

/* The steps must stay where they are. */
static void
recheck_after(struct recheck *recheck, struct step *step)
{
	if (step->outcome == OUTCOME_REFUSED || step->outcome == OUTCOME_UNCHANGED ||
		step->outcome == OUTCOME_ABSENT)
		return;
	each_domain(recheck, step, look_around);
	if (step->verdict.findings.count)
		each_domain(recheck, step, mention);
}

bool
trial_is_cheaper(const struct cost *a, const struct cost *b)
{
	return a->refused != b->refused ? a->refused < b->refused : a->warnings < b->warnings;
}

/* Of what is refused nobody counts the warnings. */
void
trial_add_cost(struct cost *cost, const struct step *step)
{
	if (step->outcome == OUTCOME_REFUSED) {
		cost->refused++;
		return;
	}
	for (const struct finding *finding = step->verdict.findings.first; finding;
		finding = finding->next)
		cost->warnings += finding->action == ACTION_WARN;
}

static void
sum_up(struct trial *trial, const struct step *step)
{
	const struct definition *const *put_right = step->put_right;

	trial->outcomes[step->outcome]++;
	trial_add_cost(&trial->cost, step);
	for (const struct finding *finding = step->verdict.findings.first; finding;
		finding = finding->next, put_right++)
		trial->put_right += finding->action == ACTION_WARN && *put_right != NULL;
}

struct trial
trial_run(struct simulation *simulation, const struct definition *const *order, size_t count)
{
	struct trial trial = {
		.steps = ARENA_ARRAY(simulation->arena, struct step, count), .count = count};
	struct recheck recheck = {simulation, arena_new(SCRATCH_MEMORY), map_new()};

	for (size_t i = 0; i < count; i++) {
		struct step *step = &trial.steps[i];

		simulation_take(simulation, simulation->arena, order[i], step);
		step->put_right = ARENA_ARRAY(
			simulation->arena, const struct definition *, step->verdict.findings.count);
		recheck_after(&recheck, step);
	}
	map_free(recheck.by_domain);
	arena_free(recheck.scratch);
	simulation_reset(simulation);
	for (size_t i = 0; i < count; i++)
		sum_up(&trial, &trial.steps[i]);
	return trial;
}
