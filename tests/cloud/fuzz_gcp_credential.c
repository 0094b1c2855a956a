/* Files of GCP credentials: whatever comes in, it is a whole credential or a failure with words. */
#include "base/cleanup.h"
#include "base/text.h"
#include "cloud/gcp_credential.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 1 << 20 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct error error = FUZZ_ERROR;
	struct gcp_credential read;

	if (!gcp_credential_read(arena, text, size, &read, &error)) {
		fuzz_check_error(&error);
		FUZZ_CHECK(error.kind == ERROR_INVALID || error.kind == ERROR_EXHAUSTED);
		return 0;
	}
	FUZZ_CHECK(text_starts_with(read.token_url, "http"));
	if (read.kind == GCP_CREDENTIAL_KEY)
		FUZZ_CHECK(!text_is_blank(read.email) && !text_is_blank(read.private_key));
	else
		FUZZ_CHECK(!text_is_blank(read.audience) && !text_is_blank(read.subject_path) &&
			   read.lifetime >= 600);
	return 0;
}
