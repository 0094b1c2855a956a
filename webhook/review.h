/* The AdmissionReview of admission.k8s.io/v1: read from a request, and written as its answer.
 *
 * Sources: the Kubernetes reference of dynamic admission control, and admission/v1 types. A review
 * may hold anything in any field: what is absent, null or of another type counts as absent.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "format/json.h"
#include "kinds/kind.h"

enum review_operation {
	REVIEW_CREATE,
	REVIEW_UPDATE,
	REVIEW_DELETE,
	REVIEW_CONNECT,
	REVIEW_OPERATIONS
};
const char *review_operation_name(enum review_operation operation); /* "CREATE" */

/* All pointers are lent from the parsed text; texts are never NULL. */
struct review {
	const char *uid;
	enum review_operation operation;
	const struct kind_definition
		*definition;     /* NULL for a kind or an object that is not ours, or not guarded */
	const char *kind;        /* as the request says it, for the log */
	const char *subresource; /* "" for the object itself */
	const char *namespace;   /* "" for cluster-scoped kinds */
	const char *name; /* from the object when the request has none; "" before generateName */
	const char *user;
	bool dry_run;
	bool plain_create; /* POST of a new object: neither an update nor an apply on the server
			      side */
	const struct json *object; /* NULL when absent or null */
	const struct json *old_object;
	const char *text; /* that it was read from, for review_groups; lent */
	size_t length;
};

/* `text` has `length` bytes and a NUL behind them. ERROR_INVALID when it is no AdmissionReview that
 * can be answered; ERROR_EXHAUSTED beyond the limits of format/json.h. */
bool review_decode(struct arena *arena, const char *text, size_t length, struct review *review,
	struct error *error);

/* The groups of the user, ended by NULL: read from the text once more, since hardly any decision
 * depends on them. None when the text has changed or the arena is full. */
const char *const *review_groups(struct arena *arena, const struct review *review);

/* The word of a probe (registration/probe.h), or NULL: only a dry run that creates a RemoteNetwork
 * has one. */
const char *review_probe(const struct review *review);

struct review_answer {
	bool allowed;
	int code;            /* of a refusal: 403, 409, 413, 422 or 500 */
	const char *message; /* of a refusal */
	const char **warnings;
	size_t warning_count;
	const char *verdict;        /* audit annotation */
	const char *rules;          /* audit annotation, or NULL */
	const char *findings;       /* audit annotation, or NULL */
	const char *changes;        /* audit annotation, or NULL */
	const struct buffer *patch; /* JSON Patch, or NULL for none */
};

/* Appends the answering AdmissionReview. Every text is escaped. */
void review_write(struct buffer *out, const char *uid, const struct review_answer *answer);
