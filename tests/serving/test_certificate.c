#include "serving/certificate.h"

#include "base/cleanup.h"
#include "tests/serving/key_pair.h"

#define SERVICE "peerwarden.peerwarden-system.svc"

static struct key_pair authority, stranger, leaf, of_address, nameless, for_clients, ended, early;
static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	key_pair_make(&authority, &(struct key_pair_wish){.name = "authority", .authority = true});
	key_pair_make(&stranger, &(struct key_pair_wish){.name = "stranger", .authority = true});
	key_pair_make(&leaf, &(struct key_pair_wish){.name = "leaf",
				     .dns = SERVICE,
				     .purpose = GNUTLS_KP_TLS_WWW_SERVER,
				     .issuer = &authority});
	key_pair_make(&of_address,
		&(struct key_pair_wish){
			.name = "of-address", .address = "127.0.0.1", .issuer = &authority});
	key_pair_make(&nameless, &(struct key_pair_wish){.name = SERVICE, .issuer = &authority});
	key_pair_make(&for_clients, &(struct key_pair_wish){.name = "client",
					    .dns = SERVICE,
					    .purpose = GNUTLS_KP_TLS_WWW_CLIENT,
					    .issuer = &authority});
	key_pair_make(&ended,
		&(struct key_pair_wish){
			.name = "ended", .dns = SERVICE, .until = -60, .issuer = &authority});
	key_pair_make(&early, &(struct key_pair_wish){.name = "early",
				      .dns = SERVICE,
				      .from = KEY_PAIR_DAY / 2,
				      .issuer = &authority});
	return 0;
}

static int
teardown(void **state)
{
	struct key_pair *const all[] = {
		&authority, &stranger, &leaf, &of_address, &nameless, &for_clients, &ended, &early};

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		key_pair_free(all[i]);
	arena_free(arena);
	return 0;
}

static void
the_leaf_is_described(void **state)
{
	const char *chain = arena_printf(arena, "%s%s", leaf.pem, authority.pem);
	struct certificate certificate;
	struct error error;

	(void)state;
	assert_true(certificate_read(arena, chain, &certificate, &error));
	assert_string_equal(certificate.subject, "CN=leaf");
	assert_string_equal(certificate.names[0], SERVICE);
	assert_null(certificate.names[1]);
	assert_int_equal(strlen(certificate.fingerprint), 64);
	assert_int_equal(certificate.not_after - certificate.not_before, 2 * KEY_PAIR_DAY);
	assert_true(certificate_read(arena, of_address.pem, &certificate, &error));
	assert_string_equal(certificate.names[0], "127.0.0.1");
	assert_false(certificate_read(arena, "nonsense", &certificate, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
}

static void
a_certificate_counts_from_its_first_to_its_last_second(void **state)
{
	struct certificate certificate = {.not_before = 100, .not_after = 200};
	struct error error;

	(void)state;
	assert_false(certificate_is_valid_at(&certificate, 99, &error));
	assert_non_null(strstr(error.message, "counts only from 1970-01-01T00:01:40"));
	assert_true(certificate_is_valid_at(&certificate, 100, &error));
	assert_true(certificate_is_valid_at(&certificate, 200, &error));
	assert_false(certificate_is_valid_at(&certificate, 201, &error));
	assert_non_null(strstr(error.message, "has expired at 1970-01-01T00:03:20"));
}

static void
only_what_leads_to_the_bundle_counts_now_and_is_for_servers_is_trusted(void **state)
{
	const char *both = arena_printf(arena, "%s%s", stranger.pem, authority.pem);
	const struct {
		const char *chain;
		const char *bundle;
		const char *reason; /* NULL when it is trusted */
	} rows[] = {
		{leaf.pem, authority.pem, NULL},
		{leaf.pem, both, NULL},
		{leaf.pem, leaf.pem, NULL}, /* its own authority, as with a self-signed one */
		{of_address.pem, authority.pem, NULL}, /* for any purpose */
		{leaf.pem, stranger.pem, "issuer is unknown"},
		{ended.pem, authority.pem, "expired"},
		{early.pem, authority.pem, "not yet"},
		{for_clients.pem, authority.pem, "purpose"},
		{leaf.pem, "nonsense", "no PEM"},
		{leaf.pem, "", "no PEM"},
		{"nonsense", authority.pem, "no PEM"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct error error = {0};
		bool good = certificate_is_trusted(rows[i].chain, rows[i].bundle, &error);

		if (good != !rows[i].reason || (!good && !strstr(error.message, rows[i].reason)))
			fail_msg("row %zu: %s", i, error.message);
	}
}

static void
a_host_is_looked_for_among_the_alternative_names_alone(void **state)
{
	(void)state;
	assert_true(certificate_has_host(leaf.pem, SERVICE));
	assert_false(certificate_has_host(leaf.pem, "peerwarden.other.svc"));
	assert_false(certificate_has_host(leaf.pem, "127.0.0.1"));
	assert_true(certificate_has_host(of_address.pem, "127.0.0.1"));
	assert_false(certificate_has_host(of_address.pem, "127.0.0.2"));
	assert_false(certificate_has_host(of_address.pem, "::1"));
	assert_false(certificate_has_host(nameless.pem, SERVICE));
	assert_false(certificate_has_host("nonsense", SERVICE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_leaf_is_described),
		cmocka_unit_test(a_certificate_counts_from_its_first_to_its_last_second),
		cmocka_unit_test(
			only_what_leads_to_the_bundle_counts_now_and_is_for_servers_is_trusted),
		cmocka_unit_test(a_host_is_looked_for_among_the_alternative_names_alone),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
