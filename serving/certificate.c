#include "serving/certificate.h"

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { MOST_CERTIFICATES = 16, MOST_NAMES = 100, LONGEST_NAME = 512, SHA256 = 32 };

struct chain {
	gnutls_x509_crt_t items[MOST_CERTIFICATES];
	unsigned count;
};

static gnutls_datum_t
datum(const char *text)
{
	return (gnutls_datum_t){(unsigned char *)(uintptr_t)text, (unsigned)strlen(text)};
}

static bool
chain_read(struct chain *chain, const char *pem, struct error *error)
{
	gnutls_datum_t text = datum(pem);
	int count;

	chain->count = MOST_CERTIFICATES;
	count = gnutls_x509_crt_list_import(
		chain->items, &chain->count, &text, GNUTLS_X509_FMT_PEM, 0);
	if (count > 0)
		return true;
	chain->count = 0;
	return error_set(error, ERROR_INVALID, "no PEM certificate: %s", gnutls_strerror(count));
}

static void
chain_dispose(struct chain *chain)
{
	for (unsigned i = 0; i < chain->count; i++)
		gnutls_x509_crt_deinit(chain->items[i]);
}

static const char *
subject_of(struct arena *arena, gnutls_x509_crt_t leaf)
{
	gnutls_datum_t text = {0};
	const char *subject;

	if (gnutls_x509_crt_get_dn3(leaf, &text, 0) < 0)
		return "";
	subject = arena_text_part(arena, (const char *)text.data, text.size);
	gnutls_free(text.data);
	return subject;
}

/* One entry of the subjectAltName as text; NULL for one that is no host. */
static const char *
name_text(struct arena *arena, int type, const char *value, size_t length)
{
	char address[INET6_ADDRSTRLEN];

	if (type == GNUTLS_SAN_DNSNAME)
		return arena_text_part(arena, value, length);
	if (type != GNUTLS_SAN_IPADDRESS || (length != 4 && length != 16))
		return NULL;
	if (!inet_ntop(length == 4 ? AF_INET : AF_INET6, value, address, sizeof address))
		return NULL;
	return arena_text(arena, address);
}

static const char **
names_of(struct arena *arena, gnutls_x509_crt_t leaf)
{
	const char **names = ARENA_ARRAY(arena, const char *, MOST_NAMES + 1);
	size_t count = 0;

	for (unsigned i = 0; i < MOST_NAMES; i++) {
		char value[LONGEST_NAME];
		size_t length = sizeof value;
		int type = gnutls_x509_crt_get_subject_alt_name(leaf, i, value, &length, NULL);

		if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
		names[count] = type < 0 ? NULL : name_text(arena, type, value, length);
		count += names[count] != NULL;
	}
	return names;
}

static void
set_fingerprint(gnutls_x509_crt_t leaf, struct certificate *certificate)
{
	unsigned char digest[SHA256];
	size_t size = sizeof digest;

	if (gnutls_x509_crt_get_fingerprint(leaf, GNUTLS_DIG_SHA256, digest, &size) < 0)
		return;
	for (size_t i = 0; i < size; i++)
		snprintf(certificate->fingerprint + 2 * i, 3, "%02x", digest[i]);
}

bool
certificate_read(
	struct arena *arena, const char *pem, struct certificate *certificate, struct error *error)
{
	struct chain chain;

	*certificate = (struct certificate){0};
	if (!chain_read(&chain, pem, error))
		return false;
	certificate->subject = subject_of(arena, chain.items[0]);
	certificate->names = names_of(arena, chain.items[0]);
	certificate->not_before = gnutls_x509_crt_get_activation_time(chain.items[0]);
	certificate->not_after = gnutls_x509_crt_get_expiration_time(chain.items[0]);
	set_fingerprint(chain.items[0], certificate);
	chain_dispose(&chain);
	return true;
}

