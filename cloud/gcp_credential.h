/* What a file of GCP credentials says about where access tokens come from.
 *
 * Follows "Service account keys" and AIP-4117 (external account credentials) of Google. Taken are
 * keys of service accounts, and workload identity federation whose subject token lies in a file.
 * Nothing is ever run and no other cloud is asked: an executable, a URL or AWS as the source of the
 * subject token is refused, and so are credentials of a person.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum gcp_credential_kind {
	GCP_CREDENTIAL_METADATA,  /* no file: the metadata server of the node or pod */
	GCP_CREDENTIAL_KEY,       /* "service_account" */
	GCP_CREDENTIAL_FEDERATION /* "external_account" */
};

enum { GCP_CREDENTIAL_LARGEST = 64 * 1024 };

/* Texts that are not used are NULL. */
struct gcp_credential {
	enum gcp_credential_kind kind;
	const char *token_url; /* https, or http to loopback */

	const char *email;
	const char *key_id;      /* NULL where the file has none */
	const char *private_key; /* PEM; secret */

	const char *audience; /* "//iam.googleapis.com/projects/1/…/providers/p" */
	const char *subject_type;
	const char *subject_path;      /* of the file that has the subject token */
	const char *subject_field;     /* of that file, which is JSON; NULL: all of it */
	const char *impersonation_url; /* NULL: the federated token is used as it is */
	int64_t lifetime;              /* seconds, 600 to 43200; of the impersonation's token */
};

/* `text` has a NUL behind it; the credential lives in the arena. ERROR_INVALID, which never holds
 * any of the text's values but the type; ERROR_EXHAUSTED for a text beyond the limits. */
bool gcp_credential_read(struct arena *arena, const char *text, size_t length,
	struct gcp_credential *credential, struct error *error);
/* Also the errors of file_read. */
bool gcp_credential_load(struct arena *arena, const char *path, struct gcp_credential *credential,
	struct error *error);
