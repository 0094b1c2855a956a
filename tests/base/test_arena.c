#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/cleanup.h"

static void
arena_memory_is_zeroed_and_aligned_for_any_type(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t size = 1; size < 3000; size += 7) {
		char *memory = arena_try(arena, size);

		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xAA, size);
	}
	arena_reset(arena);
	assert_int_equal(*(char *)arena_alloc(arena, 1), 0);
}

static void
arena_pieces_do_not_overlap_across_blocks(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(64 << 20);
	enum { PIECES = 300, SIZE = 5000 };
	char *pieces[PIECES];

	(void)state;
	for (int i = 0; i < PIECES; i++)
		pieces[i] = memset(arena_try_raw(arena, SIZE), i, SIZE);
	for (int i = 0; i < PIECES; i++)
		for (int at = 0; at < SIZE; at += 999)
			assert_int_equal((unsigned char)pieces[i][at], i & 0xFF);
	assert_non_null(arena_try(arena, 8 << 20)); /* larger than any block */
}

static void
arena_try_fails_at_the_cap_and_arena_alloc_only_remembers_it(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(100);

	(void)state;
	assert_non_null(arena_try(arena, 64));
	assert_false(arena_exhausted(arena));
	assert_null(arena_try(arena, 64));
	assert_true(arena_exhausted(arena));
	assert_null(arena_try(arena, SIZE_MAX));

	arena_reset(arena);
	assert_false(arena_exhausted(arena));
	assert_int_equal(arena_used(arena), 0);
	assert_non_null(arena_alloc(arena, 1000));
	assert_true(arena_exhausted(arena));
}

static void
arena_cap_can_be_moved(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(0);

	(void)state;
	assert_null(arena_try(arena, 1));
	arena_reset(arena);
	arena_set_cap(arena, 16);
	assert_non_null(arena_try(arena, 1));
	assert_null(arena_try(arena, 1));
	assert_int_equal(arena_used(arena), 16);
}

static void
arena_reset_serves_the_same_first_block_again(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
	void *first = arena_alloc(arena, 10);

	(void)state;
	arena_alloc(arena, 100000);
	arena_reset(arena);
	assert_ptr_equal(arena_alloc(arena, 10), first);
}

static void
arena_texts_are_copies(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
	char source[] = "subnet";
	char *copy = arena_text(arena, source);

	(void)state;
	source[0] = 'S';
	assert_string_equal(copy, "subnet");
	assert_string_equal(arena_text_part(arena, "subnet", 3), "sub");
	assert_string_equal(arena_text_part(arena, "", 0), "");
	assert_string_equal(arena_printf(arena, "%s/%d", "10.0.0.0", 8), "10.0.0.0/8");
}

static void
arena_free_of_nothing_is_harmless(void **state)
{
	struct arena *none = NULL;

	(void)state;
	arena_free(NULL);
	arena_cleanup(&none);
	assert_null(none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_memory_is_zeroed_and_aligned_for_any_type),
		cmocka_unit_test(arena_pieces_do_not_overlap_across_blocks),
		cmocka_unit_test(arena_try_fails_at_the_cap_and_arena_alloc_only_remembers_it),
		cmocka_unit_test(arena_cap_can_be_moved),
		cmocka_unit_test(arena_reset_serves_the_same_first_block_again),
		cmocka_unit_test(arena_texts_are_copies),
		cmocka_unit_test(arena_free_of_nothing_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
