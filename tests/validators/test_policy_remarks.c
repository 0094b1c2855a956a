#include "validators/policy_remarks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"

#define HEAD "apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\nspec:\n"
#define TAIL "reason: moving, owner: net, expires: 2030-01-31}\n"

static void
what_has_no_effect_is_remarked(void **state)
{
	static const struct {
		const char *text;
		size_t line;
		const char *remark;
	} cases[] = {
		{HEAD "  rules: {one-sided-peering: {Subnet: deny}}\n", 4,
			"one-sided-peering has no effect: the rule never looks at this kind"},
		{HEAD "  rules:\n    cidr-overlap:\n    - {action: deny}\n"
		      "    - {kind: Vpc, action: warn}\n",
			7, "cidr-overlap has no effect here: line 6 takes all that it would fit"},
		{HEAD "  rules:\n    cidr-overlap:\n    - {names: '.*', action: deny}\n"
		      "    - {names: ^lab-, action: warn}\n",
			7, "cidr-overlap has no effect here: line 6 takes all that it would fit"},
		{HEAD "  rules:\n    cidr-overlap:\n    - {names: ^lab-, action: deny}\n"
		      "    - {names: ^lab-, kind: Vpc, action: warn}\n",
			7, "cidr-overlap has no effect here: line 6 takes all that it would fit"},
		{HEAD "  exemptions:\n  - {rules: [missing-route], kinds: [IpRange], names: "
		      "a, " TAIL,
			5,
			"the exemption from missing-route has no effect: the rule never looks at "
			"these kinds"},
		{HEAD "  rules: {missing-route: off}\n"
		      "  exemptions:\n  - {rules: [missing-route], names: a, " TAIL,
			6,
			"the exemption from missing-route has no effect: its action is only report "
			"or off"},
		{HEAD "  exemptions:\n  - {rules: [missing-route, cidr-overlap], names: ^a, " TAIL
		      "  - {rules: [cidr-overlap], kinds: [Vpc], names: ^a, " TAIL,
			6, "the exemption has no effect: line 5 covers it"},
		{HEAD "  messages:\n    readers: {users: [ann]}\n", 5,
			"readers have no effect: otherSide is all, which tells everyone"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
		struct error error = {0};
		const struct policy *policy =
			policy_parse(arena, cases[i].text, strlen(cases[i].text), &error);
		const struct policy_remark *remark;

		assert_string_equal(error.message, "");
		remark = policy_remarks(arena, policy);
		assert_non_null(remark);
		assert_string_equal(remark->text, cases[i].remark);
		assert_int_equal(remark->line, cases[i].line);
		assert_null(remark->next);
	}
}

static void
what_has_an_effect_is_not_remarked(void **state)
{
	static const char *const texts[] = {
		HEAD "  rules:\n    cidr-overlap:\n    - {names: ^lab-, action: warn}\n"
		     "    - {names: ^l, action: report}\n    - {kind: Vpc, action: off}\n"
		     "    - {action: deny}\n",
		HEAD "  rules: {missing-route: [{names: a, action: deny}, {action: off}]}\n"
		     "  exemptions:\n  - {rules: [missing-route], names: ab, " TAIL,
		HEAD "  exemptions:\n  - {rules: [missing-route], names: a, " TAIL
		     "  - {rules: [cidr-overlap], names: a, " TAIL,
		HEAD "  exemptions:\n  - {rules: [cidr-overlap], names: a, reason: r, owner: o, "
		     "expires: 2029-01-01}\n  - {rules: [cidr-overlap], names: a, " TAIL,
		HEAD "  messages: {otherSide: rule, readers: {users: [ann]}}\n",
		HEAD "  rules: {cidr-overlap: deny}\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
		const struct policy *policy = policy_parse(arena, texts[i], strlen(texts[i]), NULL);
		const struct policy_remark *remark;

		assert_non_null(policy);
		remark = policy_remarks(arena, policy);
		if (remark)
			fail_msg("%zu: line %zu: %s", i, remark->line, remark->text);
	}
}

static void
what_has_expired_is_said_with_its_owner(void **state)
{
	static const char text[] =
		HEAD "  exemptions:\n  - {rules: [missing-route, cidr-overlap], names: a, " TAIL;
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	const struct policy *policy = policy_parse(arena, text, strlen(text), NULL);
	int64_t end = policy_exemptions(policy)->end;

	(void)state;
	assert_null(policy_remarks_of_expired(arena, policy, end - 1));
	assert_string_equal(policy_remarks_of_expired(arena, policy, end)->text,
		"exemption of net from cidr-overlap, missing-route expired on 2030-01-31: moving");
	assert_int_equal(policy_remarks_of_expired(arena, policy, end)->line, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_no_effect_is_remarked),
		cmocka_unit_test(what_has_an_effect_is_not_remarked),
		cmocka_unit_test(what_has_expired_is_said_with_its_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
