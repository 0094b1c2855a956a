#include "serving/tls_identity.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "serving/server.h"
#include "tests/serving/tls_client.h"

static char folder[] = "/tmp/peerwarden-tls-XXXXXX";

static const struct tls_client_certificate certificates[] = {
	{.file = "one", .purpose = GNUTLS_KP_TLS_WWW_SERVER},
	{.file = "two", .purpose = GNUTLS_KP_TLS_WWW_SERVER},
	{.file = "client", .purpose = GNUTLS_KP_TLS_WWW_CLIENT},
	{.file = "stranger", .purpose = GNUTLS_KP_TLS_WWW_CLIENT},
	{.file = "authority"},
	{.file = "foreign", .name = "authority"},
	{.file = "right",
		.name = "kube-apiserver",
		.purpose = GNUTLS_KP_TLS_WWW_CLIENT,
		.authority = "authority"},
	{.file = "right-dns",
		.name = "a",
		.dns = "api.example.com",
		.purpose = GNUTLS_KP_TLS_WWW_CLIENT,
		.authority = "authority"},
	{.file = "right-uri",
		.name = "b",
		.uri = "spiffe://cluster/api",
		.purpose = GNUTLS_KP_TLS_WWW_CLIENT,
		.authority = "authority"},
	{.file = "wrong-name",
		.name = "kube-apiserver2",
		.dns = "example.com",
		.purpose = GNUTLS_KP_TLS_WWW_CLIENT,
		.authority = "authority"},
	{.file = "wrong-usage",
		.name = "kube-apiserver",
		.purpose = GNUTLS_KP_TLS_WWW_SERVER,
		.authority = "authority"},
	{.file = "expired",
		.name = "kube-apiserver",
		.purpose = GNUTLS_KP_TLS_WWW_CLIENT,
		.authority = "authority",
		.expired = true},
	{.file = "forged",
		.name = "kube-apiserver",
		.purpose = GNUTLS_KP_TLS_WWW_CLIENT,
		.authority = "foreign"},
};

static void
use(const char *certificate, const char *key)
{
	unlink("tls.crt");
	unlink("tls.key");
	assert_int_equal(link(certificate, "tls.crt"), 0);
	assert_int_equal(link(key, "tls.key"), 0);
}

static int
setup(void **state)
{
	FILE *file;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(folder) || chdir(folder) != 0)
		return -1;
	for (size_t i = 0; i < sizeof certificates / sizeof certificates[0]; i++)
		tls_client_make(&certificates[i]);
	file = fopen("garbage", "w");
	if (!file)
		return -1;
	fputs("-----BEGIN CERTIFICATE-----\nno\n", file);
	return fclose(file);
}

static int
teardown(void **state)
{
	char path[64];

	(void)state;
	for (size_t i = 0; i < sizeof certificates / sizeof certificates[0]; i++) {
		snprintf(path, sizeof path, "%s.crt", certificates[i].file);
		unlink(path);
		snprintf(path, sizeof path, "%s.key", certificates[i].file);
		unlink(path);
	}
	unlink("garbage");
	unlink("tls.crt");
	unlink("tls.key");
	unlink("ca.crt");
	return chdir("/") || rmdir(folder);
}

static void
answer(struct exchange *exchange, void *context)
{
	(void)context;
	exchange_reply(exchange, 200, "text/plain", "ok");
}

static const struct endpoint endpoints[] = {{"/", "GET", answer}, {0}};

static struct server *
open_server(struct tls_identity *identity)
{
	struct server_settings settings = {
		.listen = "127.0.0.1:0",
		.identity = identity,
		.endpoints = endpoints,
		.threads = 1,
		.max_connections = 16,
		.header_timeout = 20 * CLOCK_SECOND,
		.body_timeout = 20 * CLOCK_SECOND,
	};
	struct error error;
	struct server *server = server_open(&settings, &error);

	assert_non_null(server);
	return server;
}

/* A refusal of the client's certificate reaches a TLS 1.3 client only after its own handshake, at
 * the first read. */
static bool
request(struct tls_client *client)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	char reply[512];

	if (gnutls_record_send(client->session, text, sizeof text - 1) < 0)
		return false;
	return gnutls_record_recv(client->session, reply, sizeof reply) > 0;
}

