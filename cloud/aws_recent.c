#include "cloud/aws_recent.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"

enum { ENTRIES = 1024 };

struct entry {
	char *uid; /* NULL: free */
	char *id;
	int64_t made;
};

struct aws_recent {
	pthread_mutex_t lock;
	struct entry entries[ENTRIES];
	size_t next;
};

struct aws_recent *
aws_recent_new(void)
{
	struct aws_recent *recent = memory_alloc(sizeof *recent);

	pthread_mutex_init(&recent->lock, NULL);
	return recent;
}

static void
clear(struct entry *entry)
{
	free(entry->uid);
	free(entry->id);
	*entry = (struct entry){0};
}

void
aws_recent_free(struct aws_recent *recent)
{
	if (!recent)
		return;
	for (size_t i = 0; i < ENTRIES; i++)
		clear(&recent->entries[i]);
	pthread_mutex_destroy(&recent->lock);
	free(recent);
}

void
aws_recent_add(struct aws_recent *recent, const char *uid, const char *id)
{
	struct entry *entry;

	pthread_mutex_lock(&recent->lock);
	entry = &recent->entries[recent->next++ % ENTRIES];
	clear(entry);
	*entry = (struct entry){memory_text(uid), memory_text(id), clock_monotonic()};
	pthread_mutex_unlock(&recent->lock);
}

void
aws_recent_seen(struct aws_recent *recent, const char *id)
{
	pthread_mutex_lock(&recent->lock);
	for (size_t i = 0; i < ENTRIES; i++)
		if (text_equal(recent->entries[i].id, id))
			clear(&recent->entries[i]);
	pthread_mutex_unlock(&recent->lock);
}

void
aws_recent_found(struct aws_recent *recent, const char *uid)
{
	pthread_mutex_lock(&recent->lock);
	for (size_t i = 0; i < ENTRIES; i++) {
		struct entry *entry = &recent->entries[i];

		if (text_equal(entry->uid, uid) && text_is_blank(entry->id))
			clear(entry);
	}
	pthread_mutex_unlock(&recent->lock);
}

bool
aws_recent_is_unseen(struct aws_recent *recent, const char *uid)
{
	int64_t since = clock_monotonic() - AWS_RECENT_SECONDS * CLOCK_SECOND;
	bool found = false;

	pthread_mutex_lock(&recent->lock);
	for (size_t i = 0; i < ENTRIES && !found; i++)
		found = recent->entries[i].made >= since && text_equal(recent->entries[i].uid, uid);
	pthread_mutex_unlock(&recent->lock);
	return found;
}
