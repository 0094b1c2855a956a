/* What `peerwarden certs status` says of one look at the certificates: which there are, who shows
 * which CA, what is done next and why, and what is wrong.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "certs/certificate_look.h"

struct certs_status {
	struct arena *arena;
	const struct certificate_look *look; /* lent */
	bool has_keeper; /* the daemon keeps them: they are not another's, as cert-manager's */
	struct rotation_step step; /* what it does next; of no meaning where another keeps them */
	const char **problems;     /* ended by NULL */
};

/* The look is asked as if nothing had changed for long: what is done next, not for what is waited
 * before. It may be changed for that. */
struct certs_status certs_status_of(struct arena *arena, struct certificate_look *look);

void certs_status_write_text(const struct certs_status *status, struct buffer *out);
void certs_status_write_json(const struct certs_status *status, struct buffer *out);

/* The first digits of a fingerprint, as they are shown. */
enum { CERTS_STATUS_DIGITS = 16 };

/* What a CA is in the Secret: "CA", "next CA", "previous CA"; or "other CA". */
const char *certs_status_role(const struct rotation_secret *secret, const char *id);
