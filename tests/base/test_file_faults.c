/* What the kernel may answer and hardly ever does: linked with --wrap (tests/CMakeLists.txt). */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"

enum { LENGTH = 200 * 1024 };

/* How the reads of the test go. */
static struct {
	bool active;
	size_t piece;     /* at most so many bytes at a time */
	bool interrupted; /* every other call ends with EINTR */
	int fails_at;     /* the call that fails, from 1; 0 for none */
	int failure;      /* its errno */
	int calls;
	int entries_until_failure; /* of a folder; 0 for no failure */
} faults;

ssize_t __real_read(int descriptor, void *data, size_t size);
ssize_t __wrap_read(int descriptor, void *data, size_t size);
struct dirent *__real_readdir(DIR *folder);
struct dirent *__wrap_readdir(DIR *folder);

ssize_t
__wrap_read(int descriptor, void *data, size_t size)
{
	if (!faults.active)
		return __real_read(descriptor, data, size);
	faults.calls++;
	if (faults.calls == faults.fails_at) {
		errno = faults.failure;
		return -1;
	}
	if (faults.interrupted && faults.calls % 2 == 1) {
		errno = EINTR;
		return -1;
	}
	return __real_read(descriptor, data, size < faults.piece ? size : faults.piece);
}

struct dirent *
__wrap_readdir(DIR *folder)
{
	if (faults.entries_until_failure && --faults.entries_until_failure == 0) {
		errno = EIO;
		return NULL;
	}
	return __real_readdir(folder);
}

static char path[] = "/tmp/peerwarden-faults-XXXXXX";

static int
setup(void **state)
{
	int descriptor = mkstemp(path);

	(void)state;
	for (int i = 0; i < LENGTH; i++)
		if (write(descriptor, &"0123456789"[i % 10], 1) != 1)
			return -1;
	return close(descriptor);
}

static int
teardown(void **state)
{
	(void)state;
	return unlink(path);
}

static int
calm(void **state)
{
	(void)state;
	memset(&faults, 0, sizeof faults);
	return 0;
}

static bool
read_all(struct buffer *content, struct error *error)
{
	bool good;

	buffer_init(content, SIZE_MAX);
	faults.active = true;
	good = file_read(path, content, error);
	faults.active = false;
	return good;
}

static void
short_reads_and_interruptions_come_to_the_whole_file(void **state)
{
	static const size_t pieces[] = {1, 7, 4096, 65536};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof pieces / sizeof *pieces; i++) {
		CLEANUP(buffer_dispose) struct buffer content;

		calm(NULL);
		faults.piece = pieces[i / 2];
		faults.interrupted = i % 2 == 1;
		assert_true(read_all(&content, NULL));
		assert_int_equal(content.length, LENGTH);
		assert_memory_equal(content.data + LENGTH - 10, "0123456789", 10);
	}
}

static void
a_read_that_fails_on_the_way_is_a_failure(void **state)
{
	static const int failures[] = {EIO, EAGAIN, ESTALE, EISDIR};

	(void)state;
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		CLEANUP(buffer_dispose) struct buffer content;
		struct error error = {0};

		calm(NULL);
		faults.piece = 4096;
		faults.fails_at = 3;
		faults.failure = failures[i];
		assert_false(read_all(&content, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
		assert_non_null(strstr(error.message, path));
		assert_non_null(strstr(error.message, strerror(failures[i])));
	}
}

static void
a_folder_that_cannot_be_read_to_its_end_is_a_failure(void **state)
{
	static const char *const suffixes[] = {".h", NULL};
	struct error error = {0};
	struct arena *arena = arena_new(SIZE_MAX);

	(void)state;
	assert_non_null(file_list(arena, "base", suffixes, &error));
	faults.entries_until_failure = 5;
	assert_null(file_list(arena, "base", suffixes, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	assert_non_null(strstr(error.message, strerror(EIO)));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(short_reads_and_interruptions_come_to_the_whole_file, calm),
		cmocka_unit_test_setup(a_read_that_fails_on_the_way_is_a_failure, calm),
		cmocka_unit_test_setup(a_folder_that_cannot_be_read_to_its_end_is_a_failure, calm),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
