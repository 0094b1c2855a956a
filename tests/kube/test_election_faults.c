/* Many candidates and one API server, with everything that goes wrong between them: lost and late
 * requests and answers, pauses, restarts, clocks that go differently, others who write the Lease.
 */
#include "kube/election.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#define SECOND CLOCK_SECOND
enum { CANDIDATES = 3, REQUESTS = 64, TICK = 50, QUIET = 90, LENGTH = 900, ROUNDS = 400 };
#define MILLISECOND CLOCK_MILLISECOND

/* One that is on its way to the server, or back. */
struct request {
	bool used;
	bool done; /* by the server */
	int sender;
	int number;
	int64_t arrives;
	int64_t returns; /* later than the sender waits: lost */
	enum election_step step;
	enum election_answer answer;
	struct election_lease lease; /* to write, and then what there was */
	bool exists;
};

struct runner {
	struct election election;
	char identity[32];
	int64_t offset;
	int64_t rate; /* parts in a thousand */
	int64_t paused_until;
	int64_t gives_up;
	int waits_for; /* the number of a request; 0: none */
};

struct world {
	unsigned random;
	int64_t now;
	bool exists;
	int version;
	struct election_lease lease;
	struct runner runners[CANDIDATES];
	struct request requests[REQUESTS];
	int numbers;
	bool with_deletions; /* instead of restarts and late requests */
	int64_t not_deleted_before;
	int leaders; /* how often the lead went to another */
	int last_leader;
};

static int64_t
draw(struct world *world, int64_t below)
{
	world->random = world->random * 1103515245u + 12345u;
	return (int64_t)(world->random >> 8) % below;
}

static int64_t
clock_of(const struct world *world, const struct runner *runner)
{
	return runner->offset + world->now / 1000 * runner->rate;
}

static void
start_runner(struct world *world, int index)
{
	struct runner *runner = &world->runners[index];
	struct election_rules rules = election_rules_usual();

	*runner = (struct runner){.offset = SECOND + draw(world, 1000) * 1000 * SECOND,
		.rate = 850 + draw(world, 300)};
	snprintf(runner->identity, sizeof runner->identity, "%d_%d", index, ++world->numbers);
	election_init(&runner->election, &rules, runner->identity);
}

static bool
is_quiet(const struct world *world)
{
	return world->now > (LENGTH - QUIET) * SECOND;
}

static void
send_request(struct world *world, int index, enum election_step step)
{
	struct runner *runner = &world->runners[index];
	struct request *request = world->requests;
	bool bad = !is_quiet(world) && draw(world, 4) == 0;

	while (request->used)
		request++;
	assert_true(request < world->requests + REQUESTS);
	*request = (struct request){.used = true,
		.sender = index,
		.number = ++world->numbers,
		.step = step,
		.arrives = world->now + draw(world, 300) * MILLISECOND};
	if (step != ELECTION_READ)
		request->lease = election_wanted(&runner->election);
	if (bad)
		request->arrives += draw(world, world->with_deletions ? 4000 : 40000) * MILLISECOND;
	request->returns = request->arrives + draw(world, 300) * MILLISECOND;
	if (bad && draw(world, 2))
		request->returns += draw(world, 40000) * MILLISECOND;
	runner->waits_for = request->number;
	runner->gives_up = world->now + 5 * SECOND;
}

static bool
is_allowed(const struct world *world, const struct request *request)
{
	if (request->step == ELECTION_CREATE)
		return !world->exists;
	return world->exists && strcmp(request->lease.version, world->lease.version) == 0;
}

static void
serve(struct world *world, struct request *request)
{
	request->done = true;
	if (request->step == ELECTION_READ) {
		request->answer = ELECTION_READ_DONE;
	} else if (is_allowed(world, request)) {
		request->answer = ELECTION_WRITTEN;
		world->exists = true;
		world->lease = request->lease;
		snprintf(world->lease.version, sizeof world->lease.version, "%d", ++world->version);
	} else {
		request->answer = ELECTION_NOT_WRITTEN;
	}
	request->exists = world->exists;
	request->lease = world->lease;
}

