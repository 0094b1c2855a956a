#include "validators/policy_summary.h"

#include "validators/policy_parts.h"

static bool
changes(const struct policy *policy, size_t rule)
{
	for (const struct policy_entry *entry = policy->entries[rule]; entry; entry = entry->next)
		if (entry->action != rules[rule]->action)
			return true;
	return false;
}

const char *
policy_summary_kinds(struct arena *arena, unsigned guards)
{
	const char *list = "";

	for (enum kind kind = 0; guards != GUARDS_EVERYTHING && kind < KINDS; kind++)
		if (guards & KIND_BIT(kind))
			list = arena_printf(
				arena, "%s%s%s", list, *list ? ", " : "", kind_name(kind));
	return list;
}

const char *
policy_summary_rule(struct arena *arena, const struct policy *policy, size_t rule)
{
	const char *list = "";

	if (!changes(policy, rule))
		return NULL;
	for (const struct policy_entry *entry = policy->entries[rule]; entry; entry = entry->next) {
		const char *kinds = policy_summary_kinds(arena, entry->guards);
		const char *names = entry->names ? policy_pattern_text(entry->names) : "";

		list = arena_printf(arena, "%s%s%s%s%s%s%s", list, *list ? "; " : "", kinds,
			*names ? *kinds ? " with names " : "names " : "", names,
			*kinds || *names ? ": " : "", action_name(entry->action));
	}
	return list;
}

const char *
policy_summary_rules(struct arena *arena, const struct exemption *exemption)
{
	const char *list = "";

	for (size_t i = 0; rules[i]; i++)
		if (exemption->rules & (UINT64_C(1) << i))
			list = arena_printf(arena, "%s%s%s", list, *list ? ", " : "", rules[i]->id);
	return list;
}

const char *
policy_summary_names(const struct exemption *exemption)
{
	return policy_pattern_text(exemption->names);
}
