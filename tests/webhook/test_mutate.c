/* A link that was given out is kept for its Vpc from the mutation to the verdict, and no longer. */
#include "webhook/mutate.h"

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
#include "webhook/decide.h"

/* Networks of left and right overlap, so that the two cannot be peers. */
static const char objects[] =
	"{apiVersion: kubeovn.io/v1, kind: Vpc, metadata: {name: right}, spec: {}}\n---\n"
	"{apiVersion: kubeovn.io/v1, kind: Subnet, metadata: {name: net-left}, spec: {vpc: left, "
	"cidrBlock: 10.0.0.0/16}}\n---\n"
	"{apiVersion: kubeovn.io/v1, kind: Subnet, metadata: {name: net-right}, spec: {vpc: right, "
	"cidrBlock: 10.0.0.0/24}}\n";

static char folder[] = "/tmp/peerwarden-mutate-XXXXXX";
static char path[64];
static struct arena *arena;
static struct source *source;

static int
setup(void **state)
{
	struct source_settings settings = {.folder = folder};
	FILE *file;

	(void)state;
	arena = arena_new(SIZE_MAX);
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/objects.yaml", folder);
	file = fopen(path, "w");
	if (!file)
		return -1;
	fputs(objects, file);
	fclose(file);
	source = source_open(&settings, NULL);
	return source ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	source_close(source);
	arena_free(arena);
	unlink(path);
	return rmdir(folder);
}

static struct review
creation(const char *resource, const char *name, const char *object, bool dry_run)
{
	const char *text = arena_printf(arena,
		"{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{"
		"\"uid\":\"u\",\"operation\":\"CREATE\",\"resource\":{\"group\":\"kubeovn.io\","
		"\"resource\":\"%s\"},\"name\":\"%s\",\"dryRun\":%s,\"object\":%s}}",
		resource, name, dry_run ? "true" : "false", object);
	struct review review;
	struct error error;

	if (!review_decode(arena, text, strlen(text), &review, &error))
		fail_msg("%s", error.message);
	return review;
}

/* After the mutation of a Vpc that asks for a link to `remote`, as it would reach the verdict. */
static struct review
linked(const char *name, const char *remote, bool dry_run)
{
	struct review review = creation("vpcs", name,
		arena_printf(arena,
			"{\"metadata\":{\"annotations\":{\"peerwarden.io/"
			"auto\":\"links\"}},\"spec\":"
			"{\"vpcPeerings\":[{\"remoteVpc\":\"%s\",\"localConnectIP\":\"auto\"}]}}",
			remote),
		dry_run);
	struct buffer patch;

	buffer_init(&patch, SIZE_MAX);
	assert_int_equal(mutate(arena, source, &review, &patch).count, 1);
	buffer_dispose(&patch);
	return review;
}

static const char *
link_of(const struct review *review)
{
	return json_text(json_nearest(review->object, "spec.vpcPeerings[0].localConnectIP"));
}

static enum action
verdict_about(const struct review *review)
{
	return decide(arena, source, review).action;
}

static size_t
held(void)
{
	size_t count;

	inventory_lock(source_inventory(source));
	count = inventory_size(source_inventory(source)).reservations;
	inventory_unlock(source_inventory(source));
	return count;
}

static void
what_is_given_out_is_given_to_no_one_else_before_the_verdict(void **state)
{
	struct review first = linked("a", "hub", false), second = linked("b", "hub", false);

	(void)state;
	assert_string_equal(link_of(&first), "169.254.0.1/30");
	assert_string_equal(link_of(&second), "169.254.0.5/30");
	assert_int_equal(held(), 2);
	assert_int_not_equal(verdict_about(&first), ACTION_DENY);
	assert_int_not_equal(verdict_about(&second), ACTION_DENY);
	assert_int_equal(held(), 0);
}

static void
a_dry_run_holds_nothing_and_ends_nothing(void **state)
{
	struct review rehearsal = linked("c", "yard", true), real;

	(void)state;
	assert_int_equal(held(), 0);
	real = linked("c", "yard", false);
	assert_string_equal(link_of(&real), link_of(&rehearsal));
	verdict_about(&rehearsal);
	assert_int_equal(held(), 1);
	verdict_about(&real);
}

static void
a_refused_vpc_is_nobodys_peer_afterwards(void **state)
{
	struct review refused = linked("left", "right", false);
	struct review subnet = creation("subnets", "net",
		"{\"spec\":{\"vpc\":\"right\",\"cidrBlock\":\"10.0.7.0/24\"}}", true);

	(void)state;
	assert_int_equal(verdict_about(&subnet), ACTION_DENY);
	assert_int_equal(verdict_about(&refused), ACTION_DENY);
	assert_int_equal(held(), 0);
	assert_int_not_equal(verdict_about(&subnet), ACTION_DENY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_given_out_is_given_to_no_one_else_before_the_verdict),
		cmocka_unit_test(a_dry_run_holds_nothing_and_ends_nothing),
		cmocka_unit_test(a_refused_vpc_is_nobodys_peer_afterwards),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
