#include "certs/key_pair.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "certs/certificate_view.h"

#define LAST_SECOND INT64_C(253402300799) /* of the year 9999 */

enum {
	BACKDATE_PART = 10,
	SERIAL = 16,
	SERIAL_SHOWN = 4,
	LONGEST_SUBJECT = 50,
	LONGEST_HOST = 253
};

/* libcrypto fails here only where the process has no memory or no randomness. */
static void
check(bool done)
{
	if (!done)
		abort();
}

void
key_pair_wipe(struct key_pair *pair)
{
	secret_wipe(pair->key);
}

static void
set_serial(X509 *certificate, unsigned char serial[SERIAL])
{
	BIGNUM *number;

	check(RAND_bytes(serial, SERIAL) == 1);
	serial[0] &= 0x7f;
	number = BN_bin2bn(serial, SERIAL, NULL);
	check(number && !BN_is_zero(number) &&
		BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)));
	BN_free(number);
}

static bool
set_times(X509 *certificate, int64_t from, int64_t until, struct error *error)
{
	if (from < 0 || until <= from || until > LAST_SECOND)
		return error_set(error, ERROR_INVALID,
			"a certificate cannot be valid from %lld to %lld", (long long)from,
			(long long)until);
	check(ASN1_TIME_adj(X509_getm_notBefore(certificate), (time_t)from, 0, 0) != NULL);
	check(ASN1_TIME_adj(X509_getm_notAfter(certificate), (time_t)until, 0, 0) != NULL);
	return true;
}

static void
set_subject(X509 *certificate, const char *name)
{
	check(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
		      (const unsigned char *)name, -1, -1, 0) == 1);
}

static void
set_authority_subject(X509 *certificate, const char *name, const unsigned char serial[SERIAL])
{
	char text[LONGEST_SUBJECT + 2 + 2 * SERIAL_SHOWN];
	int length = snprintf(text, sizeof text, "%.*s ", LONGEST_SUBJECT, name);

	for (int i = 0; i < SERIAL_SHOWN; i++)
		length += snprintf(text + length, sizeof text - (size_t)length, "%02x", serial[i]);
	set_subject(certificate, text);
}

