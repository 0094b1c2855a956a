#include "cloud/azure_plan_refusals.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"

enum { ENTRIES = 256 };

struct entry {
	char *uid; /* NULL: free */
	char *words;
	int64_t made;
};

struct azure_plan_refusals {
	pthread_mutex_t lock;
	struct entry entries[ENTRIES];
	size_t next;
};

struct azure_plan_refusals *
azure_plan_refusals_new(void)
{
	struct azure_plan_refusals *refusals = memory_alloc(sizeof *refusals);

	pthread_mutex_init(&refusals->lock, NULL);
	return refusals;
}

static void
clear(struct entry *entry)
{
	free(entry->uid);
	free(entry->words);
	*entry = (struct entry){0};
}

void
azure_plan_refusals_free(struct azure_plan_refusals *refusals)
{
	if (!refusals)
		return;
	for (size_t i = 0; i < ENTRIES; i++)
		clear(&refusals->entries[i]);
	pthread_mutex_destroy(&refusals->lock);
	free(refusals);
}

static struct entry *
find(struct azure_plan_refusals *refusals, const char *uid)
{
	for (size_t i = 0; i < ENTRIES; i++)
		if (refusals->entries[i].uid && text_equal(refusals->entries[i].uid, uid))
			return &refusals->entries[i];
	return NULL;
}

void
azure_plan_refusals_add(
	struct azure_plan_refusals *refusals, const char *uid, const char *words, int64_t now)
{
	struct entry *entry;

	pthread_mutex_lock(&refusals->lock);
	entry = find(refusals, uid);
	if (!entry)
		entry = &refusals->entries[refusals->next++ % ENTRIES];
	clear(entry);
	*entry = (struct entry){memory_text(uid), memory_text(words), now};
	pthread_mutex_unlock(&refusals->lock);
}

const char *
azure_plan_refusals_find(
	struct arena *arena, struct azure_plan_refusals *refusals, const char *uid, int64_t now)
{
	const struct entry *entry;
	const char *words = NULL;

	pthread_mutex_lock(&refusals->lock);
	entry = find(refusals, uid);
	if (entry && now - entry->made < AZURE_PLAN_REFUSALS_AGE)
		words = arena_text(arena, entry->words);
	pthread_mutex_unlock(&refusals->lock);
	return words;
}
