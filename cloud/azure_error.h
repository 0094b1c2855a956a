/* Errors as the Azure Resource Manager and its providers answer them, and what each of them calls
 * for. A long-running operation that failed says so with status 200.
 *
 * Follows "Error responses" of the Microsoft REST API Guidelines and "Common error codes in Azure
 * Resource Manager".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "cloud/failure.h"

struct azure_error {
	int status;          /* of HTTP; 0 for a call without an answer */
	const char *code;    /* "VnetAddressSpacesOverlap"; "" when the answer has none */
	const char *message; /* with what its details say */
	const char *target;  /* what it is about, as the provider names it; or "" */
	const char *request_id;
	const char *tenant; /* that a token should have been of (InvalidAuthenticationTokenTenant)
			     */
	enum cloud_failure failure;
	bool throttled;
	int64_t retry_after; /* nanoseconds; 0 when nobody said */
};

/* Never fails: an answer that is no error of Azure (a gateway's page, nothing at all) is judged by
 * its status alone. The texts lie in the arena, which should be given some room beside the body's;
 * request_id and tenant are "", and retry_after 0. */
struct azure_error azure_error_read(
	struct arena *arena, int status, const char *body, size_t length);

/* The tenant that the header WWW-Authenticate of a 401 asks a token of; "" when it names none. */
const char *azure_error_tenant(struct arena *arena, const char *challenge);

/* The class of a code, whatever the case of its letters, or else of the status. */
enum cloud_failure azure_error_class(const char *code, int status);
bool azure_error_is_throttle(const char *code, int status);

/* Puts it into words, with the kind that fits its class; returns false. */
bool azure_error_set(struct error *error, const struct azure_error *from, const char *action);
