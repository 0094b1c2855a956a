#include "kube/election.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"

#define SECOND CLOCK_SECOND

static struct election_lease
lease_of(const char *version, const char *holder, int64_t duration)
{
	struct election_lease lease = {.duration = duration};

	snprintf(lease.version, sizeof lease.version, "%s", version);
	snprintf(lease.holder, sizeof lease.holder, "%s", holder);
	return lease;
}

static struct election
candidate(void)
{
	struct election_rules rules = election_rules_usual();
	struct election election;

	election_init(&election, &rules, "me");
	return election;
}

static void
look(struct election *election, const char *version, const char *holder, int64_t now)
{
	struct election_lease lease = lease_of(version, holder, 15 * SECOND);

	assert_int_equal(election_next(election, now), ELECTION_READ);
	election_answered(election, ELECTION_READ_DONE, &lease, now);
}

static void
write_lease(struct election *election, enum election_step step, const char *version, int64_t now)
{
	struct election_lease lease;

	assert_int_equal(election_next(election, now), step);
	lease = election_wanted(election);
	snprintf(lease.version, sizeof lease.version, "%s", version);
	election_answered(election, ELECTION_WRITTEN, &lease, now + SECOND);
}

static void
the_usual_rules_are_those_of_client_go(void **state)
{
	static const struct {
		struct election_rules rules;
		bool good;
	} rows[] = {
		{{15 * SECOND, 10 * SECOND, 2 * SECOND}, true},
		{{10 * SECOND, 10 * SECOND, 2 * SECOND}, false},
		{{15 * SECOND, 2400 * CLOCK_MILLISECOND, 2 * SECOND}, false},
		{{15 * SECOND, 2401 * CLOCK_MILLISECOND, 2 * SECOND}, true},
		{{15 * SECOND, 10 * SECOND, 0}, false},
		{{0, 0, 0}, false},
	};
	struct election_rules usual = election_rules_usual();

	(void)state;
	assert_memory_equal(&usual, &rows[0].rules, sizeof usual);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(election_rules_are_good(&rows[i].rules), rows[i].good);
}

static void
a_lease_that_is_not_there_is_made_at_once(void **state)
{
	struct election election = candidate();

	(void)state;
	assert_int_equal(election_next(&election, 100 * SECOND), ELECTION_READ);
	election_answered(&election, ELECTION_READ_DONE, NULL, 100 * SECOND);
	write_lease(&election, ELECTION_CREATE, "7", 100 * SECOND);
	assert_true(election_is_sure(&election, 110 * SECOND - 1));
	assert_false(election_is_sure(&election, 110 * SECOND)); /* from before it was sent */
	assert_int_equal(election_next(&election, 102 * SECOND), ELECTION_WAIT);
	assert_int_equal(election_wait_end(&election), 103 * SECOND);
	assert_string_equal(election.seen.holder, "me");
	assert_int_equal(election.seen.duration, 15 * SECOND);
	assert_int_equal(election.seen.transitions, 0);
}

static void
a_lease_that_was_seen_and_is_gone_is_left_alone_as_long_as_if_it_were_there(void **state)
{
	struct election election = candidate();

	(void)state;
	look(&election, "7", "other", 100 * SECOND);
	for (int64_t now = 103; now < 118; now += 3) {
		assert_int_equal(election_next(&election, now * SECOND), ELECTION_READ);
		election_answered(&election, ELECTION_READ_DONE, NULL, now * SECOND);
		assert_int_equal(election_next(&election, now * SECOND), ELECTION_WAIT);
	}
	assert_int_equal(election_next(&election, 118 * SECOND), ELECTION_READ);
	election_answered(&election, ELECTION_READ_DONE, NULL, 118 * SECOND);
	write_lease(&election, ELECTION_CREATE, "9", 118 * SECOND);
}

static void
a_lease_of_another_is_taken_when_it_has_not_changed_for_its_duration(void **state)
{
	struct election election = candidate();

	(void)state;
	look(&election, "7", "other", 100 * SECOND);
	assert_int_equal(election_next(&election, 101 * SECOND), ELECTION_WAIT);
	look(&election, "8", "other", 114 * SECOND); /* renewed */
	assert_int_equal(election_next(&election, 115 * SECOND), ELECTION_WAIT);
	look(&election, "8", "other", 129 * SECOND - 1);
	assert_int_equal(election_next(&election, 129 * SECOND), ELECTION_WAIT);
	look(&election, "8", "other", 132 * SECOND);
	write_lease(&election, ELECTION_UPDATE, "9", 132 * SECOND);
	assert_true(election_is_sure(&election, 133 * SECOND));
	assert_int_equal(election.seen.transitions, 1);
}

static void
the_duration_of_the_lease_counts_and_not_the_own(void **state)
{
	struct election election = candidate();
	struct election_lease lease = lease_of("7", "other", 60 * SECOND);

	(void)state;
	assert_int_equal(election_next(&election, 100 * SECOND), ELECTION_READ);
	election_answered(&election, ELECTION_READ_DONE, &lease, 100 * SECOND);
	assert_int_equal(election_next(&election, 159 * SECOND), ELECTION_READ);
	election_answered(&election, ELECTION_READ_DONE, &lease, 159 * SECOND);
	assert_int_equal(election_next(&election, 159 * SECOND), ELECTION_WAIT);
	assert_int_equal(election_next(&election, 161 * SECOND), ELECTION_READ);
	election_answered(&election, ELECTION_READ_DONE, &lease, 161 * SECOND);
	assert_int_equal(election_next(&election, 161 * SECOND), ELECTION_UPDATE);
}

