#include "webhook/remote_lookup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "kinds/remote_manifest.h"
#include "tests/webhook/lookup_ground.h"

enum { MANY = 100000, LAST = REMOTE_LOOKUP_QUEUE - 1 };

static struct lookup_ground ground;

static int
setup(void **state)
{
	(void)state;
	log_set_level(LOG_ERROR + 1);
	return 0;
}

static struct remote_question *
ask_as(const char *author, const struct remote *remote)
{
	struct remote_question *question;

	inventory_lock(ground.inventory);
	question = remote_lookup_ask(ground.lookup, remote, author, clock_monotonic());
	inventory_unlock(ground.inventory);
	return question;
}

static struct remote_question *
ask(void)
{
	return ask_as("alice", &lookup_remote);
}

static struct remote_question *
ask_about(int number)
{
	char id[32];
	const struct remote remote = {PROVIDER_AWS, "123456789012", "eu-west-1", id, NULL};

	snprintf(id, sizeof id, "vpc-%017x", (unsigned)number);
	return ask_as("alice", &remote);
}

static bool
is_over(const struct remote_question *question)
{
	bool over;

	inventory_lock(ground.inventory);
	over = remote_question_is_over(question);
	inventory_unlock(ground.inventory);
	return over;
}

static void
release(struct remote_question *question)
{
	inventory_lock(ground.inventory);
	remote_question_release(question);
	inventory_unlock(ground.inventory);
}

static bool
have_written(int count)
{
	return FAKE_EVENTUALLY(atomic_load(&ground.changes) >= count);
}

static void
end(int unexpected)
{
	remote_lookup_stop(ground.lookup);
	lookup_ground_end(&ground);
	assert_int_equal(ground.server.unexpected, unexpected);
}

static void
a_network_that_nobody_described_is_made_and_waited_for(void **state)
{
	static const struct fake_step steps[] = {
		{LOOKUP_CREATE, LOOKUP_VERSION("41"), FAKE_CLOSE, false}, {0}};
	struct remote_question *question;

	(void)state;
	lookup_ground_begin(&ground, steps, MANY);
	question = ask();
	assert_true(have_written(1));
	assert_false(is_over(question));
	lookup_ground_show(&ground, LOOKUP_NAME, 0, false);
	assert_false(is_over(question));
	lookup_ground_show(&ground, LOOKUP_NAME, 40, true);
	assert_false(is_over(question));
	lookup_ground_show(&ground, LOOKUP_NAME, 41, true);
	assert_true(is_over(question));
	release(question);
	end(0);
	assert_non_null(strstr(ground.server.last, "\"name\":\"" LOOKUP_NAME "\""));
	assert_non_null(strstr(ground.server.last, "\"vpcId\":\"" LOOKUP_VPC "\""));
}

static void
a_network_that_is_known_is_marked_under_its_own_name(void **state)
{
	static const struct fake_step steps[] = {
		{LOOKUP_MARK("by-hand"), LOOKUP_VERSION("41"), FAKE_CLOSE, false}, {0}};
	struct remote_question *question;

	(void)state;
	lookup_ground_begin(&ground, steps, MANY);
	lookup_ground_show(&ground, "by-hand", 17, true);
	question = ask();
	assert_true(have_written(1));
	assert_false(is_over(question));
	lookup_ground_show(&ground, "by-hand", 45, true);
	assert_true(is_over(question));
	release(question);
	end(0);
	assert_non_null(strstr(ground.server.last, "application/merge-patch+json"));
	assert_non_null(strstr(ground.server.last, "\"peerwarden.io/refresh\":\""));
}

static void
a_zone_that_nobody_described_is_made_and_waited_for(void **state)
{
	static const struct fake_step steps[] = {
		{"POST " LOOKUP_ZONES "?fieldManager=peerwarden-webhook ", LOOKUP_VERSION("41"),
			FAKE_CLOSE, false},
		{0}};
	struct arena *arena = arena_new(1 << 16);
	const char *name = remote_manifest_name(arena, &lookup_zone);
	struct remote_question *question;

	(void)state;
	lookup_ground_begin(&ground, steps, MANY);
	question = ask_as("alice", &lookup_zone);
	assert_true(have_written(1));
	lookup_ground_show(&ground, name, 41, true); /* a network of that name */
	assert_false(is_over(question));
	lookup_ground_show_zone(&ground, name, 40, true);
	assert_false(is_over(question));
	lookup_ground_show_zone(&ground, name, 41, true);
	assert_true(is_over(question));
	release(question);
	end(0);
	assert_non_null(strstr(ground.server.last, "\"kind\":\"RemoteZone\""));
	assert_non_null(strstr(ground.server.last, "\"spec\":{\"id\":\"" LOOKUP_ZONE "\"}"));
	arena_free(arena);
}

