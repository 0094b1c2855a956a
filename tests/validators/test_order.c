/* Order does not matter: whatever order objects are stored, arrive or go in, the verdict about what
 * stands there in the end is the same.
 *
 * Asked of random clusters and of the objects of every scenario. PEERWARDEN_SEED is the seed of the
 * first random cluster, the next has the next number, and PEERWARDEN_CASES is how many there are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "tests/network/random.h"
#include "tests/validators/clusters.h"
#include "validators/rules.h"
#include "validators/verdict.h"

enum { CASES = TOPOLOGY_CASES / 3, SHUFFLES = 3, PAIRS = 4, MOST_TEXT = 64 << 20 };

/* --- which refusals two objects share --- */

/* A rule that refuses is either about a conflict between two objects, of which neither is more at
 * fault, so that whichever comes second is refused; or about one object, whatever else arrives. */
static const struct {
	const char *rule;
	const char *one_sided; /* why the other object is never refused for it; NULL: it is */
} sides[] = {
	{"cidr-overlap", NULL},
	{"link-address-conflict", NULL},
	{"duplicate-peering", NULL},
	{"name-collision", NULL},
	{"route-conflict", NULL},
	{"remote-gateway", NULL},
	{"dns-zone-conflict", NULL},
	{"unreachable-next-hop", NULL},
	{"quota", "the limit is passed by whoever comes last, not by two"},
	{"name-taken", "what a RemoteNetwork or RemoteZone says is a fact"},
	{"default-vpc", "the default VPC is there before all others, and has no say in it"},
	{"self-peering", "the object meets only itself"},
	{"missing-shoot-tag", "what a RemoteNetwork or RemoteZone says is a fact"},
	{"shoot-mismatch", "what shoot-info says is a fact"},
	{"provider-mismatch", "what shoot-info says is a fact"},
	{"defined-twice", "only lint has two definitions of one object, and judges both"},
	{"immutable-field", "the object is compared with its own past"},
	{"malformed-address", "the object alone"},
	{"malformed-id", "the object alone"},
};

static bool
is_shared_fault(const char *rule)
{
	for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
		if (text_equal(sides[i].rule, rule))
			return !sides[i].one_sided;
	return false;
}

/* Nobody can refuse what only describes the world. */
static bool
is_fact(enum kind kind)
{
	return kind == KIND_REMOTE_NETWORK || kind == KIND_REMOTE_ZONE || kind == KIND_SHOOT_INFO;
}

/* --- verdicts --- */

static struct verdict
judge(struct arena *arena, const struct inventory *inventory, const struct declaration *subject,
	const struct declaration *before)
{
	return verdict_reach(arena, &(struct verdict_request){.inventory = inventory,
					    .policy = policy_default(),
					    .subject = subject,
					    .before = before});
}

static void
say(struct buffer *text, const struct verdict *verdict)
{
	for (const struct finding *finding = verdict->findings.first; finding;
		finding = finding->next)
		buffer_printf(text, "  %s %s [%s] %s | %s\n", finding->id,
			action_name(finding->action), finding->rule, finding->message,
			finding->hint);
}

/* Everything that verdicts say about everyone, as it stands and when it goes. */
static const char *
say_all(struct arena *arena, const struct cluster *cluster, const struct inventory *inventory)
{
	struct buffer text CLEANUP(buffer_dispose);

	buffer_init(&text, MOST_TEXT);
	for (size_t i = 0; i < cluster->count; i++) {
		const struct declaration *subject = cluster->items[i];
		struct verdict verdict = judge(arena, inventory, subject, NULL);
		struct verdict goes =
			verdict_reach(arena, &(struct verdict_request){.inventory = inventory,
						     .policy = policy_default(),
						     .subject = subject,
						     .deleting = true});

		buffer_printf(&text, "%s\n", object_text(arena, &subject->object));
		say(&text, &verdict);
		say(&text, &goes);
	}
	assert_false(text.overflowed);
	return arena_text(arena, buffer_text(&text));
}

static void
store_all(struct inventory *inventory, const struct cluster *cluster)
{
	for (size_t i = 0; i < cluster->count; i++)
		inventory_store(inventory, cluster->items[i]);
}

static struct inventory *
open_inventory(void)
{
	struct inventory *inventory = inventory_new();

	inventory_lock(inventory);
	return inventory;
}

static void
close_inventory(struct inventory *inventory)
{
	inventory_unlock(inventory);
	inventory_free(inventory);
}

static void
shuffle(struct cluster *cluster)
{
	for (size_t i = cluster->count; i > 1; i--) {
		size_t k = random_below(i);
		const struct declaration *other = cluster->items[k];

		cluster->items[k] = cluster->items[i - 1];
		cluster->items[i - 1] = other;
	}
}

/* --- the order of storing --- */

