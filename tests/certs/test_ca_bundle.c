/* A caBundle as a set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "certs/ca_bundle.h"
#include "tests/certs/pairs.h"

enum { MEMORY = 1 << 22 };

static void
order_and_doubles_and_comments_do_not_count(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	const char *a = pairs_authority(arena).certificate, *b = pairs_authority(arena).certificate;
	struct ca_bundle one, two;

	(void)state;
	ca_bundle_read(arena, arena_printf(arena, "%s%s", a, b), &one);
	ca_bundle_read(arena, arena_printf(arena, "# b\n%s\n\n%s%s", b, a, b), &two);
	assert_int_equal(one.count, 2);
	assert_false(one.damaged || two.damaged);
	assert_true(ca_bundle_equal(&one, &two));
	assert_string_equal(ca_bundle_pem(arena, &one), ca_bundle_pem(arena, &two));
	ca_bundle_read(arena, a, &two);
	assert_false(ca_bundle_equal(&one, &two));
	ca_bundle_read(
		arena, arena_printf(arena, "%s%s", a, pairs_authority(arena).certificate), &two);
	assert_false(ca_bundle_equal(&one, &two));
}

static void
the_text_is_read_as_what_was_written(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct ca_bundle bundle, again, empty;

	(void)state;
	ca_bundle_read(arena, pairs_authority(arena).certificate, &bundle);
	ca_bundle_read(arena, ca_bundle_pem(arena, &bundle), &again);
	assert_true(ca_bundle_equal(&bundle, &again));
	assert_memory_equal(
		ca_bundle_base64(arena, &bundle), "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t", 36);
	ca_bundle_read(arena, NULL, &empty);
	assert_int_equal(empty.count, 0);
	assert_string_equal(ca_bundle_pem(arena, &empty), "");
	assert_string_equal(ca_bundle_base64(arena, &empty), "");
}

static void
only_a_ca_finds_a_place(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct key_pair authority = pairs_authority(arena), leaf = pairs_leaf(arena, &authority);
	struct certificate_view view;
	struct ca_bundle bundle;

	(void)state;
	ca_bundle_read(arena, arena_printf(arena, "%s%s", leaf.certificate, authority.certificate),
		&bundle);
	assert_int_equal(bundle.count, 1);
	assert_true(bundle.damaged);
	assert_true(certificate_view_read(arena, leaf.certificate, &view, NULL));
	assert_ptr_equal(ca_bundle_issuer(&bundle, &view), &bundle.items[0]);
	assert_ptr_equal(ca_bundle_find(&bundle, bundle.items[0].fingerprint), &bundle.items[0]);
	assert_null(ca_bundle_find(&bundle, view.fingerprint));
	bundle.count = 0;
	assert_null(ca_bundle_issuer(&bundle, &view));
}

static void
expired_and_unknown_ones_are_removed(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct ca_bundle bundle, brief, known;

	(void)state;
	ca_bundle_read(arena, pairs_authority(arena).certificate, &bundle);
	known = bundle;
	ca_bundle_read(arena, pairs_authority_for(arena, PAIRS_DAY).certificate, &brief);
	ca_bundle_add_all(&bundle, &brief);
	ca_bundle_add_all(&bundle, &brief);
	assert_int_equal(bundle.count, 2);
	ca_bundle_remove_expired(&bundle, PAIRS_NOW + PAIRS_DAY);
	assert_int_equal(bundle.count, 2);
	ca_bundle_remove_expired(&bundle, PAIRS_NOW + PAIRS_DAY + 1);
	assert_true(ca_bundle_equal(&bundle, &known));
	ca_bundle_add_all(&bundle, &brief);
	ca_bundle_remove_unknown(&bundle, &known);
	assert_true(ca_bundle_equal(&bundle, &known));
}

static void
a_full_bundle_takes_no_more(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct ca_bundle bundle = {0}, more;
	const char *text = "";

	(void)state;
	for (int i = 0; i < CA_BUNDLE_MOST; i++) {
		text = arena_printf(arena, "%s%s", text, pairs_authority(arena).certificate);
		ca_bundle_read(arena, text, &bundle);
		assert_int_equal(bundle.count, i + 1);
	}
	assert_false(bundle.damaged);
	for (size_t i = 1; i < bundle.count; i++)
		assert_true(
			strcmp(bundle.items[i - 1].fingerprint, bundle.items[i].fingerprint) < 0);
	ca_bundle_read(arena, pairs_authority(arena).certificate, &more);
	assert_false(ca_bundle_add(&bundle, &more.items[0]));
	assert_true(ca_bundle_add(&bundle, &bundle.items[3]));
	text = arena_printf(arena, "%s%s", text, pairs_authority(arena).certificate);
	ca_bundle_read(arena, text, &bundle);
	assert_int_equal(bundle.count, CA_BUNDLE_MOST);
	assert_true(bundle.damaged);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_and_doubles_and_comments_do_not_count),
		cmocka_unit_test(the_text_is_read_as_what_was_written),
		cmocka_unit_test(only_a_ca_finds_a_place),
		cmocka_unit_test(expired_and_unknown_ones_are_removed),
		cmocka_unit_test(a_full_bundle_takes_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
