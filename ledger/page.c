#include "ledger/page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "format/json_write.h"
#include "kinds/kind.h"
#include "ledger/packing.h"

#define ENTRY_PREFIX "entry.peerwarden.io/"
#define FLOORS       "peerwarden.io/floors"
#define FORMAT       "peerwarden.io/format"
#define THIS_FORMAT  "1"

enum {
	PACKED_FROM = 4 * 1024, /* a smaller object stays readable */
	LARGEST_OBJECT = 4 * 1024 * 1024,
	LARGEST_TAIL = LARGEST_OBJECT + 4 * 1024,
	ROOM_OF_AN_ENTRY = 64,  /* for its order and its key */
	LONGEST_GENERATED = 58, /* characters of a generateName that the API server uses */
};

static const struct json_limits entry_limits = {
	.bytes = LARGEST_TAIL, .depth = 64, .values = 500000};

int
order_compare(struct order a, struct order b)
{
	if (a.revision != b.revision)
		return a.revision < b.revision ? -1 : 1;
	return a.place < b.place ? -1 : a.place > b.place;
}

const char *
page_collection(struct arena *arena, const char *namespace)
{
	return arena_printf(arena, "/apis/coordination.k8s.io/v1/namespaces/%s/leases", namespace);
}

/* --- reading --- */

static uint64_t
number_of(const struct json *value)
{
	uint64_t number = 0;
	const char *text = json_text(value);

	if (text)
		text_to_number(text, UINT64_MAX, &number);
	return number;
}

static bool
read_floors(struct arena *arena, struct ledger_page *page, struct error *error)
{
	const char *text = json_member_text(page->annotations, FLOORS);
	const struct json *floors =
		text ? json_parse(arena, text, strlen(text), &entry_limits, error) : NULL;

	if (text && !floors)
		return false;
	for (enum kind kind = 0; kind < KINDS; kind++)
		page->floors[kind] = number_of(json_member(floors, kind_name(kind)));
	return true;
}

bool
page_decode(struct arena *arena, const struct json *lease, struct ledger_page *page,
	struct error *error)
{
	const struct json *metadata = json_member(lease, "metadata");
	const char *format;

	*page = (struct ledger_page){
		.name = json_member_text(metadata, "name"),
		.uid = json_member_text(metadata, "uid"),
		.holder = json_member_text(json_member(lease, "spec"), "holderIdentity"),
		.version_text = json_member_text(metadata, "resourceVersion"),
		.annotations = json_member(metadata, "annotations"),
	};
	page->version = number_of(json_member(metadata, "resourceVersion"));
	if (!page->name || !page->uid || page->version == 0)
		return error_set(
			error, ERROR_INVALID, "a Lease without name, uid or resourceVersion");
	format = json_member_text(page->annotations, FORMAT);
	if (!text_equal(format, THIS_FORMAT))
		return error_set(error, ERROR_INVALID,
			"Lease %s: the page has format %s, not " THIS_FORMAT, page->name,
			format ? format : "unknown");
	return read_floors(arena, page, error) || error_wrap(error, "Lease %s", page->name);
}

static const struct json *
entry_from(const struct json *member)
{
	while (member && (!text_starts_with(json_name(member), ENTRY_PREFIX) || !json_text(member)))
		member = json_next(member);
	return member;
}

const struct json *
page_first(const struct ledger_page *page)
{
	return entry_from(json_first(page->annotations));
}

const struct json *
page_next(const struct json *entry)
{
	return entry_from(json_next(entry));
}

const char *
page_entry_id(const struct json *entry)
{
	return json_name(entry) + strlen(ENTRY_PREFIX);
}

/* The object of an entry, unpacked where it is. */
static const struct json *
object_of(struct arena *arena, const struct json *entry, struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer text;
	const char *packed = json_member_text(entry, "packed");
	const struct json *object = json_member(entry, "object");

	buffer_init(&text, LARGEST_OBJECT);
	if (!packed && !object)
		error_set(error, ERROR_INVALID, "an entry without an object");
	if (!packed)
		return object;
	if (!packing_unpack(packed, &text, error))
		return NULL;
	return json_parse(arena, buffer_text(&text), text.length, &entry_limits, error);
}

