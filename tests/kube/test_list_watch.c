#include "kube/list_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "tests/http/fake_server.h"

#define THING(name, version)                                                                       \
	"{\"metadata\":{\"name\":\"" name "\",\"resourceVersion\":\"" version "\"}}"
#define LIST(version, items)                                                                       \
	FAKE_OK "{\"metadata\":{\"resourceVersion\":\"" version "\"},\"items\":[" items "]}"
#define EVENT(type, object) "{\"type\":\"" type "\",\"object\":" object "}\n"
#define LISTS               "GET /things?limit=500 HTTP"
#define WATCHES(version)    "&resourceVersion=" version " HTTP"

struct fixture {
	struct fake_server server;
	struct kube_config config;
	struct ending ending;
	struct list_watch *watch;
	struct buffer told;  /* written by the thread; read when it has ended */
	const char *refused; /* a list of this version cannot be used */
};

static void
on_begin(void *context)
{
	buffer_append_text(&((struct fixture *)context)->told, "[ ");
}

static const char *
name_of(const struct json *object)
{
	const char *name = json_member_text(json_member(object, "metadata"), "name");

	return name ? name : "-";
}

static void
on_item(void *context, const struct json *object)
{
	buffer_printf(&((struct fixture *)context)->told, "%s ", name_of(object));
}

static bool
on_listed(void *context, uint64_t version, struct error *error)
{
	struct fixture *fixture = context;
	char text[32];

	snprintf(text, sizeof text, "%llu", (unsigned long long)version);
	if (fixture->refused && strcmp(text, fixture->refused) == 0)
		return error_set(error, ERROR_INVALID, "refused");
	buffer_printf(&fixture->told, "]%s ", text);
	return true;
}

static void
on_open(void *context)
{
	buffer_append_text(&((struct fixture *)context)->told, "open ");
}

static void
on_event(void *context, enum kube_event event, const struct json *object)
{
	static const char *const signs[] = {[KUBE_ADDED] = "+",
		[KUBE_MODIFIED] = "~",
		[KUBE_DELETED] = "-",
		[KUBE_BOOKMARK] = "="};

	buffer_printf(&((struct fixture *)context)->told, "%s%s ", signs[event], name_of(object));
}

static void
on_failure(void *context, const struct list_watch_failure *failure)
{
	buffer_printf(&((struct fixture *)context)->told, "%s:%d%s%s%s ",
		failure->listed ? "watch" : "list", failure->status, *failure->reason ? "/" : "",
		failure->reason, failure->keeps ? ",keeps" : "");
}

static void
begin(struct fixture *fixture, const struct fake_step *steps, const char *refused)
{
	struct list_watch_settings settings = {
		.config = &fixture->config,
		.collection = {"/things", NULL},
		.ending = &fixture->ending,
		.first_wait = CLOCK_MILLISECOND,
		.longest_wait = 10 * CLOCK_MILLISECOND,
		.observer = {on_begin, on_item, on_listed, on_open, on_event, on_failure, fixture},
	};

	*fixture = (struct fixture){.refused = refused};
	buffer_init(&fixture->told, 1000000);
	fake_server_start(&fixture->server, steps);
	fixture->config.server.url = fixture->server.url;
	ending_init(&fixture->ending);
	fixture->watch = list_watch_new(&settings, NULL);
	assert_non_null(fixture->watch);
	list_watch_start(fixture->watch);
}

static void
end(struct fixture *fixture, int steps, const char *told)
{
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture->server.served) >= steps));
	ending_announce(&fixture->ending);
	list_watch_interrupt(fixture->watch);
	list_watch_free(fixture->watch);
	fake_server_stop(&fixture->server);
	ending_dispose(&fixture->ending);
	assert_int_equal(fixture->server.unexpected, 0);
	assert_string_equal(buffer_text(&fixture->told), told);
	buffer_dispose(&fixture->told);
}

static void
a_list_is_followed_by_a_watch_from_its_version(void **state)
{
	static const struct fake_step steps[] = {
		{LISTS, LIST("5", THING("one", "1") "," THING("two", "2")), FAKE_CLOSE, false},
		{WATCHES("5"),
			FAKE_OK EVENT("ADDED", THING("four", "6"))
				EVENT("DELETED", THING("two", "7")) EVENT(
					"BOOKMARK", "{\"metadata\":{\"resourceVersion\":\"20\"}}"),
			FAKE_CLOSE, true},
		{WATCHES("20"), FAKE_HEAD("503 Busy") "\r\n", FAKE_CLOSE, false},
		{LISTS, LIST("21", ""), FAKE_CLOSE, false},
		{WATCHES("21"), FAKE_STATUS("410 Gone", "410", "too old"), FAKE_CLOSE, false},
		{LISTS, LIST("22", THING("five", "22")), FAKE_CLOSE, false},
		{WATCHES("22"), "", FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps, NULL);
	end(&fixture, 7, "[ one two ]5 open +four -two =- watch:503 [ ]21 watch:410 [ five ]22 ");
}

static void
what_loses_no_event_keeps_the_place(void **state)
{
	static const struct fake_step steps[] = {
		{LISTS, LIST("5", ""), FAKE_CLOSE, false},
		{WATCHES("5"), "", FAKE_RESET, false},
		{WATCHES("5"), FAKE_STATUS("429 Too Many", "429", "slow"), FAKE_CLOSE, false},
		{WATCHES("5"), FAKE_OK, FAKE_CLOSE, false}, /* it ends at once */
		{WATCHES("5"), "", FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps, NULL);
	end(&fixture, 5, "[ ]5 watch:0,keeps watch:429,keeps open watch:200,keeps ");
}

static void
a_list_that_is_refused_or_absent_is_asked_for_again(void **state)
{
	static const struct fake_step steps[] = {
		{LISTS, FAKE_HEAD("404 Not Found") "\r\n404 page not found\n", FAKE_CLOSE, false},
		{LISTS,
			FAKE_HEAD("403 Forbidden") "\r\n{\"kind\":\"Status\",\"code\":403,"
						   "\"reason\":\"Forbidden\"}",
			FAKE_CLOSE, false},
		{LISTS, LIST("5", THING("one", "1")), FAKE_CLOSE, false},
		{LISTS, LIST("6", ""), FAKE_CLOSE, false},
		{WATCHES("6"), "", FAKE_HOLD, false},
		{0},
	};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps, "5");
	end(&fixture, 5, "[ list:404 [ list:403/Forbidden [ one list:200 [ ]6 ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_followed_by_a_watch_from_its_version),
		cmocka_unit_test(what_loses_no_event_keeps_the_place),
		cmocka_unit_test(a_list_that_is_refused_or_absent_is_asked_for_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
