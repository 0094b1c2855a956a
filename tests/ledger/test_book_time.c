/* How reservations and pages end. */
#include "book_fixture.h"

static struct book_questions
questions(struct fixture *f, int64_t now)
{
	return book_questions(f->book, f->arena, now, LIFETIME);
}

/* A call that begins now and is answered at `date`. */
static void
dated(struct fixture *f, int64_t date)
{
	book_dated(f->book, clock_monotonic(), date);
}

static void
admit(struct fixture *f, const char *name, uint64_t from, uint64_t version)
{
	struct entry *entry = enter(f, name, "10.0.0.0/16", from);

	write_all(f, version);
	book_keep(f->book, entry);
}

static void
a_create_ends_by_its_uid_alone(void **state)
{
	struct fixture *f = *state;
	uint64_t departures;

	admit(f, "a", 0, 10);
	departures = book_departures(f->book);
	saw(f, "a", "another", 20);
	saw(f, "b", "uid-a", 20);
	assert_int_equal(entries(f), 1);
	saw(f, "a", "uid-a", 21);
	assert_int_equal(entries(f), 0);
	assert_true(book_departures(f->book) > departures);
	assert_true(book_wants_write_later(f->book));
}

static void
an_update_ends_by_a_later_version_alone(void **state)
{
	struct fixture *f = *state;

	admit(f, "a", 9, 10);
	saw(f, "a", "uid-a", 9);
	assert_int_equal(entries(f), 1);
	saw(f, "a", "another", 11);
	assert_int_equal(entries(f), 0);
}

static void
what_was_seen_leaves_the_page_in_the_write_that_carries_its_floor(void **state)
{
	struct fixture *f = *state;
	const char *text;

	admit(f, "a", 0, 10);
	saw(f, "a", "uid-a", 11);
	text = begin_write(f);
	assert_null(strstr(text, "uid-a"));
	assert_non_null(strstr(text, "{\\\"Subnet\\\":\\\"11\\\"}"));
	answer_write(f, 12);
	assert_true(book_size(f->book).bytes > 0); /* an older page may still come */
	see(f, text, 12);
	assert_int_equal(book_size(f->book).bytes, 0);
}

static void
an_older_page_brings_nothing_back(void **state)
{
	struct fixture *f = *state;
	struct entry *entry = enter(f, "a", "10.0.0.0/16", 0);
	const char *with = begin_write(f), *without;

	answer_write(f, 10);
	book_leave(f->book, entry);
	without = begin_write(f);
	answer_write(f, 12);
	see(f, with, 10);
	assert_int_equal(entries(f), 0);
	see(f, without, 12);
	see(f, with, 10);
	assert_int_equal(book_size(f->book).bytes, 0);
	assert_int_equal(entries(f), 0);
}

static void
what_left_anothers_page_counts_until_the_mirror_is_at_its_floor(void **state)
{
	struct fixture *f = *state;

	see_other(f, "b", 8, &(struct other){"b", "10.0.0.0/16", 0, 0, 0});
	see_other(f, "b", 12, &(struct other){.floor = 11});
	assert_int_equal(meets(f, "10.0.0.0/16", BOOK_ALL), 1);
	book_reached(f->book, KIND_SUBNET, 10);
	assert_int_equal(meets(f, "10.0.0.0/16", BOOK_ALL), 1);
	book_reached(f->book, KIND_SUBNET, 11);
	assert_int_equal(meets(f, "10.0.0.0/16", BOOK_ALL), 0);
}

static void
a_page_that_a_list_does_not_have_is_gone(void **state)
{
	struct fixture *f = *state;

	see_other(f, "b", 8, &(struct other){"b", "10.0.0.0/16", 0, 0, 0});
	see_other(f, "c", 9, &(struct other){"c", "10.1.0.0/16", 0, 0, 0});
	book_begin_list(f->book);
	see_other(f, "c", 9, &(struct other){"c", "10.1.0.0/16", 0, 0, 0});
	book_end_list(f->book);
	assert_int_equal(book_size(f->book).pages, 1);
	assert_int_equal(entries(f), 1);
}

static void
an_earlier_process_of_this_name_leaves_its_reservations(void **state)
{
	struct fixture *f = *state;

	struct ledger_page page;

	see_other(f, "own", 8, &(struct other){"b", "10.0.0.0/16", 0, 7, 6});
	assert_int_equal(entries(f), 0);
	page = stored_page(f->arena, f->text, "u-own", 8);
	assert_true(book_read_own(f->book, f->arena, &page, NULL));
	see_other(f, "own", 9, &(struct other){"b", "10.0.0.0/16", 0, 7, 6});
	assert_int_equal(entries(f), 1);
	assert_true(book_size(f->book).bytes > 0);
	assert_non_null(strstr(begin_write(f), "\\\"at\\\":\\\"7\\\""));
	book_write_failed(f->book);
	saw(f, "b", "uid-b", 10);
	assert_null(strstr(begin_write(f), "uid-b"));
}

