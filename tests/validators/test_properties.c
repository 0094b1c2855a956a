/* The engine against the plain checker: random clusters, each object judged among all others by
 * both, and the findings compared by rule, action, field, value and counterparts.
 *
 * PEERWARDEN_SEED is the seed of the first case, the next case has the next number, and
 * PEERWARDEN_CASES is how many there are. A case that differs is made smaller, as long as it still
 * differs, and printed with its own seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "tests/network/random.h"
#include "tests/validators/plain_checker.h"
#include "tests/validators/topology.h"
#include "validators/policy.h"
#include "validators/verdict.h"

enum { CASE_MEMORY = 512 << 20, DIFFERENCES_SHOWN = 3 };

/* --- keys: what makes two findings the same --- */

static int
compare_texts(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static const char *
key_of(struct arena *arena, const char *rule, const char *path, const char *value,
	const char **objects, size_t count)
{
	const char *key = arena_printf(arena, "[%s] %s %s", rule, path, value);

	qsort(objects, count, sizeof *objects, compare_texts);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(objects[i], objects[i - 1]) != 0)
			key = arena_printf(arena, "%s < %s", key, objects[i]);
	return key;
}

/* How long a list is, of which some entries may be refused for themselves. */
static bool
is_number(const struct finding *finding)
{
	return text_equal(finding->rule, "quota") &&
	       strspn(finding->subject.value, "0123456789") == strlen(finding->subject.value);
}

static const char *
key_of_finding(struct arena *arena, const struct finding *finding)
{
	const char *objects[PLAIN_PARTIES];
	size_t count = 0;

	for (const struct party *party = finding->counterparts; party && count < PLAIN_PARTIES;
		party = party->next)
		objects[count++] = object_text(arena, &party->object);
	return key_of(arena, finding->rule,
		finding->between_others ? "" : finding->subject.field.path,
		finding->between_others || is_number(finding) ? "" : finding->subject.value,
		objects, count);
}

static const char *
key_of_plain(struct arena *arena, const struct plain_finding *finding)
{
	const char *objects[PLAIN_PARTIES];

	for (int i = 0; i < finding->against_count; i++)
		objects[i] = object_text(arena, &finding->against[i]->object);
	return key_of(arena, finding->rule, finding->path, finding->value, objects,
		(size_t)finding->against_count);
}

/* --- one object, judged by both --- */

struct judged {
	const char *key;
	enum action action;
	const struct plain_finding *plain; /* NULL for the engine's */
	bool is_said;                      /* plain: the engine says it as well, */
	bool is_confirmed;                 /* and denies for it */
};

struct judgements {
	struct judged *items;
	size_t count;
	bool is_cut; /* plain: of a cluster with longer lists than the engine's */
};

static void
add(struct arena *arena, struct judgements *list, struct judged judged)
{
	if ((list->count & (list->count + 1)) == 0) {
		struct judged *larger = ARENA_ARRAY(arena, struct judged, 2 * list->count + 2);

		if (list->count)
			memcpy(larger, list->items, list->count * sizeof *larger);
		list->items = larger;
	}
	list->items[list->count++] = judged;
}

/* With the quotas of the plain checker. */
static const struct policy *policy;

static int
read_policy(void **state)
{
	struct arena *arena = arena_new(CASE_MEMORY);
	const char *text = arena_printf(arena,
		"apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\nspec:\n  quotas:\n"
		"    peerings: {kubeOvn: %d, aws: %d, gcp: %d, azure: %d}\n"
		"    routes: {kubeOvn: %d, aws: %d}\n"
		"    links: {azure: %d}\n    rulesetLinks: {azure: %d}\n",
		PLAIN_QUOTA, PLAIN_QUOTA, PLAIN_QUOTA, PLAIN_QUOTA, PLAIN_QUOTA, PLAIN_ROUTE_QUOTA,
		PLAIN_LINK_QUOTA, PLAIN_LINK_QUOTA);
	struct error error;

	*state = arena;
	policy = policy_parse(arena, text, strlen(text), &error);
	return policy ? 0 : -1;
}