static void
add_extension(X509 *certificate, X509 *issuer, int type, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, type, value);
	check(extension && X509_add_ext(certificate, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static GENERAL_NAME *
general_name(const char *host)
{
	unsigned char address[16];
	int family = inet_pton(AF_INET, host, address) == 1    ? 4
		     : inet_pton(AF_INET6, host, address) == 1 ? 16
							       : 0;
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_STRING *value = family ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();

	check(name && value);
	check(ASN1_STRING_set(value, family ? (const void *)address : host,
		      family ? family : (int)strlen(host)) == 1);
	GENERAL_NAME_set0_value(name, family ? GEN_IPADD : GEN_DNS, value);
	return name;
}

static bool
is_host(const char *host)
{
	unsigned char address[16];

	return inet_pton(AF_INET6, host, address) == 1 ||
	       (text_only_has(host, "a-zA-Z0-9._*-") && strlen(host) <= LONGEST_HOST);
}

static bool
add_hosts(X509 *certificate, const char *const *hosts, struct error *error)
{
	GENERAL_NAMES *names;

	if (!hosts || !*hosts)
		return error_set(error, ERROR_INVALID, "a server's certificate needs a host");
	for (const char *const *host = hosts; *host; host++)
		if (!is_host(*host))
			return error_set(error, ERROR_INVALID,
				"'%.100s' is neither a DNS name nor an address", *host);
	names = GENERAL_NAMES_new();
	check(names != NULL);
	for (const char *const *host = hosts; *host; host++)
		check(sk_GENERAL_NAME_push(names, general_name(*host)) > 0);
	check(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, 0) == 1);
	GENERAL_NAMES_free(names);
	return true;
}

static const char *
text_of(struct arena *arena, BIO *out)
{
	char *data;
	long length = BIO_get_mem_data(out, &data);

	return arena_text_part(arena, data, (size_t)length);
}

static void
write_pair(struct arena *arena, X509 *certificate, EVP_PKEY *key, struct key_pair *pair)
{
	BIO *out = BIO_new(BIO_s_mem()), *secret = BIO_new(BIO_s_secmem());

	check(out && PEM_write_bio_X509(out, certificate) == 1);
	check(secret && PEM_write_bio_PKCS8PrivateKey(secret, key, NULL, NULL, 0, NULL, NULL) == 1);
	pair->certificate = text_of(arena, out);
	pair->key = text_of(arena, secret);
	BIO_free(out);
	BIO_free(secret);
}

static void
sign(X509 *certificate, EVP_PKEY *key)
{
	check(X509_sign(certificate, key, EVP_sha256()) > 0);
}

static X509 *
begin(EVP_PKEY *key)
{
	X509 *certificate = X509_new();

	check(certificate && key && X509_set_version(certificate, X509_VERSION_3) == 1);
	check(X509_set_pubkey(certificate, key) == 1);
	return certificate;
}

static int64_t
begin_of(const struct key_pair_order *order)
{
	int64_t part = order->validity / BACKDATE_PART;

	return order->now - (part > 0 && part < KEY_PAIR_BACKDATE ? part : KEY_PAIR_BACKDATE);
}

bool
key_pair_new_authority(struct arena *arena, const struct key_pair_order *order,
	struct key_pair *pair, struct error *error)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = begin(key);
	unsigned char serial[SERIAL];
	bool good = set_times(certificate, begin_of(order), order->now + order->validity, error);

	if (good) {
		set_serial(certificate, serial);
		set_authority_subject(certificate, order->subject, serial);
		X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
		add_extension(certificate, certificate, NID_basic_constraints,
			"critical,CA:TRUE,pathlen:0");
		add_extension(
			certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
		add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
		add_extension(
			certificate, certificate, NID_authority_key_identifier, "keyid:always");
		sign(certificate, key);
		write_pair(arena, certificate, key, pair);
	}
	X509_free(certificate);
	EVP_PKEY_free(key);
	return good;
}

struct issuer {
	X509 *certificate;
	EVP_PKEY *key;
	int64_t not_after;
};

static void
issuer_dispose(struct issuer *issuer)
{
	X509_free(issuer->certificate);
	EVP_PKEY_free(issuer->key);
}

static bool
issuer_read(struct arena *arena, const struct key_pair *authority, struct issuer *issuer,
	struct error *error)
{
	struct certificate_view view;
	const unsigned char *at;
	BIO *input;

	*issuer = (struct issuer){0};
	if (!certificate_view_read(arena, authority->certificate, &view, error))
		return error_wrap(error, "the CA");
	if (!view.is_authority)
		return error_set(error, ERROR_INVALID, "the certificate may not sign others");
	if (!certificate_view_has_key(&view, authority->key))
		return error_set(error, ERROR_INVALID, "the CA's private key does not fit");
	at = view.der;
	issuer->certificate = d2i_X509(NULL, &at, (long)view.der_length);
	input = BIO_new_mem_buf(authority->key, -1);
	issuer->key = input ? PEM_read_bio_PrivateKey(input, NULL, NULL, NULL) : NULL;
	BIO_free(input);
	issuer->not_after = view.not_after;
	check(issuer->certificate && issuer->key);
	return true;
}

static bool
fill_leaf(X509 *certificate, const struct key_pair_order *order, const struct issuer *issuer,
	struct error *error)
{
	unsigned char serial[SERIAL];
	char subject[LONGEST_SUBJECT + 1];
	int64_t until = order->now + order->validity;

	if (issuer->not_after <= order->now)
		return error_set(error, ERROR_INVALID, "the CA has expired");
	if (until > issuer->not_after)
		until = issuer->not_after;
	if (!set_times(certificate, begin_of(order), until, error))
		return false;
	set_serial(certificate, serial);
	snprintf(subject, sizeof subject, "%s", order->subject);
	set_subject(certificate, subject);
	X509_set_issuer_name(certificate, X509_get_subject_name(issuer->certificate));
	add_extension(certificate, issuer->certificate, NID_basic_constraints, "critical,CA:FALSE");
	add_extension(certificate, issuer->certificate, NID_key_usage, "critical,digitalSignature");
	add_extension(certificate, issuer->certificate, NID_ext_key_usage, "serverAuth");
	add_extension(certificate, issuer->certificate, NID_subject_key_identifier, "hash");
	add_extension(
		certificate, issuer->certificate, NID_authority_key_identifier, "keyid:always");
	return add_hosts(certificate, order->hosts, error);
}

bool
key_pair_new_leaf(struct arena *arena, const struct key_pair_order *order,
	const struct key_pair *authority, struct key_pair *pair, struct error *error)
{
	struct issuer issuer;
	EVP_PKEY *key;
	X509 *certificate;
	bool good;

	if (!issuer_read(arena, authority, &issuer, error))
		return false;
	key = EVP_EC_gen("P-256");
	certificate = begin(key);
	good = fill_leaf(certificate, order, &issuer, error);
	if (good) {
		sign(certificate, issuer.key);
		write_pair(arena, certificate, key, pair);
	}
	X509_free(certificate);
	EVP_PKEY_free(key);
	issuer_dispose(&issuer);
	return good;
}
