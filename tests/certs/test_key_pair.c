/* New key pairs, judged by certs/certificate_view.c and by the openssl command. */
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
#include "base/secret.h"
#include "base/text.h"
#include "certs/certificate_view.h"
#include "certs/key_pair.h"
#include "tests/certs/pairs.h"

enum { MEMORY = 1 << 20, OUTPUT = 16384 };

static struct certificate_view
view_of(struct arena *arena, const char *pem)
{
	struct certificate_view view;

	assert_true(certificate_view_read(arena, pem, &view, NULL));
	return view;
}

static void
an_authority_signs_a_leaf_that_servers_use(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct key_pair authority = pairs_authority(arena), leaf = pairs_leaf(arena, &authority);
	struct certificate_view ca = view_of(arena, authority.certificate);
	struct certificate_view server = view_of(arena, leaf.certificate);

	(void)state;
	assert_true(ca.is_authority && !ca.is_server);
	assert_true(server.is_server && !server.is_authority);
	assert_true(certificate_view_is_signed_by(&server, &ca));
	assert_true(certificate_view_has_key(&ca, authority.key));
	assert_true(certificate_view_has_key(&server, leaf.key));
	assert_false(certificate_view_has_key(&server, authority.key));
	for (size_t i = 0; pairs_hosts[i]; i++) {
		assert_string_equal(server.names[i], pairs_hosts[i]);
		assert_true(certificate_view_has_host(&server, pairs_hosts[i]));
	}
	assert_true(text_starts_with(ca.subject, "CN=Peerwarden CA "));
	assert_string_equal(server.subject, "CN=peerwarden-webhook");
}

static void
a_certificate_counts_from_before_now_and_ends_with_its_ca(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct key_pair lasting = pairs_authority(arena);
	struct key_pair brief = pairs_authority_for(arena, PAIRS_DAY);
	struct certificate_view ca = view_of(arena, lasting.certificate);
	struct certificate_view leaf = view_of(arena, pairs_leaf(arena, &lasting).certificate);

	(void)state;
	assert_int_equal(ca.not_before, PAIRS_NOW - KEY_PAIR_BACKDATE);
	assert_int_equal(ca.not_after, PAIRS_NOW + 730 * PAIRS_DAY);
	assert_int_equal(leaf.not_before, PAIRS_NOW - KEY_PAIR_BACKDATE);
	assert_int_equal(leaf.not_after, PAIRS_NOW + 90 * PAIRS_DAY);
	leaf = view_of(arena, pairs_leaf(arena, &brief).certificate);
	assert_int_equal(leaf.not_after, PAIRS_NOW + PAIRS_DAY);
}

static void
no_two_pairs_are_alike(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct key_pair one = pairs_authority(arena), two = pairs_authority(arena);
	struct certificate_view first = view_of(arena, one.certificate);
	struct certificate_view second = view_of(arena, two.certificate);
	struct certificate_view leaf = view_of(arena, pairs_leaf(arena, &one).certificate);

	(void)state;
	assert_string_not_equal(first.subject, second.subject);
	assert_string_not_equal(first.fingerprint, second.fingerprint);
	assert_string_not_equal(one.key, two.key);
	assert_false(certificate_view_is_signed_by(&leaf, &second));
}

/* What cannot become a leaf, and a part of the reason. */
static const struct refused {
	const char *host;
	int64_t now;
	int64_t validity;
	const char *reason;
} refused[] = {
	{"two words", PAIRS_NOW, PAIRS_DAY, "'two words' is neither"},
	{"", PAIRS_NOW, PAIRS_DAY, "'' is neither"},
	{"a,DNS:b", PAIRS_NOW, PAIRS_DAY, "is neither"},
	{NULL, PAIRS_NOW, PAIRS_DAY, "needs a host"},
	{"a", PAIRS_NOW + 731 * PAIRS_DAY, PAIRS_DAY, "the CA has expired"},
	{"a", PAIRS_NOW, -2 * KEY_PAIR_BACKDATE, "cannot be valid"},
	{"a", 5, PAIRS_DAY, "cannot be valid"},
};

