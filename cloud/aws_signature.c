#include "cloud/aws_signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/percent.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

#define LAST_SECOND INT64_C(253402300799) /* of the year 9999 */

enum { DIGEST = 32, DIGEST_TEXT = 2 * DIGEST + 1, DATE_TEXT = 17, DAY_LENGTH = 8 };

/* A digest of libcrypto fails only where the process has no memory. */
static void
check(const void *done)
{
	if (!done)
		abort();
}

static void
write_digest(const unsigned char *digest, char text[DIGEST_TEXT])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	text[DIGEST_TEXT - 1] = '\0';
}

static void
hash(const char *data, size_t length, char text[DIGEST_TEXT])
{
	unsigned char digest[DIGEST];
	int done = EVP_Digest(data, length, digest, NULL, EVP_sha256(), NULL);

	check(done ? digest : NULL);
	write_digest(digest, text);
}

/* Signs `text` with the key and leaves the outcome as the next key. */
static void
sign(unsigned char key[DIGEST], const char *text, size_t length)
{
	unsigned char digest[DIGEST];

	check(HMAC(EVP_sha256(), key, DIGEST, (const unsigned char *)text, length, digest, NULL));
	memcpy(key, digest, DIGEST);
	OPENSSL_cleanse(digest, sizeof digest);
}

/* Names in lower case; values without white space around them, and one blank where there were more.
 */
static struct aws_header
canonical_header(struct arena *arena, const char *name, const char *value)
{
	char *lower = arena_text(arena, name);
	char *single = ARENA_ARRAY(arena, char, strlen(value) + 1);
	size_t length = 0;

	for (char *at = lower; *at; at++)
		*at |= *at >= 'A' && *at <= 'Z' ? 0x20 : 0;
	for (; *value; value++) {
		bool blank = *value == ' ' || *value == '\t';

		if (!blank)
			single[length++] = *value;
		else if (length > 0 && single[length - 1] != ' ')
			single[length++] = ' ';
	}
	if (length > 0 && single[length - 1] == ' ')
		single[length - 1] = '\0';
	return (struct aws_header){lower, single};
}

static int
compare_headers(const void *a, const void *b)
{
	return strcmp(((const struct aws_header *)a)->name, ((const struct aws_header *)b)->name);
}

struct headers {
	struct aws_header *items;
	size_t count;
};

static struct headers
sorted_headers(struct arena *arena, const struct aws_request *request,
	const struct aws_signature *signature)
{
	struct headers made = {ARENA_ARRAY(arena, struct aws_header, request->header_count + 2), 0};

	for (size_t i = 0; i < request->header_count; i++)
		made.items[made.count++] = canonical_header(
			arena, request->headers[i].name, request->headers[i].value);
	made.items[made.count++] = canonical_header(arena, "x-amz-date", signature->date);
	if (signature->token)
		made.items[made.count++] =
			canonical_header(arena, "x-amz-security-token", signature->token);
	qsort(made.items, made.count, sizeof *made.items, compare_headers);
	return made;
}

static void
append_names(struct buffer *out, const struct headers *headers)
{
	for (size_t i = 0; i < headers->count; i++)
		buffer_printf(out, "%s%s", i > 0 ? ";" : "", headers->items[i].name);
}

/* Encoded once more than in the request line, as every service but S3 wants it. */
static void
append_path(struct buffer *out, const char *path)
{
	for (; *path; path++) {
		CLEANUP(buffer_dispose) struct buffer once;

		buffer_init(&once, SIZE_MAX);
		if (*path == '/') {
			buffer_append_char(out, '/');
			continue;
		}
		percent_append_byte(&once, (unsigned char)*path);
		percent_append(out, buffer_text(&once));
	}
}

static int
digit_value(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) % 16 : -1;
}

/* A part of a query, encoded as it has to be, whether it was so before or not. */
static const char *
canonical_part(struct arena *arena, const char *part, size_t length)
{
	CLEANUP(buffer_dispose) struct buffer out;

	buffer_init(&out, SIZE_MAX);
	for (size_t i = 0; i < length; i++) {
		int high = i + 2 < length && part[i] == '%' ? digit_value(part[i + 1]) : -1;
		int low = high >= 0 ? digit_value(part[i + 2]) : -1;

		if (low >= 0) {
			percent_append_byte(&out, (unsigned char)(high * 16 + low));
			i += 2;
		} else {
			percent_append_byte(&out, (unsigned char)part[i]);
		}
	}
	return arena_text(arena, buffer_text(&out));
}

