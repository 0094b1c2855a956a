#include "kinds/policy_match.h"

#include <string.h>

#include "base/text.h"

/* Sub-expressions within each other (OVN's own limit is 100), and steps of one match: parts that
 * are made and pairs of them that are compared. */
enum { DEEPEST = 32, STEPS = 16384 };

struct parser {
	struct arena *arena;
	const char *rest;
	unsigned depth;
	size_t steps;
	bool failed; /* reading goes no further */
};

static const struct prefix any_address[FAMILIES] = {
	[FAMILY_4] = {.address = {.family = FAMILY_4}},
	[FAMILY_6] = {.address = {.family = FAMILY_6}},
};

/* A growing union of parts. */
struct parts {
	struct policy_match_part *items;
	size_t count;
	size_t capacity;
};

static void add(struct arena *arena, struct parts *parts, struct policy_match_part part);

static void
add_all_of_family(struct arena *arena, struct parts *parts, enum family family, bool partial)
{
	add(arena, parts,
		(struct policy_match_part){any_address[family], any_address[family], partial});
}

static struct parts
everything(struct arena *arena, bool partial)
{
	struct parts parts = {0};

	for (enum family family = 0; family < FAMILIES; family++)
		add_all_of_family(arena, &parts, family, partial);
	return parts;
}

/* Beyond the limit the union becomes all packets, in part: more than it was, never less. */
static void
add(struct arena *arena, struct parts *parts, struct policy_match_part part)
{
	if (parts->count == POLICY_MATCH_PARTS) {
		*parts = everything(arena, true);
		return;
	}
	if (parts->count == parts->capacity) {
		struct policy_match_part *items;

		parts->capacity = parts->capacity ? 2 * parts->capacity : 4;
		items = ARENA_ARRAY(arena, struct policy_match_part, parts->capacity);
		if (parts->count)
			memcpy(items, parts->items, parts->count * sizeof *items);
		parts->items = items;
	}
	parts->items[parts->count++] = part;
}

static struct parts
either(struct arena *arena, struct parts a, const struct parts *b)
{
	for (size_t i = 0; i < b->count; i++)
		add(arena, &a, b->items[i]);
	return a;
}

/* What is in both: prefixes lie within each other or apart. */
static bool
meet(const struct prefix *a, const struct prefix *b, struct prefix *both)
{
	*both = a->length > b->length ? *a : *b;
	return prefix_overlaps(a, b);
}

static bool
may_go(struct parser *parser, size_t steps)
{
	parser->steps += steps;
	parser->failed = parser->failed || parser->steps > STEPS;
	return !parser->failed;
}

static struct parts
both(struct parser *parser, const struct parts *a, const struct parts *b)
{
	struct parts parts = {0};

	if (!may_go(parser, a->count * b->count))
		return parts;
	for (size_t i = 0; i < a->count; i++)
		for (size_t k = 0; k < b->count; k++) {
			const struct policy_match_part *left = &a->items[i], *right = &b->items[k];
			struct policy_match_part part = {
				.partial = left->partial || right->partial};

			if (meet(&left->source, &right->source, &part.source) &&
				meet(&left->destination, &right->destination, &part.destination))
				add(parser->arena, &parts, part);
		}
	return parts;
}

/* The network of that length which has the address of `network` but for its last bit. */
static struct prefix
beside(const struct prefix *network, uint8_t length)
{
	struct prefix other = {network->address, length};

	if (length <= 64)
		other.address.high ^= (uint64_t)1 << (64 - length);
	else
		other.address.low ^= (uint64_t)1 << (128 - length);
	return prefix_network(&other);
}

static void
skip_blanks(struct parser *parser)
{
	parser->rest += strspn(parser->rest, " \t\r\n");
}

static bool
take(struct parser *parser, const char *symbol)
{
	skip_blanks(parser);
	if (!text_starts_with(parser->rest, symbol))
		return false;
	parser->rest += strlen(symbol);
	return true;
}

static const char *
take_part(struct parser *parser, size_t length)
{
	const char *part = arena_text_part(parser->arena, parser->rest, length);

	parser->rest += length;
	return part;
}

