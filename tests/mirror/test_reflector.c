#include "mirror/reflector.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/metrics.h"
#include "tests/http/fake_server.h"

#define VPC(name, version)                                                                         \
	"{\"metadata\":{\"name\":\"" name "\",\"resourceVersion\":\"" version                      \
	"\",\"uid\":\"u-" name "\"},\"spec\":{}}"
#define LIST(version, items)                                                                       \
	FAKE_OK "{\"metadata\":{\"resourceVersion\":\"" version "\"},\"items\":[" items "]}"
#define EVENT(type, object) "{\"type\":\"" type "\",\"object\":" object "}\n"
#define ABSENT              FAKE_HEAD("404 Not Found") "\r\n404 page not found\n"
#define LISTS               "GET /apis/kubeovn.io/v1/vpcs?limit=500 HTTP"
#define WATCHES(version)    "&resourceVersion=" version " HTTP"

struct fixture {
	struct fake_server server;
	struct kube_config config;
	struct ending ending;
	struct inventory *inventory;
	struct mirror_observer observer;
	struct reflector_settings settings;
	struct reflector *reflector;
	struct buffer told; /* what the observer was told; guarded by the inventory's lock */
	size_t seen;
	int64_t created; /* of the object that was seen last */
	uint64_t reached;
	size_t absences;
};

/* What is told must be in the inventory already, under the same lock. */
static void
on_saw(void *context, const struct sighting *sighting)
{
	struct fixture *fixture = context;
	bool stored = inventory_find(fixture->inventory, &sighting->object) != NULL;

	fixture->seen++;
	fixture->created = sighting->created;
	buffer_printf(&fixture->told, "%s/%s %" PRIu64 "%s%s ", sighting->object.name,
		sighting->uid, sighting->version, sighting->deleted ? " gone" : "",
		stored == !sighting->deleted ? "" : " NOT TAKEN");
}

static void
on_reached(void *context, enum kind kind, uint64_t version)
{
	struct fixture *fixture = context;

	(void)kind;
	if (version == MIRROR_ABSENT)
		fixture->absences++;
	else
		buffer_printf(&fixture->told, "=%" PRIu64 " ", version);
	if (version == MIRROR_ABSENT && fixture->reached != MIRROR_ABSENT)
		buffer_append_text(&fixture->told, "=absent ");
	fixture->reached = version;
}

static bool
told(struct fixture *fixture, const char *expected)
{
	bool same;

	inventory_lock(fixture->inventory);
	same = strcmp(buffer_text(&fixture->told), expected) == 0;
	if (!same)
		print_message("told: %s\n", buffer_text(&fixture->told));
	inventory_unlock(fixture->inventory);
	return same;
}

static size_t
absences(struct fixture *fixture)
{
	size_t count;

	inventory_lock(fixture->inventory);
	count = fixture->absences;
	inventory_unlock(fixture->inventory);
	return count;
}

static uint64_t
reached(struct fixture *fixture)
{
	uint64_t version;

	inventory_lock(fixture->inventory);
	version = fixture->reached;
	inventory_unlock(fixture->inventory);
	return version;
}

/* The time after which a kind is absent is that of `fixture`, or the usual one. */
static void
begin_kind(struct fixture *fixture, enum kind kind, const struct fake_step *steps)
{
	int64_t absent_time = fixture->settings.absent_time;

	memset(fixture, 0, sizeof *fixture);
	buffer_init(&fixture->told, 1000000);
	fake_server_start(&fixture->server, steps);
	fixture->config.server.url = fixture->server.url;
	ending_init(&fixture->ending);
	fixture->inventory = inventory_new();
	fixture->observer = (struct mirror_observer){on_saw, on_reached, fixture};
	fixture->settings = (struct reflector_settings){
		&fixture->config, &fixture->observer, &fixture->ending, absent_time};
	fixture->reflector =
		reflector_new(fixture->inventory, kind_definitions[kind], &fixture->settings, NULL);
	assert_non_null(fixture->reflector);
	assert_false(reflector_is_synced(fixture->reflector));
	reflector_start(fixture->reflector);
}

