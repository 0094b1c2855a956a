#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static void
memory_alloc_gives_zeroed_memory(void **state)
{
	enum { SIZE = 1000 };
	char *volatile used = malloc(SIZE); /* volatile: the writes before free() must happen */
	char *memory;

	(void)state;
	assert_non_null(used);
	memset(used, 0xAA, SIZE);
	free(used); /* likely to be what comes next */
	memory = memory_alloc(SIZE);
	for (size_t i = 0; i < SIZE; i++)
		assert_int_equal(memory[i], 0);
	free(memory);
}

static void
memory_of_no_bytes_is_not_null(void **state)
{
	void *memory = memory_alloc(0);

	(void)state;
	assert_non_null(memory);
	memory = memory_resize(memory, 0);
	assert_non_null(memory);
	free(memory);
}

static void
memory_resize_keeps_the_content(void **state)
{
	char *memory = memory_text("peering");

	(void)state;
	memory = memory_resize(memory, 100000);
	assert_string_equal(memory, "peering");
	free(memory);
}

static void
memory_text_is_a_copy(void **state)
{
	const char *source = "vpc-1";
	char *copy = memory_text(source);

	(void)state;
	assert_ptr_not_equal(copy, source);
	assert_string_equal(copy, source);
	free(copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_alloc_gives_zeroed_memory),
		cmocka_unit_test(memory_of_no_bytes_is_not_null),
		cmocka_unit_test(memory_resize_keeps_the_content),
		cmocka_unit_test(memory_text_is_a_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
