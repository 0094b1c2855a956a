/* What a request has to wait for, and what counts for it. */
#include "book_fixture.h"

static void
nothing_is_decided_before_the_own_write_came_back(void **state)
{
	struct fixture *f = *state;
	struct entry *entry = enter(f, "a", "10.0.0.0/16", 0);
	const char *text;

	assert_true(f->wanted > 0 && book_wants_write(f->book));
	assert_false(book_may_decide(f->book, entry));
	text = begin_write(f);
	assert_false(book_may_decide(f->book, entry));
	answer_write(f, 10);
	assert_false(book_may_decide(f->book, entry));
	see(f, text, 10);
	assert_true(book_may_decide(f->book, entry));
	assert_true(book_order(entry).revision == 10);
	book_leave(f->book, entry);
}

static void
the_order_is_known_with_the_answer_of_the_write(void **state)
{
	struct fixture *f = *state;
	struct entry *first = enter(f, "a", "10.0.0.0/16", 0), *second;
	const char *text;

	begin_write(f);
	answer_write(f, 10);
	assert_true(book_order(first).revision == 10 && book_order(first).place == 1);
	second = enter(f, "b", "10.1.0.0/16", 0);
	text = begin_write(f); /* before the watch has shown version 10 */
	assert_non_null(strstr(text, "\\\"at\\\":\\\"10\\\""));
	answer_write(f, 12);
	see(f, text, 12);
	assert_true(book_order(first).revision == 10);
	assert_true(book_order(second).revision == 12);
	book_leave(f->book, first);
	book_leave(f->book, second);
}

static void
the_order_is_kept_over_a_lost_answer(void **state)
{
	struct fixture *f = *state;
	struct entry *entry = enter(f, "a", "10.0.0.0/16", 0);
	struct ledger_page page = stored_page(f->arena, begin_write(f), "u-own", 10);

	book_write_failed(f->book);
	assert_true(book_wants_write(f->book));
	assert_true(book_read_own(f->book, f->arena, &page, NULL));
	assert_true(book_order(entry).revision == 10);
	assert_false(book_may_decide(f->book, entry));
	assert_non_null(strstr(begin_write(f), "\\\"at\\\":\\\"10\\\""));
	book_leave(f->book, entry);
}

static void
only_earlier_reservations_count(void **state)
{
	struct fixture *f = *state;
	struct entry *entry = enter(f, "a", "10.0.0.0/16", 0), *next;

	next = enter(f, "n", "10.0.0.0/16", 0);
	see_other(f, "b", 8, &(struct other){"b", "10.0.1.0/24", 0, 0, 0});
	write_all(f, 10);
	see_other(f, "c", 12, &(struct other){"c", "10.0.2.0/24", 0, 0, 0});
	see_other(f, "d", 14, &(struct other){"d", "10.0.3.0/24", 0, 9, 0});
	assert_int_equal(meets(f, "10.0.0.0/16", book_order(entry)), 2);
	assert_int_equal(meets(f, "10.0.0.0/16", book_order(next)), 3);
	assert_int_equal(meets(f, "10.0.0.0/16", BOOK_ALL), 5);
	assert_int_equal(meets(f, "10.0.0.0/16", BOOK_STORED), 0);
	book_leave(f->book, entry);
	book_leave(f->book, next);
}

static void
a_floor_of_another_page_has_to_be_reached(void **state)
{
	struct fixture *f = *state;
	struct entry *entry = enter(f, "a", "10.0.0.0/16", 0);

	see_other(f, "b", 8, &(struct other){.floor = 7});
	write_all(f, 10);
	assert_false(book_may_decide(f->book, entry));
	book_reached(f->book, KIND_SUBNET, 6);
	assert_false(book_may_decide(f->book, entry));
	see_other(f, "b", 12, &(struct other){.floor = 11}); /* after the entry */
	book_reached(f->book, KIND_SUBNET, 7);
	assert_true(book_may_decide(f->book, entry));
	book_leave(f->book, entry);
}

static void
what_a_list_shows_relies_on_all_its_pages(void **state)
{
	struct fixture *f = *state;
	struct entry *entry = enter(f, "a", "10.0.0.0/16", 0);
	const char *text = begin_write(f);

	answer_write(f, 10);
	book_begin_list(f->book);
	see(f, text, 10);
	assert_false(book_may_decide(f->book, entry));
	see_other(f, "b", 8, &(struct other){.floor = 7});
	book_end_list(f->book);
	assert_false(book_may_decide(f->book, entry));
	book_reached(f->book, KIND_SUBNET, 7);
	assert_true(book_may_decide(f->book, entry));
	book_leave(f->book, entry);
}

static void
the_own_floor_holds_at_once(void **state)
{
	struct fixture *f = *state;
	struct entry *entry;

	book_keep(f->book, enter(f, "a", "10.0.0.0/16", 0));
	write_all(f, 10);
	saw(f, "a", "uid-a", 11);
	entry = enter(f, "b", "10.0.0.0/16", 0);
	write_all(f, 12);
	assert_false(book_may_decide(f->book, entry));
	book_reached(f->book, KIND_SUBNET, 11);
	assert_true(book_may_decide(f->book, entry));
	book_leave(f->book, entry);
}

