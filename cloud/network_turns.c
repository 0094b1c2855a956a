#include "cloud/network_turns.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "network/hash.h"

/* Who comes when told is never taken for one who has gone. */
#define LONGEST_WAIT (NETWORK_TURNS_PATIENCE / 2)

/* Of networks only hashes are kept: two that collide by chance merely wait for each other. */
struct turn {
	char *who;
	uint64_t one, other;
	int64_t seen;  /* when he last asked */
	bool holds;    /* and has been told so */
	int64_t since; /* he holds */
};

struct network_turns {
	pthread_mutex_t lock;
	int64_t usual;
	uint64_t seed;
	struct turn *line; /* in the order of the first asking */
	size_t count;
	size_t room;
};

struct network_turns *
network_turns_new(int64_t usual)
{
	struct network_turns *turns = memory_alloc(sizeof *turns);

	pthread_mutex_init(&turns->lock, NULL);
	turns->usual = usual;
	turns->seed = hash_seed();
	return turns;
}

void
network_turns_free(struct network_turns *turns)
{
	if (!turns)
		return;
	for (size_t i = 0; i < turns->count; i++)
		free(turns->line[i].who);
	free(turns->line);
	pthread_mutex_destroy(&turns->lock);
	free(turns);
}

/* Azure writes one name in several cases. */
static uint64_t
hash_of(const struct network_turns *turns, const char *network)
{
	uint64_t hash = turns->seed;

	for (const char *at = network; *at; at++)
		hash = hash_word(
			hash, (unsigned char)(*at >= 'A' && *at <= 'Z' ? *at + 'a' - 'A' : *at));
	return hash;
}

static bool
meet(const struct turn *a, const struct turn *b)
{
	return a->one == b->one || a->one == b->other || a->other == b->one || a->other == b->other;
}

static bool
is_same_pair(const struct turn *a, const struct turn *b)
{
	return (a->one == b->one && a->other == b->other) ||
	       (a->one == b->other && a->other == b->one);
}

static void
remove_at(struct network_turns *turns, size_t at)
{
	free(turns->line[at].who);
	memmove(&turns->line[at], &turns->line[at + 1],
		(--turns->count - at) * sizeof *turns->line);
}

static void
forget_the_gone(struct network_turns *turns, int64_t now)
{
	for (size_t at = turns->count; at-- > 0;)
		if (turns->line[at].seen + NETWORK_TURNS_PATIENCE <= now)
			remove_at(turns, at);
}

/* His place in the line, or its length. */
static size_t
find(const struct network_turns *turns, const char *who)
{
	size_t at = 0;

	while (at < turns->count && !text_equal(turns->line[at].who, who))
		at++;
	return at;
}

static void
append(struct network_turns *turns, const char *who, const struct turn *wanted)
{
	if (turns->count == turns->room) {
		turns->room = turns->room ? 2 * turns->room : 16;
		turns->line = memory_resize(turns->line, turns->room * sizeof *turns->line);
	}
	turns->line[turns->count] = *wanted;
	turns->line[turns->count++].who = memory_text(who);
}

static void
see(struct turn *turn, int64_t now)
{
	if (turn->seen < now)
		turn->seen = now;
}

/* False when there is no place for one more. */
static bool
stand_in_line(
	struct network_turns *turns, const char *who, const struct turn *wanted, size_t *place)
{
	size_t at = find(turns, who);

	if (at < turns->count && !is_same_pair(&turns->line[at], wanted)) {
		remove_at(turns, at);
		at = turns->count;
	}
	if (at == turns->count) {
		if (at == NETWORK_TURNS_MOST)
			return false;
		append(turns, who, wanted);
	}
	see(&turns->line[at], wanted->seen);
	*place = at;
	return true;
}

/* Who holds stands before all who want one of his networks, so being first is to hold. *first is
 * the first of those before him, if there is any. */
static size_t
count_before(const struct network_turns *turns, size_t place, const struct turn **first)
{
	size_t before = 0;

	for (size_t i = place; i-- > 0;)
		if (meet(&turns->line[i], &turns->line[place])) {
			*first = &turns->line[i];
			before++;
		}
	return before;
}

/* As if all took the usual time, of which a part is over for who holds, but never all. */
static int64_t
wait_for(const struct network_turns *turns, size_t before, const struct turn *first, int64_t now)
{
	int64_t most = LONGEST_WAIT / (turns->usual > 0 ? turns->usual : 1);
	int64_t over = first->holds && now > first->since ? now - first->since : 0;
	int64_t longest = turns->usual - turns->usual / 4;

	if ((int64_t)before > most)
		return LONGEST_WAIT;
	return (int64_t)before * turns->usual - (over < longest ? over : longest);
}

/* How many are before him; *wait is until it is worth to ask again. */
static size_t
look_ahead(struct network_turns *turns, size_t place, int64_t now, int64_t *wait)
{
	struct turn *turn = &turns->line[place];
	const struct turn *first = NULL;
	size_t before = count_before(turns, place, &first);

	*wait = before > 0 ? wait_for(turns, before, first, now) : 0;
	if (before == 0 && !turn->holds) {
		turn->holds = true;
		turn->since = now;
	}
	return before;
}

bool
network_turns_take(struct network_turns *turns, const char *who, const char *one, const char *other,
	int64_t now, int64_t *wait)
{
	struct turn wanted = {
		.one = hash_of(turns, one), .other = hash_of(turns, other), .seen = now};
	size_t place, before = SIZE_MAX;

	*wait = LONGEST_WAIT;
	pthread_mutex_lock(&turns->lock);
	forget_the_gone(turns, now);
	if (stand_in_line(turns, who, &wanted, &place))
		before = look_ahead(turns, place, now, wait);
	pthread_mutex_unlock(&turns->lock);
	return before == 0;
}

bool
network_turns_waits(struct network_turns *turns, const char *who, int64_t now, int64_t *wait)
{
	size_t place, before = 0;

	*wait = 0;
	pthread_mutex_lock(&turns->lock);
	forget_the_gone(turns, now);
	place = find(turns, who);
	if (place < turns->count) {
		see(&turns->line[place], now);
		before = look_ahead(turns, place, now, wait);
	}
	pthread_mutex_unlock(&turns->lock);
	return before > 0;
}

bool
network_turns_plan(
	struct network_turns *turns, const struct cloud_wish *wish, struct cloud_plan *plan)
{
	int64_t wait;

	if (!turns || !network_turns_waits(turns, wish->uid, clock_monotonic(), &wait))
		return false;
	*plan = (struct cloud_plan){
		.id = wish->id, .look_again = wait > 0 ? wait : CLOCK_SECOND, .in_line = true};
	return true;
}

void
network_turns_leave(struct network_turns *turns, const char *who)
{
	size_t at;

	pthread_mutex_lock(&turns->lock);
	at = find(turns, who);
	if (at < turns->count)
		remove_at(turns, at);
	pthread_mutex_unlock(&turns->lock);
}
