#include "pages.h"

#include "base/clock.h"
#include "base/text.h"

static uint64_t floors[KINDS];

static void
open_page(struct buffer *out, const char *version)
{
	struct page_writing page = {.name = "peerwarden-ledger-a",
		.namespace = "peerwarden",
		.holder = "a \"holder\"",
		.uid = *version ? "u-7" : "",
		.version = version,
		.lifetime = 75 * CLOCK_SECOND,
		.now = INT64_C(1767323045) * CLOCK_SECOND,
		.floors = floors};

	buffer_init(out, SIZE_MAX);
	page_write_open(out, &page);
}

static const char *
tail_of(struct arena *arena, const char *object, uint64_t from)
{
	struct page_object what = {json_of(arena, object), "net1", "uid-1", from};
	struct buffer tail;
	const char *text;

	buffer_init(&tail, PAGE_SIZE);
	assert_true(page_entry_write(arena, &what, &tail, NULL));
	text = arena_text(arena, buffer_text(&tail));
	buffer_dispose(&tail);
	return text;
}

#define SUBNET(metadata)                                                                           \
	"{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Subnet\",\"metadata\":{" metadata            \
	"},\"spec\":{\"vpc\":\"v\",\"cidrBlock\":\"10.0.0.0/16\"}}"

/* The page with one entry, as another replica reads it. */
static struct ledger_page
page_with(struct arena *arena, const char *tail, struct order order)
{
	struct ledger_page page;
	struct buffer text;

	open_page(&text, "");
	page_write_entry(&text, "i-1", tail, order);
	page_write_close(&text);
	page = stored_page(arena, buffer_text(&text), "u-7", 42);
	buffer_dispose(&text);
	return page;
}

static void
what_is_written_is_read_again(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	const char *tail = tail_of(arena, SUBNET("\"name\":\"net1\""), 9);
	struct ledger_page page = page_with(arena, tail, (struct order){0, 3});
	const struct json *first = page_first(&page);
	struct page_entry entry;

	(void)state;
	assert_string_equal(page.name, "peerwarden-ledger-a");
	assert_string_equal(page.holder, "a \"holder\"");
	assert_string_equal(page.uid, "u-7");
	assert_string_equal(page.version_text, "42");
	assert_true(page.version == 42);
	assert_string_equal(page_entry_id(first), "i-1");
	assert_null(page_next(first));
	assert_true(page_entry_decode(arena, json_text(first), &entry, NULL));
	assert_string_equal(entry.tail, tail);
	assert_string_equal(entry.uid, "uid-1");
	assert_true(entry.from == 9);
	assert_null(entry.attempt);
	assert_true(declaration_equal(&entry.declaration,
		declaration_of_json(arena, json_of(arena, SUBNET("\"name\":\"net1\"")))));
	arena_free(arena);
}

static void
an_entry_says_where_it_first_stood_once_that_is_known(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	const char *tail = tail_of(arena, SUBNET("\"name\":\"net1\""), 0);
	struct ledger_page fresh = page_with(arena, tail, (struct order){0, 3});
	struct ledger_page older = page_with(arena, tail, (struct order){17, 5});
	struct page_entry entry;

	(void)state;
	assert_true(page_entry_decode(arena, json_text(page_first(&fresh)), &entry, NULL));
	assert_true(entry.order.revision == 0 && entry.order.place == 3);
	assert_true(page_entry_decode(arena, json_text(page_first(&older)), &entry, NULL));
	assert_true(entry.order.revision == 17 && entry.order.place == 5);
	arena_free(arena);
}

static void
entries_stand_by_revision_and_then_by_place(void **state)
{
	static const struct order rows[] = {{1, 1}, {1, 2}, {2, 1}, {2, UINT64_MAX}, {10, 0}};

	(void)state;
	for (int i = 0; i < 5; i++)
		for (int j = 0; j < 5; j++)
			assert_int_equal(order_compare(rows[i], rows[j]), (i > j) - (i < j));
}

static void
floors_are_kept_for_each_kind(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct ledger_page page;

	(void)state;
	floors[KIND_SUBNET] = 5;
	floors[KIND_SHOOT_INFO] = UINT64_MAX - 1;
	page = page_with(
		arena, tail_of(arena, SUBNET("\"name\":\"net1\""), 0), (struct order){0, 1});
	for (enum kind kind = 0; kind < KINDS; kind++)
		assert_true(page.floors[kind] == floors[kind]);
	memset(floors, 0, sizeof floors);
	arena_free(arena);
}

