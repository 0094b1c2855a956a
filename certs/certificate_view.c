#include "certs/certificate_view.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

enum { DIGEST = 32 };

static int64_t
seconds_of(const ASN1_TIME *time)
{
	struct tm parts;

	return time && ASN1_TIME_to_tm(time, &parts) ? (int64_t)timegm(&parts) : 0;
}

static const char *
subject_of(struct arena *arena, X509 *certificate)
{
	BIO *out = BIO_new(BIO_s_mem());
	const char *subject = "";
	char *text;
	long length;

	if (!out)
		return subject;
	if (X509_NAME_print_ex(out, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) >= 0) {
		length = BIO_get_mem_data(out, &text);
		subject = arena_text_part(arena, text, length > 0 ? (size_t)length : 0);
	}
	BIO_free(out);
	return subject;
}

/* One entry of the subjectAltName as text; NULL for one that is no host. */
static const char *
name_text(struct arena *arena, const GENERAL_NAME *name)
{
	int type;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);
	const unsigned char *data = ASN1_STRING_get0_data(value);
	int length = ASN1_STRING_length(value);
	char address[INET6_ADDRSTRLEN];

	if (type == GEN_DNS) {
		const char *text = arena_text_part(arena, (const char *)data, (size_t)length);

		return strlen(text) == (size_t)length && text_only_has(text, "a-zA-Z0-9._*-")
			       ? text
			       : NULL;
	}
	if (length != 4 && length != 16)
		return NULL;
	return inet_ntop(length == 4 ? AF_INET : AF_INET6, data, address, sizeof address)
		       ? arena_text(arena, address)
		       : NULL;
}

static const char **
names_of(struct arena *arena, X509 *certificate)
{
	GENERAL_NAMES *entries = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	int entry_count = entries ? sk_GENERAL_NAME_num(entries) : 0;
	const char **names = ARENA_ARRAY(arena, const char *, (size_t)entry_count + 1);
	size_t count = 0;

	for (int i = 0; i < entry_count; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(entries, i);
		bool host = name->type == GEN_DNS || name->type == GEN_IPADD;

		names[count] = host ? name_text(arena, name) : NULL;
		count += names[count] != NULL;
	}
	GENERAL_NAMES_free(entries);
	return names;
}

static void
set_der(struct arena *arena, X509 *certificate, struct certificate_view *view)
{
	unsigned char digest[DIGEST], *der = NULL;
	int length = i2d_X509(certificate, &der);

	if (length > 0)
		view->der = (const unsigned char *)arena_text_part(
			arena, (const char *)der, (size_t)length);
	view->der_length = length > 0 ? (size_t)length : 0;
	OPENSSL_free(der);
	if (!X509_digest(certificate, EVP_sha256(), digest, NULL))
		return;
	for (size_t i = 0; i < DIGEST; i++)
		snprintf(view->fingerprint + 2 * i, 3, "%02x", digest[i]);
}

static struct certificate_view
view_of(struct arena *arena, X509 *certificate)
{
	struct certificate_view view = {
		.subject = subject_of(arena, certificate),
		.names = names_of(arena, certificate),
		.not_before = seconds_of(X509_get0_notBefore(certificate)),
		.not_after = seconds_of(X509_get0_notAfter(certificate)),
		.is_authority = (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0 &&
				(X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN) != 0,
	};

	view.is_server = !(X509_get_extension_flags(certificate) & EXFLAG_CA) &&
			 (X509_get_extended_key_usage(certificate) & XKU_SSL_SERVER) != 0;
	set_der(arena, certificate, &view);
	return view;
}

static X509 *
decode(const unsigned char *der, size_t length)
{
	const unsigned char *at = der;
	X509 *certificate = d2i_X509(NULL, &at, (long)length);

	if (certificate && at == der + length)
		return certificate;
	X509_free(certificate);
	return NULL;
}

/* What one PEM block holds, when that is a certificate as Go would take it. */
static bool
read_block(struct arena *arena, const char *type, const char *header, const unsigned char *data,
	long length, struct certificate_view *view)
{
	X509 *certificate;

	if (!text_equal(type, PEM_STRING_X509) || *header)
		return false;
	certificate = decode(data, (size_t)length);
	if (!certificate)
		return false;
	*view = view_of(arena, certificate);
	X509_free(certificate);
	return view->der_length > 0;
}

enum block { BLOCK_END, BLOCK_BAD, BLOCK_GOOD };

static enum block
next_block(struct arena *arena, BIO *input, struct certificate_view *view)
{
	char *type = NULL, *header = NULL;
	unsigned char *data = NULL;
	long length = 0;
	enum block block = BLOCK_BAD;

	ERR_clear_error();
	if (PEM_read_bio(input, &type, &header, &data, &length)) {
		if (read_block(arena, type, header, data, length, view))
			block = BLOCK_GOOD;
	} else if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) {
		block = BLOCK_END;
	}
	OPENSSL_free(type);
	OPENSSL_free(header);
	OPENSSL_free(data);
	ERR_clear_error();
	return block;
}

