#include "validators/policy_summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "validators/rules.h"

static const char text[] =
	"apiVersion: peerwarden.io/v1alpha1\n"
	"kind: PeeringPolicy\n"
	"spec:\n"
	"  rules:\n"
	"    self-peering: deny\n"
	"    missing-route: off\n"
	"    cidr-overlap:\n"
	"    - {kind: Subnet, names: ^lab-, action: warn}\n"
	"    - {names: ^a, action: deny}\n"
	"    - {kind: Vpc, action: report}\n"
	"  exemptions:\n"
	"  - {rules: [missing-route, cidr-overlap], kinds: [Vpc, Subnet], names: x, "
	"reason: r, owner: o, expires: 2030-01-31}\n";

static void
a_policy_is_said_in_a_few_words(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	const struct policy *policy = policy_parse(arena, text, strlen(text), NULL);
	const char *changed = "";

	(void)state;
	assert_non_null(policy);
	for (size_t i = 0; rules[i]; i++) {
		const char *said = policy_summary_rule(arena, policy, i);

		if (said)
			changed = arena_printf(arena, "%s[%s: %s]", changed, rules[i]->id, said);
	}
	assert_string_equal(changed, "[cidr-overlap: Subnet with names ^lab-: warn; names ^a: "
				     "deny; Vpc: report][missing-route: off]");
	assert_string_equal(policy_summary_rules(arena, policy_exemptions(policy)),
		"cidr-overlap, missing-route");
	assert_string_equal(
		policy_summary_kinds(arena, policy_exemptions(policy)->guards), "Vpc, Subnet");
	assert_string_equal(policy_summary_kinds(arena, GUARDS_EVERYTHING), "");
	assert_string_equal(policy_summary_names(policy_exemptions(policy)), "x");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_policy_is_said_in_a_few_words)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
