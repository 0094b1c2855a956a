/* Errors as EC2 and STS answer them, and what each of them calls for.
 *
 * Follows "Error codes for the Amazon EC2 API" and "Common Error Types" of STS.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "cloud/failure.h"

struct aws_error {
	int status;       /* of HTTP */
	const char *code; /* "RouteAlreadyExists"; "" when the answer has none */
	const char *message;
	const char *request_id;
	enum cloud_failure failure;
	bool throttled;
};

/* Never fails: an answer that is no error of AWS (a proxy's page, nothing at all) is judged by its
 * status alone. The texts lie in the arena, which should be given some room beside the body's. */
struct aws_error aws_error_read(struct arena *arena, int status, const char *body, size_t length);

/* The class of a code, whatever the case of its letters, or else of the status. Status 0 stands for
 * a call without an answer. */
enum cloud_failure aws_error_class(const char *code, int status);
bool aws_error_is_throttle(const char *code, int status);

/* Puts it into words, with the kind that fits its class; returns false. */
bool aws_error_set(struct error *error, const struct aws_error *from, const char *action);
