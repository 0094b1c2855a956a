/* A list of the pages, which has them in no order. */
#include "book_fixture.h"

/* Of this replica's write nothing was seen until a list has it. */
static struct entry *
write_unseen(struct fixture *f, const char **text)
{
	struct entry *entry = enter(f, "a", "10.0.0.0/16", 0);

	*text = begin_write(f);
	answer_write(f, 10);
	return entry;
}

static void
nothing_is_decided_before_all_pages_of_a_list_are_known(void **state)
{
	struct fixture *f = *state;
	const char *text;
	struct entry *entry = write_unseen(f, &text);

	book_begin_list(f->book);
	see(f, text, 10);
	assert_false(book_may_decide(f->book, entry));
	see_other(f, "z", 8, &(struct other){"z", "10.0.0.0/24", 0, 0, 0});
	assert_false(book_may_decide(f->book, entry));
	book_end_list(f->book);
	assert_true(book_may_decide(f->book, entry));
	assert_int_equal(meets(f, "10.0.0.0/16", book_order(entry)), 1);
	book_leave(f->book, entry);
}

static void
a_list_that_has_failed_decides_nothing(void **state)
{
	struct fixture *f = *state;
	const char *text;
	struct entry *entry = write_unseen(f, &text);

	book_begin_list(f->book);
	see(f, text, 10);
	book_begin_list(f->book);
	assert_false(book_may_decide(f->book, entry));
	see(f, text, 10);
	book_end_list(f->book);
	assert_true(book_may_decide(f->book, entry));
	book_leave(f->book, entry);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_decided_before_all_pages_of_a_list_are_known),
		TEST(a_list_that_has_failed_decides_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
