#include "webhook/handlers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"

#define HEAD                                                                                       \
	"{\"apiVersion\":\"admission.k8s.io/"                                                      \
	"v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u\","                            \
	"\"resource\":{\"group\":\"kubeovn.io\",\"version\":\"v1\",\"resource\":\"subnets\"},"     \
	"\"name\":\"a\","
#define SUBNET(cidr)                                                                               \
	"{\"apiVersion\":\"kubeovn.io/"                                                            \
	"v1\",\"kind\":\"Subnet\",\"metadata\":{\"name\":\"a\"},\"spec\":{"                        \
	"\"vpc\":\"vpc-1\",\"protocol\":\"IPv4\",\"cidrBlock\":\"" cidr "\"}}"
#define CREATE(cidr) HEAD "\"operation\":\"CREATE\",\"object\":" SUBNET(cidr) "}}"

static char folder[] = "/tmp/peerwarden-handlers-XXXXXX";
static struct exchange_pool *pool;
static struct handlers handlers;

static int
setup(void **state)
{
	struct source_settings settings = {.folder = folder};

	(void)state;
	log_set_level(LOG_ERROR);
	if (!mkdtemp(folder))
		return -1;
	pool = exchange_pool_new();
	handlers.source = source_open(&settings, NULL);
	return handlers.source ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	source_close(handlers.source);
	exchange_pool_free(pool);
	return rmdir(folder);
}

/* The exchange with its answer; to be released. */
static struct exchange *
post(const char *path, const char *body)
{
	struct exchange *exchange = exchange_acquire(pool);
	struct exchange_head head = {.method = "POST",
		.path = path,
		.host = "hook.net.svc:443",
		.content_type = "application/json"};

	if (exchange_begin(exchange, handlers_admission, &head)) {
		exchange_receive(exchange, body, strlen(body));
		exchange_finish(exchange, &handlers);
	}
	return exchange;
}

static void
assert_answer(const char *path, const char *body, int status, const char *part)
{
	struct exchange *exchange = post(path, body);

	assert_int_equal(exchange->status, status);
	if (!strstr(buffer_text(&exchange->answer), part))
		fail_msg("%s\nis not in\n%s", part, buffer_text(&exchange->answer));
	exchange_release(exchange);
}

static void
a_body_that_is_no_review_is_a_bad_request(void **state)
{
	(void)state;
	assert_answer("/validate", "{", 400, "byte 1");
	assert_answer("/validate", "{}", 400, "AdmissionReview");
	assert_answer("/mutate", "", 400, "");
}

static void
a_good_object_is_allowed_and_a_bad_one_is_not(void **state)
{
	(void)state;
	assert_answer("/validate", CREATE("10.0.0.0/16"), 200, "\"allowed\":true");
	assert_answer("/validate", CREATE("10.0.0.0/33"), 200,
		"\"allowed\":false,\"status\":{\"code\":422");
}

#define NETWORK(operation, dry_run, word)                                                          \
	"{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{"       \
	"\"uid\":\"u\",\"resource\":{\"group\":\"peerwarden.io\",\"version\":\"v1alpha1\","        \
	"\"resource\":\"remotenetworks\"},\"name\":\"n\",\"operation\":\"" operation               \
	"\",\"dryRun\":" dry_run ",\"object\":{\"metadata\":{\"name\":\"n\",\"annotations\":{"     \
	"\"peerwarden.io/probe\":\"" word                                                          \
	"\"}},\"spec\":{\"gcp\":{\"project\":\"some-project\",\"network\":\"n\"}}}}}"

static void
assert_no_warning(const char *path, const char *body)
{
	struct exchange *exchange = post(path, body);

	assert_int_equal(exchange->status, 200);
	assert_null(strstr(buffer_text(&exchange->answer), "warnings"));
	exchange_release(exchange);
}

static void
a_probe_is_answered_on_dry_run_and_never_for_a_real_write(void **state)
{
	(void)state;
	assert_answer("/validate", NETWORK("CREATE", "true", "7af"), 200,
		"\"allowed\":true,\"warnings\":[\"peerwarden validate answers probe 7af at "
		"hook.net.svc\"]");
	assert_answer("/mutate", NETWORK("CREATE", "true", "7af"), 200,
		"\"allowed\":true,\"warnings\":[\"peerwarden mutate answers probe 7af at "
		"hook.net.svc\"]");
	for (int i = 0; i < 2; i++) {
		const char *path = i ? "/validate" : "/mutate";

		assert_no_warning(path, NETWORK("CREATE", "false", "7af"));
		assert_no_warning(path, NETWORK("UPDATE", "true", "7af"));
		assert_no_warning(path, NETWORK("CREATE", "true", "7 af"));
	}
	assert_no_warning("/validate", CREATE("10.0.0.0/16"));
}