static void
a_kind_that_is_not_installed_is_waited_for_once_it_has_a_floor(void **state)
{
	struct fixture *f = *state;
	struct entry *entry = enter(f, "a", "10.0.0.0/16", 0);

	book_reached(f->book, KIND_SUBNET, MIRROR_ABSENT);
	see_other(f, "b", 8, &(struct other){.floor = 7});
	write_all(f, 10);
	assert_false(book_may_decide(f->book, entry));
	book_reached(f->book, KIND_SUBNET, MIRROR_ABSENT); /* by a try that began before */
	assert_false(book_may_decide(f->book, entry));
	book_reached(f->book, KIND_SUBNET, MIRROR_ABSENT);
	assert_true(book_may_decide(f->book, entry));
	book_leave(f->book, entry);
}

static void
what_others_say_of_a_kind_that_is_left_out_counts_for_nothing(void **state)
{
	struct fixture *f = *state;
	struct entry *entry = enter(f, "a", "10.0.0.0/16", 0);

	book_reached(f->book, KIND_SUBNET, MIRROR_LEFT_OUT);
	see_other(f, "b", 8, &(struct other){"b", "10.0.0.0/16", 0, 0, 7});
	write_all(f, 10);
	assert_true(book_may_decide(f->book, entry));
	assert_int_equal(meets(f, "10.0.0.0/16", BOOK_ALL), 0);
	see_other(f, "b", 11, &(struct other){.floor = 20});
	assert_true(book_may_decide(f->book, entry));
	book_leave(f->book, entry);
}

static void
a_page_that_cannot_be_read_stops_all_until_it_can_or_is_gone(void **state)
{
	struct fixture *f = *state;
	struct entry *entry = enter(f, "a", "10.0.0.0/16", 0);

	write_all(f, 10);
	book_see_unreadable(f->book, "b", 11);
	assert_false(book_may_decide(f->book, entry));
	see_other(f, "b", 12, &(struct other){.floor = 0});
	assert_true(book_may_decide(f->book, entry));
	book_see_unreadable(f->book, NULL, 13);
	assert_true(book_may_decide(f->book, entry));
	book_see_unreadable(f->book, "b", 13);
	assert_int_equal(book_size(f->book).unreadable, 1);
	book_see_page_gone(f->book, "b", 14);
	assert_true(book_may_decide(f->book, entry));
	book_leave(f->book, entry);
}

static void
a_full_page_says_try_again_and_has_room_once_something_left(void **state)
{
	struct fixture *f = *state;
	struct entry *first = enter(f, "a", "10.0.0.0/16", 0), *entry;
	struct error error = {0};

	while ((entry = try_enter(f, "b", "10.0.0.0/16", 0, &error)))
		;
	assert_int_equal(error.kind, ERROR_TRANSIENT);
	assert_in_range(book_size(f->book).bytes, PAGE_SIZE - 1024, PAGE_SIZE);
	book_leave(f->book, first); /* was in no write yet */
	assert_non_null(try_enter(f, "b", "10.0.0.0/16", 0, &error));
}

static void
what_is_stored_or_reserved_is_looked_at_in_turn(void **state)
{
	struct fixture *f = *state;
	const struct declaration *stored =
		declaration_of_json(f->arena, subnet_of(f->arena, "b", "10.1.0.0/16"));
	struct prefix prefix;

	see_other(f, "b", 8, &(struct other){"b", "10.2.0.0/16", 5, 0, 0});
	assert_false(book_view_instead(f->book, BOOK_ALL, 0)); /* no other world */
	inventory_store(f->inventory, stored);
	assert_int_equal(meets(f, "10.0.0.0/8", BOOK_ALL), 2);
	assert_true(book_view_instead(f->book, BOOK_ALL, 0));
	assert_true(prefix_parse("10.1.0.0/16", &prefix, NULL));
	assert_int_equal(
		inventory_overlaps(f->arena, f->inventory, "vpc/v", &prefix, UINT32_MAX, NULL)
			.count,
		0);
	inventory_unveil(f->inventory);
	assert_int_equal(
		inventory_overlaps(f->arena, f->inventory, "vpc/v", &prefix, UINT32_MAX, NULL)
			.count,
		1);
	assert_false(book_view_instead(f->book, BOOK_ALL, 1));
	assert_false(book_view_instead(f->book, (struct order){8, 1}, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_decided_before_the_own_write_came_back),
		TEST(the_order_is_known_with_the_answer_of_the_write),
		TEST(the_order_is_kept_over_a_lost_answer),
		TEST(only_earlier_reservations_count),
		TEST(a_floor_of_another_page_has_to_be_reached),
		TEST(what_a_list_shows_relies_on_all_its_pages),
		TEST(the_own_floor_holds_at_once),
		TEST(a_kind_that_is_not_installed_is_waited_for_once_it_has_a_floor),
		TEST(what_others_say_of_a_kind_that_is_left_out_counts_for_nothing),
		TEST(a_page_that_cannot_be_read_stops_all_until_it_can_or_is_gone),
		TEST(a_full_page_says_try_again_and_has_room_once_something_left),
		TEST(what_is_stored_or_reserved_is_looked_at_in_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