static void
when_the_own_page_is_gone_the_undecided_begin_anew_and_the_decided_stay(void **state)
{
	struct fixture *f = *state;
	struct entry *entry;

	admit(f, "a", 0, 10);
	entry = enter(f, "b", "10.0.0.0/16", 0);
	write_all(f, 12);
	assert_true(book_may_decide(f->book, entry));
	book_own_is_gone(f->book);
	assert_false(book_may_decide(f->book, entry));
	assert_int_equal(entries(f), 1);
	see(f, f->text, 13); /* the old page, late */
	assert_false(book_may_decide(f->book, entry));
	write_all(f, 20);
	assert_true(book_may_decide(f->book, entry));
	assert_true(book_order(entry).revision == 20);
	assert_int_equal(entries(f), 2);
	book_leave(f->book, entry);
}

static void
time_runs_from_the_first_call_that_began_later(void **state)
{
	struct fixture *f = *state;
	int64_t before = clock_monotonic();

	admit(f, "a", 0, 10);
	book_dated(f->book, before - 1, 1000);
	dated(f, 2000);
	dated(f, 2000 + LIFETIME);
	assert_int_equal(questions(f, 0).count, 0);
	dated(f, 2001 + LIFETIME);
	assert_int_equal(questions(f, 0).count, 1);
	assert_true(questions(f, 0).items[0].last);
}

static void
a_clock_that_steps_back_ends_nothing_early(void **state)
{
	struct fixture *f = *state;

	dated(f, 5000);
	see_other(f, "b", 8, &(struct other){"b", "10.0.0.0/16", 0, 0, 0});
	admit(f, "a", 0, 10);
	dated(f, 2000);
	dated(f, 2001 + LIFETIME);
	assert_int_equal(questions(f, 0).count, 0);
	dated(f, 5001 + LIFETIME);
	assert_int_equal(questions(f, 0).count, 2);
}

static void
the_own_clock_ends_nothing_but_looks_early(void **state)
{
	struct fixture *f = *state;
	struct book_questions asked;
	int64_t now;

	admit(f, "a", 0, 10);
	dated(f, 1000);
	now = clock_monotonic();
	assert_int_equal(questions(f, now).count, 0);
	for (int i = 0; i < 3; i++) {
		asked = questions(f, now + (1000 + i * 5) * CLOCK_SECOND);
		assert_int_equal(asked.count, 1);
		assert_false(asked.items[0].last);
		book_answered(
			f->book, &asked.items[0], &(struct book_answer){.date = 1001}, LIFETIME);
	}
	assert_int_equal(questions(f, now + 2000 * CLOCK_SECOND).count, 0);
	assert_int_equal(entries(f), 1);
}

