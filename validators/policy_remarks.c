#include "validators/policy_remarks.h"

#include <stdarg.h>

#include "base/text.h"
#include "validators/policy_parts.h"
#include "validators/policy_summary.h"

struct remarks {
	struct arena *arena;
	const struct policy_remark *first;
	const struct policy_remark **end;
};

static void remark(struct remarks *remarks, size_t line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void
remark(struct remarks *remarks, size_t line, const char *format, ...)
{
	struct policy_remark *item = ARENA_NEW(remarks->arena, struct policy_remark);
	va_list arguments;

	va_start(arguments, format);
	*item = (struct policy_remark){
		line, arena_vprintf(remarks->arena, format, arguments), NULL};
	va_end(arguments);
	*remarks->end = item;
	remarks->end = &item->next;
}

/* No expression says of itself that it fits every name; one that fits all of these is meant to. */
static bool
fits_every_name(const struct policy_pattern *names)
{
	static const char *const probes[] = {"a", "0", "z9-x.y", "q--7.k8s.example"};

	for (size_t i = 0; names && i < sizeof probes / sizeof *probes; i++)
		if (!policy_pattern_matches(names, probes[i]))
			return false;
	return true;
}

/* Does every object that fits the later fit the earlier? */
static bool
covers_names(const struct policy_pattern *earlier, const struct policy_pattern *later)
{
	return fits_every_name(earlier) ||
	       (later && text_equal(policy_pattern_text(earlier), policy_pattern_text(later)));
}

/* --- spec.rules --- */

static void
remark_on_entry(struct remarks *remarks, const struct rule *rule, const struct policy_entry *first,
	const struct policy_entry *entry)
{
	if (!(entry->guards & rule->guards)) {
		remark(remarks, entry->line, "%s has no effect: the rule never looks at this kind",
			rule->id);
		return;
	}
	for (; first != entry; first = first->next)
		if (!(entry->guards & rule->guards & ~first->guards) &&
			covers_names(first->names, entry->names)) {
			remark(remarks, entry->line,
				"%s has no effect here: line %zu takes all that it would fit",
				rule->id, first->line);
			return;
		}
}

static void
remark_on_rules(struct remarks *remarks, const struct policy *policy)
{
	for (size_t i = 0; rules[i]; i++)
		for (const struct policy_entry *entry = policy->entries[i]; entry;
			entry = entry->next)
			remark_on_entry(remarks, rules[i], policy->entries[i], entry);
}

/* --- spec.exemptions --- */

/* Is some kind left for which the rule would warn or deny? A name may decide: then it may. */
static bool
is_needed(const struct policy *policy, const struct exemption *exemption, size_t rule)
{
	for (enum kind kind = 0; kind < KINDS; kind++)
		if ((exemption->guards & rules[rule]->guards & KIND_BIT(kind)) &&
			(policy->actions[rule][kind] == POLICY_ACTION_BY_NAME ||
				policy_action(policy, rules[rule]->id, kind) >= ACTION_WARN))
			return true;
	return false;
}

static void
remark_on_exemption(
	struct remarks *remarks, const struct policy *policy, const struct exemption *exemption)
{
	const struct exemption *earlier = policy->exemptions;

	for (size_t i = 0; rules[i]; i++) {
		if (!(exemption->rules & (UINT64_C(1) << i)))
			continue;
		if (!(exemption->guards & rules[i]->guards))
			remark(remarks, exemption->line,
				"the exemption from %s has no effect: the rule never looks at "
				"these kinds",
				rules[i]->id);
		else if (!is_needed(policy, exemption, i))
			remark(remarks, exemption->line,
				"the exemption from %s has no effect: its action is only report or "
				"off",
				rules[i]->id);
	}
	for (; earlier != exemption; earlier = earlier->next)
		if (!(exemption->rules & ~earlier->rules) &&
			!(exemption->guards & ~earlier->guards) && exemption->end <= earlier->end &&
			covers_names(earlier->names, exemption->names))
			remark(remarks, exemption->line,
				"the exemption has no effect: line %zu covers it", earlier->line);
}

const struct policy_remark *
policy_remarks(struct arena *arena, const struct policy *policy)
{
	struct remarks remarks = {.arena = arena, .end = &remarks.first};

	remark_on_rules(&remarks, policy);
	for (const struct exemption *exemption = policy->exemptions; exemption;
		exemption = exemption->next)
		remark_on_exemption(&remarks, policy, exemption);
	if (policy->readers_line && policy->disclosure == DISCLOSE_ALL)
		remark(&remarks, policy->readers_line,
			"readers have no effect: otherSide is all, which tells everyone");
	return remarks.first;
}

const struct policy_remark *
policy_remarks_of_expired(struct arena *arena, const struct policy *policy, int64_t now)
{
	struct remarks remarks = {.arena = arena, .end = &remarks.first};

	for (const struct exemption *exemption = policy->exemptions; exemption;
		exemption = exemption->next)
		if (!policy_exemption_holds(exemption, now))
			remark(&remarks, exemption->line,
				"exemption of %s from %s expired on %s: %s", exemption->owner,
				policy_summary_rules(arena, exemption), exemption->expires,
				exemption->reason);
	return remarks.first;
}