static void
only_a_page_that_exists_is_written_with_its_version_and_uid(void **state)
{
	struct buffer text;

	(void)state;
	open_page(&text, "");
	assert_null(strstr(buffer_text(&text), "resourceVersion"));
	assert_null(strstr(buffer_text(&text), "\"uid\""));
	buffer_dispose(&text);
	open_page(&text, "41");
	assert_non_null(strstr(buffer_text(&text), "\"resourceVersion\":\"41\",\"uid\":\"u-7\""));
	assert_non_null(
		strstr(buffer_text(&text), "\"renewTime\":\"2026-01-02T03:04:05.000000Z\""));
	buffer_dispose(&text);
}

static void
an_entry_keeps_what_decoders_read_and_nothing_else(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	const char *tail = tail_of(arena,
		"{\"apiVersion\":\"v\",\"kind\":\"Subnet\",\"metadata\":{\"name\":\"other\","
		"\"namespace\":\"n\",\"generateName\":\"net\",\"uid\":\"not this\","
		"\"resourceVersion\":\"3\",\"managedFields\":[{\"manager\":\"m\"}],"
		"\"labels\":{\"a\":\"b\"},\"deletionTimestamp\":\"2026-01-02T03:04:05Z\","
		"\"annotations\":{\"kubectl.kubernetes.io/last-applied-configuration\":\"once "
		"more\",\"peerwarden.io/x\":\"y\"}},\"spec\":{},\"status\":{\"s\":1}}",
		0);

	(void)state;
	assert_string_equal(tail,
		"\"uid\":\"uid-1\",\"object\":{\"metadata\":{\"name\":\"net1\",\"namespace\":"
		"\"n\",\"generateName\":\"net\",\"labels\":{\"a\":\"b\"},\"deletionTimestamp\":"
		"\"2026-01-02T03:04:05Z\",\"annotations\":{\"peerwarden.io/x\":\"y\"}},"
		"\"apiVersion\":\"v\",\"kind\":\"Subnet\",\"spec\":{},\"status\":{\"s\":1}}}");
	arena_free(arena);
}

static void
an_attempt_is_known_only_of_a_name_that_was_generated(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct page_entry entry;
	const char *text = arena_printf(arena, "{\"place\":\"1\",%s",
		tail_of(arena,
			SUBNET("\"generateName\":\"n\",\"annotations\":{\"" PAGE_ATTEMPT
			       "\":\"r-1\"}"),
			0));

	(void)state;
	assert_true(page_entry_decode(arena, text, &entry, NULL));
	assert_string_equal(entry.attempt, "r-1");
	text = arena_printf(arena, "{\"place\":\"1\",%s",
		tail_of(arena, SUBNET("\"annotations\":{\"" PAGE_ATTEMPT "\":\"r-1\"}"), 0));
	assert_true(page_entry_decode(arena, text, &entry, NULL));
	assert_null(entry.attempt);
	arena_free(arena);
}

/* A Vpc with many peerings. */
static const char *
hub(struct arena *arena, int count)
{
	const char *object;
	struct buffer text;

	buffer_init(&text, SIZE_MAX);
	buffer_append_text(&text,
		"{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Vpc\",\"metadata\":{"
		"\"name\":\"net1\"},\"spec\":{\"vpcPeerings\":[");
	for (int i = 0; i < count; i++)
		buffer_printf(&text,
			"%s{\"remoteVpc\":\"v%d\",\"localConnectIP\":\"169.254.%d.%d/30\"}",
			i ? "," : "", i, i / 60, i % 60 * 4 + 1);
	buffer_append_text(&text, "]}}");
	object = arena_text(arena, buffer_text(&text));
	buffer_dispose(&text);
	return object;
}

static void
a_large_object_is_packed_and_declares_the_same(void **state)
{
	struct arena *arena = arena_new(64 << 20);
	const char *object = hub(arena, 3000), *tail = tail_of(arena, object, 0);
	struct page_entry entry;

	(void)state;
	assert_non_null(strstr(tail, ",\"packed\":\""));
	assert_null(strstr(tail, "vpcPeerings"));
	assert_in_range(strlen(tail), 100, strlen(object) / 4);
	assert_true(page_entry_decode(
		arena, arena_printf(arena, "{\"place\":\"1\",%s", tail), &entry, NULL));
	assert_true(declaration_equal(
		&entry.declaration, declaration_of_json(arena, json_of(arena, object))));
	arena_free(arena);
}