static int
free_policy(void **state)
{
	arena_free(*state);
	return 0;
}

static struct judgements
judge_by_engine(struct arena *arena, const struct inventory *inventory,
	const struct declaration *subject, bool deleting)
{
	struct verdict verdict =
		verdict_reach(arena, &(struct verdict_request){.inventory = inventory,
					     .policy = policy,
					     .subject = subject,
					     .deleting = deleting});
	struct judgements list = {0};

	for (const struct finding *finding = verdict.findings.first; finding;
		finding = finding->next) {
		const char *key = key_of_finding(arena, finding);
		size_t i = 0;

		if (finding->action < ACTION_WARN || !plain_knows(finding->rule))
			continue;
		while (i < list.count && strcmp(list.items[i].key, key) != 0)
			i++;
		if (i == list.count)
			add(arena, &list, (struct judged){.key = key});
		if (finding->action > list.items[i].action)
			list.items[i].action = finding->action;
	}
	return list;
}

static struct judgements
judge_plainly(struct arena *arena, const struct plain_finding *finding)
{
	struct judgements list = {0};

	for (; finding; finding = finding->next)
		add(arena, &list,
			(struct judged){.key = key_of_plain(arena, finding),
				.action = finding->action,
				.plain = finding});
	return list;
}

static const struct judged *
find(const struct judgements *list, const char *key)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].key, key) == 0)
			return &list->items[i];
	return NULL;
}

static bool
share_entry(const struct plain_finding *a, const struct plain_finding *b)
{
	for (int i = 0; i < a->entry_count; i++)
		for (int k = 0; k < b->entry_count; k++)
			if (a->entries[i].part == b->entries[k].part &&
				a->entries[i].index == b->entries[k].index)
				return true;
	return false;
}

/* In a cluster so large that lists of answers are cut, a warning may be among what is cut; what is
 * certain to break is not. And root causes only: what stands on an entry that is denied for
 * something else may go unsaid. */
static bool
may_go_unsaid(const struct judgements *plain, const struct judged *judged)
{
	if (plain->is_cut && judged->action < ACTION_DENY)
		return true;
	for (size_t i = 0; i < plain->count; i++) {
		const struct judged *other = &plain->items[i];

		if (other == judged)
			continue;
		if ((other->is_confirmed && share_entry(other->plain, judged->plain)) ||
			(other->is_said && judged->plain->one_of &&
				judged->plain->one_of == other->plain->one_of))
			return true;
	}
	return false;
}

/* The differences as text, a line each; "" when there is none. */
static const char *
compare(struct arena *arena, struct judgements *engine, struct judgements *plain)
{
	const char *text = "";

	for (size_t i = 0; i < plain->count; i++) {
		const struct judged *said = find(engine, plain->items[i].key);

		plain->items[i].is_said = said;
		plain->items[i].is_confirmed = said && said->action == ACTION_DENY;
	}
	for (size_t i = 0; i < engine->count; i++) {
		const struct judged *said = &engine->items[i];
		bool expected = false;

		for (size_t k = 0; k < plain->count; k++)
			expected = expected ||
				   (strcmp(plain->items[k].key, said->key) == 0 &&
					   (plain->items[k].action == said->action ||
						   may_go_unsaid(plain, &plain->items[k])));
		if (!expected)
			text = arena_printf(arena, "%s  only the engine: %s %s\n", text,
				action_name(said->action), said->key);
	}
	for (size_t i = 0; i < plain->count; i++) {
		const struct judged *expected = &plain->items[i];
		const struct judged *said = find(engine, expected->key);

		if ((!said || said->action < expected->action) && !may_go_unsaid(plain, expected))
			text = arena_printf(arena, "%s  only the plain checker: %s %s\n", text,
				action_name(expected->action), expected->key);
	}
	return text;
}

/* --- one case --- */

