/* One etcd and three replicas with a book each, for test_book_random.c: watches that lag, writes
 * that get lost or land late, crashes, lists. */
#pragma once

#include "pages.h"

#include "base/clock.h"
#include "tests/network/random.h"

enum {
	REPLICAS = 3,
	REQUESTS = 12,
	OBJECTS = 5,
	EVENTS = 4000,
	LIFETIME = 75,        /* of an entry, in seconds */
	REQUEST_TIMEOUT = 60, /* of the API server */
	CALL_TIMEOUT = 30,    /* of one admission call */
};

struct event {
	uint64_t revision;
	int object;        /* -1: a page */
	const char *page;  /* its name */
	const char *text;  /* NULL: gone */
	const char *range; /* of the object; NULL: gone */
	const char *uid;
};

struct stored {
	uint64_t version; /* 0: not there */
	const char *uid, *range;
};

struct request {
	enum { IDLE, ASKING, ADMITTED, OVER } state;
	int object, replica;
	const char *range, *uid;
	uint64_t from;
	int64_t began, called;
	struct entry *entry;
};

struct write {
	const char *uid; /* of the page it made or changed */
	enum { NONE, SENT, LANDED, CONFLICT, ABSENT } state;
	bool exists, given_up;
	const char *text;
	uint64_t base, revision;
	int64_t began;
};

struct replica {
	struct inventory *inventory;
	struct book *book;
	const char *name;
	bool known;
	struct write write, late; /* one under way; one whose answer nobody waits for */
	size_t pages_at, objects_at;
	struct book_question question;
	struct book_answer answer;
	bool asked;
	int64_t asked_at;
};

static struct arena *arena;
static struct event events[EVENTS];
static size_t event_count;
static uint64_t revision;
static int64_t date;
static struct stored objects[OBJECTS];
static struct request requests[REQUESTS];
static struct replica replicas[REPLICAS];
static int request_count, names, uids;
static bool clock_stands;

static void
ignore(void *context)
{
	(void)context;
}

/* --- etcd --- */

static struct event *
append(void)
{
	assert_true(event_count < EVENTS);
	events[event_count] = (struct event){.revision = ++revision, .object = -1};
	return &events[event_count++];
}

/* The newest event of a page; NULL when it is not there. */
static const struct event *
page_now(const char *name)
{
	for (size_t i = event_count; i-- > 0;)
		if (events[i].object < 0 && strcmp(events[i].page, name) == 0)
			return events[i].text ? &events[i] : NULL;
	return NULL;
}

static const struct json *
object_json(int object, const char *range)
{
	return subnet_of(arena, arena_printf(arena, "s%d", object), range);
}

static struct prefix
prefix_of(const char *range)
{
	struct prefix prefix;

	assert_true(prefix_parse(range, &prefix, NULL));
	return prefix;
}

static void
check_all_objects(void)
{
	for (int i = 0; i < OBJECTS; i++)
		for (int j = 0; j < i; j++) {
			struct prefix a, b;

			if (!objects[i].version || !objects[j].version)
				continue;
			a = prefix_of(objects[i].range);
			b = prefix_of(objects[j].range);
			if (prefix_overlaps(&a, &b))
				fail_msg("both are stored: s%d %s and s%d %s", i, objects[i].range,
					j, objects[j].range);
		}
}

static void
put_object(int object, const char *uid, const char *range)
{
	struct event *event = append();

	event->object = object;
	event->range = range;
	event->uid = uid;
	objects[object] = (struct stored){range ? event->revision : 0, uid, range};
	check_all_objects();
}

/* --- replicas --- */

static void
see_event(struct replica *replica, const struct event *event)
{
	struct object_id id = {KIND_SUBNET, "", NULL};

	id.name = arena_printf(arena, "s%d", event->object);
	inventory_lock(replica->inventory);
	if (event->range)
		inventory_store(replica->inventory,
			declaration_of_json(arena, object_json(event->object, event->range)));
	else
		inventory_remove(replica->inventory, &id);
	book_saw(replica->book,
		&(struct sighting){id, event->uid, event->revision, event->range == NULL, 0});
	book_reached(replica->book, KIND_SUBNET, event->revision);
	inventory_unlock(replica->inventory);
}

static void
see_page_event(struct replica *replica, const struct event *event)
{
	struct ledger_page page;

	inventory_lock(replica->inventory);
	if (!event->text) {
		book_see_page_gone(replica->book, event->page, event->revision);
	} else {
		page = stored_page(arena, event->text, event->uid, event->revision);
		assert_true(book_see_page(replica->book, arena, &page, NULL));
	}
	inventory_unlock(replica->inventory);
}

static void
list_pages(struct replica *replica)
{
	inventory_lock(replica->inventory);
	book_begin_list(replica->book);
	inventory_unlock(replica->inventory);
	for (size_t i = 0; i < event_count; i++)
		if (events[i].object < 0 && events[i].text &&
			page_now(events[i].page) == &events[i])
			see_page_event(replica, &events[i]);
	inventory_lock(replica->inventory);
	book_end_list(replica->book);
	inventory_unlock(replica->inventory);
	replica->pages_at = event_count;
}