static void
an_object_that_no_page_has_room_for_is_refused(void **state)
{
	struct arena *arena = arena_new(64 << 20);
	struct page_object what = {NULL, "net1", "uid-1", 0};
	struct error error = {0};
	struct buffer tail, noise;
	uint64_t x = 1;

	(void)state;
	buffer_init(&noise, SIZE_MAX);
	buffer_append_text(&noise, "{\"spec\":\"");
	for (int i = 0; i < 2 * PAGE_SIZE; i++) {
		x = x * UINT64_C(6364136223846793005) + 1;
		buffer_append_char(&noise, (char)('0' + (x >> 60)));
	}
	buffer_append_text(&noise, "\"}");
	what.object = json_of(arena, buffer_text(&noise));
	buffer_init(&tail, PAGE_SIZE - 256);
	assert_false(page_entry_write(arena, &what, &tail, &error));
	assert_int_equal(error.kind, ERROR_EXHAUSTED);
	buffer_dispose(&tail);
	buffer_dispose(&noise);
	arena_free(arena);
}

static void
an_entry_takes_no_more_than_its_size_says(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	const char *tail = tail_of(arena, SUBNET("\"name\":\"net1\""), 9);
	struct ledger_page page =
		page_with(arena, tail, (struct order){UINT64_C(999999999999), 99999});
	const struct json *first = page_first(&page);

	(void)state;
	assert_in_range(strlen(json_name(first)) + strlen(json_text(first)), strlen(tail),
		page_entry_size("i-1", tail));
	arena_free(arena);
}

static void
an_object_of_an_unknown_kind_is_read_without_a_declaration(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct page_entry entry;

	(void)state;
	assert_true(page_entry_decode(arena,
		"{\"place\":\"1\",\"uid\":\"u\",\"object\":{\"apiVersion\":\"new/v1\",\"kind\":"
		"\"New\"}}",
		&entry, NULL));
	assert_null(entry.declaration.object.name);
	arena_free(arena);
}

static void
a_lease_that_is_no_page_is_refused(void **state)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"{\"metadata\":{\"name\":\"a\",\"uid\":\"u\"}}",
		"{\"metadata\":{\"name\":\"a\",\"uid\":\"u\",\"resourceVersion\":\"x\"}}",
		"{\"metadata\":{\"name\":\"a\",\"uid\":\"u\",\"resourceVersion\":\"1\"}}",
		"{\"metadata\":{\"name\":\"a\",\"uid\":\"u\",\"resourceVersion\":\"1\","
		"\"annotations\":{\"peerwarden.io/format\":\"2\"}}}",
		"{\"metadata\":{\"name\":\"a\",\"uid\":\"u\",\"resourceVersion\":\"1\","
		"\"annotations\":{\"peerwarden.io/format\":1}}}",
		"{\"metadata\":{\"name\":\"a\",\"uid\":\"u\",\"resourceVersion\":\"1\","
		"\"annotations\":{\"peerwarden.io/format\":\"1\",\"peerwarden.io/floors\":\"{\"}}}",
		"{\"metadata\":{\"uid\":\"u\",\"resourceVersion\":\"1\","
		"\"annotations\":{\"peerwarden.io/format\":\"1\"}}}",
	};
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct error error = {0};
		struct ledger_page page;

		assert_false(page_decode(arena, json_of(arena, texts[i]), &page, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
	}
	arena_free(arena);
}

static void
an_entry_that_cannot_be_read_is_refused(void **state)
{
	static const char *const texts[] = {"", "{", "null", "[]", "{}", "{\"uid\":\"u\"}",
		"{\"object\":{}}", "{\"uid\":1,\"object\":{}}",
		"{\"uid\":\"u\",\"packed\":\"AAAA\"}", "{\"uid\":\"u\",\"packed\":\"\"}",
		"{\"uid\":\"u\",\"object\":{\"apiVersion\":\"kubeovn.io/"
		"v1\",\"kind\":\"Subnet\"}}"};
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct error error = {0};
		struct page_entry entry;

		if (page_entry_decode(arena, texts[i], &entry, &error))
			fail_msg("read: %s", texts[i]);
		assert_int_equal(error.kind, ERROR_INVALID);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(an_entry_says_where_it_first_stood_once_that_is_known),
		cmocka_unit_test(entries_stand_by_revision_and_then_by_place),
		cmocka_unit_test(floors_are_kept_for_each_kind),
		cmocka_unit_test(only_a_page_that_exists_is_written_with_its_version_and_uid),
		cmocka_unit_test(an_entry_keeps_what_decoders_read_and_nothing_else),
		cmocka_unit_test(an_attempt_is_known_only_of_a_name_that_was_generated),
		cmocka_unit_test(a_large_object_is_packed_and_declares_the_same),
		cmocka_unit_test(an_object_that_no_page_has_room_for_is_refused),
		cmocka_unit_test(an_entry_takes_no_more_than_its_size_says),
		cmocka_unit_test(an_object_of_an_unknown_kind_is_read_without_a_declaration),
		cmocka_unit_test(a_lease_that_is_no_page_is_refused),
		cmocka_unit_test(an_entry_that_cannot_be_read_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