static const char *
difference(const struct topology *topology)
{
	struct arena *arena = topology->arena;
	const struct declaration *all[TOPOLOGY_OBJECTS];
	struct inventory *inventory = inventory_new();
	const char *text = "";

	inventory_lock(inventory);
	for (size_t i = 0; i < topology->count; i++) {
		all[i] = topology_decode(arena, topology->texts[i]);
		inventory_store(inventory, all[i]);
	}
	for (size_t i = 0; i < 2 * topology->count; i++) {
		const struct declaration *subject = all[i / 2];
		bool deleting = i % 2;
		struct judgements engine = judge_by_engine(arena, inventory, subject, deleting);
		struct judgements plain =
			judge_plainly(arena, (deleting ? plain_check_deletion : plain_check)(
						     arena, all, topology->count, subject));
		const char *lines;

		plain.is_cut = topology->count > INVENTORY_ANSWERS;
		lines = compare(arena, &engine, &plain);

		if (*lines)
			text = arena_printf(arena, "%s%s%s:\n%s", text,
				object_text(arena, &subject->object),
				deleting ? ", when it is deleted" : "", lines);
	}
	inventory_unlock(inventory);
	inventory_free(inventory);
	return text;
}

/* Leaves out one object as long as the rest still differs. */
static bool
drop_object(struct topology *topology)
{
	for (size_t i = 0; i < topology->count; i++) {
		struct topology smaller = *topology;

		smaller.count--;
		memmove(&smaller.texts[i], &smaller.texts[i + 1],
			(smaller.count - i) * sizeof *smaller.texts);
		if (*difference(&smaller)) {
			*topology = smaller;
			return true;
		}
	}
	return false;
}

/* The next peering or route of a Vpc, from `start` on; *end is behind it and its comma. */
static const char *
next_entry(const char *start, const char **end)
{
	const char *entry = strstr(start, "{remoteVpc"), *route = strstr(start, "{cidr");

	if (!entry || (route && route < entry))
		entry = route;
	if (!entry)
		return NULL;
	*end = strchr(entry, '}') + 1;
	*end += strspn(*end, ", ");
	return entry;
}

static bool
drop_entry(struct topology *topology)
{
	for (size_t i = 0; i < topology->count; i++) {
		const char *text = topology->texts[i], *end = text;

		for (const char *entry; (entry = next_entry(end, &end));) {
			topology->texts[i] = arena_printf(
				topology->arena, "%.*s%s", (int)(entry - text), text, end);
			if (*difference(topology))
				return true;
			topology->texts[i] = text;
		}
	}
	return false;
}

static void
shrink(struct topology *topology)
{
	while (drop_object(topology) || drop_entry(topology))
		;
}

static void
print_case(uint64_t seed, struct topology *topology)
{
	fprintf(stderr, "PEERWARDEN_SEED=%llu PEERWARDEN_CASES=1 differs:\n%s\nin short:\n",
		(unsigned long long)seed, difference(topology));
	shrink(topology);
	for (size_t i = 0; i < topology->count; i++)
		fprintf(stderr, "- %s\n", topology->texts[i]);
	fprintf(stderr, "%s\n", difference(topology));
}

static void
the_engine_finds_what_the_plain_checker_finds(void **state)
{
	const char *wanted = getenv("PEERWARDEN_CASES");
	uint64_t cases = wanted ? strtoull(wanted, NULL, 10) : TOPOLOGY_CASES;
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(CASE_MEMORY);
	int differences = 0;
	uint64_t first;

	(void)state;
	random_start();
	first = random_state;
	for (uint64_t seed = first; seed < first + cases && differences < DIFFERENCES_SHOWN;
		seed++) {
		struct topology topology;

		arena_reset(arena);
		topology = topology_generate(arena, seed);
		if (*difference(&topology)) {
			differences++;
			print_case(seed, &topology);
		}
		assert_false(arena_exhausted(arena));
	}
	assert_int_equal(differences, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_engine_finds_what_the_plain_checker_finds),
	};

	return cmocka_run_group_tests(tests, read_policy, free_policy);
}
