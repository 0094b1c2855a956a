/* What an answer tells of other objects, to whom; and that log and audit annotation say all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "format/json.h"
#include "webhook/handlers.h"

#define POLICY  "apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\nspec:\n"
#define READERS "readers: {groups: [net-admins], users: [ann]}"

/* vpc-2 may not overlap net1 of vpc-1, with which it is peered. */
static const char objects[] =
	"{apiVersion: kubeovn.io/v1, kind: Vpc, metadata: {name: vpc-1}, spec: {vpcPeerings: "
	"[{remoteVpc: vpc-2, localConnectIP: 169.254.0.1/30}]}}\n---\n"
	"{apiVersion: kubeovn.io/v1, kind: Vpc, metadata: {name: vpc-2}, spec: {vpcPeerings: "
	"[{remoteVpc: vpc-1, localConnectIP: 169.254.0.2/30}]}}\n---\n"
	"{apiVersion: kubeovn.io/v1, kind: Subnet, metadata: {name: net1}, spec: {vpc: vpc-1, "
	"cidrBlock: 10.0.0.0/16}}\n";

static char folder[] = "/tmp/peerwarden-disclosure-XXXXXX";
static char policy_path[64], log_path[64];
static struct arena *arena;
static struct exchange_pool *pool;
static int standard_error;

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int
setup(void **state)
{
	char path[64];

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	arena = arena_new(SIZE_MAX);
	pool = exchange_pool_new();
	snprintf(path, sizeof path, "%s/objects.yaml", folder);
	snprintf(policy_path, sizeof policy_path, "%s/policy", folder);
	snprintf(log_path, sizeof log_path, "%s/log", folder);
	write_file(path, objects);
	standard_error = dup(STDERR_FILENO);
	return 0;
}

static int
teardown(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof path, "%s/objects.yaml", folder);
	unlink(path);
	unlink(policy_path);
	unlink(log_path);
	close(standard_error);
	exchange_pool_free(pool);
	arena_free(arena);
	return rmdir(folder);
}

struct told {
	const char *message;  /* of a refusal, or the first warning */
	const char *findings; /* audit annotation, or NULL */
	const char *logged;
};

/* While it runs, the log goes to a file. */
static void
validate(struct handlers *handlers, struct exchange *exchange, const char *body)
{
	struct exchange_head head = {
		.method = "POST", .path = "/validate", .content_type = "application/json"};

	fflush(stderr);
	assert_non_null(freopen(log_path, "w", stderr));
	if (exchange_begin(exchange, handlers_admission, &head)) {
		exchange_receive(exchange, body, strlen(body));
		exchange_finish(exchange, handlers);
	}
	fflush(stderr);
	dup2(standard_error, STDERR_FILENO);
}

