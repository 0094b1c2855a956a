#include "daemon/peering_views.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/text.h"

static struct metric drift = METRIC_GAUGE("peerwarden_peering_drift",
	"Steps that are to be done in the clouds for peerings that are only observed.");

/* One object; the texts of its view follow each other in `texts`. */
struct seen {
	struct peering_view view;
	char *texts;
	char *network; /* that it leads to, or NULL */
	char *doubted; /* what speaks against it, a line each; or NULL */
	uint64_t said;
	unsigned looks;
	unsigned waits;
	uint64_t problem; /* that was last found, of the object with this mark, */
	uint64_t marked;
	unsigned repeats; /* and how often in a row */
	uint64_t mark;    /* that rests */
	int64_t until;
	bool woken; /* since its last pass began */
	char key[];
};

struct peering_memory {
	pthread_mutex_t mutex;
	struct map *seen;
	size_t drift;
};

struct peering_memory *
peering_views_new(void)
{
	struct peering_memory *memory = memory_alloc(sizeof *memory);

	pthread_mutex_init(&memory->mutex, NULL);
	memory->seen = map_new();
	metric_set(&drift, 0);
	return memory;
}

static void
seen_free(struct seen *seen)
{
	if (!seen)
		return;
	free(seen->texts);
	free(seen->network);
	free(seen->doubted);
	free(seen);
}

void
peering_views_free(struct peering_memory *memory)
{
	if (!memory)
		return;
	for (struct map_cursor at = {0}; map_next(memory->seen, &at);)
		seen_free(at.value);
	map_free(memory->seen);
	pthread_mutex_destroy(&memory->mutex);
	free(memory);
}

/* NULL when there is no room for one more. */
static struct seen *
seen_of(struct peering_memory *memory, const char *key)
{
	struct seen *seen = map_get(memory->seen, key);
	size_t size = strlen(key) + 1;

	if (seen || map_count(memory->seen) >= PEERING_VIEWS)
		return seen;
	seen = memory_alloc(sizeof *seen + size);
	memcpy(seen->key, key, size);
	map_put(memory->seen, seen->key, seen);
	return seen;
}

static size_t
drift_of(const struct seen *seen)
{
	return text_equal(seen->view.mode, "observe") ? seen->view.drift : 0;
}

static const char *
copy_text(char **room, const char *text)
{
	char *copy = *room;
	size_t size = text ? strlen(text) + 1 : 1;

	memcpy(copy, text ? text : "", size);
	*room += size;
	return copy;
}

static size_t
size_of(const char *text)
{
	return (text ? strlen(text) : 0) + 1;
}

static void
seen_note(struct seen *seen, const struct peering_view *view)
{
	char *room = memory_alloc(size_of(view->name) + size_of(view->mode) + size_of(view->state) +
				  size_of(view->problem) + size_of(view->first_drift));

	free(seen->texts);
	seen->texts = room;
	seen->view = (struct peering_view){
		.key = seen->key,
		.name = copy_text(&room, view->name),
		.mode = copy_text(&room, view->mode),
		.state = copy_text(&room, view->state),
		.problem = copy_text(&room, view->problem),
		.drift = view->drift,
		.first_drift = copy_text(&room, view->first_drift),
		.looked = view->looked,
	};
}

void
peering_views_note(struct peering_memory *memory, const struct peering_view *view)
{
	struct seen *seen;

	pthread_mutex_lock(&memory->mutex);
	seen = seen_of(memory, view->key);
	if (seen) {
		memory->drift -= drift_of(seen);
		seen_note(seen, view);
		memory->drift += drift_of(seen);
		metric_set(&drift, (double)memory->drift);
	}
	pthread_mutex_unlock(&memory->mutex);
}

void
peering_views_forget(struct peering_memory *memory, const char *key)
{
	struct seen *seen;

	pthread_mutex_lock(&memory->mutex);
	seen = map_remove(memory->seen, key);
	if (seen) {
		memory->drift -= drift_of(seen);
		metric_set(&drift, (double)memory->drift);
	}
	seen_free(seen);
	pthread_mutex_unlock(&memory->mutex);
}

char *
peering_views_lead(struct peering_memory *memory, const char *key, const char *network)
{
	char *before = NULL;
	struct seen *seen;

	pthread_mutex_lock(&memory->mutex);
	seen = network ? seen_of(memory, key) : map_get(memory->seen, key);
	if (seen && !text_equal(seen->network, network)) {
		before = seen->network;
		seen->network = network ? memory_text(network) : NULL;
	}
	pthread_mutex_unlock(&memory->mutex);
	return before;
}

bool
peering_views_is_news(struct peering_memory *memory, const char *key, uint64_t said)
{
	struct seen *seen;
	bool news = said != 0;

	pthread_mutex_lock(&memory->mutex);
	seen = seen_of(memory, key);
	if (seen) {
		news = seen->said != said;
		seen->said = said;
	}
	pthread_mutex_unlock(&memory->mutex);
	return news;
}

unsigned
peering_views_count_look(struct peering_memory *memory, const char *key, bool soon)
{
	struct seen *seen;
	unsigned looks = 0;

	pthread_mutex_lock(&memory->mutex);
	seen = seen_of(memory, key);
	if (seen) {
		looks = seen->looks;
		seen->looks = soon ? looks + 1 : 0;
	}
	pthread_mutex_unlock(&memory->mutex);
	return looks;
}

