#include "validators/policy_rules.h"

#include <string.h>

#include "base/text.h"

static bool
read_action(struct policy_reading *reading, const struct json *value, enum action *action)
{
	bool is_false = json_is_boolean(value) && !json_boolean(value, true);

	*action = ACTION_OFF; /* off without quotes is false in YAML */
	return is_false || (json_text(value) && action_parse(json_text(value), action)) ||
	       policy_reading_fail(reading, value, "expected deny, warn, report or off");
}

/* --- spec.rules --- */

static struct policy_entry *
append_entry(struct policy_reading *reading, const struct json *at)
{
	struct policy_entry *entry = ARENA_NEW(reading->arena, struct policy_entry);

	entry->guards = GUARDS_EVERYTHING;
	entry->line = json_location(at).line;
	*reading->entry_end = entry;
	reading->entry_end = &entry->next;
	return entry;
}

/* {Vpc: report, Subnet: warn} */
static bool
read_actions_by_kind(struct policy_reading *reading, const struct json *object)
{
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		struct policy_entry *entry = append_entry(reading, member);

		entry->guards = 0;
		if (!policy_reading_kind(reading, member, json_name(member), &entry->guards) ||
			!read_action(reading, member, &entry->action))
			return false;
	}
	return true;
}

/* {kind: Subnet, names: ^lab-, action: warn} */
static bool
read_entry(struct policy_reading *reading, const struct json *item)
{
	static const struct policy_key keys[] = {
		{"kind", NULL}, {"names", NULL}, {"action", NULL}, {NULL, NULL}};
	struct policy_entry *entry = append_entry(reading, item);
	const struct json *kind = json_member(item, "kind");

	if (!policy_reading_is_object(reading, item, "an action with a kind or names") ||
		!policy_reading_keys(reading, item, keys))
		return false;
	if (kind) {
		entry->guards = 0;
		if (!policy_reading_kind(reading, kind, json_text(kind), &entry->guards))
			return false;
	}
	if (!json_member(item, "action"))
		return policy_reading_fail(reading, item, "action is missing");
	return policy_reading_names(reading, item, &entry->names) &&
	       read_action(reading, json_member(item, "action"), &entry->action);
}

static bool
read_entries(struct policy_reading *reading, const struct json *list)
{
	for (const struct json *item = json_first(list); item; item = json_next(item))
		if (!read_entry(reading, item))
			return false;
	return true;
}

static bool
read_rule(struct policy_reading *reading, const struct json *value, size_t rule)
{
	reading->entry_end = &reading->policy->entries[rule];
	if (json_is_object(value))
		return read_actions_by_kind(reading, value);
	if (json_is_array(value))
		return read_entries(reading, value);
	return read_action(reading, value, &append_entry(reading, value)->action);
}

/* Where no name has to be looked at, the action stands in the table. */
static unsigned char
settle(const struct policy_entry *entry, enum kind kind)
{
	for (; entry; entry = entry->next)
		if (entry->guards & KIND_BIT(kind))
			return entry->names ? POLICY_ACTION_BY_NAME
					    : (unsigned char)(entry->action + 1);
	return 0;
}

bool
policy_rules_read(struct policy_reading *reading, const struct json *value)
{
	struct policy *policy = reading->policy;

	if (json_is_null(value))
		return true;
	if (!policy_reading_is_object(reading, value, "rules and their actions"))
		return false;
	for (const struct json *member = json_first(value); member; member = json_next(member)) {
		size_t rule;

		if (!policy_reading_rule(reading, member, json_name(member), &rule) ||
			!read_rule(reading, member, rule))
			return false;
		for (enum kind kind = 0; kind < KINDS; kind++)
			policy->actions[rule][kind] = settle(policy->entries[rule], kind);
	}
	return true;
}

/* --- spec.exemptions --- */

