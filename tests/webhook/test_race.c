/* One process, many threads: serving threads judge, change and keep objects that conflict, while a
 * watch stores and removes them, and the policy and the folder are read again. Meant for the thread
 * sanitizer; whatever the order, no two overlapping Subnets are ever both there. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "webhook/decide.h"
#include "webhook/mutate.h"

#define REVIEW(resource, operation, rest)                                                          \
	"{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{"       \
	"\"uid\":\"u\",\"resource\":{\"group\":\"kubeovn.io\",\"version\":\"v1\","                 \
	"\"resource\":\"" resource "\"},\"operation\":\"" operation "\"," rest "}}"
#define SUBNET                                                                                     \
	"{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Subnet\",\"metadata\":{\"name\":\"net-%u\"}" \
	",\"spec\":{\"vpc\":\"vpc-1\",\"protocol\":\"IPv4\",\"cidrBlock\":\"10.%u.0.0/%u\"}}"
#define VPC                                                                                        \
	"{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Vpc\",\"metadata\":{\"name\":\"vpc-%u\","    \
	"\"annotations\":{\"peerwarden.io/auto\":\"links\"}},\"spec\":{\"vpcPeerings\":[{"         \
	"\"remoteVpc\":\"vpc-1\",\"localConnectIP\":\"auto\"}]}}"

enum { SERVERS = 6, OPERATIONS = 400, NAMES = 12, MEMORY = 16 << 20 };

static char folder[] = "/tmp/peerwarden-race-XXXXXX";
static struct source *source;

struct worker {
	pthread_t thread;
	uint32_t state; /* of the random numbers */
	unsigned admitted, refused, stored, patched;
};

static unsigned
random_below(struct worker *worker, unsigned bound)
{
	worker->state = worker->state * 1664525 + 1013904223;
	return (worker->state >> 8) % bound;
}

static bool
read_review(struct arena *arena, const char *text, struct review *review)
{
	return review_decode(arena, text, strlen(text), review, NULL);
}

static void
ask(struct arena *arena, struct worker *worker, const char *text)
{
	struct review review;

	if (!read_review(arena, text, &review))
		abort();
	if (decide(arena, source, &review).action == ACTION_DENY)
		worker->refused++;
	else
		worker->admitted++;
}

static const char *
subnet(struct arena *arena, struct worker *worker)
{
	unsigned length = 14 + random_below(worker, 3);
	unsigned network = random_below(worker, 16) & (0xffu << (16 - length));

	return arena_printf(arena, SUBNET, random_below(worker, NAMES), network, length);
}

static void
change(struct arena *arena, struct worker *worker)
{
	const char *object = arena_printf(arena, VPC, 2 + random_below(worker, 4));
	CLEANUP(buffer_dispose) struct buffer patch;
	struct review review;

	buffer_init(&patch, SIZE_MAX);
	if (!read_review(arena,
		    arena_printf(arena, REVIEW("vpcs", "CREATE", "\"object\":%s"), object),
		    &review))
		abort();
	worker->patched += mutate(arena, source, &review, &patch).count > 0;
}

static void *
serve(void *context)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct worker *worker = context;

	for (int i = 0; i < OPERATIONS; i++) {
		switch (random_below(worker, 8)) {
		case 0:
			ask(arena, worker,
				arena_printf(arena, REVIEW("subnets", "DELETE", "\"oldObject\":%s"),
					subnet(arena, worker)));
			break;
		case 1:
			change(arena, worker);
			break;
		default:
			ask(arena, worker,
				arena_printf(arena, REVIEW("subnets", "CREATE", "\"object\":%s"),
					subnet(arena, worker)));
		}
		arena_reset(arena);
	}
	return NULL;
}

static struct object_id
id_of(char name[16], unsigned number)
{
	snprintf(name, 16, "net-%u", number);
	return (struct object_id){KIND_SUBNET, "", name};
}

/* What a watch does: an object is shown once more, or gone. */
static void *
watch(void *context)
{
	struct worker *worker = context;
	struct inventory *inventory = source_inventory(source);

	for (int i = 0; i < OPERATIONS; i++) {
		char name[16];
		struct object_id id = id_of(name, random_below(worker, NAMES));
		const struct declaration *found;

		inventory_lock(inventory);
		found = inventory_find(inventory, &id);
		if (found && random_below(worker, 4) > 0) {
			struct declaration *copy = declaration_copy(found);

			inventory_store(inventory, copy);
			worker->stored++;
			free(copy);
		} else {
			inventory_remove(inventory, &id);
		}
		inventory_unlock(inventory);
	}
	return NULL;
}

static void
check_pair(const struct declaration *a, const struct declaration *b)
{
	for (int i = 0; i < a->claim_count; i++)
		for (int j = 0; j < b->claim_count; j++)
			if (prefix_overlaps(&a->claims[i].prefix, &b->claims[j].prefix))
				abort();
}

/* Every pair, the plain way. */
static void
check_all(void)
{
	struct inventory *inventory = source_inventory(source);

	inventory_lock(inventory);
	for (unsigned i = 0; i < NAMES; i++) {
		for (unsigned j = 0; j < i; j++) {
			char one[16], other[16];
			struct object_id a = id_of(one, i), b = id_of(other, j);
			const struct declaration *first = inventory_find(inventory, &a);
			const struct declaration *second = inventory_find(inventory, &b);

			if (first && second)
				check_pair(first, second);
		}
	}
	inventory_unlock(inventory);
}

static void *
tend(void *context)
{
	struct worker *worker = context;

	for (int i = 0; i < OPERATIONS / 4; i++) {
		CLEANUP(buffer_dispose) struct buffer text;

		buffer_init(&text, SIZE_MAX);
		check_all();
		source_tick(source, clock_monotonic());
		metrics_write(&text);
		if (random_below(worker, 16) == 0 && !source_reload(source, NULL))
			abort();
	}
	return NULL;
}

static int
setup(void **state)
{
	struct source_settings settings = {.folder = folder};
	char path[64];
	FILE *file;

	(void)state;
	log_set_level(LOG_ERROR);
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/vpc.yaml", folder);
	file = fopen(path, "w");
	fputs("apiVersion: kubeovn.io/v1\nkind: Vpc\nmetadata: {name: vpc-1}\nspec: {}\n", file);
	fclose(file);
	source = source_open(&settings, NULL);
	return source ? 0 : -1;
}

static int
teardown(void **state)
{
	char path[64];

	(void)state;
	source_close(source);
	snprintf(path, sizeof path, "%s/vpc.yaml", folder);
	unlink(path);
	return rmdir(folder);
}

static void
whatever_the_order_no_two_overlapping_subnets_are_there(void **state)
{
	static void *(*const tasks[SERVERS + 2])(void *) = {
		[SERVERS] = watch, [SERVERS + 1] = tend};
	struct worker workers[SERVERS + 2] = {0}, all = {0};

	(void)state;
	for (unsigned i = 0; i < SERVERS + 2; i++) {
		workers[i].state = i;
		assert_int_equal(pthread_create(&workers[i].thread, NULL,
					 tasks[i] ? tasks[i] : serve, &workers[i]),
			0);
	}
	for (unsigned i = 0; i < SERVERS + 2; i++) {
		pthread_join(workers[i].thread, NULL);
		all.admitted += workers[i].admitted;
		all.refused += workers[i].refused;
		all.patched += workers[i].patched;
	}
	check_all();
	assert_true(all.admitted > SERVERS && all.refused > SERVERS && all.patched > SERVERS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_the_order_no_two_overlapping_subnets_are_there),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