static void
a_zone_that_is_known_is_marked_under_its_own_name(void **state)
{
	static const struct fake_step steps[] = {
		{"PATCH " LOOKUP_ZONES "/by-hand?fieldManager=peerwarden-webhook ",
			LOOKUP_VERSION("41"), FAKE_CLOSE, false},
		{0}};
	struct remote_question *question;

	(void)state;
	lookup_ground_begin(&ground, steps, MANY);
	lookup_ground_show_zone(&ground, "by-hand", 17, true);
	question = ask_as("alice", &lookup_zone);
	assert_true(have_written(1));
	assert_false(is_over(question));
	lookup_ground_show_zone(&ground, "by-hand", 45, true);
	assert_true(is_over(question));
	release(question);
	end(0);
	assert_non_null(strstr(ground.server.last, "\"peerwarden.io/refresh\":\""));
}

static void
a_network_that_another_replica_has_just_made_is_marked(void **state)
{
	static const struct fake_step steps[] = {
		{LOOKUP_CREATE, FAKE_STATUS("409 Conflict", "409", "already exists"), FAKE_CLOSE,
			false},
		{LOOKUP_MARK(LOOKUP_NAME), LOOKUP_VERSION("41"), FAKE_CLOSE, false}, {0}};
	struct remote_question *question;

	(void)state;
	lookup_ground_begin(&ground, steps, MANY);
	question = ask();
	assert_true(have_written(1));
	assert_false(is_over(question));
	lookup_ground_show(&ground, LOOKUP_NAME, 41, true);
	assert_true(is_over(question));
	release(question);
	end(0);
}

static void
a_network_that_is_gone_is_made_again(void **state)
{
	static const struct fake_step steps[] = {
		{LOOKUP_MARK("by-hand"), FAKE_STATUS("404 Not Found", "404", "not found"),
			FAKE_CLOSE, false},
		{LOOKUP_CREATE, LOOKUP_VERSION("41"), FAKE_CLOSE, false}, {0}};
	struct remote_question *question;

	(void)state;
	lookup_ground_begin(&ground, steps, MANY);
	lookup_ground_show(&ground, "by-hand", 17, true);
	question = ask();
	assert_true(have_written(1));
	lookup_ground_show(&ground, "by-hand", 99, true);
	assert_false(is_over(question));
	lookup_ground_show(&ground, LOOKUP_NAME, 41, true);
	assert_true(is_over(question));
	release(question);
	end(0);
}

static void
a_write_that_fails_ends_the_question(void **state)
{
	static const char *const replies[] = {
		FAKE_STATUS("403 Forbidden", "403", "may not create"),
		FAKE_STATUS("500 Internal Server Error", "500", "no"),
		FAKE_STATUS("422 Unprocessable Entity", "422", "no"),
		FAKE_HEAD("201 Created") "\r\n{}",
		"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		const struct fake_step steps[] = {
			{LOOKUP_CREATE, replies[i], FAKE_CLOSE, false}, {0}};
		struct remote_question *question;

		lookup_ground_begin(&ground, steps, MANY);
		question = ask();
		assert_true(FAKE_EVENTUALLY(is_over(question)));
		assert_int_equal(atomic_load(&ground.changes), 1);
		release(question);
		end(0);
	}
}

static void
who_asks_the_same_meanwhile_shares_the_question(void **state)
{
	static const struct fake_step steps[] = {
		{LOOKUP_CREATE, LOOKUP_VERSION("41"), FAKE_HOLD, false}, {0}};
	struct remote_question *first, *second;

	(void)state;
	lookup_ground_begin(&ground, steps, 1);
	first = ask();
	assert_true(FAKE_EVENTUALLY(atomic_load(&ground.server.served) == 1));
	second = ask_as("bob", &lookup_remote);
	assert_ptr_equal(first, second);
	fake_server_release(&ground.server);
	assert_true(have_written(1));
	lookup_ground_show(&ground, LOOKUP_NAME, 41, true);
	release(first);
	assert_true(is_over(second));
	release(second);
	end(0);
	assert_int_equal(ground.server.served, 1);
}

