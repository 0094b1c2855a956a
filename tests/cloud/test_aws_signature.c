#include "cloud/aws_signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "format/json.h"
#include "tests/support/cloud_examples.h"

#define SECRET  "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define FORM    "application/x-www-form-urlencoded; charset=utf-8"
#define NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define PREFIX  "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260302/eu-west-1/"

enum { MEMORY = 1 << 20, HEADERS = 8 };

static const int64_t march = 1772463039; /* 2026-03-02T14:50:39Z */

static int
set_up(void **state)
{
	*state = arena_new(MEMORY);
	return 0;
}

static int
tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

/* This and the next test: the signatures are botocore 1.43.11's. */
static void
a_form_is_signed_as_botocore_does(void **state)
{
	static const struct aws_header headers[] = {
		{"Host", "sts.eu-west-1.amazonaws.com"}, {"Content-Type", FORM}};
	static const char body[] = "Action=GetCallerIdentity&Version=2011-06-15";
	const struct aws_keys keys = {.id = "AKIDEXAMPLE", .secret = SECRET};
	const struct aws_request request = {
		"POST", "/", NULL, headers, 2, body, strlen(body), "eu-west-1", "sts", march};
	struct aws_signature made = aws_signature_make(*state, &request, &keys);

	assert_string_equal(made.date, "20260302T145039Z");
	assert_null(made.token);
	assert_string_equal(made.authorization,
		PREFIX "sts/aws4_request, SignedHeaders=content-type;host;x-amz-date, "
		       "Signature="
		       "e09a77ced130aa4d2bab350e426bc79cd220b0288b765f4287ae174b56216e3a");
}

static const char *const queries[] = {
	"Version=2016-11-15&Action=DescribeVpcs&Filter.1.Value.2=b&Filter.1.Value.10=a&Empty=",
	"Empty&Action=DescribeVpcs&&Filter.1.Value.10=a&Filter.1.Value.2=b&Version=2016-11-15&",
	"%45mpty=&Action=%44escribe%56pcs&Filter%2e1.Value.2=b&Filter.1.Value.10=a"
	"&Version=2016%2D11-15",
};

static void
a_query_a_path_and_wide_headers_are_signed_as_botocore_does(void **state)
{
	static const struct aws_header headers[] = {{"X-Amz-Meta", "  a \t b "},
		{"Host", "ec2.eu-west-1.amazonaws.com"}, {"Content-Type", "x"}};
	const struct aws_keys keys = {"AKIDEXAMPLE", SECRET, "TOKEN/+=", 0, NULL};
	struct aws_request request = {
		"GET", "/a b/c", NULL, headers, 3, "", 0, "eu-west-1", "ec2", march};

	for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
		struct aws_signature made;

		request.query = queries[i];
		made = aws_signature_make(*state, &request, &keys);
		assert_string_equal(made.canonical,
			"GET\n/a%2520b/c\nAction=DescribeVpcs&Empty=&Filter.1.Value.10=a&"
			"Filter.1.Value.2=b&Version=2016-11-15\ncontent-type:x\n"
			"host:ec2.eu-west-1.amazonaws.com\nx-amz-date:20260302T145039Z\n"
			"x-amz-meta:a b\nx-amz-security-token:TOKEN/+=\n\n"
			"content-type;host;x-amz-date;x-amz-meta;x-amz-security-token\n" NOTHING);
		assert_string_equal(made.token, "TOKEN/+=");
		assert_string_equal(made.authorization,
			PREFIX "ec2/aws4_request, SignedHeaders=content-type;host;x-amz-date;"
			       "x-amz-meta;x-amz-security-token, Signature="
			       "2eb1930221d68476ab34d28d2111f2e20b9534601997636884df12cc3f41e774");
	}
}

static const char *
canonical_query(void **state, const char *query)
{
	const struct aws_keys keys = {.id = "A", .secret = "S"};
	const struct aws_request request = {"GET", "/", query, NULL, 0, "", 0, "r", "s", march};
	struct aws_signature made = aws_signature_make(*state, &request, &keys);
	const char *start = made.canonical + strlen("GET\n/\n");

	return arena_text_part(*state, start, strcspn(start, "\n"));
}

