/* Whether the API server reaches the webhook: a dry-run create of a RemoteNetwork that nobody will
 * ever see, which goes through the live webhook configurations like any other write.
 *
 * It carries the annotation peerwarden.io/probe with a random word. The webhook answers a dry run
 * with that annotation by a warning in /mutate and one in /validate, which the API server hands
 * back in Warning headers (RFC 9110 section 5.5, RFC 7234 section 5.5: `299 - "text"`). Each of
 * them proves the whole way: name, Service, NetworkPolicy, port, trust, and a replica that can
 * decide. It also names the host by which the replica was called (RFC 9110 section 7.2), so that
 * what another installation answers, or what an entry led to before, is no proof for this one.
 * Nothing is stored. It needs the right to create remotenetworks.
 *
 * While an entry has failurePolicy Ignore, the API server tells nobody why a call failed: then
 * there is only silence.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "kube/kube_client.h"
#include "registration/registration.h"
#include "registration/wanted.h"

#define PROBE_ANNOTATION "peerwarden.io/probe"
/* The word: PROBE_WORD_CHARACTERS, 1 to PROBE_WORD_LONGEST of them. */
#define PROBE_WORD_CHARACTERS "a-z0-9"
enum { PROBE_WORD_LONGEST = 64 };
/* Of a longer host the beginning counts: the API server cuts a warning after 256 characters. */
enum { PROBE_HOST_LONGEST = 128 };

enum probe_answer {
	PROBE_NOT_ASKED,
	PROBE_ANSWERED,
	PROBE_SILENT,     /* asked, but nobody answered, or the API server could not call */
	PROBE_IMPOSSIBLE, /* could not be asked: no API server, no right, no CRD (yet) */
};
const char *probe_answer_name(enum probe_answer answer); /* "answered" */

struct probe_result {
	enum probe_answer answers[REGISTRATION_TYPES];
	const char *why; /* one line for a human, in the arena; "" when all answered */
};

/* Each type has answered when each host has to which its entries in `wanted` lead; where that has
 * none of the type, or is NULL, any host counts. `timeout` in nanoseconds: for the whole request,
 * in which each webhook may take its own. */
struct probe_result probe_ask(struct arena *arena, struct kube_client *client,
	const struct wanted *wanted, int64_t timeout);

/* For the webhook's side: the warning with which a path answers ("/validate", "/mutate"). `host` as
 * in the header, with or without a port. NULL when `word` is NULL or none that could be ours, and
 * when there is no such host. */
const char *probe_warning(
	struct arena *arena, enum registration_type type, const char *word, const char *host);
