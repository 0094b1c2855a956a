/* Errors that travel: what went wrong in words, and what kind of decision it calls for.
 *
 * A fallible function returns `bool` (or a pointer) and takes `struct error *` last. It fills the
 * error exactly when it fails. The struct is a plain value of fixed size: no allocation, nothing to
 * free. A NULL error is allowed everywhere and means that the caller does not want the words.
 */
#pragma once

#include <stdbool.h>

enum error_kind {
	ERROR_NONE,
	ERROR_INVALID,   /* the input is wrong and will stay wrong */
	ERROR_CONFLICT,  /* it meets something that exists already */
	ERROR_DENIED,    /* the other side says no: authentication or authorisation */
	ERROR_NOT_FOUND, /* what was named is not there */
	ERROR_TRANSIENT, /* the same call may succeed later */
	ERROR_EXHAUSTED, /* a limit of size, time or number was reached */
	ERROR_BUG,       /* this cannot happen */
	ERROR_KINDS
};

struct error {
	enum error_kind kind;
	char message[512]; /* one line, without a full stop; cut at the end when too long */
};

/* Fills `error` and returns false, so that `return error_set(...)` is the whole of a failure. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "context: " before the message of a failure that is being passed up; returns false. */
bool error_wrap(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What each kind means to the outside. */
const char *error_kind_name(enum error_kind kind);
int error_http_status(enum error_kind kind);
int error_exit_status(enum error_kind kind);
bool error_is_worth_retrying(enum error_kind kind);
