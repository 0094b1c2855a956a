/* Certificates for tests, made in memory: authorities, leaves with names, a purpose and a time. */
#pragma once

#include <arpa/inet.h>
#include <gnutls/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { KEY_PAIR_PEM = 4096, KEY_PAIR_DAY = 24 * 3600 };

struct key_pair {
	gnutls_x509_crt_t certificate;
	gnutls_x509_privkey_t key;
	char pem[KEY_PAIR_PEM];
	char key_pem[KEY_PAIR_PEM];
};

/* What is 0 is left out, or the default. */
struct key_pair_wish {
	const char *name; /* the common name */
	const char *dns;
	const char *address; /* IPv4 */
	const char *purpose; /* GNUTLS_KP_… */
	const struct key_pair *issuer;
	time_t from; /* seconds from now */
	time_t until;
	bool authority;
};

static inline void
key_pair_describe(gnutls_x509_crt_t certificate, const struct key_pair_wish *wish)
{
	time_t now = time(NULL);
	unsigned char address[4];

	assert_int_equal(gnutls_x509_crt_set_version(certificate, 3), 0);
	assert_int_equal(gnutls_x509_crt_set_serial(certificate, "\1\2\3", 3), 0);
	assert_int_equal(gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0,
				 wish->name, (unsigned)strlen(wish->name)),
		0);
	gnutls_x509_crt_set_activation_time(
		certificate, now + (wish->from ? wish->from : -KEY_PAIR_DAY));
	gnutls_x509_crt_set_expiration_time(
		certificate, now + (wish->until ? wish->until : KEY_PAIR_DAY));
	gnutls_x509_crt_set_basic_constraints(certificate, wish->authority, -1);
	if (wish->authority)
		gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_KEY_CERT_SIGN);
	if (wish->dns)
		gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, wish->dns,
			(unsigned)strlen(wish->dns), GNUTLS_FSAN_APPEND);
	if (wish->address && inet_pton(AF_INET, wish->address, address) == 1)
		gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, address,
			sizeof address, GNUTLS_FSAN_APPEND);
	if (wish->purpose)
		gnutls_x509_crt_set_key_purpose_oid(certificate, wish->purpose, 0);
}

static inline void
key_pair_make(struct key_pair *pair, const struct key_pair_wish *wish)
{
	const struct key_pair *issuer = wish->issuer ? wish->issuer : pair;
	size_t size = sizeof pair->pem, key_size = sizeof pair->key_pem;

	assert_int_equal(gnutls_x509_privkey_init(&pair->key), 0);
	assert_int_equal(gnutls_x509_privkey_generate(pair->key, GNUTLS_PK_ECDSA,
				 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
		0);
	assert_int_equal(gnutls_x509_crt_init(&pair->certificate), 0);
	key_pair_describe(pair->certificate, wish);
	assert_int_equal(gnutls_x509_crt_set_key(pair->certificate, pair->key), 0);
	assert_int_equal(gnutls_x509_crt_sign2(pair->certificate, issuer->certificate, issuer->key,
				 GNUTLS_DIG_SHA256, 0),
		0);
	assert_int_equal(
		gnutls_x509_crt_export(pair->certificate, GNUTLS_X509_FMT_PEM, pair->pem, &size),
		0);
	assert_int_equal(gnutls_x509_privkey_export(
				 pair->key, GNUTLS_X509_FMT_PEM, pair->key_pem, &key_size),
		0);
}

static inline void
key_pair_free(struct key_pair *pair)
{
	gnutls_x509_crt_deinit(pair->certificate);
	gnutls_x509_privkey_deinit(pair->key);
}

static inline void
key_pair_write(const char *path, const char *pem)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(pem, file);
	assert_int_equal(fclose(file), 0);
}
