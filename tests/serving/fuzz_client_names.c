/* Any bytes as a client's certificate: only a certificate is let in by name, and without a list of
 * names every one is.
 *
 * Input: the names, NUL, the certificate. */
#include <gnutls/x509.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "serving/client_names.h"
#include "tests/support/fuzz.h"

static bool
is_certificate(const gnutls_datum_t *bytes)
{
	gnutls_x509_crt_t certificate;
	bool good;

	FUZZ_CHECK(gnutls_x509_crt_init(&certificate) == 0);
	good = gnutls_x509_crt_import(certificate, bytes, GNUTLS_X509_FMT_DER) == 0;
	gnutls_x509_crt_deinit(certificate);
	return good;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(fuzz_free) char *names = fuzz_text(data, size);
	size_t length = strlen(names);
	gnutls_datum_t bytes = {0};

	if (length == size)
		return 0;
	bytes.size = (unsigned)(size - length - 1);
	bytes.data = (unsigned char *)names + length + 1;
	FUZZ_CHECK(client_names_allow(NULL, &bytes) && client_names_allow("", &bytes));
	if (client_names_allow(names, &bytes))
		FUZZ_CHECK(text_is_blank(names) || is_certificate(&bytes));
	return 0;
}
