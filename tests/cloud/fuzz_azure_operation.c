/* Bodies of operations, and the URLs that lead to them: whatever comes in has a state, and no URL
 * leads away from the server. */
#include <strings.h>

#include "base/cleanup.h"
#include "cloud/azure_operation.h"
#include "tests/support/fuzz.h"

#define MANAGER "https://management.azure.com"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	const char *target = azure_operation_target(MANAGER, text);
	enum azure_operation_state state = azure_operation_read(200, text, size);

	FUZZ_CHECK(state <= AZURE_OPERATION_FAILED);
	FUZZ_CHECK(!target || (*target == '/' && strncasecmp(text, MANAGER, strlen(MANAGER)) == 0));
	FUZZ_CHECK(!target || !strpbrk(target, " \r\n"));
	return 0;
}
