#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static char *freed; /* the memory that was let go of last, as it was then */

void __wrap_free(void *memory);
void __real_free(void *memory);

void
__wrap_free(void *memory)
{
	if (memory && freed)
		memcpy(freed, memory, strlen("secret"));
	__real_free(memory);
}

static void
a_wiped_text_is_gone_from_its_first_byte_to_its_last(void **state)
{
	static const char zeros[6];
	char text[] = "secret";

	(void)state;
	secret_wipe(text);
	assert_memory_equal(text, zeros, sizeof zeros);
	secret_wipe(NULL);
	secret_wipe("");
}

static void
what_is_freed_was_wiped_before(void **state)
{
	static const char zeros[6];
	char seen[] = "secret";
	struct buffer buffer;

	(void)state;
	freed = seen;
	secret_free(memory_text("secret"));
	assert_memory_equal(seen, zeros, sizeof zeros);
	memcpy(seen, "secret", sizeof seen);
	buffer_init(&buffer, 1024);
	buffer_append_text(&buffer, "secret");
	secret_dispose_buffer(&buffer);
	assert_memory_equal(seen, zeros, sizeof zeros);
	freed = NULL;
	assert_null(buffer.data);
	secret_dispose_buffer(&buffer);
	secret_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wiped_text_is_gone_from_its_first_byte_to_its_last),
		cmocka_unit_test(what_is_freed_was_wiped_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