static void
check_shuffled(const struct cluster *cluster)
{
	struct inventory *inventory = open_inventory();
	struct cluster shuffled = *cluster;
	const char *expected;

	random_state = cluster->seed;
	store_all(inventory, cluster);
	expected = say_all(cluster->arena, cluster, inventory);
	close_inventory(inventory);
	for (int i = 0; i < SHUFFLES; i++) {
		const char *said;

		shuffle(&shuffled);
		inventory = open_inventory();
		store_all(inventory, &shuffled);
		said = say_all(cluster->arena, cluster, inventory);
		close_inventory(inventory);
		if (strcmp(said, expected) != 0)
			fail_about(cluster, "stored in another order:\n%s--- instead of\n%s", said,
				expected);
	}
}

static void
the_order_of_storing_changes_no_verdict(void **state)
{
	(void)state;
	clusters_random(CASES, check_shuffled);
}

static void
the_order_of_storing_changes_no_verdict_of_a_scenario(void **state)
{
	(void)state;
	clusters_of_scenarios(check_shuffled);
}

/* --- what was stored once and is gone --- */

static void
check_size(const struct cluster *cluster, const struct inventory *a, const struct inventory *b)
{
	struct inventory_size left = inventory_size(a), right = inventory_size(b);

	if (left.objects != right.objects || left.domains != right.domains ||
		left.claims != right.claims || left.reservations != right.reservations)
		fail_about(cluster, "%zu objects, %zu domains, %zu claims instead of %zu, %zu, %zu",
			left.objects, left.domains, left.claims, right.objects, right.domains,
			right.claims);
}

/* A part is to stay; the rest comes and goes in between. */
static void
check_removals(const struct cluster *cluster)
{
	struct inventory *used = open_inventory(), *fresh = open_inventory();
	struct cluster all = *cluster, kept;
	const char *said, *expected;

	random_state = cluster->seed;
	shuffle(&all);
	kept = all;
	kept.count = all.count - all.count / 4;
	store_all(fresh, &kept);
	for (size_t i = 0; i < 4 * cluster->count; i++) {
		const struct declaration *item = cluster->items[random_below(cluster->count)];

		if (random_below(2))
			inventory_store(used, item);
		else
			inventory_remove(used, &item->object);
	}
	store_all(used, &kept);
	for (size_t i = kept.count; i < cluster->count; i++)
		inventory_remove(used, &all.items[i]->object);
	check_size(cluster, used, fresh);
	said = say_all(cluster->arena, &kept, used);
	expected = say_all(cluster->arena, &kept, fresh);
	if (strcmp(said, expected) != 0)
		fail_about(
			cluster, "what is gone still shows:\n%s--- instead of\n%s", said, expected);
	close_inventory(used);
	close_inventory(fresh);
}

static void
what_is_gone_leaves_no_trace(void **state)
{
	(void)state;
	clusters_random(CASES, check_removals);
}

/* --- arrival, one by one --- */

/* A Vpc as it is created before its peerings are known. */
static const struct declaration *
bare(struct arena *arena, const struct declaration *vpc)
{
	struct declaration *copy = ARENA_NEW(arena, struct declaration);

	*copy = *vpc;
	copy->peering_count = copy->link_count = copy->route_count = 0;
	return copy;
}

static bool
arrive(struct arena *arena, struct inventory *inventory, const struct declaration *object)
{
	struct verdict verdict =
		judge(arena, inventory, object, inventory_find(inventory, &object->object));

	if (verdict.action < ACTION_DENY)
		inventory_store(inventory, object);
	return verdict.action < ACTION_DENY;
}

static bool
involves_fact(const struct finding *finding)
{
	for (const struct party *party = finding->counterparts; party; party = party->next)
		if (is_fact(party->object.kind))
			return true;
	return is_fact(finding->subject.object.kind);
}

static void
audit(const struct cluster *cluster, const struct inventory *inventory)
{
	for (size_t i = 0; i < cluster->count; i++) {
		const struct declaration *stored =
			inventory_find(inventory, &cluster->items[i]->object);
		struct verdict verdict = {0};

		if (stored)
			verdict = judge(cluster->arena, inventory, stored, NULL);
		for (const struct finding *finding = verdict.findings.first; finding;
			finding = finding->next)
			if (finding->action == ACTION_DENY && is_shared_fault(finding->rule) &&
				!involves_fact(finding))
				fail_about(cluster, "both admitted: %s: %s [%s]",
					object_text(cluster->arena, &stored->object),
					finding->message, finding->rule);
	}
}