/* The name on the certificate that the server showed. */
static void
assert_shown(const struct tls_client *client, const char *name)
{
	unsigned count;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(client->session, &count);
	gnutls_x509_crt_t leaf;
	char shown[64];
	size_t size = sizeof shown;

	assert_non_null(chain);
	gnutls_x509_crt_init(&leaf);
	assert_int_equal(gnutls_x509_crt_import(leaf, &chain[0], GNUTLS_X509_FMT_DER), 0);
	assert_int_equal(gnutls_x509_crt_get_dn_by_oid(
				 leaf, GNUTLS_OID_X520_COMMON_NAME, 0, 0, shown, &size),
		0);
	gnutls_x509_crt_deinit(leaf);
	assert_string_equal(shown, name);
}

static void
a_new_pair_is_for_new_connections(void **state)
{
	struct error error;
	struct tls_identity *identity;
	struct server *server;
	struct tls_client old, new;

	(void)state;
	use("one.crt", "one.key");
	identity = tls_identity_open("tls.crt", "tls.key", NULL, &error);
	assert_non_null(identity);
	server = open_server(identity);
	old = tls_client_open(server_port(server), NULL);
	assert_int_equal(gnutls_handshake(old.session), 0);
	assert_shown(&old, "one");
	use("two.crt", "two.key");
	assert_true(tls_identity_reload(identity, &error));
	new = tls_client_open(server_port(server), NULL);
	assert_int_equal(gnutls_handshake(new.session), 0);
	assert_shown(&new, "two");
	assert_true(request(&old));
	assert_true(request(&new));
	tls_client_close(&old);
	tls_client_close(&new);
	server_close(server);
	tls_identity_close(identity);
}

static void
a_broken_pair_keeps_the_old_one(void **state)
{
	static const struct {
		const char *certificate;
		const char *key;
	} broken[] = {{"one.crt", "two.key"}, {"garbage", "one.key"}, {"one.crt", "garbage"},
		{"two.key", "two.crt"}};
	struct error error;
	struct tls_identity *identity;
	struct server *server;

	(void)state;
	use("one.crt", "one.key");
	identity = tls_identity_open("tls.crt", "tls.key", NULL, &error);
	assert_non_null(identity);
	server = open_server(identity);
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		struct tls_client client;

		use(broken[i].certificate, broken[i].key);
		assert_false(tls_identity_reload(identity, &error));
		client = tls_client_open(server_port(server), NULL);
		assert_int_equal(gnutls_handshake(client.session), 0);
		assert_shown(&client, "one");
		tls_client_close(&client);
	}
	unlink("tls.key");
	assert_false(tls_identity_reload(identity, &error));
	server_close(server);
	tls_identity_close(identity);
}