bool
certificate_is_valid_at(const struct certificate *certificate, int64_t now, struct error *error)
{
	char time[CLOCK_TEXT_SIZE];

	if (now >= certificate->not_before && now <= certificate->not_after)
		return true;
	if (now < certificate->not_before) {
		clock_format(certificate->not_before * CLOCK_SECOND, time);
		return error_set(error, ERROR_DENIED, "the certificate counts only from %s", time);
	}
	clock_format(certificate->not_after * CLOCK_SECOND, time);
	return error_set(error, ERROR_DENIED, "the certificate has expired at %s", time);
}

/* Why GnuTLS does not take a certificate, in its words; without a full stop. */
static bool
refuse(unsigned status, struct error *error)
{
	gnutls_datum_t text = {0};
	size_t length;

	if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) < 0)
		return error_set(error, ERROR_DENIED, "not trusted (status %x)", status);
	length = text.size;
	while (length > 0 && strchr(". ", (char)text.data[length - 1]))
		length--;
	error_set(error, ERROR_DENIED, "%.*s", (int)length, (const char *)text.data);
	gnutls_free(text.data);
	return false;
}

static bool
verify(const struct chain *chain, gnutls_x509_trust_list_t trusted, struct error *error)
{
	unsigned char purpose[] = GNUTLS_KP_TLS_WWW_SERVER;
	gnutls_typed_vdata_st wanted = {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = purpose};
	gnutls_x509_crt_t items[MOST_CERTIFICATES]; /* GnuTLS may change their order */
	unsigned status = 0;
	int result;

	memcpy(items, chain->items, sizeof items);
	result = gnutls_x509_trust_list_verify_crt2(
		trusted, items, chain->count, &wanted, 1, 0, &status, NULL);
	if (result < 0)
		return error_set(error, ERROR_INVALID, "%s", gnutls_strerror(result));
	return status == 0 || refuse(status, error);
}

bool
certificate_is_trusted(const char *chain, const char *bundle, struct error *error)
{
	gnutls_datum_t authorities = datum(bundle);
	gnutls_x509_trust_list_t trusted;
	struct chain read;
	bool good;

	if (!chain_read(&read, chain, error))
		return false;
	if (gnutls_x509_trust_list_init(&trusted, 0) < 0) {
		chain_dispose(&read);
		return error_set(error, ERROR_EXHAUSTED, "no memory");
	}
	if (gnutls_x509_trust_list_add_trust_mem(
		    trusted, &authorities, NULL, GNUTLS_X509_FMT_PEM, 0, 0) > 0)
		good = verify(&read, trusted, error);
	else
		good = error_set(error, ERROR_INVALID, "there is no PEM certificate in it");
	gnutls_x509_trust_list_deinit(trusted, 1);
	chain_dispose(&read);
	return good;
}

/* GnuTLS would fall back to the common name where there are no names. */
static bool
has_names(gnutls_x509_crt_t leaf)
{
	char value[LONGEST_NAME];

	for (unsigned i = 0; i < MOST_NAMES; i++) {
		size_t length = sizeof value;
		int type = gnutls_x509_crt_get_subject_alt_name(leaf, i, value, &length, NULL);

		if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return false;
		if (type == GNUTLS_SAN_DNSNAME)
			return true;
	}
	return false;
}

bool
certificate_has_host(const char *chain, const char *host)
{
	unsigned char address[16];
	struct chain read;
	bool good;

	if (!chain_read(&read, chain, NULL))
		return false;
	if (inet_pton(AF_INET, host, address) == 1)
		good = gnutls_x509_crt_check_ip(read.items[0], address, 4, 0) != 0;
	else if (inet_pton(AF_INET6, host, address) == 1)
		good = gnutls_x509_crt_check_ip(read.items[0], address, 16, 0) != 0;
	else
		good = has_names(read.items[0]) &&
		       gnutls_x509_crt_check_hostname2(read.items[0], host, 0) != 0;
	chain_dispose(&read);
	return good;
}
