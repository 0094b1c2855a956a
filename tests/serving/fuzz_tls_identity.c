/* Any PEM: an identity that shows what was given, or a failure with words.
 *
 * Input: certificate, key and client CA, with NUL between them. */
#include <gnutls/gnutls.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "serving/tls_identity.h"
#include "tests/support/fuzz_file.h"

enum { PARTS = 3 };

static void
open_and_close(const char *client_ca)
{
	struct error error = FUZZ_ERROR;
	struct tls_identity *identity = tls_identity_open("certificate", "key", client_ca, &error);

	if (!identity) {
		fuzz_check_error(&error);
		return;
	}
	FUZZ_CHECK(text_starts_with(tls_identity_certificate(identity), fuzz_files[0].text));
	FUZZ_CHECK(tls_identity_reload(identity, &error));
	tls_identity_close(identity);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	const char *parts[PARTS] = {text, "", NULL};
	struct fuzz_file files[PARTS + 1] = {
		{.path = "certificate"}, {.path = "key"}, {.path = "client-ca"}, {0}};
	size_t at = 0;

	for (int i = 0; i < PARTS && at <= size; i++, at += strlen(text + at) + 1)
		parts[i] = text + at;
	for (int i = 0; i < PARTS; i++) {
		files[i].text = parts[i];
		files[i].length = parts[i] ? strlen(parts[i]) : 0;
	}
	log_set_level(LOG_ERROR + 1);
	fuzz_files = files;
	open_and_close(parts[2] ? "client-ca" : NULL);
	fuzz_files = NULL;
	return 0;
}
