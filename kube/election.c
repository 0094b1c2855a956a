#include "kube/election.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum { LAST_TRIES = 4 };

struct election_rules
election_rules_usual(void)
{
	return (struct election_rules){15 * CLOCK_SECOND, 10 * CLOCK_SECOND, 2 * CLOCK_SECOND};
}

bool
election_rules_are_good(const struct election_rules *rules)
{
	return rules->retry_period > 0 && rules->lease_duration > rules->renew_deadline &&
	       rules->renew_deadline > rules->retry_period + rules->retry_period / 5;
}

void
election_init(struct election *election, const struct election_rules *rules, const char *identity)
{
	*election = (struct election){.rules = *rules, .identity = identity};
}

bool
election_holds(const struct election *election)
{
	return election->known && text_equal(election->seen.holder, election->identity);
}

bool
election_is_sure(const struct election *election, int64_t now)
{
	return now < election->sure_until;
}

void
election_end(struct election *election)
{
	election->ending = true;
	election->sure_until = 0;
	election->last_tries = LAST_TRIES;
}

/* From when on the Lease may be taken, if it stays as it is. */
static int64_t
free_from(const struct election *election)
{
	const struct election_lease *seen = &election->seen;
	int64_t duration = seen->duration > 0 ? seen->duration : election->rules.lease_duration;

	if (!*seen->version)
		return election->has_seen ? election->seen_at + election->rules.lease_duration : 0;
	return *seen->holder ? election->seen_at + duration : 0;
}

static enum election_step
next_of_ending(struct election *election)
{
	if (election->last_tries == 0)
		return ELECTION_OVER;
	election->last_tries--;
	if (!election->known)
		return ELECTION_READ;
	return election_holds(election) ? ELECTION_RELEASE : ELECTION_OVER;
}

/* A holder goes on from what it has written; everybody else looks first. */
static enum election_step
next_of_candidate(const struct election *election, int64_t now)
{
	if (now < election->next)
		return ELECTION_WAIT;
	if (election_holds(election))
		return ELECTION_UPDATE;
	if (!election->known || !election->fresh)
		return ELECTION_READ;
	return *election->seen.version ? ELECTION_UPDATE : ELECTION_CREATE;
}

enum election_step
election_next(struct election *election, int64_t now)
{
	election->began = now;
	election->step =
		election->ending ? next_of_ending(election) : next_of_candidate(election, now);
	return election->step;
}

int64_t
election_wait_end(const struct election *election)
{
	return election->next;
}

static void
rest(struct election *election, int64_t now)
{
	election->next = now + election->rules.retry_period;
	election->fresh = false;
}

static void
take_reading(struct election *election, const struct election_lease *lease, int64_t now)
{
	static const struct election_lease none;
	const struct election_lease *seen = lease ? lease : &none;

	/* The first sight of what is there counts, even of nothing. */
	if (election->seen_at == 0 || strcmp(seen->version, election->seen.version) != 0)
		election->seen_at = now;
	election->seen = *seen;
	election->has_seen = election->has_seen || lease;
	election->known = election->fresh = true;
	if (election_holds(election))
		return;
	election->sure_until = 0;
	if (now < free_from(election))
		rest(election, now);
}

/* A write that changed nothing is not seen by anybody, and does not count. */
static void
take_writing(struct election *election, const struct election_lease *lease, int64_t now)
{
	bool changed = strcmp(lease->version, election->seen.version) != 0;

	election->seen = *lease;
	election->seen_at = now;
	election->has_seen = election->known = true;
	election->failures = 0;
	if (changed && !election->ending && election_holds(election))
		election->sure_until = election->began + election->rules.renew_deadline;
	rest(election, now);
}

/* After a write that came to nothing, or to nobody knows what, only a reading helps: at once, but
 * not again and again. */
static void
take_failure(struct election *election, bool was_write, int64_t now)
{
	election->known = election->fresh = false;
	if (!was_write || election->failures > 0)
		rest(election, now);
	election->failures++;
}

void
election_answered(struct election *election, enum election_answer answer,
	const struct election_lease *lease, int64_t now)
{
	switch (answer) {
	case ELECTION_READ_DONE:
		take_reading(election, lease, now);
		break;
	case ELECTION_WRITTEN:
		take_writing(election, lease, now);
		break;
	case ELECTION_READ_FAILED:
	case ELECTION_NOT_WRITTEN:
		take_failure(election, answer == ELECTION_NOT_WRITTEN, now);
		break;
	}
}

struct election_lease
election_wanted(const struct election *election)
{
	struct election_lease lease = election->seen;
	int64_t seconds = (election->rules.lease_duration + CLOCK_SECOND - 1) / CLOCK_SECOND;

	if (election->step == ELECTION_RELEASE) {
		*lease.holder = *lease.acquired = '\0';
		lease.duration = CLOCK_SECOND;
		return lease;
	}
	if (!text_equal(lease.holder, election->identity)) {
		lease.transitions += *lease.version != '\0';
		*lease.acquired = '\0';
	}
	snprintf(lease.holder, sizeof lease.holder, "%s", election->identity);
	lease.duration = seconds * CLOCK_SECOND;
	return lease;
}
