/* A hash table of structs that carry their own link: no key, no allocation per entry. The caller
 * hashes and compares. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_entry { /* the first member of what is kept */
	struct table_entry *next;
	uint64_t hash;
};

struct table {
	struct table_entry **chains;
	size_t chain_count; /* a power of two */
	size_t count;
};

void table_init(struct table *table);
void table_dispose(struct table *table); /* the entries are the caller's */

struct table_entry *table_find(const struct table *table, uint64_t hash,
	bool (*same)(const struct table_entry *entry, const void *key), const void *key);
void table_insert(struct table *table, struct table_entry *entry, uint64_t hash);
void table_remove(struct table *table, struct table_entry *entry); /* which must be in it */