static size_t
span_of_word(const char *text)
{
	return strspn(
		text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/$@-");
}

/* A field with its bits in brackets, an address, a number, a "text" or a named set; NULL when there
 * is none. */
static const char *
take_operand(struct parser *parser)
{
	size_t length;

	skip_blanks(parser);
	if (*parser->rest == '"') {
		const char *end = strchr(parser->rest + 1, '"');

		return end ? take_part(parser, (size_t)(end + 1 - parser->rest)) : NULL;
	}
	length = span_of_word(parser->rest);
	if (length && parser->rest[length] == '[') {
		const char *end = strchr(parser->rest + length, ']');

		length = end ? (size_t)(end + 1 - parser->rest) : 0;
	}
	return length ? take_part(parser, length) : NULL;
}

enum relation { NO_RELATION, EQUAL, NOT_EQUAL, ORDER };

static enum relation
take_relation(struct parser *parser)
{
	static const struct {
		const char *symbol;
		enum relation relation;
	} symbols[] = {{"==", EQUAL}, {"!=", NOT_EQUAL}, {"<=", ORDER}, {">=", ORDER}, {"<", ORDER},
		{">", ORDER}};

	for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
		if (take(parser, symbols[i].symbol))
			return symbols[i].relation;
	return NO_RELATION;
}

/* An address, or one with a prefix length. */
static bool
read_network(const char *text, struct prefix *network)
{
	const char *reason;
	struct address address;

	if (prefix_parse(text, network, &reason)) {
		*network = prefix_network(network);
		return true;
	}
	if (!address_parse(text, &address, &reason))
		return false;
	*network = prefix_of_address(&address);
	return true;
}

static bool
is_source(const char *field)
{
	return text_equal(field, "ip4.src") || text_equal(field, "ip6.src");
}

static bool
is_of_address(const char *field)
{
	return is_source(field) || text_equal(field, "ip4.dst") || text_equal(field, "ip6.dst");
}

static enum family
family_of(const char *field)
{
	return field[2] == '6' ? FAMILY_6 : FAMILY_4;
}

static struct policy_match_part
part_of(const char *field, const struct prefix *network)
{
	const struct prefix *any = &any_address[network->address.family];

	return is_source(field) ? (struct policy_match_part){*network, *any, false}
				: (struct policy_match_part){*any, *network, false};
}

/* field != network: for each of its bits, those that differ from it there first. */
static void
add_others(
	struct parser *parser, struct parts *parts, const char *field, const struct prefix *network)
{
	if (!may_go(parser, network->length))
		return;
	for (uint8_t length = 1; length <= network->length; length++) {
		struct prefix other = beside(network, length);

		add(parser->arena, parts, part_of(field, &other));
	}
}

/* A comparison with one constant. Of what is not known, some packets may be meant. */
static struct parts
compare(struct parser *parser, const char *field, enum relation relation, const char *constant)
{
	struct parts parts = {0};
	struct prefix network;

	if (!may_go(parser, 1))
		return parts;
	if (!is_of_address(field))
		return everything(parser->arena, true);
	if (relation == ORDER || !read_network(constant, &network) ||
		network.address.family != family_of(field))
		add_all_of_family(parser->arena, &parts, family_of(field), true);
	else if (relation == EQUAL)
		add(parser->arena, &parts, part_of(field, &network));
	else
		add_others(parser, &parts, field, &network);
	return parts;
}

/* field == {a, b} holds for either; field != {a, b} for what is neither. */
static struct parts
compare_set(struct parser *parser, const char *field, enum relation relation)
{
	struct parts parts = {0};
	bool first = true;

	while (!parser->failed && !take(parser, "}")) {
		const char *constant = take_operand(parser);
		struct parts one;

		if (!constant) {
			parser->failed = true;
			break;
		}
		one = compare(parser, field, relation, constant);
		if (first)
			parts = one;
		else if (relation == NOT_EQUAL)
			parts = both(parser, &parts, &one);
		else
			parts = either(parser->arena, parts, &one);
		first = false;
		take(parser, ",");
	}
	parser->failed = parser->failed || first;
	return parts;
}

/* A field by itself: "ip4", "tcp", or the constants 1 and 0. */
static struct parts
predicate(struct parser *parser, const char *field, bool negated)
{
	struct parts parts = {0};

	if (text_equal(field, "1") || text_equal(field, "0") || text_equal(field, "ip"))
		return text_equal(field, "0") != negated ? parts : everything(parser->arena, false);
	if (text_equal(field, "ip4") || text_equal(field, "ip6"))
		add_all_of_family(parser->arena, &parts,
			text_equal(field, "ip4") != negated ? FAMILY_4 : FAMILY_6, false);
	else
		parts = everything(parser->arena, true);
	return parts;
}

static enum relation
opposite(enum relation relation)
{
	return relation == EQUAL ? NOT_EQUAL : relation == NOT_EQUAL ? EQUAL : relation;
}

/* field, field == constant, constant == field, low < field < high, field == {constants}. A negated
 * comparison with an address still asks for a packet of its family: the others are beside the
 * point here. */
static struct parts
read_comparison(struct parser *parser, bool negated)
{
	const char *left = take_operand(parser), *right;
	enum relation relation;

	if (!left) {
		parser->failed = true;
		return (struct parts){0};
	}
	relation = take_relation(parser);
	if (relation == NO_RELATION)
		return predicate(parser, left, negated);
	if (negated)
		relation = opposite(relation);
	if (take(parser, "{"))
		return compare_set(parser, left, relation);
	right = take_operand(parser);
	if (!right || (take_relation(parser) != NO_RELATION && !take_operand(parser))) {
		parser->failed = true;
		return (struct parts){0};
	}
	return is_of_address(right) ? compare(parser, right, relation, left)
				    : compare(parser, left, relation, right);
}

static struct parts read_expression(struct parser *parser, bool negated);

static struct parts
read_factor(struct parser *parser, bool negated)
{
	struct parts parts;

	skip_blanks(parser);
	while (*parser->rest == '!' && take(parser, "!")) {
		negated = !negated;
		skip_blanks(parser);
	}
	if (!take(parser, "("))
		return read_comparison(parser, negated);
	if (++parser->depth > DEEPEST) {
		parser->failed = true;
		return (struct parts){0};
	}
	parts = read_expression(parser, negated);
	parser->failed = parser->failed || !take(parser, ")");
	parser->depth--;
	return parts;
}

/* OVN wants parentheses where && and || stand side by side, so one symbol joins all factors. Under
 * a negation each becomes the other. */
static struct parts
read_expression(struct parser *parser, bool negated)
{
	struct parts parts = read_factor(parser, negated), next;
	const char *symbol = take(parser, "&&") ? "&&" : take(parser, "||") ? "||" : NULL;
	bool conjunction = symbol && (*symbol == '&') != negated;

	while (symbol && !parser->failed) {
		next = read_factor(parser, negated);
		parts = conjunction ? both(parser, &parts, &next)
				    : either(parser->arena, parts, &next);
		if (!take(parser, symbol))
			break;
	}
	return parts;
}

struct policy_match
policy_match_read(struct arena *arena, const char *text)
{
	struct parser parser = {.arena = arena, .rest = text};
	struct parts parts;

	if (arena_exhausted(arena))
		return (struct policy_match){0};
	parts = read_expression(&parser, false);
	skip_blanks(&parser);
	if (parser.steps > STEPS)
		parts = everything(arena, true);
	else if (parser.failed || *parser.rest)
		return (struct policy_match){0};
	return (struct policy_match){parts.items, parts.count};
}

/* What of `part` is outside `other`: the sources that `other` does not have, and, for those that it
 * has, the other destinations. */
static void
add_rest(struct arena *arena, struct parts *parts, const struct policy_match_part *part,
	const struct policy_match_part *other)
{
	struct policy_match_part rest = *part, common;

	if (!meet(&part->source, &other->source, &common.source) ||
		!meet(&part->destination, &other->destination, &common.destination)) {
		add(arena, parts, *part);
		return;
	}
	for (unsigned length = part->source.length + 1u; length <= common.source.length; length++) {
		rest.source = beside(&common.source, (uint8_t)length);
		add(arena, parts, rest);
	}
	rest.source = common.source;
	for (unsigned length = part->destination.length + 1u; length <= common.destination.length;
		length++) {
		rest.destination = beside(&common.destination, (uint8_t)length);
		add(arena, parts, rest);
	}
}

struct policy_match
policy_match_without(struct arena *arena, struct policy_match match, struct policy_match other)
{
	for (size_t i = 0; i < other.count && !arena_exhausted(arena); i++) {
		struct parts rest = {0};

		if (other.parts[i].partial)
			continue;
		for (size_t k = 0; k < match.count; k++)
			add_rest(arena, &rest, &match.parts[k], &other.parts[i]);
		match = (struct policy_match){rest.items, rest.count};
	}
	return match;
}