static void
an_answer_ends_what_it_settles(void **state)
{
	static const struct {
		uint64_t from;
		struct book_answer answer;
		bool last, ends;
	} rows[] = {
		{0, {true, "uid-a", 20, 1000}, false, true},
		{0, {true, "uid-a", 99, 1000}, false, false}, /* the mirror is not there yet */
		{0, {true, "other", 20, 1000}, false, false},
		{0, {true, "other", 20, 2000}, true, true},
		{0, {false, NULL, 0, 1000}, false, false},
		{0, {false, NULL, 0, 1000 + LIFETIME}, true, false},
		{0, {false, NULL, 0, 1001 + LIFETIME}, true, true},
		{9, {true, "uid-a", 9, 1000}, false, false},
		{9, {true, "uid-a", 10, 1000}, false, true},
		{9, {true, "uid-a", 9, 2000}, true, true},
		{9, {false, NULL, 0, 1000}, false, true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fixture *f;
		struct book_question question = {.page = "own", .id = "i-1"};

		set_up(state);
		f = *state;
		admit(f, "a", rows[i].from, 10);
		book_reached(f->book, KIND_SUBNET, 50);
		dated(f, 1000);
		question.last = rows[i].last;
		book_answered(f->book, &question, &rows[i].answer, LIFETIME);
		if (entries(f) != !rows[i].ends)
			fail_msg("row %zu: %zu", i, entries(f));
		tear_down(state);
	}
}

static void
a_page_of_nobody_is_given_up_once_its_floors_stand_in_the_own_one(void **state)
{
	struct fixture *f = *state;
	struct book_orphan orphan;
	const char *text;

	see_other(f, "b", 8, &(struct other){.floor = 7});
	dated(f, 1000);
	text = begin_write(f);
	dated(f, 1000 + LIFETIME);
	assert_false(book_orphan(f->book, f->arena, LIFETIME, &orphan));
	assert_false(book_wants_write(f->book));
	dated(f, 1001 + LIFETIME);
	assert_false(book_orphan(f->book, f->arena, LIFETIME, &orphan));
	answer_write(f, 10); /* had begun before */
	see(f, text, 10);
	assert_false(book_orphan(f->book, f->arena, LIFETIME, &orphan));
	assert_true(book_wants_write(f->book));
	assert_non_null(strstr(begin_write(f), "{\\\"Subnet\\\":\\\"7\\\"}"));
	answer_write(f, 12);
	assert_true(book_orphan(f->book, f->arena, LIFETIME, &orphan));
	assert_string_equal(orphan.name, "b");
	assert_string_equal(orphan.version_text, "8");
	see_other(f, "b", 14, &(struct other){.floor = 7}); /* its owner lives */
	assert_false(book_orphan(f->book, f->arena, LIFETIME, &orphan));
}

static void
a_page_with_a_reservation_to_settle_is_not_given_up(void **state)
{
	struct fixture *f = *state;
	struct book_questions asked;
	struct book_orphan orphan;

	see_other(f, "b", 8, &(struct other){"b", "10.0.0.0/16", 0, 0, 0});
	dated(f, 1000);
	dated(f, 1001 + LIFETIME);
	for (uint64_t version = 10; version < 13; version++) {
		assert_false(book_orphan(f->book, f->arena, LIFETIME, &orphan));
		write_all(f, version);
	}
	asked = questions(f, 0);
	assert_int_equal(asked.count, 1);
	assert_string_equal(asked.items[0].object.name, "b");
	book_answered(
		f->book, &asked.items[0], &(struct book_answer){.date = 1001 + LIFETIME}, LIFETIME);
	assert_false(book_orphan(f->book, f->arena, LIFETIME, &orphan));
	write_all(f, 20);
	assert_true(book_orphan(f->book, f->arena, LIFETIME, &orphan));
}

/* As after an update that leaves out what the replicas before it have guarded. */
static void
a_reservation_of_a_kind_that_is_left_out_goes_unasked_and_late(void **state)
{
	struct fixture *f = *state;
	struct book_orphan orphan;

	book_reached(f->book, KIND_SUBNET, MIRROR_LEFT_OUT);
	see_other(f, "b", 8, &(struct other){"b", "10.0.0.0/16", 0, 0, 0});
	dated(f, 1000);
	dated(f, 1000 + 2 * LIFETIME);
	assert_int_equal(questions(f, 0).count, 0);
	for (uint64_t version = 9; version < 12; version++) {
		assert_false(book_orphan(f->book, f->arena, LIFETIME, &orphan));
		write_all(f, version);
	}
	dated(f, 1001 + 2 * LIFETIME);
	assert_int_equal(questions(f, 0).count, 0);
	assert_false(book_orphan(f->book, f->arena, LIFETIME, &orphan));
	write_all(f, 20);
	assert_true(book_orphan(f->book, f->arena, LIFETIME, &orphan));
	assert_string_equal(orphan.name, "b");
}

static void
the_own_reservation_of_a_kind_that_is_left_out_since_goes_late_too(void **state)
{
	struct fixture *f = *state;

	admit(f, "a", 0, 10);
	dated(f, 1000);
	book_reached(f->book, KIND_SUBNET, MIRROR_LEFT_OUT);
	dated(f, 1000 + 2 * LIFETIME);
	assert_int_equal(questions(f, INT64_MAX).count, 0);
	assert_false(book_wants_write_later(f->book));
	dated(f, 1001 + 2 * LIFETIME);
	assert_int_equal(questions(f, INT64_MAX).count, 0);
	assert_true(book_wants_write_later(f->book));
	assert_null(strstr(begin_write(f), "uid-a"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_create_ends_by_its_uid_alone),
		TEST(an_update_ends_by_a_later_version_alone),
		TEST(what_was_seen_leaves_the_page_in_the_write_that_carries_its_floor),
		TEST(an_older_page_brings_nothing_back),
		TEST(what_left_anothers_page_counts_until_the_mirror_is_at_its_floor),
		TEST(a_page_that_a_list_does_not_have_is_gone),
		TEST(an_earlier_process_of_this_name_leaves_its_reservations),
		TEST(when_the_own_page_is_gone_the_undecided_begin_anew_and_the_decided_stay),
		TEST(time_runs_from_the_first_call_that_began_later),
		TEST(a_clock_that_steps_back_ends_nothing_early),
		TEST(the_own_clock_ends_nothing_but_looks_early),
		cmocka_unit_test(an_answer_ends_what_it_settles),
		TEST(a_page_of_nobody_is_given_up_once_its_floors_stand_in_the_own_one),
		TEST(a_page_with_a_reservation_to_settle_is_not_given_up),
		TEST(a_reservation_of_a_kind_that_is_left_out_goes_unasked_and_late),
		TEST(the_own_reservation_of_a_kind_that_is_left_out_since_goes_late_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
