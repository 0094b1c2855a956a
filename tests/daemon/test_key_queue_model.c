/* The queue beside a plain model of it: arrays that are searched from end to end, and a token
 * bucket that counts what it has. After each of many random steps both must say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/key_queue.h"
#include "tests/network/random.h"

enum { KEYS = 12, STEPS = 2000, ROUNDS = 300 };

static int64_t
middle(int64_t lowest, int64_t highest)
{
	return lowest + (highest - lowest) / 2;
}

static const struct key_queue_limits limits = {
	.first_delay = 6, .longest_delay = 100, .interval = 20, .burst = 4, .jitter = middle};

struct plain_key {
	bool waits, again, worked; /* `again`: added while it is worked */
	int64_t due;               /* 0 while it is not delayed */
	int order;                 /* of its last delay that counted */
	unsigned failures;
};

static struct plain_key keys[KEYS];
static int line[KEYS]; /* the keys that wait */
static int line_length;
static int orders;
static int64_t tokens; /* times the interval */
static int64_t now;
static bool down;

static const char *
name(int key)
{
	static const char *const names[KEYS] = {
		"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};

	return names[key];
}

static void
plain_add(int key)
{
	struct plain_key *plain = &keys[key];

	if (plain->worked) {
		plain->again = true;
	} else if (!plain->waits) {
		plain->waits = true;
		line[line_length++] = key;
	}
}

/* The delayed key that comes first, or -1. */
static int
plain_next(void)
{
	int next = -1;

	for (int i = 0; i < KEYS; i++)
		if (keys[i].due && (next < 0 || keys[i].due < keys[next].due ||
					   (keys[i].due == keys[next].due &&
						   keys[i].order < keys[next].order)))
			next = i;
	return next;
}

static void
plain_pass_time(int64_t duration)
{
	now += duration;
	tokens = tokens + duration < limits.burst * limits.interval
			 ? tokens + duration
			 : limits.burst * limits.interval;
	for (int next; (next = plain_next()) >= 0 && keys[next].due <= now;) {
		keys[next].due = 0;
		plain_add(next);
	}
}

static void
plain_add_after(int key, int64_t delay)
{
	struct plain_key *plain = &keys[key];

	if (delay <= 0) {
		plain_add(key);
	} else if (!plain->due || now + delay < plain->due) {
		plain->due = now + delay;
		plain->order = orders++;
	}
}

static int64_t
plain_add_limited(int key)
{
	int64_t delay = limits.first_delay << (keys[key].failures < 10 ? keys[key].failures : 10);

	if (delay > limits.longest_delay)
		delay = limits.longest_delay;
	delay = middle(delay / 2, delay);
	keys[key].failures++;
	tokens -= limits.interval;
	if (delay < -tokens)
		delay = -tokens;
	plain_add_after(key, delay);
	return delay;
}

static int
plain_take(void)
{
	int key = line[0];

	if (line_length == 0)
		return -1;
	memmove(line, line + 1, (size_t)--line_length * sizeof line[0]);
	keys[key].waits = false;
	keys[key].worked = true;
	return key;
}

static void
plain_done(int key)
{
	bool again = keys[key].again;

	keys[key].worked = false;
	keys[key].again = false;
	if (again)
		plain_add(key);
}

static void
assert_same(const struct key_queue *queue)
{
	struct key_queue_size size = key_queue_size(queue),
			      plain = {.waiting = (size_t)line_length};
	int next = plain_next();

	for (int i = 0; i < KEYS; i++) {
		plain.worked += keys[i].worked;
		plain.delayed += keys[i].due != 0;
		plain.known += keys[i].waits || keys[i].worked || keys[i].due || keys[i].failures;
		assert_int_equal(key_queue_retries(queue, name(i)), keys[i].failures);
	}
	assert_memory_equal(&size, &plain, sizeof size);
	assert_int_equal(key_queue_due(queue), next < 0 ? INT64_MAX : keys[next].due);
	assert_int_equal(key_queue_is_shut_down(queue), down);
}

static void
take(struct key_queue *queue)
{
	const char *taken = key_queue_take(queue, now);
	int expected = plain_take();

	if (expected < 0)
		assert_null(taken);
	else
		assert_string_equal(taken, name(expected));
}

static void
shut_down(struct key_queue *queue)
{
	key_queue_shut_down(queue, now);
	down = true;
	for (int i = 0; i < KEYS; i++)
		keys[i].due = 0;
}

static void
add(struct key_queue *queue, int key)
{
	int64_t delay = (int64_t)random_below(60) - 5;

	switch (random_below(3)) {
	case 0:
		key_queue_add(queue, name(key), now);
		if (!down)
			plain_add(key);
		break;
	case 1:
		key_queue_add_after(queue, name(key), delay, now);
		if (!down)
			plain_add_after(key, delay);
		break;
	default:
		delay = key_queue_add_limited(queue, name(key), now);
		assert_int_equal(delay, down ? 0 : plain_add_limited(key));
	}
}

static void
step(struct key_queue *queue)
{
	int key = (int)random_below(KEYS);
	uint64_t chance = random_below(100);

	/* The queue sees what is due at its next call that is told the time. */
	plain_pass_time((int64_t)random_below(8) * (int64_t)random_below(3));
	key_queue_measure(queue, now);
	if (chance < 35) {
		add(queue, key);
	} else if (chance < 60) {
		take(queue);
	} else if (chance < 90) {
		key_queue_done(queue, name(key), now);
		if (keys[key].worked)
			plain_done(key);
	} else {
		key_queue_forget(queue, name(key));
		keys[key].failures = 0;
	}
}

static void
play(void)
{
	struct key_queue *queue = key_queue_new("model", &limits);
	uint64_t end = random_below(STEPS * 2);

	memset(keys, 0, sizeof keys);
	line_length = orders = 0;
	tokens = limits.burst * limits.interval;
	now = 1000;
	down = false;
	for (uint64_t i = 0; i < STEPS; i++) {
		if (i == end)
			shut_down(queue);
		step(queue);
		assert_same(queue);
	}
	key_queue_free(queue);
}

static void
the_queue_and_its_plain_model_never_differ(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++)
		play();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_queue_and_its_plain_model_never_differ),
	};

	random_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