static void
list_objects(struct replica *replica)
{
	struct inventory *inventory = replica->inventory;

	inventory_lock(inventory);
	for (int i = 0; i < OBJECTS; i++) {
		const struct stored *stored = &objects[i];
		struct object_id id = {KIND_SUBNET, "", arena_printf(arena, "s%d", i)};
		struct sighting sighting = {id, stored->uid, stored->version, false, 0};

		if (!stored->version && !inventory_is_stored(inventory, &id))
			continue;
		if (stored->version)
			inventory_store(inventory,
				declaration_of_json(arena, object_json(i, stored->range)));
		else {
			inventory_remove(inventory, &id);
			sighting = (struct sighting){id, "", revision, true, 0};
		}
		book_saw(replica->book, &sighting);
	}
	book_reached(replica->book, KIND_SUBNET, revision);
	inventory_unlock(inventory);
	replica->objects_at = event_count;
}

static void
start(struct replica *replica, const char *name)
{
	struct book_observer observer = {ignore, ignore, NULL};

	*replica = (struct replica){.inventory = inventory_new(), .name = name};
	replica->book =
		book_new(replica->inventory, name, arena_printf(arena, "i%d", ++names), &observer);
	/* The mirror and the watch list later, or now. */
	replica->pages_at = replica->objects_at = SIZE_MAX;
}

static void
crash(struct replica *replica, bool same_name)
{
	struct write late = replica->write.state == SENT ? replica->write : replica->late;
	const char *name = same_name ? replica->name : arena_printf(arena, "p%d", ++names);

	for (int i = 0; i < request_count; i++)
		if (requests[i].state == ASKING && &replicas[requests[i].replica] == replica)
			requests[i].entry = NULL;
	book_free(replica->book);
	inventory_free(replica->inventory);
	start(replica, name);
	if (same_name)
		replica->late = late;
}

static void
watch_pages(struct replica *replica)
{
	if (replica->pages_at == SIZE_MAX)
		list_pages(replica);
	while (replica->pages_at < event_count) {
		const struct event *event = &events[replica->pages_at++];

		if (event->object >= 0)
			continue;
		see_page_event(replica, event);
		return;
	}
}

static void
watch_objects(struct replica *replica)
{
	if (replica->objects_at == SIZE_MAX)
		list_objects(replica);
	while (replica->objects_at < event_count) {
		const struct event *event = &events[replica->objects_at++];

		if (event->object < 0)
			continue;
		see_event(replica, event);
		return;
	}
	/* A bookmark. */
	inventory_lock(replica->inventory);
	book_reached(replica->book, KIND_SUBNET, revision);
	inventory_unlock(replica->inventory);
}

/* --- the own page --- */

static void
tell_date(struct replica *replica, int64_t began)
{
	inventory_lock(replica->inventory);
	book_dated(replica->book, began, date);
	inventory_unlock(replica->inventory);
}

static void
read_own(struct replica *replica)
{
	const struct event *event = page_now(replica->name);
	int64_t began = clock_monotonic();

	inventory_lock(replica->inventory);
	if (event) {
		struct ledger_page page =
			stored_page(arena, event->text, event->uid, event->revision);

		assert_true(book_read_own(replica->book, arena, &page, NULL));
	} else {
		book_own_is_gone(replica->book);
	}
	inventory_unlock(replica->inventory);
	tell_date(replica, began);
	replica->known = true;
}

static void
land(const struct replica *replica, struct write *write)
{
	const struct event *now = page_now(replica->name);
	const char *uid;
	struct event *event;

	if (write->exists ? !now : now != NULL) {
		write->state = write->exists ? ABSENT : CONFLICT;
		return;
	}
	if (write->exists && now->revision != write->base) {
		write->state = CONFLICT;
		return;
	}
	uid = now ? now->uid : arena_printf(arena, "p%d", ++uids);
	event = append();
	event->page = replica->name;
	event->uid = uid;
	event->text = write->text;
	write->uid = uid;
	write->revision = event->revision;
	write->state = LANDED;
}

static void
begin_write(struct replica *replica)
{
	struct page_writing page = {.name = replica->name,
		.namespace = "n",
		.holder = "h",
		.lifetime = LIFETIME * CLOCK_SECOND};
	struct buffer text;

	buffer_init(&text, SIZE_MAX);
	replica->write = (struct write){.state = SENT, .began = clock_monotonic()};
	inventory_lock(replica->inventory);
	replica->write.exists = book_write(replica->book, &page, &text);
	replica->write.base = strtoull(page.version, NULL, 10);
	inventory_unlock(replica->inventory);
	replica->write.text = arena_text(arena, buffer_text(&text));
	buffer_dispose(&text);
}

/* The answer comes, or is lost. */
static void
end_write(struct replica *replica, bool lost)
{
	struct write *write = &replica->write;
	struct book_written written = {write->uid, NULL, write->revision};

	written.version_text = arena_printf(arena, "%llu", (unsigned long long)write->revision);
	inventory_lock(replica->inventory);
	if (!lost && write->state == LANDED)
		book_wrote(replica->book, &written);
	else
		book_write_failed(replica->book);
	inventory_unlock(replica->inventory);
	if (!lost)
		tell_date(replica, write->began);
	replica->known = !lost && write->state == LANDED;
	if (lost && write->state == SENT)
		replica->late = *write;
	write->state = NONE;
}

static void
go_on_writing(struct replica *replica, bool faults)
{
	struct write *write = &replica->write;

	if (!replica->known)
		read_own(replica);
	else if (write->state == NONE)
		begin_write(replica);
	else if (write->state == SENT && faults && random_below(12) == 0)
		end_write(replica, true);
	else if (write->state == SENT)
		land(replica, write);
	else
		end_write(replica, faults && random_below(10) == 0);
}