static void
begin(struct fixture *fixture, const struct fake_step *steps)
{
	fixture->settings.absent_time = 0;
	begin_kind(fixture, KIND_VPC, steps);
}

static void
dispose(struct fixture *fixture)
{
	ending_announce(&fixture->ending);
	reflector_interrupt(fixture->reflector);
	reflector_free(fixture->reflector);
	fake_server_stop(&fixture->server);
	ending_dispose(&fixture->ending);
	inventory_free(fixture->inventory);
	buffer_dispose(&fixture->told);
}

static void
end(struct fixture *fixture)
{
	dispose(fixture);
	assert_int_equal(fixture->server.unexpected, 0);
	assert_null(fixture->server.steps[fixture->server.served].expects);
}

static bool
has(struct fixture *fixture, const char *name)
{
	struct object_id object = {KIND_VPC, "", name};
	bool found;

	inventory_lock(fixture->inventory);
	found = inventory_find(fixture->inventory, &object) != NULL;
	inventory_unlock(fixture->inventory);
	return found;
}

static bool
served(struct fixture *fixture, int steps)
{
	return FAKE_EVENTUALLY(atomic_load(&fixture->server.served) >= steps);
}

static bool
metrics_say(const char *line)
{
	struct buffer text;
	bool found;

	buffer_init(&text, 1000000);
	metrics_write(&text);
	found = strstr(buffer_text(&text), line) != NULL;
	if (!found)
		print_message("%s\n", buffer_text(&text));
	buffer_dispose(&text);
	return found;
}

/* How often lists and watches of Vpcs had to be started again because of the connection. */
static long
restarts(void)
{
	static const char line[] =
		"peerwarden_mirror_restarts_total{kind=\"Vpc\",reason=\"transient\"} ";
	struct buffer text;
	const char *found;
	long count;

	buffer_init(&text, 1000000);
	metrics_write(&text);
	found = strstr(buffer_text(&text), line);
	count = found ? strtol(found + strlen(line), NULL, 10) : 0;
	buffer_dispose(&text);
	return count;
}

