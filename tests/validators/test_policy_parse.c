#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "validators/policy.h"
#include "validators/rules.h"

#define HEAD "apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\n"
#define EXEMPTION(rules, names, end)                                                               \
	HEAD "spec:\n  exemptions:\n  - {" rules ", " names ", " end ", reason: r, owner: o}\n"
#define INNER "{apiVersion: peerwarden.io/v1alpha1, kind: PeeringPolicy}\n"
#define MAP                                                                                        \
	"apiVersion: v1\n"                                                                         \
	"kind: ConfigMap\n"                                                                        \
	"metadata: {name: peerwarden, namespace: peerwarden}\n"

static const struct policy *
parse(struct arena *arena, const char *text, struct error *error)
{
	return policy_parse(arena, text, strlen(text), error);
}

static void
mistakes_are_refused_with_their_line(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} mistakes[] = {
		{HEAD "spec:\n  rules:\n    no-such-rule: warn\n",
			"line 5: there is no rule \"no-such-rule\""},
		{HEAD "spec:\n  rules:\n    cidr-overlap: {Pod: warn}\n",
			"line 5: there is no kind \"Pod\""},
		{HEAD "spec:\n  rules:\n    cidr-overlap: refuse\n",
			"line 5: expected deny, warn, report or off"},
		{HEAD "spec:\n  rules:\n    cidr-overlap: true\n",
			"line 5: expected deny, warn, report or off"},
		{HEAD "spec:\n  rules: [cidr-overlap]\n",
			"line 4: expected rules and their actions, not array"},
		{HEAD "spec:\n  pool: {}\n", "line 4: there is no key \"pool\" here"},
		{HEAD "spec:\n  pools: {networks: 10.0.0.0/8}\n",
			"line 4: expected a list of networks"},
		{HEAD "spec:\n  pools:\n    networks:\n    - 10.0.0.0\n",
			"line 6: \"10.0.0.0\" is no network"},
		{HEAD "spec:\n  pools: {links: [0.0.0.0/0]}\n",
			"line 4: \"0.0.0.0/0\" is every address"},
		{HEAD "spec:\n  shoot: {cidrs: [10.0.0.0/16, 7]}\n",
			"line 4: \"\" is no network: expected text"},
		{HEAD "extra: 1\n", "line 3: there is no key \"extra\" here"},
		{"apiVersion: v1\nkind: PeeringPolicy\n",
			"line 1: expected apiVersion peerwarden.io/v1alpha1"},
		{"apiVersion: peerwarden.io/v1alpha1\nkind: Policy\n",
			"line 2: expected kind PeeringPolicy"},
		{"kind: PeeringPolicy\n", "line 1: expected apiVersion"},
		{"", "line 1: expected one PeeringPolicy, not 0 documents"},
		{HEAD "---\n" HEAD, "line 1: expected one PeeringPolicy, not 2 documents"},
		{HEAD "spec: [\n", "line "},
		{HEAD "spec:\n  rules:\n    cidr-overlap:\n    - {kind: Pod, action: warn}\n",
			"line 6: there is no kind \"Pod\""},
		{HEAD "spec:\n  rules:\n    cidr-overlap:\n    - {kind: Vpc}\n",
			"line 6: action is missing"},
		{HEAD "spec:\n  rules:\n    cidr-overlap:\n    - {action: warn, name: a}\n",
			"line 6: there is no key \"name\" here"},
		{HEAD "spec:\n  rules:\n    cidr-overlap:\n    - warn\n",
			"line 6: expected an action with a kind or names, not string"},
		{HEAD "spec:\n  rules:\n    cidr-overlap:\n    - {action: warn, names: '^(a'}\n",
			"line 6: \"^(a\" is no expression: missing closing parenthesis at offset "
			"3"},
		{HEAD "spec:\n  rules:\n    cidr-overlap:\n    - {action: warn, names: ''}\n",
			"line 6: expected an expression for names"},
		{EXEMPTION("rules: [no-such-rule]", "names: a", "expires: 2030-01-31"),
			"line 5: there is no rule \"no-such-rule\""},
		{EXEMPTION("rules: []", "names: a", "expires: 2030-01-31"),
			"line 5: no rule is named"},
		{EXEMPTION("rules: cidr-overlap", "names: a", "expires: 2030-01-31"),
			"line 5: expected a list of rules"},
		{EXEMPTION("kinds: [Vpc]", "names: a", "expires: 2030-01-31"),
			"line 5: rules is missing"},
		{EXEMPTION("rules: [cidr-overlap]", "kinds: [Vpc]", "expires: 2030-01-31"),
			"line 5: names is missing"},
		{EXEMPTION("rules: [cidr-overlap]", "names: a", "kinds: []"),
			"line 5: no kind is named; without kinds all are meant"},
		{EXEMPTION("rules: [cidr-overlap]", "names: '['", "expires: 2030-01-31"),
			"line 5: \"[\" is no expression: missing terminating ] for character class "
			"at "
			"offset 1"},
		{EXEMPTION("rules: [cidr-overlap]", "names: a", "until: 2030-01-31"),
			"line 5: there is no key \"until\" here"},
		{EXEMPTION("rules: [cidr-overlap]", "names: a", "expires: 2030-02-29"),
			"line 5: \"2030-02-29\" is no date such as 2027-01-31"},
		{EXEMPTION("rules: [cidr-overlap]", "names: a", "expires: 1999-12-31"),
			"line 5: \"1999-12-31\" is no date"},
		{EXEMPTION("rules: [cidr-overlap]", "names: a", "expires: 2030-1-31"),
			"line 5: \"2030-1-31\" is no date"},
		{EXEMPTION("rules: [cidr-overlap]", "names: a", "expires: 2030-13-01"),
			"line 5: \"2030-13-01\" is no date"},
		{EXEMPTION("rules: [cidr-overlap]", "names: a", "expires: 20300131"),
			"line 5: expires is to be one line of text"},
		{EXEMPTION("rules: [cidr-overlap]", "names: a", "kinds: [Vpc]"),
			"line 5: expires is missing"},
		{HEAD "spec:\n  exemptions:\n  - {rules: [cidr-overlap], names: a}\n",
			"line 5: reason is missing"},
		{HEAD "spec:\n  exemptions:\n  - {rules: [cidr-overlap], names: a, reason: \" "
		      "\"}\n",
			"line 5: reason is to be one line of text"},
		{HEAD "spec:\n  exemptions:\n  - {rules: [cidr-overlap], names: a, reason: r, "
		      "owner: "
		      "\"a\\nb\"}\n",
			"line 5: owner is to be one line of text"},
		{HEAD "spec:\n  exemptions: {}\n", "line 4: expected a list of exemptions"},
		{HEAD "spec:\n  reserved: {default: false}\n",
			"line 4: there is no key \"default\" here"},
		{HEAD "spec:\n  reserved: {defaults: never}\n", "line 4: expected true or false"},
		{HEAD "spec:\n  reserved: {ranges: [10.0.0.0/8]}\n",
			"line 4: expected a range with its name, not string"},
		{HEAD "spec:\n  reserved: {ranges: [{cidr: 10.0.0.0/8}]}\n",
			"line 4: name is missing"},
		{HEAD "spec:\n  reserved: {ranges: [{name: a}]}\n", "line 4: cidr is missing"},
		{HEAD "spec:\n  reserved: {ranges: [{name: a, cidr: 10.0.0.0/8, kinds: [Pod]}]}\n",
			"line 4: there is no kind \"Pod\""},
		{HEAD "spec:\n  limits: {prefixLength: {ipv4: 33}}\n",
			"line 4: expected a number from 0 to 32"},
		{HEAD "spec:\n  limits: {prefixLength: {ipv6: -1}}\n",
			"line 4: expected a number from 0 to 128"},
		{HEAD "spec:\n  quotas: {peerings: {ibm: 3}}\n",
			"line 4: there is no key \"ibm\" here"},
		{HEAD "spec:\n  quotas: {links: {aws: 3}}\n",
			"line 4: there is no key \"aws\" here"},
		{HEAD "spec:\n  quotas: {peerings: {aws: many}}\n",
			"line 4: expected a number from 0 to 1000000"},
		{HEAD "spec:\n  quotas: {peerings: 50}\n",
			"line 4: expected providers and their limits, not number"},
		{HEAD "spec:\n  messages: {otherSide: nothing}\n",
			"line 4: expected all, names or rule"},
		{HEAD "spec:\n  messages: {readers: {groups: admins}}\n",
			"line 4: expected a list of names"},
		{HEAD "spec:\n  messages: {readers: {users: [7]}}\n", "line 4: expected a name"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
		struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
		struct error error = {0};

		assert_null(parse(arena, mistakes[i].text, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
		if (strncmp(error.message, mistakes[i].message, strlen(mistakes[i].message)) != 0)
			fail_msg("%s, not %s", error.message, mistakes[i].message);
	}
}

static void
a_config_map_holds_the_same_policy(void **state)
{
	static const char *const maps[] = {
		MAP "data:\n"
		    "  policy.yaml: |\n"
		    "    apiVersion: peerwarden.io/v1alpha1\n"
		    "    kind: PeeringPolicy\n"
		    "    spec: {rules: {cidr-overlap: warn}}\n",
		"{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"data\": {\"policy.yaml\": "
		"\"apiVersion: peerwarden.io/v1alpha1\\nkind: PeeringPolicy\\nspec: {rules: "
		"{cidr-overlap: warn}}\"}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
		struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
		struct error error = {0};
		const struct policy *policy = parse(arena, maps[i], &error);

		assert_string_equal(error.message, "");
		assert_non_null(policy);
		assert_int_equal(policy_action(policy, "cidr-overlap", KIND_SUBNET), ACTION_WARN);
	}
}

static void
mistakes_in_a_config_map_have_the_line_of_the_file(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} mistakes[] = {
		{MAP "data:\n  policy.yaml: |\n    apiVersion: peerwarden.io/v1alpha1\n"
		     "    kind: PeeringPolicy\n    spec:\n      rules: {nothing: warn}\n",
			"line 9: there is no rule \"nothing\""},
		{MAP "data:\n  policy.yaml: |-\n    kind: [\n", "line "},
		{MAP "data:\n  policy.yaml: \"kind: PeeringPolicy\"\n",
			"line 5: data[policy.yaml]: line 1: expected apiVersion"},
		{MAP "data: {other: text}\n", "line 4: expected a ConfigMap with the policy under"},
		{MAP "data:\n  policy.yaml: |\n    a: b\n  other: text\n",
			"line 5: expected a ConfigMap with the policy under"},
		{MAP "data:\n  policy.yaml: 7\n", "line 5: expected a ConfigMap with"},
		{MAP "data:\n  policy.yaml: |\n    " INNER "binaryData: {other.yaml: AAAA}\n",
			"line 5: expected a ConfigMap with"},
		{MAP "binaryData: {policy.yaml: AAAA}\n", "line 1: expected a ConfigMap with"},
		{MAP, "line 1: expected a ConfigMap with the policy under"},
		{MAP "data:\n  policy.yaml: |\n    ---\n    a: b\n    ---\n    c: d\n",
			"line 1: expected one PeeringPolicy, not 2 documents"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
		struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
		struct error error = {0};

		assert_null(parse(arena, mistakes[i].text, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
		if (strncmp(error.message, mistakes[i].message, strlen(mistakes[i].message)) != 0)
			fail_msg("%s, not %s", error.message, mistakes[i].message);
	}
}

static void
the_example_is_good(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(4 << 20);
	struct error error = {0};
	const struct policy *policy = policy_read(arena, "docs/examples/policy.yaml", &error);

	(void)state;
	assert_string_equal(error.message, "");
	assert_non_null(policy);
	assert_non_null(policy_exemptions(policy));
}

/* Whatever the arena holds, the policy is read in whole or refused for want of room. */
static void
a_full_arena_is_said_as_such(void **state)
{
	struct buffer text CLEANUP(buffer_dispose);
	struct error error;
	bool good = false;

	(void)state;
	buffer_init(&text, 1 << 20);
	assert_true(file_read("docs/examples/policy.yaml", &text, &error));
	for (size_t cap = 0; !good; cap += 64) {
		struct arena *arena CLEANUP(arena_cleanup) = arena_new(cap);

		error = (struct error){0};
		good = policy_parse(arena, buffer_text(&text), text.length, &error) != NULL;
		assert_int_equal(error.kind, good ? ERROR_NONE : ERROR_EXHAUSTED);
	}
}

static void
a_file_is_named_by_its_path(void **state)
{
	char path[] = "/tmp/peerwarden-policy-XXXXXX";
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	int file = mkstemp(path);
	struct error error;
	char message[128];

	(void)state;
	assert_ptr_equal(policy_read(arena, NULL, &error), policy_default());
	assert_int_equal(write(file, HEAD "spec: {a: b}\n", strlen(HEAD) + 13), strlen(HEAD) + 13);
	close(file);
	assert_null(policy_read(arena, path, &error));
	snprintf(message, sizeof message, "%s: line 3: there is no key \"a\" here", path);
	assert_string_equal(error.message, message);
	unlink(path);
	assert_null(policy_read(arena, path, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_are_refused_with_their_line),
		cmocka_unit_test(a_config_map_holds_the_same_policy),
		cmocka_unit_test(mistakes_in_a_config_map_have_the_line_of_the_file),
		cmocka_unit_test(the_example_is_good),
		cmocka_unit_test(a_full_arena_is_said_as_such),
		cmocka_unit_test(a_file_is_named_by_its_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