size_t
certificate_view_read_all(struct arena *arena, const char *pem, struct certificate_view *views,
	size_t room, bool *damaged)
{
	size_t length = pem ? strnlen(pem, CERTIFICATE_VIEW_LONGEST + 1) : 0;
	BIO *input = length > CERTIFICATE_VIEW_LONGEST
			     ? NULL
			     : BIO_new_mem_buf(pem ? pem : "", (int)length);
	enum block block = BLOCK_BAD;
	size_t count = 0;
	bool strange = !input;

	while (input && count < room && (block = next_block(arena, input, &views[count])))
		if (block == BLOCK_GOOD)
			count++;
		else
			strange = true;
	if (damaged)
		*damaged = strange || (block != BLOCK_END && BIO_pending(input) > 0);
	BIO_free(input);
	return count;
}

bool
certificate_view_read(
	struct arena *arena, const char *pem, struct certificate_view *view, struct error *error)
{
	*view = (struct certificate_view){0};
	if (certificate_view_read_all(arena, pem, view, 1, NULL) == 1)
		return true;
	*view = (struct certificate_view){0};
	return error_set(error, ERROR_INVALID, "there is no PEM certificate in it");
}

const char *
certificate_view_pem(struct arena *arena, const struct certificate_view *view)
{
	BIO *out = BIO_new(BIO_s_mem());
	const char *pem = "";
	char *text;
	long length;

	if (out && PEM_write_bio(out, PEM_STRING_X509, "", view->der, (long)view->der_length) > 0) {
		length = BIO_get_mem_data(out, &text);
		pem = arena_text_part(arena, text, (size_t)length);
	}
	BIO_free(out);
	return pem;
}

bool
certificate_view_is_signed_by(
	const struct certificate_view *view, const struct certificate_view *authority)
{
	X509 *child, *parent;
	EVP_PKEY *key;
	bool good;

	if (!authority->is_authority)
		return false;
	child = decode(view->der, view->der_length);
	parent = decode(authority->der, authority->der_length);
	key = parent ? X509_get0_pubkey(parent) : NULL;
	good = child && key && X509_check_issued(parent, child) == X509_V_OK &&
	       X509_verify(child, key) == 1;
	X509_free(child);
	X509_free(parent);
	ERR_clear_error();
	return good;
}

/* Never asks for a password. */
static int
no_password(char *password, int size, int writing, void *context)
{
	(void)password, (void)size, (void)writing, (void)context;
	return -1;
}

bool
certificate_view_has_key(const struct certificate_view *view, const char *key)
{
	X509 *certificate = decode(view->der, view->der_length);
	BIO *input = key ? BIO_new_mem_buf(key, -1) : NULL;
	EVP_PKEY *private = input ? PEM_read_bio_PrivateKey(input, NULL, no_password, NULL) : NULL;
	bool good = certificate && private && X509_check_private_key(certificate, private) == 1;

	EVP_PKEY_free(private);
	BIO_free(input);
	X509_free(certificate);
	ERR_clear_error();
	return good;
}

bool
certificate_view_has_host(const struct certificate_view *view, const char *host)
{
	X509 *certificate = decode(view->der, view->der_length);
	unsigned char address[16];
	bool good = false;

	if (!certificate)
		return false;
	if (inet_pton(AF_INET, host, address) == 1)
		good = X509_check_ip(certificate, address, 4, 0) == 1;
	else if (inet_pton(AF_INET6, host, address) == 1)
		good = X509_check_ip(certificate, address, 16, 0) == 1;
	else
		good = X509_check_host(certificate, host, strlen(host),
			       X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1;
	X509_free(certificate);
	ERR_clear_error();
	return good;
}

bool
certificate_view_is_valid_at(const struct certificate_view *view, int64_t now)
{
	return now >= view->not_before && now <= view->not_after;
}
