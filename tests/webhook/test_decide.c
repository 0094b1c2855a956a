#include "webhook/decide.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

#define HEAD_OF(resource)                                                                          \
	"{\"apiVersion\":\"admission.k8s.io/"                                                      \
	"v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u\","                            \
	"\"resource\":{\"group\":\"kubeovn.io\",\"version\":\"v1\",\"resource\":\"" resource       \
	"\"},"
#define HEAD         HEAD_OF("subnets")
#define VPC_HEAD     HEAD_OF("vpcs")
#define VPC_MANIFEST "apiVersion: kubeovn.io/v1\nkind: Vpc\nmetadata: {name: vpc-1}\nspec: {}\n"

static char folder[] = "/tmp/peerwarden-decide-XXXXXX";
static struct arena *arena;

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void
write_manifest(const char *text)
{
	char path[128];

	snprintf(path, sizeof path, "%s/objects.yaml", folder);
	write_file(path, text);
}

static struct source *
open_source(void)
{
	struct source_settings settings = {.folder = folder};
	struct error error;
	struct source *source;

	write_manifest(VPC_MANIFEST);
	source = source_open(&settings, &error);
	assert_non_null(source);
	return source;
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(SIZE_MAX);
	return mkdtemp(folder) ? 0 : -1;
}

static int
teardown(void **state)
{
	char path[128];

	(void)state;
	arena_free(arena);
	snprintf(path, sizeof path, "%s/objects.yaml", folder);
	unlink(path);
	return rmdir(folder);
}

static const char *
subnet(struct arena *into, const char *name, const char *cidr)
{
	return arena_printf(into,
		"{\"apiVersion\":\"kubeovn.io/"
		"v1\",\"kind\":\"Subnet\",\"metadata\":{\"name\":\"%s\"},"
		"\"spec\":{\"vpc\":\"vpc-1\",\"protocol\":\"IPv4\",\"cidrBlock\":\"%s\"}}",
		name, cidr);
}

/* The decision about a review whose request ends with `rest`. */
static struct decision
decide_in(struct arena *into, struct source *source, const char *rest)
{
	const char *text = arena_printf(into, HEAD "%s}}", rest);
	struct review review;
	struct error error;

	if (!review_decode(into, text, strlen(text), &review, &error))
		fail_msg("%s", error.message);
	return decide(into, source, &review);
}

static struct decision
create(struct source *source, const char *name, const char *cidr, bool dry_run)
{
	return decide_in(arena, source,
		arena_printf(arena,
			"\"operation\":\"CREATE\",\"name\":\"%s\",\"dryRun\":%s,\"object\":%s",
			name, dry_run ? "true" : "false", subnet(arena, name, cidr)));
}

static struct decision
update(struct source *source, const char *name, const char *before, const char *after,
	const char *more)
{
	return decide_in(arena, source,
		arena_printf(arena,
			"\"operation\":\"UPDATE\",\"name\":\"%s\"%s,\"oldObject\":%s,\"object\":%s",
			name, more, subnet(arena, name, before), subnet(arena, name, after)));
}

static void
what_is_admitted_counts_from_then_on(void **state)
{
	struct source *source = open_source();
	struct decision decision;

	(void)state;
	assert_int_not_equal(create(source, "a", "10.0.0.0/16", false).action, ACTION_DENY);
	decision = create(source, "b", "10.0.5.0/24", false);
	assert_int_equal(decision.action, ACTION_DENY);
	assert_int_equal(decision.code, 409);
	assert_non_null(strstr(decision.message, "cidr-overlap"));
	assert_non_null(strstr(decision.message, "10.0.0.0/16"));
	/* the same again, as the API server does on its retries */
	assert_int_not_equal(create(source, "a", "10.0.0.0/16", false).action, ACTION_DENY);
	source_close(source);
}

static void
a_dry_run_leaves_nothing(void **state)
{
	struct source *source = open_source();

	(void)state;
	assert_int_not_equal(create(source, "a", "10.0.0.0/16", true).action, ACTION_DENY);
	assert_int_not_equal(create(source, "b", "10.0.0.0/16", false).action, ACTION_DENY);
	assert_int_equal(create(source, "a", "10.0.0.0/16", true).action, ACTION_DENY);
	source_close(source);
}

static void
a_refused_object_leaves_nothing(void **state)
{
	struct source *source = open_source();

	(void)state;
	create(source, "a", "10.0.0.0/16", false);
	assert_int_equal(create(source, "b", "10.0.0.0/15", false).action, ACTION_DENY);
	assert_int_not_equal(create(source, "c", "10.1.0.0/16", false).action, ACTION_DENY);
	source_close(source);
}

static void
a_deletion_is_allowed_and_frees_its_claims(void **state)
{
	struct source *source = open_source();
	const char *rest =
		arena_printf(arena, "\"operation\":\"DELETE\",\"name\":\"a\",\"oldObject\":%s",
			subnet(arena, "a", "10.0.0.0/16"));

	(void)state;
	create(source, "a", "10.0.0.0/16", false);
	assert_int_equal(decide_in(arena, source, rest).action, ACTION_OFF);
	assert_int_not_equal(create(source, "b", "10.0.0.0/16", false).action, ACTION_DENY);
	source_close(source);
}

