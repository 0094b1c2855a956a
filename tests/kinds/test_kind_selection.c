#include "kinds/kind_selection.h"

#include "tests/kinds/sample.h"

static bool
is_of_kube_ovn(enum kind kind)
{
	return kind == KIND_VPC || kind == KIND_SUBNET || kind == KIND_VPC_NAT_GATEWAY ||
	       kind == KIND_VPC_EGRESS_GATEWAY;
}

static bool
belongs_always(enum kind kind)
{
	return kind == KIND_REMOTE_NETWORK || kind == KIND_REMOTE_ZONE || kind == KIND_SHOOT_INFO;
}

static void
each_name_takes_in_one_product_and_what_always_belongs(void **state)
{
	static const struct {
		const char *names;
		bool kube_ovn, kyma;
	} rows[] = {
		{"kube-ovn", true, false},
		{"kyma", false, true},
		{KIND_SELECTION_ALL, true, true},
		{" kyma , kube-ovn ", true, true},
		{"kyma,kyma", false, true},
	};
	struct kind_selection selection;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(kind_selection_read(rows[i].names, &selection, NULL));
		for (enum kind kind = 0; kind < KINDS; kind++)
			if (kind_selection_has(&selection, kind) !=
				(belongs_always(kind) ||
					(is_of_kube_ovn(kind) ? rows[i].kube_ovn : rows[i].kyma)))
				fail_msg("%s: %s", rows[i].names, kind_name(kind));
	}
}

static void
without_a_selection_all_kinds_belong(void **state)
{
	(void)state;
	for (enum kind kind = 0; kind < KINDS; kind++)
		assert_true(kind_selection_has(NULL, kind));
}

static void
what_is_no_list_of_products_is_refused_with_the_choices(void **state)
{
	static const struct {
		const char *names, *part;
	} rows[] = {
		{"", "\"\""},
		{"  ", "\"\""},
		{"kube-ovn,", "\"\""},
		{",kyma", "\"\""},
		{"kube-ovn,,kyma", "\"\""},
		{"kubeovn", "\"kubeovn\""},
		{"kym", "\"kym\""},
		{"kyma2", "\"kyma2\""},
		{"kyma, Kube-ovn ", "\"Kube-ovn\""},
		{"kube-ovn kyma", "\"kube-ovn kyma\""},
	};
	struct kind_selection selection;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_false(kind_selection_read(rows[i].names, &selection, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
		if (!strstr(error.message, rows[i].part) ||
			!strstr(error.message, KIND_SELECTION_ALL))
			fail_msg("%s: %s", rows[i].names, error.message);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_name_takes_in_one_product_and_what_always_belongs),
		cmocka_unit_test(without_a_selection_all_kinds_belong),
		cmocka_unit_test(what_is_no_list_of_products_is_refused_with_the_choices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
