/* What `peerwarden registration status` says of the two webhook configurations: how far each is
 * from what is wanted, and what of it the webhook cannot work with.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "registration/activation_round.h"

struct registration_status {
	const char *names[REGISTRATION_TYPES];
	const char *unknown;                      /* why what is wanted is not known, or NULL */
	const struct activation_outcome *outcome; /* NULL where that is not known */
	bool exists[REGISTRATION_TYPES];
	const struct registration_problem *problems[REGISTRATION_TYPES];
};

/* What of a live configuration is wrong, but for its trust, which `peerwarden certs` looks at. */
const struct registration_problem *registration_status_check(struct arena *arena,
	enum registration_type type, const char *name, const char *namespace,
	const struct json *live);

/* Nothing is left to wish for. */
bool registration_status_is_good(const struct registration_status *status);

void registration_status_write_text(const struct registration_status *status, struct buffer *out);
void registration_status_write_json(const struct registration_status *status, struct buffer *out);