static void
a_key_of_another_certificate_is_refused_at_the_start(void **state)
{
	struct error error = {0};

	(void)state;
	assert_null(tls_identity_open("one.crt", "two.key", NULL, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	assert_null(tls_identity_open("none.crt", "two.key", NULL, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	assert_null(tls_identity_open("one.crt", "one.key", "garbage", &error));
	assert_int_equal(error.kind, ERROR_INVALID);
}

static void
only_clients_of_the_client_ca_come_in(void **state)
{
	static const struct {
		const char *pair;
		bool good;
	} cases[] = {{"client", true}, {"stranger", false}, {NULL, false}};
	struct error error;
	struct tls_identity *identity =
		tls_identity_open("one.crt", "one.key", "client.crt", &error);
	struct server *server;

	(void)state;
	assert_non_null(identity);
	server = open_server(identity);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct tls_client client = tls_client_open(server_port(server), cases[i].pair);

		assert_int_equal(
			gnutls_handshake(client.session) == 0 && request(&client), cases[i].good);
		tls_client_close(&client);
	}
	server_close(server);
	tls_identity_close(identity);
}

/* Whether a client with this pair, or without one, is answered. */
static bool
comes_in(const struct server *server, const char *pair)
{
	struct tls_client client = tls_client_open(server_port(server), pair);
	bool good = gnutls_handshake(client.session) == 0 && request(&client);

	tls_client_close(&client);
	return good;
}

static void
only_clients_of_a_listed_name_come_in(void **state)
{
	static const struct {
		const char *pair;
		bool good;
	} cases[] = {{"right", true}, {"right-dns", true}, {"right-uri", true},
		{"wrong-name", false}, {"wrong-usage", false}, {"expired", false},
		{"forged", false}, {"stranger", false}, {NULL, false}};
	struct error error;
	struct tls_identity *identity =
		tls_identity_open("one.crt", "one.key", "authority.crt", &error);
	struct server *server;

	(void)state;
	assert_non_null(identity);
	tls_identity_set_client_names(
		identity, "kube-apiserver, API.example.com ,spiffe://cluster/api");
	server = open_server(identity);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (comes_in(server, cases[i].pair) != cases[i].good)
			fail_msg("%s", cases[i].pair);
	server_close(server);
	tls_identity_close(identity);
}

static void
without_a_list_every_name_of_the_client_ca_comes_in(void **state)
{
	struct error error;
	struct tls_identity *identity =
		tls_identity_open("one.crt", "one.key", "authority.crt", &error);
	struct server *server;

	(void)state;
	assert_non_null(identity);
	tls_identity_set_client_names(identity, "");
	server = open_server(identity);
	assert_true(comes_in(server, "wrong-name"));
	assert_false(comes_in(server, "wrong-usage"));
	assert_false(comes_in(server, "expired"));
	assert_false(comes_in(server, "forged"));
	server_close(server);
	tls_identity_close(identity);
}

static void
a_new_client_ca_counts_for_new_connections(void **state)
{
	struct error error;
	struct tls_identity *identity;
	struct server *server;

	(void)state;
	assert_int_equal(link("authority.crt", "ca.crt"), 0);
	identity = tls_identity_open("one.crt", "one.key", "ca.crt", &error);
	assert_non_null(identity);
	server = open_server(identity);
	assert_true(comes_in(server, "right"));
	assert_false(comes_in(server, "forged"));
	unlink("ca.crt");
	assert_int_equal(link("foreign.crt", "ca.crt"), 0);
	assert_true(tls_identity_reload(identity, &error));
	assert_false(comes_in(server, "right"));
	assert_true(comes_in(server, "forged"));
	server_close(server);
	tls_identity_close(identity);
}

static void
refusals_and_handshakes_are_counted(void **state)
{
	CLEANUP(buffer_dispose) struct buffer metrics;

	(void)state;
	buffer_init(&metrics, SIZE_MAX);
	metrics_write(&metrics);
	assert_non_null(strstr(
		buffer_text(&metrics), "peerwarden_tls_clients_refused_total{reason=\"name\"} "));
	assert_non_null(strstr(buffer_text(&metrics),
		"peerwarden_tls_clients_refused_total{reason=\"untrusted\"} "));
	assert_non_null(strstr(
		buffer_text(&metrics), "peerwarden_tls_handshakes_total{result=\"completed\"} "));
	assert_non_null(strstr(
		buffer_text(&metrics), "peerwarden_tls_handshakes_total{result=\"failed\"} "));
}

static void
old_protocols_are_refused(void **state)
{
	struct error error;
	struct tls_identity *identity = tls_identity_open("one.crt", "one.key", NULL, &error);
	struct server *server;
	struct tls_client client;

	(void)state;
	assert_non_null(identity);
	server = open_server(identity);
	client = tls_client_open(server_port(server), NULL);
	gnutls_priority_set_direct(client.session, "NORMAL:-VERS-ALL:+VERS-TLS1.1", NULL);
	assert_true(gnutls_handshake(client.session) < 0);
	tls_client_close(&client);
	client = tls_client_open(server_port(server), NULL);
	gnutls_priority_set_direct(client.session, "NORMAL:-VERS-ALL:+VERS-TLS1.2", NULL);
	assert_int_equal(gnutls_handshake(client.session), 0);
	tls_client_close(&client);
	server_close(server);
	tls_identity_close(identity);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_pair_is_for_new_connections),
		cmocka_unit_test(a_broken_pair_keeps_the_old_one),
		cmocka_unit_test(a_key_of_another_certificate_is_refused_at_the_start),
		cmocka_unit_test(only_clients_of_the_client_ca_come_in),
		cmocka_unit_test(only_clients_of_a_listed_name_come_in),
		cmocka_unit_test(without_a_list_every_name_of_the_client_ca_comes_in),
		cmocka_unit_test(a_new_client_ca_counts_for_new_connections),
		cmocka_unit_test(old_protocols_are_refused),
		cmocka_unit_test(refusals_and_handshakes_are_counted),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
