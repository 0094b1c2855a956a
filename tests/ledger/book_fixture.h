/* A book and what an API server and a mirror tell it, step by step. */
#pragma once

#include "base/clock.h"
#include "pages.h"

enum { LIFETIME = 75 };

struct fixture {
	struct arena *arena;
	struct inventory *inventory;
	struct book *book;
	int wanted, changed;
	const char *text; /* of the page seen last */
};

static inline void
on_changed(void *context)
{
	((struct fixture *)context)->changed++;
}

static inline void
on_wanted(void *context)
{
	((struct fixture *)context)->wanted++;
}

/* The lock is held throughout. */
static inline int
set_up(void **state)
{
	static struct fixture f;
	struct book_observer observer = {on_changed, on_wanted, &f};

	f = (struct fixture){arena_new(64 << 20), inventory_new(), NULL, 0, 0, NULL};
	inventory_lock(f.inventory);
	f.book = book_new(f.inventory, "own", "i", &observer);
	book_own_is_gone(f.book);
	*state = &f;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct fixture *f = *state;

	book_free(f->book);
	inventory_unlock(f->inventory);
	inventory_free(f->inventory);
	arena_free(f->arena);
	return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static inline struct entry *
try_enter(struct fixture *f, const char *name, const char *cidr, uint64_t from, struct error *error)
{
	const struct json *json = subnet_of(f->arena, name, cidr);
	struct page_object object = {json, name, arena_printf(f->arena, "uid-%s", name), from};

	return book_enter(f->book, f->arena, &object, declaration_of_json(f->arena, json), error);
}

static inline struct entry *
enter(struct fixture *f, const char *name, const char *cidr, uint64_t from)
{
	struct entry *entry = try_enter(f, name, cidr, from, NULL);

	assert_non_null(entry);
	return entry;
}

static inline const char *
begin_write(struct fixture *f)
{
	struct page_writing page = {
		.name = "own", .namespace = "n", .holder = "h", .lifetime = CLOCK_SECOND};
	struct buffer text;
	const char *copy;

	buffer_init(&text, SIZE_MAX);
	book_write(f->book, &page, &text);
	copy = arena_text(f->arena, buffer_text(&text));
	buffer_dispose(&text);
	return copy;
}

static inline void
answer_write(struct fixture *f, uint64_t version)
{
	book_wrote(f->book,
		&(struct book_written){"u-own",
			arena_printf(f->arena, "%llu", (unsigned long long)version), version});
}

static inline void
see(struct fixture *f, const char *text, uint64_t version)
{
	struct ledger_page page = stored_page(f->arena, text, "u-own", version);

	f->text = text;
	assert_true(book_see_page(f->book, f->arena, &page, NULL));
}

/* Written, answered and seen. */
static inline void
write_all(struct fixture *f, uint64_t version)
{
	const char *text = begin_write(f);

	answer_write(f, version);
	see(f, text, version);
}

/* Another's page: one entry, which first stood at `at` (0: now), and a floor. */
struct other {
	const char *object; /* NULL: no entry */
	const char *cidr;
	uint64_t from, at, floor;
};
static inline void
see_other(struct fixture *f, const char *name, uint64_t version, const struct other *other)
{
	uint64_t floors[KINDS] = {[KIND_SUBNET] = other->floor};
	struct page_writing page = {.name = name,
		.namespace = "n",
		.holder = "h",
		.uid = "",
		.version = "",
		.floors = floors};
	struct buffer out, tail;

	buffer_init(&out, SIZE_MAX);
	buffer_init(&tail, SIZE_MAX);
	page_write_open(&out, &page);
	if (other->object) {
		struct page_object object = {subnet_of(f->arena, other->object, other->cidr),
			other->object, arena_printf(f->arena, "uid-%s", other->object),
			other->from};

		assert_true(page_entry_write(f->arena, &object, &tail, NULL));
		page_write_entry(&out, arena_printf(f->arena, "%s-1", name), buffer_text(&tail),
			(struct order){other->at, 1});
	}
	page_write_close(&out);
	see(f, arena_text(f->arena, buffer_text(&out)), version);
	buffer_dispose(&out);
	buffer_dispose(&tail);
}

static inline void
saw(struct fixture *f, const char *name, const char *uid, uint64_t version)
{
	book_saw(f->book, &(struct sighting){{KIND_SUBNET, "", name}, uid, version, false, 0});
}

/* How many reservations before `end` there are in the way of these addresses. */
static inline size_t
meets(struct fixture *f, const char *cidr, struct order end)
{
	struct prefix prefix;

	assert_true(prefix_parse(cidr, &prefix, NULL));
	book_view(f->book, end);
	return inventory_overlaps(f->arena, f->inventory, "vpc/v", &prefix, UINT32_MAX, NULL).count;
}

static inline size_t
entries(const struct fixture *f)
{
	return book_size(f->book).entries;
}
