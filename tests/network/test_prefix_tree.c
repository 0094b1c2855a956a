#include "network/prefix_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "random.h"

enum { VALUES = 4, MOST = 600, ROUNDS = 6000 };

static const char values[VALUES];

struct entry {
	struct prefix prefix;
	const void *value;
};

struct entries {
	struct entry items[MOST];
	size_t count;
	size_t stop_at; /* ends the walk after so many; 0 never */
};

static bool
note(const struct prefix *prefix, const void *value, void *context)
{
	struct entries *seen = context;

	seen->items[seen->count++] = (struct entry){*prefix, value};
	return seen->count != seen->stop_at;
}

/* Few address bits vary, so that prefixes nest, repeat and part often. */
static struct prefix
random_prefix(void)
{
	struct prefix prefix = {.address.family = (enum family)random_below(FAMILIES)};
	unsigned bits = prefix_bits(prefix.address.family);

	prefix.length =
		(uint8_t)(random_below(4) ? bits - random_below(6) : random_below(bits + 1));
	prefix.address.high = random_below(4) << 62 | random_below(64) << 32;
	if (prefix.address.family == FAMILY_6)
		prefix.address.low = random_below(2) << 63 | random_below(64);
	return prefix;
}

static bool
is_in(const struct entries *list, const struct entry *entry)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].value == entry->value &&
			prefix_equal(&list->items[i].prefix, &entry->prefix))
			return true;
	return false;
}

enum question { COVERING, COVERED, OVERLAPS };

static bool
belongs(enum question question, const struct prefix *entry, const struct prefix *asked)
{
	if (question == COVERING)
		return prefix_covers(entry, asked);
	return question == COVERED ? prefix_covers(asked, entry) : prefix_overlaps(entry, asked);
}

static void
compare_with_the_list(const struct prefix_tree *tree, const struct entries *list,
	const struct prefix *asked, enum question question)
{
	struct entries seen = {.count = 0};
	size_t expected = 0;

	if (question == COVERING)
		assert_true(prefix_tree_covering(tree, asked, note, &seen));
	else if (question == COVERED)
		assert_true(prefix_tree_covered(tree, asked, note, &seen));
	else
		assert_true(prefix_tree_overlaps(tree, asked, note, &seen));
	for (size_t i = 0; i < list->count; i++)
		if (belongs(question, &list->items[i].prefix, asked)) {
			expected++;
			assert_true(is_in(&seen, &list->items[i]));
		}
	assert_int_equal(seen.count, expected);
	for (size_t i = 1; i < seen.count; i++) {
		const struct prefix *a = &seen.items[i - 1].prefix, *b = &seen.items[i].prefix;

		assert_true(address_compare(&a->address, &b->address) < 0 ||
			    (prefix_covers(a, b) && a->length <= b->length));
	}
}

static void
random_operations_agree_with_a_plain_list(void **state)
{
	static struct entries list;
	struct prefix_tree *tree = prefix_tree_new();

	(void)state;
	random_start();
	list.count = 0;
	for (int round = 0; round < ROUNDS; round++) {
		struct entry entry = {random_prefix(), &values[random_below(VALUES)]};
		bool growing = round % 2000 < 1000;
		struct prefix asked = random_prefix();

		if (list.count < MOST && random_below(10) < (growing ? 7u : 3u)) {
			list.items[list.count++] = entry;
			prefix_tree_insert(tree, &entry.prefix, entry.value);
		} else if (list.count > 0 && random_below(4)) {
			size_t at = random_below(list.count);

			assert_true(prefix_tree_remove(
				tree, &list.items[at].prefix, list.items[at].value));
			list.items[at] = list.items[--list.count];
		} else {
			assert_int_equal(prefix_tree_remove(tree, &entry.prefix, entry.value),
				is_in(&list, &entry));
			for (size_t i = 0; i < list.count; i++)
				if (list.items[i].value == entry.value &&
					prefix_equal(&list.items[i].prefix, &entry.prefix)) {
					list.items[i] = list.items[--list.count];
					break;
				}
		}
		assert_int_equal(prefix_tree_count(tree), list.count);
		for (int question = COVERING; question <= OVERLAPS; question++)
			compare_with_the_list(tree, &list, &asked, (enum question)question);
	}
	while (list.count > 0) {
		list.count--;
		assert_true(prefix_tree_remove(
			tree, &list.items[list.count].prefix, list.items[list.count].value));
	}
	assert_int_equal(prefix_tree_count(tree), 0);
	prefix_tree_free(tree);
}

static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix;

	assert_true(prefix_parse(text, &prefix, NULL));
	return prefix;
}

static void
a_visitor_ends_every_walk(void **state)
{
	static const char *const texts[] = {
		"10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24", "fd00::/8"};
	struct prefix_tree *tree = prefix_tree_new();
	struct prefix asked = prefix_of("10.0.0.0/16");

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct prefix prefix = prefix_of(texts[i]);

		prefix_tree_insert(tree, &prefix, &values[0]);
	}
	assert_false(prefix_tree_covering(tree, &asked, note, &(struct entries){.stop_at = 1}));
	assert_false(prefix_tree_covered(tree, &asked, note, &(struct entries){.stop_at = 2}));
	assert_false(prefix_tree_overlaps(tree, &asked, note, &(struct entries){.stop_at = 3}));
	assert_false(prefix_tree_all(tree, note, &(struct entries){.stop_at = 5}));
	assert_true(prefix_tree_all(tree, note, &(struct entries){.stop_at = 6}));
	prefix_tree_free(tree);
}

static void
host_bits_and_repeated_pairs_are_kept_apart_and_removed_singly(void **state)
{
	struct prefix_tree *tree = prefix_tree_new();
	struct prefix a = prefix_of("10.0.0.1/24"), b = prefix_of("10.0.0.2/24");
	struct entries seen = {.count = 0};

	(void)state;
	prefix_tree_insert(tree, &a, &values[0]);
	prefix_tree_insert(tree, &b, &values[0]);
	prefix_tree_insert(tree, &b, &values[1]);
	assert_true(prefix_tree_remove(tree, &a, &values[0]));
	assert_true(prefix_tree_all(tree, note, &seen));
	assert_int_equal(seen.count, 2);
	assert_true(prefix_tree_remove(tree, &a, &values[0]));
	assert_false(prefix_tree_remove(tree, &a, &values[0]));
	assert_true(prefix_tree_remove(tree, &a, &values[1]));
	prefix_tree_free(tree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_operations_agree_with_a_plain_list),
		cmocka_unit_test(a_visitor_ends_every_walk),
		cmocka_unit_test(host_bits_and_repeated_pairs_are_kept_apart_and_removed_singly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
