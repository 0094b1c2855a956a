/* Three books and one simulated etcd, with watches that lag, writes that get lost, crashes,
 * take-overs and clocks that advance: no two conflicting objects are ever both stored, and in the
 * end nothing is left over. */
#include "simulation.h"

enum { SCENARIOS = 1000, STEPS = 160 };

/* --- requests --- */

static void
ask(struct request *request, int at)
{
	struct replica *replica = &replicas[at];
	const struct json *json = object_json(request->object, request->range);
	struct page_object object = {.object = json,
		.name = arena_printf(arena, "s%d", request->object),
		.uid = request->uid,
		.from = request->from};

	request->replica = at;
	request->called = date;
	inventory_lock(replica->inventory);
	request->entry =
		book_enter(replica->book, arena, &object, declaration_of_json(arena, json), NULL);
	inventory_unlock(replica->inventory);
	assert_non_null(request->entry);
}

static void
new_request(void)
{
	static const char *const ranges[] = {"10.0.0.0/24", "10.0.0.0/23", "10.0.1.0/24",
		"10.0.2.0/24", "10.0.0.0/22", "10.0.3.0/24"};
	int object = (int)random_below(OBJECTS);
	const struct stored *stored = &objects[object];

	if (request_count == REQUESTS)
		return;
	requests[request_count] = (struct request){.state = ASKING,
		.object = object,
		.range = ranges[random_below(6)],
		.uid = stored->version ? stored->uid : arena_printf(arena, "u%d", ++uids),
		.from = stored->version,
		.began = date};
	ask(&requests[request_count++], (int)random_below(REPLICAS));
}

static bool
meets(struct replica *replica, const struct request *request, struct order end)
{
	struct object_id id = {KIND_SUBNET, "", arena_printf(arena, "s%d", request->object)};
	struct prefix prefix = prefix_of(request->range);

	book_view(replica->book, end);
	return inventory_overlaps(arena, replica->inventory, "vpc/v", &prefix, UINT32_MAX, &id)
		       .count > 0;
}

static void
give_up(struct request *request)
{
	struct replica *replica = &replicas[request->replica];

	inventory_lock(replica->inventory);
	if (request->entry)
		book_leave(replica->book, request->entry);
	inventory_unlock(replica->inventory);
	request->entry = NULL;
}

static void
decide(struct request *request)
{
	struct replica *replica = &replicas[request->replica];
	bool admitted = false, refused = false;

	inventory_lock(replica->inventory);
	if (replica->objects_at != SIZE_MAX && book_may_decide(replica->book, request->entry)) {
		admitted = !meets(replica, request, book_order(request->entry));
		refused = !admitted && meets(replica, request, BOOK_STORED);
	}
	if (admitted)
		book_keep(replica->book, request->entry);
	if (refused)
		book_leave(replica->book, request->entry);
	inventory_unlock(replica->inventory);
	if (!admitted && !refused)
		return;
	request->entry = NULL;
	request->state = admitted && date <= request->called + CALL_TIMEOUT ? ADMITTED : OVER;
}

/* An API server stores what was admitted, on its terms. */
static void
store(struct request *request)
{
	const struct stored *stored = &objects[request->object];

	request->state = OVER;
	if (date <= request->began + REQUEST_TIMEOUT && stored->version == request->from)
		put_object(request->object, request->uid, request->range);
}

static void
go_on_with(struct request *request, bool faults)
{
	if (request->state == ADMITTED && (!faults || random_below(3) == 0))
		store(request);
	if (request->state != ASKING)
		return;
	if (date > request->began + CALL_TIMEOUT) {
		give_up(request);
		request->state = OVER;
	} else if (!request->entry) {
		ask(request, (int)random_below(REPLICAS));
	} else if (faults && random_below(15) == 0) {
		give_up(request);
	} else {
		decide(request);
	}
}

/* --- time --- */

static void
inquire(struct replica *replica)
{
	static int64_t now = INT64_MAX / 2; /* each time long after the last */
	struct book_questions questions;
	const struct stored *stored;

	now += 60 * CLOCK_SECOND;
	inventory_lock(replica->inventory);
	if (replica->asked) {
		book_dated(replica->book, replica->asked_at, replica->answer.date);
		book_answered(replica->book, &replica->question, &replica->answer, LIFETIME);
		replica->asked = false;
	} else {
		replica->asked_at = clock_monotonic();
		questions = book_questions(replica->book, arena, now, LIFETIME);
		if (questions.count > 0) {
			replica->question = questions.items[random_below(questions.count)];
			stored = &objects[atoi(replica->question.object.name + 1)];
			replica->answer = (struct book_answer){
				stored->version > 0, stored->uid, stored->version, date};
			replica->asked = true;
		}
	}
	inventory_unlock(replica->inventory);
}

