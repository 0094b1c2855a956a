/* Which client certificates are let in by name. A name is the common name of the subject, or a DNS
 * name or URI among the alternative names (RFC 5280 section 4.2.1.6). That the certificate can be
 * trusted has been checked before. */
#pragma once

#include <gnutls/gnutls.h>
#include <stdbool.h>

/* `names`: separated by commas, each taken literally, ASCII letters alike in both cases; NULL or
 * empty lets every name in. `certificate`: DER. */
bool client_names_allow(const char *names, const gnutls_datum_t *certificate);
