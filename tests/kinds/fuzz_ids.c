/* Any text as the id, name, address or list of addresses of a field: it is good, or there are words
 * for what to change; and canonical text is its own canonical text. */
#include "base/cleanup.h"
#include "base/text.h"
#include "kinds/address_list.h"
#include "kinds/canonical.h"
#include "kinds/id_form.h"
#include "network/arm_id.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 16 << 20, ALL_TYPES = (1 << ARM_TYPES) - 1 };

static void
check_form(const struct id_form *form, const char *text)
{
	FUZZ_CHECK(!form->legal(text) || (*text && !text_is_blank(text)));
}

static void
check_forms(const char *text)
{
	static const struct id_form *const forms[] = {&id_form_vpc_name, &id_form_aws_account,
		&id_form_aws_region, &id_form_aws_vpc, &id_form_gcp_project, &id_form_gcp_network,
		&id_form_gcp_peering, &id_form_azure_peering, &id_form_azure_link,
		&id_form_azure_tenant};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		check_form(forms[i], text);
	FUZZ_CHECK(!arm_id_is_guid(text) || strlen(text) == 36);
}

static void
check_arm_id(struct arena *arena, const char *text)
{
	const char *canonical = arm_id_canonical(arena, text);
	const char *reason = NULL, *hint = NULL;
	enum arm_type type;

	if (canonical) {
		FUZZ_CHECK(text_equal(arm_id_canonical(arena, canonical), canonical));
		FUZZ_CHECK(arm_id_check(arena, canonical, ALL_TYPES, &type, &reason, &hint));
		FUZZ_CHECK(type < ARM_TYPES && *arm_id_name(text));
		FUZZ_CHECK(text_equal_ignoring_case(arm_id_name(text), arm_id_name(canonical)));
	}
	if (arm_id_check(arena, text, ALL_TYPES, &type, &reason, &hint))
		FUZZ_CHECK(canonical);
	else
		FUZZ_CHECK(reason && *reason && hint && *hint);
}

static void
check_canonical(struct arena *arena, const char *text)
{
	static canonical_form *const forms[] = {canonical_links, canonical_networks,
		canonical_addresses, canonical_address, canonical_destination};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		const char *canonical = forms[i](arena, text);

		FUZZ_CHECK(!canonical || text_equal(forms[i](arena, canonical), canonical));
	}
}

static void
check_lists(struct arena *arena, const char *text)
{
	struct declaration declaration = {0};
	struct draft draft = {arena, &declaration};
	struct field field = {"spec.field", 0};
	struct address_list_prefixes links =
		address_list_read_prefixes(&draft, text, field, ADDRESS_LIST_LINK);
	struct address_list_prefixes networks =
		address_list_read_prefixes(&draft, text, field, ADDRESS_LIST_NETWORK);
	struct address_list_addresses addresses = address_list_read_addresses(&draft, text, field);

	FUZZ_CHECK(links.count <= ADDRESS_LIST_PARTS && networks.count <= ADDRESS_LIST_PARTS &&
		   addresses.count <= ADDRESS_LIST_PARTS);
	FUZZ_CHECK(links.count == links.parts || declaration.flaw_count > 0);
	for (int i = 0; i < declaration.flaw_count; i++)
		FUZZ_CHECK(*declaration.flaws[i].reason && declaration.flaws[i].value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	size_t length;
	const char *trimmed = text_trim(text, &length);

	check_forms(text);
	check_arm_id(arena, text);
	check_lists(arena, text);
	check_canonical(arena, arena_text_part(arena, trimmed, length));
	return 0;
}
