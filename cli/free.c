/* Suggestions, from the same index and the same pools as the hints of the rules. */
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/policy_source.h"
#include "cli/state.h"
#include "kinds/domain_key.h"
#include "validators/policy.h"

struct free_settings {
	const char *vpc;
	const char *peer;
	const char *family;
	const char *state;
	const char *policy;
	const char *output;
	int64_t length; /* 0: by family */
	int64_t count;
	bool shoot;
	bool links;
	bool help;
};

enum { MOST_FOUND = 256 };

#define FREE_FIELD(field) offsetof(struct free_settings, field)

static const struct option free_options[] = {
	{.name = "vpc",
		.type = OPTION_TEXT,
		.offset = FREE_FIELD(vpc),
		.placeholder = "NAME",
		.help = "the Vpc that the network is for",
		.flag_only = true},
	{.name = "shoot",
		.type = OPTION_FLAG,
		.offset = FREE_FIELD(shoot),
		.help = "the network is for what is peered with the shoot's own network",
		.flag_only = true},
	{.name = "peer",
		.type = OPTION_TEXT,
		.offset = FREE_FIELD(peer),
		.placeholder = "NAME",
		.help = "free there as well: a Vpc or, with --shoot, a RemoteNetwork",
		.flag_only = true},
	{.name = "links",
		.type = OPTION_FLAG,
		.offset = FREE_FIELD(links),
		.help = "link networks with their two ends, instead of networks for Subnets",
		.flag_only = true},
	{.name = "length",
		.type = OPTION_NUMBER,
		.offset = FREE_FIELD(length),
		.placeholder = "BITS",
		.help = "the prefix length; 24, or 64 for IPv6, and 30 or 126 for links",
		.minimum = 1,
		.maximum = 128,
		.flag_only = true},
	{.name = "count",
		.type = OPTION_NUMBER,
		.offset = FREE_FIELD(count),
		.default_value = "3",
		.placeholder = "NUMBER",
		.help = "how many to find",
		.minimum = 1,
		.maximum = MOST_FOUND,
		.flag_only = true},
	{.name = "family",
		.type = OPTION_CHOICE,
		.offset = FREE_FIELD(family),
		.default_value = "4",
		.placeholder = "FAMILY",
		.choices = "4|6",
		.help = "IPv4 or IPv6",
		.flag_only = true},
	{.name = "state",
		.type = OPTION_TEXT,
		.offset = FREE_FIELD(state),
		.default_value = "cluster",
		.placeholder = "SOURCE",
		.help = STATE_HELP},
	{.name = "policy",
		.type = OPTION_TEXT,
		.offset = FREE_FIELD(policy),
		.placeholder = POLICY_PLACEHOLDER,
		.help = "a PeeringPolicy that sets the pools"},
	{.name = "output",
		.letter = 'o',
		.type = OPTION_CHOICE,
		.offset = FREE_FIELD(output),
		.default_value = "text",
		.placeholder = "FORM",
		.choices = "text|json",
		.help = "how to print the networks"},
	{.name = "help",
		.letter = 'h',
		.type = OPTION_FLAG,
		.offset = FREE_FIELD(help),
		.help = "print this text",
		.flag_only = true},
	{.name = NULL},
};

static const struct option_table free_table = {
	.options = free_options,
	.program = "peerwarden free",
	.usage = "[OPTION…] --vpc NAME [--peer NAME]",
	.about = "Finds networks in the policy's pools that overlap nothing in a Vpc, in its peer "
		 "and in whatever those are peered with. Exits with 0 when some were found, 1 when "
		 "none "
		 "is free, 2 for wrong usage.",
};

/* What is looked for, and what was found. */
struct search {
	struct arena *arena;
	const char *domain;
	const char *peer; /* NULL for none */
	const struct prefix *pools;
	uint8_t length;
	size_t wanted;
	struct prefix found[MOST_FOUND];
	size_t count;
};

static bool
check_usage(const struct free_settings *settings, const char *const *operands, struct error *error)
{
	if (*operands)
		return error_set(error, ERROR_INVALID,
			"free takes options only; see peerwarden "
			"free --help");
	if ((settings->vpc != NULL) == settings->shoot)
		return error_set(error, ERROR_INVALID,
			"free needs either --vpc and the name of a Vpc, or --shoot");
	if (settings->shoot && settings->links)
		return error_set(
			error, ERROR_INVALID, "--links are between two Vpcs, not for the --shoot");
	return true;
}

static bool
is_known(struct arena *arena, const struct inventory *inventory, const char *domain)
{
	return inventory_definition(inventory, domain, NULL) ||
	       inventory_claims(arena, inventory, domain, NULL).count ||
	       inventory_peerings_from(arena, inventory, domain, NULL).count ||
	       inventory_peerings_to(arena, inventory, domain, NULL).count;
}

static const char *
find_vpc(struct arena *arena, const struct inventory *inventory, const char *name,
	struct error *error)
{
	const char *domain = domain_key_of_vpc(arena, name);

	if (is_known(arena, inventory, domain))
		return domain;
	error_set(error, ERROR_NOT_FOUND, "there is no Vpc %s", name);
	return NULL;
}

static const char *
find_network(const struct inventory *inventory, const char *name, struct error *error)
{
	struct object_id id = {KIND_REMOTE_NETWORK, "", name};
	const struct declaration *network = inventory_find(inventory, &id);

	if (network && network->home)
		return network->home;
	error_set(error, ERROR_NOT_FOUND, "there is no RemoteNetwork %s with a network's id", name);
	return NULL;
}

