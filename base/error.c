#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int http_status;
	int exit_status;
	bool retry;
} kinds[ERROR_KINDS] = {
	[ERROR_NONE] = {"none", 200, 0, false},
	[ERROR_INVALID] = {"invalid", 422, 2, false},
	[ERROR_CONFLICT] = {"conflict", 409, 1, false},
	[ERROR_DENIED] = {"denied", 403, 2, false},
	[ERROR_NOT_FOUND] = {"not-found", 404, 2, false},
	[ERROR_TRANSIENT] = {"transient", 503, 2, true},
	[ERROR_EXHAUSTED] = {"exhausted", 413, 2, false},
	[ERROR_BUG] = {"bug", 500, 2, false},
};

bool
error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
	va_list arguments;

	if (!error)
		return false;
	error->kind = kind;
	va_start(arguments, format);
	vsnprintf(error->message, sizeof error->message, format, arguments);
	va_end(arguments);
	return false;
}

bool
error_wrap(struct error *error, const char *format, ...)
{
	char inner[sizeof error->message];
	va_list arguments;
	int used;

	if (!error)
		return false;
	memcpy(inner, error->message, sizeof inner);
	va_start(arguments, format);
	used = vsnprintf(error->message, sizeof error->message, format, arguments);
	va_end(arguments);
	if (used >= 0 && (size_t)used < sizeof error->message) {
		size_t room = sizeof error->message - (size_t)used;

		snprintf(error->message + used, room, ": %.*s", (int)room, inner);
	}
	return false;
}

const char *
error_kind_name(enum error_kind kind)
{
	return kinds[kind].name;
}

int
error_http_status(enum error_kind kind)
{
	return kinds[kind].http_status;
}

int
error_exit_status(enum error_kind kind)
{
	return kinds[kind].exit_status;
}

bool
error_is_worth_retrying(enum error_kind kind)
{
	return kinds[kind].retry;
}