static void
a_replica_that_is_leaving_answers_no_probe(void **state)
{
	(void)state;
	handlers.phase = HANDLERS_DRAINING;
	assert_answer("/validate", NETWORK("CREATE", "true", "7af"), 503, "going away");
	assert_answer("/mutate", NETWORK("CREATE", "true", "7af"), 503, "going away");
	handlers.phase = HANDLERS_SERVING;
}

static void
only_what_has_to_change_is_patched(void **state)
{
	struct exchange *exchange;

	(void)state;
	assert_answer(
		"/mutate", CREATE(" 10.0.0.0/16"), 200, "\"patchType\":\"JSONPatch\",\"patch\":\"");
	assert_answer("/mutate", CREATE(" 10.0.0.0/16"), 200,
		"\"changes\":\"spec.cidrBlock:  10.0.0.0/16 -> 10.0.0.0/16\"");
	exchange = post("/mutate", CREATE("10.0.0.0/16"));
	assert_null(strstr(buffer_text(&exchange->answer), "patch"));
	exchange_release(exchange);
}

static void
neither_deletions_nor_status_nor_old_text_are_patched(void **state)
{
	static const char *const rest[] = {
		HEAD "\"operation\":\"DELETE\",\"oldObject\":" SUBNET(" 10.0.0.0/16") "}}",
		HEAD "\"operation\":\"UPDATE\",\"subResource\":\"status\",\"object\":" SUBNET(
			" 10.0.0.0/16") "}}",
		HEAD "\"operation\":\"UPDATE\",\"object\":" SUBNET(
			" 10.0.0.0/16") ",\"oldObject\":" SUBNET(" 10.0.0.0/16") "}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
		struct exchange *exchange = post("/mutate", rest[i]);

		assert_int_equal(exchange->status, 200);
		assert_non_null(strstr(buffer_text(&exchange->answer), "\"allowed\":true"));
		assert_null(strstr(buffer_text(&exchange->answer), "patch"));
		exchange_release(exchange);
	}
}

static void
what_is_left_out_is_none_of_ours(void **state)
{
	struct kind_selection selection;
	struct source_settings settings = {.folder = folder, .selection = &selection};
	struct source *all = handlers.source;

	(void)state;
	assert_true(kind_selection_read("kyma", &selection, NULL));
	handlers.source = source_open(&settings, NULL);
	assert_answer("/validate", CREATE("10.0.0.0/33"), 200, "\"allowed\":true");
	assert_answer("/mutate", CREATE(" 10.0.0.0/16"), 200,
		"\"allowed\":true,\"auditAnnotations\":{\"verdict\":\"allow\"}}}");
	assert_answer("/validate", NETWORK("CREATE", "true", "7af"), 200,
		"answers probe 7af at hook.net.svc");
	source_close(handlers.source);
	handlers.source = all;
}

static void
a_leaving_replica_decides_and_closes_a_draining_one_sends_away(void **state)
{
	struct exchange *exchange;

	(void)state;
	handlers.phase = HANDLERS_LEAVING;
	exchange = post("/validate", CREATE("10.0.0.0/16"));
	assert_int_equal(exchange->status, 200);
	assert_true(exchange->close);
	exchange_release(exchange);
	handlers.phase = HANDLERS_DRAINING;
	exchange = post("/validate", CREATE("10.0.0.0/16"));
	assert_int_equal(exchange->status, 503);
	assert_string_equal(exchange->retry_after, "0");
	assert_true(exchange->close);
	exchange_release(exchange);
	handlers.phase = HANDLERS_SERVING;
	exchange = post("/validate", CREATE("10.0.0.0/16"));
	assert_int_equal(exchange->status, 200);
	assert_false(exchange->close);
	assert_null(exchange->retry_after);
	exchange_release(exchange);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_that_is_no_review_is_a_bad_request),
		cmocka_unit_test(a_good_object_is_allowed_and_a_bad_one_is_not),
		cmocka_unit_test(a_probe_is_answered_on_dry_run_and_never_for_a_real_write),
		cmocka_unit_test(a_replica_that_is_leaving_answers_no_probe),
		cmocka_unit_test(only_what_has_to_change_is_patched),
		cmocka_unit_test(neither_deletions_nor_status_nor_old_text_are_patched),
		cmocka_unit_test(what_is_left_out_is_none_of_ours),
		cmocka_unit_test(a_leaving_replica_decides_and_closes_a_draining_one_sends_away),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
