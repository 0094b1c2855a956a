#include "serving/client_names.h"

#include <gnutls/x509.h>
#include <string.h>

#include "base/text.h"

enum { LONGEST_NAME = 1024 };

/* Whether `name`, which may hold anything, even a NUL, stands in the list. */
static bool
is_listed(const char *names, const char *name, size_t length)
{
	while (*names) {
		size_t span = strcspn(names, ",");
		size_t blanks = strspn(names, " ");
		size_t size = blanks < span ? span - blanks : 0;

		while (size > 0 && names[blanks + size - 1] == ' ')
			size--;
		if (size > 0 && size == length && !memchr(name, '\0', length) &&
			strncasecmp(names + blanks, name, size) == 0)
			return true;
		names += span;
		names += *names == ',';
	}
	return false;
}

static bool
common_name_is_listed(const char *names, gnutls_x509_crt_t leaf)
{
	char name[LONGEST_NAME];
	size_t length = sizeof name;

	return gnutls_x509_crt_get_dn_by_oid(
		       leaf, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &length) == 0 &&
	       is_listed(names, name, length);
}

static bool
alternative_name_is_listed(const char *names, gnutls_x509_crt_t leaf)
{
	char name[LONGEST_NAME];
	int type = 0;

	for (unsigned i = 0; type != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE; i++) {
		size_t length = sizeof name;

		type = gnutls_x509_crt_get_subject_alt_name(leaf, i, name, &length, NULL);
		if ((type == GNUTLS_SAN_DNSNAME || type == GNUTLS_SAN_URI) &&
			is_listed(names, name, length))
			return true;
		if (type < 0 && type != GNUTLS_E_SHORT_MEMORY_BUFFER)
			break;
	}
	return false;
}

bool
client_names_allow(const char *names, const gnutls_datum_t *certificate)
{
	gnutls_x509_crt_t leaf;
	bool allowed;

	if (text_is_blank(names))
		return true;
	if (gnutls_x509_crt_init(&leaf) < 0)
		return false;
	allowed = gnutls_x509_crt_import(leaf, certificate, GNUTLS_X509_FMT_DER) == 0 &&
		  (common_name_is_listed(names, leaf) || alternative_name_is_listed(names, leaf));
	gnutls_x509_crt_deinit(leaf);
	return allowed;
}