static void
deliver(struct world *world, struct runner *runner)
{
	for (struct request *request = world->requests; request < world->requests + REQUESTS;
		request++) {
		if (!request->used || request->number != runner->waits_for)
			continue;
		if (request->done && request->returns <= world->now) {
			election_answered(&runner->election, request->answer,
				request->exists && request->answer != ELECTION_NOT_WRITTEN
					? &request->lease
					: NULL,
				clock_of(world, runner));
			runner->waits_for = 0;
		} else if (runner->gives_up <= world->now) {
			election_answered(&runner->election,
				request->step == ELECTION_READ ? ELECTION_READ_FAILED
							       : ELECTION_NOT_WRITTEN,
				NULL, clock_of(world, runner));
			runner->waits_for = 0;
		}
	}
}

static void
move_requests(struct world *world)
{
	for (struct request *request = world->requests; request < world->requests + REQUESTS;
		request++) {
		if (request->used && !request->done && request->arrives <= world->now)
			serve(world, request);
		if (request->used && request->done &&
			world->runners[request->sender].waits_for != request->number)
			request->used = false;
	}
}

static void
move_runner(struct world *world, int index)
{
	struct runner *runner = &world->runners[index];
	enum election_step step;

	if (world->now < runner->paused_until && !is_quiet(world))
		return;
	if (runner->waits_for)
		deliver(world, runner);
	if (runner->waits_for)
		return;
	step = election_next(&runner->election, clock_of(world, runner));
	if (step == ELECTION_OVER)
		start_runner(world, index);
	else if (step != ELECTION_WAIT)
		send_request(world, index, step);
}

static bool
all_have_seen_it(const struct world *world)
{
	for (int i = 0; i < CANDIDATES; i++)
		if (!*world->runners[i].election.seen.version)
			return false;
	for (int i = 0; i < REQUESTS; i++)
		if (world->requests[i].used && world->requests[i].step == ELECTION_CREATE)
			return false;
	return world->now >= world->not_deleted_before;
}

/* Pauses, restarts, orderly ends, somebody who edits the Lease, somebody who deletes it. */
static void
disturb(struct world *world)
{
	struct runner *runner = &world->runners[draw(world, CANDIDATES)];
	int index = (int)(runner - world->runners);

	if (draw(world, 100) == 0)
		runner->paused_until = world->now + draw(world, 40) * SECOND;
	if (!world->with_deletions && draw(world, 400) == 0)
		start_runner(world, index);
	if (!world->with_deletions && draw(world, 400) == 0)
		election_end(&runner->election);
	if (world->exists && draw(world, 300) == 0)
		snprintf(world->lease.version, sizeof world->lease.version, "%d", ++world->version);
	if (world->with_deletions && all_have_seen_it(world) && draw(world, 300) == 0) {
		world->exists = false;
		world->lease = (struct election_lease){0};
		world->not_deleted_before = world->now + 60 * SECOND;
	}
}

static int
count_sure(struct world *world)
{
	int sure = 0;

	for (int i = 0; i < CANDIDATES; i++) {
		const struct runner *runner = &world->runners[i];

		if (!election_is_sure(&runner->election, clock_of(world, runner)))
			continue;
		sure++;
		world->leaders += world->last_leader != i;
		world->last_leader = i;
	}
	return sure;
}

static int
play(unsigned seed)
{
	static struct world world;

	world = (struct world){.random = seed, .with_deletions = seed % 3 == 0};
	for (int i = 0; i < CANDIDATES; i++)
		start_runner(&world, i);
	for (; world.now < LENGTH * SECOND; world.now += TICK * MILLISECOND) {
		if (!is_quiet(&world))
			disturb(&world);
		move_requests(&world);
		for (int i = 0; i < CANDIDATES; i++)
			move_runner(&world, i);
		if (count_sure(&world) > 1)
			fail_msg("seed %u: two are sure at %lld ms", seed,
				(long long)(world.now / MILLISECOND));
	}
	if (count_sure(&world) != 1)
		fail_msg("seed %u: nobody leads in peace", seed);
	return world.leaders;
}

static void
of_many_candidates_never_two_are_sure_at_once(void **state)
{
	int leaders = 0;

	(void)state;
	for (unsigned seed = 1; seed <= ROUNDS; seed++)
		leaders += play(seed * 7919 + seed);
	assert_true(leaders > 3 * ROUNDS); /* the lead has really changed hands */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_many_candidates_never_two_are_sure_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