static bool
find_domains(const struct free_settings *settings, const struct inventory *inventory,
	struct search *search, struct error *error)
{
	search->domain = settings->shoot ? DOMAIN_OF_SHOOT
					 : find_vpc(search->arena, inventory, settings->vpc, error);
	if (!search->domain || !settings->peer)
		return search->domain != NULL;
	search->peer = settings->shoot ? find_network(inventory, settings->peer, error)
				       : find_vpc(search->arena, inventory, settings->peer, error);
	return search->peer != NULL;
}

static bool
overlaps_found(const struct search *search, const struct prefix *prefix)
{
	for (size_t i = 0; i < search->count; i++)
		if (prefix_overlaps(&search->found[i], prefix))
			return true;
	return false;
}

/* Pools may overlap each other. */
static void
fill(const struct inventory *inventory, struct search *search)
{
	for (const struct prefix *pool = search->pools; pool->length; pool++) {
		struct prefix found[MOST_FOUND];
		size_t count = inventory_free_prefixes(search->arena, inventory, search->domain,
			search->peer, pool, search->length, found, search->wanted);

		for (size_t i = 0; i < count && search->count < search->wanted; i++)
			if (!overlaps_found(search, &found[i]))
				search->found[search->count++] = found[i];
	}
}

static uint8_t
length_of(const struct free_settings *settings, enum family family)
{
	static const uint8_t usual[2][FAMILIES] = {{24, 64}, {30, 126}};

	return settings->length ? (uint8_t)settings->length : usual[settings->links][family];
}

static bool
find(const struct free_settings *settings, struct search *search, struct error *error)
{
	struct state state CLEANUP(state_dispose) = {0};
	enum family family = text_equal(settings->family, "6") ? FAMILY_6 : FAMILY_4;
	const struct policy *policy;
	bool good;

	if (!state_read(search->arena, settings->state, NULL, &state, error))
		return false;
	policy = policy_source_read(search->arena, settings->policy, state.cluster, error);
	if (!policy)
		return false;
	search->pools = settings->links ? policy_link_pools(policy, family)
					: policy_network_pools(policy, family);
	search->length = length_of(settings, family);
	if (search->length > prefix_bits(family) - settings->links)
		return error_set(error, ERROR_INVALID, "--length %d is too long for %s",
			search->length, settings->links ? "a link" : "an address of this family");
	inventory_lock(state.inventory);
	if (policy_declaration(policy))
		inventory_store(state.inventory, policy_declaration(policy));
	good = find_domains(settings, state.inventory, search, error);
	if (good)
		fill(state.inventory, search);
	inventory_unlock(state.inventory);
	return good;
}

static const char *
text_of(const struct search *search, const struct prefix *prefix)
{
	return prefix_format(prefix, arena_alloc(search->arena, PREFIX_TEXT_SIZE));
}

/* The first two addresses that hosts may have; /31 and /127 use both of theirs. */
static const char *
end_of(const struct search *search, const struct prefix *network, unsigned number)
{
	unsigned first = network->length + 1u < prefix_bits(network->address.family);
	struct prefix end = {prefix_nth(network, first + number), network->length};

	return text_of(search, &end);
}

static const char *
pool_list(const struct search *search)
{
	const char *list = "";

	for (const struct prefix *pool = search->pools; pool->length; pool++)
		list = arena_printf(
			search->arena, "%s%s%s", list, *list ? ", " : "", text_of(search, pool));
	return *list ? list : "no pool";
}

static void
write_text(const struct search *search, bool links, struct buffer *out)
{
	for (size_t i = 0; i < search->count; i++) {
		const struct prefix *network = &search->found[i];

		buffer_append_text(out, text_of(search, network));
		if (links)
			buffer_printf(out, " with the ends %s and %s", end_of(search, network, 0),
				end_of(search, network, 1));
		buffer_append_char(out, '\n');
	}
	if (search->count == 0)
		buffer_printf(out, "none free in %s\n", pool_list(search));
}

static void
write_json(const struct search *search, bool links, struct buffer *out)
{
	const char *separator = "";

	buffer_append_text(out, "{\"pools\":[");
	for (const struct prefix *pool = search->pools; pool->length; pool++) {
		buffer_printf(out, "%s\"%s\"", separator, text_of(search, pool));
		separator = ",";
	}
	buffer_append_text(out, "],\"free\":[");
	for (size_t i = 0; i < search->count; i++) {
		const struct prefix *network = &search->found[i];

		buffer_printf(out, "%s{\"network\":\"%s\"", i ? "," : "", text_of(search, network));
		if (links)
			buffer_printf(out, ",\"ends\":[\"%s\",\"%s\"]", end_of(search, network, 0),
				end_of(search, network, 1));
		buffer_append_char(out, '}');
	}
	buffer_append_text(out, "]}\n");
}

static int
print_found(const struct search *search, const struct free_settings *settings)
{
	struct buffer out CLEANUP(buffer_dispose);

	buffer_init(&out, COMMAND_OUTPUT);
	if (text_equal(settings->output, "json"))
		write_json(search, settings->links, &out);
	else
		write_text(search, settings->links, &out);
	if (command_print(&out) != EXIT_CLEAN)
		return EXIT_TROUBLE;
	return search->count ? EXIT_CLEAN : EXIT_FINDINGS;
}

static int
free_run(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(COMMAND_MEMORY);
	struct free_settings settings = {0};
	struct search search = {.arena = arena};
	const char **operands;
	struct error error;

	if (!options_parse(arena, &free_table, argc, argv, NULL, &settings, &operands, &error))
		return command_fail(&error);
	if (settings.help)
		return command_print_help(&free_table);
	search.wanted = (size_t)settings.count;
	if (!check_usage(&settings, operands, &error) || !find(&settings, &search, &error))
		return command_fail(&error);
	return print_found(&search, &settings);
}

const struct command free_command = {
	.name = "free",
	.summary = "finds networks and links that nothing overlaps",
	.options = &free_table,
	.run = free_run,
};
