/* What a request wants the clouds to be asked before it is decided (architecture, decision 6):
 * about a network that it leads to and of which no address is known, about a zone or ruleset whose
 * tags are not known, or, before it is refused for what a cloud once said, whether that is still
 * so. Once per request, and about few of them; never about what an administrator wrote down and no
 * daemon has looked at.
 *
 * All functions need the inventory's lock.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "validators/verdict.h"
#include "webhook/judgement.h"
#include "webhook/remote_lookup.h"

enum { REMOTE_FACTS = 4 };

/* A value: zero but for the first four. */
struct remote_facts {
	struct remote_lookup *lookup; /* NULL: nobody is ever asked */
	const struct inventory *inventory;
	const char *author;
	int64_t latest;   /* clock_monotonic: no answer is worth waiting for longer */
	int64_t deadline; /* of the wait, once there was a question */
	bool asked;
	struct remote_question *questions[REMOTE_FACTS];
	int count;
};

/* Before it is admitted, and before it is refused. True when there is an answer to wait for. */
bool remote_facts_ask_unknown(struct remote_facts *facts, const struct change_of *change);
bool remote_facts_ask_again(
	struct remote_facts *facts, const struct change_of *change, const struct verdict *refusal);

bool remote_facts_are_there(const struct remote_facts *facts); /* or will not come */
void remote_facts_release(struct remote_facts *facts);
