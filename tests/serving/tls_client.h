/* A TLS client for tests, and the certificates that a test makes for itself, as files in the
 * working directory. */
#pragma once

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/serving/socket_client.h"

struct tls_client {
	int fd;
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
};

/* What a certificate says; all texts but `file` may be NULL. */
struct tls_client_certificate {
	const char *file;      /* FILE.crt and FILE.key */
	const char *name;      /* the common name; the file's name unless given */
	const char *dns, *uri; /* alternative names */
	const char *purpose;   /* the OID */
	const char *authority; /* the file of who signs it; itself unless given */
	bool expired;
};

static inline void
tls_client_write(const char *file, const char *ending, gnutls_datum_t *text)
{
	char path[64];
	FILE *stream;

	snprintf(path, sizeof path, "%s.%s", file, ending);
	stream = fopen(path, "w");
	assert_non_null(stream);
	assert_int_equal(fwrite(text->data, 1, text->size, stream), text->size);
	assert_int_equal(fclose(stream), 0);
	gnutls_free(text->data);
}

static inline void
tls_client_read_pair(const char *file, gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
	gnutls_datum_t text;
	char path[64];

	snprintf(path, sizeof path, "%s.crt", file);
	assert_int_equal(gnutls_load_file(path, &text), 0);
	assert_int_equal(gnutls_x509_crt_import(certificate, &text, GNUTLS_X509_FMT_PEM), 0);
	gnutls_free(text.data);
	snprintf(path, sizeof path, "%s.key", file);
	assert_int_equal(gnutls_load_file(path, &text), 0);
	assert_int_equal(gnutls_x509_privkey_import(key, &text, GNUTLS_X509_FMT_PEM), 0);
	gnutls_free(text.data);
}

static inline void
tls_client_describe(gnutls_x509_crt_t certificate, const struct tls_client_certificate *wanted)
{
	const char *name = wanted->name ? wanted->name : wanted->file;
	time_t now = time(NULL);

	gnutls_x509_crt_set_version(certificate, 3);
	gnutls_x509_crt_set_serial(certificate, "\x01", 1);
	gnutls_x509_crt_set_activation_time(certificate, now - 7200);
	gnutls_x509_crt_set_expiration_time(certificate, now + (wanted->expired ? -3600 : 86400));
	gnutls_x509_crt_set_dn_by_oid(
		certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name));
	gnutls_x509_crt_set_basic_constraints(certificate, !wanted->authority, -1);
	if (wanted->purpose)
		gnutls_x509_crt_set_key_purpose_oid(certificate, wanted->purpose, 0);
	if (wanted->dns)
		gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, wanted->dns,
			(unsigned)strlen(wanted->dns), GNUTLS_FSAN_APPEND);
	if (wanted->uri)
		gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_URI, wanted->uri,
			(unsigned)strlen(wanted->uri), GNUTLS_FSAN_APPEND);
}

static inline void
tls_client_make(const struct tls_client_certificate *wanted)
{
	gnutls_x509_crt_t certificate, issuer;
	gnutls_x509_privkey_t key, signer;
	gnutls_datum_t text;

	gnutls_x509_crt_init(&certificate);
	gnutls_x509_crt_init(&issuer);
	gnutls_x509_privkey_init(&key);
	gnutls_x509_privkey_init(&signer);
	assert_int_equal(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
				 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
		0);
	tls_client_describe(certificate, wanted);
	assert_int_equal(gnutls_x509_crt_set_key(certificate, key), 0);
	if (wanted->authority)
		tls_client_read_pair(wanted->authority, issuer, signer);
	assert_int_equal(
		gnutls_x509_crt_sign2(certificate, wanted->authority ? issuer : certificate,
			wanted->authority ? signer : key, GNUTLS_DIG_SHA256, 0),
		0);
	gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &text);
	tls_client_write(wanted->file, "crt", &text);
	gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &text);
	tls_client_write(wanted->file, "key", &text);
	gnutls_x509_crt_deinit(certificate);
	gnutls_x509_crt_deinit(issuer);
	gnutls_x509_privkey_deinit(key);
	gnutls_x509_privkey_deinit(signer);
}

/* `pair`: the client's own certificate, or NULL. */
static inline struct tls_client
tls_client_open(uint16_t port, const char *pair)
{
	struct tls_client client;
	char certificate[64], key[64];

	client.fd = socket_connect(port);
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
	gnutls_record_set_timeout(client.session, SOCKET_PATIENCE);
	return client;
}

static inline void
tls_client_close(struct tls_client *client)
{
	gnutls_deinit(client->session);
	gnutls_certificate_free_credentials(client->credentials);
	close(client->fd);
}

static inline bool
tls_client_send(struct tls_client *client, const char *text)
{
	return gnutls_record_send(client->session, text, strlen(text)) == (ssize_t)strlen(text);
}

/* Reads until `mark` has come; false when the connection ends before. */
static inline bool
tls_client_read_until(struct tls_client *client, struct buffer *into, const char *mark)
{
	char piece[4096];

	while (!strstr(buffer_text(into), mark)) {
		ssize_t length = gnutls_record_recv(client->session, piece, sizeof piece);

		if (length <= 0)
			return false;
		buffer_append(into, piece, (size_t)length);
	}
	return true;
}
