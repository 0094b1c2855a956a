#include "cli/aftermath.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { SCRATCH_MEMORY = 64 * 1024 * 1024 };

/* A step with warnings, at one of the domains that it has to do with. */
struct mention {
	struct step *step;
	const struct step *seen_after; /* the step after which it was looked at last */
	struct mention *next;
};

struct aftermath {
	struct simulation *simulation;
	struct arena *arena;
	struct arena *scratch; /* for one look */
	struct map *by_domain; /* struct mention * */
};

struct aftermath *
aftermath_new(struct simulation *simulation)
{
	struct aftermath *aftermath = memory_alloc(sizeof *aftermath);

	aftermath->simulation = simulation;
	aftermath->arena = simulation->arena;
	aftermath->scratch = arena_new(SCRATCH_MEMORY);
	aftermath->by_domain = map_new();
	return aftermath;
}

void
aftermath_free(struct aftermath *aftermath)
{
	map_free(aftermath->by_domain);
	arena_free(aftermath->scratch);
	free(aftermath);
}

static bool
holds(const struct verdict *verdict, const struct finding *finding)
{
	for (const struct finding *other = verdict->findings.first; other; other = other->next)
		if (strcmp(other->id, finding->id) == 0)
			return true;
	return false;
}

static void
look_again(struct aftermath *aftermath, struct step *step, const struct definition *after)
{
	const struct definition **put_right = step->put_right;
	struct verdict verdict;

	arena_reset(aftermath->scratch);
	verdict = simulation_judge_again(aftermath->simulation, aftermath->scratch, step);
	for (const struct finding *finding = step->verdict.findings.first; finding;
		finding = finding->next, put_right++)
		if (holds(&verdict, finding))
			*put_right = NULL;
		else if (!*put_right)
			*put_right = after;
}

/* Calls `visit` for each domain that a declaration has to do with. */
static void
each_domain(struct aftermath *aftermath, struct step *step,
	void (*visit)(struct aftermath *, struct step *, const char *domain))
{
	const struct declaration *declaration = &step->declaration;

	if (declaration->home)
		visit(aftermath, step, declaration->home);
	for (int i = 0; i < declaration->peering_count; i++)
		visit(aftermath, step, declaration->peerings[i].to);
	for (int i = 0; i < declaration->attachment_count; i++)
		visit(aftermath, step, declaration->attachments[i].segment);
	for (int i = 0; i < declaration->dns_link_count; i++)
		visit(aftermath, step, declaration->dns_links[i].zone);
}

static void
look_around(struct aftermath *aftermath, struct step *step, const char *domain)
{
	for (struct mention *mention = map_get(aftermath->by_domain, domain); mention;
		mention = mention->next) {
		if (mention->seen_after == step)
			continue;
		mention->seen_after = step;
		look_again(aftermath, mention->step, step->definition);
	}
}

static void
mention(struct aftermath *aftermath, struct step *step, const char *domain)
{
	struct mention *mention = ARENA_NEW(aftermath->arena, struct mention);

	*mention = (struct mention){step, step, map_get(aftermath->by_domain, domain)};
	map_put(aftermath->by_domain, domain, mention);
}

void
aftermath_follow(struct aftermath *aftermath, struct step *step)
{
	if (step->outcome == OUTCOME_REFUSED || step->outcome == OUTCOME_UNCHANGED ||
		step->outcome == OUTCOME_ABSENT)
		return;
	each_domain(aftermath, step, look_around);
	if (step->verdict.findings.count)
		each_domain(aftermath, step, mention);
}