static const char *
read_log(void)
{
	static char text[16384];
	FILE *file = fopen(log_path, "r");
	size_t length;

	assert_non_null(file);
	length = fread(text, 1, sizeof text - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

/* What a user hears of a Subnet of vpc-2 that overlaps net1. */
static struct told
hear(const char *spec, const char *user_info)
{
	struct source_settings settings = {.folder = folder, .policy = policy_path};
	struct handlers handlers = {0};
	struct exchange *exchange = exchange_acquire(pool);
	const struct json *response;
	const char *text;
	struct told told;
	struct error error;

	write_file(policy_path, arena_printf(arena, POLICY "%s", spec));
	handlers.source = source_open(&settings, &error);
	if (!handlers.source)
		fail_msg("%s", error.message);
	validate(&handlers, exchange,
		arena_printf(arena,
			"{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\","
			"\"request\":{\"uid\":\"u\",\"resource\":{\"group\":\"kubeovn.io\","
			"\"version\":"
			"\"v1\",\"resource\":\"subnets\"},\"name\":\"net3\",\"operation\":"
			"\"CREATE\","
			"\"userInfo\":%s,\"object\":{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":"
			"\"Subnet\",\"metadata\":{\"name\":\"net3\"},\"spec\":{\"vpc\":\"vpc-2\","
			"\"cidrBlock\":\"10.0.5.0/24\"}}}}",
			user_info));
	text = arena_text(arena, buffer_text(&exchange->answer));
	response = json_member(
		json_parse(arena, text, strlen(text), &json_request_limits, &error), "response");
	told.message = json_member_text(json_member(response, "status"), "message");
	if (!told.message)
		told.message = json_text(json_first(json_member(response, "warnings")));
	told.findings = json_member_text(json_member(response, "auditAnnotations"), "findings");
	told.logged = read_log();
	exchange_release(exchange);
	source_close(handlers.source);
	return told;
}

static const char all[] = "spec.cidrBlock 10.0.5.0/24 overlaps 10.0.0.0/16 of Subnet net1 in VPC "
			  "vpc-1, which is peered with vpc-2 [cidr-overlap]";
static const char names[] = "spec.cidrBlock does not fit Subnet net1 [cidr-overlap]";
static const char rule[] = "spec.cidrBlock does not fit what exists [cidr-overlap]";

static void
assert_starts(const char *text, const char *start)
{
	assert_non_null(text);
	if (strncmp(text, start, strlen(start)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", text, start);
}

static void
who_may_read_hears_all_and_others_what_the_policy_says(void **state)
{
	static const struct {
		const char *spec;
		const char *user;
		const char *message;
	} cases[] = {
		{"", "{\"username\":\"bob\"}", all},
		{"  messages: {otherSide: all}", "{}", all},
		{"  messages: {otherSide: names}", "{\"username\":\"bob\"}", names},
		{"  messages: {otherSide: rule}", "{\"username\":\"bob\"}", rule},
		{"  messages: {otherSide: rule}", "null", rule},
		{"  messages: {otherSide: rule, " READERS "}",
			"{\"username\":\"bob\",\"groups\":[\"a\",\"system:authenticated\"]}", rule},
		{"  messages: {otherSide: rule, " READERS "}", "{\"username\":\"ann\"}", all},
		{"  messages: {otherSide: names, " READERS "}",
			"{\"username\":\"bob\",\"groups\":[7,\"net-admins\"]}", all},
		{"  messages: {otherSide: rule}",
			"{\"username\":\"bob\",\"groups\":[\"a\",\"system:masters\"],\"extra\":{"
			"\"a\":[\"b\"]}}",
			all},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_starts(hear(cases[i].spec, cases[i].user).message, cases[i].message);
}

static void
nothing_of_the_other_side_leaks(void **state)
{
	static const char *const modes[] = {"names", "rule"}, *const actions[] = {"deny", "warn"},
				 *const secrets[] = {
					 "10.0.0.0", "10.1.0.0", "free", "net1", "vpc-1"};

	(void)state;
	for (size_t mode = 0; mode < 2; mode++)
		for (size_t action = 0; action < 2; action++) {
			struct told told =
				hear(arena_printf(arena,
					     "  messages: {otherSide: %s}\n"
					     "  rules: {cidr-overlap: %s, missing-route: off}\n",
					     modes[mode], actions[action]),
					"{\"username\":\"bob\"}");

			assert_non_null(told.message);
			for (size_t i = 0; i < 3 + 2 * mode; i++)
				assert_null(strstr(told.message, secrets[i]));
		}
}

static void
log_and_audit_say_all(void **state)
{
	static const char *const actions[] = {"deny", "warn"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const char *rules =
			arena_printf(arena, "  rules: {cidr-overlap: %s}\n", actions[i]);
		struct told told =
			hear(arena_printf(arena, "  messages: {otherSide: rule}\n%s", rules),
				"{\"username\":\"bob\"}");

		assert_non_null(strstr(told.findings, all));
		assert_non_null(strstr(told.findings, "free for both: 10.1.0.0/24"));
		assert_non_null(strstr(told.logged, all));
		told = hear(rules, "{\"username\":\"bob\"}");
		assert_null(told.findings);
		assert_non_null(strstr(told.logged, all));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_read_hears_all_and_others_what_the_policy_says),
		cmocka_unit_test(nothing_of_the_other_side_leaks),
		cmocka_unit_test(log_and_audit_say_all),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
