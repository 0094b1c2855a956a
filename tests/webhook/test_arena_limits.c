#include "tests/support/arena_limit.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "webhook/handlers.h"
#include "webhook/review.h"
#include "webhook/settings.h"

#define REVIEW                                                                                     \
	"{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{"       \
	"\"uid\":\"u\",\"resource\":{\"group\":\"kubeovn.io\",\"version\":\"v1\","                 \
	"\"resource\":\"vpcs\"},\"operation\":\"CREATE\",\"dryRun\":true,\"name\":\"a\","          \
	"\"userInfo\":{\"username\":\"x\",\"groups\":[\"one\",\"two\"]},\"object\":{"              \
	"\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Vpc\",\"metadata\":{\"name\":\"a\"},"         \
	"\"spec\":{\"vpcPeerings\":[{\"remoteVpc\":\" a\",\"localConnectIP\":\"169.254.0.1/030\"}" \
	"]}}}}"

static struct handlers handlers;
static struct exchange_pool *pool;

static int
setup(void **state)
{
	struct source_settings settings = {.folder = "docs/examples/inventory"};

	(void)state;
	log_set_level(LOG_ERROR);
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
	return 0;
}

static bool
load_settings(struct arena *arena, void *unused, struct error *error)
{
	char name[] = "peerwarden-webhook", option[] = "--config";
	char path[] = "tests/webhook/corpus/settings/example.yaml";
	char *arguments[] = {name, option, path, NULL};
	struct settings settings;

	(void)unused;
	if (!settings_load(arena, 3, arguments, &settings, error))
		return false;
	assert_string_equal(settings.tls_cert, "tls.crt");
	assert_int_equal(settings.threads, 4);
	return true;
}

/* Without room there are no groups, and nobody is taken for one who may read more. */
static bool
read_groups(struct arena *arena, void *unused, struct error *error)
{
	struct review review;
	const char *const *groups;

	(void)unused;
	if (!review_decode(arena, REVIEW, strlen(REVIEW), &review, error))
		return false;
	groups = review_groups(arena, &review);
	assert_true(!groups[0] || (text_equal(groups[0], "one") && text_equal(groups[1], "two")));
	assert_true(groups[0] || arena_exhausted(arena) || !review.object);
	return groups[0] || error_set(error, ERROR_EXHAUSTED, "no groups");
}

/* The answer in an arena of so many bytes; true when it is one to the review. */
static bool
answers(const char *path, size_t cap, const char *wanted)
{
	struct exchange_head head = {
		.method = "POST", .path = path, .content_type = "application/json"};
	struct exchange *exchange = exchange_acquire(pool);
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(SIZE_MAX);
	bool good;

	assert_true(exchange_begin(exchange, handlers_admission, &head));
	exchange_receive(exchange, REVIEW, strlen(REVIEW));
	arena_set_cap(exchange->arena, cap);
	assert_true(exchange_finish(exchange, &handlers));
	assert_true(exchange->status == 200 || exchange->status == 413);
	good = strstr(buffer_text(&exchange->answer), wanted);
	if (exchange->status == 200)
		assert_non_null(json_parse(arena, buffer_text(&exchange->answer),
			exchange->answer.length, &json_file_limits, NULL));
	else
		assert_false(good);
	arena_set_cap(exchange->arena, EXCHANGE_ARENA);
	exchange_release(exchange);
	return good;
}

static void
assert_answered_under_every_cap(const char *path, const char *wanted)
{
	size_t cap = 0;

	for (; !answers(path, cap, wanted); cap += 16 + cap / 64)
		assert_true(cap < EXCHANGE_ARENA);
	assert_in_range(cap, 1024, 1 << 20);
}

static void
every_shortage_of_memory_is_a_clean_failure(void **state)
{
	(void)state;
	assert_in_range(arena_limit_walk(load_settings, NULL), 1024, 1 << 16);
	assert_in_range(arena_limit_walk(read_groups, NULL), 1024, 1 << 16);
}

/* 413, as the answer to the request or to the review; never an abort, and nothing half. */
static void
a_request_that_outgrows_its_arena_is_refused_as_too_large(void **state)
{
	(void)state;
	assert_answered_under_every_cap("/validate", "\"code\":422");
	assert_answered_under_every_cap("/mutate", "\"patchType\":\"JSONPatch\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shortage_of_memory_is_a_clean_failure),
		cmocka_unit_test(a_request_that_outgrows_its_arena_is_refused_as_too_large),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
