#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"

enum { CHUNK = 64 * 1024, DEEPEST = 64 };

static bool
fail(const char *path, struct error *error)
{
	enum error_kind kind = ERROR_INVALID;

	if (errno == ENOENT || errno == ENOTDIR)
		kind = ERROR_NOT_FOUND;
	else if (errno == EACCES || errno == EPERM)
		kind = ERROR_DENIED;
	return error_set(error, kind, "%s: %m", path);
}

static void
close_descriptor(const int *descriptor)
{
	if (*descriptor > STDERR_FILENO)
		close(*descriptor);
}

static bool
read_all(int descriptor, const char *path, struct buffer *buffer, struct error *error)
{
	char chunk[CHUNK];

	for (;;) {
		ssize_t got = read(descriptor, chunk, sizeof chunk);

		if (got == 0)
			return true;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(path, error);
		if (!buffer_append(buffer, chunk, (size_t)got))
			return error_set(error, ERROR_EXHAUSTED, "%s: larger than %zu bytes", path,
				buffer->maximum);
	}
}

bool
file_read(const char *path, struct buffer *buffer, struct error *error)
{
	CLEANUP(close_descriptor) int descriptor = STDIN_FILENO;

	if (text_equal(path, "-"))
		return read_all(STDIN_FILENO, "standard input", buffer, error);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return fail(path, error);
	return read_all(descriptor, path, buffer, error);
}

/* What the walk of a folder has found so far. */
struct listing {
	struct arena *arena;
	const char *const *suffixes;
	const char **paths;
	size_t count;
	size_t capacity;
};

static void
free_paths(struct listing *listing)
{
	free(listing->paths);
}

static void
add(struct listing *listing, const char *path)
{
	if (listing->count == listing->capacity) {
		listing->capacity = listing->capacity ? listing->capacity * 2 : 16;
		listing->paths =
			memory_resize(listing->paths, listing->capacity * sizeof *listing->paths);
	}
	listing->paths[listing->count++] = path;
}

static bool
has_suffix(const char *name, const char *const *suffixes)
{
	for (; *suffixes; suffixes++)
		if (text_ends_with(name, *suffixes))
			return true;
	return false;
}

static void
close_folder(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}

static bool walk(struct listing *listing, const char *path, int depth, struct error *error);

/* A link to a file counts as the file (mounted ConfigMaps are made of them); a link to a folder is
 * not followed, so the walk cannot run in circles. */
static bool
visit(struct listing *listing, const char *path, int depth, struct error *error)
{
	struct stat status;

	if (lstat(path, &status) < 0)
		return errno == ENOENT || fail(path, error); /* gone since it was listed */
	if (S_ISDIR(status.st_mode))
		return walk(listing, path, depth + 1, error);
	if (!has_suffix(path, listing->suffixes))
		return true;
	if (S_ISLNK(status.st_mode) && stat(path, &status) < 0)
		return fail(path, error);
	if (S_ISREG(status.st_mode))
		add(listing, path);
	return true;
}

/* NULL at the end, where errno is 0, and when the folder cannot be read any further. */
static const struct dirent *
next_entry(DIR *folder)
{
	errno = 0;
	return readdir(folder);
}

static bool
walk(struct listing *listing, const char *path, int depth, struct error *error)
{
	const char *slash = text_ends_with(path, "/") ? "" : "/";
	CLEANUP(close_folder) DIR *folder = NULL;
	const struct dirent *entry;

	if (depth > DEEPEST)
		return error_set(
			error, ERROR_EXHAUSTED, "%s: more than %d folders deep", path, DEEPEST);
	folder = opendir(path);
	if (!folder)
		return fail(path, error);
	while ((entry = next_entry(folder)))
		if (entry->d_name[0] != '.' &&
			!visit(listing,
				arena_printf(listing->arena, "%s%s%s", path, slash, entry->d_name),
				depth, error))
			return false;
	return errno == 0 || fail(path, error);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **
file_list(struct arena *arena, const char *path, const char *const *suffixes, struct error *error)
{
	CLEANUP(free_paths) struct listing listing = {.arena = arena, .suffixes = suffixes};
	struct stat status;
	const char **paths;

	if (stat(path, &status) < 0) {
		fail(path, error);
		return NULL;
	}
	if (!S_ISDIR(status.st_mode))
		add(&listing, arena_text(arena, path));
	else if (!walk(&listing, path, 0, error))
		return NULL;
	if (listing.count > 0)
		qsort(listing.paths, listing.count, sizeof *listing.paths, compare);
	paths = ARENA_ARRAY(arena, const char *, listing.count + 1);
	for (size_t i = 0; i < listing.count; i++)
		paths[i] = listing.paths[i];
	return paths;
}
