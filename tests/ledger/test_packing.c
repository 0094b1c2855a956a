#include "ledger/packing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

enum { MEGABYTE = 1 << 20 };

static void
fill(struct buffer *plain, size_t length)
{
	buffer_init(plain, SIZE_MAX);
	for (size_t i = 0; i < length; i++)
		buffer_append_char(plain, "0123456789abcdef"[i * i % 251 % 16]);
}

static void
what_was_packed_unpacks_to_the_same(void **state)
{
	static const size_t lengths[] = {0, 1, 2, 3, 4096, 65535, 65536, 65537, 3 * MEGABYTE};

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		struct buffer plain, packed, again;

		fill(&plain, lengths[i]);
		buffer_init(&packed, MEGABYTE);
		buffer_init(&again, lengths[i]);
		assert_true(packing_pack(&plain, &packed));
		assert_true(packing_unpack(buffer_text(&packed), &again, NULL));
		assert_string_equal(buffer_text(&again), buffer_text(&plain));
		buffer_dispose(&plain);
		buffer_dispose(&packed);
		buffer_dispose(&again);
	}
}

static void
what_does_not_fit_is_not_packed(void **state)
{
	struct buffer plain, packed;

	(void)state;
	fill(&plain, 1000);
	buffer_init(&packed, 20);
	assert_false(packing_pack(&plain, &packed));
	assert_true(packed.overflowed);
	buffer_dispose(&plain);
	buffer_dispose(&packed);
}

static void
a_small_text_that_stands_for_a_huge_one_is_refused(void **state)
{
	struct buffer plain, packed, again;
	struct error error = {0};

	(void)state;
	buffer_init(&plain, SIZE_MAX);
	for (int i = 0; i < 8 * MEGABYTE; i++)
		buffer_append_char(&plain, ' ');
	buffer_init(&packed, MEGABYTE);
	assert_true(packing_pack(&plain, &packed));
	assert_in_range(packed.length, 1, MEGABYTE / 16);
	buffer_init(&again, 4 * MEGABYTE);
	assert_false(packing_unpack(buffer_text(&packed), &again, &error));
	assert_int_equal(error.kind, ERROR_EXHAUSTED);
	buffer_dispose(&plain);
	buffer_dispose(&packed);
	buffer_dispose(&again);
}

static void
a_cut_text_is_refused_wherever_it_is_cut(void **state)
{
	struct buffer plain, packed;

	(void)state;
	fill(&plain, 200);
	buffer_init(&packed, MEGABYTE);
	assert_true(packing_pack(&plain, &packed));
	for (size_t length = packed.length; length-- > 0;) {
		struct error error = {0};
		struct buffer again;

		packed.data[length] = '\0';
		buffer_init(&again, MEGABYTE);
		assert_false(packing_unpack(packed.data, &again, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
		buffer_dispose(&again);
	}
	buffer_dispose(&plain);
	buffer_dispose(&packed);
}

static void
what_was_never_packed_is_refused(void **state)
{
	static const char *const texts[] = {"", "=", "Zg==", "AAAA", "eJw=", "eJwAAAAA",
		"{\"kind\":\"Subnet\"}", "H4sIAAAAAAAAAwMAAAAAAAAAAAA="};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct error error = {0};
		struct buffer plain;

		buffer_init(&plain, MEGABYTE);
		assert_false(packing_unpack(texts[i], &plain, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
		buffer_dispose(&plain);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_packed_unpacks_to_the_same),
		cmocka_unit_test(what_does_not_fit_is_not_packed),
		cmocka_unit_test(a_small_text_that_stands_for_a_huge_one_is_refused),
		cmocka_unit_test(a_cut_text_is_refused_wherever_it_is_cut),
		cmocka_unit_test(what_was_never_packed_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
