#include "network/prefix_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A node stands for a prefix; without values it only joins its two children. Most nodes carry one
 * value, which needs no array. */
struct node {
	uint64_t high;
	uint64_t low;
	struct node *children[2];
	union {
		const void *one;
		const void **many; /* when count > 1; its size is the next power of two */
	} value;
	uint32_t count;
	uint8_t length;
};

struct prefix_tree {
	struct node *roots[FAMILIES];
	size_t count;
};

struct walk {
	prefix_tree_visit *visit;
	void *context;
	enum family family;
};

struct prefix_tree *
prefix_tree_new(void)
{
	return memory_alloc(sizeof(struct prefix_tree));
}

static void
node_free(struct node *node)
{
	if (node->count > 1)
		free(node->value.many);
	free(node);
}

/* As deep as an address has bits. */
static void
nodes_free(struct node *node)
{
	if (!node)
		return;
	nodes_free(node->children[0]);
	nodes_free(node->children[1]);
	node_free(node);
}

void
prefix_tree_free(struct prefix_tree *tree)
{
	if (!tree)
		return;
	for (int family = 0; family < FAMILIES; family++)
		nodes_free(tree->roots[family]);
	free(tree);
}

size_t
prefix_tree_count(const struct prefix_tree *tree)
{
	return tree->count;
}

static int
bit_at(uint64_t high, uint64_t low, unsigned index)
{
	return (int)((index < 64 ? high >> (63 - index) : low >> (127 - index)) & 1);
}

/* How many leading bits a node and a prefix share, up to the shorter length. */
static unsigned
common_bits(const struct node *node, const struct prefix *prefix)
{
	uint64_t high = node->high ^ prefix->address.high;
	uint64_t low = node->low ^ prefix->address.low;
	unsigned shorter = node->length < prefix->length ? node->length : prefix->length;
	unsigned common;

	if (high)
		common = (unsigned)__builtin_clzll(high);
	else
		common = low ? 64 + (unsigned)__builtin_clzll(low) : 128;
	return common < shorter ? common : shorter;
}

static struct node *
node_new(const struct prefix *prefix, unsigned length)
{
	struct prefix network = prefix_network(&(struct prefix){prefix->address, (uint8_t)length});
	struct node *node = memory_alloc(sizeof *node);

	node->high = network.address.high;
	node->low = network.address.low;
	node->length = network.length;
	return node;
}

static void
node_add(struct node *node, const void *value)
{
	if (node->count == 0) {
		node->value.one = value;
	} else if (node->count == 1) {
		const void *first = node->value.one;

		node->value.many = memory_alloc(2 * sizeof *node->value.many);
		node->value.many[0] = first;
		node->value.many[1] = value;
	} else {
		if ((node->count & (node->count - 1)) == 0)
			node->value.many = memory_resize(
				node->value.many, 2 * node->count * sizeof *node->value.many);
		node->value.many[node->count] = value;
	}
	node->count++;
}

static const void *const *
node_values(const struct node *node)
{
	return node->count > 1 ? node->value.many : &node->value.one;
}

static bool
node_drop(struct node *node, const void *value)
{
	const void **many = node->value.many;
	uint32_t at = 0;

	while (at < node->count && node_values(node)[at] != value)
		at++;
	if (at == node->count)
		return false;
	if (node->count > 1) {
		memmove(many + at, many + at + 1, (node->count - at - 1) * sizeof *many);
		if (node->count == 2) {
			node->value.one = many[0];
			free(many);
		} else if (((node->count - 1) & (node->count - 2)) == 0) {
			node->value.many = memory_resize(many, (node->count - 1) * sizeof *many);
		}
	}
	node->count--;
	return true;
}

/* Puts a new node for `prefix` in the place of `*at`, whose first difference from it is bit
 * `common`; returns it. */
static struct node *
split(struct node **at, const struct prefix *prefix, unsigned common)
{
	struct node *old = *at;
	struct node *node = node_new(prefix, prefix->length);
	struct node *join = node;

	if (common < prefix->length) {
		join = node_new(prefix, common);
		join->children[bit_at(node->high, node->low, common)] = node;
	}
	join->children[bit_at(old->high, old->low, common)] = old;
	*at = join;
	return node;
}

