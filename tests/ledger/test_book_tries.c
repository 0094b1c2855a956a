/* Of several tries of one create under a generated name only the last counts; of different
 * requests each does, whatever their annotations say. */
#include "book_fixture.h"

struct a_try {
	const char *name, *uid;
	const char *metadata; /* what more there is */
	uint64_t from;
};

#define TRY "\"annotations\":{\"" PAGE_ATTEMPT "\":\"r-1\"},\"generateName\":"

static struct entry *
enter_try(struct fixture *f, const struct a_try *try)
{
	const struct json *json = json_of(f->arena,
		arena_printf(f->arena,
			"{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Subnet\",\"metadata\":{"
			"\"name\":\"%s\",%s},\"spec\":{\"vpc\":\"v\",\"cidrBlock\":"
			"\"10.0.0.0/16\"}}",
			try->name, try->metadata));
	struct page_object object = {json, try->name, try->uid, try->from};
	struct entry *entry =
		book_enter(f->book, f->arena, &object, declaration_of_json(f->arena, json), NULL);

	assert_non_null(entry);
	return entry;
}

/* How many of the first stand against the second. */
static size_t
counted(struct fixture *f, const struct a_try *first, const struct a_try *second)
{
	struct entry *entry;

	book_keep(f->book, enter_try(f, first));
	write_all(f, 10);
	entry = enter_try(f, second);
	write_all(f, 12);
	book_keep(f->book, entry);
	return meets(f, "10.0.0.0/16", book_order(entry));
}

/* As the mirror shows it, whoever made it. */
static void
take_name(struct fixture *f, const char *name)
{
	inventory_store(f->inventory,
		declaration_of_json(f->arena, subnet_of(f->arena, name, "10.9.0.0/16")));
}

static void
a_later_try_ends_the_earlier_one_whose_name_was_taken(void **state)
{
	take_name(*state, "net-aaaaa");
	assert_int_equal(counted(*state, &(struct a_try){"net-aaaaa", "u-1", TRY "\"net-\"", 0},
				 &(struct a_try){"net-bbbbb", "u-2", TRY "\"net-\"", 0}),
		0);
}

/* What seems later was written by a replica that has hung. */
static void
a_try_whose_name_is_free_is_the_last(void **state)
{
	take_name(*state, "net-aaaaa");
	assert_int_equal(counted(*state, &(struct a_try){"net-bbbbb", "u-2", TRY "\"net-\"", 0},
				 &(struct a_try){"net-aaaaa", "u-1", TRY "\"net-\"", 0}),
		1);
}

static void
the_same_try_twice_ends_neither(void **state)
{
	assert_int_equal(counted(*state, &(struct a_try){"net-aaaaa", "u-1", TRY "\"net-\"", 0},
				 &(struct a_try){"net-aaaaa", "u-1", TRY "\"net-\"", 0}),
		1);
}

static void
copies_under_names_of_their_own_are_no_tries(void **state)
{
	assert_int_equal(counted(*state, &(struct a_try){"mine", "u-1", TRY "\"net-\"", 0},
				 &(struct a_try){"yours", "u-2", TRY "\"net-\"", 0}),
		1);
}

static void
updates_are_no_tries(void **state)
{
	assert_int_equal(counted(*state, &(struct a_try){"net-aaaaa", "u-1", TRY "\"net-\"", 5},
				 &(struct a_try){"net-bbbbb", "u-2", TRY "\"net-\"", 6}),
		1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_later_try_ends_the_earlier_one_whose_name_was_taken),
		TEST(a_try_whose_name_is_free_is_the_last),
		TEST(the_same_try_twice_ends_neither),
		TEST(copies_under_names_of_their_own_are_no_tries),
		TEST(updates_are_no_tries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
