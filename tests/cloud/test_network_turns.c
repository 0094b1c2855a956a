/* Turns on networks, and a random model of many who want them. */
#include "cloud/network_turns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define USUAL (5 * CLOCK_SECOND)

static int64_t now;
static int64_t wait;

static int
set_up(void **state)
{
	now = 1000 * CLOCK_SECOND;
	*state = network_turns_new(USUAL);
	return 0;
}

static int
tear_down(void **state)
{
	network_turns_free(*state);
	network_turns_free(NULL);
	return 0;
}

static bool
take(void **state, const char *who, const char *one, const char *other)
{
	return network_turns_take(*state, who, one, other, now, &wait);
}

static void
who_is_alone_holds_at_once_and_still_when_he_asks_again(void **state)
{
	assert_true(take(state, "a", "n1", "n2"));
	assert_int_equal(wait, 0);
	assert_true(take(state, "a", "n2", "n1"));
	assert_true(take(state, "b", "n3", "n4"));
}

static void
either_network_that_is_held_keeps_others_waiting(void **state)
{
	assert_true(take(state, "a", "n1", "n2"));
	assert_false(take(state, "b", "n1", "n3"));
	assert_int_equal(wait, USUAL);
	assert_false(take(state, "c", "n4", "n2"));
	assert_int_equal(wait, USUAL);
	network_turns_leave(*state, "a");
	assert_true(take(state, "c", "n4", "n2"));
	assert_true(take(state, "b", "n1", "n3"));
}

static void
who_stands_in_line_keeps_his_place_by_asking_for_the_wait_alone(void **state)
{
	assert_false(network_turns_waits(*state, "b", now, &wait));
	assert_true(take(state, "a", "n1", "n2"));
	assert_false(network_turns_waits(*state, "a", now, &wait));
	assert_false(take(state, "b", "n1", "n3"));
	for (int i = 0; i < 5; i++) {
		now += NETWORK_TURNS_PATIENCE / 2;
		assert_true(take(state, "a", "n1", "n2"));
		assert_true(network_turns_waits(*state, "b", now, &wait));
		assert_in_range(wait, 1, NETWORK_TURNS_PATIENCE / 2);
	}
	network_turns_leave(*state, "a");
	assert_false(take(state, "c", "n1", "n4"));
	assert_false(network_turns_waits(*state, "b", now, &wait));
	assert_true(network_turns_waits(*state, "c", now, &wait));
}

static void
both_ends_may_be_one_network(void **state)
{
	assert_true(take(state, "a", "n1", "n1"));
	assert_false(take(state, "b", "n2", "n1"));
	network_turns_leave(*state, "a");
	assert_true(take(state, "b", "n2", "n1"));
	assert_false(take(state, "a", "n1", "n1"));
}

static void
one_network_may_be_written_in_several_cases(void **state)
{
	assert_true(take(state, "a", "/subscriptions/S/resourceGroups/G", "n2"));
	assert_false(take(state, "b", "/subscriptions/s/resourcegroups/g", "n3"));
}

static void
turns_go_by_the_first_asking(void **state)
{
	assert_true(take(state, "a", "hub", "n1"));
	assert_false(take(state, "b", "hub", "n2"));
	assert_false(take(state, "c", "hub", "n3"));
	assert_int_equal(wait, 2 * USUAL);
	assert_false(take(state, "b", "hub", "n2"));
	network_turns_leave(*state, "a");
	assert_false(take(state, "c", "hub", "n3"));
	assert_int_equal(wait, USUAL);
	assert_true(take(state, "b", "hub", "n2"));
}

/* Else two who never overlap each other would keep the third out for ever. */
static void
who_waits_for_two_networks_is_not_overtaken_on_either(void **state)
{
	assert_true(take(state, "a", "n1", "n9"));
	assert_false(take(state, "b", "n1", "n2"));
	assert_false(take(state, "c", "n2", "n8"));
	network_turns_leave(*state, "a");
	assert_false(take(state, "c", "n2", "n8"));
	assert_true(take(state, "b", "n1", "n2"));
}

static void
who_holds_and_does_not_go_on_loses_his_turn(void **state)
{
	assert_true(take(state, "a", "n1", "n2"));
	now += NETWORK_TURNS_PATIENCE - 1;
	assert_false(take(state, "b", "n1", "n2"));
	now += 1;
	assert_true(take(state, "b", "n1", "n2"));
	assert_false(take(state, "a", "n1", "n2"));
}

static void
who_holds_and_goes_on_keeps_his_turn(void **state)
{
	assert_true(take(state, "a", "n1", "n2"));
	for (int i = 0; i < 5; i++) {
		now += NETWORK_TURNS_PATIENCE / 2;
		assert_true(take(state, "a", "n1", "n2"));
		assert_false(take(state, "b", "n1", "n2"));
	}
}

