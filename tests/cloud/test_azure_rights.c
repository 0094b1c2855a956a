/* What a list of permissions allows, and what is missing in it. */
#include "cloud/azure_rights.h"

#include "tests/cloud/azure_answers.h"
#include "tests/support/arena_limit.h"

#define NETWORKS "Microsoft.Network/virtualNetworks/"
#define ZONES    "Microsoft.Network/privateDnsZones/"
#define ENTRY(actions, not_actions)                                                                \
	"{\"actions\":[" actions "],\"notActions\":[" not_actions "],\"dataActions\":[],"          \
	"\"notDataActions\":[],\"condition\":null}"
#define LIST(entries) "{\"value\":[" entries "]}"

static struct azure_permissions
read_list(void **state, const char *text)
{
	struct azure_permissions permissions;
	struct error error = {0};

	if (!azure_rights_read(*state, azure_answer(*state, text), &permissions, &error))
		fail_msg("%s", error.message);
	return permissions;
}

static bool
allows(void **state, const char *pattern, const char *action)
{
	const char *const patterns[] = {pattern, NULL};
	const char *const none[] = {NULL};
	const struct azure_permission entry = {patterns, none};
	const struct azure_permissions permissions = {&entry, 1, ""};

	(void)state;
	return azure_rights_allow(&permissions, action);
}

static void
a_star_stands_for_any_text_and_case_does_not_count(void **state)
{
	static const struct {
		const char *pattern;
		bool fits;
	} table[] = {
		{"*", true},
		{NETWORKS "read", true},
		{"MICROSOFT.NETWORK/virtualnetworks/READ", true},
		{"*/read", true},
		{"Microsoft.Network/*", true},
		{"Microsoft.Network/*/read", true},
		{"Microsoft.*/virtual*/re*d*", true},
		{"**", true},
		{NETWORKS "read*", true},
		{"*Networks/*ks/read", false},
		{"", false},
		{"*/write", false},
		{NETWORKS, false},
		{NETWORKS "rea", false},
		{NETWORKS "reads", false},
		{NETWORKS "*/read", false},
		{"Microsoft.Compute/*", false},
		{"Microsoft.Network/virtualNetworks/?ead", false},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (allows(state, table[i].pattern, NETWORKS "read") != table[i].fits)
			fail_msg("%s", table[i].pattern);
	assert_true(allows(state, "*a*ab", "aab"));
	assert_true(allows(state, "*aab", "aaab"));
	assert_false(allows(state, "*aab", "aaba"));
}

static void
what_one_entry_excludes_another_may_allow(void **state)
{
	static const char text[] = LIST(ENTRY("\"*\"", "\"*/peer/action\",\"*/delete\"") "," ENTRY(
		"\"" ZONES "*\"", "") "," ENTRY("", ""));
	struct azure_permissions permissions = read_list(state, text);

	assert_int_equal(permissions.count, 3);
	assert_true(azure_rights_allow(&permissions, NETWORKS "read"));
	assert_false(azure_rights_allow(&permissions, NETWORKS "peer/action"));
	assert_false(azure_rights_allow(&permissions, NETWORKS "delete"));
	assert_true(azure_rights_allow(&permissions, ZONES "delete"));
	permissions = read_list(state, LIST(""));
	assert_false(azure_rights_allow(&permissions, NETWORKS "read"));
}

static const char *
missing(void **state, const char *entries, enum arm_type type)
{
	struct azure_permissions permissions =
		read_list(state, arena_printf(*state, "{\"value\":[%s]}", entries));
	const char *rights[AZURE_RIGHTS_MOST];
	size_t count = azure_rights_missing(&permissions, type, rights);
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = arena_printf(
			*state, "%s%s ", text, rights[i] + strlen("Microsoft.Network/"));
	return text;
}

static void
what_a_peering_or_link_needs_is_told_where_it_is_missing(void **state)
{
	assert_string_equal(missing(state, ENTRY("\"*\"", ""), ARM_VNET), "");
	assert_string_equal(missing(state, "", ARM_VNET),
		"virtualNetworks/read virtualNetworks/virtualNetworkPeerings/read "
		"virtualNetworks/virtualNetworkPeerings/write "
		"virtualNetworks/virtualNetworkPeerings/delete virtualNetworks/peer/action ");
	assert_string_equal(missing(state,
				    ENTRY("\"*/read\"", "") "," ENTRY(
					    "\"" NETWORKS "virtualNetworkPeerings/*\"", ""),
				    ARM_VNET),
		"virtualNetworks/peer/action ");
	assert_string_equal(missing(state, ENTRY("\"*/read\"", ""), ARM_ZONE),
		"privateDnsZones/virtualNetworkLinks/write "
		"privateDnsZones/virtualNetworkLinks/delete ");
	assert_string_equal(missing(state, ENTRY("\"*\"", "\"*/read\""), ARM_RULESET),
		"dnsForwardingRulesets/read dnsForwardingRulesets/virtualNetworkLinks/read ");
	assert_string_equal(missing(state, ENTRY("\"" ZONES "*\"", ""), ARM_ZONE), "");
}

static void
what_is_no_list_of_permissions_is_refused(void **state)
{
	static const char *const table[] = {"{}", "{\"value\":{}}",
		"{\"value\":[{\"actions\":[1]}]}", "{\"value\":[{\"notActions\":[null]}]}"};
	struct azure_permissions permissions;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct error error = {0};

		assert_false(azure_rights_read(
			*state, azure_answer(*state, table[i]), &permissions, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
	}
	permissions = read_list(state, "{\"value\":[{}, 7],\"nextLink\":\"https://x/\"}");
	assert_int_equal(permissions.count, 2);
	assert_string_equal(permissions.next, "https://x/");
	assert_false(azure_rights_allow(&permissions, NETWORKS "read"));
}

static bool
read_all(struct arena *arena, void *text, struct error *error)
{
	const struct json *root = azure_read_object(arena, text, strlen(text), error);
	struct azure_permissions permissions;

	return root && azure_rights_read(arena, root, &permissions, error);
}

static void
every_shortage_of_memory_is_a_clean_failure(void **state)
{
	char body[] = LIST(ENTRY("\"*\",\"*/read\"", "\"*/delete\"") "," ENTRY("", ""));

	(void)state;
	assert_in_range(arena_limit_walk(read_all, body), 256, 1 << 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AZURE_TEST(a_star_stands_for_any_text_and_case_does_not_count),
		AZURE_TEST(what_one_entry_excludes_another_may_allow),
		AZURE_TEST(what_a_peering_or_link_needs_is_told_where_it_is_missing),
		AZURE_TEST(what_is_no_list_of_permissions_is_refused),
		AZURE_TEST(every_shortage_of_memory_is_a_clean_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