/* The days from 1970-01-01 to a date of the Gregorian calendar, from 2000 on. */
static int64_t
days_to(unsigned year, unsigned month, unsigned day)
{
	/* Counted in years that begin with March, so that the leap day is the last. */
	unsigned years = month > 2 ? year : year - 1;
	unsigned months = month > 2 ? month - 3 : month + 9;

	return (int64_t)365 * years + years / 4 - years / 100 + years / 400 +
	       (153 * months + 2) / 5 + day - 1 - 719468;
}

static unsigned
days_in(unsigned year, unsigned month)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* "2027-01-31": the end of that day in UTC, in seconds since 1970; 0 when it is no date. */
static int64_t
end_of_day(const char *date)
{
	unsigned parts[3] = {0};

	if (strlen(date) != 10)
		return 0;
	for (size_t i = 0, part = 0; date[i]; i++) {
		if ((date[i] == '-') != (i == 4 || i == 7))
			return 0;
		if (date[i] == '-')
			part++;
		else if (date[i] < '0' || date[i] > '9')
			return 0;
		else
			parts[part] = 10 * parts[part] + (unsigned)(date[i] - '0');
	}
	if (parts[0] < 2000 || parts[1] < 1 || parts[1] > 12 || parts[2] < 1 ||
		parts[2] > days_in(parts[0], parts[1]))
		return 0;
	return (days_to(parts[0], parts[1], parts[2]) + 1) * 86400;
}

static bool
read_exempted_rules(
	struct policy_reading *reading, const struct json *item, struct exemption *exemption)
{
	const struct json *list = json_member(item, "rules");

	if (!list)
		return policy_reading_fail(reading, item, "rules is missing");
	if (!policy_reading_is_list(reading, list, "a list of rules"))
		return false;
	for (const struct json *id = json_first(list); id; id = json_next(id)) {
		size_t rule;

		if (!policy_reading_rule(reading, id, json_text(id), &rule))
			return false;
		exemption->rules |= UINT64_C(1) << rule;
	}
	reading->policy->exempted |= exemption->rules;
	return exemption->rules || policy_reading_fail(reading, list, "no rule is named");
}

static bool
read_expiry(struct policy_reading *reading, const struct json *item, struct exemption *exemption)
{
	if (!policy_reading_text(reading, item, "expires", &exemption->expires))
		return false;
	exemption->end = end_of_day(exemption->expires);
	return exemption->end ||
	       policy_reading_fail(reading, json_member(item, "expires"),
		       "\"%s\" is no date such as 2027-01-31", exemption->expires);
}

static bool
read_exemption(struct policy_reading *reading, const struct json *item, struct exemption *exemption)
{
	static const struct policy_key keys[] = {{"rules", NULL}, {"kinds", NULL}, {"names", NULL},
		{"reason", NULL}, {"owner", NULL}, {"expires", NULL}, {NULL, NULL}};

	exemption->line = json_location(item).line;
	if (!policy_reading_is_object(reading, item, "an exemption") ||
		!policy_reading_keys(reading, item, keys) ||
		!read_exempted_rules(reading, item, exemption) ||
		!policy_reading_kinds(reading, item, &exemption->guards) ||
		!policy_reading_names(reading, item, &exemption->names))
		return false;
	if (!exemption->names)
		return policy_reading_fail(reading, item, "names is missing");
	return policy_reading_text(reading, item, "reason", &exemption->reason) &&
	       policy_reading_text(reading, item, "owner", &exemption->owner) &&
	       read_expiry(reading, item, exemption);
}

bool
policy_rules_read_exemptions(struct policy_reading *reading, const struct json *value)
{
	const struct exemption **end = &reading->policy->exemptions;

	if (!policy_reading_is_list(reading, value, "a list of exemptions"))
		return false;
	for (const struct json *item = json_first(value); item; item = json_next(item)) {
		struct exemption *exemption = ARENA_NEW(reading->arena, struct exemption);

		if (!read_exemption(reading, item, exemption))
			return false;
		*end = exemption;
		end = &exemption->next;
	}
	return true;
}

_Static_assert(RULES_LIMIT <= 64, "exemption.rules has too few bits");