/* --- deletions: vpc-2 peers with vpc-1 --- */

#define PEER                                                                                       \
	"{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Vpc\",\"metadata\":{\"name\":\"vpc-2\"},"    \
	"\"spec\":{\"vpcPeerings\":[{\"remoteVpc\":\"vpc-1\",\"localConnectIP\":\"169.254.0.2/"    \
	"30\"}]}}"
#define WITH_DENIAL                                                                                \
	"apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\nspec: {rules: "                  \
	"{delete-in-use: deny}}\n"

static struct decision
decide_on_vpc(struct source *source, const char *rest)
{
	const char *text = arena_printf(arena, VPC_HEAD "%s}}", rest);
	struct review review;
	struct error error;

	if (!review_decode(arena, text, strlen(text), &review, &error))
		fail_msg("%s", error.message);
	return decide(arena, source, &review);
}

static struct decision
delete_vpc(struct source *source, const char *metadata, const char *more)
{
	return decide_on_vpc(source, arena_printf(arena,
					     "\"operation\":\"DELETE\",\"name\":\"vpc-1\"%s,"
					     "\"oldObject\":{\"metadata\":{"
					     "\"name\":\"vpc-1\"%s}}",
					     more, metadata));
}

static struct source *
open_peered(const char *policy)
{
	char *path = arena_printf(arena, "%s/policy", folder);
	struct source_settings settings = {.folder = folder, .policy = policy ? path : NULL};
	struct decision peer;
	struct source *source;
	struct error error;

	write_manifest(VPC_MANIFEST);
	if (policy)
		write_file(path, policy);
	source = source_open(&settings, &error);
	assert_non_null(source);
	unlink(path);
	peer = decide_on_vpc(
		source, "\"operation\":\"CREATE\",\"name\":\"vpc-2\",\"object\":" PEER);
	assert_int_not_equal(peer.action, ACTION_DENY);
	return source;
}

static void
assert_warns(struct decision decision)
{
	assert_int_equal(decision.action, ACTION_WARN);
	assert_int_equal(decision.findings.count, 1);
	assert_string_equal(decision.findings.first->rule, "delete-in-use");
	assert_non_null(strstr(decision.findings.first->message, "Vpc vpc-2"));
}

static void
a_deletion_of_what_is_in_use_warns_and_goes_on(void **state)
{
	struct source *source = open_peered(NULL);

	(void)state;
	assert_warns(delete_vpc(source, "", ""));
	assert_null(inventory_find(
		source_inventory(source), &(struct object_id){KIND_VPC, "", "vpc-1"}));
	source_close(source);
}

static void
a_dry_run_of_a_deletion_warns_and_deletes_nothing(void **state)
{
	struct source *source = open_peered(NULL);

	(void)state;
	assert_warns(delete_vpc(source, "", ",\"dryRun\":true"));
	assert_warns(delete_vpc(source, "", ""));
	source_close(source);
}

static void
a_policy_can_refuse_the_deletion_of_what_is_in_use(void **state)
{
	struct source *source = open_peered(WITH_DENIAL);
	struct decision decision = delete_vpc(source, "", "");

	(void)state;
	assert_int_equal(decision.action, ACTION_DENY);
	assert_int_equal(decision.code, 422); /* kubectl would ask again after a 409 */
	assert_non_null(strstr(decision.message, "[delete-in-use]"));
	assert_non_null(inventory_find(
		source_inventory(source), &(struct object_id){KIND_VPC, "", "vpc-1"}));
	source_close(source);
}

static void
a_deletion_that_has_begun_or_of_a_status_is_not_judged(void **state)
{
	struct source *source = open_peered(WITH_DENIAL);

	(void)state;
	assert_int_equal(delete_vpc(source, "", ",\"subResource\":\"status\"").action, ACTION_OFF);
	source_close(source);
	source = open_peered(WITH_DENIAL);
	assert_int_equal(
		delete_vpc(source, ",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"", "").action,
		ACTION_OFF);
	source_close(source);
}

static void
an_update_that_changes_nothing_passes_however_bad_the_object(void **state)
{
	struct source *source = open_source();

	(void)state;
	create(source, "a", "10.0.0.0/16", false);
	assert_int_equal(update(source, "b", "10.0.0.0/24", "10.0.0.0/24", "").action, ACTION_OFF);
	assert_int_equal(update(source, "c", "nonsense", "nonsense", "").action, ACTION_OFF);
	assert_int_equal(update(source, "d", "10.1.0.0/16", "nonsense", "").action, ACTION_DENY);
	assert_int_equal(
		update(source, "d", "10.1.0.0/16", "nonsense", ",\"subResource\":\"status\"")
			.action,
		ACTION_OFF);
	source_close(source);
}

static void
what_cannot_be_read_is_refused_as_invalid(void **state)
{
	static const char *const rest[] = {
		"\"operation\":\"CREATE\",\"name\":\"a\"",
		"\"operation\":\"CREATE\",\"name\":\"a\",\"object\":null",
		"\"operation\":\"DELETE\",\"name\":\"a\"",
		"\"operation\":\"CREATE\",\"object\":{\"spec\":{}}",
	};
	struct source *source = open_source();

	(void)state;
	for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
		struct decision decision = decide_in(arena, source, rest[i]);

		assert_int_equal(decision.action, ACTION_DENY);
		assert_int_equal(decision.code, 422);
		assert_true(strlen(decision.message) > 0);
	}
	source_close(source);
}