static void
lists_and_events_go_into_the_inventory(void **state)
{
	static const struct fake_step steps[] = {
		{LISTS,
			FAKE_OK "{\"metadata\":{\"resourceVersion\":\"5\",\"continue\":\"n\"},"
				"\"items\":[" VPC("one", "1") "]}",
			FAKE_CLOSE, false},
		{"continue=n", LIST("5", VPC("two", "2") "," VPC("three", "3")), FAKE_CLOSE, true},
		{WATCHES("5"),
			FAKE_OK EVENT("ADDED", VPC("four", "6")) EVENT("DELETED", VPC("two", "7"))
				EVENT("MODIFIED", VPC("one", "8")) EVENT(
					"BOOKMARK", "{\"metadata\":{\"resourceVersion\":\"20\"}}"),
			FAKE_CLOSE, true},
		{WATCHES("20"), FAKE_OK, FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_true(served(&fixture, 4));
	assert_true(has(&fixture, "one"));
	assert_false(has(&fixture, "two"));
	assert_true(has(&fixture, "three"));
	assert_true(has(&fixture, "four"));
	assert_true(reflector_is_synced(fixture.reflector));
	reflector_measure(fixture.reflector);
	assert_true(metrics_say("peerwarden_mirror_objects{kind=\"Vpc\"} 3\n"));
	assert_true(metrics_say("peerwarden_mirror_synced{kind=\"Vpc\"} 1\n"));
	assert_true(metrics_say("peerwarden_mirror_age_seconds{kind=\"Vpc\"} "));
	assert_true(told(&fixture, "one/u-one 1 two/u-two 2 three/u-three 3 =5 four/u-four 6 =6 "
				   "two/u-two 7 gone =7 one/u-one 8 =8 =20 "));
	end(&fixture);
}

/* Each row is a watch that fails; what was listed stays, and the next request says where it went
 * on. */
static void
a_failed_watch_goes_on_from_its_version_or_lists_again(void **state)
{
	static const struct {
		const char *name;
		struct fake_step fault;
		const char *next; /* NULL: a list */
	} rows[] = {
		{"cut",
			{"watch",
				FAKE_HEAD("200 OK") "Content-Length: 999\r\n\r\n" EVENT(
					"ADDED", VPC("two", "6")),
				FAKE_CLOSE, false},
			WATCHES("6")},
		{"ended at once", {"watch", FAKE_OK, FAKE_CLOSE, false}, WATCHES("5")},
		{"reset before an answer", {"watch", "", FAKE_RESET, false}, WATCHES("5")},
		{"throttled",
			{"watch", FAKE_STATUS("429 Too Many", "429", "slow"), FAKE_CLOSE, false},
			WATCHES("5")},
		{"gone", {"watch", FAKE_STATUS("410 Gone", "410", "too old"), FAKE_CLOSE, false},
			NULL},
		{"gone by event",
			{"watch",
				FAKE_OK EVENT("ERROR", "{\"kind\":\"Status\",\"code\":410,"
						       "\"message\":\"too old\"}"),
				FAKE_HOLD, false},
			NULL},
		{"garbage", {"watch", FAKE_OK "<html>\n", FAKE_HOLD, false}, NULL},
		{"internal error",
			{"watch", FAKE_STATUS("500 Error", "500", "oh"), FAKE_CLOSE, false}, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct fake_step again[] = {
			{LISTS, LIST("5", VPC("one", "1")), FAKE_CLOSE, false},
			rows[i].fault,
			{LISTS, LIST("9", VPC("three", "8")), FAKE_CLOSE, false},
			{WATCHES("9"), FAKE_OK, FAKE_HOLD, false},
			{0},
		};
		const struct fake_step further[] = {
			again[0], again[1], {rows[i].next, FAKE_OK, FAKE_HOLD, false}, {0}};
		struct fixture fixture;

		begin(&fixture, rows[i].next ? further : again);
		if (!served(&fixture, rows[i].next ? 3 : 4))
			fail_msg("%s: did not go on", rows[i].name);
		assert_true(reflector_is_synced(fixture.reflector));
		if (has(&fixture, "one") != (rows[i].next != NULL) ||
			has(&fixture, "three") == (rows[i].next != NULL))
			fail_msg("%s: wrong objects", rows[i].name);
		end(&fixture);
	}
	assert_true(
		metrics_say("peerwarden_mirror_restarts_total{kind=\"Vpc\",reason=\"gone\"} 2\n"));
}

static void
a_list_that_fails_is_not_synced_and_tried_again(void **state)
{
	static const struct fake_step steps[] = {
		{LISTS, FAKE_HEAD("500 Error") "Retry-After: 1\r\n\r\n", FAKE_CLOSE, false},
		{LISTS, FAKE_HEAD("200 OK") "Content-Length: 999\r\n\r\n{", FAKE_CLOSE, false},
		{LISTS,
			FAKE_OK "{\"metadata\":{\"resourceVersion\":\"5\",\"continue\":\"n\"},"
				"\"items\":[" VPC("one", "1") "]}",
			FAKE_CLOSE, false},
		{"continue=n", FAKE_STATUS("410 Gone", "410", "expired"), FAKE_CLOSE, false},
		{LISTS, LIST("6", VPC("two", "2")), FAKE_HOLD, false},
		{WATCHES("6"), FAKE_OK, FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_true(served(&fixture, 5));
	assert_true(has(&fixture, "one")); /* not yet known to be gone */
	assert_false(reflector_is_synced(fixture.reflector));
	fake_server_release(&fixture.server);
	assert_true(served(&fixture, 6));
	assert_true(reflector_is_synced(fixture.reflector));
	assert_false(has(&fixture, "one"));
	assert_true(has(&fixture, "two"));
	end(&fixture);
}

static void
a_kind_that_is_not_installed_is_synced_and_found_when_it_comes(void **state)
{
	static const struct fake_step steps[] = {
		{LISTS, ABSENT, FAKE_CLOSE, false},
		{LISTS, ABSENT, FAKE_HOLD, false},
		{LISTS, LIST("5", VPC("one", "1")), FAKE_CLOSE, false},
		{WATCHES("5"), FAKE_OK EVENT("DELETED", VPC("one", "6")), FAKE_CLOSE,
			false}, /* the CRD is deleted */
		{WATCHES("6"), ABSENT, FAKE_CLOSE, false},
		{LISTS, ABSENT, FAKE_CLOSE, false},
		{LISTS, LIST("9", VPC("two", "8")), FAKE_CLOSE, false}, /* and comes back */
		{WATCHES("9"), FAKE_OK, FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_true(served(&fixture, 2));
	assert_true(reflector_is_synced(fixture.reflector));
	fake_server_release(&fixture.server);
	assert_true(served(&fixture, 8));
	assert_false(has(&fixture, "one"));
	assert_true(has(&fixture, "two"));
	assert_true(reflector_is_synced(fixture.reflector));
	end(&fixture);
}

static void
objects_of_a_kind_that_is_not_found_any_more_vanish_after_a_time(void **state)
{
	static const struct fake_step steps[] = {
		{LISTS, LIST("5", VPC("one", "1")), FAKE_CLOSE, false},
		{WATCHES("5"), ABSENT, FAKE_CLOSE, false},
		{LISTS, ABSENT, FAKE_CLOSE, false},
		{LISTS, ABSENT, FAKE_CLOSE, false},
		{LISTS, "", FAKE_HOLD, false},
		{0},
	};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct fixture fixture = {.settings.absent_time = i ? 3600 * CLOCK_SECOND : 1};

		begin_kind(&fixture, KIND_VPC, steps);
		assert_true(served(&fixture, 5));
		assert_int_equal(has(&fixture, "one"), i);
		assert_int_equal(reached(&fixture), i ? 5 : MIRROR_ABSENT);
		assert_true(reflector_is_synced(fixture.reflector));
		end(&fixture);
	}
}

static void
a_kind_that_may_not_be_read_is_not_synced(void **state)
{
	static const struct fake_step steps[] = {
		{LISTS, LIST("5", VPC("one", "1")), FAKE_CLOSE, false},
		{WATCHES("5"), FAKE_STATUS("403 Forbidden", "403", "may not watch"), FAKE_CLOSE,
			false},
		{LISTS, FAKE_STATUS("403 Forbidden", "403", "may not list"), FAKE_CLOSE, false},
		{LISTS, LIST("6", VPC("one", "1")), FAKE_HOLD, false},
		{WATCHES("6"), FAKE_OK, FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_true(served(&fixture, 4));
	assert_false(reflector_is_synced(fixture.reflector));
	assert_true(has(&fixture, "one"));
	fake_server_release(&fixture.server);
	assert_true(served(&fixture, 5));
	assert_true(reflector_is_synced(fixture.reflector));
	end(&fixture);
}

static void
objects_that_are_none_are_left_out(void **state)
{
	static const struct fake_step steps[] = {
		{LISTS, LIST("5", "null,{},7,{\"metadata\":{\"name\":3}}," VPC("one", "1")),
			FAKE_CLOSE, false},
		{WATCHES("5"),
			FAKE_OK EVENT("ADDED", "{\"metadata\":{\"resourceVersion\":\"6\"}}")
				EVENT("ADDED", VPC("two", "7")),
			FAKE_CLOSE, false},
		{WATCHES("7"), FAKE_OK, FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_true(served(&fixture, 3));
	assert_true(has(&fixture, "one"));
	assert_true(has(&fixture, "two"));
	assert_true(metrics_say("peerwarden_mirror_objects{kind=\"Vpc\"} 2\n"));
	end(&fixture);
}

static void
only_the_shoot_info_is_read_of_all_config_maps(void **state)
{
	static const struct fake_step steps[] = {
		{"GET "
		 "/api/v1/namespaces/kube-system/"
		 "configmaps?fieldSelector=metadata.name%3Dshoot-info&limit=500 HTTP",
			LIST("5", ""), FAKE_CLOSE, false},
		{"GET "
		 "/api/v1/namespaces/kube-system/"
		 "configmaps?fieldSelector=metadata.name%3Dshoot-info&watch=true",
			FAKE_OK, FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;

	(void)state;
	fixture.settings.absent_time = 0;
	begin_kind(&fixture, KIND_SHOOT_INFO, steps);
	assert_true(served(&fixture, 2));
	end(&fixture);
}

static void
a_server_that_is_away_is_found_again(void **state)
{
	static const struct fake_step before[] = {
		{LISTS, LIST("5", VPC("one", "1")), FAKE_CLOSE, false},
		{WATCHES("5"), FAKE_OK, FAKE_HOLD, false}, {0}};
	static const struct fake_step after[] = {
		{WATCHES("5"), FAKE_STATUS("410 Gone", "410", "too old"), FAKE_CLOSE, false},
		{LISTS, LIST("9", VPC("two", "8")), FAKE_CLOSE, false},
		{WATCHES("9"), FAKE_OK, FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;

	(void)state;
	begin(&fixture, before);
	assert_true(served(&fixture, 2));
	fake_server_stop(&fixture.server);
	fake_server_resume(&fixture.server, after);
	assert_true(served(&fixture, 3));
	assert_false(has(&fixture, "one"));
	assert_true(has(&fixture, "two"));
	end(&fixture);
}

static void
what_was_reached_grows_over_gaps_and_relists(void **state)
{
	static const struct fake_step steps[] = {
		{LISTS, LIST("5", VPC("one", "1")), FAKE_CLOSE, false},
		{WATCHES("5"), FAKE_OK EVENT("ADDED", VPC("two", "6")), FAKE_RESET, false},
		{WATCHES("6"), FAKE_STATUS("410 Gone", "410", "too old"), FAKE_CLOSE, false},
		{LISTS, LIST("9", VPC("three", "8")), FAKE_CLOSE, false},
		{WATCHES("9"), FAKE_OK EVENT("ERROR", "{\"code\":410}"), FAKE_CLOSE, false},
		/* An API server that has gone back in time is followed, but lowers nothing. */
		{LISTS, LIST("3", VPC("one", "1")), FAKE_CLOSE, false},
		{WATCHES("3"), FAKE_OK EVENT("MODIFIED", VPC("one", "4")), FAKE_CLOSE, false},
		{WATCHES("4"), FAKE_OK EVENT("MODIFIED", VPC("one", "10")), FAKE_CLOSE, false},
		{WATCHES("10"), FAKE_OK, FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_true(served(&fixture, 9));
	assert_true(told(&fixture,
		"one/u-one 1 =5 two/u-two 6 =6 three/u-three 8 =9 one/u-one 1 one/u-one 4 "
		"one/u-one 10 =10 "));
	assert_false(has(&fixture, "three"));
	end(&fixture);
}

static void
objects_that_are_none_are_told_as_far_as_they_have_a_name(void **state)
{
	static const struct fake_step steps[] = {
		{LISTS, LIST("5", "null,7,{\"metadata\":{\"name\":3}}," VPC("one", "1")),
			FAKE_CLOSE, false},
		{WATCHES("5"),
			FAKE_OK EVENT("ADDED", "{\"metadata\":{\"resourceVersion\":\"6\"}}")
				EVENT("DELETED", "{\"metadata\":{\"resourceVersion\":\"7\","
						 "\"name\":\"one\"}}"),
			FAKE_CLOSE, false},
		{WATCHES("7"), FAKE_OK, FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_true(served(&fixture, 3));
	assert_true(told(&fixture, "one/u-one 1 =5 =6 one/ 7 gone =7 "));
	assert_false(has(&fixture, "one"));
	end(&fixture);
}

static void
the_time_of_creation_is_told_where_there_is_one(void **state)
{
	static const struct {
		const char *metadata;
		int64_t created;
	} rows[] = {
		{"", 0},
		{",\"creationTimestamp\":\"2026-01-02T03:04:05Z\"", 1767323045},
		{",\"creationTimestamp\":\"1970-01-01T00:00:00Z\"", 0},
		{",\"creationTimestamp\":null", 0},
		{",\"creationTimestamp\":\"2026-01-02T03:04:05Zoo\"", 0},
		{",\"creationTimestamp\":\"yesterday\"", 0},
		{",\"creationTimestamp\":7", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char list[400];
		const struct fake_step steps[] = {{LISTS, list, FAKE_CLOSE, false},
			{WATCHES("5"), FAKE_OK, FAKE_HOLD, false}, {0}};
		struct fixture fixture;

		snprintf(list, sizeof list,
			LIST("5", "{\"metadata\":{\"name\":\"one\",\"resourceVersion\":\"1\"%s}}"),
			rows[i].metadata);
		begin(&fixture, steps);
		assert_true(served(&fixture, 2));
		inventory_lock(fixture.inventory);
		assert_int_equal(fixture.created, rows[i].created);
		inventory_unlock(fixture.inventory);
		end(&fixture);
	}
}

/* Each row has one answer whose version is no number, and none of it is told. */
static void
versions_that_are_no_numbers_are_refused(void **state)
{
	static const struct {
		const char *list;
		const char *event;
	} rows[] = {
		{LIST("abc", VPC("one", "1")), NULL},
		{LIST("5", VPC("bad", "") "," VPC("bad", "2")), NULL},
		{LIST("5", VPC("bad", "18446744073709551616")), NULL},
		{NULL, FAKE_OK EVENT("ADDED", VPC("bad", "6x"))},
		{NULL, FAKE_OK EVENT("BOOKMARK", "{\"metadata\":{\"resourceVersion\":\"0\"}}")},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		static const struct fake_step good = {
			LISTS, LIST("9", VPC("two", "8")), FAKE_CLOSE, false};
		static const struct fake_step rest = {WATCHES("9"), FAKE_OK, FAKE_HOLD, false};
		const struct fake_step lists[] = {
			{LISTS, rows[i].list, FAKE_CLOSE, false}, good, rest, {0}};
		const struct fake_step events[] = {
			good, {WATCHES("9"), rows[i].event, FAKE_CLOSE, false}, good, rest, {0}};
		struct fixture fixture;

		begin(&fixture, rows[i].list ? lists : events);
		assert_true(served(&fixture, rows[i].list ? 3 : 4));
		assert_true(told(&fixture,
			rows[i].list ? "two/u-two 8 =9 " : "two/u-two 8 =9 two/u-two 8 =9 "));
		assert_false(has(&fixture, "bad"));
		end(&fixture);
	}
}

/* The answers go on as long as the test needs them. */
static void
repeat(struct fake_step *steps, int from, int to, struct fake_step step)
{
	for (int i = from; i < to; i++)
		steps[i] = step;
}

static void
a_kind_is_absent_only_after_a_time_in_which_no_try_found_it(void **state)
{
	enum { TRIES = 1000 };
	static struct fake_step steps[TRIES + 1];
	static const struct fake_step absent = {LISTS, ABSENT, FAKE_CLOSE, false};
	struct fixture fixture = {.settings.absent_time = 300 * CLOCK_MILLISECOND};

	(void)state;
	repeat(steps, 0, TRIES, absent);
	begin_kind(&fixture, KIND_VPC, steps);
	assert_true(FAKE_EVENTUALLY(reflector_is_synced(fixture.reflector)));
	assert_true(FAKE_EVENTUALLY(reached(&fixture) == MIRROR_ABSENT));
	assert_true(atomic_load(&fixture.server.served) >= 2);
	assert_true(told(&fixture, "=absent "));
	/* It is said again with each further try. */
	inventory_lock(fixture.inventory);
	fixture.absences = 0;
	inventory_unlock(fixture.inventory);
	assert_true(FAKE_EVENTUALLY(absences(&fixture) >= 2));
	dispose(&fixture);
}

static void
a_kind_that_was_not_found_for_a_moment_is_not_absent(void **state)
{
	static const struct fake_step steps[] = {
		{LISTS, ABSENT, FAKE_CLOSE, false},
		{LISTS, ABSENT, FAKE_CLOSE, false},
		{LISTS, LIST("5", VPC("one", "1")), FAKE_CLOSE, false},
		{WATCHES("5"), FAKE_OK, FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_true(served(&fixture, 4));
	assert_true(told(&fixture, "one/u-one 1 =5 "));
	end(&fixture);
}

/* The CRD is deleted, with its objects, and created again, with others; a try that fails in another
 * way begins the time anew. */
static void
a_kind_that_comes_back_begins_at_its_list(void **state)
{
	static const struct fake_step steps[] = {
		{LISTS, LIST("50", VPC("one", "1")), FAKE_CLOSE, false},
		{WATCHES("50"), FAKE_OK EVENT("DELETED", VPC("one", "51")), FAKE_CLOSE, false},
		{WATCHES("51"), ABSENT, FAKE_CLOSE, false},
		{LISTS, ABSENT, FAKE_CLOSE, false},
		{LISTS, FAKE_HEAD("503 Away") "\r\n", FAKE_CLOSE, false},
		{LISTS, ABSENT, FAKE_HOLD, false},
		{LISTS, ABSENT, FAKE_CLOSE, false},
		{LISTS, LIST("9", VPC("two", "8")), FAKE_CLOSE, false},
		{WATCHES("9"), FAKE_OK, FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture = {.settings.absent_time = 1};

	(void)state;
	begin_kind(&fixture, KIND_VPC, steps);
	assert_true(served(&fixture, 6));
	assert_true(told(&fixture, "one/u-one 1 =50 one/u-one 51 gone =51 "));
	fake_server_release(&fixture.server);
	assert_true(served(&fixture, 9));
	assert_true(
		told(&fixture, "one/u-one 1 =50 one/u-one 51 gone =51 =absent two/u-two 8 =9 "));
	assert_int_equal(absences(&fixture), 1); /* not at the first try after the failure */
	assert_false(has(&fixture, "one"));
	assert_true(has(&fixture, "two"));
	end(&fixture);
}

enum { LARGE = 1024 * 1024 };

static void
objects_of_a_megabyte_are_listed_and_watched(void **state)
{
	char *text = malloc(LARGE + 1), *list = malloc(3 * LARGE), *event = malloc(3 * LARGE);
	const struct fake_step steps[] = {
		{LISTS, list, FAKE_CLOSE, false},
		{WATCHES("5"), event, FAKE_CLOSE, false},
		{WATCHES("7"), FAKE_OK, FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;

	(void)state;
	memset(text, 'x', LARGE);
	text[LARGE] = '\0';
	snprintf(list, (size_t)3 * LARGE,
		FAKE_OK "{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":["
			"{\"metadata\":{\"name\":\"one\",\"resourceVersion\":\"1\"},\"spec\":"
			"{\"namespaces\":[\"%s\"]}}]}",
		text);
	snprintf(event, (size_t)3 * LARGE,
		FAKE_OK EVENT("ADDED", "{\"metadata\":{\"name\":\"two\",\"resourceVersion\":"
				       "\"6\",\"annotations\":{\"a\":\"%s\"}}}")
			EVENT("ADDED", VPC("three", "7")),
		text);
	begin(&fixture, steps);
	assert_true(served(&fixture, 3));
	assert_true(has(&fixture, "one"));
	assert_true(has(&fixture, "two"));
	assert_true(told(&fixture, "one/ 1 =5 two/ 6 =6 three/u-three 7 =7 "));
	end(&fixture);
	free(text);
	free(list);
	free(event);
}

enum { PAGES = 200, PAGE_OBJECTS = 500 };

static char *
write_page(int page)
{
	enum { SIZE = 1000 + PAGE_OBJECTS * 100 };
	char *text = malloc(SIZE);
	int length = snprintf(text, SIZE,
		FAKE_OK "{\"metadata\":{\"resourceVersion\":\"700000\",\"continue\":\"%s\"},"
			"\"items\":[",
		page < PAGES - 1 ? "next" : "");

	for (int i = 0; i < PAGE_OBJECTS; i++)
		length += snprintf(text + length, SIZE - (size_t)length,
			"%s{\"metadata\":{\"name\":\"v%d\",\"resourceVersion\":\"%d\"}}",
			i ? "," : "", page * PAGE_OBJECTS + i, page * PAGE_OBJECTS + i + 1);
	snprintf(text + length, SIZE - (size_t)length, "]}");
	return text;
}

static void
a_hundred_thousand_objects_come_in_pages(void **state)
{
	static struct fake_step steps[PAGES + 2];
	char *pages[PAGES];
	struct fixture fixture;

	(void)state;
	for (int i = 0; i < PAGES; i++) {
		pages[i] = write_page(i);
		steps[i] = (struct fake_step){
			i ? "&continue=next HTTP" : LISTS, pages[i], FAKE_CLOSE, false};
	}
	steps[PAGES] = (struct fake_step){WATCHES("700000"), FAKE_OK, FAKE_HOLD, false};
	begin(&fixture, steps);
	assert_true(served(&fixture, 1));
	while (atomic_load(&fixture.server.served) <= PAGES &&
		served(&fixture, atomic_load(&fixture.server.served) + 1))
		;
	assert_int_equal(fixture.server.served, PAGES + 1);
	assert_int_equal(fixture.seen, PAGES * PAGE_OBJECTS);
	assert_int_equal(reached(&fixture), 700000);
	assert_true(has(&fixture, "v0"));
	assert_true(has(&fixture, "v99999"));
	end(&fixture);
	for (int i = 0; i < PAGES; i++)
		free(pages[i]);
}

static void
a_server_that_starts_again_is_watched_from_the_last_version(void **state)
{
	static const struct fake_step before[] = {
		{LISTS, LIST("5", VPC("one", "1")), FAKE_CLOSE, false},
		{WATCHES("5"), FAKE_OK EVENT("ADDED", VPC("two", "6")), FAKE_HOLD, false}, {0}};
	static const struct fake_step after[] = {
		{WATCHES("6"), FAKE_OK EVENT("DELETED", VPC("one", "7")), FAKE_CLOSE, false},
		{WATCHES("7"), FAKE_OK, FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;
	long count;

	(void)state;
	begin(&fixture, before);
	assert_true(served(&fixture, 2));
	assert_true(FAKE_EVENTUALLY(reached(&fixture) == 6));
	count = restarts();
	fake_server_stop(&fixture.server);
	assert_true(FAKE_EVENTUALLY(restarts() >= count + 3)); /* cut, then refused */
	fake_server_resume(&fixture.server, after);
	assert_true(served(&fixture, 2));
	assert_true(told(&fixture, "one/u-one 1 =5 two/u-two 6 =6 one/u-one 7 gone =7 "));
	end(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_and_events_go_into_the_inventory),
		cmocka_unit_test(a_failed_watch_goes_on_from_its_version_or_lists_again),
		cmocka_unit_test(a_list_that_fails_is_not_synced_and_tried_again),
		cmocka_unit_test(a_kind_that_is_not_installed_is_synced_and_found_when_it_comes),
		cmocka_unit_test(objects_of_a_kind_that_is_not_found_any_more_vanish_after_a_time),
		cmocka_unit_test(a_kind_that_may_not_be_read_is_not_synced),
		cmocka_unit_test(objects_that_are_none_are_left_out),
		cmocka_unit_test(only_the_shoot_info_is_read_of_all_config_maps),
		cmocka_unit_test(a_server_that_is_away_is_found_again),
		cmocka_unit_test(what_was_reached_grows_over_gaps_and_relists),
		cmocka_unit_test(objects_that_are_none_are_told_as_far_as_they_have_a_name),
		cmocka_unit_test(the_time_of_creation_is_told_where_there_is_one),
		cmocka_unit_test(versions_that_are_no_numbers_are_refused),
		cmocka_unit_test(a_kind_is_absent_only_after_a_time_in_which_no_try_found_it),
		cmocka_unit_test(a_kind_that_was_not_found_for_a_moment_is_not_absent),
		cmocka_unit_test(a_kind_that_comes_back_begins_at_its_list),
		cmocka_unit_test(objects_of_a_megabyte_are_listed_and_watched),
		cmocka_unit_test(a_hundred_thousand_objects_come_in_pages),
		cmocka_unit_test(a_server_that_starts_again_is_watched_from_the_last_version),
	};

	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