static void
who_waits_and_does_not_come_again_loses_his_place(void **state)
{
	assert_true(take(state, "a", "n1", "n2"));
	assert_false(take(state, "b", "n1", "n2"));
	now += NETWORK_TURNS_PATIENCE / 2;
	assert_true(take(state, "a", "n1", "n2"));
	assert_false(take(state, "c", "n1", "n2"));
	now += NETWORK_TURNS_PATIENCE / 2;
	network_turns_leave(*state, "a");
	assert_true(take(state, "c", "n1", "n2"));
}

/* Threads ask with a clock that was read a little earlier. */
static void
an_earlier_clock_takes_nothing_away(void **state)
{
	assert_true(take(state, "a", "n1", "n2"));
	now -= CLOCK_SECOND;
	assert_true(take(state, "a", "n1", "n2"));
	now += NETWORK_TURNS_PATIENCE;
	assert_false(take(state, "b", "n1", "n2"));
}

static void
who_wants_another_pair_asks_anew(void **state)
{
	assert_true(take(state, "a", "n1", "n2"));
	assert_false(take(state, "b", "n1", "n3"));
	assert_false(take(state, "a", "n1", "n4"));
	assert_true(take(state, "b", "n1", "n3"));
}

static void
who_left_before_his_turn_is_not_waited_for(void **state)
{
	assert_true(take(state, "a", "n1", "n2"));
	assert_false(take(state, "b", "n1", "n2"));
	assert_false(take(state, "c", "n1", "n2"));
	network_turns_leave(*state, "b");
	network_turns_leave(*state, "nobody");
	assert_false(take(state, "c", "n1", "n2"));
	assert_int_equal(wait, USUAL);
}

static void
no_wait_is_so_long_that_the_place_is_lost(void **state)
{
	char who[16];

	for (int i = 0; i < 100; i++) {
		snprintf(who, sizeof who, "%d", i);
		assert_int_equal(take(state, who, "hub", who), i == 0);
		assert_true(wait <= NETWORK_TURNS_PATIENCE / 2);
	}
	assert_int_equal(wait, NETWORK_TURNS_PATIENCE / 2);
}

static void
the_wait_is_shorter_when_who_holds_has_done_so_for_a_while(void **state)
{
	assert_true(take(state, "a", "hub", "n1"));
	now += 2 * CLOCK_SECOND;
	assert_true(take(state, "a", "hub", "n1"));
	assert_false(take(state, "b", "hub", "n2"));
	assert_int_equal(wait, 3 * CLOCK_SECOND);
	now += 60 * CLOCK_SECOND;
	assert_false(take(state, "c", "hub", "n3"));
	assert_int_equal(wait, USUAL + USUAL / 4);
	network_turns_leave(*state, "a");
	assert_false(take(state, "c", "hub", "n3"));
	assert_int_equal(wait, USUAL);
	assert_true(take(state, "b", "hub", "n2"));
	now -= CLOCK_SECOND;
	assert_false(take(state, "c", "hub", "n3"));
	assert_int_equal(wait, USUAL);
}

static void
the_line_has_an_end(void **state)
{
	char who[16];

	for (int i = 0; i < NETWORK_TURNS_MOST; i++) {
		snprintf(who, sizeof who, "%d", i);
		assert_true(take(state, who, who, who));
	}
	assert_false(take(state, "late", "late", "late"));
	assert_int_equal(wait, NETWORK_TURNS_PATIENCE / 2);
	network_turns_leave(*state, "7");
	assert_true(take(state, "late", "late", "late"));
	assert_false(take(state, "7", "7", "7"));
}

/* --- the model --- */

enum { PEOPLE = 14, NETWORKS = 7, WORLDS = 60, EVENTS = 3000 };
#define LONGEST_WORK (12 * CLOCK_SECOND)
/* Who came before may each vanish, or come late and work. */
#define LONGEST_STAY ((PEOPLE + 1) * (NETWORK_TURNS_PATIENCE + LONGEST_WORK))

struct person {
	enum { AWAY, WAITING, WORKING, VANISHED } state;
	bool worked; /* when he vanished */
	char name[16];
	char networks[2][16];
	int64_t next;  /* he does something */
	int64_t seen;  /* he last asked */
	int64_t began; /* to ask */
	int number;    /* of his first asking */
};
struct model {
	struct network_turns *turns;
	struct person people[PEOPLE];
	uint64_t seed;
	int64_t clock;
	int asked;
	int worked;
};

static int64_t
draw(struct model *model, int64_t below)
{
	model->seed ^= model->seed << 13;
	model->seed ^= model->seed >> 7;
	model->seed ^= model->seed << 17;
	return (int64_t)((model->seed >> 11) % (uint64_t)below);
}