static void
take_over(struct replica *replica)
{
	struct book_orphan orphan;
	const struct event *page;
	bool found;

	inventory_lock(replica->inventory);
	found = book_orphan(replica->book, arena, LIFETIME, &orphan);
	inventory_unlock(replica->inventory);
	page = found ? page_now(orphan.name) : NULL;
	if (page && page->revision == strtoull(orphan.version_text, NULL, 10)) {
		const char *name = page->page;

		append()->page = name;
	}
}

static void
step(struct replica *replica)
{
	switch (random_below(9)) {
	case 0:
	case 1:
		watch_pages(replica);
		break;
	case 2:
		watch_objects(replica);
		break;
	case 3:
	case 4:
	case 5:
		go_on_writing(replica, true);
		break;
	case 6:
		inquire(replica);
		break;
	case 7:
		take_over(replica);
		break;
	default:
		if (replica->late.state == SENT && random_below(2) == 0) {
			land(replica, &replica->late);
			replica->late.state = NONE;
		}
	}
}

static void
cause_trouble(void)
{
	struct replica *replica = &replicas[random_below(REPLICAS)];
	int object = (int)random_below(OBJECTS);

	switch (random_below(clock_stands ? 4 : 8)) {
	case 0:
		crash(replica, random_below(2) == 0);
		break;
	case 1:
		list_pages(replica);
		break;
	case 2:
		list_objects(replica);
		break;
	case 3:
		if (objects[object].version)
			put_object(object, objects[object].uid, NULL);
		break;
	case 4:
		date += (int64_t)random_below(100);
		break;
	default:
		date += (int64_t)random_below(6);
	}
}

/* --- the end --- */

static void
settle(struct replica *replica)
{
	replica->late.state = NONE;
	for (int i = 0; i < 4; i++)
		go_on_writing(replica, false);
	do
		watch_pages(replica);
	while (replica->pages_at < event_count);
	do
		watch_objects(replica);
	while (replica->objects_at < event_count);
	for (int i = 0; i < 8; i++)
		inquire(replica);
	take_over(replica);
}

static void
check_nothing_is_left(void)
{
	for (int i = 0; i < REPLICAS; i++) {
		struct book_size size;

		inventory_lock(replicas[i].inventory);
		size = book_size(replicas[i].book);
		inventory_unlock(replicas[i].inventory);
		assert_int_equal(size.entries, 0);
		assert_int_equal(size.pages, REPLICAS);
		assert_int_equal(size.bytes, 0);
	}
	for (int i = 0; i < request_count; i++)
		assert_int_equal(requests[i].state, OVER);
}

static void
play(void)
{
	event_count = 0;
	revision = 100;
	date = 1000000;
	request_count = 0;
	clock_stands = random_below(2) == 0;
	memset(objects, 0, sizeof objects);
	for (int i = 0; i < REPLICAS; i++)
		start(&replicas[i], arena_printf(arena, "p%d", ++names));
	for (int i = 0; i < STEPS; i++) {
		if (random_below(8) == 0)
			new_request();
		if (random_below(20) == 0)
			cause_trouble();
		for (int j = 0; j < 3; j++)
			step(&replicas[random_below(REPLICAS)]);
		if (request_count > 0)
			go_on_with(&requests[random_below((uint64_t)request_count)], true);
	}
	for (int i = 0; i < 25; i++) {
		for (int j = 0; j < REPLICAS; j++)
			settle(&replicas[j]);
		for (int j = 0; j < request_count; j++)
			go_on_with(&requests[j], false);
		if (i >= 8)
			date += 40;
	}
	check_nothing_is_left();
	for (int i = 0; i < REPLICAS; i++) {
		book_free(replicas[i].book);
		inventory_free(replicas[i].inventory);
	}
}

static void
two_conflicting_objects_are_never_both_stored(void **state)
{
	(void)state;
	random_start();
	arena = arena_new(1 << 30);
	for (int i = 0; i < SCENARIOS; i++) {
		play();
		arena_reset(arena);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_conflicting_objects_are_never_both_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
