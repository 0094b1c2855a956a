#include "webhook/review.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"

#define HEAD "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":"
#define RESPONSE                                                                                   \
	"{\"apiVersion\":\"admission.k8s.io/"                                                      \
	"v1\",\"kind\":\"AdmissionReview\",\"response\":{\"uid\":"
#define SUBNET "\"resource\":{\"group\":\"kubeovn.io\",\"version\":\"v1\",\"resource\":\"subnets\"}"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(SIZE_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static bool
decode(const char *text, struct review *review, struct error *error)
{
	memset(review, 0, sizeof *review);
	return review_decode(arena, text, strlen(text), review, error);
}

static void
a_review_is_read_in_full(void **state)
{
	struct review review;
	struct error error;

	(void)state;
	assert_true(decode(HEAD
		"{\"uid\":\"u-1\",\"operation\":\"UPDATE\",\"kind\":{\"kind\":\"Subnet\"}," SUBNET
		",\"name\":\"net1\",\"namespace\":\"ns\",\"dryRun\":true,\"subResource\":"
		"\"status\","
		"\"userInfo\":{\"username\":\"jane\"},\"object\":{\"a\":1},\"oldObject\":{}}}",
		&review, &error));
	assert_string_equal(review.uid, "u-1");
	assert_int_equal(review.operation, REVIEW_UPDATE);
	assert_int_equal(review.definition->kind, KIND_SUBNET);
	assert_string_equal(review.kind, "Subnet");
	assert_string_equal(review.name, "net1");
	assert_string_equal(review.namespace, "ns");
	assert_string_equal(review.subresource, "status");
	assert_string_equal(review.user, "jane");
	assert_true(review.dry_run);
	assert_non_null(review.object);
	assert_non_null(review.old_object);
}

static void
groups_are_read_when_they_are_asked_for(void **state)
{
	static const struct {
		const char *user_info;
		const char *groups;
	} cases[] = {
		{"{\"username\":\"jane\",\"groups\":[\"a\",\"system:masters\"]}",
			"a system:masters "},
		{"{\"groups\":[7,null,\"b\",[\"c\"]],\"extra\":{\"groups\":[\"d\"]}}", "b "},
		{"{\"groups\":\"a\"}", ""},
		{"{\"groups\":{\"a\":\"b\"}}", ""},
		{"{}", ""},
		{"null", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct review review;
		struct error error;
		const char *all = "";

		assert_true(decode(
			arena_printf(arena,
				HEAD "{\"uid\":\"u\",\"operation\":\"CREATE\",\"userInfo\":%s,"
				     "\"object\":{\"userInfo\":{\"groups\":[\"x\"]}}}}",
				cases[i].user_info),
			&review, &error));
		for (const char *const *group = review_groups(arena, &review); *group; group++)
			all = arena_printf(arena, "%s%s ", all, *group);
		assert_string_equal(all, cases[i].groups);
	}
}

static void
what_is_null_or_of_another_type_counts_as_absent(void **state)
{
	static const char *const odd[] = {
		"null", "1e400", "123456789012345678901234567890", "[]", "{}", "true"};

	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		const char *value = odd[i];
		struct review review;
		struct error error;

		assert_true(
			decode(arena_printf(arena,
				       HEAD "{\"uid\":\"u\",\"operation\":\"CREATE\",\"kind\":%s,"
					    "\"resource\":%s,\"name\":%s,"
					    "\"namespace\":%s,\"subResource\":%s,\"userInfo\":%s}}",
				       value, value, value, value, value, value),
				&review, &error));
		assert_null(review.definition);
		assert_string_equal(review.kind, "");
		assert_string_equal(review.name, "");
		assert_string_equal(review.user, "");
		assert_string_equal(review.subresource, "");
		assert_false(review.dry_run);
		assert_null(review.object);
	}
}

static void
a_null_object_is_absent(void **state)
{
	struct review review;
	struct error error;

	(void)state;
	assert_true(decode(HEAD
		"{\"uid\":\"u\",\"operation\":\"DELETE\",\"object\":null,\"oldObject\":null}}",
		&review, &error));
	assert_null(review.object);
	assert_null(review.old_object);
}

static void
only_the_config_map_shoot_info_is_of_interest(void **state)
{
	static const char form[] =
		HEAD "{\"uid\":\"u\",\"operation\":\"CREATE\",\"resource\":{\"group\":\"\","
		     "\"version\":\"v1\","
		     "\"resource\":\"configmaps\"},\"namespace\":\"kube-system\",\"name\":\"%s\"}}";
	struct review review;
	struct error error;

	(void)state;
	assert_true(decode(arena_printf(arena, form, "shoot-info"), &review, &error));
	assert_int_equal(review.definition->kind, KIND_SHOOT_INFO);
	assert_true(decode(arena_printf(arena, form, "coredns"), &review, &error));
	assert_null(review.definition);
}