static void
a_lease_that_was_given_back_is_taken_at_once(void **state)
{
	struct election election = candidate();

	(void)state;
	look(&election, "7", "", 100 * SECOND);
	write_lease(&election, ELECTION_UPDATE, "8", 100 * SECOND);
	assert_true(election_is_sure(&election, 101 * SECOND));
}

static struct election
leader(void)
{
	struct election election = candidate();

	look(&election, "7", "", 100 * SECOND);
	write_lease(&election, ELECTION_UPDATE, "8", 100 * SECOND);
	return election;
}

static void
a_leader_renews_without_looking_first(void **state)
{
	struct election election = leader();

	(void)state;
	write_lease(&election, ELECTION_UPDATE, "9", 103 * SECOND);
	assert_true(election_is_sure(&election, 113 * SECOND - 1));
	assert_int_equal(election.seen.transitions, 1);
}

static void
a_renewal_that_changed_nothing_does_not_count(void **state)
{
	struct election election = leader();

	(void)state;
	write_lease(&election, ELECTION_UPDATE, "8", 103 * SECOND);
	assert_false(election_is_sure(&election, 110 * SECOND));
}

static void
after_a_write_that_failed_the_lease_is_read_and_written_again_if_it_is_ours(void **state)
{
	struct election election = leader();

	(void)state;
	assert_int_equal(election_next(&election, 103 * SECOND), ELECTION_UPDATE);
	election_answered(&election, ELECTION_NOT_WRITTEN, NULL, 104 * SECOND);
	assert_true(election_is_sure(&election, 109 * SECOND)); /* by the renewal before */
	look(&election, "9", "me", 104 * SECOND);
	assert_false(election_is_sure(&election, 110 * SECOND)); /* not by what was read */
	assert_int_equal(election_next(&election, 105 * SECOND), ELECTION_UPDATE);
	election_answered(&election, ELECTION_NOT_WRITTEN, NULL, 105 * SECOND);
	assert_int_equal(election_next(&election, 106 * SECOND), ELECTION_WAIT);
	look(&election, "9", "me", 107 * SECOND);
	write_lease(&election, ELECTION_UPDATE, "10", 107 * SECOND);
	assert_true(election_is_sure(&election, 117 * SECOND - 1));
}

static void
a_leader_that_sees_another_is_not_sure_any_more(void **state)
{
	struct election election = leader();

	(void)state;
	assert_int_equal(election_next(&election, 103 * SECOND), ELECTION_UPDATE);
	election_answered(&election, ELECTION_NOT_WRITTEN, NULL, 103 * SECOND);
	look(&election, "9", "other", 103 * SECOND);
	assert_false(election_is_sure(&election, 103 * SECOND));
	assert_int_equal(election_next(&election, 104 * SECOND), ELECTION_WAIT);
}

static void
the_end_gives_back_what_is_ours_and_nothing_else(void **state)
{
	struct election mine = leader(), other = candidate();
	struct election_lease lease;

	(void)state;
	election_end(&mine);
	assert_false(election_is_sure(&mine, 101 * SECOND));
	assert_int_equal(election_next(&mine, 101 * SECOND), ELECTION_RELEASE);
	lease = election_wanted(&mine);
	assert_string_equal(lease.holder, "");
	assert_string_equal(lease.version, "8");
	assert_int_equal(lease.duration, SECOND);
	assert_int_equal(lease.transitions, 1);
	snprintf(lease.version, sizeof lease.version, "9");
	election_answered(&mine, ELECTION_WRITTEN, &lease, 101 * SECOND);
	assert_false(election_is_sure(&mine, 101 * SECOND));
	assert_int_equal(election_next(&mine, 101 * SECOND), ELECTION_OVER);
	look(&other, "7", "another", 100 * SECOND);
	election_end(&other);
	assert_int_equal(election_next(&other, 101 * SECOND), ELECTION_OVER);
}

static void
the_end_does_not_try_for_ever(void **state)
{
	struct election election = leader();
	int tries = 0;

	(void)state;
	election_end(&election);
	while (election_next(&election, 101 * SECOND) != ELECTION_OVER && tries++ < 100)
		election_answered(&election,
			election.step == ELECTION_READ ? ELECTION_READ_FAILED
						       : ELECTION_NOT_WRITTEN,
			NULL, 101 * SECOND);
	assert_in_range(tries, 1, 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_usual_rules_are_those_of_client_go),
		cmocka_unit_test(a_lease_that_is_not_there_is_made_at_once),
		cmocka_unit_test(
			a_lease_that_was_seen_and_is_gone_is_left_alone_as_long_as_if_it_were_there),
		cmocka_unit_test(
			a_lease_of_another_is_taken_when_it_has_not_changed_for_its_duration),
		cmocka_unit_test(the_duration_of_the_lease_counts_and_not_the_own),
		cmocka_unit_test(a_lease_that_was_given_back_is_taken_at_once),
		cmocka_unit_test(a_leader_renews_without_looking_first),
		cmocka_unit_test(a_renewal_that_changed_nothing_does_not_count),
		cmocka_unit_test(
			after_a_write_that_failed_the_lease_is_read_and_written_again_if_it_is_ours),
		cmocka_unit_test(a_leader_that_sees_another_is_not_sure_any_more),
		cmocka_unit_test(the_end_gives_back_what_is_ours_and_nothing_else),
		cmocka_unit_test(the_end_does_not_try_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