/* Cut where the API server would not make a longer name of it. */
static bool
is_generated(const char *name, const char *from)
{
	size_t length = name && from ? strlen(from) : 0;

	if (length > LONGEST_GENERATED)
		length = LONGEST_GENERATED;
	return length > 0 && strncmp(name, from, length) == 0;
}

const char *
page_attempt(const struct json *object, uint64_t from)
{
	const struct json *metadata = json_member(object, "metadata");

	return from == 0 && is_generated(json_member_text(metadata, "name"),
				    json_member_text(metadata, "generateName"))
		       ? json_member_text(json_member(metadata, "annotations"), PAGE_ATTEMPT)
		       : NULL;
}

bool
page_entry_decode(
	struct arena *arena, const char *text, struct page_entry *entry, struct error *error)
{
	const struct json *root = json_parse(arena, text, strlen(text), &entry_limits, error);
	const struct json *object = root ? object_of(arena, root, error) : NULL;
	const struct kind_definition *definition = kind_of_object(object);
	const char *tail = root ? strstr(text, "\"uid\":") : NULL;

	*entry = (struct page_entry){
		.order = {number_of(json_member(root, "at")),
			number_of(json_member(root, "place"))},
		.uid = json_member_text(root, "uid"),
		.from = number_of(json_member(root, "from")),
	};
	entry->attempt = page_attempt(object, entry->from);
	if (!root || !object)
		return false;
	if (!tail || !entry->uid)
		return error_set(error, ERROR_INVALID, "an entry without a uid");
	entry->tail = arena_text(arena, tail);
	return !definition ||
	       kind_decode(arena, definition, object, NULL, &entry->declaration, error);
}

/* --- writing --- */

static const char *const kept_metadata[] = {
	"namespace", "generateName", "labels", "annotations", "deletionTimestamp"};

static bool
is_kept(const struct json *member)
{
	for (size_t i = 0; i < sizeof kept_metadata / sizeof *kept_metadata; i++)
		if (text_equal(json_name(member), kept_metadata[i]))
			return true;
	return false;
}

/* Members of an object, with a comma before each but the first. */
struct members {
	struct arena *arena;
	struct buffer *out;
	bool begun;
};

static void
write_name(struct members *members, const char *name)
{
	if (members->begun)
		buffer_append_char(members->out, ',');
	members->begun = true;
	buffer_append_json(members->out, name);
	buffer_append_char(members->out, ':');
}

static void
write_member(struct members *members, const struct json *value)
{
	write_name(members, json_name(value));
	json_write(members->arena, value, members->out);
}

/* Only our own annotations mean something to a decoder; kubectl's holds the object once more. */
static void
write_annotations(struct members *of, const struct json *annotations)
{
	struct members members = {of->arena, of->out, false};

	write_name(of, "annotations");
	buffer_append_char(of->out, '{');
	for (const struct json *member = json_first(annotations); member;
		member = json_next(member))
		if (!text_ends_with(json_name(member), "/last-applied-configuration"))
			write_member(&members, member);
	buffer_append_char(of->out, '}');
}

static void
write_metadata(struct members *of, const struct json *metadata, const char *name)
{
	struct members members = {of->arena, of->out, false};

	write_name(of, "metadata");
	buffer_append_char(of->out, '{');
	write_name(&members, "name");
	buffer_append_json(of->out, name);
	for (const struct json *member = json_first(metadata); member; member = json_next(member)) {
		if (!is_kept(member))
			continue;
		if (text_equal(json_name(member), "annotations"))
			write_annotations(&members, member);
		else
			write_member(&members, member);
	}
	buffer_append_char(of->out, '}');
}

/* The object as decoders read it: without what only others need. */
static void
write_object(struct arena *arena, const struct page_object *what, struct buffer *out)
{
	struct members members = {arena, out, false};

	buffer_append_char(out, '{');
	write_metadata(&members, json_member(what->object, "metadata"), what->name);
	for (const struct json *member = json_first(what->object); member;
		member = json_next(member))
		if (!text_equal(json_name(member), "metadata"))
			write_member(&members, member);
	buffer_append_char(out, '}');
}

