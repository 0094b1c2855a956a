#include "mirror/reflector.h"

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
	"{\"metadata\":{\"name\":\"" name "\",\"resourceVersion\":\"" version "\"},\"spec\":{}}"
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
	struct reflector *reflector;
};

static void
begin_kind(struct fixture *fixture, enum kind kind, const struct fake_step *steps)
{
	memset(fixture, 0, sizeof *fixture);
	fake_server_start(&fixture->server, steps);
	fixture->config.server.url = fixture->server.url;
	ending_init(&fixture->ending);
	fixture->inventory = inventory_new();
	fixture->reflector = reflector_new(fixture->inventory, kind_definitions[kind],
		&fixture->config, &fixture->ending, NULL);
	assert_non_null(fixture->reflector);
	assert_false(reflector_is_synced(fixture->reflector));
	reflector_start(fixture->reflector);
}

static void
begin(struct fixture *fixture, const struct fake_step *steps)
{
	begin_kind(fixture, KIND_VPC, steps);
}

static void
end(struct fixture *fixture)
{
	ending_announce(&fixture->ending);
	reflector_interrupt(fixture->reflector);
	reflector_free(fixture->reflector);
	fake_server_stop(&fixture->server);
	ending_dispose(&fixture->ending);
	inventory_free(fixture->inventory);
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
objects_of_a_kind_whose_list_is_not_found_any_more_vanish(void **state)
{
	static const struct fake_step steps[] = {
		{LISTS, LIST("5", VPC("one", "1")), FAKE_CLOSE, false},
		{WATCHES("5"), ABSENT, FAKE_CLOSE, false},
		{LISTS, ABSENT, FAKE_CLOSE, false},
		{LISTS, "", FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_true(served(&fixture, 4));
	assert_false(has(&fixture, "one"));
	assert_true(reflector_is_synced(fixture.reflector));
	end(&fixture);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_and_events_go_into_the_inventory),
		cmocka_unit_test(a_failed_watch_goes_on_from_its_version_or_lists_again),
		cmocka_unit_test(a_list_that_fails_is_not_synced_and_tried_again),
		cmocka_unit_test(a_kind_that_is_not_installed_is_synced_and_found_when_it_comes),
		cmocka_unit_test(objects_of_a_kind_whose_list_is_not_found_any_more_vanish),
		cmocka_unit_test(a_kind_that_may_not_be_read_is_not_synced),
		cmocka_unit_test(objects_that_are_none_are_left_out),
		cmocka_unit_test(only_the_shoot_info_is_read_of_all_config_maps),
		cmocka_unit_test(a_server_that_is_away_is_found_again),
	};

	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