static void
what_is_no_review_is_invalid(void **state)
{
	static const char *const wrong[] = {
		"",
		"null",
		"[]",
		"{",
		"{}",
		"\"AdmissionReview\"",
		HEAD "{\"uid\":\"u\",\"operation\":\"CREATE\"}} trailing",
		"{\"apiVersion\":\"admission.k8s.io/"
		"v1beta1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u\"}}",
		"{\"apiVersion\":\"admission.k8s.io/"
		"v1\",\"kind\":\"Review\",\"request\":{\"uid\":\"u\"}}",
		HEAD "null}",
		HEAD "[]}",
		HEAD "{\"operation\":\"CREATE\"}}",
		HEAD "{\"uid\":\"\",\"operation\":\"CREATE\"}}",
		HEAD "{\"uid\":5,\"operation\":\"CREATE\"}}",
		HEAD "{\"uid\":\"u\"}}",
		HEAD "{\"uid\":\"u\",\"operation\":\"create\"}}",
		HEAD "{\"uid\":\"u\",\"operation\":null}}",
		HEAD "{\"uid\":\"\xff\",\"operation\":\"CREATE\"}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct review review;
		struct error error = {0};

		if (decode(wrong[i], &review, &error))
			fail_msg("accepted: %s", wrong[i]);
		assert_int_equal(error.kind, ERROR_INVALID);
	}
}

static void
too_much_for_the_arena_is_exhausted_and_no_crash(void **state)
{
	static const char text[] =
		HEAD "{\"uid\":\"u\",\"operation\":\"CREATE\",\"object\":{\"a\":[1,2,3]}}}";

	(void)state;
	for (size_t cap = 0; cap < 4096; cap += 16) {
		CLEANUP(arena_cleanup) struct arena *small = arena_new(cap);
		struct review review;
		struct error error = {0};

		if (review_decode(small, text, sizeof text - 1, &review, &error))
			assert_string_equal(review.uid, "u");
		else
			assert_int_equal(error.kind, ERROR_EXHAUSTED);
	}
}

static void
assert_answer(const char *uid, const struct review_answer *answer, const char *expected)
{
	CLEANUP(buffer_dispose) struct buffer out;

	buffer_init(&out, SIZE_MAX);
	review_write(&out, uid, answer);
	assert_string_equal(buffer_text(&out), expected);
}

static void
answers_are_exact(void **state)
{
	const char *warnings[] = {"one", "two \"quoted\"\n"};

	(void)state;
	assert_answer("u-1", &(struct review_answer){.allowed = true, .verdict = "allow"},
		RESPONSE "\"u-1\",\"allowed\":true,\"auditAnnotations\":{\"verdict\":\"allow\"}}}");
	assert_answer("u-1",
		&(struct review_answer){.allowed = true,
			.verdict = "warn",
			.rules = "missing-route",
			.findings = "all \"there\" is",
			.warnings = warnings,
			.warning_count = 2},
		RESPONSE
		"\"u-1\",\"allowed\":true,\"warnings\":[\"one\",\"two \\\"quoted\\\"\\n\"],"
		"\"auditAnnotations\":{\"verdict\":\"warn\",\"rules\":\"missing-route\","
		"\"findings\":\"all \\\"there\\\" is\"}}}");
	assert_answer("u\"",
		&(struct review_answer){
			.code = 409, .message = "a\nb", .verdict = "deny", .rules = "cidr-overlap"},
		RESPONSE
		"\"u\\\"\",\"allowed\":false,\"status\":{\"code\":409,\"reason\":\"Conflict\","
		"\"message\":\"a\\nb\"},\"auditAnnotations\":{\"verdict\":\"deny\",\"rules\":"
		"\"cidr-overlap\"}}}");
}

static void
a_patch_is_written_in_base64(void **state)
{
	static const struct {
		const char *patch;
		const char *base64;
	} cases[] = {{"a", "YQ=="}, {"ab", "YWI="}, {"abc", "YWJj"},
		{"[{\"op\":\"~\xc3\xbf\"}]", "W3sib3AiOiJ+w78ifV0="}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		CLEANUP(buffer_dispose) struct buffer patch;
		struct review_answer answer = {
			.allowed = true, .verdict = "change", .changes = "a -> b", .patch = &patch};

		buffer_init(&patch, SIZE_MAX);
		buffer_append_text(&patch, cases[i].patch);
		assert_answer("u", &answer,
			arena_printf(arena,
				RESPONSE "\"u\",\"allowed\":true,\"auditAnnotations\":{\"verdict\":"
					 "\"change\","
					 "\"changes\":\"a -> "
					 "b\"},\"patchType\":\"JSONPatch\",\"patch\":\"%s\"}}",
				cases[i].base64));
	}
}

static void
each_code_has_its_reason(void **state)
{
	static const struct {
		int code;
		const char *reason;
	} cases[] = {{403, "\"Forbidden\""}, {409, "\"Conflict\""},
		{413, "\"RequestEntityTooLarge\""}, {422, "\"Invalid\""},
		{500, "\"InternalError\""}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		CLEANUP(buffer_dispose) struct buffer out;
		struct review_answer answer = {
			.code = cases[i].code, .message = "", .verdict = "deny"};

		buffer_init(&out, SIZE_MAX);
		review_write(&out, "u", &answer);
		assert_non_null(strstr(buffer_text(&out), cases[i].reason));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_review_is_read_in_full),
		cmocka_unit_test(groups_are_read_when_they_are_asked_for),
		cmocka_unit_test(what_is_null_or_of_another_type_counts_as_absent),
		cmocka_unit_test(a_null_object_is_absent),
		cmocka_unit_test(only_the_config_map_shoot_info_is_of_interest),
		cmocka_unit_test(what_is_no_review_is_invalid),
		cmocka_unit_test(too_much_for_the_arena_is_exhausted_and_no_crash),
		cmocka_unit_test(answers_are_exact),
		cmocka_unit_test(a_patch_is_written_in_base64),
		cmocka_unit_test(each_code_has_its_reason),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