/* What the first was told may be older than what the second asks for. */
static void
after_an_answer_the_same_is_asked_anew(void **state)
{
	static const struct fake_step steps[] = {
		{LOOKUP_CREATE, LOOKUP_VERSION("41"), FAKE_CLOSE, false},
		{LOOKUP_MARK(LOOKUP_NAME), LOOKUP_VERSION("44"), FAKE_CLOSE, false}, {0}};
	struct remote_question *first, *second, *third;

	(void)state;
	lookup_ground_begin(&ground, steps, MANY);
	first = ask();
	assert_true(have_written(1));
	lookup_ground_show(&ground, LOOKUP_NAME, 41, true);
	second = ask();
	third = ask();
	assert_ptr_not_equal(first, second);
	assert_ptr_equal(second, third);
	assert_true(is_over(first));
	assert_false(is_over(second));
	assert_true(have_written(2));
	assert_false(is_over(second));
	lookup_ground_show(&ground, LOOKUP_NAME, 44, true);
	assert_true(is_over(second));
	release(first);
	release(second);
	release(third);
	end(0);
}

static void
an_author_who_asks_too_much_is_not_heard(void **state)
{
	static const struct fake_step steps[] = {
		{LOOKUP_CREATE, LOOKUP_VERSION("1"), FAKE_CLOSE, false},
		{LOOKUP_CREATE, LOOKUP_VERSION("2"), FAKE_CLOSE, false}, {0}};

	(void)state;
	lookup_ground_begin(&ground, steps, 2);
	release(ask_about(1));
	release(ask_about(2));
	assert_null(ask_about(3));
	assert_true(have_written(2));
	end(0);
}

static void
no_more_questions_than_the_queue_holds_are_kept_and_the_end_ends_them_all(void **state)
{
	static const struct fake_step steps[] = {{LOOKUP_CREATE, "", FAKE_HOLD, false}, {0}};
	struct remote_question *questions[REMOTE_LOOKUP_QUEUE];

	(void)state;
	lookup_ground_begin(&ground, steps, MANY);
	for (int i = 0; i < REMOTE_LOOKUP_QUEUE; i++) {
		questions[i] = ask_about(i);
		assert_non_null(questions[i]);
	}
	release(questions[LAST]);
	assert_null(ask_about(REMOTE_LOOKUP_QUEUE));
	assert_true(FAKE_EVENTUALLY(atomic_load(&ground.server.served) == 1));
	remote_lookup_stop(ground.lookup);
	for (int i = 0; i < LAST; i++) {
		assert_true(is_over(questions[i]));
		release(questions[i]);
	}
	lookup_ground_end(&ground);
}

static void
no_more_wait_for_answers_than_the_waiting_room_can_spare(void **state)
{
	static const struct fake_step steps[] = {{LOOKUP_CREATE, "", FAKE_HOLD, false}, {0}};
	struct remote_question *question = NULL;

	(void)state;
	lookup_ground_begin(&ground, steps, MANY);
	for (int i = 0; i < REMOTE_LOOKUP_ASKERS; i++) {
		question = ask();
		assert_non_null(question);
	}
	assert_null(ask());
	release(question);
	assert_ptr_equal(ask(), question);
	for (int i = 0; i < REMOTE_LOOKUP_ASKERS; i++)
		release(question);
	end(0);
}

static void
a_configuration_that_cannot_be_used_is_said(void **state)
{
	struct kube_config config = {.server.url = "http://not-loopback.example.com"};
	struct remote_lookup_settings settings = {.config = &config};
	struct error error;

	(void)state;
	assert_null(remote_lookup_start(&settings, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	remote_lookup_stop(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_network_that_nobody_described_is_made_and_waited_for),
		cmocka_unit_test(a_network_that_is_known_is_marked_under_its_own_name),
		cmocka_unit_test(a_zone_that_nobody_described_is_made_and_waited_for),
		cmocka_unit_test(a_zone_that_is_known_is_marked_under_its_own_name),
		cmocka_unit_test(a_network_that_another_replica_has_just_made_is_marked),
		cmocka_unit_test(a_network_that_is_gone_is_made_again),
		cmocka_unit_test(a_write_that_fails_ends_the_question),
		cmocka_unit_test(who_asks_the_same_meanwhile_shares_the_question),
		cmocka_unit_test(after_an_answer_the_same_is_asked_anew),
		cmocka_unit_test(an_author_who_asks_too_much_is_not_heard),
		cmocka_unit_test(
			no_more_questions_than_the_queue_holds_are_kept_and_the_end_ends_them_all),
		cmocka_unit_test(no_more_wait_for_answers_than_the_waiting_room_can_spare),
		cmocka_unit_test(a_configuration_that_cannot_be_used_is_said),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
