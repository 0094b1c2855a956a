#include "cloud/gcp_jwt.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"

enum { LARGEST_PART = 16 * 1024, LEAST_BITS = 2048 };

static void
free_key(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

static void
free_context(EVP_MD_CTX **context)
{
	EVP_MD_CTX_free(*context);
}

/* Without padding (RFC 4648 section 5). */
static char *
encode(struct arena *arena, const void *data, size_t length)
{
	char *text = arena_alloc(arena, (length + 2) / 3 * 4 + 1);

	EVP_EncodeBlock((unsigned char *)text, data, (int)length);
	for (char *at = text; *at; at++)
		if (*at == '+')
			*at = '-';
		else if (*at == '/')
			*at = '_';
	text[strcspn(text, "=")] = '\0';
	return text;
}

static void
add_text(struct buffer *out, const char *name, const char *value)
{
	if (!value)
		return;
	buffer_printf(out, ",\"%s\":", name);
	buffer_append_json(out, value);
}

static const char *
encode_header(struct arena *arena, const struct gcp_claims *claims)
{
	CLEANUP(buffer_dispose) struct buffer out;

	buffer_init(&out, LARGEST_PART);
	buffer_append_text(&out, "{\"alg\":\"RS256\",\"typ\":\"JWT\"");
	add_text(&out, "kid", claims->key_id);
	buffer_append_char(&out, '}');
	return out.overflowed ? NULL : encode(arena, out.data, out.length);
}

static const char *
encode_claims(struct arena *arena, const struct gcp_claims *claims)
{
	CLEANUP(buffer_dispose) struct buffer out;
	int64_t expires = claims->issued + claims->lifetime;

	buffer_init(&out, LARGEST_PART);
	buffer_printf(
		&out, "{\"iat\":%lld,\"exp\":%lld", (long long)claims->issued, (long long)expires);
	add_text(&out, "iss", claims->issuer);
	add_text(&out, "aud", claims->audience);
	add_text(&out, "scope", claims->scope);
	buffer_append_char(&out, '}');
	return out.overflowed ? NULL : encode(arena, out.data, out.length);
}

static int
no_password(char *text, int size, int writing, void *context)
{
	(void)text, (void)size, (void)writing, (void)context;
	return -1;
}

static EVP_PKEY *
read_key(const char *pem)
{
	BIO *input = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = input ? PEM_read_bio_PrivateKey(input, NULL, no_password, NULL) : NULL;

	BIO_free(input);
	ERR_clear_error();
	return key;
}

static const char *
sign(struct arena *arena, EVP_PKEY *key, const char *text)
{
	CLEANUP(free_context) EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t length = (size_t)EVP_PKEY_get_size(key);
	unsigned char *signature = arena_alloc(arena, length);

	if (!context || EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
		EVP_DigestSign(context, signature, &length, (const unsigned char *)text,
			strlen(text)) != 1)
		return NULL;
	return encode(arena, signature, length);
}

const char *
gcp_jwt_sign(struct arena *arena, const struct gcp_claims *claims, struct error *error)
{
	CLEANUP(free_key) EVP_PKEY *key = read_key(claims->private_key);
	const char *header = encode_header(arena, claims);
	const char *body = encode_claims(arena, claims);
	const char *text, *signature;

	if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA ||
		EVP_PKEY_get_bits(key) < LEAST_BITS) {
		error_set(error, ERROR_INVALID,
			"the private key of %.80s is no RSA key of 2048 bits or more in PEM",
			claims->issuer);
		return NULL;
	}
	if (!header || !body) {
		error_set(error, ERROR_INVALID, "what is to be signed is too long");
		return NULL;
	}
	text = arena_printf(arena, "%s.%s", header, body);
	signature = sign(arena, key, text);
	if (!signature) {
		error_set(error, ERROR_BUG, "the token could not be signed");
		return NULL;
	}
	return arena_printf(arena, "%s.%s", text, signature);
}