bool
peering_views_may_wait(struct peering_memory *memory, const char *key, unsigned most)
{
	struct seen *seen;
	bool may;

	pthread_mutex_lock(&memory->mutex);
	seen = seen_of(memory, key);
	may = seen && seen->waits < most;
	if (may)
		seen->waits++;
	pthread_mutex_unlock(&memory->mutex);
	return may;
}

unsigned
peering_views_count_problem(
	struct peering_memory *memory, const char *key, uint64_t mark, uint64_t problem)
{
	struct seen *seen;
	unsigned repeats = 0;

	pthread_mutex_lock(&memory->mutex);
	seen = seen_of(memory, key);
	if (seen) {
		if (problem != 0 && seen->problem == problem && seen->marked == mark)
			repeats = seen->repeats;
		seen->problem = problem;
		seen->marked = mark;
		seen->repeats = repeats < UINT_MAX ? repeats + 1 : repeats;
	}
	pthread_mutex_unlock(&memory->mutex);
	return repeats;
}

void
peering_views_rest(struct peering_memory *memory, const char *key, uint64_t mark, int64_t until)
{
	struct seen *seen;

	pthread_mutex_lock(&memory->mutex);
	seen = seen_of(memory, key);
	if (seen && !seen->woken) {
		seen->mark = mark;
		seen->until = until;
	}
	pthread_mutex_unlock(&memory->mutex);
}

int64_t
peering_views_rests(struct peering_memory *memory, const char *key, uint64_t mark, int64_t now)
{
	struct seen *seen;
	int64_t rest = 0;

	pthread_mutex_lock(&memory->mutex);
	seen = seen_of(memory, key);
	if (seen && seen->until > now && seen->mark == mark)
		rest = seen->until - now;
	else if (seen)
		seen->woken = false;
	pthread_mutex_unlock(&memory->mutex);
	return rest;
}

void
peering_views_wake(struct peering_memory *memory)
{
	pthread_mutex_lock(&memory->mutex);
	for (struct map_cursor at = {0}; map_next(memory->seen, &at);) {
		struct seen *seen = at.value;

		seen->until = 0;
		seen->woken = true;
	}
	pthread_mutex_unlock(&memory->mutex);
}

bool
peering_views_wake_one(struct peering_memory *memory, const char *key)
{
	struct seen *seen;
	bool wakes = true;

	pthread_mutex_lock(&memory->mutex);
	seen = map_get(memory->seen, key);
	if (seen && seen->texts && text_is_blank(seen->view.problem))
		wakes = false;
	if (seen)
		seen->woken = true;
	if (seen && wakes) {
		seen->until = 0;
		seen->problem = 0;
	}
	pthread_mutex_unlock(&memory->mutex);
	return wakes;
}

void
peering_views_doubt(struct peering_memory *memory, const char *key, const char *doubted)
{
	struct seen *seen;

	pthread_mutex_lock(&memory->mutex);
	seen = map_get(memory->seen, key);
	if (seen && !text_equal(seen->doubted, doubted)) {
		free(seen->doubted);
		seen->doubted = doubted ? memory_text(doubted) : NULL;
	}
	pthread_mutex_unlock(&memory->mutex);
}

static bool
has_line(const char *lines, const char *wanted)
{
	size_t length = strlen(wanted);

	for (; lines && *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n')
		if (strncmp(lines, wanted, length) == 0 &&
			(lines[length] == '\n' || lines[length] == '\0'))
			return true;
	return false;
}

void
peering_views_wake_doubters(struct peering_memory *memory, const char *doubted,
	void (*wake)(void *context, const char *key), void *context)
{
	pthread_mutex_lock(&memory->mutex);
	for (struct map_cursor at = {0}; map_next(memory->seen, &at);) {
		struct seen *seen = at.value;

		if (!has_line(seen->doubted, doubted))
			continue;
		seen->woken = true;
		seen->until = 0;
		seen->problem = 0;
		wake(context, seen->key);
	}
	pthread_mutex_unlock(&memory->mutex);
}

static int
by_key(const void *one, const void *other)
{
	return strcmp(
		((const struct peering_view *)one)->key, ((const struct peering_view *)other)->key);
}

static struct peering_view
view_copy(struct arena *arena, const struct peering_view *view)
{
	return (struct peering_view){
		.key = arena_text(arena, view->key),
		.name = arena_text(arena, view->name),
		.mode = arena_text(arena, view->mode),
		.state = arena_text(arena, view->state),
		.problem = arena_text(arena, view->problem),
		.drift = view->drift,
		.first_drift = arena_text(arena, view->first_drift),
		.looked = view->looked,
	};
}

struct peering_views
peering_views_look(struct arena *arena, struct peering_memory *memory)
{
	struct peering_views views = {0};

	pthread_mutex_lock(&memory->mutex);
	views.items = ARENA_ARRAY(arena, struct peering_view, map_count(memory->seen) + 1);
	for (struct map_cursor at = {0}; map_next(memory->seen, &at);) {
		const struct seen *seen = at.value;

		if (seen->texts)
			views.items[views.count++] = view_copy(arena, &seen->view);
	}
	pthread_mutex_unlock(&memory->mutex);
	qsort(views.items, views.count, sizeof *views.items, by_key);
	return views;
}