static void
check_arrival(const struct cluster *cluster)
{
	struct inventory *inventory = open_inventory();
	struct cluster shuffled = *cluster;

	random_state = cluster->seed;
	for (size_t i = 0; i < cluster->count; i++)
		if (cluster->items[i]->object.kind == KIND_VPC && random_below(2))
			arrive(cluster->arena, inventory, bare(cluster->arena, cluster->items[i]));
	for (int round = 0; round < 2; round++) {
		shuffle(&shuffled);
		for (size_t i = 0; i < shuffled.count; i++)
			arrive(cluster->arena, inventory, shuffled.items[i]);
	}
	audit(cluster, inventory);
	close_inventory(inventory);
}

static void
two_objects_in_conflict_are_never_both_admitted(void **state)
{
	(void)state;
	clusters_random(CASES, check_arrival);
}

/* --- one before the other --- */

static bool
has_refusal(const struct verdict *verdict, const char *id)
{
	for (const struct finding *finding = verdict->findings.first; finding;
		finding = finding->next)
		if (finding->action == ACTION_DENY && strcmp(finding->id, id) == 0)
			return true;
	return false;
}

static bool
have_refusal_in_common(const struct verdict *one, const struct verdict *other)
{
	for (const struct finding *finding = one->findings.first; finding; finding = finding->next)
		if (finding->action == ACTION_DENY && has_refusal(other, finding->id))
			return true;
	return false;
}

/* What refuses `b` because `a` is there must refuse `a` when `b` is there: the same finding, unless
 * another one that they share makes it needless, since only root causes are told. */
static void
check_mirrored(const struct cluster *cluster, const struct declaration *a,
	const struct verdict *of_a, const struct declaration *b, const struct verdict *of_b)
{
	for (const struct finding *finding = of_b->findings.first; finding; finding = finding->next)
		if (finding->action == ACTION_DENY && is_shared_fault(finding->rule) &&
			!has_refusal(of_a, finding->id) && !have_refusal_in_common(of_a, of_b))
			fail_about(cluster,
				"%s after %s is refused: %s [%s]; the other way round:\n%s",
				object_text(cluster->arena, &b->object),
				object_text(cluster->arena, &a->object), finding->message,
				finding->rule, verdict_message(cluster->arena, of_a));
}

static struct verdict
judge_after(const struct cluster *cluster, struct inventory *inventory,
	const struct declaration *first, const struct declaration *second)
{
	struct verdict verdict;

	inventory_store(inventory, first);
	verdict = judge(cluster->arena, inventory, second, NULL);
	inventory_remove(inventory, &first->object);
	return verdict;
}

/* Both would be admitted alone, among what is there. */
static void
check_pair(const struct cluster *cluster, const struct declaration *a, const struct declaration *b)
{
	struct inventory *inventory = open_inventory();

	for (size_t i = 0; i < cluster->count; i++)
		if (cluster->items[i] != a && cluster->items[i] != b)
			arrive(cluster->arena, inventory, cluster->items[i]);
	if (judge(cluster->arena, inventory, a, NULL).action < ACTION_DENY &&
		judge(cluster->arena, inventory, b, NULL).action < ACTION_DENY) {
		struct verdict of_b = judge_after(cluster, inventory, a, b);
		struct verdict of_a = judge_after(cluster, inventory, b, a);

		check_mirrored(cluster, a, &of_a, b, &of_b);
		check_mirrored(cluster, b, &of_b, a, &of_a);
	}
	close_inventory(inventory);
}

static void
check_pairs(const struct cluster *cluster)
{
	struct cluster shuffled = *cluster;

	random_state = cluster->seed;
	for (int i = 0; i < PAIRS && cluster->count > 1; i++) {
		shuffle(&shuffled);
		if (!is_fact(shuffled.items[0]->object.kind) &&
			!is_fact(shuffled.items[1]->object.kind))
			check_pair(&shuffled, shuffled.items[0], shuffled.items[1]);
	}
}

static void
of_two_in_conflict_either_is_refused_when_it_comes_second(void **state)
{
	(void)state;
	clusters_random(CASES, check_pairs);
}

static void
every_rule_that_denies_is_said_to_have_one_side_or_two(void **state)
{
	(void)state;
	for (size_t i = 0; rules[i]; i++) {
		bool is_known = rules[i]->action < ACTION_DENY;

		for (size_t k = 0; k < sizeof sides / sizeof *sides; k++)
			is_known = is_known || text_equal(sides[k].rule, rules[i]->id);
		if (!is_known)
			fail_msg("%s is not in the table of sides", rules[i]->id);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_that_denies_is_said_to_have_one_side_or_two),
		cmocka_unit_test(the_order_of_storing_changes_no_verdict),
		cmocka_unit_test(the_order_of_storing_changes_no_verdict_of_a_scenario),
		cmocka_unit_test(what_is_gone_leaves_no_trace),
		cmocka_unit_test(two_objects_in_conflict_are_never_both_admitted),
		cmocka_unit_test(of_two_in_conflict_either_is_refused_when_it_comes_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
