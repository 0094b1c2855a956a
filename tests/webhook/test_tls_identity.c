#include "webhook/tls_identity.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <gnutls/x509.h>

#include "base/clock.h"
#include "tests/webhook/socket_client.h"
#include "webhook/server.h"

static char folder[] = "/tmp/peerwarden-tls-XXXXXX";

static void
run(char *const argv[])
{
	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (child == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		execvp(argv[0], argv);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* name.crt and name.key: a certificate of its own authority. */
static void
make_pair(const char *name, const char *purpose)
{
	char subject[64], usage[64], key[64], certificate[64];

	snprintf(subject, sizeof subject, "/CN=%s", name);
	snprintf(usage, sizeof usage, "extendedKeyUsage=%s", purpose);
	snprintf(key, sizeof key, "%s.key", name);
	snprintf(certificate, sizeof certificate, "%s.crt", name);
	run((char *[]){(char[]){"openssl"}, (char[]){"req"}, (char[]){"-x509"}, (char[]){"-newkey"},
		(char[]){"ec"}, (char[]){"-pkeyopt"}, (char[]){"ec_paramgen_curve:prime256v1"},
		(char[]){"-nodes"}, (char[]){"-days"}, (char[]){"2"}, (char[]){"-subj"}, subject,
		(char[]){"-addext"}, usage, (char[]){"-keyout"}, key, (char[]){"-out"}, certificate,
		NULL});
}

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
	make_pair("one", "serverAuth");
	make_pair("two", "serverAuth");
	make_pair("client", "clientAuth");
	make_pair("stranger", "clientAuth");
	file = fopen("garbage", "w");
	if (!file)
		return -1;
	fputs("-----BEGIN CERTIFICATE-----\nno\n", file);
	return fclose(file);
}

static int
teardown(void **state)
{
	static const char *const names[] = {"one.crt", "one.key", "two.crt", "two.key",
		"client.crt", "client.key", "stranger.crt", "stranger.key", "garbage", "tls.crt",
		"tls.key"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unlink(names[i]);
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

struct client {
	int fd;
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
};

/* `pair`: the client's own certificate, or NULL. */
static struct client
client_open(const struct server *server, const char *pair)
{
	struct client client;
	char certificate[64], key[64];

	client.fd = socket_connect(server_port(server));
	assert_true(client.fd >= 0);
	gnutls_init(&client.session, GNUTLS_CLIENT);
	gnutls_set_default_priority(client.session);
	gnutls_certificate_allocate_credentials(&client.credentials);
	if (pair) {
		snprintf(certificate, sizeof certificate, "%s.crt", pair);
		snprintf(key, sizeof key, "%s.key", pair);
		assert_int_equal(gnutls_certificate_set_x509_key_file(
					 client.credentials, certificate, key, GNUTLS_X509_FMT_PEM),
			0);
	}
	gnutls_credentials_set(client.session, GNUTLS_CRD_CERTIFICATE, client.credentials);
	gnutls_transport_set_int(client.session, client.fd);
	gnutls_handshake_set_timeout(client.session, SOCKET_PATIENCE);
	return client;
}

static void
client_close(struct client *client)
{
	gnutls_deinit(client->session);
	gnutls_certificate_free_credentials(client->credentials);
	close(client->fd);
}

/* A refusal of the client's certificate reaches a TLS 1.3 client only after its own handshake, at
 * the first read. */
static bool
request(struct client *client)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	char reply[512];

	if (gnutls_record_send(client->session, text, sizeof text - 1) < 0)
		return false;
	return gnutls_record_recv(client->session, reply, sizeof reply) > 0;
}

/* The name on the certificate that the server showed. */
static void
assert_shown(const struct client *client, const char *name)
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
	struct client old, new;

	(void)state;
	use("one.crt", "one.key");
	identity = tls_identity_open("tls.crt", "tls.key", NULL, &error);
	assert_non_null(identity);
	server = open_server(identity);
	old = client_open(server, NULL);
	assert_int_equal(gnutls_handshake(old.session), 0);
	assert_shown(&old, "one");
	use("two.crt", "two.key");
	assert_true(tls_identity_reload(identity, &error));
	new = client_open(server, NULL);
	assert_int_equal(gnutls_handshake(new.session), 0);
	assert_shown(&new, "two");
	assert_true(request(&old));
	assert_true(request(&new));
	client_close(&old);
	client_close(&new);
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
		struct client client;

		use(broken[i].certificate, broken[i].key);
		assert_false(tls_identity_reload(identity, &error));
		client = client_open(server, NULL);
		assert_int_equal(gnutls_handshake(client.session), 0);
		assert_shown(&client, "one");
		client_close(&client);
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
		struct client client = client_open(server, cases[i].pair);

		assert_int_equal(
			gnutls_handshake(client.session) == 0 && request(&client), cases[i].good);
		client_close(&client);
	}
	server_close(server);
	tls_identity_close(identity);
}

static void
old_protocols_are_refused(void **state)
{
	struct error error;
	struct tls_identity *identity = tls_identity_open("one.crt", "one.key", NULL, &error);
	struct server *server;
	struct client client;

	(void)state;
	assert_non_null(identity);
	server = open_server(identity);
	client = client_open(server, NULL);
	gnutls_priority_set_direct(client.session, "NORMAL:-VERS-ALL:+VERS-TLS1.1", NULL);
	assert_true(gnutls_handshake(client.session) < 0);
	client_close(&client);
	client = client_open(server, NULL);
	gnutls_priority_set_direct(client.session, "NORMAL:-VERS-ALL:+VERS-TLS1.2", NULL);
	assert_int_equal(gnutls_handshake(client.session), 0);
	client_close(&client);
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
		cmocka_unit_test(old_protocols_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