static bool
share(const struct person *a, const struct person *b)
{
	for (int i = 0; i < 4; i++)
		if (strcmp(a->networks[i / 2], b->networks[i % 2]) == 0)
			return true;
	return false;
}

static bool
has_a_place(const struct model *model, const struct person *person)
{
	return person->state != AWAY && person->seen + NETWORK_TURNS_PATIENCE > model->clock;
}

static bool
holds(const struct model *model, const struct person *person)
{
	return has_a_place(model, person) &&
	       (person->state == WORKING || (person->state == VANISHED && person->worked));
}

/* He holds now: nobody else does, and nobody who came before him was passed over. */
static void
check_turn(const struct model *model, const struct person *person)
{
	for (int i = 0; i < PEOPLE; i++) {
		const struct person *other = &model->people[i];

		if (other == person || !share(person, other))
			continue;
		assert_false(holds(model, other));
		if (has_a_place(model, other))
			assert_true(other->number > person->number);
	}
}

static void
ask(struct model *model, struct person *person)
{
	int64_t told;

	person->seen = model->clock;
	if (network_turns_take(model->turns, person->name, person->networks[0], person->networks[1],
		    model->clock, &told)) {
		check_turn(model, person);
		person->state = WORKING;
		person->next = model->clock + draw(model, LONGEST_WORK);
		model->worked++;
	} else {
		assert_true(model->clock - person->began < LONGEST_STAY);
		assert_true(told > 0);
		person->state = WAITING;
		person->next = model->clock + told;
	}
}

static void
vanish(struct model *model, struct person *person)
{
	person->worked = person->state == WORKING;
	person->state = VANISHED;
	person->next = person->seen + NETWORK_TURNS_PATIENCE + draw(model, 20 * CLOCK_SECOND);
}

static void
come(struct model *model, struct person *person)
{
	for (int i = 0; i < 2; i++)
		snprintf(person->networks[i], sizeof person->networks[i], "n%d",
			(int)draw(model, NETWORKS));
	person->began = model->clock;
	person->number = model->asked++;
	ask(model, person);
}

static void
leave(struct model *model, struct person *person)
{
	network_turns_leave(model->turns, person->name);
	person->state = AWAY;
	person->next = model->clock + draw(model, 30 * CLOCK_SECOND);
}

static void
act(struct model *model, struct person *person)
{
	int64_t chance = draw(model, 100);

	if (person->state == AWAY)
		come(model, person);
	else if (person->state == VANISHED)
		leave(model, person);
	else if (chance < 3)
		vanish(model, person);
	else if (person->state == WORKING || chance < 6)
		leave(model, person);
	else
		ask(model, person);
}

static struct person *
next_person(struct model *model)
{
	struct person *next = &model->people[0];

	for (int i = 1; i < PEOPLE; i++)
		if (model->people[i].next < next->next)
			next = &model->people[i];
	return next;
}

static void
never_two_hold_one_network_and_who_keeps_asking_gets_his_turn(void **state)
{
	(void)state;
	for (uint64_t world = 1; world <= WORLDS; world++) {
		struct model model = {.turns = network_turns_new(USUAL),
			.seed = world * UINT64_C(0x9e3779b97f4a7c15)};

		for (int i = 0; i < PEOPLE; i++)
			snprintf(model.people[i].name, sizeof model.people[i].name, "p%d", i);
		for (int i = 0; i < EVENTS; i++) {
			struct person *person = next_person(&model);

			model.clock = person->next;
			act(&model, person);
		}
		assert_true(model.worked > PEOPLE);
		network_turns_free(model.turns);
	}
}

#define test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(who_is_alone_holds_at_once_and_still_when_he_asks_again),
		test(either_network_that_is_held_keeps_others_waiting),
		test(both_ends_may_be_one_network),
		test(one_network_may_be_written_in_several_cases),
		test(turns_go_by_the_first_asking),
		test(who_waits_for_two_networks_is_not_overtaken_on_either),
		test(who_holds_and_does_not_go_on_loses_his_turn),
		test(who_holds_and_goes_on_keeps_his_turn),
		test(who_waits_and_does_not_come_again_loses_his_place),
		test(an_earlier_clock_takes_nothing_away),
		test(who_wants_another_pair_asks_anew),
		test(who_left_before_his_turn_is_not_waited_for),
		test(no_wait_is_so_long_that_the_place_is_lost),
		test(the_wait_is_shorter_when_who_holds_has_done_so_for_a_while),
		test(the_line_has_an_end),
		test(who_stands_in_line_keeps_his_place_by_asking_for_the_wait_alone),
		test(never_two_hold_one_network_and_who_keeps_asking_gets_his_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