static void
an_impossible_leaf_is_refused_with_the_reason(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct key_pair authority = pairs_authority(arena), leaf;

	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		const char *hosts[] = {refused[i].host, NULL};
		struct key_pair_order order = {.subject = "x",
			.hosts = hosts,
			.now = refused[i].now,
			.validity = refused[i].validity};
		struct error error = {0};

		assert_false(key_pair_new_leaf(arena, &order, &authority, &leaf, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
		assert_non_null(strstr(error.message, refused[i].reason));
	}
}

static void
a_broken_authority_signs_nothing(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct key_pair good = pairs_authority(arena), other = pairs_authority(arena), leaf;
	struct key_pair server = pairs_leaf(arena, &good);
	struct key_pair broken[] = {{good.certificate, other.key}, {good.certificate, ""},
		{good.certificate, NULL}, {"", good.key}, {NULL, good.key}, server};
	struct key_pair_order order = {
		.subject = "x", .hosts = pairs_hosts, .now = PAIRS_NOW, .validity = PAIRS_DAY};

	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct error error = {0};

		assert_false(key_pair_new_leaf(arena, &order, &broken[i], &leaf, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
	}
}

static void
a_time_that_no_certificate_holds_is_refused(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct key_pair_order order = {
		.subject = "x", .now = INT64_C(253402300000), .validity = 800};
	struct key_pair pair;
	struct error error = {0};

	(void)state;
	assert_false(key_pair_new_authority(arena, &order, &pair, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	order.validity = 799;
	assert_true(key_pair_new_authority(arena, &order, &pair, &error));
}

static void
a_long_name_is_cut(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct key_pair_order order = {
		.subject = "0123456789012345678901234567890123456789012345678901234567890123456789",
		.hosts = pairs_hosts,
		.now = PAIRS_NOW,
		.validity = PAIRS_DAY};
	struct key_pair authority, leaf;
	struct certificate_view view;

	(void)state;
	assert_true(key_pair_new_authority(arena, &order, &authority, NULL));
	view = view_of(arena, authority.certificate);
	assert_int_equal(strlen(view.subject), strlen("CN=") + 50 + 1 + 8);
	assert_true(key_pair_new_leaf(arena, &order, &authority, &leaf, NULL));
	view = view_of(arena, leaf.certificate);
	assert_int_equal(strlen(view.subject), strlen("CN=") + 50);
}

static void
a_wiped_key_is_gone(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct key_pair pair = pairs_authority(arena);
	size_t length = strlen(pair.key);

	(void)state;
	key_pair_wipe(&pair);
	for (size_t i = 0; i < length; i++)
		assert_int_equal(pair.key[i], 0);
	secret_wipe(NULL);
	secret_wipe("");
}

/* The command's exit status; its output in `output`. */
static int
run(const char *command, char output[OUTPUT])
{
	FILE *pipe = popen(command, "r");
	size_t length;

	assert_non_null(pipe);
	length = fread(output, 1, OUTPUT - 1, pipe);
	output[length] = '\0';
	return pclose(pipe);
}

static void
write_file(const char *folder, const char *name, const char *text)
{
	char path[200];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fputs(text, file) >= 0, 1);
	assert_int_equal(fclose(file), 0);
}

static void
check_by_command(const char *folder)
{
	static const char *const wanted[] = {"Public-Key: (256 bit)", "NIST CURVE: P-256",
		"CA:FALSE", "TLS Web Server Authentication", "Digital Signature",
		"DNS:peerwarden-webhook.network.svc, DNS:peerwarden-webhook, IP Address:10.0.0.7",
		"IP Address:FD00:0:0:0:0:0:0:7", "Version: 3 (0x2)", "ecdsa-with-SHA256",
		"X509v3 Authority Key Identifier"};
	char command[600], output[OUTPUT];

	snprintf(command, sizeof command,
		"cd %s && openssl verify -x509_strict -check_ss_sig -purpose sslserver -attime "
		"%lld "
		"-verify_hostname peerwarden-webhook.network.svc -CAfile ca.pem leaf.pem 2>&1",
		folder, (long long)PAIRS_NOW);
	if (run(command, output) != 0)
		fail_msg("%s", output);
	snprintf(command, sizeof command, "openssl x509 -in %s/leaf.pem -noout -text 2>&1", folder);
	assert_int_equal(run(command, output), 0);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (!strstr(output, wanted[i]))
			fail_msg("no '%s' in %s", wanted[i], output);
	snprintf(command, sizeof command, "openssl pkey -in %s/key.pem -noout -check 2>&1", folder);
	assert_int_equal(run(command, output), 0);
	snprintf(command, sizeof command, "rm -r %s", folder);
	assert_int_equal(run(command, output), 0);
}

static void
the_openssl_command_takes_the_pair_strictly(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct key_pair authority = pairs_authority(arena), leaf = pairs_leaf(arena, &authority);
	char folder[] = "/tmp/test_key_pair.XXXXXX", output[OUTPUT];

	(void)state;
	if (run("openssl version 2>&1", output) != 0)
		skip();
	assert_non_null(mkdtemp(folder));
	write_file(folder, "ca.pem", authority.certificate);
	write_file(folder, "leaf.pem", leaf.certificate);
	write_file(folder, "key.pem", leaf.key);
	check_by_command(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_authority_signs_a_leaf_that_servers_use),
		cmocka_unit_test(a_certificate_counts_from_before_now_and_ends_with_its_ca),
		cmocka_unit_test(no_two_pairs_are_alike),
		cmocka_unit_test(an_impossible_leaf_is_refused_with_the_reason),
		cmocka_unit_test(a_broken_authority_signs_nothing),
		cmocka_unit_test(a_time_that_no_certificate_holds_is_refused),
		cmocka_unit_test(a_long_name_is_cut),
		cmocka_unit_test(a_wiped_key_is_gone),
		cmocka_unit_test(the_openssl_command_takes_the_pair_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
