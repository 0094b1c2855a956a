#include "cloud/azure_link_words.h"

#include "tests/cloud/azure_link_sample.h"

#define SUBSCRIPTION "00000000-0000-0000-0000-000000000000"

static void
commands_are_those_of_the_kind(void **state)
{
	struct sample *sample = *state;
	const struct arm_id *target = &sample->facts.target_id;

	assert_string_equal(
		azure_link_words_target(sample->arena, target), "private DNS zone a.example");
	assert_string_equal(azure_link_words_command(sample->arena, target, "delete", "/x/y"),
		"az network private-dns link vnet delete --ids /x/y");
	assert_string_equal(azure_link_words_list(sample->arena, target),
		"az network private-dns link vnet list --zone-name a.example --resource-group hub "
		"--subscription " SUBSCRIPTION);
	assert_string_equal(azure_link_words_others(sample->arena, target),
		"az network private-dns zone list --output table --subscription " SUBSCRIPTION);
	sample_lead_to(sample, SAMPLE_RULESET);
	assert_string_equal(
		azure_link_words_target(sample->arena, target), "resolver ruleset rules");
	assert_string_equal(azure_link_words_command(sample->arena, target, "delete", "/x/y"),
		"az dns-resolver vnet-link delete --ids /x/y");
	assert_string_equal(azure_link_words_list(sample->arena, target),
		"az dns-resolver vnet-link list --ruleset-name rules --resource-group hub "
		"--subscription " SUBSCRIPTION);
	assert_string_equal(azure_link_words_others(sample->arena, target),
		"az dns-resolver forwarding-ruleset list --output table "
		"--subscription " SUBSCRIPTION);
}

static void
no_command_does_more_than_it_says(void **state)
{
	struct sample *sample = *state;
	const struct arm_id *target = &sample->facts.target_id;

	assert_string_equal(
		azure_link_words_command(sample->arena, target, "delete", "/x/$(reboot)"),
		"az network private-dns link vnet delete --ids '/x/$(reboot)'");
	assert_string_equal(azure_link_words_command(sample->arena, target, "delete", "/x'y"),
		"az network private-dns link vnet delete --ids <id>");
	assert_string_equal(azure_link_words_tag(sample->arena, "/x", "c 1"),
		"az tag update --operation Merge --resource-id /x --tags 'c 1='");
}

static struct cloud_fault
explained(struct sample *sample, const char *own, const char *code, const char *message)
{
	struct cloud_fault fault = {CLOUD_RETRY_NOW, "", code, message, "kept"};

	azure_link_words_explain(sample->arena, &sample->facts.target_id, own, &fault);
	return fault;
}

static void
another_link_of_the_network_waits_for_the_user(void **state)
{
	static const char *const rows[][2] = {
		{"Conflict", "x"},
		{"BadRequest", "multiple zones with overlapping namespaces"},
		{"BadRequest", "is already linked to the DNS forwarding ruleset"},
		{"BadRequest", "resource identity already in use"},
	};
	struct sample *sample = *state;
	struct cloud_fault fault;

	for (size_t i = 0; i < 4; i++) {
		fault = explained(sample, SAMPLE_OWN, rows[i][0], rows[i][1]);
		assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
		assert_non_null(strstr(fault.hint, "=~ '" SAMPLE_OWN "'"));
	}
	fault = explained(sample, SAMPLE_GROUP "virtualNetworks/$(reboot)", "Conflict", "x");
	assert_non_null(strstr(fault.hint, "<id of the VNet>"));
	assert_null(strstr(fault.hint, "reboot"));
	sample_lead_to(sample, SAMPLE_RULESET);
	fault = explained(sample, SAMPLE_OWN, "Conflict", "x");
	assert_non_null(strstr(fault.hint,
		"list-by-virtual-network --virtual-network-name shoot --resource-group hub "));
	fault = explained(sample, "", "Conflict", "x");
	assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
}

static void
other_faults_stay_as_they_are(void **state)
{
	static const char *const rows[][2] = {
		{"Conflict", "Another operation is in progress"},
		{"AuthorizationFailed", "no right"},
		{"", ""},
	};
	struct sample *sample = *state;

	for (size_t i = 0; i < 3; i++) {
		struct cloud_fault fault = explained(sample, SAMPLE_OWN, rows[i][0], rows[i][1]);

		assert_int_equal(fault.failure, CLOUD_RETRY_NOW);
		assert_string_equal(fault.hint, "kept");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		sample_test(commands_are_those_of_the_kind),
		sample_test(no_command_does_more_than_it_says),
		sample_test(another_link_of_the_network_waits_for_the_user),
		sample_test(other_faults_stay_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
