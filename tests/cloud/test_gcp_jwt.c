#include "cloud/gcp_jwt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/cleanup.h"
#include "tests/cloud/gcp_key.h"

enum { MEMORY = 1 << 20, PEM_SIZE = 8192 };

static const struct gcp_claims sample = {
	.issuer = GCP_EMAIL,
	.key_id = "k-1",
	.private_key = GCP_KEY,
	.audience = "https://oauth2.googleapis.com/token",
	.scope = "https://www.googleapis.com/auth/cloud-platform",
	.issued = 1767323045,
	.lifetime = 3600,
};

static void
a_token_is_the_one_that_openssl_makes(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct error error = {0};

	(void)state;
	assert_string_equal(gcp_jwt_sign(arena, &sample, &error), GCP_JWT);
}

static void
a_text_that_needs_it_is_escaped_and_a_missing_key_id_is_left_out(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_claims claims = sample;
	struct error error = {0};
	const char *token;

	(void)state;
	claims.key_id = NULL;
	claims.issuer = "\"";
	token = gcp_jwt_sign(arena, &claims, &error);
	assert_non_null(token);
	/* {"alg":"RS256","typ":"JWT"} and {"iat":1767323045,"exp":1767326645,"iss":"\"","aud":… */
	assert_ptr_equal(strstr(token, "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9."
				       "eyJpYXQiOjE3NjczMjMwNDUsImV4cCI6MTc2NzMyNjY0NSwiaXNzIjoi"
				       "XCIiLCJhdWQiOiJodHRwczovL29hdXRoMi5nb29nbGVhcGlzLmNvbS90"),
		token);
	assert_null(strpbrk(token, "+/="));
}

static const char *
pem_of(EVP_PKEY *key, const EVP_CIPHER *cipher, char text[PEM_SIZE])
{
	BIO *out = BIO_new(BIO_s_mem());
	int length;

	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(out, key, cipher, cipher ? "secret" : NULL,
				 cipher ? 6 : 0, NULL, NULL),
		1);
	length = BIO_read(out, text, PEM_SIZE - 1);
	assert_true(length > 0);
	text[length] = '\0';
	BIO_free(out);
	EVP_PKEY_free(key);
	return text;
}

static void
only_an_rsa_key_that_is_long_enough_and_open_signs(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	char short_key[PEM_SIZE], curve_key[PEM_SIZE], locked_key[PEM_SIZE];
	const char *const keys[] = {
		pem_of(EVP_RSA_gen(1024), NULL, short_key),
		pem_of(EVP_EC_gen("P-256"), NULL, curve_key),
		pem_of(EVP_RSA_gen(2048), EVP_aes_256_cbc(), locked_key),
		"",
		"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct gcp_claims claims = sample;
		struct error error = {0};

		claims.private_key = keys[i];
		assert_null(gcp_jwt_sign(arena, &claims, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
		assert_non_null(strstr(error.message, GCP_EMAIL));
		assert_null(strstr(error.message, "BEGIN"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_the_one_that_openssl_makes),
		cmocka_unit_test(a_text_that_needs_it_is_escaped_and_a_missing_key_id_is_left_out),
		cmocka_unit_test(only_an_rsa_key_that_is_long_enough_and_open_signs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
