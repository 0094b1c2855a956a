/* Reading PEM of anybody; what our own certificates say is in test_key_pair.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "certs/certificate_view.h"
#include "tests/certs/pairs.h"

enum { MEMORY = 1 << 21, ROOM = 4 };

static size_t
count(struct arena *arena, const char *pem, bool *damaged)
{
	struct certificate_view views[ROOM];

	return certificate_view_read_all(arena, pem, views, ROOM, damaged);
}

static void
certificates_are_read_in_their_order(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct key_pair authority = pairs_authority(arena), leaf = pairs_leaf(arena, &authority);
	struct certificate_view views[ROOM], first;
	const char *chain = arena_printf(
		arena, "the leaf\n%s\r\n\nand its CA\n%s", leaf.certificate, authority.certificate);
	bool damaged;

	(void)state;
	assert_int_equal(certificate_view_read_all(arena, chain, views, ROOM, &damaged), 2);
	assert_false(damaged);
	assert_true(views[0].is_server);
	assert_true(views[1].is_authority);
	assert_true(certificate_view_is_signed_by(&views[0], &views[1]));
	assert_false(certificate_view_is_signed_by(&views[1], &views[0]));
	assert_true(certificate_view_is_signed_by(&views[1], &views[1]));
	assert_true(certificate_view_read(arena, chain, &first, NULL));
	assert_string_equal(first.fingerprint, views[0].fingerprint);
	assert_int_equal(strlen(first.fingerprint), 64);
	assert_string_equal(certificate_view_pem(arena, &first), leaf.certificate);
}

static void
what_is_no_certificate_is_skipped_and_told(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct key_pair pair = pairs_authority(arena);
	const char *good = pair.certificate;
	const char *cut = arena_text_part(arena, good, strlen(good) / 2);
	const char *body = strchr(good, '\n') + 1;
	const char *texts[] = {
		arena_printf(arena, "%s%s", pair.key, good),
		arena_printf(arena, "%s%s", good, pair.key),
		arena_printf(arena, "%s%s", good, cut),
		arena_printf(arena, "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n%s",
			good),
		arena_printf(arena,
			"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n%s", good),
		arena_printf(arena, "%s-----BEGIN THING-----\n%.*s-----END THING-----\n", good,
			(int)(strstr(body, "-----END") - body), body),
		arena_printf(arena, "%s-----BEGIN CERTIFICATE-----\nx: y\n\n%s", good, body),
	};
	bool damaged;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_int_equal(count(arena, texts[i], &damaged), 1);
		assert_true(damaged);
	}
}

static void
a_certificate_with_something_behind_it_is_none(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct certificate_view view;
	unsigned char *longer;
	bool damaged;

	(void)state;
	assert_true(certificate_view_read(arena, pairs_authority(arena).certificate, &view, NULL));
	longer = arena_alloc(arena, view.der_length + 1);
	memcpy(longer, view.der, view.der_length);
	view.der = longer;
	view.der_length++;
	assert_int_equal(count(arena, certificate_view_pem(arena, &view), &damaged), 0);
	assert_true(damaged);
}

static void
a_signature_that_was_changed_counts_nothing(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct key_pair authority = pairs_authority(arena);
	struct certificate_view ca, leaf;
	unsigned char *changed;

	(void)state;
	assert_true(certificate_view_read(arena, authority.certificate, &ca, NULL));
	assert_true(certificate_view_read(
		arena, pairs_leaf(arena, &authority).certificate, &leaf, NULL));
	assert_true(certificate_view_is_signed_by(&leaf, &ca));
	changed = arena_alloc(arena, leaf.der_length);
	memcpy(changed, leaf.der, leaf.der_length);
	changed[leaf.der_length - 1] ^= 1;
	leaf.der = changed;
	assert_false(certificate_view_is_signed_by(&leaf, &ca));
}

static void
an_empty_text_holds_nothing(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	const char *texts[] = {NULL, "", "\n", "no PEM at all"};
	struct certificate_view view;
	struct error error = {0};
	bool damaged;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_int_equal(count(arena, texts[i], &damaged), 0);
		assert_false(damaged);
		assert_false(certificate_view_read(arena, texts[i], &view, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
	}
}

static void
more_than_there_is_room_for_is_told(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	const char *text = "";
	bool damaged;

	(void)state;
	for (int i = 0; i < ROOM; i++)
		text = arena_printf(arena, "%s%s", text, pairs_authority(arena).certificate);
	assert_int_equal(count(arena, text, &damaged), ROOM);
	assert_false(damaged);
	text = arena_printf(arena, "%s%s", text, pairs_authority(arena).certificate);
	assert_int_equal(count(arena, text, &damaged), ROOM);
	assert_true(damaged);
}

static void
a_text_that_is_too_long_is_not_read(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	const char *good = pairs_authority(arena).certificate;
	char *text = arena_alloc(arena, CERTIFICATE_VIEW_LONGEST + 2);
	bool damaged;

	(void)state;
	memset(text, '\n', CERTIFICATE_VIEW_LONGEST);
	memcpy(text, good, strlen(good));
	assert_int_equal(count(arena, text, &damaged), 1);
	assert_false(damaged);
	text[CERTIFICATE_VIEW_LONGEST] = '\n';
	assert_int_equal(count(arena, text, &damaged), 0);
	assert_true(damaged);
}

static void
a_host_has_to_be_named(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct key_pair authority = pairs_authority(arena);
	struct certificate_view leaf, ca;

	(void)state;
	assert_true(certificate_view_read(
		arena, pairs_leaf(arena, &authority).certificate, &leaf, NULL));
	assert_true(certificate_view_read(arena, authority.certificate, &ca, NULL));
	assert_true(certificate_view_has_host(&leaf, "fd00:0::7"));
	assert_false(certificate_view_has_host(&leaf, "10.0.0.8"));
	assert_false(certificate_view_has_host(&leaf, "network.svc"));
	assert_null(ca.names[0]);
	assert_false(certificate_view_has_host(&ca, ca.subject + strlen("CN=")));
}

static void
validity_includes_both_ends(void **state)
{
	struct certificate_view view = {.not_before = 10, .not_after = 20};

	(void)state;
	assert_false(certificate_view_is_valid_at(&view, 9));
	assert_true(certificate_view_is_valid_at(&view, 10));
	assert_true(certificate_view_is_valid_at(&view, 20));
	assert_false(certificate_view_is_valid_at(&view, 21));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates_are_read_in_their_order),
		cmocka_unit_test(what_is_no_certificate_is_skipped_and_told),
		cmocka_unit_test(a_certificate_with_something_behind_it_is_none),
		cmocka_unit_test(a_signature_that_was_changed_counts_nothing),
		cmocka_unit_test(an_empty_text_holds_nothing),
		cmocka_unit_test(more_than_there_is_room_for_is_told),
		cmocka_unit_test(a_text_that_is_too_long_is_not_read),
		cmocka_unit_test(a_host_has_to_be_named),
		cmocka_unit_test(validity_includes_both_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
