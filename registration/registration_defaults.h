/* Whether an entry of a live webhook configuration says what a wanted one says: the API server's
 * defaults are no difference, and neither is a caBundle that the wanted one does not name.
 *
 * Source: admissionregistration.k8s.io/v1 and its SetDefaults functions. Members that are not in
 * the list are of a later version and are not compared.
 */
#pragma once

#include <stdbool.h>

#include "format/json.h"

/* The members of an entry, ended by NULL; "name" is not among them. */
extern const char *const registration_defaults_members[];

bool registration_defaults_same(
	const struct json *wanted, const struct json *live, const char *member);

const char *registration_defaults_policy(const struct json *entry); /* "Fail" when it says none */
