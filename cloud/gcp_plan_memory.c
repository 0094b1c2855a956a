#include "cloud/gcp_plan_memory.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"

enum { ENTRIES = 2048 };

struct entry {
	char *uid; /* NULL: free */
	struct gcp_plan_note note;
};

struct gcp_plan_memory {
	pthread_mutex_t lock;
	struct entry entries[ENTRIES];
	size_t next;
};

struct gcp_plan_memory *
gcp_plan_memory_new(void)
{
	struct gcp_plan_memory *memory = memory_alloc(sizeof *memory);

	pthread_mutex_init(&memory->lock, NULL);
	return memory;
}

static void
clear(struct entry *entry)
{
	free(entry->uid);
	*entry = (struct entry){0};
}

void
gcp_plan_memory_free(struct gcp_plan_memory *memory)
{
	if (!memory)
		return;
	for (size_t i = 0; i < ENTRIES; i++)
		clear(&memory->entries[i]);
	pthread_mutex_destroy(&memory->lock);
	free(memory);
}

static struct entry *
find(struct gcp_plan_memory *memory, const char *uid)
{
	for (size_t i = 0; i < ENTRIES; i++)
		if (memory->entries[i].uid && text_equal(memory->entries[i].uid, uid))
			return &memory->entries[i];
	return NULL;
}

struct gcp_plan_note
gcp_plan_memory_get(struct gcp_plan_memory *memory, const char *uid)
{
	struct gcp_plan_note note = {0};
	const struct entry *entry;

	pthread_mutex_lock(&memory->lock);
	entry = find(memory, uid);
	if (entry)
		note = entry->note;
	pthread_mutex_unlock(&memory->lock);
	return note;
}

static struct entry *
make_room(struct gcp_plan_memory *memory)
{
	for (size_t i = 0; i < ENTRIES; i++)
		if (!memory->entries[i].uid)
			return &memory->entries[i];
	return &memory->entries[memory->next++ % ENTRIES];
}

static bool
is_worth_keeping(const struct gcp_plan_note *note)
{
	return note->asked || note->offered || note->locked || note->unsure_until ||
	       note->inactive_since;
}

void
gcp_plan_memory_set(
	struct gcp_plan_memory *memory, const char *uid, const struct gcp_plan_note *note)
{
	struct entry *entry;

	pthread_mutex_lock(&memory->lock);
	entry = find(memory, uid);
	if (!is_worth_keeping(note)) {
		if (entry)
			clear(entry);
	} else {
		if (!entry) {
			entry = make_room(memory);
			clear(entry);
			entry->uid = memory_text(uid);
		}
		entry->note = *note;
	}
	pthread_mutex_unlock(&memory->lock);
}
