#include "base/map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/memory.h"

/* Open addressing with linear probing. A removal shifts the entries behind it back, so that there
 * are no tombstones and a lookup ends at the first free slot. At most three quarters of the slots
 * are used. */
enum { FIRST_SLOTS = 8 };

struct slot {
	const char *key; /* NULL while the slot is free */
	void *value;
};

struct map {
	struct slot *slots;
	uint32_t *hashes; /* beside the slots: most mismatches are seen without touching the key */
	size_t mask;
	size_t count;
	uint64_t seed[2];
};

/* SipHash-1-3 (Aumasson and Bernstein): keyed, and fast on short text. */
struct sip {
	uint64_t a, b, c, d;
};

static uint64_t
rotate(uint64_t value, int bits)
{
	return value << bits | value >> (64 - bits);
}

static void
sip_round(struct sip *s)
{
	s->a += s->b;
	s->b = rotate(s->b, 13) ^ s->a;
	s->a = rotate(s->a, 32);
	s->c += s->d;
	s->d = rotate(s->d, 16) ^ s->c;
	s->a += s->d;
	s->d = rotate(s->d, 21) ^ s->a;
	s->c += s->b;
	s->b = rotate(s->b, 17) ^ s->c;
	s->c = rotate(s->c, 32);
}

static void
sip_word(struct sip *s, uint64_t word)
{
	s->d ^= word;
	sip_round(s);
	s->a ^= word;
}

static uint32_t
hash(const struct map *map, const char *key)
{
	struct sip s = {
		map->seed[0] ^ UINT64_C(0x736f6d6570736575),
		map->seed[1] ^ UINT64_C(0x646f72616e646f6d),
		map->seed[0] ^ UINT64_C(0x6c7967656e657261),
		map->seed[1] ^ UINT64_C(0x7465646279746573),
	};
	size_t length = strlen(key);
	uint64_t last = (uint64_t)length << 56;
	uint64_t word;

	for (; length >= sizeof word; length -= sizeof word, key += sizeof word) {
		memcpy(&word, key, sizeof word);
		sip_word(&s, word);
	}
	word = 0;
	memcpy(&word, key, length);
	sip_word(&s, last | word);
	s.c ^= 0xFF;
	sip_round(&s);
	sip_round(&s);
	sip_round(&s);
	word = s.a ^ s.b ^ s.c ^ s.d;
	return (uint32_t)(word ^ word >> 32);
}

static void
slots_new(struct map *map, size_t count)
{
	map->slots = memory_alloc(count * sizeof *map->slots);
	map->hashes = memory_alloc(count * sizeof *map->hashes);
	map->mask = count - 1;
}

struct map *
map_new(void)
{
	struct map *map = memory_alloc(sizeof *map);

	/* Up to 256 bytes come whole and uninterrupted once the kernel's pool is ready. */
	if (getrandom(map->seed, sizeof map->seed, 0) != sizeof map->seed)
		abort();
	slots_new(map, FIRST_SLOTS);
	return map;
}

void
map_free(struct map *map)
{
	if (!map)
		return;
	free(map->slots);
	free(map->hashes);
	free(map);
}

void
map_cleanup(struct map **map)
{
	map_free(*map);
}

/* The slot that holds `key`, or the free one where it would go. */
static size_t
find(const struct map *map, const char *key, uint32_t hashed)
{
	size_t at = hashed & map->mask;

	while (map->slots[at].key) {
		if (map->hashes[at] == hashed && strcmp(map->slots[at].key, key) == 0)
			break;
		at = (at + 1) & map->mask;
	}
	return at;
}

static void
grow(struct map *map)
{
	struct map old = *map;

	slots_new(map, (old.mask + 1) * 2);
	for (size_t i = 0; i <= old.mask; i++) {
		size_t at = old.hashes[i] & map->mask;

		if (!old.slots[i].key)
			continue;
		while (map->slots[at].key)
			at = (at + 1) & map->mask;
		map->slots[at] = old.slots[i];
		map->hashes[at] = old.hashes[i];
	}
	free(old.slots);
	free(old.hashes);
}

void *
map_get(const struct map *map, const char *key)
{
	return map->slots[find(map, key, hash(map, key))].value;
}

void *
map_put(struct map *map, const char *key, void *value)
{
	uint32_t hashed = hash(map, key);
	size_t at = find(map, key, hashed);
	void *replaced = map->slots[at].value;

	if (!replaced && (map->count + 1) * 4 > (map->mask + 1) * 3) {
		grow(map);
		at = find(map, key, hashed);
	}
	map->count += !replaced;
	map->slots[at] = (struct slot){key, value};
	map->hashes[at] = hashed;
	return replaced;
}

/* Fills the hole with the next entry that may stand there, and so on, until a free slot ends the
 * run. */
static void
close_gap(struct map *map, size_t hole)
{
	size_t at = hole;

	for (;;) {
		at = (at + 1) & map->mask;
		if (!map->slots[at].key)
			break;
		/* An entry may move back no further than its own first slot. */
		if (((at - map->hashes[at]) & map->mask) < ((at - hole) & map->mask))
			continue;
		map->slots[hole] = map->slots[at];
		map->hashes[hole] = map->hashes[at];
		hole = at;
	}
	map->slots[hole] = (struct slot){0};
}

void *
map_remove(struct map *map, const char *key)
{
	size_t at = find(map, key, hash(map, key));
	void *removed = map->slots[at].value;

	if (removed) {
		map->count--;
		close_gap(map, at);
	}
	return removed;
}

size_t
map_count(const struct map *map)
{
	return map->count;
}

bool
map_next(const struct map *map, struct map_cursor *cursor)
{
	while (cursor->slot <= map->mask) {
		const struct slot *slot = &map->slots[cursor->slot++];

		if (slot->key) {
			cursor->key = slot->key;
			cursor->value = slot->value;
			return true;
		}
	}
	return false;
}
