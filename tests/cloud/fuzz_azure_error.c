/* The reader of Azure's errors: whatever comes in, there is a class and a line of words. */
#include "base/cleanup.h"
#include "cloud/azure_error.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 4 << 20 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = {0, 200, 400, 401, 404, 409, 429, 503};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	const char *tenant = azure_error_tenant(arena, text);

	FUZZ_CHECK(!strpbrk(tenant, "/\" \r\n"));
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		struct azure_error read = azure_error_read(arena, statuses[i], text, size);
		struct error error = FUZZ_ERROR;

		FUZZ_CHECK(read.code && read.message && read.target && read.request_id);
		FUZZ_CHECK(read.failure != CLOUD_NONE && read.failure != CLOUD_WOULD_WORK);
		FUZZ_CHECK(!strpbrk(read.message, "\r\n"));
		FUZZ_CHECK(!azure_error_set(&error, &read, "GET"));
		fuzz_check_error(&error);
	}
	return 0;
}