static void
what_is_encoded_wrongly_in_a_query_is_taken_as_it_stands(void **state)
{
	assert_string_equal(canonical_query(state, "a=%"), "a=%25");
	assert_string_equal(canonical_query(state, "a=%4"), "a=%254");
	assert_string_equal(canonical_query(state, "a=%4g&b=%zz"), "a=%254g&b=%25zz");
	assert_string_equal(canonical_query(state, "a=%41"), "a=A");
	assert_string_equal(canonical_query(state, "a=%3d=+ "), "a=%3D%3D%2B%20");
	assert_string_equal(canonical_query(state, "a=2&a=10&a=1"), "a=1&a=10&a=2");
	assert_string_equal(canonical_query(state, "=x&\xc3\xa9"), "=x&%C3%A9=");
	assert_string_equal(canonical_query(state, ""), "");
	assert_string_equal(canonical_query(state, NULL), "");
}

static void
the_date_is_always_sixteen_characters(void **state)
{
	static const struct {
		int64_t time;
		const char *date;
	} table[] = {{0, "19700101T000000Z"}, {-1, "19700101T000000Z"},
		{INT64_C(253402300799), "99991231T235959Z"},
		{INT64_C(253402300800), "19700101T000000Z"}, {INT64_MAX, "19700101T000000Z"}};
	const struct aws_keys keys = {.id = "A", .secret = "S"};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct aws_request request = {
			"GET", "/", NULL, NULL, 0, "", 0, "r", "s", table[i].time};

		assert_string_equal(
			aws_signature_make(*state, &request, &keys).date, table[i].date);
	}
}

static int64_t
parse_date(const char *text)
{
	struct tm utc = {0};

	assert_int_equal(sscanf(text, "%4d%2d%2dT%2d%2d%2dZ", &utc.tm_year, &utc.tm_mon,
				 &utc.tm_mday, &utc.tm_hour, &utc.tm_min, &utc.tm_sec),
		6);
	utc.tm_year -= 1900;
	utc.tm_mon -= 1;
	return timegm(&utc);
}

static void
check_vector(struct arena *arena, const struct json *vector)
{
	struct aws_header headers[HEADERS] = {{"Host", json_member_text(vector, "host")}};
	const struct aws_keys keys = {.id = json_member_text(vector, "access_key"),
		.secret = json_member_text(vector, "secret_key"),
		.token = json_member_text(vector, "session_token")};
	struct aws_request request = {.method = json_member_text(vector, "method"),
		.path = json_member_text(vector, "path"),
		.query = json_member_text(vector, "query"),
		.headers = headers,
		.header_count = 1,
		.body = json_member_text(vector, "body"),
		.region = json_member_text(vector, "region"),
		.service = json_member_text(vector, "service"),
		.time = parse_date(json_member_text(vector, "date"))};
	const struct json *extra = json_first(json_member(vector, "signed_extra_headers"));
	struct aws_signature made;

	for (; extra && request.header_count < HEADERS; extra = json_next(extra))
		headers[request.header_count++] =
			(struct aws_header){json_name(extra), json_text(extra)};
	request.body_length = strlen(request.body);
	made = aws_signature_make(arena, &request, &keys);
	print_message("%s\n", json_member_text(vector, "name"));
	assert_string_equal(made.date, json_member_text(vector, "date"));
	assert_string_equal(made.canonical, json_member_text(vector, "canonical_request"));
	assert_string_equal(made.to_sign, json_member_text(vector, "string_to_sign"));
	assert_string_equal(made.authorization, json_member_text(vector, "authorization"));
	assert_true(text_ends_with(made.authorization, json_member_text(vector, "signature")));
}

static void
the_shared_vectors_come_out_with_all_their_steps(void **state)
{
	CLEANUP(buffer_dispose) struct buffer text;
	struct error error = {0};
	const struct json *vectors;

	buffer_init(&text, MEMORY);
	cloud_examples_read("aws/sigv4/vectors.json", &text);
	vectors = json_parse(*state, buffer_text(&text), text.length, &json_file_limits, &error);
	assert_int_equal(json_count(vectors), 6);
	for (const struct json *one = json_first(vectors); one; one = json_next(one))
		check_vector(*state, one);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_form_is_signed_as_botocore_does),
		TEST(a_query_a_path_and_wide_headers_are_signed_as_botocore_does),
		TEST(what_is_encoded_wrongly_in_a_query_is_taken_as_it_stands),
		TEST(the_date_is_always_sixteen_characters),
		TEST(the_shared_vectors_come_out_with_all_their_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
