#include "webhook/waiting_room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tests/http/fake_server.h"

struct fixture {
	struct inventory *inventory;
	struct waiting_room *room;
};

struct guest {
	struct waiter waiter;
	atomic_bool over;
	atomic_int resumed;
};

static int
set_up(void **state)
{
	static struct fixture f;

	f.inventory = inventory_new();
	f.room = waiting_room_new(f.inventory);
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	waiting_room_close(f->room);
	waiting_room_free(f->room);
	inventory_free(f->inventory);
	return 0;
}

static bool
is_over(void *context)
{
	return atomic_load(&((struct guest *)context)->over);
}

static void
resume(void *context)
{
	atomic_fetch_add(&((struct guest *)context)->resumed, 1);
}

static void
enter(struct fixture *f, struct guest *guest, int64_t time)
{
	guest->waiter = (struct waiter){.is_over = is_over,
		.resume = resume,
		.context = guest,
		.deadline = clock_monotonic() + time};
	inventory_lock(f->inventory);
	waiting_room_wait(f->room, &guest->waiter);
	inventory_unlock(f->inventory);
}

static void
tell(struct fixture *f)
{
	inventory_lock(f->inventory);
	waiting_room_changed(f->room);
	inventory_unlock(f->inventory);
}

static void
a_change_lets_those_go_whose_wait_is_over(void **state)
{
	struct fixture *f = *state;
	struct guest guests[3] = {0};

	for (int i = 0; i < 3; i++)
		enter(f, &guests[i], 3600 * CLOCK_SECOND);
	tell(f);
	atomic_store(&guests[1].over, true);
	assert_int_equal(guests[1].resumed, 0);
	tell(f);
	tell(f);
	assert_int_equal(guests[0].resumed, 0);
	assert_int_equal(guests[1].resumed, 1);
	assert_int_equal(guests[2].resumed, 0);
	waiting_room_close(f->room);
	for (int i = 0; i < 3; i++)
		assert_int_equal(guests[i].resumed, 1);
}

static void
who_has_nothing_to_wait_for_goes_on_at_once(void **state)
{
	struct fixture *f = *state;
	struct guest guest = {.over = true};

	enter(f, &guest, 3600 * CLOCK_SECOND);
	assert_int_equal(guest.resumed, 1);
}

static void
each_goes_on_when_its_time_is_up_whoever_came_first(void **state)
{
	struct fixture *f = *state;
	struct guest patient = {0}, hasty[3] = {0}, late = {0};

	enter(f, &patient, 3600 * CLOCK_SECOND);
	for (int i = 0; i < 3; i++)
		enter(f, &hasty[i], (30 - 10 * i) * CLOCK_MILLISECOND);
	enter(f, &late, -CLOCK_SECOND);
	for (int i = 0; i < 3; i++)
		assert_true(FAKE_EVENTUALLY(atomic_load(&hasty[i].resumed) == 1));
	assert_true(FAKE_EVENTUALLY(atomic_load(&late.resumed) == 1));
	assert_int_equal(patient.resumed, 0);
	waiting_room_close(f->room);
	assert_int_equal(patient.resumed, 1);
}

static void
nobody_waits_in_a_closed_room(void **state)
{
	struct fixture *f = *state;
	struct guest guest = {0};

	waiting_room_close(f->room);
	enter(f, &guest, 3600 * CLOCK_SECOND);
	assert_int_equal(guest.resumed, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_change_lets_those_go_whose_wait_is_over),
		TEST(who_has_nothing_to_wait_for_goes_on_at_once),
		TEST(each_goes_on_when_its_time_is_up_whoever_came_first),
		TEST(nobody_waits_in_a_closed_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
