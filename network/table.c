#include "network/table.h"

#include <stdlib.h>

#include "base/memory.h"

enum { FIRST_CHAINS = 64 };

void
table_init(struct table *table)
{
	table->chains = memory_alloc(FIRST_CHAINS * sizeof(struct table_entry *));
	table->chain_count = FIRST_CHAINS;
	table->count = 0;
}

void
table_dispose(struct table *table)
{
	free(table->chains);
	table->chains = NULL;
}

static struct table_entry **
chain_of(const struct table *table, uint64_t hash)
{
	return &table->chains[hash & (table->chain_count - 1)];
}

struct table_entry *
table_find(const struct table *table, uint64_t hash,
	bool (*same)(const struct table_entry *entry, const void *key), const void *key)
{
	struct table_entry *entry = *chain_of(table, hash);

	while (entry && (entry->hash != hash || !same(entry, key)))
		entry = entry->next;
	return entry;
}

static void
push(struct table *table, struct table_entry *entry)
{
	struct table_entry **chain = chain_of(table, entry->hash);

	entry->next = *chain;
	*chain = entry;
}

static void
grow(struct table *table)
{
	struct table bigger = {.chain_count = table->chain_count * 2};

	bigger.chains = memory_alloc(bigger.chain_count * sizeof(struct table_entry *));
	for (size_t i = 0; i < table->chain_count; i++)
		for (struct table_entry *entry = table->chains[i], *next; entry; entry = next) {
			next = entry->next;
			push(&bigger, entry);
		}
	free(table->chains);
	table->chains = bigger.chains;
	table->chain_count = bigger.chain_count;
}

void
table_insert(struct table *table, struct table_entry *entry, uint64_t hash)
{
	if (table->count == table->chain_count)
		grow(table);
	entry->hash = hash;
	push(table, entry);
	table->count++;
}

void
table_remove(struct table *table, struct table_entry *entry)
{
	struct table_entry **at = chain_of(table, entry->hash);

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	table->count--;
}