/* A parameter of a query has the shape of a header: a name and a value. */
static int
compare_parameters(const void *a, const void *b)
{
	int order = compare_headers(a, b);

	if (order != 0)
		return order;
	return strcmp(((const struct aws_header *)a)->value, ((const struct aws_header *)b)->value);
}

static struct aws_header
split_parameter(struct arena *arena, const char *part, size_t length)
{
	const char *equals = memchr(part, '=', length);
	size_t name = equals ? (size_t)(equals - part) : length;
	size_t value = equals ? length - name - 1 : 0;

	return (struct aws_header){canonical_part(arena, part, name),
		canonical_part(arena, part + length - value, value)};
}

static void
append_query(struct arena *arena, struct buffer *out, const char *query)
{
	struct aws_header *parameters = ARENA_ARRAY(arena, struct aws_header, strlen(query) + 1);
	size_t count = 0;

	while (*query) {
		size_t length = strcspn(query, "&");

		if (length > 0)
			parameters[count++] = split_parameter(arena, query, length);
		query += length + (query[length] == '&');
	}
	qsort(parameters, count, sizeof *parameters, compare_parameters);
	for (size_t i = 0; i < count; i++)
		buffer_printf(
			out, "%s%s=%s", i > 0 ? "&" : "", parameters[i].name, parameters[i].value);
}

static const char *
canonical_request(
	struct arena *arena, const struct aws_request *request, const struct headers *headers)
{
	CLEANUP(buffer_dispose) struct buffer out;
	char digest[DIGEST_TEXT];

	buffer_init(&out, SIZE_MAX);
	buffer_printf(&out, "%s\n", request->method);
	append_path(&out, request->path);
	buffer_append_char(&out, '\n');
	append_query(arena, &out, request->query ? request->query : "");
	buffer_append_char(&out, '\n');
	for (size_t i = 0; i < headers->count; i++)
		buffer_printf(&out, "%s:%s\n", headers->items[i].name, headers->items[i].value);
	buffer_append_char(&out, '\n');
	append_names(&out, headers);
	hash(request->body, request->body_length, digest);
	buffer_printf(&out, "\n%s", digest);
	return arena_text(arena, buffer_text(&out));
}

static const char *
date_text(struct arena *arena, int64_t seconds)
{
	char text[DATE_TEXT] = "";
	time_t time = (time_t)(seconds < 0 || seconds > LAST_SECOND ? 0 : seconds);
	struct tm utc = {0};

	gmtime_r(&time, &utc);
	strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &utc);
	return arena_text(arena, text);
}

static void
signature_text(const struct aws_request *request, const struct aws_keys *keys,
	const struct aws_signature *made, char text[DIGEST_TEXT])
{
	unsigned char key[DIGEST];
	CLEANUP(buffer_dispose) struct buffer first;

	buffer_init(&first, SIZE_MAX);
	buffer_printf(&first, "AWS4%s", keys->secret);
	check(HMAC(EVP_sha256(), first.data, (int)first.length, (const unsigned char *)made->date,
		DAY_LENGTH, key, NULL));
	OPENSSL_cleanse(first.data, first.length);
	sign(key, request->region, strlen(request->region));
	sign(key, request->service, strlen(request->service));
	sign(key, "aws4_request", strlen("aws4_request"));
	sign(key, made->to_sign, strlen(made->to_sign));
	write_digest(key, text);
	OPENSSL_cleanse(key, sizeof key);
}

struct aws_signature
aws_signature_make(
	struct arena *arena, const struct aws_request *request, const struct aws_keys *keys)
{
	struct aws_signature made = {.date = date_text(arena, request->time), .token = keys->token};
	struct headers headers = sorted_headers(arena, request, &made);
	const char *scope = arena_printf(
		arena, "%.8s/%s/%s/aws4_request", made.date, request->region, request->service);
	CLEANUP(buffer_dispose) struct buffer names;
	char digest[DIGEST_TEXT];

	made.canonical = canonical_request(arena, request, &headers);
	hash(made.canonical, strlen(made.canonical), digest);
	made.to_sign = arena_printf(arena, ALGORITHM "\n%s\n%s\n%s", made.date, scope, digest);
	signature_text(request, keys, &made, digest);
	buffer_init(&names, SIZE_MAX);
	append_names(&names, &headers);
	made.authorization =
		arena_printf(arena, ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s",
			keys->id, scope, buffer_text(&names), digest);
	return made;
}