static void
a_small_arena_refuses_and_never_crashes(void **state)
{
	struct source *source = open_source();
	bool admitted = false;

	(void)state;
	for (size_t cap = 0; cap < 64 * 1024 && !admitted; cap += 64) {
		struct arena *small = arena_new(SIZE_MAX);
		const char *text = arena_printf(arena,
			HEAD "\"operation\":\"CREATE\",\"name\":\"a\",\"object\":%s}}",
			subnet(arena, "a", "10.0.0.0/16"));
		struct decision decision;
		struct review review;

		assert_true(review_decode(small, text, strlen(text), &review, NULL));
		arena_set_cap(small, arena_used(small) + cap);
		decision = decide(small, source, &review);
		if (decision.action == ACTION_DENY)
			assert_int_equal(decision.code, 413);
		admitted = decision.action != ACTION_DENY;
		arena_free(small);
	}
	assert_true(admitted);
	source_close(source);
}

struct racer {
	struct source *source;
	pthread_barrier_t *start;
	int number;
	int admitted;
};

enum { ROUNDS = 200 };

/* In each round both ask for overlapping prefixes at once. */
static void *
race(void *context)
{
	struct racer *racer = context;

	for (int round = 0; round < ROUNDS; round++) {
		struct arena *own = arena_new(SIZE_MAX);
		const char *name = arena_printf(own, "net-%d-%d", round, racer->number);
		const char *cidr =
			arena_printf(own, "10.%d.0.0/%d", round, racer->number ? 17 : 24);
		const char *rest =
			arena_printf(own, "\"operation\":\"CREATE\",\"name\":\"%s\",\"object\":%s",
				name, subnet(own, name, cidr));

		pthread_barrier_wait(racer->start);
		if (decide_in(own, racer->source, rest).action != ACTION_DENY)
			racer->admitted++;
		arena_free(own);
	}
	return NULL;
}

static void
of_two_conflicting_requests_at_once_exactly_one_is_admitted(void **state)
{
	struct source *source = open_source();
	pthread_barrier_t start;
	struct racer racers[2] = {{source, &start, 0, 0}, {source, &start, 1, 0}};
	pthread_t threads[2];

	(void)state;
	pthread_barrier_init(&start, NULL, 2);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&start);
	assert_int_equal(racers[0].admitted + racers[1].admitted, ROUNDS);
	source_close(source);
}

static void
a_reload_takes_all_or_nothing(void **state)
{
	struct source *source = open_source();
	struct error error;

	(void)state;
	create(source, "a", "10.0.0.0/16", false);
	write_manifest("apiVersion: kubeovn.io/v1\nkind: [\n");
	assert_false(source_reload(source, &error));
	assert_non_null(strstr(error.message, "objects.yaml"));
	assert_int_equal(create(source, "b", "10.0.0.0/16", false).action, ACTION_DENY);
	write_manifest("apiVersion: v1\nkind: List\nitems:\n- {apiVersion: kubeovn.io/v1, kind: "
		       "Vpc, metadata: "
		       "{name: vpc-1}}\n- {apiVersion: kubeovn.io/v1, kind: Subnet, metadata: "
		       "{name: c}, spec: "
		       "{vpc: vpc-1, protocol: IPv4, cidrBlock: 10.9.0.0/16}}\n");
	assert_true(source_reload(source, &error));
	assert_int_not_equal(create(source, "b", "10.0.0.0/16", false).action, ACTION_DENY);
	assert_int_equal(create(source, "d", "10.9.0.0/16", false).action, ACTION_DENY);
	source_close(source);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_admitted_counts_from_then_on),
		cmocka_unit_test(a_dry_run_leaves_nothing),
		cmocka_unit_test(a_refused_object_leaves_nothing),
		cmocka_unit_test(a_deletion_is_allowed_and_frees_its_claims),
		cmocka_unit_test(a_deletion_of_what_is_in_use_warns_and_goes_on),
		cmocka_unit_test(a_dry_run_of_a_deletion_warns_and_deletes_nothing),
		cmocka_unit_test(a_policy_can_refuse_the_deletion_of_what_is_in_use),
		cmocka_unit_test(a_deletion_that_has_begun_or_of_a_status_is_not_judged),
		cmocka_unit_test(an_update_that_changes_nothing_passes_however_bad_the_object),
		cmocka_unit_test(what_cannot_be_read_is_refused_as_invalid),
		cmocka_unit_test(a_small_arena_refuses_and_never_crashes),
		cmocka_unit_test(of_two_conflicting_requests_at_once_exactly_one_is_admitted),
		cmocka_unit_test(a_reload_takes_all_or_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
