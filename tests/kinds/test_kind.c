#include "tests/kinds/sample.h"

static void
kind_of_resource_finds_each_kind_by_group_and_plural(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		const struct kind_definition *definition = kind_definitions[i];

		assert_int_equal(definition->kind, i);
		assert_ptr_equal(
			kind_of_resource(definition->group, definition->plural), definition);
	}
	assert_null(kind_of_resource("kubeovn.io", "vlans"));
	assert_null(kind_of_resource("example.com", "vpcs"));
	assert_null(kind_of_resource("", "vpcs"));
	assert_null(kind_of_resource(NULL, NULL));
}

static void
kind_of_object_takes_any_version_and_only_our_config_map(void **state)
{
	static const struct {
		const char *text;
		int kind; /* -1 for none */
	} rows[] = {
		{"{'apiVersion':'kubeovn.io/v1','kind':'Vpc'}", KIND_VPC},
		{"{'apiVersion':'kubeovn.io/v2beta1','kind':'Subnet'}", KIND_SUBNET},
		{"{'apiVersion':'kubeovn.io','kind':'Vpc'}", -1},
		{"{'apiVersion':'v1','kind':'Vpc'}", -1},
		{"{'apiVersion':'kubeovn.io/v1','kind':'vpc'}", -1},
		{"{'apiVersion':'cloud-resources.kyma-project.io/v1beta1','kind':'IpRange'}",
			KIND_IP_RANGE},
		{"{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'shoot-info','namespace'"
		 ":'kube-system'}}",
			KIND_SHOOT_INFO},
		{"{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'shoot-info','namespace'"
		 ":'default'}}",
			-1},
		{"{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'other','namespace':'"
		 "kube-system'}}",
			-1},
		{"{'apiVersion':1,'kind':'Vpc'}", -1},
		{"{'apiVersion':'kubeovn.io/v1','kind':null}", -1},
		{"[]", -1},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct kind_definition *definition =
			kind_of_object(sample_object(*state, rows[i].text));

		assert_int_equal(definition ? (int)definition->kind : -1, rows[i].kind);
	}
	assert_null(kind_of_object(NULL));
}

static void
kind_api_version_is_as_manifests_write_it(void **state)
{
	assert_string_equal(kind_api_version(*state, KIND_VPC), "kubeovn.io/v1");
	assert_string_equal(kind_api_version(*state, KIND_SHOOT_INFO), "v1");
	assert_string_equal(kind_api_version(*state, KIND_REMOTE_ZONE), "peerwarden.io/v1alpha1");
}

static void
kind_decode_reads_what_all_kinds_have(void **state)
{
	struct declaration declaration = sample_decode(
		*state, sample_object(*state,
				"{'apiVersion':'kubeovn.io/"
				"v1','kind':'Vpc','metadata':{'name':'n','namespace':'ignored',"
				"'deletionTimestamp':'2026-01-01T00:00:00Z','labels':{'peerwarden."
				"io/shoot':'c-1'}}}"));

	assert_int_equal(declaration.object.kind, KIND_VPC);
	assert_string_equal(declaration.object.name, "n");
	assert_string_equal(declaration.object.namespace, "");
	assert_true(declaration.deleting);
	assert_string_equal(declaration.shoot_label, "c-1");
	declaration = sample_decode(
		*state, sample_object(*state,
				"{'apiVersion':'kubeovn.io/v1','kind':'Vpc','metadata':{'name':'n',"
				"'deletionTimestamp':null,'labels':{'peerwarden.io/shoot':7}}}"));
	assert_false(declaration.deleting);
	assert_null(declaration.shoot_label);
}

static void
kind_decode_needs_an_object_with_a_name(void **state)
{
	static const char *const rows[] = {"[]", "null", "'text'", "{}", "{'metadata':7}",
		"{'metadata':{'name':''}}", "{'metadata':{'name':5}}"};
	const struct kind_definition *vpc = kind_definitions[KIND_VPC];
	struct declaration declaration;
	struct error error = {0};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_false(kind_decode(
			*state, vpc, sample_object(*state, rows[i]), NULL, &declaration, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
	}
	assert_false(kind_decode(*state, vpc, NULL, "n", &declaration, &error));
	assert_true(kind_decode(
		*state, vpc, sample_object(*state, "{}"), "given", &declaration, &error));
	assert_string_equal(declaration.home, "vpc/given");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			kind_of_resource_finds_each_kind_by_group_and_plural, sample_setup,
			sample_teardown),
		cmocka_unit_test_setup_teardown(
			kind_of_object_takes_any_version_and_only_our_config_map, sample_setup,
			sample_teardown),
		cmocka_unit_test_setup_teardown(
			kind_api_version_is_as_manifests_write_it, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			kind_decode_reads_what_all_kinds_have, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			kind_decode_needs_an_object_with_a_name, sample_setup, sample_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