bool
page_entry_write(struct arena *arena, const struct page_object *what, struct buffer *tail,
	struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer object;
	CLEANUP(buffer_dispose) struct buffer packed;

	buffer_init(&object, LARGEST_OBJECT);
	buffer_init(&packed, PAGE_SIZE);
	write_object(arena, what, &object);
	buffer_append_text(tail, "\"uid\":");
	buffer_append_json(tail, what->uid);
	if (what->from)
		buffer_printf(tail, ",\"from\":\"%" PRIu64 "\"", what->from);
	if (object.length < PACKED_FROM) {
		buffer_append_text(tail, ",\"object\":");
		buffer_append_text(tail, buffer_text(&object));
	} else if (packing_pack(&object, &packed)) {
		buffer_append_text(tail, ",\"packed\":\"");
		buffer_append_text(tail, buffer_text(&packed));
		buffer_append_char(tail, '"');
	}
	buffer_append_char(tail, '}');
	if (object.overflowed || packed.overflowed || tail->overflowed || arena_exhausted(arena))
		return error_set(error, ERROR_EXHAUSTED, "the object is too large to be reserved");
	return true;
}

size_t
page_entry_size(const char *id, const char *tail)
{
	return strlen(id) + strlen(tail) + ROOM_OF_AN_ENTRY;
}

static void
write_floors(struct buffer *out, const uint64_t *floors)
{
	CLEANUP(buffer_dispose) struct buffer text;
	const char *comma = "";

	buffer_init(&text, PAGE_SIZE);
	buffer_append_char(&text, '{');
	for (enum kind kind = 0; kind < KINDS; kind++) {
		if (!floors[kind])
			continue;
		buffer_printf(
			&text, "%s\"%s\":\"%" PRIu64 "\"", comma, kind_name(kind), floors[kind]);
		comma = ",";
	}
	buffer_append_char(&text, '}');
	buffer_append_json(out, buffer_text(&text));
}

/* A MicroTime of the Kubernetes API. */
static void
write_time(struct buffer *out, int64_t wall)
{
	char text[CLOCK_MICRO_TEXT_SIZE];

	clock_format_micro(wall, text);
	buffer_printf(out, "\"%s\"", text);
}

/* The API server would keep a record of the writer of every annotation; it need not. */
void
page_write_open(struct buffer *out, const struct page_writing *page)
{
	buffer_append_text(out, "{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\","
				"\"spec\":{\"holderIdentity\":");
	buffer_append_json(out, page->holder);
	buffer_printf(out, ",\"leaseDurationSeconds\":%d,\"renewTime\":",
		(int)(page->lifetime / CLOCK_SECOND) + 1);
	write_time(out, page->now);
	buffer_append_text(out, "},\"metadata\":{\"name\":");
	buffer_append_json(out, page->name);
	buffer_append_text(out, ",\"namespace\":");
	buffer_append_json(out, page->namespace);
	if (*page->version)
		buffer_printf(out, ",\"resourceVersion\":\"%s\",\"uid\":\"%s\"", page->version,
			page->uid);
	buffer_append_text(out,
		",\"managedFields\":[{}],\"labels\":{"
		"\"app.kubernetes.io/name\":\"peerwarden\","
		"\"app.kubernetes.io/component\":\"ledger\"},"
		"\"annotations\":{\"" FORMAT "\":\"" THIS_FORMAT "\",\"" FLOORS "\":");
	write_floors(out, page->floors);
}

void
page_write_entry(struct buffer *out, const char *id, const char *tail, struct order order)
{
	CLEANUP(buffer_dispose) struct buffer text;

	buffer_init(&text, SIZE_MAX);
	buffer_printf(&text, "{\"place\":\"%" PRIu64 "\",", order.place);
	if (order.revision)
		buffer_printf(&text, "\"at\":\"%" PRIu64 "\",", order.revision);
	buffer_append_text(&text, tail);
	buffer_append_text(out, ",\"" ENTRY_PREFIX);
	buffer_append_text(out, id);
	buffer_append_text(out, "\":");
	buffer_append_json(out, buffer_text(&text));
}

void
page_write_close(struct buffer *out)
{
	buffer_append_text(out, "}}}");
}
