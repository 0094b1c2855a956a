/* Feeds files to a fuzz target in builds without libFuzzer, so that every corpus also runs as a
 * plain test. Arguments: files and folders. Having found no file is a failure: a corpus that has
 * moved must not pass in silence. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file.h"

enum { LARGEST_INPUT = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input in a block of exactly its size, so that a sanitizer sees the first byte read beyond it.
 */
static void
run(const struct buffer *input)
{
	uint8_t *exact = malloc(input->length ? input->length : 1);

	if (!exact)
		abort();
	if (input->length)
		memcpy(exact, input->data, input->length);
	LLVMFuzzerTestOneInput(exact, input->length);
	free(exact);
}

static bool
replay(const char *path, struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer input;

	buffer_init(&input, LARGEST_INPUT);
	if (!file_read(path, &input, error))
		return false;
	run(&input);
	return true;
}

static bool
replay_all(const char *path, size_t *count, struct error *error)
{
	static const char *const any[] = {"", NULL};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(SIZE_MAX);
	const char **files = file_list(arena, path, any, error);

	if (!files)
		return false;
	for (; *files; files++, ++*count)
		if (!replay(*files, error))
			return false;
	return true;
}

int
main(int argc, char **argv)
{
	struct error error = {0};
	size_t count = 0;

	for (int i = 1; i < argc; i++) {
		if (!replay_all(argv[i], &count, &error)) {
			fprintf(stderr, "%s\n", error.message);
			return EXIT_FAILURE;
		}
	}
	printf("%zu inputs\n", count);
	return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
