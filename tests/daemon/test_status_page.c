#include "daemon/status_page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/daemon/status_fixture.h"

enum { MANY = 10000 };

static struct arena *arena;
static struct buffer out;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(SIZE_MAX);
	buffer_init(&out, SIZE_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	buffer_dispose(&out);
	return 0;
}

static const char *
page_of(const struct status *status)
{
	buffer_clear(&out);
	status_page_write(arena, status, &out);
	return buffer_text(&out);
}

static size_t
count_of(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		count++;
	return count;
}

static void
nothing_that_others_wrote_becomes_markup(void **state)
{
	struct status status = status_fixture();
	const char *page = page_of(&status);

	(void)state;
	assert_null(strstr(page, "<script"));
	assert_true(count_of(page, "&lt;script&gt;") >= 5);
}

static void
it_loads_nothing_and_comes_again(void **state)
{
	struct status status = status_fixture();
	const char *page = page_of(&status);

	(void)state;
	assert_non_null(strstr(page, "content=\"default-src 'none'; style-src 'unsafe-inline'\""));
	assert_non_null(strstr(page, "http-equiv=\"refresh\" content=\"5\""));
	assert_non_null(strstr(page, "prefers-color-scheme:dark"));
	assert_null(strstr(page, "src="));
	assert_null(strstr(page, "url("));
}

static void
the_worst_peerings_come_first(void **state)
{
	struct status status = status_fixture();
	const char *page = page_of(&status);
	const char *bad = strstr(page, "awsvpcpeerings/&lt;"),
		   *drifted = strstr(page, "awsvpcpeerings/drifted"),
		   *pending = strstr(page, "awsvpcpeerings/pending"),
		   *active = strstr(page, "awsvpcpeerings/active");

	(void)state;
	assert_true(bad && drifted && pending && active);
	assert_true(bad < drifted && drifted < pending && pending < active);
	assert_non_null(strstr(page, "4 in all: 1 with a problem, 1 that differ"));
	assert_non_null(strstr(page, "route 10.3.0.0/16 is missing in rtb-1"));
	assert_non_null(strstr(page, "5 s ago"));
}

static void
of_many_peerings_the_worst_are_shown_and_all_are_counted(void **state)
{
	struct status status = status_fixture();
	struct peering_view *many = ARENA_ARRAY(arena, struct peering_view, MANY);
	const char *page;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		many[i] = (struct peering_view){.key = arena_printf(arena, "many/%05zu", i),
			.mode = "manage",
			.state = "active",
			.problem = "",
			.first_drift = ""};
	many[MANY - 1].problem = "VpcNotFound: the last one";
	status.peerings = (struct peering_views){many, MANY};
	page = page_of(&status);
	assert_int_equal(count_of(page, "many/"), STATUS_PAGE_PEERINGS);
	assert_non_null(strstr(page, "10000 in all: 1 with a problem"));
	assert_true(strstr(page, "the last one") < strstr(page, "many/00000"));
	assert_non_null(strstr(page, "many/00198"));
	assert_null(strstr(page, "many/00199"));
}

static void
what_is_wrong_is_said(void **state)
{
	struct status status = status_fixture();
	const char *page;

	(void)state;
	status.leader.is_sure = false;
	assert_non_null(strstr(page_of(&status), "another replica"));
	status.leader.holder[0] = '\0';
	status.synced = false;
	status.audit.left_out = 8;
	status.audit.blocked = 9;
	page = page_of(&status);
	assert_non_null(strstr(page, "nobody"));
	assert_non_null(strstr(page, "being listed"));
	assert_non_null(strstr(page, "8 beyond the limit"));
	assert_non_null(strstr(page, "9 where another"));
	assert_non_null(strstr(page, "RequestLimitExceeded"));
	assert_non_null(strstr(page, "failing"));
}

static void
the_picture_stands_in_the_page(void **state)
{
	struct status status = status_fixture();

	(void)state;
	assert_null(strstr(page_of(&status), "id=\"picture\""));
	status.picture = "<svg class=\"graph\"></svg>\n";
	assert_non_null(strstr(page_of(&status),
		"<section id=\"picture\">\n<svg class=\"graph\"></svg>\n</section>"));
}

static void
a_daemon_that_has_just_started_has_a_page(void **state)
{
	struct settings settings = {.reports = "none", .clouds = ""};
	struct status status = {.settings = &settings, .phase = "starting"};
	const char *page = page_of(&status);

	(void)state;
	assert_non_null(strstr(page, "starting, version"));
	assert_non_null(strstr(page, "None is asked"));
	assert_non_null(strstr(page, "not wanted"));
	assert_non_null(strstr(page, "0 in all"));
	assert_non_null(strstr(page, "</html>"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_that_others_wrote_becomes_markup),
		cmocka_unit_test(it_loads_nothing_and_comes_again),
		cmocka_unit_test(the_worst_peerings_come_first),
		cmocka_unit_test(of_many_peerings_the_worst_are_shown_and_all_are_counted),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(the_picture_stands_in_the_page),
		cmocka_unit_test(a_daemon_that_has_just_started_has_a_page),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
