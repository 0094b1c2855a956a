/* What was read from the API server counts only until the mirror has shown anything of it. */
#include "webhook/live_objects.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
pass_over(void *context)
{
	(void)context;
}

struct fixture {
	struct arena *arena;
	struct inventory *inventory;
	struct book *book;
	struct live_objects live;
	struct declaration subnet;
};

static int
set_up(void **state)
{
	static struct fixture f;
	const struct book_observer observer = {pass_over, pass_over, NULL};

	f = (struct fixture){.arena = arena_new(1 << 20),
		.inventory = inventory_new(),
		.subnet = {.object = {KIND_SUBNET, "", "net"}}};
	inventory_lock(f.inventory);
	f.book = book_new(f.inventory, "own", "i", &observer);
	inventory_store(f.inventory, &f.subnet);
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	live_objects_end(&f->live, f->inventory);
	book_free(f->book);
	inventory_unlock(f->inventory);
	inventory_free(f->inventory);
	arena_free(f->arena);
	return 0;
}

static struct live_read *
read_absent(struct fixture *f)
{
	struct live_read *read =
		live_objects_add(&f->live, f->arena, f->inventory, &f->subnet.object);

	read->state = LIVE_READ_ABSENT;
	return read;
}

/* Whether what the mirror shows counts. */
static bool
counts(struct fixture *f)
{
	live_objects_count(&f->live, f->inventory, f->book);
	return inventory_find(f->inventory, &f->subnet.object) != NULL;
}

static void
what_is_gone_does_not_count(void **state)
{
	read_absent(*state);
	assert_false(counts(*state));
}

/* Deleted, read, and made again as it was; and then listed, so that the mirror has never shown that
 * it was gone. */
static void
what_the_mirror_shows_after_the_read_counts_even_if_it_is_the_same(void **state)
{
	struct fixture *f = *state;

	read_absent(f);
	inventory_store(f->inventory, &f->subnet);
	assert_true(counts(f));
}

static void
what_was_read_counts_until_the_mirror_has_come_to_its_version(void **state)
{
	struct fixture *f = *state;
	struct live_read *read = read_absent(f);

	read->state = LIVE_READ_FOUND;
	read->version = 9;
	read->declaration = f->subnet;
	live_objects_count(&f->live, f->inventory, f->book);
	assert_non_null(f->live.items[0].reservation);
	live_objects_end(&f->live, f->inventory);
	book_reached(f->book, KIND_SUBNET, 9);
	live_objects_count(&f->live, f->inventory, f->book);
	assert_null(f->live.items[0].reservation);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_gone_does_not_count),
		TEST(what_the_mirror_shows_after_the_read_counts_even_if_it_is_the_same),
		TEST(what_was_read_counts_until_the_mirror_has_come_to_its_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