void
prefix_tree_insert(struct prefix_tree *tree, const struct prefix *given, const void *value)
{
	struct prefix prefix = prefix_network(given);
	struct node **at = &tree->roots[prefix.address.family];
	struct node *node;

	tree->count++;
	while ((node = *at)) {
		unsigned common = common_bits(node, &prefix);

		if (common < node->length) {
			node_add(split(at, &prefix, common), value);
			return;
		}
		if (common == prefix.length) {
			node_add(node, value);
			return;
		}
		at = &node->children[bit_at(prefix.address.high, prefix.address.low, common)];
	}
	*at = node_new(&prefix, prefix.length);
	node_add(*at, value);
}

/* Takes a node out that neither carries a value nor joins two children. */
static void
tidy(struct node **at)
{
	struct node *node = *at;

	if (!node || node->count > 0 || (node->children[0] && node->children[1]))
		return;
	*at = node->children[0] ? node->children[0] : node->children[1];
	node_free(node);
}

bool
prefix_tree_remove(struct prefix_tree *tree, const struct prefix *given, const void *value)
{
	struct prefix prefix = prefix_network(given);
	struct node **above = NULL;
	struct node **at = &tree->roots[prefix.address.family];
	struct node *node;

	while ((node = *at)) {
		unsigned common = common_bits(node, &prefix);

		if (common < node->length)
			return false;
		if (common == prefix.length)
			break;
		above = at;
		at = &node->children[bit_at(prefix.address.high, prefix.address.low, common)];
	}
	if (!node || !node_drop(node, value))
		return false;
	tree->count--;
	tidy(at);
	if (above)
		tidy(above);
	return true;
}

static bool
visit_node(const struct node *node, const struct walk *walk)
{
	struct prefix prefix = {{node->high, node->low, walk->family}, node->length};

	for (uint32_t i = 0; i < node->count; i++)
		if (!walk->visit(&prefix, node_values(node)[i], walk->context))
			return false;
	return true;
}

static bool
visit_below(const struct node *node, const struct walk *walk)
{
	return !node || (visit_node(node, walk) && visit_below(node->children[0], walk) &&
				visit_below(node->children[1], walk));
}

/* Visits the nodes on the path to `prefix` that are shorter, and where `equal` is set also the one
 * that equals it. `*below` is then the highest node within `prefix`, or NULL. */
static bool
visit_path(const struct node *node, const struct prefix *prefix, bool equal,
	const struct walk *walk, const struct node **below)
{
	*below = NULL;
	while (node) {
		unsigned common = common_bits(node, prefix);

		if (common == prefix->length)
			*below = node;
		if (common < node->length || (*below && !equal))
			return true;
		if (walk && !visit_node(node, walk))
			return false;
		if (*below)
			return true;
		node = node->children[bit_at(prefix->address.high, prefix->address.low, common)];
	}
	return true;
}

bool
prefix_tree_covering(const struct prefix_tree *tree, const struct prefix *prefix,
	prefix_tree_visit *visit, void *context)
{
	struct walk walk = {visit, context, prefix->address.family};
	const struct node *below;

	return visit_path(tree->roots[walk.family], prefix, true, &walk, &below);
}

bool
prefix_tree_covered(const struct prefix_tree *tree, const struct prefix *prefix,
	prefix_tree_visit *visit, void *context)
{
	struct walk walk = {visit, context, prefix->address.family};
	const struct node *below;

	visit_path(tree->roots[walk.family], prefix, false, NULL, &below);
	return visit_below(below, &walk);
}

bool
prefix_tree_overlaps(const struct prefix_tree *tree, const struct prefix *prefix,
	prefix_tree_visit *visit, void *context)
{
	struct walk walk = {visit, context, prefix->address.family};
	const struct node *below;

	return visit_path(tree->roots[walk.family], prefix, false, &walk, &below) &&
	       visit_below(below, &walk);
}

bool
prefix_tree_all(const struct prefix_tree *tree, prefix_tree_visit *visit, void *context)
{
	for (int family = 0; family < FAMILIES; family++) {
		struct walk walk = {visit, context, (enum family)family};

		if (!visit_below(tree->roots[family], &walk))
			return false;
	}
	return true;
}
